"""What a word is, and numbers for words: shared by filters, duplicates and decontamination."""

import re
from collections.abc import Sequence

import numpy as np
import xxhash

HAN = "\u3005\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U000323af"  # for character classes
KANA = "\u3041-\u30ff\u31f0-\u31ff\uff66-\uff9d"
HANGUL = "\u1100-\u11ff\uac00-\ud7af"

_HAN = re.compile(f"[{HAN}]")
_WORD = re.compile(rf"[{HAN}]|[^\W_{HAN}]+(?:['’][^\W_{HAN}]+)*")
_TOKEN = re.compile(rf"[{HAN}]|[^\W_{HAN}]+|[-+*/^=<>−×÷]")
_MULTIPLIER = 0x9E3779B97F4A7C15  # odd, from the golden ratio (Knuth, TAOCP 3, 6.4)
_CACHE_LIMIT = 1_000_000


def num_han(text: str) -> int:
    """Number of Han characters."""
    return len(_HAN.findall(text))


def words(text: str) -> list[str]:
    """Words of a text; each Han character is one. `"don't 你好"` -> `["don't", "你", "好"]`."""
    return _WORD.findall(text)


def match_tokens(text: str) -> list[str]:
    """
    Case-folded words, Han characters and arithmetic signs: what two texts must share to count as equal.

    Other punctuation and white space do not matter. Signs do: without them all polynomials look alike.
    """
    return _TOKEN.findall(text.casefold())


class _TokenNumbers(dict[str, int]):
    """64-bit hash of each token, remembered: a dictionary look-up is faster than hashing again."""

    def __missing__(self, token: str) -> int:
        if len(self) > _CACHE_LIMIT:
            self.clear()
        value = self[token] = xxhash.xxh3_64_intdigest(token.encode("utf-8", "surrogatepass"))
        return value


_NUMBERS = _TokenNumbers()


def token_numbers(tokens: Sequence[str]) -> np.ndarray:
    """Hashes of tokens, uint64 (n,)."""
    return np.fromiter(map(_NUMBERS.__getitem__, tokens), dtype=np.uint64, count=len(tokens))


def ngram_hashes(numbers: np.ndarray, lengths: Sequence[int], n: int) -> tuple[np.ndarray, np.ndarray]:
    """
    Hashes of the n-grams of several texts at once.

    Args:
        numbers: Token hashes of all texts, one after another, uint64 (sum of lengths,).
        lengths: Tokens of each text.
        n: Tokens an n-gram. A text with fewer is one n-gram: all of it.

    Returns:
        Hashes, uint64, text after text; and where each text begins in them, int64 (len(lengths) + 1,).
    """
    counts = np.maximum(np.asarray(lengths, dtype=np.int64), 0)
    starts = np.concatenate([[0], np.cumsum(counts)])
    grams = np.maximum(counts - n + 1, np.minimum(counts, 1))  # one for a short text, none for an empty one
    offsets = np.concatenate([[0], np.cumsum(grams)])
    first = np.repeat(starts[:-1] - offsets[:-1], grams) + np.arange(offsets[-1])  # first token of each n-gram
    last = np.repeat(starts[1:], grams)
    padded = np.concatenate([numbers, np.zeros(n, dtype=np.uint64)])
    total = np.zeros(len(first), dtype=np.uint64)
    for step in range(n):
        inside = first + step < last
        total = total * np.uint64(_MULTIPLIER) + np.where(inside, padded[first + step], np.uint64(0))
    return mix(total), offsets


def mix(values: np.ndarray) -> np.ndarray:
    """Scatter the bits of uint64 values (splitmix64's finaliser, Steele et al. 2014)."""
    values = (values ^ (values >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    values = (values ^ (values >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return values ^ (values >> np.uint64(31))


def stable_hash(*parts: object) -> int:
    """A 64-bit hash of the parts' text, the same on every machine and in every process."""
    return xxhash.xxh3_64_intdigest("\0".join(map(str, parts)).encode("utf-8", "surrogatepass"))


def share_hash(*parts: object) -> float:
    """A number in 0..1 that depends on the parts only: below 0.1 for a tenth of all ids."""
    return stable_hash(*parts) / 2**64
