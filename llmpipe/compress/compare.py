"""A model before and after, on the same test documents and examples: bits per byte and task scores, in pairs."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from llmpipe.config import EvaluateConfig, Params
from llmpipe.evaluation.documents import nats_of
from llmpipe.evaluation.predict import TUNED, predict
from llmpipe.evaluation.scores import check_metrics, read_model_answers
from llmpipe.evaluation.test_sets import TestSet, read_test_sets, read_train
from llmpipe.files import Layout
from llmpipe.metrics import METRICS, Answers, Floats, Result, language_model, results, statistics
from llmpipe.progress import Reporter
from llmpipe.records import Document
from llmpipe.tokenizer import Tokenizer
from llmpipe.train import likelihoods
from llmpipe.train.directory import Loaded

BEFORE, AFTER = "before", "after"
MEAN = "headline_mean"  # of the headline scores of all data sets, each over its best value
ALL = "all"


@dataclass(frozen=True)
class Measured:
    """
    What was measured of both models.

    Args:
        bits_per_byte: A row for all test documents and for each language.
        scores: A row for each data set and test set, by the headline metric of its task.
        means: A row for each test set: the mean of the headline scores, each over its best value.
        same_answers: Share of all test examples to which both give the same answer.
    """

    bits_per_byte: list[dict[str, Any]]
    scores: list[dict[str, Any]]
    means: list[dict[str, Any]]
    same_answers: float


def measure(models: Mapping[str, Loaded], params: Params, data: Layout, folder: Path, reporter: Reporter) -> Measured:
    """
    Score both models as the stage `evaluate` does, and compare them in pairs.

    Args:
        models: The two, `before` and `after`, with one tokenizer.
        params: With the sections `evaluate` and `finetune`.
        data: With documents, tokens and examples.
        folder: For the answers.
        reporter: Told of progress.

    Raises:
        DataError: Test documents or examples are missing or malformed.
    """
    config = params.evaluate
    train = read_train(data, params.finetune.train_per_dataset)
    test_sets = read_test_sets(data, train, config.max_per_set)
    tokenizer = Tokenizer.load(data.tokenizer)
    documents, tokens = likelihoods.read_test(data, tokenizer)
    nats = {name: nats_of(loaded, documents, tokens, tokenizer, reporter) for name, loaded in models.items()}
    for name, loaded in models.items():
        predict(folder / name, test_sets, train, loaded=loaded, config=config, reporter=reporter)
    answers = [{name: read_model_answers(folder / name, test_set, TUNED) for name in models} for test_set in test_sets]
    scores, means = _scores(test_sets, answers, config)
    return Measured(_bits(nats, documents, config), scores, means, _same(answers))


# --- documents --------------------------------------------------------------------------------------


def _bits(nats: Mapping[str, Floats], documents: Sequence[Document], config: EvaluateConfig) -> list[dict[str, Any]]:
    """Rows for all documents and each language, each with the paired difference."""
    languages = np.array([document.language for document in documents])
    size = np.array([len(document.text.encode()) for document in documents], np.float64)
    rows = []
    for group in [ALL, *sorted(set(languages.tolist()) - {""})]:
        chosen = np.full(len(size), True) if group == ALL else languages == group
        found = {name: language_model.bits_per_byte(values[chosen], size[chosen]) for name, values in nats.items()}
        paired = language_model.difference(nats[AFTER][chosen], nats[BEFORE][chosen], size[chosen])
        scores = {
            name: results.plain(
                "bits_per_byte",
                measured,
                unit="bits/byte",
                signature=language_model.SIGNATURE,
                resamples=config.resamples,
                key=(config.seed, "bootstrap", "language_model", group),
            )
            for name, measured in (*found.items(), ("difference", paired))
        }
        rows.append({"test_set": group, **{name: asdict(score) for name, score in scores.items()}})
    return rows


# --- tasks ------------------------------------------------------------------------------------------


def _scores(
    test_sets: Sequence[TestSet], answers: Sequence[Mapping[str, Answers]], config: EvaluateConfig
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """The headline metric of each test set with the paired difference, p after Holm; and their means."""
    rows: list[dict[str, Any]] = []
    by_name: dict[str, list[dict[str, Result]]] = {}
    for test_set, given in zip(test_sets, answers, strict=True):
        key = test_set.dataset, test_set.name
        for metric in check_metrics(test_set, given[AFTER])[0][:1]:
            both = results.measure(metric, METRICS[metric], given, config.resamples, (config.seed, "bootstrap", *key))
            numbers = results.difference(
                both[AFTER], both[BEFORE], METRICS[metric], config.randomisations, (config.seed, "randomisation", *key)
            )
            where = {"dataset": test_set.dataset, "test_set": test_set.name, "metric": metric}
            rows.append({**where, **{name: asdict(result.score) for name, result in both.items()}, **numbers})
            by_name.setdefault(test_set.name, []).append(both)
    for row, p in zip(rows, statistics.holm([row["p"] for row in rows]), strict=True):
        row["p_holm"] = p
    return rows, [_mean(name, strata) for name, strata in sorted(by_name.items())]


def _mean(test_set: str, strata: Sequence[Mapping[str, Result]]) -> dict[str, Any]:
    """Mean over data sets, each resampled on its own (stratified bootstrap), and that of the paired difference."""
    best = np.array([METRICS[stratum[AFTER].score.name].best for stratum in strata])
    values = {name: np.array([stratum[name].score.value for stratum in strata]) / best for name in (BEFORE, AFTER)}
    drawn = {
        name: np.mean([s[name].replicates / b for s, b in zip(strata, best, strict=True)], axis=0) for name in values
    }
    values["difference"], drawn["difference"] = values[AFTER] - values[BEFORE], drawn[AFTER] - drawn[BEFORE]
    sizes, found = [stratum[AFTER].score.n for stratum in strata], {}
    for name, each in values.items():
        bounds = (-1.0 if name == "difference" else 0.0, 1.0)
        _, (low, high) = statistics.bootstrap(drawn[name], list(zip(each.tolist(), sizes, strict=True)), bounds)
        found[name] = {"value": round(float(each.mean()), 10), "low": round(low, 10), "high": round(high, 10)}
    gain = found.pop("difference")
    row: dict[str, Any] = {"dataset": ALL, "test_set": test_set, "metric": MEAN}
    row |= {name: {**score, "unit": "ratio", "n": len(strata)} for name, score in found.items()}
    return row | {"difference": gain["value"], "low": gain["low"], "high": gain["high"]}


def _same(answers: Sequence[Mapping[str, Answers]]) -> float:
    pairs = [pair for given in answers for pair in zip(given[BEFORE].hypotheses, given[AFTER].hypotheses, strict=True)]
    return sum(first == other for first, other in pairs) / max(1, len(pairs))
