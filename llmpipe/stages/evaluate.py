"""
evaluate: models x test sets -> data/evaluation/: predictions, then every number.

Predictions and the log-likelihoods of the test documents are on disk before any metric is computed; `score`
reads them back and needs no model, so scores can be recomputed and disputed.
"""

import hashlib
import math
import re
import shutil
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np

from llmpipe import tasks
from llmpipe.baselines import BASELINES, Item
from llmpipe.config import EvaluateConfig, Params
from llmpipe.errors import DataError, ParamsError, unknown_name
from llmpipe.evaluation import abstention
from llmpipe.files import Layout, atomic_directory, read_json, read_jsonl, shards, write_json, write_jsonl
from llmpipe.metrics import METRICS, Answers, Floats, Result, identity, labels, language_model, results, statistics
from llmpipe.model.generate import generate
from llmpipe.progress import Reporter
from llmpipe.records import Example, Prediction, Score
from llmpipe.tasks import TASKS
from llmpipe.tokenizer import Tokenizer
from llmpipe.train import directory, likelihoods
from llmpipe.train.device import use_device
from llmpipe.train.directory import Loaded
from llmpipe.train.validate import document_nats

TUNED = "finetuned"  # the model that is compared with the baselines
BASE = "pretrained"
NGRAM = "ngram"
ALL = "all"  # the row of the mean over data sets, and of all languages
LANGUAGE_MODEL = "language_model"
CHECKS = "checks"
ABSTENTION = "abstention"
RESERVED = (ALL, LANGUAGE_MODEL, CHECKS, ABSTENTION)  # keys beside the data sets in data/metrics/evaluate.json
DOCUMENTS_AT_ONCE = 64  # scored between two looks at the clock


@dataclass(frozen=True)
class TestSet:
    """Examples of one data set under one name ("T1"), and what answers to them are judged by."""

    dataset: str
    name: str
    examples: Sequence[Example]
    labels: Sequence[str]

    @property
    def task(self) -> tasks.Task:
        """Of all its examples."""
        return TASKS[self.examples[0].task]

    def file(self, model: str) -> str:
        """Name of one model's file."""
        return f"{model}.{self.dataset}.{self.name}.jsonl"

    def answers(self, hypotheses: Sequence[str]) -> Answers:
        """Hypotheses with all that metrics need."""
        return Answers(
            hypotheses=hypotheses,
            references=[example.references for example in self.examples],
            languages=[tasks.target_language(example.language) for example in self.examples],
            slots=[example.inputs.get("slots") or {} for example in self.examples],
            labels=self.labels,
        )


def run(params: Params, data: Layout, out: Layout, reporter: Reporter) -> None:
    """Predict with the tuned model and the baselines, score them, and measure bits per byte."""
    config = params.evaluate
    for name in config.baselines:
        if name not in BASELINES:
            raise ParamsError(f"evaluate.baselines: {unknown_name('baseline', name, BASELINES)}")
    device = use_device(params.compute).torch
    train = read_train(data, params.finetune.train_per_dataset)
    test_sets = read_test_sets(data, train, config.max_per_set)
    check_contamination(train, test_sets)
    models = {TUNED: directory.load(data.finetuned, device), BASE: directory.load(data.pretrained, device)}
    with atomic_directory(out.evaluation) as folder:
        answers = folder / "predictions"
        num_cut = predict(answers, test_sets, train, loaded=models[TUNED], config=config, reporter=reporter)
        predict_baselines(answers, test_sets, train, config.baselines)
        abstention.score_labels(folder, data, test_sets, loaded=models[TUNED], config=config, reporter=reporter)
        score_documents(folder / "documents", data, models, config, reporter)
        shutil.copyfile(data.baselines / "models.json", folder / "models.json")
        metrics = rescore(folder, data, config)
        metrics[CHECKS] |= {"contaminated": 0, "cut_prompts": num_cut}
    for refusal in read_jsonl(out.evaluation / "refused.jsonl"):
        reporter.say(refusal["message"])
    reporter.metrics(
        {f"{ALL}.{test_set}.{name}": v for test_set, row in metrics[ALL].items() for name, v in row.items()}
    )
    reporter.metrics({f"{model}.bits_per_byte": value for model, value in metrics[LANGUAGE_MODEL].items()})
    write_json(out.metrics("evaluate"), metrics)


# --- inputs -----------------------------------------------------------------------------------------


def read_train(data: Layout, limit: int | None = None) -> dict[str, list[Example]]:
    """
    Training examples by data set; with a limit, the first ones of each: those that the tuned model has seen.

    Raises:
        DataError: An example is malformed.
    """
    train = {path.stem: list(read_jsonl(path, Example))[:limit] for path in shards(data.clean / "examples" / "train")}
    for examples in train.values():
        for example in examples:
            tasks.check(example)
    return train


def read_test_sets(data: Layout, train: Mapping[str, Sequence[Example]], limit: int | None) -> list[TestSet]:
    """
    All test sets, by data set and name.

    Raises:
        DataError: An example is malformed, a name cannot be used, or a data set has no training example.
    """
    found: list[TestSet] = []
    for path in shards(data.clean / "examples" / "test"):
        by_set: dict[str, list[Example]] = {}
        for example in read_jsonl(path, Example):
            tasks.check(example)
            by_set.setdefault(example.split, []).append(example)
        known = train.get(path.stem, [])
        if not known:
            raise DataError(
                f"data set '{path.stem}' has test examples but no training example; "
                f"add some, or remove it from ingest.sources."
            )
        for name in sorted(by_set):
            check_names(path.stem, name)
            classes = sorted({example.references[0] for example in known}) if known[0].task == "classification" else []
            found.append(TestSet(path.stem, name, sample(by_set[name], limit), classes))
    return found


def check_names(dataset: str, test_set: str) -> None:
    """
    Names become file names and keys of the metrics file.

    Raises:
        DataError: A name holds something else than letters, digits, "-" and "_", or is one of ours.
    """
    for kind, name in (("data set", dataset), ("test set", test_set)):
        if not re.fullmatch(r"[\w-]+", name) or (kind == "data set" and name in RESERVED):
            raise DataError(
                f"{kind} '{name}' cannot be named so; use letters, digits, '-' and '_', and not {', '.join(RESERVED)}."
            )


def sample(examples: Sequence[Example], limit: int | None) -> list[Example]:
    """All, or `limit` of them by hash of their ids, in the order of the file."""
    if limit is None or len(examples) <= limit:
        return list(examples)
    chosen = sorted(range(len(examples)), key=lambda i: hashlib.sha256(examples[i].id.encode()).digest())[:limit]
    return [examples[i] for i in sorted(chosen)]


def check_contamination(train: Mapping[str, Sequence[Example]], test_sets: Sequence[TestSet]) -> None:
    """
    No test prompt may be a training prompt.

    Raises:
        DataError: One is.
    """
    known = {prompt_text(example) for examples in train.values() for example in examples}
    leaked = [example for test_set in test_sets for example in test_set.examples if prompt_text(example) in known]
    if leaked:
        first = leaked[0]
        raise DataError(
            f"{len(leaked)} test prompt(s) also occur among the training prompts, the first is '{first.id}' of "
            f"{first.dataset}/{first.split}; run `clean` again, which removes such training examples."
        )


def prompt_text(example: Example) -> str:
    """The prompt as people read it: the text, or the turns of a dialogue."""
    messages = tasks.messages(example)
    return messages[0][1] if len(messages) == 1 else "\n".join(f"{role}: {text}" for role, text in messages)


# --- predictions ------------------------------------------------------------------------------------


def predict(
    folder: Path,
    test_sets: Sequence[TestSet],
    train: Mapping[str, Sequence[Example]],
    *,
    loaded: Loaded,
    config: EvaluateConfig,
    reporter: Reporter,
) -> int:
    """Generate greedily for all examples; returns how many prompts were cut to fit the context."""
    total, done, num_cut = sum(len(test_set.examples) for test_set in test_sets), 0, 0
    for test_set in test_sets:
        max_new_tokens = answer_tokens(train[test_set.dataset], loaded, config.max_new_tokens)
        room = loaded.config.context_length - max_new_tokens
        fitted = [tasks.fit_prompt(example, loaded.tokenizer.prompt, room) for example in test_set.examples]
        num_cut += sum(cut for _, cut in fitted)
        hypotheses = [""] * len(fitted)
        # examples of like length together, the longest first: what does not fit in memory fails now
        order = sorted(range(len(fitted)), key=lambda i: -len(fitted[i][0]))
        for start in range(0, len(order), config.batch_size):
            chosen = order[start : start + config.batch_size]
            for i, said in zip(chosen, say(loaded, [fitted[i][0] for i in chosen], max_new_tokens), strict=True):
                hypotheses[i] = said
            done += len(chosen)
            reporter.progress(done, total, "examples")
        write_predictions(folder, test_set, TUNED, hypotheses)
    return num_cut


def answer_tokens(train: Sequence[Example], loaded: Loaded, limit: int) -> int:
    """
    How long an answer may become: twice the longest training answer, `limit` or half the context, whichever is least.

    What is set aside for the answer is taken from the prompt, so no more than it can need.
    """
    longest = max(len(loaded.tokenizer.completion(tasks.completion(example))) for example in train)
    return min(2 * longest, limit, loaded.config.context_length // 2)


def say(loaded: Loaded, prompts: Sequence[list[int]], max_new_tokens: int) -> list[str]:
    """The model's answers to one batch of prompts."""
    tokenizer = loaded.tokenizer
    outputs = generate(
        loaded.model,
        prompts,
        max_new_tokens=max_new_tokens,
        stop_ids={tokenizer.end_id, tokenizer.eos_id},
        batch_size=len(prompts),
    )
    return [tokenizer.decode(output).strip() for output in outputs]


def predict_baselines(
    folder: Path, test_sets: Sequence[TestSet], train: Mapping[str, Sequence[Example]], names: Sequence[str]
) -> None:
    """The answers of each baseline that the task and the parameters name; one fit serves all sets of a data set."""
    for dataset in dict.fromkeys(test_set.dataset for test_set in test_sets):
        sets = [test_set for test_set in test_sets if test_set.dataset == dataset]
        known, asked = _items(train[dataset]), _items([example for test_set in sets for example in test_set.examples])
        for name in sets[0].task.baselines:
            if name in names:
                remaining = iter(BASELINES[name](known, asked))
                for test_set in sets:
                    write_predictions(folder, test_set, name, list(islice(remaining, len(test_set.examples))))


def write_predictions(folder: Path, test_set: TestSet, model: str, hypotheses: Sequence[str]) -> None:
    """One model's answers to one test set."""
    records = (
        Prediction(e.id, model, test_set.dataset, test_set.name, prompt_text(e), hypothesis, e.references)
        for e, hypothesis in zip(test_set.examples, hypotheses, strict=True)
    )
    write_jsonl(folder / test_set.file(model), records)


def _items(examples: Sequence[Example]) -> list[Item]:
    return [Item(tasks.text(example), tasks.body(example), example.references[0]) for example in examples]


# --- documents --------------------------------------------------------------------------------------


def score_documents(
    folder: Path, data: Layout, models: Mapping[str, Loaded], config: EvaluateConfig, reporter: Reporter
) -> None:
    """
    Write the nats of every test document for each model, beside those that the stage `baselines` has measured.

    A tuned model with a tokenizer of its own reads the same texts in its own tokens: bits per byte compare them.

    Raises:
        DataError: There is no test document, or tokens and documents do not belong together.
    """
    tokenizer = models[BASE].tokenizer
    assert isinstance(tokenizer, Tokenizer)
    documents, tokens = likelihoods.read_test(data, tokenizer)
    for name in sorted(models):
        read = tokens
        if models[name].tokenizer.digest != tokenizer.digest:
            read = [np.asarray(models[name].tokenizer.document(document.text)) for document in documents]
        likelihoods.write_nats(folder, name, documents, _model_nats(models[name], read, reporter))
    for path in sorted((data.baselines / "documents").glob("*.jsonl")):  # none when all are switched off
        shutil.copyfile(path, folder / path.name)


def _model_nats(loaded: Loaded, tokens: Sequence[np.ndarray], reporter: Reporter) -> Floats:
    context_length = loaded.config.context_length
    parts: list[Floats] = []
    for start in range(0, len(tokens), DOCUMENTS_AT_ONCE):
        block = tokens[start : start + DOCUMENTS_AT_ONCE]
        parts.append(document_nats(loaded.model, block, context_length))
        reporter.progress(start + len(block), len(tokens), "documents")
    return np.concatenate(parts)


# --- scores ---------------------------------------------------------------------------------------

Results = dict[str, dict[str, Result]]  # metric -> model -> result


def rescore(folder: Path, data: Layout, config: EvaluateConfig) -> dict[str, Any]:
    """
    Compute every number from the predictions and document likelihoods in `folder`; no model is needed.

    Writes scores.json, comparisons.json, confusion.json, contamination.json, refused.jsonl and examples/ below
    `folder`.

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
    for test_set in read_test_sets(data, read_train(data), config.max_per_set):
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
    calibrated = abstention.rescore(folder, config)
    return summary(rows, len(refused)) | ({ABSTENTION: calibrated} if calibrated else {})


def read_answers(folder: Path, test_set: TestSet) -> dict[str, Answers]:
    """
    The answers of each model to a test set, the tuned model first.

    Raises:
        DataError: The tuned model's answers are missing, or a file answers other examples.
    """
    return {
        model: read_model_answers(folder, test_set, model)
        for model in (TUNED, *sorted(test_set.task.baselines))
        if model == TUNED or (folder / test_set.file(model)).exists()  # evaluate.baselines may leave it out
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
    others = sorted(name for name in found if name != TUNED)
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


def bits_per_byte(folder: Path, baselines: Mapping[str, str], config: EvaluateConfig) -> Iterator[dict[str, Any]]:
    """
    Rows of the test documents, all and by language: each model, and its paired difference to the n-gram model.

    Args:
        folder: The nats of each model.
        baselines: What the models of the stage `baselines` are, for the signature.
        config: Of the intervals.
    """
    read = {path.stem: list(read_jsonl(path)) for path in shards(folder)}
    nats = {model: np.array([row["nats"] for row in rows]) for model, rows in read.items()}
    languages = np.array([row["language"] for row in read[BASE]])
    num_bytes = np.array([row["num_bytes"] for row in read[BASE]], np.float64)
    groups = {ALL: np.full(len(languages), True)}
    groups |= {str(language): languages == language for language in np.unique(languages) if language}
    for group, chosen in groups.items():
        size = num_bytes[chosen]
        for model in sorted(nats):
            measured = {"bits_per_byte": language_model.bits_per_byte(nats[model][chosen], size)}
            if model != NGRAM and NGRAM in nats:
                paired = language_model.difference(nats[model][chosen], nats[NGRAM][chosen], size)
                measured["bits_per_byte_minus_ngram"] = paired
            for name, value in measured.items():
                score = results.plain(
                    name,
                    value,
                    unit="bits/byte",
                    signature=_document_signature(name, model, baselines),
                    resamples=config.resamples,
                    key=(config.seed, "bootstrap", LANGUAGE_MODEL, group),
                )
                where = {"model": model, "dataset": LANGUAGE_MODEL, "task": LANGUAGE_MODEL, "test_set": group}
                yield {**where, **asdict(score)}


def _document_signature(name: str, model: str, baselines: Mapping[str, str]) -> str:
    """How bits of a byte were counted, and which baseline is meant."""
    told = {model, NGRAM} if name == "bits_per_byte_minus_ngram" else {model}
    parts = [f"{other}:{what}" for other, what in baselines.items() if other in told]
    return "|".join([language_model.SIGNATURE, *parts])


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
