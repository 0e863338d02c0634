"""
Does a classifier know when it is wrong: probabilities, their calibration, and when not to answer.

Letters: N items, L labels. Everything that is fitted (temperature, threshold) is fitted on valid and applied elsewhere.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize_scalar
from scipy.special import log_softmax, softmax

from llmpipe.metrics import statistics
from llmpipe.metrics.answers import Floats, divide

Ints = NDArray[np.int64]
TEMPERATURES = (0.05, 20.0)  # where the fitted one is looked for
RESAMPLES_AT_ONCE = 50
UNKNOWN = -1
"""The label of an item whose label is not among the L."""


def probabilities(scores: Floats, temperature: float) -> Floats:
    """Softmax of log-likelihoods (N, L) over a temperature: among the labels, what the model thinks of each."""
    return softmax(scores / temperature, axis=1)


def nats(scores: Floats, truth: Ints, temperature: float) -> Floats:
    """Negative log-probability of each item's label, (N,); NaN where it is `UNKNOWN`."""
    found = -log_softmax(scores / temperature, axis=1)[np.arange(len(truth)), truth]
    return np.where(truth == UNKNOWN, np.nan, found)


def fit_temperature(scores: Floats, truth: Ints) -> float:
    """
    The temperature under which the labels are likeliest (Guo et al. 2017, arXiv:1706.04599); 1 without an item.

    One number: the order of the labels, and so the answers, stay as they are. Without an error among the items the
    likeliest temperature would be 0, and the first error elsewhere without measure; so the truth is smoothed as Platt
    (1999) does it: 1 / (N + 2) of each item is shared by its other labels.

    Args:
        scores: Log-likelihoods, (N, L).
        truth: Number of each item's label, (N,); `UNKNOWN` ones are left out.
    """
    scores, truth = scores[truth != UNKNOWN], truth[truth != UNKNOWN]
    num_items, num_labels = scores.shape
    if not num_items or num_labels < 2:
        return 1.0
    other = 1 / (num_items + 2)

    def loss(log: float) -> float:
        found = -log_softmax(scores / math.exp(log), axis=1)
        right = found[np.arange(num_items), truth]
        return float(((1 - other) * right + other * (found.sum(axis=1) - right) / (num_labels - 1)).mean())

    bounds = (math.log(TEMPERATURES[0]), math.log(TEMPERATURES[1]))
    return math.exp(float(minimize_scalar(loss, bounds=bounds, method="bounded", options={"xatol": 1e-6}).x))


# --- calibration ------------------------------------------------------------------------------------


def bin_rows(confidence: Floats, right: Floats, bins: int) -> Floats:
    """
    Statistics of the calibration error: for each bin its items, their confidences and right answers, (N, 3 · bins).

    Bins are of equal width; bin i holds confidences in (i / bins, (i + 1) / bins], the first one 0 as well.
    """
    which = np.clip(np.ceil(confidence * bins).astype(np.int64) - 1, 0, bins - 1)
    one_hot = (which[:, None] == np.arange(bins)).astype(np.float64)
    return np.concatenate([one_hot, one_hot * confidence[:, None], one_hot * right[:, None]], axis=1)


def calibration_error(sums: Floats) -> Floats:
    """
    Expected calibration error of sums of `bin_rows` (..., 3 · bins): |accuracy − confidence|, mean over the items.

    As Naeini et al. 2015 and Guo et al. 2017 have it, in 0..1. Few items make it larger than it is.
    """
    items, confidence, right = np.split(sums, 3, axis=-1)
    return divide(np.abs(right - confidence).sum(axis=-1), items.sum(axis=-1))


# --- abstention -------------------------------------------------------------------------------------


def _counts(places: Ints, size: int, weights: Floats | None = None) -> Floats:
    return np.asarray(np.bincount(places, weights=weights, minlength=size), np.float64)


@dataclass(frozen=True)
class Curve:
    """
    Risk against coverage: the k most confident answers, for each k.

    Args:
        coverage: k / N, (N,), growing.
        risk: Share of wrong ones among them; where confidences are equal, the mean over their orders.
        threshold: Least confidence among them.
    """

    coverage: Floats
    risk: Floats
    threshold: Floats


def risk_coverage(confidence: Floats, right: Floats) -> Curve:
    """The curve of N answers (El-Yaniv & Wiener 2010)."""
    order = np.argsort(-confidence, kind="stable")
    threshold, wrong = confidence[order], 1.0 - right[order]
    _, group = np.unique(-threshold, return_inverse=True)  # equal confidences share their errors evenly
    wrong = divide(_counts(group, 0, wrong), _counts(group, 0))[group]
    count = np.arange(1, len(wrong) + 1, dtype=np.float64)
    return Curve(count / max(1, len(wrong)), np.cumsum(wrong) / count, threshold)


def choose_threshold(confidence: Floats, right: Floats, target: float, certainty: float | None) -> float:
    """
    The least confidence at which as many items as can be are answered and `target` of the answers are right.

    With `certainty`, the target holds with that probability for items like these: thresholds are tested from the
    safest one down, each with the exact binomial bound (Clopper & Pearson 1934), and the last one before the first that
    fails is taken; such a fixed order needs no correction for the number of tests (Angelopoulos et al. 2021,
    arXiv:2110.01052). The first one tested answers a tenth of the items, or as few as could pass if all were right: one
    early error among a handful would end the search.

    Args:
        confidence: Of each item, (N,).
        right: 1 where the answer is right, else 0, (N,).
        target: Share of answers that are to be right.
        certainty: None: the share on these items is enough.

    Returns:
        A confidence, or infinity when no threshold does.
    """
    if not len(right):
        return math.inf
    curve = risk_coverage(confidence, right)
    ends = np.flatnonzero(np.append(curve.threshold[1:] != curve.threshold[:-1], True)).tolist()
    best = math.inf
    for end in ends:
        answered = end + 1
        num_right = answered - round(curve.risk[end] * answered)
        if certainty is None:
            best = float(curve.threshold[end]) if num_right >= target * answered else best
        elif answered * 10 >= len(right) and _lower(answered, answered, certainty) >= target:
            if _lower(num_right, answered, certainty) < target:
                break
            best = float(curve.threshold[end])
    return best


def _lower(right: int, n: int, certainty: float) -> float:
    """One-sided lower bound of a proportion."""
    from scipy.stats import beta  # only here: importing takes most of a second

    return float(beta.ppf(1 - certainty, right, n - right + 1)) if right else 0.0


# --- areas ------------------------------------------------------------------------------------------

Area = Callable[[Floats, Floats], Floats]
"""Items and hits by groups of equal confidence, the highest first, (..., G) each -> an area (...)."""


def area_under_risk(items: Floats, right: Floats) -> Floats:
    """
    AURC: the risk, mean over all coverages (Geifman et al. 2019, arXiv:1805.08206); 0 is best.

    In a group errors are spread evenly, so its part is a difference of harmonic numbers.
    """
    wrong = items - right
    rate = divide(wrong, items)
    items_before, wrong_before = np.cumsum(items, axis=-1) - items, np.cumsum(wrong, axis=-1) - wrong
    harmonic = np.append(0.0, np.cumsum(1 / np.arange(1, round(float(items.sum(axis=-1).max())) + 1)))
    ends = [harmonic[np.rint(count).astype(np.int64)] for count in (items_before + items, items_before)]
    parts = (wrong_before - rate * items_before) * (ends[0] - ends[1]) + wrong
    return divide(parts.sum(axis=-1), items.sum(axis=-1))


def area_under_roc(items: Floats, inside: Floats) -> Floats:
    """How often an item inside is more confident than one outside, ties counting half; .5 when one kind is absent."""
    outside = items - inside
    above = np.cumsum(inside, axis=-1) - inside / 2
    pairs = inside.sum(axis=-1) * outside.sum(axis=-1)
    return np.where(pairs > 0, divide((outside * above).sum(axis=-1), pairs), 0.5)


def area_score(
    area: Area, confidence: Floats, hits: Floats, resamples: int, key: tuple[Any, ...]
) -> tuple[float, float, float, str]:
    """
    An area, its 95 % bootstrap interval (items drawn with replacement) and how that is called.

    Args:
        area: What to compute.
        confidence: Of each item, (N,), N at least 1.
        hits: 1 or 0 for each item, (N,).
        resamples: Bootstrap replicates.
        key: (seed, purpose, ...) of the random stream.
    """
    _, group = np.unique(-confidence, return_inverse=True)
    n, size = len(group), int(group.max()) + 1
    random = statistics.generator(*key)
    drawn: list[Floats] = []
    for start in range(0, resamples, RESAMPLES_AT_ONCE):
        count = min(RESAMPLES_AT_ONCE, resamples - start)
        picks = random.integers(0, n, size=(count, n))
        places: Ints = (group[picks] + np.arange(count)[:, None] * size).ravel()
        items = _counts(places, count * size)
        hit = _counts(places, count * size, hits[picks].ravel())
        drawn.append(area(items.reshape(count, size), hit.reshape(count, size)))
    value = float(area(_counts(group, size), _counts(group, size, hits)))
    interval, (low, high) = statistics.bootstrap(np.concatenate(drawn), [(value, n)], statistics.BOUNDS["ratio"])
    return value, low, high, interval
