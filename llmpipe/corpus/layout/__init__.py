"""
What a program did to the shape of a text: fields and line ends spelled out, accents loose, letters apart, columns.

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
from llmpipe.corpus.layout.fields import BEGIN, without_fields
from llmpipe.corpus.layout.spelled import spelled_out

__all__ = ["columns", "layout", "may_have_columns", "may_have_layout"]

_RULES: tuple[Callable[[str], str], ...] = (without_fields, spelled_out, loose_accents, letters_apart)


def layout(text: str) -> str:
    """A text with its line ends, accents and words as its writer had them."""
    for rule in _RULES:
        text = rule(text)
    return text


def may_have_layout(found: Characters) -> np.ndarray:
    """Which of several texts `layout` may change, bool (texts,)."""
    return _may_have_layout(found.codes, found.starts, found.ends, *_tables())


_SIGN, _LETTER = 1, 2
_PAIRS = ("_x", "^M", "#1", "#x", "<C", "[C", '""')
_MIN_LONE = 3  # letters in a row that stand alone


@cache
def _tables() -> tuple[np.ndarray, np.ndarray]:
    """What is a sign of its own and what a letter, uint8 (65536,); which two signs are one, bool (128, 128)."""
    kinds, pairs = np.zeros(2**16, dtype=np.uint8), np.zeros((128, 128), dtype=np.bool_)
    kinds[65:91] = kinds[97:123] = kinds[0x4E00:0xA000] = _LETTER
    kinds[list(map(ord, MARKS + BEGIN + "␍␊␤↵¶\\"))] = _SIGN
    for pair in _PAIRS:
        pairs[ord(pair[0]), ord(pair[1])] = True
    return kinds, pairs


@compiled
def _may_have_layout(
    codes: np.ndarray, starts: np.ndarray, ends: np.ndarray, kinds: np.ndarray, pairs: np.ndarray
) -> np.ndarray:
    likely = np.zeros(len(starts), dtype=np.bool_)
    for text in range(len(starts)):
        before, since, lone = np.uint32(32), 0, 0
        for place in range(starts[text], ends[text]):
            code = codes[place]
            kind = kinds[code] if code < len(kinds) else np.uint8(0)
            if kind == _LETTER:
                since += 1
            elif since:
                lone = lone + 1 if since == 1 else 0
                since = 0
            if kind == _SIGN or lone >= _MIN_LONE or (code < 128 and before < 128 and pairs[before, code]):
                likely[text] = True
                break
            before = code
        likely[text] |= since == 1 and lone + 1 >= _MIN_LONE
    return likely
