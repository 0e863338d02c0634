"""What a task is: how an example becomes messages, and what its answers are judged and compared with."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from llmpipe.records import Example

Message = tuple[str, str]
"""A role ("system", "user" or "assistant") and what it says."""


@dataclass(frozen=True)
class Task:
    """
    One row of `TASKS`.

    Args:
        name: Its key in `TASKS`.
        inputs: Required keys of `Example.inputs`.
        body: The main input: what the copy baseline copies, and what is cut when a prompt is too long.
        messages: The prompt of an example; the last message is the user's.
        metrics: Names in `llmpipe.metrics.METRICS`, the headline metric first.
        baselines: Names in `llmpipe.baselines.BASELINES`, and of models whose answers the stage `baselines` leaves.
        keep: What is left of the main input when it is cut to so many characters; None: its beginning, or of a history
            its last turns.
        accept: What of the words said counts as an answer to the example; None: all of them.
    """

    name: str
    inputs: tuple[str, ...]
    body: str
    messages: Callable[[Example], list[Message]]
    metrics: tuple[str, ...]
    baselines: tuple[str, ...]
    keep: Callable[[Example, int], str] | None = None
    accept: Callable[[Example, str], str] | None = None


def source_language(language: str) -> str:
    """The language of the text shown: "en-zh" -> "en", "zh" -> "zh"."""
    return language.partition("-")[0]


def target_language(language: str) -> str:
    """The language of the answer: "en-zh" -> "zh", "zh" -> "zh"."""
    return language.rpartition("-")[2]


def in_language(wordings: dict[str, str], language: str) -> str:
    """The wording for a language; English for languages without one."""
    return wordings.get(language, wordings["en"])


def with_input(example: Example, name: str, value: Any) -> Example:
    """The same example with one input replaced."""
    return replace(example, inputs={**example.inputs, name: value})


def shown_text(value: Any) -> str:
    """An input as plain text; a history is its turns, a line each."""
    return value if isinstance(value, str) else "\n".join(text for _, text in value)


def longest(low: int, high: int, fits: Callable[[int], bool]) -> int:
    """The largest size in low..high that fits, by bisection; `low` when none does."""
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if fits(middle) else (low, middle - 1)
    return low


def last_turns(history: Sequence[Any], count: int) -> list[Any]:
    """The last `count` messages of a history."""
    return list(history[len(history) - count :])
