"""Continuation: what follows {text} (a poem, a story, free text)."""

from llmpipe.records import Example
from llmpipe.tasks.task import Message, Task, in_language

WORDINGS = {"en": "Continue: {text}", "zh": "续写：{text}", "fr": "Continuer : {text}"}


def messages(example: Example) -> list[Message]:
    """`Continue: In the morning light ...`."""
    return [("user", in_language(WORDINGS, example.language).format(text=example.inputs["text"]))]


CONTINUATION = Task(
    name="continuation",
    inputs=("text",),
    body="text",
    messages=messages,
    metrics=("chrf", "bleu"),
    baselines=("copy", "majority", "nearest"),
)
