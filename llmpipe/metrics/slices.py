"""The score of some of the examples, from what the evaluation stored of each."""

from collections.abc import Mapping, Sequence
from typing import Any

from llmpipe.metrics import METRICS, statistics
from llmpipe.metrics.answers import Answers
from llmpipe.metrics.results import rounded
from llmpipe.metrics.stored import stored
from llmpipe.records import Score

RESAMPLES = 1000
SEED = 1  # of all slices; the purpose keeps their streams apart


def score(metric: str, lines: Sequence[Mapping[str, Any]], purpose: tuple[str, ...]) -> Score:
    """
    The metric over these examples as one test set, with its 95 % interval: Wilson's for a proportion, else a bootstrap.

    Args:
        metric: A key of `METRICS` that single examples have: no mean over classes.
        lines: Of data/evaluation/examples, at least one.
        purpose: Names the slice, so that its random stream is its own.
    """
    measured = stored(metric, lines, Answers((), (), ()))
    sums = measured.rows.sum(axis=0)
    value, unit = float(measured.combine(sums)), METRICS[metric].unit
    if METRICS[metric].interval == "wilson":
        how, (low, high) = "wilson", statistics.wilson(float(sums[0]), float(sums[1]))
    else:
        random = statistics.generator(SEED, "slice", *purpose)
        replicates = statistics.replicates(measured.rows, measured.combine, RESAMPLES, random)
        how, (low, high) = statistics.bootstrap(replicates, [(value, len(lines))], statistics.BOUNDS[unit])
    return rounded(Score(metric, value, low, high, unit, f"slice|ci:{how}", len(lines)))
