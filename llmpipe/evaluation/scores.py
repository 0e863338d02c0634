"""Every number from the predictions and document likelihoods on disk; no model is needed."""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from llmpipe.errors import DataError
from llmpipe.evaluation import abstention
from llmpipe.evaluation.documents import bits_per_byte
from llmpipe.evaluation.predict import TUNED
from llmpipe.evaluation.retrieval import CLOSED, RETRIEVAL
from llmpipe.evaluation.retrieval_scores import score_retrieval
from llmpipe.evaluation.test_sets import (
    ABSTENTION,
    ALL,
    CHECKS,
    LANGUAGE_MODEL,
    RETRIEVED,
    TestSet,
    read_test_sets,
    read_train,
    unseen_labels,
)
from llmpipe.files import Layout, read_json, read_jsonl, write_json, write_jsonl
from llmpipe.metrics import METRICS, Answers, Result, identity, labels, results, statistics
from llmpipe.records import Prediction, Score
from llmpipe.sections.evaluate import EvaluateConfig

UNSEEN_LABELS = "unseen_labels.jsonl"
Results = dict[str, dict[str, Result]]  # metric -> model -> result


def rescore(folder: Path, data: Layout, config: EvaluateConfig) -> dict[str, Any]:
    """
    Compute every number from the predictions and document likelihoods in `folder`; no model is needed.

    Writes scores.json, comparisons.json, confusion.json, contamination.json, refused.jsonl and examples/ below
    `folder`; unseen_labels.jsonl where test items have labels that training has not.

    Returns:
        The tuned model's scores, {data set: {test set: {metric: value}}}, with the rows `all`,
        `language_model` and `checks`.
    """
    rows: list[dict[str, Any]] = []
    refused: list[dict[str, Any]] = []
    comparisons: list[dict[str, Any]] = []
    confusion: dict[str, Any] = {}
    contamination: list[dict[str, Any]] = []
    flagged = read_flagged(data)
    found: dict[tuple[str, str], Results] = {}
    test_sets = read_test_sets(data, read_train(data), config.max_per_set)
    for test_set in test_sets:
        answers = read_answers(folder / "predictions", test_set)
        usable, unusable = check_metrics(test_set, answers[TUNED])
        key = (config.seed, "bootstrap", test_set.dataset, test_set.name)
        measured = {name: results.measure(name, METRICS[name], answers, config.resamples, key) for name in usable}
        found[test_set.dataset, test_set.name] = measured
        refused += unusable
        for by_model in measured.values():
            rows += [_row(model, test_set, result.score) for model, result in by_model.items()]
        if usable:
            comparisons += compare(test_set, measured[usable[0]], config)
            contamination += without_flagged(test_set, answers[TUNED], measured[usable[0]][TUNED], flagged, config)
        if test_set.labels:
            confusion.setdefault(test_set.dataset, {})[test_set.name] = labels.confusion(answers[TUNED])
        write_example_scores(folder / "examples", test_set, measured)
    rows += over_datasets(found)
    rows += bits_per_byte(folder / "documents", read_json(folder / "models.json"), config)
    for comparison, p in zip(comparisons, statistics.holm([row["p"] for row in comparisons]), strict=True):
        comparison["p_holm"] = p
    write_json(folder / "scores.json", rows)
    write_json(folder / "comparisons.json", comparisons)
    write_json(folder / "confusion.json", confusion)
    write_json(folder / "contamination.json", contamination)
    write_jsonl(folder / "refused.jsonl", refused)
    if unseen := unseen_labels(test_sets, config.abstention.unanswerable):
        write_jsonl(folder / UNSEEN_LABELS, unseen)
    metrics = summary(rows, len(refused))
    if (folder / "retrieval").exists():
        metrics[RETRIEVED] = score_retrieval(folder, test_sets, found, config)
    if calibrated := abstention.rescore(folder, config):
        metrics[ABSTENTION] = calibrated
    return metrics


def read_answers(folder: Path, test_set: TestSet) -> dict[str, Answers]:
    """
    The answers of each model to a test set, the tuned model first.

    Raises:
        DataError: The tuned model's answers are missing, or a file answers other examples.
    """
    return {
        model: read_model_answers(folder, test_set, model)
        for model in (TUNED, RETRIEVAL, CLOSED, *sorted(test_set.task.baselines))
        if model == TUNED or (folder / test_set.file(model)).exists()  # the parameters may leave it out
    }


def read_model_answers(folder: Path, test_set: TestSet, model: str) -> Answers:
    """
    The answers of one model to a test set.

    Raises:
        DataError: They are missing, or answer other examples.
    """
    path = folder / test_set.file(model)
    predictions = list(read_jsonl(path, Prediction))
    expected = [(example.id, example.references) for example in test_set.examples]
    if [(prediction.id, prediction.references) for prediction in predictions] != expected:
        where = f"{test_set.dataset}/{test_set.name}"
        raise DataError(f"{path} does not answer the examples of {where}; run the stage that wrote it again.")
    return test_set.answers([prediction.hypothesis for prediction in predictions])


def check_metrics(test_set: TestSet, answers: Answers) -> tuple[list[str], list[dict[str, Any]]]:
    """
    The task's metrics that can be used here, and those that are refused, with the reason.

    A metric is refused when the references do not get its best value against themselves: it would give
    numbers, but they would mean nothing.
    """
    usable: list[str] = []
    refused: list[dict[str, Any]] = []
    where = {"dataset": test_set.dataset, "test_set": test_set.name}
    for name in test_set.task.metrics:
        if not METRICS[name].applies(answers):
            continue
        value = identity(name, answers)
        if value is None:
            usable.append(name)
            continue
        message = (
            f"{name} is refused on {test_set.dataset}/{test_set.name}: the references against themselves score "
            f"{value:.4g}, not {METRICS[name].best:g}, so it cannot measure answers to them; look at the references "
            f"(too short, or not what the task '{test_set.task.name}' expects)."
        )
        refused.append({**where, "metric": name, "identity": round(value, 10), "message": message})
    return usable, refused


def compare(test_set: TestSet, found: Mapping[str, Result], config: EvaluateConfig) -> list[dict[str, Any]]:
    """The tuned model against the strongest baseline, by the headline metric: one row, or none without baselines."""
    others = sorted(name for name in found if name not in (TUNED, RETRIEVAL, CLOSED))
    if not others:
        return []
    strongest = max(others, key=lambda name: found[name].score.value)
    metric = found[TUNED].score.name
    key = (config.seed, "randomisation", test_set.dataset, test_set.name)
    where = {"dataset": test_set.dataset, "test_set": test_set.name, "metric": metric}
    numbers = results.difference(found[TUNED], found[strongest], METRICS[metric], config.randomisations, key)
    return [{**where, "model": TUNED, "baseline": strongest, **numbers}]


def read_flagged(data: Layout) -> dict[tuple[str, str], dict[str, set[str]]]:
    """
    Test items that `clean` found in the raw text: (data set, test set) -> id -> {"item", "ngram"}, whole or a run.

    Raises:
        DataError: The list is missing.
    """
    found: dict[tuple[str, str], dict[str, set[str]]] = {}
    for leak in read_jsonl(data.clean / "leaks.jsonl"):
        dataset, _, name = leak["set"].rpartition("/")
        found.setdefault((dataset, name), {}).setdefault(leak["item"], set()).add(leak["by"])
    return found


def without_flagged(
    test_set: TestSet,
    answers: Answers,
    whole: Result,
    flagged: Mapping[tuple[str, str], Mapping[str, set[str]]],
    config: EvaluateConfig,
) -> list[dict[str, Any]]:
    """
    The tuned model's headline score with and without the flagged items: one row, or none where nothing is flagged.

    `clean` has removed documents that held a whole item, so a score that falls without the items shows what it missed.
    """
    known = flagged.get((test_set.dataset, test_set.name), {})
    kept = [i for i, example in enumerate(test_set.examples) if example.id not in known]
    if not kept or len(kept) == len(test_set.examples):
        return []
    rest = replace(test_set, examples=[test_set.examples[i] for i in kept])
    given = {TUNED: rest.answers([answers.hypotheses[i] for i in kept])}
    metric, key = whole.score.name, (config.seed, "bootstrap", test_set.dataset, test_set.name)
    score = results.measure(metric, METRICS[metric], given, config.resamples, key)[TUNED].score
    by = [known[example.id] for example in test_set.examples if example.id in known]
    return [
        {
            "dataset": test_set.dataset,
            "test_set": test_set.name,
            "by_item": sum("item" in kinds for kinds in by),
            "by_ngram": sum("ngram" in kinds for kinds in by),
            "flagged": len(by),
            "all": asdict(whole.score),
            "rest": asdict(score),
        }
    ]


def over_datasets(found: Mapping[tuple[str, str], Results]) -> Iterator[dict[str, Any]]:
    """
    Rows of the data set "all": each metric's mean over the data sets that have it, per test set.

    A baseline is listed when it answers every data set that the tuned model's mean is over.
    """
    for test_set in sorted({test_set for _, test_set in found}):
        here = [by_metric for (_, name), by_metric in found.items() if name == test_set]
        for metric in (metric for metric in METRICS if any(metric in by_metric for by_metric in here)):
            strata = [by_metric[metric] for by_metric in here if metric in by_metric]
            for model in strata[0]:
                if all(model in stratum for stratum in strata):
                    mean = results.mean_over([stratum[model] for stratum in strata])
                    yield {"model": model, "dataset": ALL, "task": ALL, "test_set": test_set, **asdict(mean)}


def write_example_scores(folder: Path, test_set: TestSet, found: Results) -> None:
    """One line an example and model: {id, metric: value}, and the statistics of corpus metrics (`bleu_statistics`)."""
    lines: dict[str, list[dict[str, Any]]] = {}
    for name, by_model in found.items():
        for model, result in by_model.items():
            rows = lines.setdefault(model, [{"id": example.id} for example in test_set.examples])
            values = [] if result.measured.values is None else result.measured.values.round(6).tolist()
            for i, value in enumerate(values):
                if not math.isnan(value):
                    rows[i][name] = value
                if METRICS[name].unit == "points":
                    rows[i][f"{name}_statistics"] = result.measured.rows[i].astype(int).tolist()
    for model, rows in lines.items():
        write_jsonl(folder / test_set.file(model), rows)


def summary(rows: Sequence[Mapping[str, Any]], num_refused: int) -> dict[str, Any]:
    """The nested values of data/metrics/evaluate.json from the rows of scores.json."""
    nested: dict[str, Any] = {ALL: {}, LANGUAGE_MODEL: {}, CHECKS: {"refused_metrics": num_refused}}
    for row in rows:
        if row["dataset"] == LANGUAGE_MODEL:
            if row["test_set"] == ALL and row["name"] == "bits_per_byte":
                nested[LANGUAGE_MODEL][row["model"]] = row["value"]
        elif row["model"] == TUNED:
            nested.setdefault(row["dataset"], {}).setdefault(row["test_set"], {})[row["name"]] = row["value"]
    return nested


def _row(model: str, test_set: TestSet, score: Score) -> dict[str, Any]:
    where = {"model": model, "dataset": test_set.dataset, "task": test_set.task.name, "test_set": test_set.name}
    return {**where, **asdict(score)}
