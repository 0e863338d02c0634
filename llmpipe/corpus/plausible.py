"""
Whether a text can be of its language at all: what shuffled, scrambled and wrongly decoded text has, writing has not.

By what holds whatever the subject: which words and marks never follow one another, how rare the characters are, where
capitals stand. No list of topics, no model.
"""

import re
from functools import lru_cache

import numpy as np

from llmpipe.corpus import kinds
from llmpipe.corpus.word_arrays import Words

_ARTICLES, _OF = ("the", "a", "an", "The", "A", "An"), ("of", "Of")
_LEADING = (*_ARTICLES, *_OF)
_NOT_BEHIND_OF = ("of", "and", "or", "but", "to", "is", "are", "was", "were", "be", "been", "had")
_NOT_BEHIND_ARTICLES = (*_NOT_BEHIND_OF, "the", "an", "from", "with", "that", "which")
_MARK = re.compile("[，。、；：！？]")
# Different marks that no sentence has side by side, or that begin a line; 的 (but for 的确 ...) or 们 after a mark
_NEVER_BEHIND_MARK = re.compile(  # begins with what all of them hold, and looks back: fast
    "[，。、；：！？\n](?:(?<=，)(?=[。、；：！？])|(?<=、)(?=[，。；：！？])|(?<=[；：])(?=[，。！？])|(?<=。)(?=[，、；：])"
    "|(?<=\n)(?=[，。、；：！？])|的(?![确士当卢])|们)"
)
_QUESTIONS = re.compile(r"\?(?:(?<=\w\?)(?=\w)|\?{2,})")  # begins with what all of them hold: fast
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
        Rare ones, all Han characters (0 without a rare one), each counted once.
    """
    han = codes[found == kinds.HAN]
    rare = ~_common_han()[np.minimum(han, 2**16 - 1)]
    return (len(np.unique(han[rare])), len(np.unique(han))) if rare.any() else (0, 0)


def misplaced(words: Words) -> int:
    """Words and marks that never follow the one before them."""
    wrong = 0
    if words.num_present(_LEADING):
        behind_article = words.among(_ARTICLES)[:-1] & words.among(_NOT_BEHIND_ARTICLES)[1:]
        behind_of = words.among(_OF)[:-1] & words.among(_NOT_BEHIND_OF)[1:]
        first = np.flatnonzero(behind_article | behind_of)
        codes = np.append(words.codes, 0)
        end = words.starts[first] + words.lengths[first]
        after = words.starts[first + 1] + words.lengths[first + 1]
        # a space between them, and the second no part of a compound ("the to-do")
        spaced = (codes[end] == ord(" ")) & (words.starts[first + 1] == end + 1) & (codes[after] != ord("-"))
        wrong = int(np.count_nonzero(spaced))
    return wrong + (0 if words.text.isascii() else len(_NEVER_BEHIND_MARK.findall(words.text)))


def places(words: Words) -> int:
    """Words and marks behind which something could be misplaced."""
    return int(np.count_nonzero(words.among(_LEADING))) + len(_MARK.findall(words.text))


def lost_characters(text: str) -> int:
    """Signs in the place of characters: U+FFFD, boxes, question marks inside words or three and more in a row."""
    questions = sum(map(len, _QUESTIONS.findall(text))) if "?" in text else 0
    return text.count("\ufffd") + text.count("□") + questions


def mixed_case(text: str) -> tuple[int, int]:
    """Latin words with capitals between small letters, and all words of two letters and more."""
    return len(_MIXED_CASE.findall(text)), len(_WORD.findall(text))


def num_raised(codes: np.ndarray) -> int:
    """Capitals of ASCII behind a small letter: at least as many as words with capitals between small letters."""
    small = (codes >= ord("a")) & (codes <= ord("z"))
    large = (codes >= ord("A")) & (codes <= ord("Z"))
    return int(np.count_nonzero(small[:-1] & large[1:]))
