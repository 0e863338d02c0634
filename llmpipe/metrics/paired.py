"""
Two systems on the same examples: an interval of the difference, a test, and what the test could have found.

A verdict without the last is half of one: "no difference shown" on 50 examples says little.
"""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.special import ndtri

from llmpipe.metrics import statistics
from llmpipe.metrics.answers import Floats, Measured

POWER = 0.8
LEVEL = 0.05


@dataclass(frozen=True)
class Difference:
    """
    Of the other system minus the first.

    Args:
        value: The difference of the scores.
        low: Lower end of its 95 % paired bootstrap interval.
        high: Upper end.
        p: Two-sided, not corrected.
        detectable: The smallest true difference that the test finds with a chance of 80 %.
        test: Name of the test.
    """

    value: float
    low: float
    high: float
    p: float
    detectable: float
    test: str


def difference(
    first: Measured,
    other: Measured,
    *,
    proportion: bool,
    unit: str,
    comparisons: int,
    resamples: int,
    trials: int,
    key: tuple[Any, ...],
) -> Difference:
    """
    Compare two systems on the same examples, in the same order.

    Args:
        first: Statistics of the system that the other one is compared with.
        other: Statistics of that one.
        proportion: Every example is right or wrong (and counts): exact McNemar, else approximate randomisation.
        unit: Of the scores; says how far they can be apart.
        comparisons: How many tests are corrected together; what can be found is told for the strictest of them.
        resamples: Bootstrap replicates.
        trials: Random exchanges of the test.
        key: (seed, purpose, ...) of the random streams.
    """
    replicates = paired_replicates(first, other, resamples, statistics.generator(*key, "bootstrap"))
    value, n, reach = _score(other) - _score(first), len(first.rows), statistics.reach(unit)
    _, (low, high) = statistics.bootstrap(replicates, [(value, n)], reach)
    level = LEVEL / max(1, comparisons)
    if proportion:
        right, other_right = first.rows[:, 0], other.rows[:, 0]
        test, p = "exact McNemar", statistics.mcnemar(right, other_right)
        least = detectable_proportion(len(right), float(np.mean(right != other_right)), level)
    else:
        test, random = f"approximate randomisation, {trials}", statistics.generator(*key, "randomisation")
        p = statistics.approximate_randomisation(first.rows, other.rows, first.combine, trials=trials, random=random)
        least = detectable(float(np.std(replicates)), level)
        if reach is not None and least <= statistics.NO_WIDTH:
            least = reach[1] * detectable_proportion(n, 0.0, level)
    return Difference(value, low, high, p, least, test)


def _score(system: Measured) -> float:
    return float(system.combine(system.rows.sum(axis=0)))


def paired_replicates(first: Measured, other: Measured, resamples: int, random: np.random.Generator) -> Floats:
    """Differences of the scores of test sets drawn with replacement; both systems answer the same draws."""
    width = first.rows.shape[1]
    both = np.concatenate([first.rows, other.rows], axis=1)

    def combine(sums: Floats) -> Floats:
        return other.combine(sums[..., width:]) - first.combine(sums[..., :width])

    return statistics.replicates(both, combine, resamples, random)


def detectable(standard_error: float, level: float = LEVEL, power: float = POWER) -> float:
    """
    The smallest difference that a two-sided test at `level` finds with `power`: (z_level + z_power) · standard error.

    Of a mean of n paired differences the standard error is their standard deviation / sqrt(n).
    """
    return float(ndtri(1 - level / 2) + ndtri(power)) * standard_error


def detectable_proportion(n: int, discordance: float, level: float = LEVEL, power: float = POWER) -> float:
    """
    The same for McNemar's test on n pairs, of which a share `discordance` is right once (Connor 1987).

    The difference d solves d·sqrt(n) = z_level·sqrt(discordance) + z_power·sqrt(discordance - d²). It cannot be larger
    than the discordance, so with less of that than the test needs, the pairs that differ must all point one way.
    """
    z_level, z_power = float(ndtri(1 - level / 2)), float(ndtri(power))
    rest = math.sqrt(max(0.0, n + z_power**2 - z_level**2))
    factor = (z_level * math.sqrt(n) + z_power * rest) / (n + z_power**2)
    fewest = math.ceil(1 - math.log2(level))
    return min(1.0, max(factor * max(math.sqrt(discordance), factor), fewest / n))
