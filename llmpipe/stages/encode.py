"""Clean text x tokenizer -> data/tokens: memory-mapped shards of token ids for each split. Nothing random."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from llmpipe.config import Params
from llmpipe.errors import DataError
from llmpipe.files import Layout, atomic_directory, read_shards, shards, write_json
from llmpipe.progress import Reporter
from llmpipe.records import Document
from llmpipe.tokenizer import Tokenizer, TokenWriter

SPLITS = ("train", "valid", "test")
BATCH_DOCUMENTS = 1024
BATCH_CHARACTERS = 2 * 2**20  # bounds memory when documents are long


def run(params: Params, data: Layout, out: Layout, reporter: Reporter) -> None:
    """
    Encode data/clean with data/tokenizer into data/tokens and count.

    Raises:
        DataError: An input is missing, or the train split has no document.
    """
    tokenizer = Tokenizer.load(data.tokenizer)
    metrics: dict[str, Any] = {}
    with atomic_directory(out.tokens) as temporary:
        for split in SPLITS:
            metrics[split] = _encode_split(
                data.clean / split, temporary / split, tokenizer, params.encode.shard_tokens, reporter
            )
        if not metrics["train"]["documents"]:
            raise DataError(f"{data.clean / 'train'} holds no document; see {data.clean / 'removed'} for why.")
    write_json(out.metrics("encode"), metrics)
    reporter.say("encode: " + ", ".join(f"{split} {metrics[split]['tokens']:,} tokens" for split in SPLITS))


def _encode_split(
    folder: Path, to: Path, tokenizer: Tokenizer, shard_tokens: int, reporter: Reporter
) -> dict[str, Any]:
    """Encode one split in one pass; returns its counts, with those of each language."""
    total = sum(_num_lines(path) for path in shards(folder))
    counts: dict[str, dict[str, int]] = {}
    done = 0
    with TokenWriter(to, tokenizer, shard_tokens) as writer:
        for batch in _batches(read_shards(folder, Document)):
            for document, token_ids in zip(
                batch, tokenizer.documents([document.text for document in batch]), strict=True
            ):
                num_bytes = len(document.text.encode())
                writer.write(token_ids, num_bytes)
                count = counts.setdefault(document.language or "unknown", {"documents": 0, "tokens": 0, "bytes": 0})
                count["documents"] += 1
                count["tokens"] += len(token_ids)
                count["bytes"] += num_bytes
            done += len(batch)
            reporter.progress(done, total, "documents")
    everything = {key: sum(count[key] for count in counts.values()) for key in ("documents", "tokens", "bytes")}
    return _with_ratio(everything) | {
        "languages": {language: _with_ratio(counts[language]) for language in sorted(counts)}
    }


def _with_ratio(count: dict[str, int]) -> dict[str, Any]:
    """Counts and bytes per token of text (the `<s>` and `</s>` of each document are in `tokens` but hold no text)."""
    text_tokens = count["tokens"] - 2 * count["documents"]
    return {**count, "bytes_per_token": round(count["bytes"] / text_tokens, 6) if text_tokens else 0.0}


def _batches(documents: Iterator[Document]) -> Iterator[list[Document]]:
    """Runs of documents, ended by `BATCH_DOCUMENTS` or `BATCH_CHARACTERS`."""
    batch, size = list[Document](), 0
    for document in documents:
        batch.append(document)
        size += len(document.text)
        if len(batch) == BATCH_DOCUMENTS or size >= BATCH_CHARACTERS:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


def _num_lines(path: Path) -> int:
    """Lines of a file, for the progress line: far cheaper than reading its records."""
    with path.open("rb") as stream:
        return sum(block.count(b"\n") for block in iter(lambda: stream.read(2**20), b""))
