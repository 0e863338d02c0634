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
from llmpipe.metrics import METRICS, Answers, Measured, language_model, paired, seeds, statistics
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


@dataclass(frozen=True)
class Group:
    """One of two results: a run, or several that differ in seeds only."""

    name: str
    sides: Sequence[Side]


@dataclass(frozen=True)
class Answered:
    """Lines of one run on the common examples of a test set."""

    predictions: Sequence[Prediction]
    scores: Sequence[Mapping[str, Any]]


@dataclass(frozen=True)
class Common:
    """A test set of all: the examples that every run answered, in the same order in each."""

    first: Sequence[Answered]
    other: Sequence[Answered]
    left_out: int

    def __len__(self) -> int:
        return len(self.first[0].predictions)


def compare(first: str, other: str, draws: Draws | None = None) -> Comparison:
    """
    Compare two results by name; names with commas between them are runs of one result with different seeds.

    Raises:
        DataError: A name stands for nothing that was evaluated, runs of a group differ in more than seeds, or the two
            have no example in common.
    """
    with tempfile.TemporaryDirectory() as folder:
        groups = _group(first, Path(folder) / "a"), _group(other, Path(folder) / "b")
        return of(*groups, draws or Draws(SEED, RESAMPLES, TRIALS))


def _group(name: str, scratch: Path) -> Group:
    names = [name] if Path(name).exists() else [part.strip() for part in name.split(",") if part.strip()]
    if len(set(names)) < len(names):
        raise DataError(f"'{name}' names a run twice; a run counts once.")
    sides = [find(each, scratch / str(number)) for number, each in enumerate(names or [name])]
    for side in sides[1:]:
        differing = {
            key for key in {*side.params, *sides[0].params} if side.params.get(key) != sides[0].params.get(key)
        }
        if more := sorted(key for key in differing if key.rpartition(".")[2] != "seed"):
            raise DataError(
                f"{sides[0].name} and {side.name} differ in {', '.join(more[:3])}; "
                "runs with commas between them are one result, so they may differ in seeds only."
            )
    return Group(", ".join(side.name for side in sides), sides)


def of(first: Group, other: Group, draws: Draws) -> Comparison:
    """
    Compare two results.

    Raises:
        DataError: They have no example in common.
    """
    sides = [*first.sides, *other.sides]
    rows = [{_key(row): row for row in _rows(side)} for side in sides]
    keys = [key for key in rows[0] if all(key in found for found in rows)]
    sets = {where: _common(first, other, *where) for where in dict.fromkeys(key[:2] for key in keys)}
    if not any(len(common) for common in sets.values()):
        raise DataError(
            f"{first.name} and {other.name} have no test example in common; compare results on the same test data."
        )
    headlines = {where: next(key for key in keys if key[:2] == where) for where, found in sets.items() if len(found)}
    count = len(headlines) + 1  # bits per byte

    def compared(key: tuple[str, str, str]) -> Compared:
        return _compared([found[key] for found in rows], _measure(sets[key[:2]], key[2]), count, draws)

    tested = [compared(key) for key in headlines.values()]
    tested += _bits(first, other, count, draws)
    tested = _judged(tested)
    others = [_untested(compared(key)) for key in keys if key[:2] in headlines and key != headlines[key[:2]]]
    return Comparison(
        first=first.name,
        other=other.name,
        verdict=verdict(tested),
        changes=changes(first, other),
        tested=tested,
        others=others,
        flips=flips({where: (sets[where], key[2]) for where, key in headlines.items()}),
        costs=costs(first, other),
        notes=_notes(sets, {key for found in rows for key in found} - set(keys)),
        runs=(len(first.sides), len(other.sides)),
        draws=asdict(draws),
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


def changes(first: Group, other: Group) -> list[Change]:
    """Parameters, data and code that differ; what differs within a group does not tell the two apart."""
    found = []
    for kind, part in (("parameter", "params"), ("data", "outputs"), ("code or input", "code")):
        ours, theirs = (_same(group, part) for group in (first, other))
        if ours and theirs:
            varied = _varied(first, part) | _varied(other, part)
            names = sorted(name for name in {*ours, *theirs} - varied if ours.get(name) != theirs.get(name))
            found += [Change(kind, name, _shown(ours, name), _shown(theirs, name)) for name in names]
    return found


def _same(group: Group, part: str) -> Mapping[str, Any]:
    found: Mapping[str, Any] = getattr(group.sides[0], part)
    return found


def _varied(group: Group, part: str) -> set[str]:
    values: list[Mapping[str, Any]] = [getattr(side, part) for side in group.sides]
    return {name for found in values for name in found if any(found[name] != more.get(name) for more in values)}


def _shown(values: Mapping[str, Any], name: str) -> str:
    if name not in values:
        return ""
    value = values[name]
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)


def costs(first: Group, other: Group) -> dict[str, dict[str, tuple[float, float]]]:
    """Stage -> measure -> (A's, B's), of what MLflow knows of all runs; of a group the mean of its runs."""
    ours, theirs = _costs(first), _costs(other)
    both = {stage: [name for name in ours[stage] if name in theirs[stage]] for stage in ours if stage in theirs}
    return {stage: {name: (ours[stage][name], theirs[stage][name]) for name in names} for stage, names in both.items()}


def _costs(group: Group) -> dict[str, dict[str, float]]:
    runs = [tracking.costs(side.outputs) for side in group.sides]
    return {
        stage: {
            name: sum(run[stage][name] for run in runs) / len(runs)
            for name in runs[0][stage]
            if all(name in run.get(stage, {}) for run in runs)
        }
        for stage in runs[0]
    }


# --- scores -----------------------------------------------------------------------------------------


def _rows(side: Side) -> list[Row]:
    """Scores of the tuned model on the tasks."""
    rows = read_scores(Layout(side.evaluation.parent))
    return [row for row in rows if row.model == TUNED and row.dataset not in (OVERALL, TEXT)]


def _key(row: Row) -> tuple[str, str, str]:
    return row.dataset, row.test_set, row.score.name


def _common(first: Group, other: Group, dataset: str, test_set: str) -> Common:
    """The examples that all answered: same id, same prompt, same references."""
    name = f"{TUNED}.{dataset}.{test_set}.jsonl"
    groups = [[_answers(side.evaluation, name) for side in group.sides] for group in (first, other)]
    runs = [run for group in groups for run in group]
    keys = [key for key in runs[0] if all(key in run for run in runs)]
    ours, theirs = (
        [Answered([run[key][0] for key in keys], [run[key][1] for key in keys]) for run in group] for group in groups
    )
    return Common(ours, theirs, sum(len(run) - len(keys) for run in runs))


def _answers(evaluation: Path, name: str) -> dict[Any, tuple[Prediction, Mapping[str, Any]]]:
    scores = {line["id"]: line for line in read_jsonl(evaluation / "examples" / name)}
    predictions: Iterator[Prediction] = read_jsonl(evaluation / "predictions" / name, Prediction)
    return {(p.id, p.prompt, p.references): (p, scores[p.id]) for p in predictions if p.id in scores}


Sides = tuple[Sequence[Measured], Sequence[Measured]]


def _measure(common: Common, metric: str) -> Sides:
    """Statistics of one metric for each run of both sides."""
    known = sorted({reference for p in common.first[0].predictions for reference in p.references})

    def of_run(run: Answered) -> Measured:
        said = run.predictions
        answers = Answers([p.hypothesis for p in said], [p.references for p in said], [], labels=known)
        return stored(metric, run.scores, answers)

    return [of_run(run) for run in common.first], [of_run(run) for run in common.other]


def _compared(rows: Sequence[Row], measured: Sides, count: int, draws: Draws) -> Compared:
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
            comparisons=count,
            resamples=draws.resamples,
            trials=draws.trials,
            key=key,
        )
    else:
        found, spread = seeds.difference(first, other, comparisons=count, resamples=draws.resamples, key=key)
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
    )


def _bits(first: Group, other: Group, count: int, draws: Draws) -> list[Compared]:
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


def _judged(rows: Sequence[Compared]) -> list[Compared]:
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
    """Examples with another mean score of the runs; the answers shown are those of the first run of each side."""
    ours, theirs = common.first[0].predictions, common.other[0].predictions
    for i, (mine, other) in enumerate(zip(ours, theirs, strict=True)):
        scores = [run.scores[i] for run in (*common.first, *common.other)]
        metric = headline if headline in scores[0] else "accuracy"  # macro F1 has no value of an example
        means = [np.mean([run.scores[i].get(metric, 0.0) for run in side]) for side in (common.first, common.other)]
        gain = float(means[1] - means[0])
        if gain:
            reference = " / ".join(mine.references)
            yield Flip(
                dataset, test_set, mine.id, metric, gain, mine.prompt, reference, mine.hypothesis, other.hypothesis
            )


def _partly(common: Common) -> str:
    return "only one side has" if len(common.first) == len(common.other) == 1 else "not every run has"


def _notes(sets: Mapping[tuple[str, str], Common], single: set[tuple[str, str, str]]) -> list[str]:
    """What the comparison leaves out."""
    notes = [
        f"{dataset}/{test_set}: {common.left_out} answers left out, because {_partly(common)} the example; "
        f"{len(common)} compared."
        for (dataset, test_set), common in sets.items()
        if common.left_out
    ]
    more = len(notes) - LEFT_OUT
    notes = notes[:LEFT_OUT] + ([f"The same on {more} more test sets."] if more > 0 else [])
    names = sorted({f"{dataset}/{test_set}" for dataset, test_set, _ in single if (dataset, test_set) not in sets})
    return notes + ([f"Only one side has {', '.join(names)}."] if names else [])
