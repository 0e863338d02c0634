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
from scipy import stats

from llmpipe.metrics import statistics
from llmpipe.metrics.answers import Floats, Measured
from llmpipe.metrics.paired import LEVEL, POWER, Difference

TEST = "t over seeds and examples"


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
    first: Sequence[Measured], other: Sequence[Measured], *, comparisons: int, resamples: int, key: tuple[Any, ...]
) -> tuple[Difference, Spread]:
    """
    Compare the mean scores of two groups of runs on the same examples, in the same order.

    The variance of their difference is s_A^2 / n_A + s_B^2 / n_B + v: the spread over seeds of each group, and v that
    of test sets drawn with replacement, on which all runs answer the same draws. The test is t with the degrees of
    freedom of Welch (1947) and Satterthwaite (1946). A group of one run has no spread of its own and is taken to have
    that of the other. v holds a part of the spread of seeds once more, so the test errs to the safe side.

    Args:
        first: Statistics of each run of the group that the other one is compared with.
        other: Statistics of each run of that one; one of the two has at least two runs.
        comparisons: How many tests are corrected together.
        resamples: Bootstrap replicates.
        key: (seed, purpose, ...) of the random stream.
    """
    groups = [np.array([_score(run) for run in group]) for group in (first, other)]
    known = [float(np.var(scores, ddof=1)) if len(scores) > 1 else None for scores in groups]
    spreads = [own if own is not None else float(known[1 - i] or 0.0) for i, own in enumerate(known)]
    lone = [len(scores) == 1 for scores in groups]
    replicates = group_replicates(first, other, resamples, statistics.generator(*key, "bootstrap"))
    of_examples = float(np.var(replicates))
    parts = [(spread / len(scores), len(scores) - 1) for spread, scores in zip(spreads, groups, strict=True)]
    if any(lone):  # both parts come from one estimate, so they vary together
        parts = [(sum(part for part, _ in parts), max(degrees for _, degrees in parts))]
    value = float(groups[1].mean() - groups[0].mean())
    variance = sum(part for part, _ in parts) + of_examples
    degrees = satterthwaite([*parts, (of_examples, len(first[0].rows) - 1)])
    error = math.sqrt(variance)
    half = float(stats.t.ppf(0.975, degrees)) * error
    level = LEVEL / max(1, comparisons)
    least = float(stats.t.ppf(1 - level / 2, degrees) + stats.t.ppf(POWER, degrees)) * error
    found = Difference(value, value - half, value + half, _p(value, error, degrees), least, TEST)
    sds = [math.sqrt(own) if own is not None else None for own in known]
    return found, Spread(sds[0], sds[1], _p(value, math.sqrt(of_examples), len(first[0].rows) - 1))


def satterthwaite(parts: Sequence[tuple[float, int]]) -> float:
    """Degrees of freedom of a sum of independent (variance, degrees of freedom); that of the examples if all are 0."""
    total = sum(part for part, _ in parts)
    below = sum(part**2 / degrees for part, degrees in parts)
    return total**2 / below if below > 0 else float(parts[-1][1])


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


def _p(value: float, error: float, degrees: float) -> float:
    if error == 0:
        return 1.0 if value == 0 else 0.0
    return float(2 * stats.t.sf(abs(value) / error, degrees))
