"""
Intervals and tests on per-example statistics.

Random streams are keyed by (seed, purpose): two models on one test set are resampled alike, so the
difference of their replicates is a paired bootstrap.
"""

import hashlib
import json
import math
from collections.abc import Callable, Iterator, Sequence

import numpy as np
from scipy.stats import binomtest

from llmpipe.metrics.answers import Floats

Z95 = 1.959963984540054  # 97.5 % point of the normal distribution
BLOCK = 4_000_000  # resampled examples in memory at once


def wilson(right: float, n: float) -> tuple[float, float]:
    """95 % score interval of a proportion (Wilson 1927): 0 of 50 -> (0, .071), where the normal one has no width."""
    centre = (right + Z95**2 / 2) / (n + Z95**2)
    half = Z95 * math.sqrt(right * (n - right) / n + Z95**2 / 4) / (n + Z95**2)
    return (0.0 if right == 0 else centre - half), (1.0 if right == n else centre + half)


def generator(seed: int, *purpose: str) -> np.random.Generator:
    """A random stream of its own for each (seed, purpose)."""
    key = hashlib.sha256(json.dumps([seed, *purpose]).encode()).digest()[:16]
    return np.random.Generator(np.random.Philox(key=int.from_bytes(key, "little")))


def replicates(
    rows: Floats, combine: Callable[[Floats], Floats], resamples: int, random: np.random.Generator
) -> Floats:
    """Scores of `resamples` test sets drawn with replacement from the rows (n, k): (resamples,)."""
    n = len(rows)
    drawn: list[Floats] = []
    for size in _blocks(resamples, n):
        picks = random.integers(0, n, size=(size, n)) + np.arange(size)[:, None] * n
        counts = np.bincount(picks.ravel(), minlength=size * n).reshape(size, n).astype(np.float64)
        drawn.append(combine(counts @ rows))
    return np.concatenate(drawn)


def percentiles(scores: Floats) -> tuple[float, float]:
    """95 % interval of bootstrap replicates."""
    low, high = np.quantile(scores, [0.025, 0.975])
    return float(low), float(high)


def approximate_randomisation(
    rows: Floats, other_rows: Floats, combine: Callable[[Floats], Floats], *, trials: int, random: np.random.Generator
) -> float:
    """
    P of the hypothesis that two models are alike (Noreen 1989): their answers to each example are exchanged at random.

    Args:
        rows: Statistics of one model, (n, k).
        other_rows: Those of the other, on the same examples.
        combine: Sums of rows -> scores.
        trials: Number of random exchanges; p is at least 1 / (trials + 1).
        random: Its stream.
    """
    total, other_total, change = rows.sum(axis=0), other_rows.sum(axis=0), other_rows - rows
    observed = abs(combine(total) - combine(other_total))
    extreme = 0
    for size in _blocks(trials, len(rows)):
        moved = (random.random((size, len(rows))) < 0.5).astype(np.float64) @ change
        extreme += int((abs(combine(total + moved) - combine(other_total - moved)) >= observed - 1e-12).sum())
    return (extreme + 1) / (trials + 1)


def mcnemar(right: Floats, other_right: Floats) -> float:
    """Exact two-sided p of McNemar's test on paired right-or-wrong answers; 1 when they never differ."""
    only_one, only_other = int((right > other_right).sum()), int((right < other_right).sum())
    return float(binomtest(only_one, only_one + only_other).pvalue) if only_one + only_other else 1.0


def holm(p_values: Sequence[float]) -> list[float]:
    """P values adjusted for their number (Holm 1979), in the order given."""
    adjusted, running = [0.0] * len(p_values), 0.0
    for rank, i in enumerate(sorted(range(len(p_values)), key=p_values.__getitem__)):
        running = max(running, min(1.0, (len(p_values) - rank) * p_values[i]))
        adjusted[i] = running
    return adjusted


def _blocks(total: int, n: int) -> Iterator[int]:
    size = max(1, BLOCK // max(1, n))
    for start in range(0, total, size):
        yield min(size, total - start)
