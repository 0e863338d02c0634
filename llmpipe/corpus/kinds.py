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
from llmpipe.corpus.text import PLANES, codes_of

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


def kinds_of(text: str) -> np.ndarray:
    """The kind of each character, 0 for marks of punctuation and what else has none, uint8 (characters,)."""
    return of_codes(codes_of(text))


def of_codes(codes: np.ndarray) -> np.ndarray:
    """The same for code points, integers (characters,)."""
    return table()[codes]


def count(kinds: np.ndarray, kind: int) -> int:
    """Characters of a kind."""
    return int(np.count_nonzero(kinds == kind))


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
def count_runs(kinds: np.ndarray, kind: int, least: int) -> int:
    """Runs of a kind of at least `least` characters."""
    number = size = 0
    for other in kinds:
        size = size + 1 if other == kind else 0
        number += size == least
    return number
