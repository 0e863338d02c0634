"""Reading: a {question} about a passage, {context}."""

from llmpipe.records import Example
from llmpipe.tasks.task import Message, Task


def messages(example: Example) -> list[Message]:
    """The passage and, on the next line, the question."""
    return [("user", f"{example.inputs['context']}\n{example.inputs['question']}")]


READING = Task(
    name="reading",
    inputs=("context", "question"),
    body="context",
    messages=messages,
    metrics=("exact_match", "f1"),
    baselines=("copy", "majority", "nearest", "random_span"),
)
