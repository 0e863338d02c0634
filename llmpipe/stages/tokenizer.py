"""Clean training text -> data/tokenizer: the vocabulary, its Hugging Face form, a report on held-out text."""

from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np

from llmpipe.errors import DataError
from llmpipe.files import Layout, atomic_directory, read_shards, write_json
from llmpipe.progress import Reporter
from llmpipe.records import Document
from llmpipe.sections.params import Params
from llmpipe.tokenizer import Tokenizer
from llmpipe.tokenizer.checks import HARD_STRINGS, Conversion, RoundTrip
from llmpipe.tokenizer.measure import Usage, composition, longest, pieces_used, summaries
from llmpipe.tokenizer.training import sample_lines, train

BATCH_DOCUMENTS = 512


def run(params: Params, data: Layout, out: Layout, reporter: Reporter) -> None:
    """
    Train the tokenizer on data/clean/train, prove it on data/clean/valid, write data/tokenizer and its metrics.

    Raises:
        DataError: Too little text for the vocabulary asked; a text that does not survive; ids that differ
            between tokenizer.model and tokenizer.json.
    """
    config = params.tokenizer
    folder = data.clean / "train"
    total_bytes = sum(len(document.text.encode()) for document in read_shards(folder, Document))
    ratio = min(1.0, config.max_bytes / max(total_bytes, 1))
    reporter.say(
        f"tokenizer: {config.vocab_size} pieces from {min(total_bytes, config.max_bytes) / 1e6:.1f} MB of text"
    )
    counts = {"available_bytes": total_bytes, "bytes": 0, "lines": 0}
    tokenizer = Tokenizer(
        train(_counted(sample_lines(read_shards(folder, Document), ratio, config.seed), counts), config)
    )

    measured = _prove(tokenizer, data.clean / "valid", reporter)
    metrics = {"vocab_size": tokenizer.vocab_size, "training": counts, "vocabulary": composition(tokenizer), **measured}
    with atomic_directory(out.tokenizer) as temporary:
        tokenizer.save(temporary)
        more = {"vocab_digest": tokenizer.digest, "longest_pieces": longest(tokenizer)}
        write_json(temporary / "report.json", metrics | more)
    write_json(out.metrics("tokenizer"), metrics)
    valid = measured["valid"]["all"]
    bytes_per_token, fertility = valid["bytes_per_token"], valid["fertility"]
    reporter.say(f"tokenizer: {bytes_per_token:.2f} bytes a token and {fertility:.2f} tokens a word on valid")


def _prove(tokenizer: Tokenizer, valid: Path, reporter: Reporter) -> dict[str, Any]:
    """
    Round trip, equality with tokenizer.json, and usage by language, on the whole valid split and the hard strings.

    Raises:
        DataError: As in `run`.
    """
    round_trip, converted, usages = RoundTrip(), Conversion(tokenizer), dict[str, Usage]()
    seen = np.zeros(tokenizer.vocab_size, np.int64)
    hard = tokenizer.encode_batch(HARD_STRINGS)
    round_trip.add(tokenizer, HARD_STRINGS, hard)
    converted.check(HARD_STRINGS, hard)
    documents: Iterator[Document] = read_shards(valid, Document)
    while batch := list(islice(documents, BATCH_DOCUMENTS)):
        texts = [document.text for document in batch]
        token_ids = [ids[1:-1] for ids in tokenizer.documents(texts)]
        round_trip.add(tokenizer, texts, token_ids)
        converted.check(texts, token_ids)
        for document, ids in zip(batch, token_ids, strict=True):
            usages.setdefault(document.language, Usage()).add(document.text, ids)
            seen += np.bincount(ids, minlength=len(seen))
    if round_trip.failures:
        first = round_trip.failures[0]
        raise DataError(
            f"{len(round_trip.failures)} of {round_trip.texts} texts of {valid} do not survive encoding and decoding, "
            f"the first is {first[:60]!r}; run the clean stage again, which repairs characters, and report this text."
        )
    if round_trip.spaces_from_2581:
        reporter.say(f"tokenizer: U+2581 became a space in {round_trip.spaces_from_2581} of {round_trip.texts} texts")
    proof = {"texts": round_trip.texts, "failures": 0, "spaces_from_2581": round_trip.spaces_from_2581}
    return {
        "valid": summaries(usages),
        "valid_pieces_used_ratio": pieces_used(seen),
        "round_trip": proof,
        "tokenizer_json": {"texts": converted.texts, "mismatches": 0},
    }


def _counted(lines: Iterable[str], counts: dict[str, int]) -> Iterator[str]:
    """The lines, counting them on the way into `counts`."""
    for line in lines:
        counts["lines"] += 1
        counts["bytes"] += len(line.encode())
        yield line
