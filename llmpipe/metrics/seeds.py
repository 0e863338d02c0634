"""
Two groups of runs on the same examples, each run with a seed of its own: is the difference more than seeds make?

A test on the examples of two runs asks whether these two models differ; nearly all pairs of models do. Whether what was
changed makes better models depends on the spread of seeds, too (Bouthillier et al. 2021).
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import optimize, special

from llmpipe.metrics import statistics
from llmpipe.metrics.answers import Floats, Measured
from llmpipe.metrics.paired import LEVEL, POWER, Difference

TEST = "t over seeds and examples"
SMALLEST = 1e-12  # p that is told


@dataclass(frozen=True)
class Spread:
    """
    What seeds make of a score.

    Args:
        first: Standard deviation over the runs of the first group; None with one run.
        other: The same of the other one.
        p_examples: P of the same difference when these runs were all there are, so that only examples could vary.
    """

    first: float | None
    other: float | None
    p_examples: float


def difference(
    first: Sequence[Measured],
    other: Sequence[Measured],
    *,
    unit: str,
    comparisons: int,
    resamples: int,
    key: tuple[Any, ...],
) -> tuple[Difference, Spread]:
    """
    Compare the mean scores of two groups of runs on the same examples, in the same order.

    The interval joins two: Student's for the spread over seeds, pooled over both groups, so that a group may have a
    single run; and the normal one of test sets drawn with replacement, on which all runs answer the same draws. Their
    half-widths are added in squares (Zou & Donner 2008), which keeps the level for few seeds, where the degrees of
    freedom of Satterthwaite do not (docs/log.md). p is the level at which the interval ends at 0. The spread of test
    sets holds a part of that of seeds once more, so the test errs to the safe side.

    Args:
        first: Statistics of each run of the group that the other one is compared with.
        other: Statistics of each run of that one; one of the two has at least two runs.
        unit: Of the scores; says how far they can be apart.
        comparisons: How many tests are corrected together.
        resamples: Bootstrap replicates.
        key: (seed, purpose, ...) of the random stream.
    """
    groups = [np.array([_score(run) for run in group]) for group in (first, other)]
    replicates = group_replicates(first, other, resamples, statistics.generator(*key, "bootstrap"))
    degrees = sum(len(scores) for scores in groups) - 2
    pooled = sum(float(((scores - scores.mean()) ** 2).sum()) for scores in groups) / degrees
    parts = Parts(math.sqrt(pooled * sum(1 / len(scores) for scores in groups)), degrees, float(np.std(replicates)))
    value = float(groups[1].mean() - groups[0].mean())
    half, reach = parts.half_width(LEVEL), statistics.reach(unit)
    low, high = value - half, value + half
    if reach is not None and half <= statistics.NO_WIDTH:  # all runs and all examples are alike
        low, high = statistics.alike([(value, len(first[0].rows))], reach)
    least = parts.half_width(LEVEL / max(1, comparisons)) + parts.half_width(2 * (1 - POWER))
    sds = [float(np.std(scores, ddof=1)) if len(scores) > 1 else None for scores in groups]
    found = Difference(value, low, high, parts.p(value), least, TEST)
    return found, Spread(sds[0], sds[1], Parts(0.0, degrees, parts.examples).p(value))


@dataclass(frozen=True)
class Parts:
    """
    Where the error of a difference comes from.

    Args:
        seeds: Standard error by the spread over seeds.
        degrees: Degrees of freedom of that.
        examples: Standard error by the choice of examples.
    """

    seeds: float
    degrees: int
    examples: float

    def half_width(self, level: float) -> float:
        """Of the interval that leaves out `level`."""
        of_seeds = -float(special.stdtrit(self.degrees, level / 2)) * self.seeds  # points of t and normal, fast
        return math.hypot(of_seeds, -float(special.ndtri(level / 2)) * self.examples)

    def p(self, value: float) -> float:
        """The level at which the interval around a value ends at 0."""
        if value == 0 or self.half_width(SMALLEST) < abs(value):
            return 1.0 if value == 0 else SMALLEST
        return float(optimize.brentq(lambda level: self.half_width(level) - abs(value), SMALLEST, 1.0, xtol=1e-12))


def group_replicates(
    first: Sequence[Measured], other: Sequence[Measured], resamples: int, random: np.random.Generator
) -> Floats:
    """Differences of the groups' mean scores on test sets drawn with replacement: (resamples,)."""
    runs = [*first, *other]
    ends = np.cumsum([run.rows.shape[1] for run in runs])[:-1]

    def combine(sums: Floats) -> Floats:
        scores = [run.combine(part) for run, part in zip(runs, np.split(sums, ends, axis=-1), strict=True)]
        return np.mean(scores[len(first) :], axis=0) - np.mean(scores[: len(first)], axis=0)

    return statistics.replicates(np.concatenate([run.rows for run in runs], axis=1), combine, resamples, random)


def _score(run: Measured) -> float:
    return float(run.combine(run.rows.sum(axis=0)))
