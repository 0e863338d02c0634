"""
What the quality rules count in a text, by one compiled call: a rule alone takes less time than asking for it.

The parts are loops of their own (`kinds`, `word_arrays`, `repetition`, `plausible`), called here from a compiled one.
"""

from functools import cache
from typing import Any, NamedTuple

import numpy as np

from llmpipe.corpus import kinds, plausible, repetition, word_arrays
from llmpipe.corpus.compiled import compiled
from llmpipe.corpus.text import codes_of
from llmpipe.corpus.word_arrays import HAN, MARK, WHITE

SHORT_LINE = 30  # characters; a Han character counts two
_BULLETS = "-*•‣▪◦·●○■"
_LINE_ENDS = ".!?…。！？；;\"'”’」』）)"
_WIDE = 0x2E80  # the first code point of East Asia's scripts and marks
_DOT, _ELLIPSIS, _NEWLINE = ord("."), ord("…"), ord("\n")
_BASE = np.uint64(0xC2B2AE3D27D4EB4F)  # of the polynomial that hashes a line: odd, without pattern


class Counts(NamedTuple):
    """
    Numbers of what a text holds.

    Args:
        spaces: Characters of white space; the next five likewise (`kinds`).
        symbols: Symbols.
        digits: Digits.
        hangul: Hangul.
        han: Han characters.
        kana: Kana.
        longest_part: Characters of the longest part without white space, Han and kana.
        raised: Capitals of ASCII behind a small letter.
        placeholders: `lorem ipsum`, whatever its case.
        words: Words; Han characters one each.
        letters: Characters of all words.
        decimals: Words that are digits throughout.
        sayable: Words of letters only, four and more.
        odd: Those of them that nobody can say, acronyms included.
        marks: Marks of sentences.
        stop_words: How many of the given words occur.
        misplaced: Words and marks that never follow the one before them.
        places: Words and marks behind which something could be misplaced.
        rare_han: Different Han characters outside of some 8,000 common ones.
        different_han: Different Han characters.
        doubtful: Places where a character may have been lost: none where `plausible.lost_characters` finds none.
        lines: Lines that are not blank.
        bullets: Those that begin with a bullet.
        ellipses: Those that end with an ellipsis.
        ended: Those that end as a sentence does.
        short: Those of at most `SHORT_LINE` characters.
        lines_differ: 1 when no line stands twice, white space at its ends aside.
        paragraphs_differ: 1 when no paragraph does.
    """

    spaces: int
    symbols: int
    digits: int
    hangul: int
    han: int
    kana: int
    longest_part: int
    raised: int
    placeholders: int
    words: int
    letters: int
    decimals: int
    sayable: int
    odd: int
    marks: int
    stop_words: int
    misplaced: int
    places: int
    rare_han: int
    different_han: int
    doubtful: int
    lines: int
    bullets: int
    ellipses: int
    ended: int
    short: int
    lines_differ: int
    paragraphs_differ: int


def measure(codes: np.ndarray, stop_words: tuple[str, ...]) -> tuple[Counts, list[list[int]]]:
    """
    Count what a text holds.

    Args:
        codes: Its code points, uint32 (characters,).
        stop_words: Of its language.

    Returns:
        The counts; and for n-grams of n words what repeats (`repetition.levels`), by n.
    """
    counts, levels = _measured(
        codes,
        word_arrays.table(),
        kinds.table(),
        _characters(_BULLETS),
        _characters(_LINE_ENDS),
        _characters("lorem ipsum"),
        word_arrays.hashes_of(stop_words),
        *plausible.tables(),
    )
    return Counts(*counts), levels.tolist()


@cache
def _characters(text: str) -> np.ndarray:
    return codes_of(text)


@compiled
def _measured(
    codes: np.ndarray,
    flag_table: np.ndarray,
    kind_table: np.ndarray,
    bullets: np.ndarray,
    line_ends: np.ndarray,
    placeholder: np.ndarray,
    stop_words: np.ndarray,
    common_han: np.ndarray,
    articles: np.ndarray,
    not_behind_articles: np.ndarray,
    of: np.ndarray,
    not_behind_of: np.ndarray,
    leading: np.ndarray,
    mark_numbers: np.ndarray,
    never: np.ndarray,
) -> tuple[tuple[int, ...], np.ndarray]:
    flags = np.empty(len(codes), dtype=np.uint8)
    found = np.empty(len(codes), dtype=np.uint8)
    marks = wide = 0
    for place in range(len(codes)):
        flags[place] = flag_table[codes[place]]
        found[place] = kind_table[codes[place]]
        marks += (flags[place] & MARK) != 0
        wide += codes[place] >= _WIDE
    census = kinds.census(found)
    starts, ends, hashes, what = word_arrays.measured(codes, flags)
    decimals, sayable, odd = word_arrays.census(what)
    numbers, frequencies, _ = word_arrays.numbered(hashes)
    levels = repetition.levels(numbers, len(frequencies), ends - starts)
    wrong = plausible.misplaced_words(hashes, starts, ends, codes, articles, not_behind_articles, of, not_behind_of)
    places = word_arrays.num_among(leading, hashes)
    rare = han = 0
    if wide:  # else there are neither Han characters nor marks of Chinese
        wrong += plausible.misplaced_marks(codes, mark_numbers, never)
        places += plausible.num_marks(codes, mark_numbers)
        rare, han = plausible.rare_han(codes, found, common_han)
    lines, beginning, trailing, ended, short, lines_differ = _lines(codes, flags, bullets, line_ends)
    counts = (
        census[kinds.SPACE],
        census[kinds.SYMBOL],
        census[kinds.DIGIT],
        census[kinds.HANGUL],
        census[kinds.HAN],
        census[kinds.KANA],
        kinds.longest_part(found),
        plausible.num_raised(codes),
        _num_lower(codes, placeholder) if census[kinds.LATIN] else 0,
        len(hashes),
        (ends - starts).sum(),
        decimals,
        sayable,
        odd,
        marks,
        word_arrays.num_common(stop_words, hashes),
        wrong,
        places,
        rare,
        han,
        plausible.num_doubtful(codes),
        lines,
        beginning,
        trailing,
        ended,
        short,
        lines_differ,
        _paragraphs_differ(codes, flags),
    )
    return counts, levels


@compiled
def _num_lower(codes: np.ndarray, part: np.ndarray) -> int:
    """How often a text holds another of small letters and spaces, whatever its case."""
    number = place = 0
    while place + len(part) <= len(codes):
        size = 0
        while size < len(part) and (
            codes[place + size] == part[size] or (part[size] > 96 and codes[place + size] + 32 == part[size])
        ):
            size += 1
        number += size == len(part)
        place += size if size == len(part) else 1
    return number


@compiled
def _stripped(flags: np.ndarray, begin: int, end: int) -> tuple[int, int]:
    """Where a part of a text begins and ends without the white space around it."""
    while begin < end and flags[begin] & WHITE:
        begin += 1
    while begin < end and flags[end - 1] & WHITE:
        end -= 1
    return begin, end


@compiled
def _hash(codes: np.ndarray, begin: int, end: int) -> Any:
    total = np.uint64(end - begin)
    for place in range(begin, end):
        total = total * _BASE + np.uint64(codes[place])
    return total


@compiled
def _is_any(code: int, others: np.ndarray) -> bool:
    found = False
    for other in others:
        found |= code == other
    return found


@compiled
def _lines(
    codes: np.ndarray, flags: np.ndarray, bullets: np.ndarray, line_ends: np.ndarray
) -> tuple[int, int, int, int, int, int]:
    """What `Counts` says of lines, from `lines` to `lines_differ`."""
    hashes = np.empty(len(codes) + 1, dtype=np.uint64)
    lines = beginning = trailing = ended = short = start = 0
    for place in range(len(codes) + 1):
        if place < len(codes) and codes[place] != _NEWLINE:
            continue
        begin, end = _stripped(flags, start, place)
        start = place + 1
        if begin == end:
            continue
        last = codes[end - 1]
        dots = last == _DOT and end - begin >= 3 and codes[end - 2] == _DOT and codes[end - 3] == _DOT
        beginning += _is_any(codes[begin], bullets)
        trailing += last == _ELLIPSIS or dots
        ended += _is_any(last, line_ends)
        short += _is_short(flags, begin, end)
        hashes[lines] = _hash(codes, begin, end)
        lines += 1
    return lines, beginning, trailing, ended, short, _differ(hashes[:lines])


@compiled
def _is_short(flags: np.ndarray, begin: int, end: int) -> bool:
    width = end - begin
    if width > SHORT_LINE:
        return False
    for place in range(begin, end):
        width += flags[place] & HAN != 0
    return width <= SHORT_LINE


@compiled
def _paragraphs_differ(codes: np.ndarray, flags: np.ndarray) -> int:
    """Whether no part between blank lines stands twice."""
    hashes = np.empty(len(codes) // 2 + 2, dtype=np.uint64)
    number = start = 0
    for place in range(len(codes) + 1):
        if place < len(codes) and not (
            codes[place] == _NEWLINE and place + 1 < len(codes) and codes[place + 1] == _NEWLINE
        ):
            continue
        begin, end = _stripped(flags, start, place)
        start = place
        if begin < end:
            hashes[number] = _hash(codes, begin, end)
            number += 1
    return _differ(hashes[:number])


@compiled
def _differ(hashes: np.ndarray) -> int:
    return len(word_arrays.numbered(hashes)[1]) == len(hashes)
