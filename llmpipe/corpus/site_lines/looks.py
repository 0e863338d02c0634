"""What a line is among the lines of a site: a hash by which it is compared, and whether it can be boilerplate."""

from collections.abc import Sequence
from functools import cache
from typing import Any, NamedTuple

import numpy as np

from llmpipe.corpus.compiled import compiled
from llmpipe.corpus.site_lines.boilerplate import MAX_CHARACTERS
from llmpipe.corpus.text import codes_of, mix_one
from llmpipe.corpus.word_arrays import (
    ALPHABETIC,
    APOSTROPHE,
    CASED,
    CONSONANT,
    DIGIT,
    HAN,
    LETTER,
    MARK,
    WHITE,
    flags_with,
    folds,
    num_words,
)

LONG_WORDS, LONG_HAN = 6, 10  # of a long sentence
MAX_SHORT = 40  # characters of a line of one word
_STOP, _CLOSING, _MARK = ALPHABETIC, CONSONANT, MARK  # bits that have no use here
_HYPHEN, _GREATER = ord("-"), ord(">")  # `->` and the like: between a speaker and a turn, a key and its value
_NEWLINE = 10
_LONG_NUMBER = 4  # digits and one more
_BASE = np.uint64(0x9E3779B97F4A7C15)  # of the polynomial that hashes a line: odd, from the golden ratio


class Tables(NamedTuple):
    """
    What the loops know of code points.

    Args:
        flags: The bits of each, uint8.
        folds: Each in folded case, uint32 (`CASED`,); 0 for those that are several then.
        several: These, sorted, uint32 (n,).
        expanded: What they are then, uint32 (n, 3), 0 behind.
    """

    flags: np.ndarray
    folds: np.ndarray
    several: np.ndarray
    expanded: np.ndarray


@cache
def tables() -> Tables:
    """The tables of `looks_of`."""
    signs = {_STOP: ".。!！?？…;；", _CLOSING: "\"'”’)）」』]", _MARK: "-:：=?？|→"}
    flags = flags_with(LETTER | HAN | APOSTROPHE | DIGIT | WHITE, signs)
    several = np.flatnonzero(folds() == 0)[1:]  # not code point 0
    expanded = np.zeros((len(several), 3), dtype=np.uint32)
    for row, code in zip(expanded, several.tolist(), strict=True):
        folded = codes_of(chr(code).casefold())
        row[: len(folded)] = folded
    return Tables(flags, folds(), several.astype(np.uint32), expanded)


def looks_of(lines: Sequence[str]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """
    What is to be known of lines, blank ones or others.

    Returns:
        Of each a hash, small numbers and case aside, whose lowest bit says whether it ends as a sentence does and the
        next one whether that is a long sentence without digits, uint64 (n,); the sign in it that may part a speaker
        and a turn, a key and its value, 0 for none, int64 (n,); whether it can be boilerplate: of some words, not
        long, not indented as code and verse are, bool (n,).
    """
    return _looked(codes_of("\n".join([*lines, ""])), tables(), len(lines))


@compiled
def _looked(codes: np.ndarray, tables: Tables, num_lines: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """What `looks_of` returns, of lines that each end with a line end."""
    hashes = np.empty(num_lines, dtype=np.uint64)
    marks = np.zeros(num_lines, dtype=np.int64)
    repeat = np.zeros(num_lines, dtype=np.bool_)
    begin = 0
    for line in range(num_lines):
        end = begin
        while codes[end] != _NEWLINE:
            end += 1
        marks[line] = mark_in(codes, tables, begin, end)
        hashes[line], repeat[line] = looked_at(codes, tables, begin, end)
        begin = end + 1
    return hashes, marks, repeat


@compiled
def mark_in(codes: np.ndarray, tables: Tables, begin: int, end: int) -> int:
    """The first sign of a line that may part a speaker and a turn, a key and its value; 0 without one."""
    for place in range(begin, end):
        code = codes[place]
        if tables.flags[code] & _MARK and (code != _HYPHEN or (place + 1 < end and codes[place + 1] == _GREATER)):
            return int(code)
    return 0


@compiled
def looked_at(codes: np.ndarray, tables: Tables, begin: int, end: int) -> tuple[Any, bool]:
    """The hash of a line, and whether it can be boilerplate (`looks_of`)."""
    flags = tables.flags
    repeat = False
    if 0 < end - begin <= MAX_CHARACTERS and not flags[codes[begin]] & WHITE:
        repeat = _has_two_words(codes, flags, begin, end)
    hashed = _hash(codes, tables, begin, end)
    last = end
    while last > begin and flags[codes[last - 1]] & WHITE:
        last -= 1
    while last > begin and flags[codes[last - 1]] & _CLOSING:
        last -= 1
    stops = last > begin and flags[codes[last - 1]] & _STOP
    long = stops != 0 and _is_long(codes, flags, begin, end)
    kinds = np.uint64(long) << np.uint64(1) | np.uint64(stops != 0)
    return hashed >> np.uint64(2) << np.uint64(2) | kinds, repeat


@compiled
def _has_two_words(codes: np.ndarray, flags: np.ndarray, begin: int, end: int) -> bool:
    """Whether there are two runs of two letters and more, or pairs of Han characters."""
    words = size = 0
    before = 0
    for place in range(begin, end):
        flag = flags[codes[place]]
        kind = HAN if flag & HAN else LETTER if flag & LETTER and not flag & DIGIT else 0
        size = size + 1 if kind and kind == before else 1
        before = kind
        words += kind != 0 and (size == 2 if kind == LETTER else size % 2 == 0)
    return words >= 2


@compiled
def _is_long(codes: np.ndarray, flags: np.ndarray, begin: int, end: int) -> bool:
    """Whether a sentence without digits is so long that people do not happen to say it twice, word for word."""
    han = 0
    for place in range(begin, end):
        if flags[codes[place]] & DIGIT:
            return False
        han += flags[codes[place]] & HAN != 0
    return han >= LONG_HAN if han else num_words(codes, flags, begin, end) >= LONG_WORDS


@compiled
def _hash(codes: np.ndarray, tables: Tables, begin: int, end: int) -> Any:
    """
    A polynomial of a line in folded case, its white space as single spaces, its numbers of up to four digits as 0.

    Counts, days and years differ from page to page; a longer number identifies something.
    """
    flags, folds = tables.flags, tables.folds
    total, waiting = np.uint64(0), False
    place = begin
    while place < end:
        code = codes[place]
        flag = flags[code]
        place += 1
        if flag & WHITE:
            waiting = True
            continue
        if waiting and total:
            total = total * _BASE + np.uint64(32)
        waiting = False
        if flag & DIGIT:
            stop = place
            while stop < end and flags[codes[stop]] & DIGIT:
                stop += 1
            if stop - place < _LONG_NUMBER:
                code, place = np.uint32(48), stop
            else:
                while place < stop:  # all but the last digit
                    total = total * _BASE + np.uint64(code)
                    code = codes[place]
                    place += 1
        elif code < CASED:
            if folds[code] == 0 and code != 0:
                row = np.searchsorted(tables.several, code)
                for folded in tables.expanded[row]:
                    if folded:
                        total = total * _BASE + np.uint64(folded)
                continue
            code = folds[code]
        total = total * _BASE + np.uint64(code)
    return mix_one(total)


@compiled
def as_short(hashed: Any) -> Any:
    """The hash of a line of one word: that of a long line without the end of a sentence, which no other is."""
    return hashed >> np.uint64(2) << np.uint64(2) | np.uint64(2)
