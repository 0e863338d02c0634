"""
Keep or drop: one function a rule, named like its key in params.yaml, its drop reason and its row in the report.

A rule returns the value that condemns the document, or None when it is kept. Words count one each and so do Han
characters, so most thresholds serve English and Chinese; `filters.languages` has others for a language. The rules of
Gopher (Rae et al. 2021, app. A), C4 (Raffel et al. 2020) and FineWeb (Penedo et al. 2024) name their paper.
"""

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property, lru_cache, partial
from heapq import nlargest

import numpy as np
import regex

from llmpipe.config import FiltersConfig
from llmpipe.corpus import repetition
from llmpipe.corpus import text as texts
from llmpipe.corpus.normalize import mojibake_ratio

NGRAM = 4  # words of a repeated n-gram
_SYMBOLS = regex.compile(r"[\p{S}#%&*/@\\_{}\[\]]")
_FORMULA = re.compile(r"(?<=[\w)²³]) ?[-+*/^=−×÷<>] ?(?=[\w(])")
_DIGITS = re.compile(r"\d")
LONG_WORD = 40  # characters
_LONG = re.compile(rf"[^\s{texts.HAN}{texts.KANA}]{{{LONG_WORD + 1},}}")
_ODD = re.compile(r"(?i)^[b-df-hj-np-tv-xzßçñ]+$|[b-df-hj-np-tv-xzßçñ]{5}")
_BULLET = re.compile(r"[-*•‣▪◦·●○■]\s?")
_SENTENCE_END = re.compile(r"[.!?…][\"'”’)\]]*(?=\s|$)|[。！？]")
_LINE_ENDS = (".", "!", "?", "…", "。", "！", "？", "；", ";", '"', "'", "”", "’", "」", "』", "）", ")")
SHORT_LINE = 30  # characters; a Han character counts two
STOP_WORDS = {
    # eight of each language that no text goes without
    "en": frozenset({"the", "be", "to", "of", "and", "that", "have", "with"}),  # Rae et al.
    "fr": frozenset({"le", "la", "les", "de", "et", "un", "une", "que"}),
    "zh": frozenset("的了是在不和有一"),
}
_URL = re.compile(r"https?://\S+|www\.\S+")


@dataclass(frozen=True)
class Measured:
    """A text with what several rules need, computed once."""

    text: str
    language: str = ""

    @cached_property
    def words(self) -> list[str]:
        """Words; Han characters one each."""
        return texts.words(self.text)

    @cached_property
    def size(self) -> int:
        """Characters that are not white space, at least 1."""
        return max(1, sum(map(len, self.chunks)))

    @cached_property
    def chunks(self) -> list[str]:
        """What white space parts."""
        return self.text.split()

    @cached_property
    def letters(self) -> int:
        """Characters in words."""
        return sum(map(len, self.words))

    @cached_property
    def lines(self) -> list[str]:
        """Lines that are not blank, without white space at their ends."""
        return [line for line in map(str.strip, self.text.split("\n")) if line]

    @cached_property
    def paragraphs(self) -> list[str]:
        """What blank lines part."""
        return [part for part in map(str.strip, self.text.split("\n\n")) if part]

    @cached_property
    def numbers(self) -> np.ndarray:
        """The words as numbers."""
        return repetition.numbered(self.words)

    @cached_property
    def longest(self) -> int:
        """Characters in the four longest words together."""
        return sum(nlargest(4, map(len, self.words)))

    @cached_property
    def most2(self) -> int:
        """How often the most frequent pair of words occurs."""
        return int(repetition.ngram_counts(self.numbers, 2).max())

    @cached_property
    def most3(self) -> int:
        """How often the most frequent three words occur; no n-gram of more words occurs more often."""
        return int(repetition.ngram_counts(self.numbers, 3).max())

    def repeated(self, n: int) -> float:
        """Share of characters in n-grams that came before, those of overlapping ones included."""
        words = self.words
        places = repetition.repeated_words(self.numbers, n).tolist()
        return sum(len(words[place]) for place in places) / max(1, self.letters)

    @cached_property
    def repeated5(self) -> float:
        """Of five words; no n-gram of more words repeats more."""
        return self.repeated(5) if self.most3 > 1 else 0.0


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
    if max(map(len, document.chunks), default=0) <= LONG_WORD:
        return None
    found = _LONG.findall(_URL.sub(" ", document.text))
    return _above(sum(map(len, found)) / document.size, threshold) if found else None


def max_odd_word_ratio(document: Measured, threshold: float) -> float | None:
    """Share of words of four letters and more that nobody can say: no vowel, or five consonants in a row."""
    found = [word for word in document.words if len(word) >= 4 and word.isalpha()]
    if len(found) < 5 or texts.num_han(document.text):
        return None
    odd = set(filter(_is_odd, set(found)))
    return _above(sum(word in odd for word in found) / len(found), threshold) if odd else None


@lru_cache(maxsize=2**16)
def _is_odd(word: str) -> bool:
    return _ODD.search(word) is not None and not word.isupper()


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
    total = len(document.words) - NGRAM + 1
    if total < 2 * NGRAM or document.most3 <= 2:
        return None
    counts = repetition.ngram_counts(document.numbers, NGRAM)
    return _above(float(np.maximum(counts - 2, 0).sum()) / total, threshold)


# --- Gopher -------------------------------------------------------------------------------------------


def min_mean_word_length(document: Measured, threshold: float) -> float | None:
    """Mean characters a word (Gopher)."""
    return _below(document.letters / max(1, len(document.words)), threshold)


def max_mean_word_length(document: Measured, threshold: float) -> float | None:
    """Mean characters a word (Gopher)."""
    return _above(document.letters / max(1, len(document.words)), threshold)


def max_hash_ratio(document: Measured, threshold: float) -> float | None:
    """Hash signs a word (Gopher)."""
    return _above(document.text.count("#") / max(1, len(document.words)), threshold)


def max_ellipsis_ratio(document: Measured, threshold: float) -> float | None:
    """Ellipses a word (Gopher)."""
    found = document.text.count("...") + document.text.count("…")
    return _above(found / max(1, len(document.words)), threshold)


def max_bullet_line_ratio(document: Measured, threshold: float) -> float | None:
    """Share of lines that begin with a bullet (Gopher)."""
    return _above(_share(document.lines, lambda line: _BULLET.match(line) is not None), threshold)


def max_ellipsis_line_ratio(document: Measured, threshold: float) -> float | None:
    """Share of lines that end with an ellipsis (Gopher)."""
    return _above(_share(document.lines, lambda line: line.endswith(("...", "…"))), threshold)


def min_alphabetic_word_ratio(document: Measured, threshold: float) -> float | None:
    """Share of words with a letter in them (Gopher); Han characters are letters."""
    number = sum(map(str.isdecimal, document.words))
    return _below(1 - number / max(1, len(document.words)), threshold)


def min_stop_words(document: Measured, threshold: float) -> float | None:
    """Different words of the eight that no text of its language goes without (Gopher); other languages are kept."""
    common = STOP_WORDS.get(document.language)
    if common is None:
        return None
    return _below(len(common.intersection(map(str.lower, document.words))), threshold)


def max_duplicate_line_ratio(document: Measured, threshold: float) -> float | None:
    """Share of lines that stood before (Gopher)."""
    return _above(repetition.duplicate_ratio(document.lines), threshold)


def max_duplicate_line_character_ratio(document: Measured, threshold: float) -> float | None:
    """Share of characters in lines that stood before (Gopher; FineWeb with a smaller threshold)."""
    return _above(repetition.duplicate_character_ratio(document.lines), threshold)


def max_duplicate_paragraph_ratio(document: Measured, threshold: float) -> float | None:
    """Share of paragraphs that stood before (Gopher)."""
    return _above(repetition.duplicate_ratio(document.paragraphs), threshold)


def max_duplicate_paragraph_character_ratio(document: Measured, threshold: float) -> float | None:
    """Share of characters in paragraphs that stood before (Gopher)."""
    return _above(repetition.duplicate_character_ratio(document.paragraphs), threshold)


def _top_ngram(document: Measured, threshold: float, n: int) -> float | None:
    """Share of characters in the most frequent n-gram (Gopher)."""
    total = max(1, document.letters)
    most = document.most2 if n == 2 else document.most3
    if most * document.longest <= threshold * total:  # no n-gram has more
        return None
    return _above(repetition.top_ngram_ratio(repetition.ngrams(document.words, n), total), threshold)


def _duplicate_ngrams(document: Measured, threshold: float, n: int) -> float | None:
    """Share of characters in n-grams that stood before (Gopher)."""
    if document.repeated5 <= threshold or document.repeated(n) <= threshold:
        return None
    return _above(repetition.duplicate_ngram_ratio(document.words, n, document.letters), threshold)


# --- C4, FineWeb --------------------------------------------------------------------------------------


def min_sentences(document: Measured, threshold: float) -> float | None:
    """Sentences, by their ends (C4)."""
    return _below(len(_SENTENCE_END.findall(document.text)), threshold)


def max_brace_ratio(document: Measured, threshold: float) -> float | None:
    """Curly brackets a character, as program code has them (C4 drops a page for one)."""
    return _above((document.text.count("{") + document.text.count("}")) / document.size, threshold)


def max_placeholders(document: Measured, threshold: float) -> float | None:
    """Placeholder texts, `lorem ipsum` (C4)."""
    return _above(document.text.lower().count("lorem ipsum"), threshold)


def min_punctuated_line_ratio(document: Measured, threshold: float) -> float | None:
    """Share of lines that end as a sentence does (FineWeb)."""
    return _below(_share(document.lines, lambda line: line.endswith(_LINE_ENDS)), threshold)


def max_short_line_ratio(document: Measured, threshold: float) -> float | None:
    """Share of lines of at most `SHORT_LINE` characters (FineWeb)."""
    return _above(_share(document.lines, _is_short), threshold)


def max_newline_ratio(document: Measured, threshold: float) -> float | None:
    """Line ends a word (FineWeb)."""
    return _above(document.text.count("\n") / max(1, len(document.words)), threshold)


def _is_short(line: str) -> bool:
    return len(line) <= SHORT_LINE and len(line) + texts.num_han(line) <= SHORT_LINE


def _share(lines: list[str], holds: Callable[[str], bool]) -> float:
    return sum(map(holds, lines)) / max(1, len(lines))


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
    "min_mean_word_length": min_mean_word_length,
    "max_mean_word_length": max_mean_word_length,
    "max_hash_ratio": max_hash_ratio,
    "max_ellipsis_ratio": max_ellipsis_ratio,
    "max_bullet_line_ratio": max_bullet_line_ratio,
    "max_ellipsis_line_ratio": max_ellipsis_line_ratio,
    "min_alphabetic_word_ratio": min_alphabetic_word_ratio,
    "min_stop_words": min_stop_words,
    "max_duplicate_line_ratio": max_duplicate_line_ratio,
    "max_duplicate_line_character_ratio": max_duplicate_line_character_ratio,
    "max_duplicate_paragraph_ratio": max_duplicate_paragraph_ratio,
    "max_duplicate_paragraph_character_ratio": max_duplicate_paragraph_character_ratio,
    **{f"max_top_{n}gram_ratio": partial(_top_ngram, n=n) for n in (2, 3, 4)},
    **{f"max_duplicate_{n}gram_ratio": partial(_duplicate_ngrams, n=n) for n in (5, 6, 7, 8, 9, 10)},
    "min_sentences": min_sentences,
    "max_brace_ratio": max_brace_ratio,
    "max_placeholders": max_placeholders,
    "min_punctuated_line_ratio": min_punctuated_line_ratio,
    "max_short_line_ratio": max_short_line_ratio,
    "max_newline_ratio": max_newline_ratio,
}


def first_reason(text: str, language: str, config: FiltersConfig) -> tuple[str, str]:
    """The first rule that drops a text, with the value that did it; ("", "") when all keep it."""
    document = Measured(text, language)
    for name, threshold in config.thresholds(language).items():
        value = FILTERS[name](document, threshold)
        if value is not None:
            return name, f"{value:.4g}"
    return "", ""


def all_reasons(text: str, language: str, config: FiltersConfig) -> list[str]:
    """Every rule that alone would drop a text."""
    document = Measured(text, language)
    return [
        name
        for name, threshold in config.thresholds(language).items()
        if FILTERS[name](document, threshold) is not None
    ]
