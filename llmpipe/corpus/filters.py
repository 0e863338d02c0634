"""
Keep or drop: one function a rule, named like its key in params.yaml, its drop reason and its row in the report.

A rule returns the value that condemns the document, or None when it is kept. Words count one each and so do Han
characters, so the same thresholds serve English and Chinese.
"""

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import regex

from llmpipe.corpus import text as texts
from llmpipe.corpus.normalize import mojibake_ratio

NGRAM = 4  # words of a repeated n-gram
_SYMBOLS = regex.compile(r"[\p{S}#%&*/@\\_{}\[\]]")
_FORMULA = re.compile(r"(?<=[\w)²³]) ?[-+*/^=−×÷<>] ?(?=[\w(])")
_DIGITS = re.compile(r"\d")
_SPACE = re.compile(r"\s+")
_LONG = re.compile(rf"[^\s{texts.HAN}{texts.KANA}]{{41,}}")
_WORDS = re.compile(r"(?<![\w'’])[^\W\d_]{4,}(?!\w)")
_ODD = re.compile(r"(?i)^[b-df-hj-np-tv-xzßçñ]+$|[b-df-hj-np-tv-xzßçñ]{5}")
_URL = re.compile(r"https?://\S+|www\.\S+")


@dataclass(frozen=True)
class Measured:
    """A text with what several rules need, computed once."""

    text: str

    @cached_property
    def words(self) -> list[str]:
        """Words; Han characters one each."""
        return texts.words(self.text)

    @cached_property
    def size(self) -> int:
        """Characters that are not white space, at least 1."""
        return max(1, len(_SPACE.sub("", self.text)))


Filter = Callable[[Measured, float], float | None]


def min_words(document: Measured, threshold: float) -> float | None:
    """At least `threshold` words."""
    return _below(len(document.words), threshold)


def max_words(document: Measured, threshold: float) -> float | None:
    """At most `threshold` words."""
    return _above(len(document.words), threshold)


def max_symbol_ratio(document: Measured, threshold: float) -> float | None:
    """Symbols a character; the signs of a formula (`3x^2 + 5`) do not count."""
    symbols = len(_SYMBOLS.findall(document.text))
    if symbols <= threshold * document.size:
        return None
    return _above((symbols - len(_FORMULA.findall(document.text))) / document.size, threshold)


def max_digit_ratio(document: Measured, threshold: float) -> float | None:
    """Digits a character."""
    return _above(len(_DIGITS.findall(document.text)) / document.size, threshold)


def max_long_word_ratio(document: Measured, threshold: float) -> float | None:
    """Share of characters in words of more than 40 letters, links aside: keys, encoded data, keyboard soup."""
    found = _LONG.findall(_URL.sub(" ", document.text))
    return _above(sum(map(len, found)) / document.size, threshold) if found else None


def max_odd_word_ratio(document: Measured, threshold: float) -> float | None:
    """Share of words of four letters and more that nobody can say: no vowel, or five consonants in a row."""
    found = _WORDS.findall(document.text) if document.text.isascii() or not texts.num_han(document.text) else []
    if len(found) < 5:
        return None
    return _above(sum(_ODD.search(word) is not None and not word.isupper() for word in found) / len(found), threshold)


def max_mojibake_ratio(document: Measured, threshold: float) -> float | None:
    """Share of characters that wrong decoding left and that could not be repaired."""
    return _above(mojibake_ratio(document.text), threshold)


def max_repeated_line_ratio(document: Measured, threshold: float) -> float | None:
    """Share of characters in lines seen twice before: a refrain comes back, a stuck page does not stop."""
    lines = [line for line in map(str.strip, document.text.split("\n")) if line]
    if len(lines) < 4:
        return None
    counts = Counter(lines)
    repeated = sum(len(line) * max(0, count - 2) for line, count in counts.items())
    return _above(repeated / sum(map(len, lines)), threshold)


def max_repeated_ngram_ratio(document: Measured, threshold: float) -> float | None:
    """Share of word 4-grams seen twice before in the document."""
    words = document.words
    grams = Counter(zip(*(words[start:] for start in range(NGRAM)), strict=False))
    total = len(words) - NGRAM + 1
    if total < 2 * NGRAM:
        return None
    return _above(sum(max(0, count - 2) for count in grams.values()) / total, threshold)


def _below(value: float, threshold: float) -> float | None:
    return value if value < threshold else None


def _above(value: float, threshold: float) -> float | None:
    return value if value > threshold else None


FILTERS: dict[str, Filter] = {
    "min_words": min_words,
    "max_words": max_words,
    "max_mojibake_ratio": max_mojibake_ratio,
    "max_symbol_ratio": max_symbol_ratio,
    "max_digit_ratio": max_digit_ratio,
    "max_long_word_ratio": max_long_word_ratio,
    "max_odd_word_ratio": max_odd_word_ratio,
    "max_repeated_line_ratio": max_repeated_line_ratio,
    "max_repeated_ngram_ratio": max_repeated_ngram_ratio,
}


def first_reason(text: str, thresholds: dict[str, float]) -> tuple[str, str]:
    """The first rule that drops a text, with the value that did it; ("", "") when all keep it."""
    document = Measured(text)
    for name, threshold in thresholds.items():
        value = FILTERS[name](document, threshold)
        if value is not None:
            return name, f"{value:.4g}"
    return "", ""
