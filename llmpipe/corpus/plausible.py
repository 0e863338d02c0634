"""
Whether a text can be of its language at all: what shuffled, scrambled and wrongly decoded text has, writing has not.

By what holds whatever the subject: which words and marks never follow one another, how rare the characters are, where
capitals stand. No list of topics, no model.
"""

import re
from functools import cache, lru_cache

import numpy as np

from llmpipe.corpus import kinds
from llmpipe.corpus.compiled import compiled
from llmpipe.corpus.word_arrays import hashes_of, is_among

_ARTICLES, _OF = ("the", "a", "an", "The", "A", "An"), ("of", "Of")
_LEADING = (*_ARTICLES, *_OF)
_NOT_BEHIND_OF = ("of", "and", "or", "but", "to", "is", "are", "was", "were", "be", "been", "had")
_NOT_BEHIND_ARTICLES = (*_NOT_BEHIND_OF, "the", "an", "from", "with", "that", "which")
_NEVER_BEHIND = {  # different marks that no sentence has side by side, or that begin a line
    "，": "。、；：！？",
    "、": "，。；：！？",
    "；": "，。！？",
    "：": "，。！？",
    "。": "，、；：",
    "！": "",
    "？": "",
    "\n": "，。、；：！？",
}
_DE, _MEN = ord("的"), ord("们")  # these do not stand behind a mark, but for 的确, 的士, 的当, 的卢
_CERTAIN, _SCHOLAR, _WHEN, _LO = map(ord, "确士当卢")
# Begins with what all of them hold: fast. A few behind a word are how people ask: `really???`, `真的???`; `?id=` is of
# an address
_QUESTIONS = re.compile(
    r"\?(?:(?<=\w\?)(?=\w)(?!\w+=)|\?{2,}(?=\w)|\?{5,}|(?<![A-Za-z\u4e00-\u9fff?!)\]\"'”’.…]\?)\?{2,})"
)
_QUESTION, _A, _E = map(ord, "?aE")
_WORD = re.compile(r"\b[A-Za-z]{2,}\b")
_HAN_END = 0x323B0  # behind the last Han character
_MIXED_CASE = re.compile(r"\b[A-Za-z]*[a-z][A-Z]+[a-z][A-Za-z]*\b")


@lru_cache(maxsize=1)
def common_han() -> np.ndarray:
    """Whether a code point is a Han character of the first level of GB 2312, Big5 or JIS X 0208, bool (65536,)."""
    table = np.zeros(2**16, dtype=bool)
    for encoding, first, last in (("gb2312", 0xB0, 0xD7), ("big5", 0xA4, 0xC6), ("euc_jp", 0xB0, 0xCF)):
        for lead in range(first, last + 1):
            for trail in (*range(0x40, 0x7F), *range(0xA1, 0xFF)):
                for sign in bytes((lead, trail)).decode(encoding, "ignore"):
                    table[ord(sign)] = True
    return table


@compiled
def rare_han(codes: np.ndarray, found: np.ndarray, common: np.ndarray) -> tuple[int, int]:
    """
    Count the different Han characters outside of some 8,000 common ones of Chinese (both scripts) and Japanese.

    Different ones: a text about somebody with a rare name has that character in every sentence.

    Args:
        codes: Code points of a text, uint32 (characters,).
        found: What each is (`kinds.of_codes`).

        common: The common ones (`tables`).

    Returns:
        Rare ones and all Han characters, each counted once.
    """
    seen = np.zeros(_HAN_END >> 3, dtype=np.uint8)  # a bit for each code point
    rare = han = 0
    for place in range(len(codes)):
        if found[place] != kinds.HAN:
            continue
        code = codes[place]
        bit = np.uint8(1 << (code & 7))
        if not seen[code >> 3] & bit:
            seen[code >> 3] |= bit
            han += 1
            rare += code >= len(common) or not common[code]
    return rare, han


@cache
def tables() -> tuple[np.ndarray, ...]:
    """
    What the loops below look up.

    Common Han characters; hashes of articles and what never follows them, of "of" and what never follows that, and of
    articles and "of"; numbers of marks, and which never follow which.
    """
    words = (_ARTICLES, _NOT_BEHIND_ARTICLES, _OF, _NOT_BEHIND_OF, _LEADING)
    return (common_han(), *map(hashes_of, words), *_marks())


@compiled
def misplaced_words(
    hashes: np.ndarray,
    starts: np.ndarray,
    ends: np.ndarray,
    codes: np.ndarray,
    articles: np.ndarray,
    not_behind_articles: np.ndarray,
    of: np.ndarray,
    not_behind_of: np.ndarray,
) -> int:
    """Words that never follow the one before them."""
    wrong = 0
    for number in range(len(hashes) - 1):
        following = hashes[number + 1]
        if (is_among(hashes[number], articles) and is_among(following, not_behind_articles)) or (
            is_among(hashes[number], of) and is_among(following, not_behind_of)
        ):
            end, after = ends[number], ends[number + 1]
            # a space between them, and the second no part of a compound ("the to-do")
            spaced = codes[end] == 32 and starts[number + 1] == end + 1
            wrong += spaced and not (after < len(codes) and codes[after] == 45)
    return wrong


@cache
def _marks() -> tuple[np.ndarray, np.ndarray]:
    """Number of each code point among the marks, 0 for others, uint8 (65536,); which never follow which, bool."""
    numbers = np.zeros(2**16, dtype=np.uint8)
    never = np.zeros((len(_NEVER_BEHIND) + 1, len(_NEVER_BEHIND) + 1), dtype=np.bool_)
    numbers[list(map(ord, _NEVER_BEHIND))] = np.arange(len(_NEVER_BEHIND)) + 1
    for mark, others in _NEVER_BEHIND.items():
        never[numbers[ord(mark)], numbers[list(map(ord, others))]] = True
    return numbers, never


@compiled
def misplaced_marks(codes: np.ndarray, numbers: np.ndarray, never: np.ndarray) -> int:
    """Marks that never follow what is before them."""
    wrong = 0
    before = np.uint8(0)
    for place in range(len(codes)):
        code = codes[place]
        mark = numbers[code] if code < len(numbers) else np.uint8(0)
        wrong += never[before, mark]
        if before and code == _DE:
            after = codes[place + 1] if place + 1 < len(codes) else np.uint32(0)
            wrong += after not in (_CERTAIN, _SCHOLAR, _WHEN, _LO)
        elif before and code == _MEN:
            wrong += 1
        before = mark
    return wrong


@compiled
def num_marks(codes: np.ndarray, numbers: np.ndarray) -> int:
    """Marks behind which something could be misplaced."""
    number = 0
    for code in codes:
        number += code < len(numbers) and numbers[code] > 0 and code != 10
    return number


def lost_characters(text: str) -> int:
    """
    Signs in the place of characters: U+FFFD, boxes, question marks inside words, or three and more that ask nothing.

    And what became of U+FFFD and of empty memory in other encodings: `锟斤拷`, `ï¿½`, `烫烫烫`, `屯屯屯`; and
    `aEUR`, as ASCII has `â€`.
    """
    questions = sum(map(len, _QUESTIONS.findall(text))) if "?" in text else 0
    return text.count("\ufffd") + text.count("□") + questions + _misread_fill(text)


def _misread_fill(text: str) -> int:
    signs = ("aEUR",) if text.isascii() else ("aEUR", "锟斤拷", "ï¿½", "烫烫烫", "屯屯屯")
    return sum(len(sign) * text.count(sign) for sign in signs)


@compiled
def num_doubtful(codes: np.ndarray) -> int:
    """Places of which `lost_characters` may count some: no fewer than it finds, and few in a text without."""
    number = 0
    for place in range(len(codes)):
        code = codes[place]
        if code == _QUESTION:
            number += place + 1 < len(codes) and codes[place + 1] > 0x2F  # another one, or a letter
        elif code == _E:
            number += place > 0 and codes[place - 1] == _A
        elif code >= 0x80:
            # U+FFFD, a box, and the first characters of `锟斤拷`, `ï¿½`, `烫烫烫`, `屯屯屯`
            number += code in (0xFFFD, 0x25A1, 0x951F, 0xEF, 0x70EB, 0x5C6F)
    return number


def mixed_case(text: str) -> tuple[int, int]:
    """Latin words with capitals between small letters, and all words of two letters and more."""
    return len(_MIXED_CASE.findall(text)), len(_WORD.findall(text))


@compiled
def num_raised(codes: np.ndarray) -> int:
    """Capitals of ASCII behind a small letter: at least as many as words with capitals between small letters."""
    number, small = 0, False
    for code in codes:
        number += small and 65 <= code <= 90
        small = 97 <= code <= 122
    return number
