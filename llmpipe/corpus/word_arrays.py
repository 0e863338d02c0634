"""
The words of a text as arrays: where they stand, which are equal, what they are made of.

The same words as `text.words`, without a string for each: rules that count words, and those about what repeats, need
none. Equal words have equal hashes of 64 bits.
"""

import sys
from dataclasses import dataclass
from functools import cache, cached_property, lru_cache

import numpy as np
import regex

from llmpipe.corpus import kinds

LETTER, HAN, ALPHABETIC, CONSONANT, APOSTROPHE, DIGIT, MARK = (1 << bit for bit in range(7))
MARKS = ".,;:!?，。、；：！？…"  # of sentences
_CONSONANTS = regex.compile("[b-df-hj-np-tv-xzßçñ]+", regex.IGNORECASE)
_RUN = 5  # consonants in a row that nobody can say
_SAYABLE = 4  # letters of a word that should be
_BASE = 0xD6E8FEB86659FD93  # of the polynomial that hashes a word: odd, so that it has an inverse
_INVERSE = pow(_BASE, -1, 2**64)


@lru_cache(maxsize=1)
def _table() -> np.ndarray:
    """What each code point is, as bits, uint8."""
    every = "".join(map(chr, range(sys.maxunicode + 1)))
    table = np.zeros(len(every), dtype=np.uint8)
    han = kinds.of_codes(np.arange(len(every))) == kinds.HAN
    table[han] = HAN
    table[~han & np.fromiter(map(str.isalnum, every), dtype=bool, count=len(every))] |= LETTER
    table[np.fromiter(map(str.isalpha, every), dtype=bool, count=len(every))] |= ALPHABETIC
    table[np.fromiter(map(str.isdecimal, every), dtype=bool, count=len(every))] |= DIGIT
    for match in _CONSONANTS.finditer(every):
        table[match.start() : match.end()] |= CONSONANT
    table[list(map(ord, "'’"))] |= APOSTROPHE
    table[list(map(ord, MARKS))] |= MARK
    return table


@cache
def _powers(bits: int) -> tuple[np.ndarray, np.ndarray]:
    """Powers of the base and of its inverse, from 0 on, uint64 (2**bits,) both."""
    powers = np.full((2, 2**bits), [[_BASE], [_INVERSE]], dtype=np.uint64)
    powers[:, 0] = 1
    many, inverses = np.cumprod(powers, axis=1, dtype=np.uint64)
    return many, inverses


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
        return _table()[self.codes]

    @cached_property
    def _bounds(self) -> tuple[np.ndarray, np.ndarray]:
        flags = self.flags
        inside = np.zeros(len(flags) + 2, dtype=bool)  # of words of letters, with one more at both ends
        np.not_equal(flags & LETTER, 0, out=inside[1:-1])
        if "'" in self.text or "’" in self.text:  # a word goes on behind one between letters
            signs = np.flatnonzero(flags & APOSTROPHE) + 1
            inside[signs[inside[signs - 1] & inside[signs + 1]]] = True
        edges = inside[1:] != inside[:-1]
        han = (flags & HAN) != 0
        starts = np.flatnonzero((edges[:-1] & inside[1:-1]) | han)
        ends = np.flatnonzero((edges[1:] & inside[1:-1]) | han) + 1
        return starts, ends

    @property
    def starts(self) -> np.ndarray:
        """Where each begins, int64 (n,)."""
        return self._bounds[0]

    @cached_property
    def lengths(self) -> np.ndarray:
        """Characters of each, int64 (n,)."""
        starts, ends = self._bounds
        return ends - starts

    def __len__(self) -> int:
        return len(self._bounds[0])

    def word(self, number: int) -> str:
        """One of them as text."""
        starts, ends = self._bounds
        return self.text[starts[number] : ends[number]]

    def strings(self, numbers: np.ndarray) -> list[str]:
        """Some of them as text."""
        starts, ends = self._bounds
        return [
            self.text[start:end] for start, end in zip(starts[numbers].tolist(), ends[numbers].tolist(), strict=True)
        ]

    @cached_property
    def _ranked(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        starts, ends = self._bounds
        powers, inverses = _powers(len(self.codes).bit_length())
        summed = np.zeros(len(self.codes) + 1, dtype=np.uint64)
        np.cumsum(self.codes * powers[: len(self.codes)], out=summed[1:])
        hashes = (summed[ends] - summed[starts]) * inverses[starts]
        order = hashes.argsort()
        ordered = hashes[order]
        new = np.ones(len(order), dtype=bool)
        np.not_equal(ordered[1:], ordered[:-1], out=new[1:])
        numbers = np.empty(len(order), dtype=np.int64)
        numbers[order] = new.cumsum() - 1
        return numbers, ordered[new], order[new]

    @property
    def numbers(self) -> np.ndarray:
        """Numbers that equal words share, from 0 on, int64 (n,)."""
        return self._ranked[0]

    @property
    def vocabulary(self) -> list[str]:
        """The different words, by their numbers."""
        return self.strings(self._ranked[2])

    def num_present(self, words: tuple[str, ...]) -> int:
        """How many of some different words are there."""
        different = self._ranked[1]
        if not len(different):
            return 0
        wanted = _hashes(words)
        return int(np.count_nonzero(different[np.searchsorted(different[:-1], wanted)] == wanted))

    def among(self, words: tuple[str, ...]) -> np.ndarray:
        """Whether each is one of some different words, bool (n,)."""
        different = self._ranked[1]
        found = np.zeros(len(different), dtype=bool)
        if len(different):
            wanted = _hashes(words)
            place = np.searchsorted(different[:-1], wanted)
            found[place[different[place] == wanted]] = True
        return found[self.numbers]

    def _count_in_each(self, kind: int) -> np.ndarray:
        """How many characters of a kind that stands in words only each word has, int64 (n,)."""
        before = np.concatenate([[0], np.cumsum((self.flags & kind) != 0)])
        starts, ends = self._bounds
        return np.asarray(before[ends] - before[starts])

    def num_decimal(self) -> int:
        """Number of those that are digits throughout."""
        if not (self.flags & DIGIT).any():
            return 0
        return int(np.count_nonzero(self._count_in_each(DIGIT) == self.lengths))

    def num_sayable(self) -> int:
        """Number of those of letters only, four and more."""
        return int(np.count_nonzero(self._sayable))

    @cached_property
    def _sayable(self) -> np.ndarray:
        long = self.lengths >= _SAYABLE
        return np.asarray(long & (self._count_in_each(ALPHABETIC) == self.lengths))

    def num_odd(self) -> int:
        """Number of those that should be sayable and are not: no vowel, or five consonants in a row; no acronyms."""
        consonants = (self.flags & CONSONANT) != 0
        odd = self._count_in_each(CONSONANT) == self.lengths
        run = consonants[: 1 - _RUN].copy()
        for step in range(1, _RUN):
            run &= consonants[step : len(consonants) + 1 + step - _RUN]
        places = np.flatnonzero(run)
        odd[np.searchsorted(self.starts, places, side="right") - 1] = True
        found = np.flatnonzero(odd & self._sayable)
        return sum(not word.isupper() for word in self.strings(found))


@lru_cache(maxsize=64)
def _hashes(words: tuple[str, ...]) -> np.ndarray:
    powers = _powers(max(map(len, words)).bit_length())[0].tolist()
    return np.array(
        [sum(ord(sign) * power for sign, power in zip(word, powers, strict=False)) % 2**64 for word in words],
        dtype=np.uint64,
    )


def words_of(text: str) -> Words:
    """The words of a text."""
    return Words(text, np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype=np.uint32))
