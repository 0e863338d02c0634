"""What a report is about, read from the data folder: scores, metrics of the stages, curves, predictions."""

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from llmpipe.errors import DataError
from llmpipe.files import Layout, dvc_digest, read_json, read_jsonl
from llmpipe.records import Prediction, Score

STAGES = ("ingest", "clean", "tokenizer", "encode", "baselines", "pretrain", "finetune", "evaluate", "transfer")
TUNED = "finetuned"
RETRIEVAL = "finetuned_retrieval"  # the tuned model with passages that were found
CLOSED = "finetuned_closed"  # the tuned model without the passage of a reading question
OURS = (TUNED, RETRIEVAL, CLOSED)  # no baselines
BASE = "pretrained"
NGRAM = "ngram"  # of the highest order
LSTM = "lstm"
OVERALL = "all"  # the data set of means over data sets; the "test set" of all languages
TEXT = "language_model"  # the data set of bits per byte on the test documents, one "test set" a language
BITS = "bits_per_byte"
GAIN = "bits_per_byte_minus_ngram"
SIGNIFICANT = 0.05


@dataclass(frozen=True)
class Row:
    """A score of one model on one test set."""

    model: str
    dataset: str
    task: str
    test_set: str
    score: Score


@dataclass(frozen=True)
class TransferRow:
    """A headline score of one training run of the transfer stage."""

    arm: str
    labels: int
    seed: int
    dataset: str
    test_set: str
    score: Score


Curve = Mapping[str, Sequence[tuple[int, float]]]  # column -> (step, value); unmeasured steps are absent


@dataclass(frozen=True)
class Results:
    """
    Everything that a report shows.

    Args:
        rows: All scores, in the order of the evaluation.
        metrics: data/metrics/STAGE.json by stage.
        curves: data/FOLDER/curve.csv by stage (pretrain, finetune).
        comparisons: The tuned model against the best baseline: (data set, test set) -> {"baseline", "difference",
            "low", "high", "p_holm", "test", ...}.
        confusion: Data set -> test set -> {"labels", "matrix"} (rows: correct label, columns: predicted).
        contamination: Test sets with items that stand in the raw text: {"dataset", "test_set", "flagged", "by_item",
            "by_ngram", "all", "rest"}, the last two the headline score with these items and without.
        unseen_labels: Test sets with labels that training has not: {"dataset", "test_set", "items", "labels",
            "message"}.
        abstention: Labels scored by likelihood: "datasets" -> what valid said, "scores" -> rows of scores, "curves".
        predictions: (data set, test set) -> predictions of the tuned model.
        retrieval: data/evaluation/retrieval.json: {"scores", "comparisons", "rules"}; empty when it is switched off.
        transfer: Scores with and without pretraining; none when the run did not measure them.
        transfer_comparisons: {"labels", "seed", "dataset", "test_set", "arm", "other", "difference", "p_holm", ...}.
        digests: Path below data/ -> digest as in dvc.lock, of every file and folder that was read.
    """

    rows: Sequence[Row]
    metrics: Mapping[str, Any]
    curves: Mapping[str, Curve]
    comparisons: Mapping[tuple[str, str], Mapping[str, Any]]
    confusion: Mapping[str, Mapping[str, Any]]
    contamination: Sequence[Mapping[str, Any]]
    unseen_labels: Sequence[Mapping[str, Any]]
    abstention: Mapping[str, Any]
    predictions: Mapping[tuple[str, str], Sequence[Prediction]]
    retrieval: Mapping[str, Any]
    transfer: Sequence[TransferRow]
    transfer_comparisons: Sequence[Mapping[str, Any]]
    digests: Mapping[str, str]

    @property
    def answers(self) -> list[Row]:
        """Scores of the tuned model on the tasks."""
        return [row for row in self.rows if row.model == TUNED and row.dataset not in (OVERALL, TEXT)]

    @property
    def test_sets(self) -> list[str]:
        """Names of the test sets of the tasks, in order."""
        return sorted({row.test_set for row in self.answers})

    @property
    def datasets(self) -> list[str]:
        """Names of the data sets, in the order of the evaluation."""
        return list(dict.fromkeys(row.dataset for row in self.answers))

    def metrics_of(self, dataset: str) -> list[str]:
        """Metric names of a data set, the headline one first."""
        return list(dict.fromkeys(row.score.name for row in self.rows if row.dataset == dataset))

    def models_of(self, dataset: str) -> list[str]:
        """Names of the models with a score on a data set, the tuned model first, then alphabetical."""
        return sorted(
            {row.model for row in self.rows if row.dataset == dataset}, key=lambda name: (name != TUNED, name)
        )

    def find(self, model: str, dataset: str, test_set: str, metric: str) -> Score | None:
        """One score."""
        wanted = (model, dataset, test_set, metric)
        return next(
            (row.score for row in self.rows if (row.model, row.dataset, row.test_set, row.score.name) == wanted), None
        )

    def best_baseline(self, dataset: str, test_set: str, metric: str) -> Row | None:
        """The best score of what the tuned model is compared with."""
        rows = [row for row in self.rows if (row.dataset, row.test_set, row.score.name) == (dataset, test_set, metric)]
        return max((row for row in rows if row.model not in OURS), key=lambda row: row.score.value, default=None)

    @property
    def languages(self) -> list[str]:
        """Groups of test documents: "all", then the languages."""
        return sorted(
            {row.test_set for row in self.rows if row.dataset == TEXT}, key=lambda name: (name != OVERALL, name)
        )


def load(data: Layout) -> Results:
    """
    Read what a report needs below `data`.

    Raises:
        DataError: A file is missing or malformed.
    """
    metrics = {stage: read_json(data.metrics(stage)) for stage in STAGES}
    curve_files = {"pretrain": data.pretrained / "curve.csv", "finetune": data.finetuned / "curve.csv"}
    read = [*(data.metrics(stage) for stage in STAGES), *curve_files.values(), data.evaluation, data.transfer]
    compared = read_json(data.evaluation / "comparisons.json")
    unseen = data.evaluation / "unseen_labels.jsonl"
    curves = {stage: read_curve(path) for stage, path in curve_files.items()}
    return Results(
        rows=read_scores(data),
        metrics=metrics,
        curves=curves,
        comparisons={(item["dataset"], item["test_set"]): item for item in compared},
        confusion=read_json(data.evaluation / "confusion.json"),
        contamination=read_json(data.evaluation / "contamination.json"),
        unseen_labels=list(read_jsonl(unseen)) if unseen.exists() else [],
        abstention=read_json(data.evaluation / "abstention.json"),
        predictions=_predictions(data.evaluation / "predictions"),
        retrieval=read_retrieval(data),
        transfer=read_transfer(data),
        transfer_comparisons=read_json(data.transfer / "comparisons.json"),
        digests={path.relative_to(data.root).as_posix(): dvc_digest(path) for path in read},
    )


def read_scores(data: Layout) -> list[Row]:
    """
    The scores of the evaluation.

    Raises:
        DataError: The file is missing, empty, or a line lacks a field.
    """
    path = data.evaluation / "scores.json"
    keys = ("model", "dataset", "task", "test_set")
    rows = [Row(score=score, **{key: item[key] for key in keys}) for item, score in _scored(path, keys)]
    if not rows:
        raise DataError(f"{path} holds no score; give ingest a test set, then run `dvc repro`.")
    return rows


def read_retrieval(data: Layout) -> Mapping[str, Any]:
    """What retrieval found and what came of it; {} when it was not asked for."""
    path = data.evaluation / "retrieval.json"
    return read_json(path) if path.exists() else {}


def read_transfer(data: Layout) -> list[TransferRow]:
    """
    The scores of the transfer stage; none when it had nothing to do.

    Raises:
        DataError: The file is missing, or a line lacks a field.
    """
    keys = ("arm", "labels", "seed", "dataset", "test_set")
    found = _scored(data.transfer / "scores.json", keys)
    return [TransferRow(score=score, **{key: item[key] for key in keys}) for item, score in found]


def _scored(path: Path, keys: Sequence[str]) -> list[tuple[Mapping[str, Any], Score]]:
    """Each item of a file of scores with its score, once it is known to have `keys` too."""
    names = [field.name for field in fields(Score)]
    items = read_json(path)
    for item in items:
        missing = [key for key in (*keys, *names) if key not in item]
        if missing:
            raise DataError(
                f"{path}: a score lacks '{missing[0]}'; delete {path.parent} and run `dvc repro`, which writes it anew."
            )
    return [(item, Score(**{name: item[name] for name in names})) for item in items]


def outcome(comparison: Mapping[str, Any]) -> str:
    """`better`, `worse` or `open`: the sign of a difference whose corrected p is below `SIGNIFICANT`."""
    if comparison["p_holm"] >= SIGNIFICANT or comparison["difference"] == 0:
        return "open"
    return "better" if comparison["difference"] > 0 else "worse"


def read_curve(path: Path) -> dict[str, list[tuple[int, float]]]:
    """
    Columns of a curve.csv as (step, value) points; empty cells are left out.

    Raises:
        DataError: The file is missing or a cell is not a number.
    """
    if not path.exists():
        raise DataError(f"{path} is missing; run the stage that writes it (`dvc repro` runs all of them).")
    columns: dict[str, list[tuple[int, float]]] = {}
    with path.open(encoding="utf-8", newline="") as stream:
        for number, line in enumerate(csv.DictReader(stream), start=2):
            try:
                step = int(line["step"])
                for name, cell in line.items():
                    if name != "step" and cell:
                        columns.setdefault(name, []).append((step, float(cell)))
            except (KeyError, TypeError, ValueError) as error:
                raise DataError(
                    f"{path}, line {number}: {error}; the file was edited or cut, run its stage again."
                ) from None
    return columns


def _predictions(folder: Path) -> dict[tuple[str, str], list[Prediction]]:
    found = {}
    for path in sorted(folder.glob(f"{TUNED}.*.jsonl")):
        predictions: list[Prediction] = list(read_jsonl(path, Prediction))
        if predictions:
            found[predictions[0].dataset, predictions[0].test_set] = predictions
    return found
