"""What a word is, and numbers for words: shared by filters, duplicates and decontamination."""

import re
import sys
from collections.abc import Iterable, Sequence
from functools import lru_cache

import numpy as np
import xxhash

HAN = "\u3005\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U000323af"  # for character classes
KANA = "\u3041-\u30ff\u31f0-\u31ff\uff66-\uff9d"
HANGUL = "\u1100-\u11ff\uac00-\ud7af"

_HAN = re.compile(f"[{HAN}]")
_WORD = re.compile(rf"[{HAN}]|[^\W_{HAN}]+(?:['’][^\W_{HAN}]+)*")
_ASCII_WORD = re.compile(r"[A-Za-z0-9]+(?:'[A-Za-z0-9]+)*")  # the same, faster
SIGNS = "-+*/^=<>−×÷"  # of arithmetic
_TOKEN = re.compile(rf"[{HAN}]|[^\W_{HAN}]+|[{re.escape(SIGNS)}]")
_MULTIPLIER = 0x9E3779B97F4A7C15  # odd, from the golden ratio (Knuth, TAOCP 3, 6.4)
_BASE = 0xD6E8FEB86659FD93  # of the polynomial that hashes a token: odd, without pattern
_POWERS = 4096  # of it; longer tokens start again


def num_han(text: str) -> int:
    """Number of Han characters."""
    return len(_HAN.findall(text))


def words(text: str) -> list[str]:
    """Words of a text; each Han character is one. `"don't 你好"` -> `["don't", "你", "好"]`."""
    return (_ASCII_WORD if text.isascii() else _WORD).findall(text)


def match_tokens(text: str) -> list[str]:
    """
    Case-folded words, Han characters and arithmetic signs: what two texts must share to count as equal.

    Other punctuation and white space do not matter. Signs do: without them all polynomials look alike.
    """
    return _TOKEN.findall(text.casefold())


@lru_cache(maxsize=1)
def _classes() -> np.ndarray:
    """For each code point whether it is outside of tokens (0), part of a word (1), or a token of its own (2), uint8."""
    classes = np.zeros(sys.maxunicode + 1, dtype=np.uint8)
    letters = [code for code in range(sys.maxunicode + 1) if chr(code).isalnum()]  # what `\\w` is, but for `_`
    classes[letters] = 1
    classes[[ord(character) for character in SIGNS]] = 2
    for code in range(sys.maxunicode + 1):
        if classes[code] and _HAN.match(chr(code)):
            classes[code] = 2
    return classes


@lru_cache(maxsize=1)
def _powers() -> np.ndarray:
    with np.errstate(over="ignore"):
        return np.cumprod(np.full(_POWERS, _BASE, dtype=np.uint64), dtype=np.uint64)


def token_hashes(texts: Sequence[str]) -> tuple[np.ndarray, np.ndarray]:
    """
    Hashes of the `match_tokens` of several texts, without making the tokens: a polynomial of their code points.

    Returns:
        Hashes, uint64, text after text; and the number of tokens of each text, int64.
    """
    folded = [text.casefold() for text in texts]
    ends = np.cumsum([len(text) + 1 for text in folded], dtype=np.int64)
    codes = np.frombuffer("\n".join([*folded, ""]).encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
    classes = _classes()[codes]
    begins = classes == 1
    begins[1:] &= classes[:-1] != 1  # a word goes on after a letter of a word only
    first = np.flatnonzero(begins | (classes == 2))
    if not len(first):
        return np.empty(0, dtype=np.uint64), np.zeros(len(texts), dtype=np.int64)
    lengths = np.diff(np.append(first, len(codes)))  # up to the next token; what lies between counts nothing
    place = np.arange(first[0], len(codes)) - np.repeat(first, lengths)
    values = np.where(classes, codes, 0).astype(np.uint64)[first[0] :]
    hashes = np.add.reduceat(values * _powers()[place & (_POWERS - 1)], first - first[0])
    text = np.searchsorted(ends, first, side="right")
    return mix(hashes), np.bincount(text, minlength=len(texts)).astype(np.int64)


def ngram_hashes(numbers: np.ndarray, lengths: Sequence[int] | np.ndarray, n: int) -> tuple[np.ndarray, np.ndarray]:
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
    total = _horner(padded[step : step + len(numbers)] for step in range(n))[first]
    short = np.flatnonzero(first + n > last)  # those must not reach into the next text
    start, end = first[short], last[short]
    total[short] = _horner(np.where(start + step < end, padded[start + step], np.uint64(0)) for step in range(n))
    return mix(total), offsets


def _horner(coefficients: Iterable[np.ndarray]) -> np.ndarray:
    total = np.zeros(1, dtype=np.uint64)
    for values in coefficients:
        total = total * np.uint64(_MULTIPLIER) + values
    return total


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
