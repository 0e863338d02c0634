"""
What a corpus is like before and after cleaning, for the data card: lengths, what went, diversity, splits.

All counts are functions of the files. Of a large corpus a share of the documents is looked at, chosen by hash of ids.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from heapq import nsmallest
from itertools import islice
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import numpy as np
import orjson

from llmpipe.corpus import pii
from llmpipe.corpus.text import different, ngram_hashes, share_hash, stable_hash, token_hashes, visible
from llmpipe.files import shards
from llmpipe.records import SPLITS

BINS = tuple(2**power for power in range(4, 21))  # characters
READ_BYTES = 2**26  # of the shards of a folder that are looked at
BUCKETS = 2**16  # of the hashed vocabulary
REMOVED_EXAMPLES, CHANGED_EXAMPLES = 10, 3
SHOWN = 120  # characters of an example
CUT = 300  # characters of a text that cleaning writes to its lists
TAIL = 80  # characters, longer than what identifies a person

_POLICIES = dict.fromkeys(pii.KINDS, "redact")
TOP = 20
BATCH = 500  # texts whose tokens are hashed together


def describe(raw: Path, clean: Path) -> dict[str, Any]:
    """
    Everything that the card needs beside the metrics.

    Args:
        raw: The folder data/raw.
        clean: The folder data/clean.

    Returns:
        `lengths` {"raw" | split: documents in each of `BINS`}, `removed` {reason: examples}, `changed` {rule:
        examples}, `boilerplate`, `clusters` (largest first), `similarity` (tenths), `hosts`, `diversity` {split:
        {n: ratio}}, `divergence` {"bits", "unseen_3", "unseen_5"}, `share` of the training documents looked at.
    """
    rows = list(_lines([clean / "duplicates.jsonl"]))
    tokens = {split: _tokens(clean / split) for split in SPLITS}
    return {
        "lengths": {"raw": _lengths(raw / "documents"), **{split: _lengths(clean / split) for split in SPLITS}},
        "removed": _examples(clean / "removed", lambda row: [row["reason"]], REMOVED_EXAMPLES),
        "changed": _examples(clean / "changed", lambda row: row["reasons"], CHANGED_EXAMPLES),
        "boilerplate": [
            row | {"line": _excerpt(row["line"])} for row in islice(_lines([clean / "boilerplate.jsonl"]), TOP)
        ],
        "clusters": Counter(row["cluster"] for row in rows).most_common(TOP // 2),
        "similarity": np.bincount([min(9, int(10 * row["similarity"])) for row in rows], minlength=10).tolist(),
        "hosts": _hosts(clean / "train").most_common(TOP),
        "diversity": {split: _diversity(*found) for split, found in tokens.items()},
        "divergence": divergence(tokens["train"], tokens["test"]),
        "share": _share(clean / "train"),
    }


def _lines(paths: Iterable[Path]) -> Iterator[dict[str, Any]]:
    for path in paths:
        if path.exists():
            with path.open("rb") as stream:
                yield from map(orjson.loads, stream)


def _documents(folder: Path) -> Iterator[dict[str, Any]]:
    share = _share(folder)
    return (row for row in _lines(shards(folder)) if share == 1 or share_hash("card", row["id"]) < share)


def _share(folder: Path) -> float:
    """Share of the documents of a folder that are looked at."""
    return min(1.0, READ_BYTES / max(1, sum(path.stat().st_size for path in shards(folder))))


def _lengths(folder: Path) -> list[int]:
    sizes = [len(row["text"]) for row in _documents(folder)]
    return np.bincount(np.searchsorted(BINS, sizes), minlength=len(BINS) + 1).tolist()


def _examples(folder: Path, names: Any, count: int) -> dict[str, list[dict[str, str]]]:
    """For each name the rows of the smallest hashes, shortened."""
    found: dict[str, list[tuple[int, dict[str, Any]]]] = {}
    for row in _lines(shards(folder)):
        for name in names(row):
            entry = (stable_hash("card", row["id"]), row)
            found[name] = nsmallest(count, [*found.get(name, []), entry], key=lambda item: item[0])
    return {name: [_short(row) for _, row in rows] for name, rows in sorted(found.items())}


def _short(row: dict[str, Any]) -> dict[str, str]:
    return {key: _excerpt(str(row[key])) for key in ("id", "detail", "text", "before", "after") if key in row}


def _excerpt(text: str) -> str:
    """The beginning of a text on one line, the personal data that are found in it replaced."""
    redacted = pii.redact(text, _POLICIES, 0)[0]
    if len(text) >= CUT:
        redacted = redacted[:-TAIL]  # cleaning cut the text there, maybe through an address, which nothing finds then
    return visible(" ".join(redacted.split())[:SHOWN])


def _hosts(folder: Path) -> Counter[str]:
    ids = (row["id"] for row in _documents(folder))
    return Counter(filter(None, (_host(name) for name in ids if name.startswith(("http://", "https://")))))


def _host(address: str) -> str:
    try:
        return urlsplit(address).netloc
    except ValueError:  # a malformed address: `http://[`
        return ""


def _tokens(folder: Path) -> tuple[np.ndarray, np.ndarray]:
    """Hashes of the tokens of a split and the length of each document."""
    texts = (row["text"] for row in _documents(folder))
    parts = [token_hashes(batch) for batch in iter(lambda: list(islice(texts, BATCH)), [])]
    empty = np.empty(0, dtype=np.uint64), np.empty(0, dtype=np.int64)
    return np.concatenate([empty[0], *(part[0] for part in parts)]), np.concatenate([empty[1], *(p[1] for p in parts)])


def _grams(numbers: np.ndarray, lengths: np.ndarray, n: int) -> np.ndarray:
    """Hashes of the n-grams; a text of fewer tokens has none."""
    hashes, offsets = ngram_hashes(numbers, lengths, n)
    return hashes[np.repeat(lengths >= n, np.diff(offsets))]


def _diversity(numbers: np.ndarray, lengths: np.ndarray) -> dict[str, float]:
    """Different n-grams over all, for words, pairs and threes (distinct-n: Li et al. 2016)."""
    ratios = {}
    for n in (1, 2, 3):
        grams = _grams(numbers, lengths, n)
        ratios[str(n)] = len(different(grams)) / max(1, len(grams))
    return ratios


def divergence(train: tuple[np.ndarray, np.ndarray], test: tuple[np.ndarray, np.ndarray]) -> dict[str, float]:
    """
    How unlike the test documents are to the training documents.

    Args:
        train: Token hashes and lengths of the documents.
        test: The same of the other split.

    Returns:
        `bits`: Jensen-Shannon divergence of the frequencies of tokens, 0..1; `unseen_3`, `unseen_5`: share of the
        different n-grams of test that train lacks.
    """
    result = {"bits": _jensen_shannon(train[0], test[0])}
    for n in (3, 5):
        seen, new = (different(_grams(*part, n)) for part in (train, test))
        result[f"unseen_{n}"] = float(1 - np.isin(new, seen, assume_unique=True).mean()) if len(new) else 0.0
    return result


def _jensen_shannon(one: np.ndarray, other: np.ndarray) -> float:
    if not len(one) or not len(other):
        return 0.0
    p, q = _frequencies(one), _frequencies(other)
    middle = (p + q) / 2
    return float(_entropy(middle) - (_entropy(p) + _entropy(q)) / 2)


def _frequencies(tokens: np.ndarray) -> np.ndarray:
    return np.bincount((tokens % np.uint64(BUCKETS)).astype(np.int64), minlength=BUCKETS) / len(tokens)


def _entropy(p: np.ndarray) -> float:
    p = p[p > 0]
    return float(-(p * np.log2(p)).sum())
