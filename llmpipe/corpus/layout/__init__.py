"""
What a program did to the shape of a text: line ends spelled out, accents loose, letters apart, columns, indents.

`layout` reads signs and must come before wrong decoding is looked for; `columns` reads lines and comes behind the rules
for lines that are no text.
"""

from collections.abc import Callable
from functools import cache

import numpy as np

from llmpipe.corpus.characters import Characters
from llmpipe.corpus.compiled import compiled
from llmpipe.corpus.layout.accents import MARKS, loose_accents
from llmpipe.corpus.layout.apart import letters_apart
from llmpipe.corpus.layout.columns import columns, may_have_columns
from llmpipe.corpus.layout.spelled import spelled_out

__all__ = ["columns", "layout", "may_have_columns", "may_have_layout"]

_RULES: tuple[Callable[[str], str], ...] = (spelled_out, loose_accents, letters_apart)


def layout(text: str) -> str:
    """A text with its line ends, accents and words as its writer had them."""
    for rule in _RULES:
        text = rule(text)
    return text


def may_have_layout(found: Characters) -> np.ndarray:
    """Which of several texts `layout` may change, bool (texts,)."""
    return _may_have_layout(found.codes, found.starts, found.ends, _signs())


@cache
def _signs() -> np.ndarray:
    """What is enough of its own, bool (65536,): loose accents, signs for line ends, backslashes."""
    signs = np.zeros(2**16, dtype=np.bool_)
    signs[list(map(ord, MARKS + "␍␊␤↵¶\\"))] = True
    return signs


@compiled
def _may_have_layout(codes: np.ndarray, starts: np.ndarray, ends: np.ndarray, signs: np.ndarray) -> np.ndarray:
    """A sign; `_x`, `^M`, `&#1`, `<C`, a doubled quote; or four letters in a row that stand alone."""
    likely = np.zeros(len(starts), dtype=np.bool_)
    for text in range(len(starts)):
        before, since, lone = np.uint32(32), 0, 0
        for place in range(starts[text], ends[text]):
            code = codes[place]
            if code < len(signs) and signs[code]:
                likely[text] = True
            elif before < 128 and code < 128:
                likely[text] |= (
                    (before == 95 and code == 120)
                    or (before == 94 and code == 77)
                    or (before == 35 and code == 49)
                    or (before == 60 and code == 67)
                    or (before == 34 and code == 34)
                )
            is_letter = (65 <= code <= 90) or (97 <= code <= 122) or (0x4E00 <= code <= 0x9FFF)
            if is_letter:
                since += 1
            else:
                if since == 1:
                    lone += 1
                elif since:
                    lone = 0
                since = 0
            likely[text] |= lone >= 4
            if likely[text]:
                break
            before = code
    return likely
