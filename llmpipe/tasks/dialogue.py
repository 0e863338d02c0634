"""Dialogue: the next reply after {history}; optional `slots` are values that the reply must mention."""

from llmpipe.records import Example
from llmpipe.tasks.task import Message, Task


def messages(example: Example) -> list[Message]:
    """The history as it is."""
    return [(role, text) for role, text in example.inputs["history"]]


DIALOGUE = Task(
    name="dialogue",
    inputs=("history",),
    body="history",
    messages=messages,
    metrics=("joint_accuracy", "slot_accuracy", "chrf"),
    baselines=("copy", "majority", "nearest"),
)
