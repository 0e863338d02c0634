"""
Whether a text has signs that Western prose does not have, or not there: told in one pass over its characters.

What the pass cannot tell it leaves to the library's expression for wrong decoding, which is slow, with no more of the
text than that may match. Nearly all texts are told by the pass.
"""

import math
from functools import cache

import numpy as np
from ftfy.badness import is_bad

from llmpipe.corpus import word_arrays
from llmpipe.corpus.around import around
from llmpipe.corpus.characters import Characters
from llmpipe.corpus.compiled import compiled
from llmpipe.corpus.sources.encodings import WESTERN

_ANYWHERE, _IN_WORDS, _AS_WORDS = 1, 2, 4  # where Western prose has a character
_OPENS = 8  # an ASCII character that stands before a word
_WEST = 0x2200  # no character of Western prose from here on
_REACH = 3  # characters around a doubtful one: what the library takes for wrong decoding is at most four long
_PLAIN, _DOUBTFUL, _ODD = range(3)


def is_odd(codes: np.ndarray, most_bytes: float = math.inf) -> bool:
    """
    Whether something beyond ASCII stands where Western prose has nothing such, or as wrong decoding leaves it.

    Args:
        codes: The code points of a text, uint32 (characters,).
        most_bytes: A text that has more in UTF-8 is not looked at, and not called odd.
    """
    look, size = _look(codes, places(), word_arrays.table())
    if size > most_bytes or look == _PLAIN:
        return False
    return look == _ODD or is_bad(around(codes, _are_doubtful(codes), _REACH))


def may_be_odd(found: Characters, most_bytes: float) -> np.ndarray:
    """
    Which of several texts may be odd, bool (texts,).

    Args:
        found: The texts.
        most_bytes: A text that has more in UTF-8, a character, is not.
    """
    return _may_be_odd(found.codes, found.starts, found.ends, places(), word_arrays.table(), most_bytes)


@compiled
def _may_be_odd(
    codes: np.ndarray, starts: np.ndarray, ends: np.ndarray, places: np.ndarray, flags: np.ndarray, most_bytes: float
) -> np.ndarray:
    likely = np.empty(len(starts), dtype=np.bool_)
    for text in range(len(starts)):
        look, size = _look(codes[starts[text] : ends[text]], places, flags)
        likely[text] = look != _PLAIN and size <= most_bytes * (ends[text] - starts[text])
    return likely


@cache
def places() -> np.ndarray:
    """Where `WESTERN` finds each code point beyond ASCII, as bits, and what may stand before a word; uint8."""
    found = np.zeros(_WEST, dtype=np.uint8)
    contexts = ((_ANYWHERE, "1{}1"), (_IN_WORDS, "a{}1"), (_AS_WORDS, " {} "))
    for code in range(0x80, _WEST):
        for bit, context in contexts:
            if WESTERN.search(context.format(chr(code))):
                found[code] |= bit
    found[list(map(ord, "\"'(-"))] = _OPENS
    return found


@compiled
def _look(codes: np.ndarray, places: np.ndarray, flags: np.ndarray) -> tuple[int, int]:
    """
    What a text looks like, and its size in UTF-8.

    Odd: a character beyond ASCII stands where Western prose has no such. Doubtful: none does, but the library may find
    that two of them do not fit (it needs two side by side, but for a few letters).

    Args:
        codes: Its code points, uint32 (characters,).
        places: `places`.
        flags: `word_arrays.table`.
    """
    size, odd, doubtful = len(codes), False, False
    for place in range(len(codes)):
        code = codes[place]
        if code < 0x80:
            continue
        size += 1 + (code >= 0x800) + (code >= 0x10000)
        where = places[code] if code < len(places) else np.uint8(0)
        doubtful |= _is_doubtful(codes, place)
        if where & _ANYWHERE:
            continue
        before = codes[place - 1] if place else np.uint32(0x20)
        after = codes[place + 1] if place + 1 < len(codes) else np.uint32(0)
        in_word = where & _IN_WORDS and (_is_letter(before) or _is_letter(after))
        begins = flags[before] & word_arrays.WHITE or (before < 0x80 and places[before] & _OPENS)
        odd |= not (in_word or (where & _AS_WORDS and begins and flags[after] & word_arrays.WHITE))
    return (_ODD if odd else _DOUBTFUL if doubtful else _PLAIN), size


@compiled
def _is_letter(code: np.uint32) -> bool:
    return bool(0x41 <= code <= 0x5A or 0x61 <= code <= 0x7A)


@compiled
def _is_doubtful(codes: np.ndarray, place: int) -> bool:
    """Whether a character beyond ASCII is not the first of several, or one of ÂÃŒœ, which alone may be too much."""
    code = codes[place]
    return (place > 0 and codes[place - 1] >= 0x80) or code == 0xC2 or code == 0xC3 or code == 0x152 or code == 0x153


@compiled
def _are_doubtful(codes: np.ndarray) -> np.ndarray:
    doubtful = np.empty(len(codes), dtype=np.bool_)
    for place in range(len(codes)):
        doubtful[place] = codes[place] >= 0x80 and _is_doubtful(codes, place)
    return doubtful
