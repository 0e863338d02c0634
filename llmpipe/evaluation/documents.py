"""The test documents: nats of each model, and bits per byte with what they are compared with."""

import shutil
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from llmpipe.evaluation.test_sets import ALL, LANGUAGE_MODEL
from llmpipe.files import Layout, read_jsonl, shards
from llmpipe.metrics import Floats, language_model, results
from llmpipe.progress import Reporter
from llmpipe.records import Document
from llmpipe.sections.evaluate import EvaluateConfig
from llmpipe.tokenizer import Tokenizer
from llmpipe.train import likelihoods
from llmpipe.train.directory import Loaded
from llmpipe.train.validate import document_nats

BASE = "pretrained"
NGRAM = "ngram"
DOCUMENTS_AT_ONCE = 64  # scored between two looks at the clock


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
        nats = nats_of(models[name], documents, tokens, tokenizer, reporter)
        likelihoods.write_nats(folder, name, documents, nats)
    for path in sorted((data.baselines / "documents").glob("*.jsonl")):  # none when all are switched off
        shutil.copyfile(path, folder / path.name)


def nats_of(
    loaded: Loaded,
    documents: Sequence[Document],
    tokens: Sequence[np.ndarray],
    tokenizer: Tokenizer,
    reporter: Reporter,
) -> Floats:
    """
    The nats of each document under a model, (N,).

    Args:
        loaded: The model.
        documents: N texts.
        tokens: The same as `tokenizer` writes them; a model with a tokenizer of its own reads its own.
        tokenizer: That of the project.
        reporter: Hears how far it is.
    """
    if loaded.tokenizer.digest != tokenizer.digest:
        tokens = [np.asarray(loaded.tokenizer.document(document.text)) for document in documents]
    parts: list[Floats] = []
    for start in range(0, len(tokens), DOCUMENTS_AT_ONCE):
        block = tokens[start : start + DOCUMENTS_AT_ONCE]
        parts.append(document_nats(loaded.model, block, loaded.config.context_length))
        reporter.progress(start + len(block), len(tokens), "documents")
    return np.concatenate(parts)


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
