"""Statistics of a metric from what the evaluation stored of each example, without computing the metric again."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from llmpipe.metrics import METRICS, overlap
from llmpipe.metrics.answers import Answers, Floats, Measured, mean

COMBINE: dict[str, Callable[[Floats], Floats]] = {"bleu": overlap.bleu_of_sums, "chrf": overlap.chrf_of_sums}


def stored(metric: str, scores: Sequence[Mapping[str, Any]], answers: Answers) -> Measured:
    """
    The statistics of one metric.

    Args:
        metric: A key of `METRICS`.
        scores: Lines of data/evaluation/examples: {"id", metric: value, "bleu_statistics": [...]}.
        answers: The same examples; metrics that are no mean of values (macro F1) are computed from them.
    """
    if metric in COMBINE:
        rows = np.array([line[f"{metric}_statistics"] for line in scores], np.float64)
        return Measured(rows, COMBINE[metric], np.array([line[metric] for line in scores], np.float64))
    if any(metric in line for line in scores):
        counts = np.array([metric in line for line in scores], np.float64)
        return mean(np.array([line.get(metric, 0.0) for line in scores], np.float64), counts)
    return METRICS[metric].measure(answers)
