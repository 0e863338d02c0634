"""
The words of a text as arrays: where they stand, which are equal, what they are made of.

The same words as `text.words`, without a string for each: rules that count words, and those about what repeats, need
none. Equal words have equal hashes of 64 bits. One compiled pass over the characters tells all of it.
"""

import sys
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, cached_property, lru_cache

import numpy as np
import regex

from llmpipe.corpus import kinds
from llmpipe.corpus.compiled import compiled
from llmpipe.corpus.text import PLANES, codes_of

LETTER, HAN, ALPHABETIC, CONSONANT, APOSTROPHE, DIGIT, MARK, WHITE = (1 << bit for bit in range(8))
MARKS = ".,;:!?，。、；：！？…"  # of sentences
CASED = 0x20000  # no code point from here on has another form in folded case
_CONSONANTS = regex.compile("[b-df-hj-np-tv-xzßçñ]+", regex.IGNORECASE)
_RUN = 5  # consonants in a row that nobody can say
_SAYABLE = 4  # letters of a word that should be
_BASE = np.uint64(0xD6E8FEB86659FD93)  # of the polynomial that hashes a word: odd, without pattern
_DECIMAL, _SAID, _ODD = 1, 2, 4  # what a word is: digits throughout, to be said, but nobody can


@lru_cache(maxsize=1)
def table() -> np.ndarray:
    """What each code point is, as bits, uint8."""
    every = "".join(map(chr, range(PLANES)))
    found = kinds.of_codes(np.arange(PLANES))
    flags = np.zeros(sys.maxunicode + 1, dtype=np.uint8)
    part = flags[:PLANES]
    han = found == kinds.HAN
    part[han] = HAN
    part[~han & np.fromiter(map(str.isalnum, every), dtype=bool, count=PLANES)] |= LETTER
    part[np.fromiter(map(str.isalpha, every), dtype=bool, count=PLANES)] |= ALPHABETIC
    part[np.fromiter(map(str.isdecimal, every), dtype=bool, count=PLANES)] |= DIGIT
    for match in _CONSONANTS.finditer(every):
        part[match.start() : match.end()] |= CONSONANT
    part[list(map(ord, "'’"))] |= APOSTROPHE
    part[list(map(ord, MARKS))] |= MARK
    part[found == kinds.SPACE] |= WHITE
    return flags


def flags_with(kept: int, signs: Mapping[int, str]) -> np.ndarray:
    """Some bits of `table`, and others that certain signs have instead of what those mean there, uint8."""
    flags = table() & np.uint8(kept)
    for bit, characters in signs.items():
        flags[list(map(ord, characters))] |= bit
    return flags


@cache
def folds() -> np.ndarray:
    """Each code point in folded case, uint32 (`CASED`,); 0 for those that are several then."""
    folded = [chr(code).casefold() for code in range(CASED)]
    return np.array([ord(one) if len(one) == 1 else 0 for one in folded], dtype=np.uint32)


@compiled
def measured(codes: np.ndarray, flags: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Begin, end (int64), hash (uint64) and kind (uint8) of each word."""
    starts = np.empty(len(codes), dtype=np.int64)
    ends = np.empty(len(codes), dtype=np.int64)
    hashes = np.empty(len(codes), dtype=np.uint64)
    what = np.empty(len(codes), dtype=np.uint8)
    number = place = 0
    while place < len(codes):
        if not flags[place] & (LETTER | HAN):
            place += 1
            continue
        start = place
        hashed = np.uint64(0)
        decimals = alphabetic = consonants = run = longest = 0
        while True:
            flag = flags[place]
            hashed = hashed * _BASE + np.uint64(codes[place])
            decimals += (flag & DIGIT) != 0
            alphabetic += (flag & ALPHABETIC) != 0
            consonant = (flag & CONSONANT) != 0
            consonants += consonant
            run = run + 1 if consonant else 0
            longest = max(longest, run)
            place += 1
            if flag & HAN or place == len(codes):
                break
            if flags[place] & LETTER:
                continue
            between = flag & LETTER and place + 1 < len(codes) and flags[place + 1] & LETTER
            if not (flags[place] & APOSTROPHE and between):  # behind an apostrophe between letters it goes on
                break
        length = place - start
        said = length >= _SAYABLE and alphabetic == length
        odd = said and (consonants == length or longest >= _RUN)
        starts[number], ends[number], hashes[number] = start, place, hashed
        what[number] = _DECIMAL * (decimals == length) | _SAID * said | _ODD * odd
        number += 1
    return starts[:number].copy(), ends[:number].copy(), hashes[:number].copy(), what[:number].copy()


@compiled
def solid_part(codes: np.ndarray, flags: np.ndarray, begin: int, end: int) -> tuple[int, int]:
    """Where a part of a text begins and ends without the white space around it, by the flags of all code points."""
    while begin < end and flags[codes[begin]] & WHITE:
        begin += 1
    while begin < end and flags[codes[end - 1]] & WHITE:
        end -= 1
    return begin, end


@compiled
def num_words(codes: np.ndarray, flags: np.ndarray, begin: int, end: int) -> int:
    """Number of the words between two places, by the flags of all code points (`table`)."""
    number, place = 0, begin
    while place < end:
        flag = flags[codes[place]]
        place += 1
        if not flag & (LETTER | HAN):
            continue
        number += 1
        while flag & LETTER and place < end:
            after = flags[codes[place]]
            joins = after & APOSTROPHE and place + 1 < end and flags[codes[place + 1]] & LETTER
            if not (after & LETTER or joins):
                break
            place += 1
    return number


@compiled
def num_common(wanted: np.ndarray, hashes: np.ndarray) -> int:
    """How many of a few hashes are among others."""
    number = 0
    for one in wanted:
        for other in hashes:
            if one == other:
                number += 1
                break
    return number


@compiled
def is_among(one: int, wanted: np.ndarray) -> bool:
    """Whether a hash is one of a few, uint64."""
    found = False
    for other in wanted:
        found |= one == other
    return found


@compiled
def num_among(wanted: np.ndarray, hashes: np.ndarray) -> int:
    """How many of many hashes are among a few."""
    number = 0
    for one in hashes:
        number += is_among(one, wanted)
    return number


@compiled
def census(what: np.ndarray) -> tuple[int, int, int]:
    """Number of words, by their kinds, of digits throughout, of letters that can be said, and of the odd of these."""
    decimals = sayable = odd = 0
    for kind in what:
        decimals += (kind & _DECIMAL) != 0
        sayable += (kind & _SAID) != 0
        odd += (kind & _ODD) != 0
    return decimals, sayable, odd


@compiled
def numbered(keys: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """
    Numbers that equal keys share, from 0 on in order of their first places.

    Args:
        keys: uint64 (n,).

    Returns:
        The numbers, int64 (n,); how often each occurs, int64 (different keys,); where each occurs first, the same.
    """
    bits = 1
    while 1 << bits < 2 * len(keys):
        bits += 1
    slots = np.full(1 << bits, -1, dtype=np.int32)  # of a hash table with open addresses: the number of a key
    mask, shift = (1 << bits) - 1, np.uint64(64 - bits)
    numbers = np.empty(len(keys), dtype=np.int64)
    counts = np.zeros(len(keys), dtype=np.int64)
    firsts = np.empty(len(keys), dtype=np.int64)
    different = 0
    for place in range(len(keys)):
        key = keys[place]
        slot = np.int64((key * _BASE) >> shift)
        while slots[slot] >= 0 and keys[firsts[slots[slot]]] != key:
            slot = (slot + 1) & mask
        if slots[slot] < 0:
            slots[slot] = different
            firsts[different] = place
            different += 1
        number = slots[slot]
        numbers[place] = number
        counts[number] += 1
    return numbers, counts[:different].copy(), firsts[:different].copy()


@dataclass(frozen=True)
class Words:
    """
    The words of a text; n of them.

    Args:
        text: The text.
        codes: Its code points, uint32 (characters,).
    """

    text: str
    codes: np.ndarray

    @cached_property
    def flags(self) -> np.ndarray:
        """What each character is, as bits, uint8 (characters,)."""
        return table()[self.codes]

    @cached_property
    def _measured(self) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
        return measured(self.codes, self.flags)

    @property
    def starts(self) -> np.ndarray:
        """Where each begins, int64 (n,)."""
        return self._measured[0]

    @property
    def ends(self) -> np.ndarray:
        """Behind the last character of each, int64 (n,)."""
        return self._measured[1]

    @cached_property
    def lengths(self) -> np.ndarray:
        """Characters of each, int64 (n,)."""
        starts, ends, *_ = self._measured
        return ends - starts

    def __len__(self) -> int:
        return len(self._measured[0])

    def word(self, number: int) -> str:
        """One of them as text."""
        starts, ends, *_ = self._measured
        return self.text[starts[number] : ends[number]]

    def strings(self, numbers: np.ndarray) -> list[str]:
        """Some of them as text."""
        starts, ends, *_ = self._measured
        return [
            self.text[start:end] for start, end in zip(starts[numbers].tolist(), ends[numbers].tolist(), strict=True)
        ]

    @property
    def hashes(self) -> np.ndarray:
        """Equal words have equal ones, uint64 (n,)."""
        return self._measured[2]

    @cached_property
    def _numbered(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        return numbered(self.hashes)

    @property
    def numbers(self) -> np.ndarray:
        """Numbers that equal words share, from 0 on, int64 (n,)."""
        return self._numbered[0]

    @property
    def counts(self) -> np.ndarray:
        """How often each number occurs, int64."""
        return self._numbered[1]

    @property
    def vocabulary(self) -> list[str]:
        """The different words, by their numbers."""
        return self.strings(self._numbered[2])

    def num_odd(self) -> int:
        """Number of those that should be sayable and are not: no vowel, or five consonants in a row; no acronyms."""
        found = np.flatnonzero(self._measured[3] & _ODD)
        return sum(not word.isupper() for word in self.strings(found))


@lru_cache(maxsize=64)
def hashes_of(words: tuple[str, ...]) -> np.ndarray:
    """Hashes of some words, uint64 (words,)."""
    return words_of(" ".join(words)).hashes


def words_of(text: str) -> Words:
    """The words of a text."""
    return Words(text, codes_of(text))
