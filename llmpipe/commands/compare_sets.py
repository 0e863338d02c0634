"""What two results have in common: test sets, and the examples that every run answered."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from llmpipe.commands.sides import Side
from llmpipe.files import Layout, read_jsonl
from llmpipe.pages.results import OVERALL, TEXT, TUNED, Row, read_scores
from llmpipe.records import Prediction


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


def scores_of(side: Side) -> list[Row]:
    """Scores of the tuned model on the tasks."""
    rows = read_scores(Layout(side.evaluation.parent))
    return [row for row in rows if row.model == TUNED and row.dataset not in (OVERALL, TEXT)]


def key_of(row: Row) -> tuple[str, str, str]:
    """Data set, test set and metric."""
    return row.dataset, row.test_set, row.score.name


def in_common(first: Group, other: Group, dataset: str, test_set: str) -> Common:
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
