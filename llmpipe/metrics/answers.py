"""What a metric reads and gives: answers in, sufficient statistics out."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Answers:
    """
    One model's answers to one test set, in the order of its examples.

    Args:
        hypotheses: What the model said.
        references: The correct outputs of each example, at least one.
        languages: Language of each answer ("zh" for a translation into Chinese).
        slots: Values that the answer must mention, by name; empty where there are none.
        labels: All labels of the data set (classification), sorted.
    """

    hypotheses: Sequence[str]
    references: Sequence[Sequence[str]]
    languages: Sequence[str]
    slots: Sequence[Mapping[str, Any]] = ()
    labels: Sequence[str] = field(default=())

    def perfect(self) -> "Answers":
        """The same examples, answered with their first references."""
        return replace(self, hypotheses=[references[0] for references in self.references])

    def slots_of(self, index: int) -> Mapping[str, Any]:
        """The slots of one example."""
        return self.slots[index] if self.slots else {}


@dataclass(frozen=True)
class Measured:
    """
    Sufficient statistics: the score of any multiset of examples is `combine(sum of their rows)`.

    This makes resampling exact and quick also for corpus metrics, which are no means over examples.

    Args:
        rows: float64 (n, k).
        combine: Sums of rows (..., k) -> scores (...).
        values: Score of each example on its own, (n,), NaN where it has none; None when that means nothing.
    """

    rows: Floats
    combine: Callable[[Floats], Floats]
    values: Floats | None


@dataclass(frozen=True)
class Metric:
    """
    One row of `METRICS`.

    Args:
        unit: "ratio" or "points".
        best: What the references score against themselves.
        interval: "wilson" when rows are (right or wrong, counted or not), else "bootstrap".
        measure: Answers -> statistics.
        signature: How it is computed, for these answers.
        applies: Whether the answers have what it measures.
    """

    unit: str
    best: float
    interval: Literal["wilson", "bootstrap"]
    measure: Callable[[Answers], Measured]
    signature: Callable[[Answers], str]
    applies: Callable[[Answers], bool] = lambda answers: len(answers.hypotheses) > 0


def mean(values: Floats, weights: Floats | None = None) -> Measured:
    """A metric that is the mean of its values; examples of weight 0 do not count."""
    weights = np.ones_like(values) if weights is None else weights
    rows = np.stack([values * weights, weights], axis=1)
    return Measured(rows, ratio_of_sums, np.where(weights > 0, values, np.nan))


def ratio_of_sums(sums: Floats) -> Floats:
    """(..., 2) -> first / second, 0 where the second is 0."""
    return divide(sums[..., 0], sums[..., 1])


def divide(top: Floats | float, bottom: Floats) -> Floats:
    """Top / bottom, 0 where the bottom is 0."""
    return np.divide(top, bottom, out=np.zeros(np.broadcast(top, bottom).shape), where=bottom != 0)
