"""compare: two results, example by example: what changed, what got better, and how sure that is."""

import json
import re
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from llmpipe import tracking
from llmpipe.commands.sides import Side, find
from llmpipe.errors import DataError
from llmpipe.files import Layout, read_jsonl, write_text
from llmpipe.metrics import METRICS, Answers, Measured, language_model, paired, statistics
from llmpipe.metrics.stored import stored
from llmpipe.pages import to_html, to_markdown
from llmpipe.pages.comparison import (
    BETTER,
    INCOMPARABLE,
    LEVEL,
    OPEN,
    WORSE,
    Change,
    Compared,
    Comparison,
    Flip,
    page,
    verdict,
)
from llmpipe.pages.results import BASE, BITS, OVERALL, TEXT, TUNED, Row, read_scores
from llmpipe.records import Prediction

RESAMPLES = 2_000
TRIALS = 10_000
SEED = 1
FLIPS = 5  # shown of each data set and direction
LEFT_OUT = 5  # notes on single test sets


@dataclass(frozen=True)
class Common:
    """A test set of both: the examples that both answered, A's lines and B's in the same order."""

    first: Sequence[Prediction]
    other: Sequence[Prediction]
    first_scores: Sequence[Mapping[str, Any]]
    other_scores: Sequence[Mapping[str, Any]]
    left_out: int


def compare(first: str, other: str) -> Comparison:
    """
    Compare two results by name.

    Raises:
        DataError: A name stands for nothing that was evaluated, or the two have no example in common.
    """
    with tempfile.TemporaryDirectory() as folder:
        sides = find(first, Path(folder) / "a"), find(other, Path(folder) / "b")
        return of(*sides)


def of(first: Side, other: Side) -> Comparison:
    """
    Compare two results.

    Raises:
        DataError: They have no example in common.
    """
    ours, theirs = ({_key(row): row for row in _rows(side)} for side in (first, other))
    keys = [key for key in ours if key in theirs]
    sets = {where: _common(first, other, *where) for where in dict.fromkeys(key[:2] for key in keys)}
    if not any(common.first for common in sets.values()):
        raise DataError(
            f"{first.name} and {other.name} have no test example in common; compare results on the same test data."
        )
    headlines = {where: next(key for key in keys if key[:2] == where) for where, found in sets.items() if found.first}
    count = len(headlines) + 1  # bits per byte
    tested = [
        _compared(ours[key], theirs[key], _measure(first, other, sets[where], key[2]), count)
        for where, key in headlines.items()
    ]
    tested += _bits(first, other, count)
    tested = _judged(tested)
    others = [
        _untested(_compared(ours[key], theirs[key], _measure(first, other, sets[key[:2]], key[2]), count))
        for key in keys
        if key[:2] in headlines and key != headlines[key[:2]]
    ]
    return Comparison(
        first=first.name,
        other=other.name,
        verdict=verdict(tested),
        changes=changes(first, other),
        tested=tested,
        others=others,
        flips=flips({where: (sets[where], key[2]) for where, key in headlines.items()}),
        costs=costs(first, other),
        notes=_notes(sets, set(ours) ^ set(theirs)),
    )


def render(comparison: Comparison, form: str) -> str:
    """As `md`, `html` or `json`."""
    if form == "json":
        return json.dumps(asdict(comparison), ensure_ascii=False, indent=2, sort_keys=True) + "\n"
    blocks = page(comparison)
    title = f"{comparison.first} and {comparison.other}"
    return to_html(title, blocks) if form == "html" else to_markdown(blocks)


def write(comparison: Comparison, folder: Path) -> list[Path]:
    """Write all forms to a folder; returns the files."""
    paths = [folder / f"comparison.{form}" for form in ("md", "html", "json")]
    for path in paths:
        write_text(path, render(comparison, path.suffix[1:]))
    return paths


# --- what changed, what it cost ---------------------------------------------------------------------


def changes(first: Side, other: Side) -> list[Change]:
    """Parameters, data and code that differ."""
    found = []
    for kind, ours, theirs in (
        ("parameter", first.params, other.params),
        ("data", first.outputs, other.outputs),
        ("code or input", first.code, other.code),
    ):
        if ours and theirs:
            names = sorted(name for name in {*ours, *theirs} if ours.get(name) != theirs.get(name))
            found += [Change(kind, name, _shown(ours, name), _shown(theirs, name)) for name in names]
    return found


def _shown(values: Mapping[str, Any], name: str) -> str:
    if name not in values:
        return ""
    value = values[name]
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)


def costs(first: Side, other: Side) -> dict[str, dict[str, tuple[float, float]]]:
    """Stage -> measure -> (A's, B's), of what MLflow knows of both."""
    ours, theirs = tracking.costs(first.outputs), tracking.costs(other.outputs)
    both = {stage: [name for name in ours[stage] if name in theirs[stage]] for stage in ours if stage in theirs}
    return {stage: {name: (ours[stage][name], theirs[stage][name]) for name in names} for stage, names in both.items()}


# --- scores -----------------------------------------------------------------------------------------


def _rows(side: Side) -> list[Row]:
    """Scores of the tuned model on the tasks."""
    rows = read_scores(Layout(side.evaluation.parent))
    return [row for row in rows if row.model == TUNED and row.dataset not in (OVERALL, TEXT)]


def _key(row: Row) -> tuple[str, str, str]:
    return row.dataset, row.test_set, row.score.name


def _common(first: Side, other: Side, dataset: str, test_set: str) -> Common:
    """The examples that both answered: same id, same prompt, same references."""
    name = f"{TUNED}.{dataset}.{test_set}.jsonl"
    ours, theirs = (_answers(side.evaluation, name) for side in (first, other))
    keys = [key for key in ours if key in theirs]
    return Common(
        [ours[key][0] for key in keys],
        [theirs[key][0] for key in keys],
        [ours[key][1] for key in keys],
        [theirs[key][1] for key in keys],
        len(ours) + len(theirs) - 2 * len(keys),
    )


def _answers(evaluation: Path, name: str) -> dict[Any, tuple[Prediction, Mapping[str, Any]]]:
    scores = {line["id"]: line for line in read_jsonl(evaluation / "examples" / name)}
    predictions: Iterator[Prediction] = read_jsonl(evaluation / "predictions" / name, Prediction)
    return {(p.id, p.prompt, p.references): (p, scores[p.id]) for p in predictions if p.id in scores}


def _measure(first: Side, other: Side, common: Common, metric: str) -> tuple[Measured, Measured]:
    """Statistics of one metric for both sides."""
    known = {reference for p in common.first for reference in p.references}
    sides = ((common.first, common.first_scores), (common.other, common.other_scores))
    ours, theirs = (
        stored(
            metric,
            scores,
            Answers([p.hypothesis for p in said], [p.references for p in said], [], labels=sorted(known)),
        )
        for said, scores in sides
    )
    return ours, theirs


def _compared(ours: Row, theirs: Row, measured: tuple[Measured, Measured], count: int) -> Compared:
    """One score of both, tested; not corrected yet."""
    name, unit = ours.score.name, ours.score.unit
    found = paired.difference(
        *measured,
        proportion=METRICS[name].interval == "wilson",
        comparisons=count,
        resamples=RESAMPLES,
        trials=TRIALS,
        key=(SEED, ours.dataset, ours.test_set, name),
    )
    state = OPEN if _way(ours) == _way(theirs) else INCOMPARABLE
    return _row((ours.dataset, ours.test_set, name, unit), measured, found, state)


def _way(row: Row) -> str:
    """How a score was computed, without what follows from the examples or from its own interval."""
    return re.sub(r"\|ci:.*|labels:\d+|classes:\d+", "", row.score.signature)


def _row(
    what: tuple[str, str, str, str], measured: tuple[Measured, Measured], found: paired.Difference, state: str
) -> Compared:
    dataset, test_set, metric, unit = what
    first, other = (float(side.combine(side.rows.sum(axis=0))) for side in measured)
    return Compared(
        dataset=dataset,
        test_set=test_set,
        metric=metric,
        unit=unit,
        n=len(measured[0].rows),
        first=first,
        other=other,
        difference=found.value,
        low=found.low,
        high=found.high,
        p=found.p,
        detectable=found.detectable,
        test=found.test,
        verdict=state,
    )


def _bits(first: Side, other: Side, count: int) -> list[Compared]:
    """Bits per byte of the base model on the test documents of both, by their ids and lengths."""
    read = []
    for side in (first, other):
        path = side.evaluation / "documents" / f"{BASE}.jsonl"
        read.append({(d["id"], d["num_bytes"]): d["nats"] for d in read_jsonl(path)} if path.exists() else {})
    keys = [key for key in read[0] if key in read[1]]
    if not keys:
        return []
    size = np.array([num_bytes for _, num_bytes in keys], np.float64)
    measured = [language_model.bits_per_byte(np.array([nats[key] for key in keys]), size) for nats in read]
    found = paired.difference(
        measured[0],
        measured[1],
        proportion=False,
        comparisons=count,
        resamples=RESAMPLES,
        trials=TRIALS,
        key=(SEED, TEXT, BITS),
    )
    return [_row((TEXT, OVERALL, BITS, "bits/byte"), (measured[0], measured[1]), found, OPEN)]


def _judged(rows: Sequence[Compared]) -> list[Compared]:
    """The rows with corrected p and verdict."""
    comparable = [row for row in rows if row.verdict != INCOMPARABLE]
    corrected = iter(statistics.holm([row.p for row in comparable if row.p is not None]))
    return [
        row if row.verdict == INCOMPARABLE else replace(row, p_holm=(p := next(corrected)), verdict=_verdict(row, p))
        for row in rows
    ]


def _verdict(row: Compared, p: float) -> str:
    if p >= LEVEL or row.difference == 0:
        return OPEN
    return BETTER if (row.difference > 0) != _lower_is_better(row.metric) else WORSE


def _lower_is_better(metric: str) -> bool:
    return metric == BITS or METRICS[metric].best == 0


def _untested(row: Compared) -> Compared:
    return replace(row, p=None, detectable=None, test="")


# --- examples ---------------------------------------------------------------------------------------


def flips(sets: Mapping[tuple[str, str], tuple[Common, str]]) -> list[Flip]:
    """The examples whose scores differ most, of each data set in both directions."""
    found: dict[tuple[str, bool], list[Flip]] = {}
    for (dataset, test_set), (common, headline) in sets.items():
        for flip in _flips(dataset, test_set, common, headline):
            found.setdefault((dataset, flip.gain > 0), []).append(flip)
    return [flip for group in found.values() for flip in sorted(group, key=lambda f: -abs(f.gain))[:FLIPS]]


def _flips(dataset: str, test_set: str, common: Common, headline: str) -> Iterator[Flip]:
    lines = zip(common.first, common.other, common.first_scores, common.other_scores, strict=True)
    for ours, theirs, score, other_score in lines:
        metric = headline if headline in score else "accuracy"  # macro F1 has no value of an example
        gain = other_score.get(metric, 0.0) - score.get(metric, 0.0)
        if gain:
            reference = " / ".join(ours.references)
            yield Flip(
                dataset, test_set, ours.id, metric, gain, ours.prompt, reference, ours.hypothesis, theirs.hypothesis
            )


def _notes(sets: Mapping[tuple[str, str], Common], single: set[tuple[str, str, str]]) -> list[str]:
    """What the comparison leaves out."""
    notes = [
        f"{dataset}/{test_set}: {common.left_out} answers left out, because only one side has the example; "
        f"{len(common.first)} compared."
        for (dataset, test_set), common in sets.items()
        if common.left_out
    ]
    more = len(notes) - LEFT_OUT
    notes = notes[:LEFT_OUT] + ([f"The same on {more} more test sets."] if more > 0 else [])
    names = sorted({f"{dataset}/{test_set}" for dataset, test_set, _ in single if (dataset, test_set) not in sets})
    return notes + ([f"Only one side has {', '.join(names)}."] if names else [])
