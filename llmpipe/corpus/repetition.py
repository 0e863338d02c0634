"""
How much of a text repeats: lines, paragraphs and n-grams of words (Rae et al. 2021, table A1).

Shares are of characters in words, white space and punctuation aside, so that they mean the same in English and Chinese.
"""

from collections import Counter
from collections.abc import Sequence

import numpy as np

_MULTIPLIER = 0x9E3779B97F4A7C15  # odd, from the golden ratio (Knuth, TAOCP 3, 6.4)


def duplicate_ratio(parts: Sequence[str]) -> float:
    """Share of lines or paragraphs that stood before in the text."""
    return 1 - len(set(parts)) / len(parts) if parts else 0.0


def duplicate_character_ratio(parts: Sequence[str]) -> float:
    """Share of the characters of lines or paragraphs in those that stood before."""
    total = sum(map(len, parts))
    return 1 - sum(map(len, dict.fromkeys(parts))) / total if total else 0.0


def ngrams(words: Sequence[str], n: int) -> Counter[tuple[str, ...]]:
    """How often each n-gram occurs."""
    return Counter(zip(*(words[start:] for start in range(n)), strict=False))


def top_ngram_ratio(counts: Counter[tuple[str, ...]], total: int) -> float:
    """Share of `total` characters in the most frequent n-gram, if it comes twice; of equally frequent, the longest."""
    most = max(counts.values(), default=0)
    if most < 2:
        return 0.0
    return most * max(sum(map(len, gram)) for gram, count in counts.items() if count == most) / total


def numbered(words: Sequence[str]) -> np.ndarray:
    """Words as numbers, equal ones with equal numbers, uint64."""
    # not the same numbers in another process, but only which of them are equal matters
    return np.fromiter(map(hash, words), dtype=np.int64, count=len(words)).view(np.uint64)


def ngram_counts(numbers: np.ndarray, n: int) -> np.ndarray:
    """How often each n-gram of `numbered` words occurs, in no particular order; [0] for a text of fewer words."""
    codes = np.sort(_hashes(numbers, n))
    if not len(codes):
        return np.zeros(1, dtype=np.int64)
    ends = np.flatnonzero(codes[1:] != codes[:-1])
    return np.diff(ends, prepend=-1, append=len(codes) - 1)


def _hashes(numbers: np.ndarray, n: int) -> np.ndarray:
    count = max(0, len(numbers) - n + 1)
    hashes = np.zeros(count, dtype=np.uint64)
    for step in range(n):
        hashes = (hashes ^ numbers[step : step + count]) * np.uint64(_MULTIPLIER)
        hashes ^= hashes >> np.uint64(29)
    return hashes


def repeated_words(numbers: np.ndarray, n: int) -> np.ndarray:
    """
    Places of the words that lie in an n-gram which occurred before; what a longer n-gram repeats is among them.

    Args:
        numbers: What `numbered` gives, uint64.
        n: Words an n-gram.
    """
    hashes = _hashes(numbers, n)
    order = np.argsort(hashes, kind="stable")
    again = order[1:][hashes[order[1:]] == hashes[order[:-1]]]
    if not len(again):
        return again
    covered = np.zeros(len(numbers), dtype=bool)
    for step in range(n):
        covered[again + step] = True
    return np.flatnonzero(covered)


def duplicate_ngram_ratio(words: Sequence[str], n: int, total: int) -> float:
    """
    Share of characters in n-grams that occurred before.

    As in Rae et al. no character counts twice: after a repeated n-gram the search goes on behind it.

    Args:
        words: All words, in order.
        n: Words an n-gram.
        total: Characters in all words.
    """
    seen: set[tuple[str, ...]] = set()
    repeated = start = 0
    while start + n <= len(words):
        gram = tuple(words[start : start + n])
        if gram in seen:
            repeated += sum(map(len, gram))
            start += n
        else:
            seen.add(gram)
            start += 1
    return repeated / total if total else 0.0
