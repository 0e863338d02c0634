"""`llmpipe ask --retrieve`: a question answered from passages that are looked up first, or refused."""

from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import TextIO

import regex

from llmpipe import config, tasks
from llmpipe.commands.talk import Settings, note, pieces, prompt_room
from llmpipe.config import RetrievalConfig
from llmpipe.errors import DataError, ParamsError
from llmpipe.evaluation.retrieval import likelihoods, read_signs
from llmpipe.evaluation.search import document_index, shown
from llmpipe.files import Layout, read_json, read_shards
from llmpipe.records import Document, Example
from llmpipe.retrieval import refusal
from llmpipe.retrieval.index import Index
from llmpipe.retrieval.passages import read_documents
from llmpipe.retrieval.refusal import Rule
from llmpipe.train.directory import load

ANSWER_SHARE = 8  # of the context is kept for an answer, unless it is said: passages need the room
NUM_KNOWN = 5000  # training documents that tell how rare the words of a question are
HAN = regex.compile(r"\p{Han}")


@dataclass(frozen=True)
class Source:
    """
    Where passages and settings come from.

    Args:
        documents: A file or folder with texts; None: the training documents below `data`.
        data: Data folder of the pipeline; its evaluation holds the rule of refusal.
        params: Parameters; those of `evaluate.retrieval` hold when the file is there.
        passages: Shown to the model; None: as many as the parameters say.
    """

    documents: Path | None
    data: Path
    params: Path
    passages: int | None


def ask(folder: Path, question: str, source: Source, settings: Settings, out: TextIO) -> None:
    """
    Write the answer, or a refusal, to `out`; passages with scores and what the decision rests on go to standard error.

    Raises:
        ParamsError: The question is empty.
        DataError: There are no documents.
    """
    if not question.strip():
        raise ParamsError("the question is empty; give it a text.")
    chosen = read_settings(source)
    rule = read_rule(source.data)
    loaded = load(folder)
    if settings.max_new_tokens is None:
        settings = replace(settings, max_new_tokens=max(1, loaded.config.context_length // ANSWER_SHARE))
    index = build(source, chosen)
    language = "zh" if HAN.search(question) else "en"
    hits = index.search(question, chosen.passages)
    for hit in hits:
        note(f"[{hit.score:.2f}] {hit.passage.id}: {hit.passage.text}")
    if not hits:
        note("no passage shares a word with the question.")
        out.write(refusal.text(language) + "\n")
        return
    example = shown(Example("asked", "recall", "", "", language, {"question": question}, ()), hits)
    tokens, cut = tasks.fit_prompt(example, loaded.tokenizer.prompt, prompt_room(loaded, settings))
    if cut:
        note("there is not room for all: the end of the passages was dropped.")
    answer = "".join(pieces(loaded, tokens, settings)).strip()
    text = "\n".join(hit.passage.text for hit in hits)
    signs = read_signs(
        index, question, text, answer, likelihoods(loaded, [(tokens, loaded.tokenizer.completion(answer))])[0]
    )
    place = "stands" if signs.grounded else "does not stand"
    note(f"rare words covered {signs.coverage:.2f}, answer likely {signs.likelihood:.2f}, {place} in the passages")
    if rule is not None:
        note(f"confidence {rule.confidence(signs):.2f}, answered from {rule.threshold:.2f}")
    out.write((answer if rule is None or rule.answers(signs) else refusal.text(language)) + "\n")


def read_settings(source: Source) -> RetrievalConfig:
    """Those of the parameters, or the defaults where there are none."""
    chosen = RetrievalConfig()
    if source.params.exists():
        chosen = config.load(source.params, ["evaluate"]).evaluate.retrieval
    return chosen if source.passages is None else chosen.model_copy(update={"passages": source.passages})


def build(source: Source, chosen: RetrievalConfig) -> Index:
    """
    The passages, ready to be searched.

    Raises:
        DataError: There are no documents.
    """
    train = Layout(source.data).clean / "train"
    if source.documents is None and not train.exists():
        raise DataError(f"{train} is missing; run `dvc repro`, or name your own texts with --documents.")
    trained = read_shards(train, Document) if train.exists() else iter(())
    where = source.documents or train
    if source.documents is None:
        index = document_index(trained, chosen)
    else:
        known = list(islice(trained, chosen.max_passages))
        index = document_index(read_documents(source.documents), chosen, known[:: len(known) // NUM_KNOWN + 1])
    note(f"{len(index.passages):,} passage{'' if len(index.passages) == 1 else 's'} of {where}")
    return index


def read_rule(data: Path) -> Rule | None:
    """The rule that `evaluate` has learnt, of questions without a text if there is one; None, and a note, without."""
    path = Layout(data).evaluation / "retrieval.json"
    rules = read_json(path)["rules"].values() if path.exists() else []
    known = sorted((row for row in rules if row["rule"]), key=lambda row: row["task"] != "recall")
    if not known:
        note(f"{path} holds no rule of refusal; only questions that share no word with the documents are refused.")
        return None
    return Rule(**known[0]["rule"])
