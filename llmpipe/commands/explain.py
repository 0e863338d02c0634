"""What cleaning does to one document, rule by rule, and what became of it."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson

from llmpipe.config import CleanConfig
from llmpipe.corpus import blocks, pii, pipeline
from llmpipe.corpus.site_lines.learned import site
from llmpipe.corpus.site_lines.looks import looks_of
from llmpipe.corpus.text import visible
from llmpipe.corpus.vocabulary.counts import Vocabulary
from llmpipe.errors import DataError
from llmpipe.files import Layout, shards
from llmpipe.records import SPLITS


def explain(document_id: str, config: CleanConfig, data: Layout, full: bool) -> str:
    """
    The story of a document: each rule that changed it, with the text before and after, the verdict, the outcome.

    Args:
        document_id: As in data/raw and in the lists of data/clean.
        config: The section `clean` of params.yaml.
        data: Where data/raw and data/clean lie.
        full: Whole texts, not only the place where they begin to differ.

    Raises:
        DataError: No raw document has this id.
    """
    document = _find(data.raw / "documents", document_id)
    if document is None:
        raise DataError(
            f"no document of {data.raw / 'documents'} has the id '{document_id}'; ids stand in {data.clean}/removed, "
            "changed and the splits."
        )
    words = _words(data.clean / f"{blocks.WORDS}.arrays") if config.vocabulary.on else None
    learned = _learned(data.clean / "boilerplate.jsonl", site(document_id, document["source"]))
    lines = [f"{document_id}: source {document['source']}, language said to be {document['language'] or 'unknown'}"]
    if full:
        lines += ["raw:", _indented(document["text"])]
    text = document["text"]
    for number, (name, before, after) in enumerate(_steps(text, config, learned, words), start=1):
        old, new = (before, after) if full else pipeline.excerpts(before, after)
        lines += [f"{number}. {name}", "   before:", _indented(old), "   after:", _indented(new)]
        text = after
    verdict = pipeline.clean_text(document["text"], document["language"], config, learned, words)
    lines.append(f"language: {verdict.language or 'unknown'}")
    judgement = f"removed, {verdict.reason} {verdict.detail}".rstrip() if verdict.reason else "kept"
    lines.append(f"by its own text: {judgement}")
    return "\n".join([*lines, *_outcome(document_id, verdict.text, data)]) + "\n"


def _steps(
    text: str, config: CleanConfig, learned: frozenset[int], words: Vocabulary | None
) -> Iterator[tuple[str, str, str]]:
    for name, rule in {**pipeline.repair_rules(config), **pipeline.tidy_rules(config, learned, words)}.items():
        after = rule(text)
        if after != text:
            yield name, text, after
            text = after
    after, kinds, _ = pii.redact(text, dict(config.pii), config.seed)
    if kinds:
        yield f"personal data: {', '.join(kinds)}", text, after


def _find(folder: Path, document_id: str) -> dict[str, Any] | None:
    """The record of a sharded folder with this id; only lines that hold the id are parsed."""
    sought = orjson.dumps(document_id)[1:-1]
    escaped = document_id.encode("ascii", "backslashreplace")
    for path in shards(folder):
        with path.open("rb") as stream:
            for line in stream:
                if sought in line or escaped in line:
                    record: dict[str, Any] = orjson.loads(line)
                    if record.get("id") == document_id:
                        return record
    return None


def _learned(path: Path, name: str) -> frozenset[int]:
    """The lines that a site was found to repeat, as the last run of the stage listed them."""
    if not path.exists():
        return frozenset()
    with path.open("rb") as stream:
        rows = [orjson.loads(line) for line in stream]
    return frozenset(looks_of([row["line"] for row in rows if row["site"] == name])[0].tolist())


def _words(path: Path) -> Vocabulary | None:
    """The vocabulary of the corpus, as the last run of the stage counted it."""
    return blocks.read_words(path) if path.exists() else None


def _outcome(document_id: str, text: str, data: Layout) -> list[str]:
    """What the last run of the stage did with it, other documents considered."""
    if not data.clean.exists():
        return [f"{data.clean} does not exist yet; run the stage to see what other documents do to this one."]
    removed = _find(data.clean / "removed", document_id)
    if removed is not None:
        return [f"in the last run: removed, {removed['reason']} {removed['detail']}".rstrip()]
    for split in SPLITS:
        found = _find(data.clean / split, document_id)
        if found is not None:
            why = "others hold its paragraphs, test items its words, or params changed"
            other = "" if found["text"] == text else f", with another text: {why}"
            return [f"in the last run: kept in {split}{other}"]
    return ["in the last run: not there; data/raw has changed since."]


def _indented(text: str) -> str:
    """Lines moved to the right; characters that nobody sees as their codes."""
    return "\n".join(f"     {line}" for line in visible(text).split("\n"))
