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
from functools import cached_property, partial

import numpy as np

from llmpipe.corpus import plausible, repetition, terms, textless, visitor
from llmpipe.corpus import text as texts
from llmpipe.corpus.measures import Counts, measure
from llmpipe.corpus.normalize import mojibake_ratio
from llmpipe.corpus.quoting import without_shown
from llmpipe.corpus.word_arrays import Words, words_of
from llmpipe.sections.clean import FiltersConfig

NGRAM = 4  # words of a repeated n-gram
_FORMULA = re.compile(r"(?<=[\w)²³]) ?[-+*/^=−×÷<>] ?(?=[\w(])")
LONG_WORD = 40  # characters
_LONG = re.compile(rf"[^\s{texts.HAN}{texts.KANA}]{{{LONG_WORD + 1},}}")
_SENTENCE_END = re.compile(r"[.!?…][\"'”’)\]]*(?=\s|$)|[。！？]")
STOP_WORDS = {
    # eight of each language that hardly a text goes without
    "en": ("the", "be", "to", "of", "and", "that", "have", "with"),  # Rae et al.
    "fr": ("le", "la", "les", "de", "et", "un", "une", "que"),
    "zh": tuple("的是在有一中于於为為"),  # two of them in both scripts; 了 and 不 are rare in formal prose
}
LONG_TEXT = 40  # words
STOP_WORD_SPAN = 20  # words in which at least one stop word is due
MIN_RARE = 5  # Han characters: a name or two of them are no sign
MIN_MISPLACED = 3  # words or marks: fewer are slips of the pen
MIN_LOG_LINES = 5
MIN_LOG_DIGITS = 0.1  # of the characters: stamps and numbers
MIN_CASED = 20  # words with letters of both cases to be judged by them
_URL = re.compile(r"[A-Za-z][A-Za-z0-9+.-]{1,20}://\S+|www\.\S+")


@dataclass(frozen=True)
class Measured:
    """A text with what several rules need, computed once."""

    text: str
    language: str = ""

    @cached_property
    def words(self) -> Words:
        """Words; Han characters one each."""
        return words_of(self.text)

    @cached_property
    def counts(self) -> Counts:
        """Numbers of what it holds."""
        return self._measures[0]

    @cached_property
    def levels(self) -> list[list[int]]:
        """How much n-grams of n words repeat, by n (`repetition.levels`)."""
        return self._measures[1]

    @cached_property
    def _measures(self) -> tuple[Counts, list[list[int]]]:
        return measure(self.words.codes, STOP_WORDS.get(self.language, ()))

    @cached_property
    def size(self) -> int:
        """Characters that are not white space, at least 1."""
        return max(1, len(self.text) - self.counts.spaces)

    @cached_property
    def num_words(self) -> int:
        """Words, at least 1, to divide by."""
        return max(1, self.counts.words)

    @cached_property
    def ngrams(self) -> repetition.Ngrams:
        """The n-grams of words that occur more than once."""
        return repetition.Ngrams(self.words.numbers, self.words.lengths)

    @cached_property
    def lines(self) -> list[str]:
        """Lines that are not blank, without white space at their ends."""
        return [line for line in map(str.strip, self.text.split("\n")) if line]

    @cached_property
    def paragraphs(self) -> list[str]:
        """What blank lines part."""
        return [part for part in map(str.strip, self.text.split("\n\n")) if part]


Filter = Callable[[Measured, float], float | None]


def min_words(document: Measured, threshold: float) -> float | None:
    """At least `threshold` words."""
    return _below(document.counts.words, threshold)


def max_words(document: Measured, threshold: float) -> float | None:
    """At most `threshold` words."""
    return _above(document.counts.words, threshold)


def max_symbol_ratio(document: Measured, threshold: float) -> float | None:
    """Symbols a character; the signs of a formula (`3x^2 + 5`) do not count."""
    symbols = document.counts.symbols
    if symbols <= threshold * document.size:
        return None
    return _above((symbols - len(_FORMULA.findall(document.text))) / document.size, threshold)


def max_digit_ratio(document: Measured, threshold: float) -> float | None:
    """Digits a character."""
    return _above(document.counts.digits / document.size, threshold)


def max_long_word_ratio(document: Measured, threshold: float) -> float | None:
    """Share of characters in words of more than 40 letters, links aside: keys, encoded data, keyboard soup."""
    if document.counts.longest_part <= LONG_WORD:
        return None
    found = _LONG.findall(_URL.sub(" ", document.text))
    return _above(sum(map(len, found)) / document.size, threshold) if found else None


def max_odd_word_ratio(document: Measured, threshold: float) -> float | None:
    """Share of words of four letters and more that nobody can say: no vowel, or five consonants in a row."""
    if document.counts.han or not document.counts.odd:
        return None
    found = document.counts.sayable
    return _above(document.words.num_odd() / found, threshold) if found >= 5 else None


def max_mojibake_ratio(document: Measured, threshold: float) -> float | None:
    """Share of characters that wrong decoding left and that could not be repaired."""
    east_asian = document.counts.hangul + document.counts.han + document.counts.kana
    return _above(mojibake_ratio(document.text, document.words.codes, east_asian), threshold)


def max_repeated_line_ratio(document: Measured, threshold: float) -> float | None:
    """Share of characters in lines seen twice before: a refrain comes back, a stuck page does not stop."""
    if document.counts.lines < 4:
        return None
    if document.counts.lines_differ:
        return _above(0.0, threshold)
    lines = document.lines
    counts = Counter(lines)
    repeated = sum(len(line) * max(0, count - 2) for line, count in counts.items())
    return _above(repeated / sum(map(len, lines)), threshold)


def max_repeated_ngram_ratio(document: Measured, threshold: float) -> float | None:
    """Share of word 4-grams seen twice before in the document."""
    total = document.counts.words - NGRAM + 1
    if total < 2 * NGRAM or document.levels[NGRAM][repetition.REPEATED] <= threshold * total:
        return None
    return _above(int((document.ngrams.counts(NGRAM) - 2).sum()) / total, threshold)


# --- Gopher -------------------------------------------------------------------------------------------


def min_mean_word_length(document: Measured, threshold: float) -> float | None:
    """Mean characters a word (Gopher)."""
    return _below(_mean_word_length(document), threshold)


def max_mean_word_length(document: Measured, threshold: float) -> float | None:
    """Mean characters a word (Gopher)."""
    return _above(_mean_word_length(document), threshold)


def _mean_word_length(document: Measured) -> float:
    return document.counts.letters / document.num_words


def max_hash_ratio(document: Measured, threshold: float) -> float | None:
    """Hash signs a word (Gopher)."""
    return _above(document.text.count("#") / document.num_words, threshold)


def max_ellipsis_ratio(document: Measured, threshold: float) -> float | None:
    """Ellipses a word (Gopher)."""
    found = document.text.count("...") + document.text.count("…")
    return _above(found / document.num_words, threshold)


def max_bullet_line_ratio(document: Measured, threshold: float) -> float | None:
    """Share of lines that begin with a bullet (Gopher)."""
    return _above(_share_of_lines(document, document.counts.bullets), threshold)


def max_ellipsis_line_ratio(document: Measured, threshold: float) -> float | None:
    """Share of lines that end with an ellipsis (Gopher)."""
    return _above(_share_of_lines(document, document.counts.ellipses), threshold)


def min_alphabetic_word_ratio(document: Measured, threshold: float) -> float | None:
    """Share of words with a letter in them (Gopher); Han characters are letters."""
    return _below(1 - document.counts.decimals / document.num_words, threshold)


def min_stop_words(document: Measured, threshold: float) -> float | None:
    """
    Different words of the eight that no text of its language goes without (Gopher); other languages are kept.

    Gopher looks at documents of fifty words and more. Of a shorter text a share is asked, down to none: of ten words of
    a chat a quarter of the texts has none of the eight.
    """
    common = STOP_WORDS.get(document.language)
    if common is None:
        return None
    threshold = min(threshold, document.counts.words // STOP_WORD_SPAN)
    if document.counts.stop_words >= threshold:
        return None
    return _below(len(set(common).intersection(map(str.lower, document.words.vocabulary))), threshold)


def max_duplicate_line_ratio(document: Measured, threshold: float) -> float | None:
    """Share of lines that stood before (Gopher)."""
    return _of_repeated_lines(document, repetition.duplicate_ratio, threshold)


def max_duplicate_line_character_ratio(document: Measured, threshold: float) -> float | None:
    """Share of characters in lines that stood before (Gopher; FineWeb with a smaller threshold)."""
    return _of_repeated_lines(document, repetition.duplicate_character_ratio, threshold)


def _of_repeated_lines(document: Measured, ratio: Callable[[list[str]], float], threshold: float) -> float | None:
    return _above(0.0 if document.counts.lines_differ else ratio(document.lines), threshold)


def max_duplicate_paragraph_ratio(document: Measured, threshold: float) -> float | None:
    """Share of paragraphs that stood before (Gopher)."""
    return _of_repeated_paragraphs(document, repetition.duplicate_ratio, threshold)


def max_duplicate_paragraph_character_ratio(document: Measured, threshold: float) -> float | None:
    """Share of characters in paragraphs that stood before (Gopher)."""
    return _of_repeated_paragraphs(document, repetition.duplicate_character_ratio, threshold)


def _of_repeated_paragraphs(document: Measured, ratio: Callable[[list[str]], float], threshold: float) -> float | None:
    return _above(0.0 if document.counts.paragraphs_differ else ratio(document.paragraphs), threshold)


def _top_ngram(document: Measured, threshold: float, n: int) -> float | None:
    """Share of the text's characters in the most frequent n-gram that repeats, its spaces included (Gopher)."""
    _, _, count, place, letters = document.levels[n]
    if count < 2 or count * (letters + n - 1) / len(document.text) <= threshold:  # with a space between all words
        return None
    return _above(count * _written(document.words.strings(np.arange(place, place + n))) / len(document.text), threshold)


def _written(words: list[str]) -> int:
    """Characters of words with spaces between them, but none beside a Han character."""
    han = [len(word) == 1 and texts.num_han(word) > 0 for word in words]
    spaces = sum(not (left or right) for left, right in zip(han, han[1:], strict=False))
    return sum(map(len, words)) + spaces


def _duplicate_ngrams(document: Measured, threshold: float, n: int) -> float | None:
    """Share of the text's characters in n-grams that stood before (Gopher)."""
    most = threshold * len(document.text)
    if any(document.levels[shorter][repetition.COVERED] <= most for shorter in range(2, n)):  # never less
        return None
    return _above(document.ngrams.duplicate_characters(n) / max(1, len(document.text)), threshold)


# --- C4, FineWeb --------------------------------------------------------------------------------------


def min_sentences(document: Measured, threshold: float) -> float | None:
    """Sentences, by their ends (C4)."""
    return _below(len(_SENTENCE_END.findall(document.text)), threshold)


def max_brace_ratio(document: Measured, threshold: float) -> float | None:
    """Curly brackets a character, as program code has them (C4 drops a page for one); code that a text shows aside."""
    if _braces(document.text) <= threshold * document.size:
        return None
    return _above(_braces(without_shown(document.text)) / document.size, threshold)


def _braces(text: str) -> int:
    return text.count("{") + text.count("}")


def max_placeholders(document: Measured, threshold: float) -> float | None:
    """Placeholder texts, `lorem ipsum` (C4)."""
    return _above(document.counts.placeholders, threshold)


def min_punctuated_line_ratio(document: Measured, threshold: float) -> float | None:
    """Share of lines that end as a sentence does (FineWeb)."""
    return _below(_share_of_lines(document, document.counts.ended), threshold)


def max_short_line_ratio(document: Measured, threshold: float) -> float | None:
    """Share of lines of at most `SHORT_LINE` characters (FineWeb)."""
    return _above(_share_of_lines(document, document.counts.short), threshold)


def min_punctuation_ratio(document: Measured, threshold: float) -> float | None:
    """Marks of sentences a word, in a text of `LONG_TEXT` words and more: lists of words and keywords have none."""
    if document.counts.words < LONG_TEXT:
        return None
    return _below(document.counts.marks / document.counts.words, threshold)


def max_newline_ratio(document: Measured, threshold: float) -> float | None:
    """Line ends a word (FineWeb)."""
    return _above(document.text.count("\n") / document.num_words, threshold)


def max_rare_han_ratio(document: Measured, threshold: float) -> float | None:
    """Share of rare ones among the different Han characters: random or wrongly decoded ones, odd spellings."""
    rare = document.counts.rare_han
    return _above(rare / document.counts.different_han, threshold) if rare >= MIN_RARE else None


def max_misplaced_ratio(document: Measured, threshold: float) -> float | None:
    """Share of articles, `of` and Chinese marks whose next word or mark never follows them: shuffled words."""
    wrong = document.counts.misplaced
    return _above(wrong / max(1, document.counts.places), threshold) if wrong >= MIN_MISPLACED else None


def max_lost_character_ratio(document: Measured, threshold: float) -> float | None:
    """Signs that stand for lost characters (U+FFFD, boxes, question marks inside words) a character."""
    lost = plausible.lost_characters(document.text) if document.counts.doubtful else 0
    return _above(lost / document.size, threshold)


def max_mixed_case_ratio(document: Measured, threshold: float) -> float | None:
    """Share of Latin words with capitals between small letters, where there are `MIN_CASED` words."""
    if document.counts.raised <= threshold * MIN_CASED:
        return None
    mixed, all_words = plausible.mixed_case(document.text)
    return _above(mixed / all_words, threshold) if all_words >= MIN_CASED else None


def max_term_ratio(document: Measured, threshold: float) -> float | None:
    """Share of words that stood before, in a text of `LONG_TEXT` words without sentences: lists of search terms."""
    return _above(terms.repeated(document.text, document.counts.words), threshold)


def max_visitor_ratio(document: Measured, threshold: float) -> float | None:
    """Share of a short page in what a site says to its visitor: errors, checks, empty results, domains for sale."""
    return _above(visitor.visitor_ratio(document.text), threshold)


def max_count_ratio(document: Measured, threshold: float) -> float | None:
    """Share of a text in items with a count in brackets each: tags, archives."""
    return _above(textless.count_ratio(document.text), threshold)


def max_advert_ratio(document: Measured, threshold: float) -> float | None:
    """Ornaments within lines, addresses and numbers to call a word: advertisements."""
    return _above(textless.advert_ratio(document.text), threshold)


def max_reply_ratio(document: Measured, threshold: float) -> float | None:
    """Share of short lines that differ from others in their numbers and signs at most: threads of empty replies."""
    return _above(textless.reply_ratio(document.text), threshold)


def max_style_ratio(document: Measured, threshold: float) -> float | None:
    """Share of a text in rules of style sheets."""
    return _above(textless.style_ratio(document.text), threshold)


def max_log_line_ratio(document: Measured, threshold: float) -> float | None:
    """Share of lines that a program wrote to its log: a time or pairs of keys and values, a level, a process."""
    if document.counts.lines < MIN_LOG_LINES or document.counts.digits < MIN_LOG_DIGITS * document.size:
        return None
    lines = document.lines
    if not any(map(terms.is_logged, lines[:MIN_LOG_LINES])):
        return None
    return _above(sum(map(terms.is_logged, lines)) / len(lines), threshold)


def _share_of_lines(document: Measured, number: int) -> float:
    return number / max(1, document.counts.lines)


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
    "min_punctuation_ratio": min_punctuation_ratio,
    "max_rare_han_ratio": max_rare_han_ratio,
    "max_misplaced_ratio": max_misplaced_ratio,
    "max_lost_character_ratio": max_lost_character_ratio,
    "max_mixed_case_ratio": max_mixed_case_ratio,
    "max_term_ratio": max_term_ratio,
    "max_log_line_ratio": max_log_line_ratio,
    "max_visitor_ratio": max_visitor_ratio,
    "max_count_ratio": max_count_ratio,
    "max_advert_ratio": max_advert_ratio,
    "max_reply_ratio": max_reply_ratio,
    "max_style_ratio": max_style_ratio,
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
