"""Summary: the headline of {document}."""

from llmpipe.records import Example
from llmpipe.tasks.task import Message, Task, in_language

WORDINGS = {"en": "Headline: {document}", "zh": "标题：{document}", "fr": "Titre : {document}"}


def messages(example: Example) -> list[Message]:
    """`Headline: The council of Bandor ...`."""
    return [("user", in_language(WORDINGS, example.language).format(document=example.inputs["document"]))]


SUMMARY = Task(
    name="summary",
    inputs=("document",),
    body="document",
    messages=messages,
    metrics=("rougeL", "rouge1", "rouge2"),
    baselines=("copy", "majority", "nearest", "lead"),
)
