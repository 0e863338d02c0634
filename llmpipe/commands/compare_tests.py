"""One score of two results: the difference, its interval and its test, corrected over all of them."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from llmpipe.commands.compare_sets import Answered, Common, Group
from llmpipe.files import read_jsonl
from llmpipe.metrics import METRICS, Answers, Measured, language_model, paired, seeds, statistics
from llmpipe.metrics.stored import stored
from llmpipe.pages.comparison import BETTER, INCOMPARABLE, LEVEL, OPEN, WORSE, Compared
from llmpipe.pages.results import BASE, BITS, OVERALL, TEXT, Row


@dataclass(frozen=True)
class Draws:
    """
    The random draws behind intervals and tests.

    Args:
        seed: Of their streams.
        resamples: Test sets that the bootstrap draws.
        trials: Exchanges of approximate randomisation.
    """

    seed: int
    resamples: int
    trials: int


Sides = tuple[Sequence[Measured], Sequence[Measured]]


def measure(common: Common, metric: str) -> Sides:
    """Statistics of one metric for each run of both sides."""
    known = sorted({reference for p in common.first[0].predictions for reference in p.references})

    def of_run(run: Answered) -> Measured:
        said = run.predictions
        answers = Answers([p.hypothesis for p in said], [p.references for p in said], [], labels=known)
        return stored(metric, run.scores, answers)

    return [of_run(run) for run in common.first], [of_run(run) for run in common.other]


def compared(rows: Sequence[Row], measured: Sides, count: int, draws: Draws) -> Compared:
    """One score of all runs, tested; not corrected yet."""
    ours = rows[0]
    name, unit = ours.score.name, ours.score.unit
    state = OPEN if len({_way(row) for row in rows}) == 1 else INCOMPARABLE
    what = (ours.dataset, ours.test_set, name, unit)
    return _tested(what, measured, METRICS[name].interval == "wilson", count, draws, state)


def _way(row: Row) -> str:
    """How a score was computed, without what follows from the examples or from its own interval."""
    return re.sub(r"\|ci:.*|labels:\d+|classes:\d+", "", row.score.signature)


def _tested(
    what: tuple[str, str, str, str], measured: Sides, proportion: bool, count: int, draws: Draws, state: str
) -> Compared:
    """Single runs by a paired test on the examples; groups by one that knows the spread of their seeds."""
    dataset, test_set, metric, unit = what
    first, other = measured
    key = (draws.seed, dataset, test_set, metric) if dataset != TEXT else (draws.seed, dataset, metric)
    spread = None
    if len(first) == len(other) == 1:
        found = paired.difference(
            first[0],
            other[0],
            proportion=proportion,
            unit=unit,
            comparisons=count,
            resamples=draws.resamples,
            trials=draws.trials,
            key=key,
        )
    else:
        found, spread = seeds.difference(first, other, unit=unit, comparisons=count, resamples=draws.resamples, key=key)
    ours, theirs = (float(np.mean([run.combine(run.rows.sum(axis=0)) for run in side])) for side in measured)
    return Compared(
        dataset=dataset,
        test_set=test_set,
        metric=metric,
        unit=unit,
        n=len(first[0].rows),
        first=ours,
        other=theirs,
        difference=found.value,
        low=found.low,
        high=found.high,
        p=found.p,
        detectable=found.detectable,
        test=found.test,
        verdict=state,
        first_sd=spread.first if spread else None,
        other_sd=spread.other if spread else None,
        p_examples=spread.p_examples if spread else None,
        equal=all(np.array_equal(run.rows, first[0].rows) for run in [*first, *other]),
    )


def bits(first: Group, other: Group, count: int, draws: Draws) -> list[Compared]:
    """Bits per byte of the base model on the test documents of all, by their ids and lengths."""
    read = []
    for side in (*first.sides, *other.sides):
        path = side.evaluation / "documents" / f"{BASE}.jsonl"
        read.append({(d["id"], d["num_bytes"]): d["nats"] for d in read_jsonl(path)} if path.exists() else {})
    keys = [key for key in read[0] if all(key in found for found in read)]
    if not keys:
        return []
    size = np.array([num_bytes for _, num_bytes in keys], np.float64)
    measured = [language_model.bits_per_byte(np.array([nats[key] for key in keys]), size) for nats in read]
    split = len(first.sides)
    what = (TEXT, OVERALL, BITS, "bits/byte")
    return [_tested(what, (measured[:split], measured[split:]), False, count, draws, OPEN)]


def judged(rows: Sequence[Compared]) -> list[Compared]:
    """The rows with corrected p and verdict."""
    comparable = [row for row in rows if row.verdict != INCOMPARABLE]
    corrected = iter(statistics.holm([row.p for row in comparable if row.p is not None]))
    by_examples = iter(statistics.holm([row.p_examples for row in comparable if row.p_examples is not None]))
    found = []
    for row in rows:
        if row.verdict == INCOMPARABLE:
            found.append(row)
            continue
        p = next(corrected)
        state = _verdict(row, p)
        noise = row.p_examples is not None and next(by_examples) < LEVEL and state == OPEN
        found.append(replace(row, p_holm=p, verdict=state, in_seed_noise=noise))
    return found


def _verdict(row: Compared, p: float) -> str:
    if p >= LEVEL or row.difference == 0:
        return OPEN
    return BETTER if (row.difference > 0) != _lower_is_better(row.metric) else WORSE


def _lower_is_better(metric: str) -> bool:
    return metric == BITS or METRICS[metric].best == 0


def untested(row: Compared) -> Compared:
    """A row beside the tested ones: no headline of its test set."""
    return replace(row, p=None, detectable=None, test="")
