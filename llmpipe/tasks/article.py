"""Article: the text under {headline}, the way back of the task `summary`."""

from llmpipe.records import Example
from llmpipe.tasks.task import Message, Task, in_language

WORDINGS = {"en": "Write an article: {headline}", "zh": "写一篇文章：{headline}", "fr": "Écris un article : {headline}"}


def messages(example: Example) -> list[Message]:
    """`Write an article: Council votes for a new bridge`."""
    return [("user", in_language(WORDINGS, example.language).format(headline=example.inputs["headline"]))]


ARTICLE = Task(
    name="article",
    inputs=("headline",),
    body="headline",
    messages=messages,
    metrics=("chrf", "rougeL", "rouge1", "rouge2"),
    baselines=("copy", "majority", "nearest"),
)
