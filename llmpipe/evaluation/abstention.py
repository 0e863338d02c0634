"""
Classification by scoring labels: what each label is worth to the model, calibrated, and when it had better not answer.

Beside the generated answers, not in their place. The log-likelihoods of all labels are on disk first; temperature and
threshold are fitted on valid and applied to the test sets. An unanswerable item (out of scope) has no right answer but
none: whoever answers it is wrong.
"""

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from llmpipe import tasks
from llmpipe.errors import ParamsError, unknown_name
from llmpipe.evaluation.test_sets import TestSet, read_valid
from llmpipe.files import Layout, read_json, read_jsonl, write_json, write_jsonl
from llmpipe.metrics import Floats, calibration, results, statistics
from llmpipe.metrics.answers import Measured, mean
from llmpipe.metrics.calibration import UNKNOWN, Ints
from llmpipe.model.choices import log_likelihoods
from llmpipe.progress import Reporter
from llmpipe.records import Example, Score
from llmpipe.sections.evaluate import AbstentionConfig, EvaluateConfig
from llmpipe.train.directory import Loaded

LABELS, VALID, TEST = "labels.json", "valid.jsonl", "test"
AT_ONCE = 256  # examples between two looks at the clock
CURVE_POINTS = 50


# --- scoring ----------------------------------------------------------------------------------------


def score_labels(
    folder: Path,
    data: Layout,
    test_sets: Sequence[TestSet],
    *,
    loaded: Loaded,
    config: EvaluateConfig,
    reporter: Reporter,
) -> None:
    """
    Write how likely each label is as the answer to each valid and test example; nothing without a target.

    Args:
        folder: Gets `labels/DATASET/labels.json`, `valid.jsonl` and `test/NAME.jsonl`.
        data: Where the valid examples are.
        test_sets: Those without labels are left out.
        loaded: The model.
        config: Of the evaluation.
        reporter: Hears how far it is.

    Raises:
        ParamsError: `evaluate.abstention.unanswerable` names a label that no item and no data set has.
    """
    if config.abstention.target_accuracy is None:
        return
    labels_of = {test_set.dataset: test_set.labels for test_set in test_sets if test_set.labels}
    files: dict[Path, Sequence[Example]] = {Path(name, VALID): read_valid(data, name) for name in labels_of}
    files |= {Path(s.dataset, TEST, f"{s.name}.jsonl"): s.examples for s in test_sets if s.labels}
    given = {example.references[0] for examples in files.values() for example in examples}
    _check_unanswerable(config.abstention, given.union(*labels_of.values()))
    total, done = sum(map(len, files.values())), 0
    for file, examples in files.items():
        labels = labels_of[file.parts[0]]
        write_json(folder / "labels" / file.parts[0] / LABELS, labels)
        rows: list[dict[str, Any]] = []
        for start in range(0, len(examples), AT_ONCE):
            block = examples[start : start + AT_ONCE]
            for example, scores in zip(block, _scores(block, labels, loaded), strict=True):
                rows.append({"id": example.id, "label": example.references[0], "log_likelihoods": scores})
            done += len(block)
            reporter.progress(done, total, "examples by labels")
        write_jsonl(folder / "labels" / file, rows)


def _check_unanswerable(config: AbstentionConfig, known: Collection[str]) -> None:
    for label in config.unanswerable if known else ():
        if label not in known:
            raise ParamsError(f"evaluate.abstention.unanswerable: {unknown_name('label', label, known)}")


def _scores(examples: Sequence[Example], labels: Sequence[str], loaded: Loaded) -> list[list[float]]:
    answers = [loaded.tokenizer.completion(label) for label in labels]
    room = loaded.config.context_length - max(map(len, answers))
    prompts = [tasks.fit_prompt(example, loaded.tokenizer.prompt, room)[0] for example in examples]
    return log_likelihoods(loaded.model, prompts, answers).round(4).tolist()


# --- measuring --------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Scored:
    """
    Items of one data set with the log-likelihoods of its labels.

    Args:
        scores: (N, L).
        truth: Number of each item's label, `UNKNOWN` where it is not among them, (N,).
        answerable: Which labels are answers, bool (L,).
        outside: Which items have a label that is no answer, bool (N,).
    """

    scores: Floats
    truth: Ints
    answerable: NDArray[np.bool_]
    outside: NDArray[np.bool_]

    def answers(self, temperature: float) -> tuple[Floats, Floats]:
        """The probability of the likeliest answer, and 1 where it is right, (N,) each."""
        shares = calibration.probabilities(self.scores, temperature)
        shares[:, ~self.answerable] = -1.0
        said = shares.argmax(axis=1)
        return shares.max(axis=1), (said == self.truth).astype(np.float64)


def rescore(folder: Path, config: EvaluateConfig) -> dict[str, Any]:
    """
    Compute abstention.json below `folder` from what `score_labels` has written in `folder`/labels.

    Returns:
        The values of the scores, {data set: {test set: {name: value}}}; empty when labels were not scored.

    Raises:
        ParamsError: `evaluate.abstention.unanswerable` names a label that no item and no data set has.
    """
    wanted = config.abstention
    found = sorted(path.parent for path in (folder / "labels").glob(f"*/{LABELS}"))
    items = [row["label"] for path in found for file in path.rglob("*.jsonl") for row in read_jsonl(file)]
    _check_unanswerable(wanted, {*items, *(label for path in found for label in read_json(path / LABELS))})
    datasets: dict[str, Any] = {}
    rows: list[dict[str, Any]] = []
    curves: dict[str, Any] = {}
    for path in found if wanted.target_accuracy is not None else ():
        fitted = _fit(_read(path, VALID, wanted), wanted)
        datasets[path.name] = fitted
        for file in sorted((path / TEST).glob("*.jsonl")):
            scored = _read(path, f"{TEST}/{file.name}", wanted)
            key = (config.seed, "bootstrap", "abstention", path.name, file.stem)
            where = {"dataset": path.name, "test_set": file.stem}
            rows += [where | asdict(score) for score in _measure(scored, fitted, wanted, config.resamples, key)]
            curves.setdefault(path.name, {})[file.stem] = _curve(scored, fitted["temperature"])
    write_json(folder / "abstention.json", {"datasets": datasets, "scores": rows, "curves": curves})
    nested: dict[str, Any] = {}
    for row in rows:
        nested.setdefault(row["dataset"], {}).setdefault(row["test_set"], {})[row["name"]] = row["value"]
    return nested


def _read(folder: Path, name: str, wanted: AbstentionConfig) -> Scored:
    labels = read_json(folder / LABELS)
    numbers = {label: i for i, label in enumerate(labels)}
    rows = list(read_jsonl(folder / name))
    return Scored(
        np.array([row["log_likelihoods"] for row in rows], np.float64).reshape(len(rows), len(labels)),
        np.array([numbers.get(row["label"], UNKNOWN) for row in rows], np.int64),
        np.array([label not in wanted.unanswerable for label in labels]),
        np.array([row["label"] in wanted.unanswerable for row in rows], np.bool_),
    )


def _fit(valid: Scored, wanted: AbstentionConfig) -> dict[str, Any]:
    """What valid says: the temperature and the threshold, None when no threshold reaches the target."""
    assert wanted.target_accuracy is not None
    temperature = round(calibration.fit_temperature(valid.scores, valid.truth), 4)
    confidence, right = valid.answers(temperature)
    threshold = calibration.choose_threshold(confidence, right, wanted.target_accuracy, wanted.certainty)
    return {
        "temperature": temperature,
        "threshold": None if math.isinf(threshold) else round(threshold, 10),
        "labels": len(valid.answerable),
        "unanswerable": int((~valid.answerable).sum()),
        "valid": len(right),
        "valid_coverage": round(float((confidence >= threshold).mean()) if len(right) else 0.0, 10),
    }


def _measure(
    scored: Scored, fitted: Mapping[str, Any], wanted: AbstentionConfig, resamples: int, key: tuple[Any, ...]
) -> list[Score]:
    """The scores of one test set; those of a share of no item are left out."""
    temperature, threshold = fitted["temperature"], fitted["threshold"]
    confidence, right = scored.answers(temperature)
    answered = confidence >= (math.inf if threshold is None else threshold - 1e-9)  # it was rounded
    how = f"labels:{fitted['labels']}|valid:{fitted['valid']}"
    scaled = f"{how}|temperature:{temperature:g}"

    def share(name: str, hits: NDArray[Any]) -> Score | None:
        if not len(hits):
            return None
        low, high = statistics.wilson(float(hits.sum()), len(hits))
        shown = f"{scaled}|threshold:{'none' if threshold is None else f'{threshold:.4g}'}|ci:wilson"
        return results.rounded(Score(name, float(hits.mean()), low, high, "ratio", shown, len(hits)))

    def summed(name: str, measured: Measured, unit: str, signature: str) -> Score:
        return results.plain(name, measured, unit=unit, signature=signature, resamples=resamples, key=key)

    def nats(name: str, temperature: float, signature: str) -> Score | None:
        found = calibration.nats(scored.scores, scored.truth, temperature)
        found = found[~np.isnan(found)]
        return summed(name, mean(found), "nats", signature) if len(found) else None

    def error(name: str, temperature: float, signature: str) -> Score:
        rows = calibration.bin_rows(*scored.answers(temperature), wanted.bins)
        measured = Measured(rows, calibration.calibration_error, None)
        return summed(name, measured, "ratio", f"{signature}|bins:{wanted.bins}")

    def area(name: str, measure: calibration.Area, hits: Floats) -> Score:
        value, low, high, interval = calibration.area_score(measure, confidence, hits, resamples, key)
        return results.rounded(Score(name, value, low, high, "ratio", f"{scaled}|ci:{interval}", len(hits)))

    scores = [
        share("accuracy", right),
        nats("nats_unscaled", 1.0, how),
        nats("nats", temperature, scaled),
        error("calibration_error_unscaled", 1.0, how),
        error("calibration_error", temperature, scaled),
        area("aurc", calibration.area_under_risk, right),
        share("coverage", answered),
        share("answered_accuracy", right[answered]),
    ]
    outside = scored.outside
    if outside.any():
        scores += [share("in_scope_coverage", answered[~outside]), share("in_scope_accuracy", right[~outside])]
        scores.append(share("refused", ~answered[outside]))
        if not outside.all():
            scores.append(area("auroc", calibration.area_under_roc, (~outside).astype(np.float64)))
    return [score for score in scores if score is not None]


def _curve(scored: Scored, temperature: float) -> list[list[float]]:
    """(coverage, risk) at some coverages, for a plot."""
    curve = calibration.risk_coverage(*scored.answers(temperature))
    places = np.unique(np.linspace(0, len(curve.risk) - 1, min(CURVE_POINTS, len(curve.risk))).astype(int))
    return [[round(float(curve.coverage[i]), 6), round(float(curve.risk[i]), 6)] for i in places]
