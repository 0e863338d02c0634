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

from llmpipe.metrics.answers import Floats

Z95 = 1.959963984540054  # 97.5 % point of the normal distribution
BLOCK = 4_000_000  # resampled examples in memory at once
BOUNDS = {"ratio": (0.0, 1.0), "points": (0.0, 100.0)}
"""The least and the greatest score of a unit; others have no end."""
NO_WIDTH = 1e-9  # sums of floats in another order differ by less


Strata = Sequence[tuple[float, int]]
"""Test sets that a score is the mean of: their scores and numbers of examples."""


def wilson(right: float, n: float) -> tuple[float, float]:
    """95 % score interval of a proportion (Wilson 1927): 0 of 50 -> (0, .071), where the normal one has no width."""
    centre = (right + Z95**2 / 2) / (n + Z95**2)
    half = Z95 * math.sqrt(right * (n - right) / n + Z95**2 / 4) / (n + Z95**2)
    return (0.0 if right == 0 else centre - half), (1.0 if right == n else centre + half)


def reach(unit: str) -> tuple[float, float] | None:
    """Bounds of the difference of two scores of a unit."""
    return (BOUNDS[unit][0] - BOUNDS[unit][1], BOUNDS[unit][1] - BOUNDS[unit][0]) if unit in BOUNDS else None


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


def bootstrap(
    drawn: Floats, strata: Strata, bounds: tuple[float, float] | None, name: str = "bootstrap"
) -> tuple[str, tuple[float, float]]:
    """
    How a 95 % interval is called in a signature, and its ends: the percentiles of the replicates.

    When examples are so alike that every draw of them scores the same, percentiles would say that nothing is
    uncertain. Then the interval is that of `alike`; without bounds there is none ("none", ends without width).

    Args:
        drawn: Bootstrap replicates.
        strata: What was drawn from.
        bounds: Between which the score lies; None when it has no end.
        name: Of the bootstrap.
    """
    low, high = percentiles(drawn)
    if high - low > NO_WIDTH:
        return f"{name},{len(drawn)}", (low, high)
    return ("none,all alike", (low, high)) if bounds is None else ("exact,all alike", alike(strata, bounds))


def alike(strata: Strata, bounds: tuple[float, float]) -> tuple[float, float]:
    """
    95 % interval of a mean over test sets in each of which all examples score the same.

    A share q of other examples shows none among n with probability (1 - q)^n. The ends are the furthest means that
    show none in all test sets with probability 2.5 %, if the other examples score as low or high as scores go. For
    one test set of right or wrong answers this is the interval of Clopper & Pearson (1934), about 3.7 / n wide; the
    "rule of three" (Hanley & Lippman-Hand 1983) is the same with 5 %. For a score that is no mean over examples (BLEU,
    macro F1) it is an approximation: as if each example counted for 1 / n of it.
    """
    (least, greatest), mean = bounds, sum(value for value, _ in strata) / len(strata)
    below = _unseen([value - least for value, _ in strata], [n for _, n in strata])
    above = _unseen([greatest - value for value, _ in strata], [n for _, n in strata])
    return mean - below, mean + above


def _unseen(room: Sequence[float], sizes: Sequence[int]) -> float:
    """
    Greatest mean of room · q over test sets, when all their shares q of other examples stay unseen with 2.5 %.

    That is, sum of n · log(1 - q) = log .025. There 1 - q = t · n / room, with one t for all (Lagrange), or 1 where
    that is more.
    """
    rates = sorted((n / space, n, space) for n, space in zip(sizes, room, strict=True) if space > 0)
    while rates:
        log_t = (math.log(0.025) - sum(n * math.log(rate) for rate, n, _ in rates)) / sum(n for _, n, _ in rates)
        if math.log(rates[-1][0]) + log_t < 0:
            return sum(space * (1 - math.exp(log_t) * rate) for rate, _, space in rates) / len(sizes)
        rates.pop()
    return 0.0


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
    from scipy.stats import binomtest  # only here: importing takes most of a second

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
