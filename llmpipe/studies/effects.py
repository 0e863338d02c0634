"""
What the cells of a study say: effects of factors, the best configuration against the next, a learning curve.

Plain functions of numbers; seeds (with their folds) are blocks, since every configuration runs with the same ones.

The folds of a cross-validation share most of their training examples, so their results are less independent than
they look, and their mean is less sure than s^2 / n says. Its variance is taken to be (1 / n + overlap) s^2 (Nadeau &
Bengio 2003), where the overlap is the number of examples that a run is judged on for each that it is trained on:
1 / (K - 1) with K folds. For K folds with several seeds see Bouckaert & Frank (2004). Without folds it is 0.
"""

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from llmpipe.metrics.statistics import generator, percentiles

Floats = NDArray[np.float64]
LEVEL = 0.95  # of the intervals
EXPONENTS = np.arange(0.02, 3.001, 0.02)  # of a power law, those that are tried
RESAMPLES = 500
FEWEST_SIZES = 4  # three numbers are fitted
FEWEST_DEGREES = 4  # left for the error by a model with interactions: with fewer its tests find nothing


@dataclass(frozen=True)
class Observation:
    """A measured value, at one level of each factor and in one block: a seed, and a fold where there are some."""

    levels: Mapping[str, str]
    block: int | str
    value: float


@dataclass(frozen=True)
class Term:
    """Columns of a linear model that belong together: a factor, or a pair of factors."""

    factors: tuple[str, ...]
    columns: Floats  # (n, k)


def effects(
    observations: Sequence[Observation], factors: Mapping[str, Sequence[str]], overlap: float = 0.0
) -> dict[str, Any] | None:
    """
    A linear model of the values: main effects of factors, of pairs where the design allows, and of seeds.

    Factors are coded by their deviations from the mean of all levels, so an effect does not depend on which level
    comes first. p is that of the F test of leaving a term out. With folds the error is enlarged by 1 + n * overlap for
    n blocks; of two levels that makes the corrected t test of their differences.

    Args:
        observations: All that was measured.
        factors: Levels of each factor, in order.
        overlap: Of the folds.

    Returns:
        {"terms": {"a" or "a x b": {"p", "variance_ratio"}}, "levels": {factor: {level: {"effect", "low", "high"}}},
        "residual_sd", "degrees"}; None when there are too few observations.
    """
    names = sorted({str(row.block) for row in observations})
    values = np.array([row.value for row in observations])
    blocks = [np.ones((len(values), 1)), coded([str(row.block) for row in observations], names)]
    main = [Term((name,), coded([row.levels[name] for row in observations], factors[name])) for name in factors]
    pairs = [Term((*a.factors, *b.factors), products(a.columns, b.columns)) for a, b in itertools.combinations(main, 2)]
    choices = (([*main, *pairs], FEWEST_DEGREES), (main, 1))
    terms = next((chosen for chosen, least in choices if _degrees(blocks, chosen) >= least), None)
    if terms is None:
        return None
    design = np.hstack([*blocks, *(term.columns for term in terms)])
    degrees = len(values) - design.shape[1]
    coefficients = np.linalg.lstsq(design, values, rcond=None)[0]
    residual = _squares(design, values)
    error = residual / degrees * (1 + len(names) * overlap)
    covariance = np.linalg.inv(design.T @ design) * error
    total = float(((values - values.mean()) ** 2).sum())
    found: dict[str, Any] = {"terms": {}, "levels": {}, "degrees": degrees}
    at = sum(block.shape[1] for block in blocks)
    for place, term in enumerate(terms):
        size = term.columns.shape[1]
        without = np.hstack([*blocks, *(other.columns for i, other in enumerate(terms) if i != place)])
        gained = max(0.0, _squares(without, values) - residual)
        found["terms"][" x ".join(term.factors)] = {
            "p": _p_of_f(gained / size, error, size, degrees),
            "variance_ratio": gained / total if total else 0.0,
        }
        if len(term.factors) == 1:
            part = slice(at, at + size)
            levels = factors[term.factors[0]]
            found["levels"][term.factors[0]] = _levels(levels, coefficients[part], covariance[part, part], degrees)
        at += size
    return found | {"residual_sd": float(np.sqrt(residual / degrees))}


def coded(names: Sequence[str], levels: Sequence[str]) -> Floats:
    """Deviation coding, (n, levels - 1): the last level is minus the sum of the others."""
    columns = np.zeros((len(names), len(levels) - 1))
    for row, name in enumerate(names):
        place = list(levels).index(name)
        columns[row] = -1.0 if place == len(levels) - 1 else np.eye(len(levels) - 1)[place]
    return columns


def products(one: Floats, other: Floats) -> Floats:
    """Each column times each column."""
    return np.einsum("ni,nj->nij", one, other).reshape(len(one), -1)


def _degrees(blocks: Sequence[Floats], terms: Sequence[Term]) -> int:
    """Degrees of freedom left for the error; 0 when a number of the model has no information of its own."""
    design = np.hstack([*blocks, *(term.columns for term in terms)])
    return len(design) - design.shape[1] if np.linalg.matrix_rank(design) == design.shape[1] else 0


def _squares(design: Floats, values: Floats) -> float:
    """Sum of squares that a model leaves."""
    return float(((values - design @ np.linalg.lstsq(design, values, rcond=None)[0]) ** 2).sum())


def _p_of_f(gained: float, left: float, size: int, degrees: int) -> float:
    if left < 1e-24:
        return 0.0 if gained > 1e-18 else 1.0
    return float(stats.f.sf(gained / left, size, degrees))


def _levels(names: Sequence[str], found: Floats, covariance: Floats, degrees: int) -> dict[str, dict[str, float]]:
    """Effect of each level with its interval."""
    contrast = np.vstack([np.eye(len(names) - 1), -np.ones(len(names) - 1)])
    half = stats.t.ppf((1 + LEVEL) / 2, degrees) * np.sqrt(np.einsum("ij,jk,ik->i", contrast, covariance, contrast))
    return {
        name: {"effect": float(effect), "low": float(effect - width), "high": float(effect + width)}
        for name, effect, width in zip(names, contrast @ found, half, strict=True)
    }


def mean_interval(values: Sequence[float], overlap: float = 0.0) -> dict[str, float]:
    """Mean and number of values; from two on with their standard deviation and the t interval of the mean."""
    n, mean = len(values), float(np.mean(values))
    if n < 2:
        return {"mean": mean, "n": n}
    sd = float(np.std(values, ddof=1))
    half = float(stats.t.ppf((1 + LEVEL) / 2, n - 1) * sd * np.sqrt(1 / n + overlap))
    return {"mean": mean, "n": n, "sd": sd, "low": mean - half, "high": mean + half}


def paired(differences: Sequence[float], overlap: float = 0.0) -> dict[str, float]:
    """`mean_interval` of differences, and p of the t test that their mean is zero."""
    found = mean_interval(differences, overlap)
    if "sd" in found:
        error = found["sd"] * np.sqrt(1 / found["n"] + overlap)
        t = abs(found["mean"]) / error if error > 0 else np.inf * bool(found["mean"])
        found["p"] = float(2 * stats.t.sf(t, found["n"] - 1)) if not np.isnan(t) else 1.0
    return found


def power_law(observations: Sequence[tuple[float, int | str, float]]) -> dict[str, Any] | None:
    """
    Fit value = a + b * size ** -c to a learning curve (Hestness et al. 2017), by least squares.

    Args:
        observations: (size, seed or seed with fold, value).

    Returns:
        a, b and c with the value at twice the largest size, and from two seeds on the 95 % intervals of the exponent
        and of that value by a bootstrap over seeds; None when there are fewer than four sizes.
    """
    if len({size for size, _, _ in observations}) < FEWEST_SIZES:
        return None
    largest = max(size for size, _, _ in observations)
    by_seed: dict[int | str, list[tuple[float, float]]] = {}
    for size, seed, value in observations:
        by_seed.setdefault(seed, []).append((size, value))
    groups = [np.array(pairs) for _, pairs in sorted(by_seed.items(), key=lambda item: str(item[0]))]
    a, b, c = _fit(np.vstack(groups))
    found: dict[str, Any] = {"a": a, "b": b, "c": c, "size": 2 * largest, "value": a + b * (2 * largest) ** -c}
    if len(groups) > 1:
        draws = generator(1, "power law").integers(0, len(groups), (RESAMPLES, len(groups)))
        fits = [_fit(np.vstack([groups[i] for i in draw])) for draw in draws.tolist()]
        found["c_low"], found["c_high"] = percentiles(np.array([fit[2] for fit in fits]))
        ahead = np.array([one + two * (2 * largest) ** -three for one, two, three in fits])
        found["low"], found["high"] = percentiles(ahead)
    return found


def _fit(points: Floats) -> tuple[float, float, float]:
    """a, b, c: for each exponent that is tried the other two are a straight line."""
    sizes, values = points.T
    best, fit = np.inf, (0.0, 0.0, 0.0)
    for exponent in EXPONENTS:
        scaled = (sizes / sizes.max()) ** -exponent  # near 1: sums stay exact
        design = np.stack([np.ones(len(values)), scaled], axis=1)
        (a, b), left = np.linalg.lstsq(design, values, rcond=None)[0], _squares(design, values)
        if left < best:
            best, fit = left, (float(a), float(b * sizes.max() ** exponent), float(exponent))
    return fit
