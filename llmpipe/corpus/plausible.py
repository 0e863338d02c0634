"""
Whether a text can be of its language at all: what shuffled, scrambled and wrongly decoded text has, writing has not.

By what holds whatever the subject: which words and marks never follow one another, how rare the characters are, where
capitals stand. No list of topics, no model.
"""

import re
from functools import lru_cache

import numpy as np

from llmpipe.corpus import kinds

_LEADING = re.compile(r"\b(?:the|an?|of)\b(?!-)", re.IGNORECASE)
_NEVER_BEHIND = re.compile(
    r"\b(?:(?:the|an?) +(?:the|an|of|and|or|but|to|from|with|is|are|was|were|be|been|had|that|which)"
    r"|of +(?:of|and|or|but|to|is|are|was|were|be|been|had|has|have))\b(?![-'’])",
    re.IGNORECASE,
)
_MARK = re.compile("[，。、；：！？]")
# Different marks that no sentence has side by side, or that begin a line; 的 (but for 的确 ...) or 们 after a mark
_NEVER_BEHIND_MARK = re.compile(
    "，(?=[。、；：！？])|、(?=[，。；：！？])|[；：](?=[，。！？])|。(?=[，、；：])|[，。、；：！？\n](?:的(?![确士当卢])|们)|\n(?=[，。、；：！？])"
)
_QUESTIONS = re.compile(r"(?<=\w)\?(?=\w)|\?{3,}")
_WORD = re.compile(r"\b[A-Za-z]{2,}\b")
_MIXED_CASE = re.compile(r"\b[A-Za-z]*[a-z][A-Z]+[a-z][A-Za-z]*\b")


@lru_cache(maxsize=1)
def _common_han() -> np.ndarray:
    """Whether a code point is a Han character of the first level of GB 2312, Big5 or JIS X 0208, bool (65536,)."""
    table = np.zeros(2**16, dtype=bool)
    for encoding, first, last in (("gb2312", 0xB0, 0xD7), ("big5", 0xA4, 0xC6), ("euc_jp", 0xB0, 0xCF)):
        for lead in range(first, last + 1):
            for trail in (*range(0x40, 0x7F), *range(0xA1, 0xFF)):
                for sign in bytes((lead, trail)).decode(encoding, "ignore"):
                    table[ord(sign)] = True
    return table


def rare_han(codes: np.ndarray, found: np.ndarray) -> tuple[int, int]:
    """
    Count the different Han characters outside of some 8,000 common ones of Chinese (both scripts) and Japanese.

    Different ones: a text about somebody with a rare name has that character in every sentence.

    Args:
        codes: Code points of a text, integers (characters,).
        found: What each is (`kinds.of_codes`).

    Returns:
        Rare ones, all Han characters, each counted once.
    """
    han = np.unique(codes[found == kinds.HAN])
    common = _common_han()[np.minimum(han, 2**16 - 1)]
    return int(np.count_nonzero(~common)), len(han)


def misplaced(text: str) -> tuple[int, int]:
    """Words and marks that never follow the one before them, and how many places there are for such."""
    return (
        len(_NEVER_BEHIND.findall(text)) + len(_NEVER_BEHIND_MARK.findall(text)),
        len(_LEADING.findall(text)) + len(_MARK.findall(text)),
    )


def lost_characters(text: str) -> int:
    """Signs in the place of characters: U+FFFD, boxes, question marks inside words or three and more in a row."""
    questions = sum(map(len, _QUESTIONS.findall(text))) if "?" in text else 0
    return text.count("\ufffd") + text.count("□") + questions


def mixed_case(text: str) -> tuple[int, int]:
    """Latin words with capitals between small letters, and all words of two letters and more."""
    return len(_MIXED_CASE.findall(text)), len(_WORD.findall(text))
