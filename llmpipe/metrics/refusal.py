"""Answering some questions and refusing others: coverage, accuracy of what is answered, risk against coverage."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from llmpipe.metrics import results, statistics
from llmpipe.metrics.answers import Floats
from llmpipe.metrics.calibration import risk_coverage
from llmpipe.records import Score


def rate(name: str, happened: Sequence[bool], signature: str) -> Score | None:
    """A share with Wilson's interval; None of nothing."""
    n, count = len(happened), sum(happened)
    if n == 0:
        return None
    low, high = statistics.wilson(count, n)
    return results.rounded(Score(name, count / n, low, high, "ratio", f"{signature}|ci:wilson", n))


def aurc(confidences: Floats, right: Floats) -> float:
    """
    Area under the curve of risk against coverage (Geifman, El-Yaniv 2017).

    The mean, over all numbers of questions answered, of the share of them that is wrong when the surest are answered
    first. Less is better; an order by chance gives the share that is wrong. Equal confidences share their risk.

    Args:
        confidences: (n,).
        right: 1 where the answer is right, else 0, (n,).
    """
    return float(np.mean(risk_coverage(confidences, right).risk))


def aurc_score(confidences: Floats, right: Floats, signature: str, *, resamples: int, key: tuple[Any, ...]) -> Score:
    """AURC with a bootstrap interval over questions."""
    random, n = statistics.generator(*key), len(right)
    drawn = [random.integers(0, n, n) for _ in range(resamples)]
    replicates = np.array([aurc(confidences[picked], right[picked]) for picked in drawn])
    value = aurc(confidences, right)
    interval, (low, high) = statistics.bootstrap(replicates, [(value, n)], statistics.BOUNDS["ratio"])
    return results.rounded(Score("aurc", value, low, high, "ratio", f"{signature}|ci:{interval}", n))
