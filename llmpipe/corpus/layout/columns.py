"""
Short paragraphs in narrow columns become lines again, and indents of a page go.

`unwrap` asks for several lines at a margin; here two are enough where the arithmetic holds for each line: a line breaks
within a sentence just where the next word did not fit, and no line breaks so that had room.
"""

import re
from itertools import pairwise

import numpy as np

from llmpipe.corpus.characters import Characters
from llmpipe.corpus.compiled import compiled
from llmpipe.corpus.terms import FUNCTION_WORDS
from llmpipe.corpus.text import HAN
from llmpipe.corpus.unwrap import begins_anew, columns_of, is_broken_off, is_structure

_MAX_WIDTH = 100  # columns
_MIN_WIDTH, _MIN_WIDTH_HAN = 20, 8  # columns; characters
_SPREAD = 4  # characters or columns by which lines of Chinese differ: a mark hangs over, a number is not broken
_HAN = re.compile(f"[{HAN}]")
_END_SIGNS = ".!?。！？…:：;；"
_ENDS_HAN = re.compile(r"[。！？…][”’」』)）]*$")
_ENDS = re.compile(r"[.!?。！？…:：;；][\"'”’」』)）]*$")
_MARK_INSIDE = re.compile(r"[，。！？；：、,.](?=.*\w)")
_MARK_AT_END = re.compile(r"[，。！？；：、,.!?;:…”」』)）]$")
_FIRST_WORD = re.compile(r"\s*(\S+)")
_MIN_FLOWING = 0.3  # of the breaks are within a sentence
_MIN_CAPITALS = 2  # lines of verse
_NAME = re.compile(r"(?<=[a-z,] )[A-Z]\w+")
_LONG_WORD = re.compile(r"[^\W\d_]{4,}")
_MIN_PARTS, _MIN_AGAIN = 3, 0.5  # words, or pairs of characters; those that come again
_WIDE_INDENT = re.compile(r"^[\u3000 ]*\u3000[\u3000 ]*", re.MULTILINE)


def columns(text: str) -> str:
    """Without indents that all lines have, and with the lines of narrow paragraphs joined."""
    lines = _without_indents(text).split("\n")
    result: list[str] = []
    for block in _blocks(lines):
        result += _joined(block) if len(block) > 1 else block
    return "\n".join(result)


def may_have_columns(found: Characters) -> np.ndarray:
    """Which of several texts `columns` may change, bool (texts,)."""
    return _may_have_columns(found.codes, found.starts, found.ends)


@compiled
def _is_labelled(codes: np.ndarray, begin: int, end: int) -> bool:
    """Whether a line begins with a label of Chinese: up to eight characters and a colon."""
    for place in range(begin + 1, min(begin + 9, end)):
        code = codes[place]
        if code == 0xFF1A:
            return True
        if code <= 32 or code == 0xFF0C or code == 0x3002:
            return False
    return False


@compiled
def _may_have_columns(codes: np.ndarray, starts: np.ndarray, ends: np.ndarray) -> np.ndarray:
    """A line that ends no sentence before one that begins with no capital, a wide space, or spaces at the beginning."""
    likely = np.zeros(len(starts), dtype=np.bool_)
    for text in range(len(starts)):
        begin = starts[text]
        for place in range(starts[text], ends[text]):
            code = codes[place]
            if code == 0x3000 or (code == 32 and place == starts[text]):
                likely[text] = True
                break
            if code != 10:
                continue
            width, begin = place - begin, place + 1
            if width < _MIN_WIDTH_HAN or width > _MAX_WIDTH or place + 1 >= ends[text]:
                continue
            before, after = codes[place - 1], codes[place + 1]
            if before == 46 or before == 63 or before == 33 or before == 0x3002 or before == 0xFF1F or before == 0xFF01:
                continue
            if after != 10 and not 65 <= after <= 90 and not _is_labelled(codes, place + 1, ends[text]):
                likely[text] = True
                break
    return likely


def _without_indents(text: str) -> str:
    if not text.lstrip("\n").startswith(" ") and "\u3000" not in text:
        return text
    filled = [line for line in text.split("\n") if line and not line.isspace()]
    wide = sum(line.lstrip(" ").startswith("\u3000") for line in filled)
    if wide and 2 * wide >= len(filled):
        return _WIDE_INDENT.sub("", text)
    least = min((len(line) - len(line.lstrip(" ")) for line in filled), default=0)
    return "\n".join(line[least:] for line in text.split("\n")) if least > 1 and len(filled) > 1 else text


def _blocks(lines: list[str]) -> list[list[str]]:
    """Runs of lines, parted by blank ones and before one that is indented."""
    blocks: list[list[str]] = [[]]
    for line in lines:
        blank = not line or line.isspace()
        if blank or line[0].isspace():
            blocks.append([])
        blocks[-1].append(line)
        if blank:
            blocks.append([])
    return [block for block in blocks if block]


def _joined(block: list[str]) -> list[str]:
    """A block with its broken lines joined; items of lists and turns of dialogues begin blocks of their own."""
    if not any(_goes_on(line, following) for line, following in pairwise(block)):
        return block
    starts = [0, *(number for number, line in enumerate(block) if number and begins_anew(line)), len(block)]
    return [line for start, end in pairwise(starts) for line in _joined_part(block[start:end])]


def _goes_on(line: str, following: str) -> bool:
    """A quick look whether a sentence may go on from a line to the next."""
    return len(line) >= _MIN_WIDTH_HAN and line.rstrip()[-1:] not in _END_SIGNS and not following[:1].isupper()


def _joined_part(block: list[str]) -> list[str]:
    if len(block) < 2 or max(map(len, block)) > _MAX_WIDTH or any(map(is_structure, block)):
        return block
    han = 2 * sum(len(_HAN.findall(line)) for line in block) > sum(map(len, block))
    bare = [line.rstrip() for line in block]
    bare = bare[: _last_line(bare)]
    joins = _joins_han(bare) if han else _joins(bare)
    if not joins:
        return block
    result = [block[0]]
    for number, line in enumerate(block[1:]):
        if number in joins:
            result[-1] = result[-1].rstrip() + _gap(result[-1], line, han) + line.lstrip()
        else:
            result.append(line)
    return result


def _gap(line: str, following: str, han: bool) -> str:
    """A space between words of Latin letters; none beside Han characters, nor inside a number of a Chinese text."""
    left, right = line[-1:], following[:1]
    if _HAN.match(left) or _HAN.match(right) or (han and (not left.isascii() or (left + right).isdigit())):
        return ""
    return " "


def _joins(block: list[str]) -> frozenset[int]:
    """Which lines go on in the next, in text with spaces; none where one line breaks within a sentence and had room."""
    widest = max(map(columns_of, block))
    first = _first_line(block)
    breaks = range(first, len(block) - 1)
    flowing = [number for number in breaks if is_broken_off(block[number], block[number + 1])]
    full = [number for number in breaks if _width_with_next(block, number) > widest]
    if widest < _MIN_WIDTH or not full or not set(flowing) <= set(full):
        return frozenset()
    if any(map(_HAN.search, block)) or _is_verse(block) or not any(_is_in_clause(block, number) for number in full):
        return frozenset()
    if not any(map(_ENDS.search, block)) or not _is_enough(block, full):
        return frozenset()
    return frozenset(full)


def _width_with_next(block: list[str], number: int) -> int:
    word = _FIRST_WORD.match(block[number + 1])
    return columns_of(block[number]) + 1 + columns_of(word[1] if word else "")


def _is_verse(block: list[str]) -> bool:
    """Whether lines begin with capitals where no sentence begins and no name, which has one inside of lines, too."""
    inside = [following.split()[0] for line, following in pairwise(block) if not _ENDS.search(line)]
    names = set(_NAME.findall("\n".join(block)))
    capitals = sum(word[:1].isupper() and word.rstrip(",.;:") not in names for word in inside)
    return capitals >= _MIN_CAPITALS and 2 * capitals > len(inside)


def _is_in_clause(block: list[str], number: int) -> bool:
    """Whether a small letter follows on a line, or a word of grammar ends it."""
    return block[number + 1][:1].islower() or block[number].rpartition(" ")[2] in FUNCTION_WORDS


def _is_enough(block: list[str], full: list[int]) -> bool:
    """Two breaks, or one in the middle of a clause that the last line ends."""
    if len(full) > 1:
        return True
    return block[full[0]][-1:].isalnum() and _is_in_clause(block, full[0]) and _ENDS.search(block[-1]) is not None


def _first_line(block: list[str]) -> int:
    """1 where the first line is a headline: no end of a sentence, and the next begins as a sentence does."""
    if len(block) < 3 or _ENDS.search(block[0]) or not block[1].lstrip()[:1].isupper():
        return 0
    begins = block[1].split()[0].lower()
    rest = " ".join(block[2:]).split()
    return int(begins in FUNCTION_WORDS or begins in rest or _comes_again(_LONG_WORD.findall(block[0]), block[1:]))


def _comes_again(parts: list[str], lines: list[str]) -> bool:
    """Whether lines have most of some words or pairs of characters: what a headline says, its text says again."""
    rest = " ".join(lines)
    return len(parts) >= _MIN_PARTS and sum(part in rest for part in parts) >= _MIN_AGAIN * len(parts)


def _last_line(block: list[str]) -> int:
    """The number of lines without a headline behind them: one that ends no sentence, behind one that does."""
    return len(block) - (len(block) > 2 and not _ENDS.search(block[-1]) and _ENDS.search(block[-2]) is not None)


def _joins_han(block: list[str]) -> frozenset[int]:
    """The same in Chinese, where lines break between any two characters: all that break off are as wide."""
    first = _first_line_han(block)
    breaks = range(first, len(block) - 1)
    flowing = [number for number in breaks if not _ENDS.search(block[number])]
    inside = [number for number in flowing if not _MARK_AT_END.search(block[number])]
    with_marks = sum(_MARK_INSIDE.search(line) is not None for line in block[first:])
    even = len(block) > 3 and len({len(line) for line in block[first:-1]}) == 1 and 2 * len(inside) >= len(breaks)
    if (
        not inside
        or (3 * with_marks < len(block) - first and not even)
        or not _ENDS_HAN.search(block[-1])
        or any(2 * len(_HAN.findall(line)) < len(line) for line in block[first:-1])
    ):
        return frozenset()
    for width in (len, columns_of):
        least = min(width(block[number]) for number in flowing)
        widths = [width(line) for line in block[first:]]
        if least >= _MIN_WIDTH_HAN * (1 + (width is columns_of)) and max(widths) <= least + _SPREAD:
            full = [number for number in breaks if width(block[number]) >= least]
            enough = len(full) > 1 or _is_one_sentence(block[full[0]], block[full[0] + 1])
            if enough and len(inside) >= _MIN_FLOWING * len(full):
                return frozenset(full)
    return frozenset()


def _first_line_han(block: list[str]) -> int:
    """The same in Chinese, which has no capitals: a short line, one with a label, or one whose words come again."""
    line = block[0]
    if len(block) < 3 or _ENDS.search(line) or _MARK_INSIDE.search(line.replace("：", "")):
        return 0
    pairs = ["".join(pair) for pair in pairwise(line.rpartition("：")[2])]
    return int(len(line) < len(block[1]) - 1 or begins_anew(line) or _comes_again(pairs, block[1:]))


def _is_one_sentence(line: str, following: str) -> bool:
    """Whether a single break is one in a clause: behind a mark that is no label's, before a line that is no longer."""
    marks = _MARK_INSIDE.findall(line)
    return bool(marks) and marks[-1] != "：" and len(following) <= len(line) and following[:1] not in "“‘「『《【（("
