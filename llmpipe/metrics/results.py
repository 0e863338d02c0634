"""Scores of several models on one test set: with intervals, compared in pairs, and averaged over data sets."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from llmpipe.metrics import statistics
from llmpipe.metrics.answers import Answers, Floats, Measured, Metric
from llmpipe.records import Score


@dataclass(frozen=True)
class Result:
    """A score with what is needed to compare and combine it: its statistics and its bootstrap replicates."""

    score: Score
    measured: Measured
    replicates: Floats


def measure(
    name: str, metric: Metric, answers: Mapping[str, Answers], resamples: int, key: tuple[Any, ...]
) -> dict[str, Result]:
    """
    One metric for all models; they are resampled alike, so that their differences are paired.

    Args:
        name: Of the metric.
        metric: What computes it.
        answers: By model, to the same examples.
        resamples: Bootstrap replicates.
        key: (seed, purpose, ...) of the random stream.
    """
    results = {}
    for model, given in answers.items():
        measured = metric.measure(given)
        random = statistics.generator(*key)
        replicates = statistics.replicates(measured.rows, measured.combine, resamples, random)
        results[model] = Result(_score(name, metric, given, measured, replicates), measured, replicates)
    return results


def _score(name: str, metric: Metric, answers: Answers, measured: Measured, replicates: Floats) -> Score:
    """The value with its 95 % interval: Wilson's for a proportion, else that of its replicates."""
    sums = measured.rows.sum(axis=0)
    value, n = float(measured.combine(sums)), _count(measured)
    if metric.interval == "wilson":
        interval, (low, high) = "wilson", statistics.wilson(float(sums[0]), float(sums[1]))
    else:
        interval, (low, high) = statistics.bootstrap(replicates, [(value, n)], statistics.BOUNDS[metric.unit])
    signature = f"{metric.signature(answers)}|ci:{interval}"
    return rounded(Score(name, value, low, high, metric.unit, signature, n))


def _count(measured: Measured) -> int:
    """Examples that have a score."""
    return len(measured.rows) if measured.values is None else sum(not math.isnan(value) for value in measured.values)


def plain(name: str, measured: Measured, *, unit: str, signature: str, resamples: int, key: tuple[Any, ...]) -> Score:
    """The score of statistics that come from no answers (bits per byte), with a bootstrap interval."""
    replicates = statistics.replicates(measured.rows, measured.combine, resamples, statistics.generator(*key))
    value, n = float(measured.combine(measured.rows.sum(axis=0))), len(measured.rows)
    interval, (low, high) = statistics.bootstrap(replicates, [(value, n)], statistics.BOUNDS.get(unit))
    return rounded(Score(name, value, low, high, unit, f"{signature}|ci:{interval}", n))


def difference(ours: Result, theirs: Result, metric: Metric, trials: int, key: tuple[Any, ...]) -> dict[str, Any]:
    """
    One model minus another on the same examples: the difference, its paired bootstrap interval, and p.

    p is that of McNemar's exact test for a proportion, else of approximate randomisation.
    """
    change = ours.score.value - theirs.score.value
    strata, reach = [(change, min(ours.score.n, theirs.score.n))], statistics.reach(ours.score.unit)
    _, (low, high) = statistics.bootstrap(ours.replicates - theirs.replicates, strata, reach)
    rows, other_rows = ours.measured.rows, theirs.measured.rows
    if metric.interval == "wilson":
        test, p = "exact McNemar", statistics.mcnemar(rows[:, 0], other_rows[:, 0])
    else:
        test, random = f"approximate randomisation, {trials}", statistics.generator(*key)
        combine = ours.measured.combine
        p = statistics.approximate_randomisation(rows, other_rows, combine, trials=trials, random=random)
    numbers = {"difference": change, "low": low, "high": high, "p": p}
    return {name: round(number, 10) for name, number in numbers.items()} | {"test": test}


def mean_over(strata: Sequence[Result]) -> Score:
    """The mean of one metric over data sets, each resampled on its own (stratified bootstrap)."""
    first = strata[0].score
    interval, (low, high) = statistics.bootstrap(
        np.mean([result.replicates for result in strata], axis=0),
        [(result.score.value, result.score.n) for result in strata],
        statistics.BOUNDS[first.unit],
        "stratified bootstrap",
    )
    value = float(np.mean([result.score.value for result in strata]))
    signature = f"mean of {len(strata)} data sets|ci:{interval}"
    return rounded(Score(first.name, value, low, high, first.unit, signature, sum(r.score.n for r in strata)))


def rounded(score: Score) -> Score:
    """Ten digits: sums in another order (threads, machine) must not change the file."""
    return replace(score, value=round(score.value, 10), low=round(score.low, 10), high=round(score.high, 10))
