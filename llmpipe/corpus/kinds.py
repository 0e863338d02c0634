"""What each character of a text is, as an array: counting is fast then, and one look serves several rules."""

import re
import sys
from functools import lru_cache

import numpy as np
import regex

from llmpipe.corpus.compiled import compiled
from llmpipe.corpus.text import HAN as HAN_RANGES
from llmpipe.corpus.text import HANGUL as HANGUL_RANGES
from llmpipe.corpus.text import KANA as KANA_RANGES
from llmpipe.corpus.text import PLANES

SPACE, SYMBOL, DIGIT, LATIN, OTHER, HANGUL, HAN, KANA = range(1, 9)  # the scripts of East Asia last
_LATIN_RANGES = "A-Za-z\u00c0-\u024f\u1e00-\u1eff"
_PATTERNS = {  # what comes later wins
    LATIN: re.compile(f"[{_LATIN_RANGES}]+"),
    # letters of all other scripts
    OTHER: re.compile(rf"[^\W\d_{_LATIN_RANGES}\u00aa\u00ba{HAN_RANGES}{KANA_RANGES}{HANGUL_RANGES}]+"),
    SPACE: re.compile(r"\s+"),
    SYMBOL: regex.compile(r"[\p{S}#%&*/@\\_{}\[\]]+"),
    DIGIT: re.compile(r"\d+"),
    HANGUL: re.compile(f"[{HANGUL_RANGES}]+"),
    HAN: re.compile(f"[{HAN_RANGES}]+"),
    KANA: re.compile(f"[{KANA_RANGES}]+"),
}


@lru_cache(maxsize=1)
def table() -> np.ndarray:
    """The kind of each code point, uint8."""
    table = np.zeros(sys.maxunicode + 1, dtype=np.uint8)
    every = "".join(map(chr, range(PLANES)))
    for kind, pattern in _PATTERNS.items():
        for match in pattern.finditer(every):
            table[match.start() : match.end()] = kind
    return table


def of_codes(codes: np.ndarray) -> np.ndarray:
    """The kind of each of some code points, 0 for marks of punctuation and what else has none, uint8 (characters,)."""
    return table()[codes]


@compiled
def census(kinds: np.ndarray) -> np.ndarray:
    """Characters of each kind, int64 (KANA + 1,)."""
    counts = np.zeros(KANA + 1, dtype=np.int64)
    for kind in kinds:
        counts[kind] += 1
    return counts


@compiled
def longest_part(kinds: np.ndarray) -> int:
    """Characters of the longest part without white space, Han and kana."""
    longest = size = 0
    for kind in kinds:
        size = 0 if kind == SPACE or kind >= HAN else size + 1
        longest = max(longest, size)
    return longest


@compiled
def num_words(codes: np.ndarray, table: np.ndarray) -> tuple[int, int, int, int, int]:
    """
    How much of a text is in which script.

    Args:
        codes: Its code points, uint32 (characters,).
        table: The kind of each code point (`table`).

    Returns:
        Han characters, kana and Hangul; runs of two Latin letters and more (not the x of formulas); runs of others.
    """
    han = kana = hangul = latin = others = size = 0
    before = 0
    for code in codes:
        kind = table[code]
        size = size + 1 if kind == before else 1
        before = kind
        han += kind == HAN
        kana += kind == KANA
        hangul += kind == HANGUL
        latin += kind == LATIN and size == 2
        others += kind == OTHER and size == 1
    return han, kana, hangul, latin, others
