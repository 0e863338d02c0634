"""Derivative: a {question} that holds a polynomial; the answer is its derivative, in any equivalent form."""

from llmpipe.records import Example
from llmpipe.tasks.task import Message, Task


def messages(example: Example) -> list[Message]:
    """The question alone."""
    return [("user", example.inputs["question"])]


DERIVATIVE = Task(
    name="derivative",
    inputs=("question",),
    body="question",
    messages=messages,
    metrics=("derivative_exact",),
    baselines=("majority", "nearest"),
)
