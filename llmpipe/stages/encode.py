"""Clean text x tokenizer -> data/tokens: memory-mapped shards of token ids for each split. Nothing random."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, islice
from typing import Any

import numpy as np

from llmpipe.errors import DataError
from llmpipe.files import Layout, Range, atomic_directory, byte_ranges, read_range, shards, write_json
from llmpipe.processes import num_workers, ordered_map
from llmpipe.progress import Reporter
from llmpipe.records import SPLITS, Document
from llmpipe.sections.params import Params
from llmpipe.tokenizer import Tokenizer, TokenWriter

TASK_BYTES = 2**21  # of a shard, a worker's task
WORKER_BYTES = 2**24  # less is encoded before one more process has started
COUNTS = ("documents", "tokens", "bytes")


@dataclass(frozen=True, slots=True)
class Block:
    """
    What a worker hands back for a range of documents.

    Args:
        token_ids: Their ids one after the other, each document with `<s>` and `</s>`.
        lengths: Tokens of each document, int64 (num_documents,).
        byte_lengths: UTF-8 bytes of each text, int64 (num_documents,).
        languages: Language of each document.
    """

    token_ids: np.ndarray
    lengths: np.ndarray
    byte_lengths: np.ndarray
    languages: list[str]


def run(params: Params, data: Layout, out: Layout, reporter: Reporter) -> None:
    """
    Encode data/clean with data/tokenizer into data/tokens and count.

    Raises:
        DataError: An input is missing or damaged, or the train split has no document.
    """
    tokenizer = Tokenizer.load(data.tokenizer)
    tasks = {split: byte_ranges(shards(data.clean / split), TASK_BYTES) for split in SPLITS}
    blocks = _blocks(tokenizer, list(chain.from_iterable(tasks.values())), reporter)
    metrics: dict[str, Any] = {}
    with atomic_directory(out.tokens) as temporary:
        for split in SPLITS:
            with TokenWriter(temporary / split, tokenizer, params.encode.shard_tokens) as writer:
                metrics[split] = _write(islice(blocks, len(tasks[split])), writer)
        if not metrics["train"]["documents"]:
            raise DataError(f"{data.clean / 'train'} holds no document; see {data.clean / 'removed'} for why.")
    write_json(out.metrics("encode"), metrics)
    reporter.say("encode: " + ", ".join(f"{split} {metrics[split]['tokens']:,} tokens" for split in SPLITS))


def _blocks(tokenizer: Tokenizer, tasks: Sequence[Range], reporter: Reporter) -> Iterator[Block]:
    """The blocks of all tasks in order, encoded in worker processes where that pays."""
    total, done = sum(end - start for _, start, end in tasks), 0
    workers = min(num_workers(), 1 + total // WORKER_BYTES)
    blocks: Iterator[Block] = ordered_map(setup, (tokenizer.model,), encode_range, tasks, workers)
    for (_, start, end), block in zip(tasks, blocks, strict=True):
        done += end - start
        reporter.progress(done, total, "bytes")
        yield block


_tokenizer: Tokenizer


def setup(model: bytes) -> None:
    """Give a process what all its tasks share."""
    global _tokenizer
    _tokenizer = Tokenizer(model)


def encode_range(task: Range) -> Block:
    """Encode the documents of one range of a shard."""
    documents: list[Document] = list(read_range(task, Document))
    texts = [document.text for document in documents]
    token_ids, lengths = _tokenizer.block(texts)
    byte_lengths = np.fromiter((len(text.encode()) for text in texts), np.int64, len(texts))
    return Block(token_ids, lengths, byte_lengths, [document.language or "unknown" for document in documents])


def _write(blocks: Iterable[Block], writer: TokenWriter) -> dict[str, Any]:
    """Write the blocks of one split; returns its counts, with those of each language."""
    counts: dict[str, dict[str, int]] = {}
    for block in blocks:
        writer.write(block.token_ids, block.lengths, block.byte_lengths)
        languages, of = np.unique(np.array(block.languages, object), return_inverse=True)
        sums = [np.bincount(of, weights).astype(int) for weights in (None, block.lengths, block.byte_lengths)]
        for language, *values in zip(languages, *(column.tolist() for column in sums), strict=True):
            count = counts.setdefault(language, dict.fromkeys(COUNTS, 0))
            for key, value in zip(COUNTS, values, strict=True):
                count[key] += value
    everything = {key: sum(count[key] for count in counts.values()) for key in COUNTS}
    return _with_ratio(everything) | {
        "languages": {language: _with_ratio(counts[language]) for language in sorted(counts)}
    }


def _with_ratio(count: dict[str, int]) -> dict[str, Any]:
    """Counts and bytes per token of text (the `<s>` and `</s>` of each document are in `tokens` but hold no text)."""
    text_tokens = count["tokens"] - 2 * count["documents"]
    return {**count, "bytes_per_token": round(count["bytes"] / text_tokens, 6) if text_tokens else 0.0}
