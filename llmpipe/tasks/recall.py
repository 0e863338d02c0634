"""Recall: a {question} to be answered from memory."""

from llmpipe.records import Example
from llmpipe.tasks.task import Message, Task


def messages(example: Example) -> list[Message]:
    """The question alone."""
    return [("user", example.inputs["question"])]


RECALL = Task(
    name="recall",
    inputs=("question",),
    body="question",
    messages=messages,
    metrics=("exact_match", "f1"),
    baselines=("majority", "nearest"),
)
