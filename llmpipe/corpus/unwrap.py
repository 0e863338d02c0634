"""
Hard-wrapped prose: lines that were broken at a margin become paragraphs again.

A line was wrapped when the next word would not have fitted. Mail programs, typesetters and editors break lines so;
verse, lists, addresses, code and dialogues do not. A block of lines must show it several times before any are joined.
"""

import re

import numpy as np

from llmpipe.corpus.characters import Characters
from llmpipe.corpus.compiled import compiled
from llmpipe.corpus.text import HAN, KANA

MARGINS = (45, 100)  # columns, in text with spaces between words
WIDE_MARGINS = (40, 140)  # in Chinese and Japanese, where a character takes two
_SHORTEST = 20  # characters of a line that may be wrapped
_NEWLINE = 10
SLACK = 0.08  # of the margin: fonts are not monospaced everywhere
MIN_JOINS = 3  # wrapped lines that a block must have to set a margin of its own
MIN_FULL = 0.7  # of the lines of such a block, the last left out
MIN_FLOWING = 0.6  # of its wrapped lines, sentences that go on in the next
MIN_HYPHENS = 3
MIN_DIFFERENT = 0.95  # of the lines of a block; prose does not repeat lines, and filters look for what does
MAX_CODE_RATIO = 0.15  # of the lines of a text; in a program the comments keep their lines, too
HYPHENATED_RATIO = 0.03  # of the wrapped lines end in a hyphen: the text is hyphenated, not only its compounds

_WIDE = rf"{HAN}{KANA}\u3000-\u3003\u3008-\u3011\u3014-\u301f\uff01-\uff60"
_WIDE_CHARACTER = re.compile(f"[{_WIDE}]")
_CLOSING = "，。、；：！？）》」』】”’…,.;:!?)"
_TERMINAL = "。！？!?.…"
_SENTENCE_END = re.compile(rf"[{_TERMINAL}]")
_FIRST_UNIT = re.compile(rf"\s*([{_WIDE}][{_CLOSING}]*|[^\s{_WIDE}]+)")
# a table, code, a quoted mail, a heading of Markdown, a rule: neither joined to nor from
_STRUCTURE = re.compile(r"[|\t{}=^\\]|->|^\s*(?:[>#*]|--|//)|[^\s.!?:;\"'”’)] {2,}\S|^[\W_]*$")
_CODE = re.compile(
    r"[;{}\[]\s*$|\w\(.*\)\s*:?$|\w = \S|^\s*(?:#|//|/\*|\*|@|\"\"\"|(?:import|return|def|class) |from [\w.]+ import )"
)
_STARTS_ANEW = re.compile(  # an item of a list, a turn of a dialogue
    r"\s*(?:[\[【]|[-–—*+•·◦▪●○]\s|\(?(?:\d{1,3}|[A-Za-z]|[ivx]{2,4})[.)]\s|[（(]?[一二三四五六七八九十\d]{1,3}[、）．]"
    r"|第[一二三四五六七八九十百\d]+[章节回条]|[A-Z][\w .]{0,24}:(?:\s|$)|[^\s，。：]{1,8}：)"
)
_HYPHEN_END = re.compile(r"([^\W\d_]+)-$")
_WORD = re.compile(r"[^\W\d_]+")
KNOWN_WORD = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")
SUSPENDED = ("and", "or", "to", "et", "ou", "und")  # pre- and post-war
COMPOUND_HEADS = frozenset(
    word
    for words in (
        "self well non half ex all semi cross mid co high low long short so great much ever far left right",
        "two three four five six seven eight nine ten twenty thirty forty fifty sixty seventy eighty ninety",
    )
    for word in words.split(" ")
)


def unwrap(text: str) -> str:
    """
    Join the hard-wrapped lines of prose; verse, lists, tables, code, turns and headings keep their lines.

    Between Chinese characters no space is put; a word hyphenated at the line end becomes whole.
    """
    lines = text.split("\n")
    if sum(_SHORTEST <= len(line) <= MARGINS[1] for line in lines) < MIN_JOINS:
        return text
    blocks = _blocks(lines)
    found = [_joins(lines, start, end, 0) for start, end in blocks]
    margin = max((width for joins, width in found if joins), default=0)
    if not margin or sum(bool(_CODE.search(line)) for line in lines) > MAX_CODE_RATIO * len(lines):
        return text
    # a paragraph of two lines shows no margin, but may fill that of the others
    found = [item if item[0] else _joins(lines, *block, margin) for block, item in zip(blocks, found, strict=True)]
    return _joined(text, lines, frozenset(number for joins, _ in found for number in joins))


def may_be_wrapped(found: Characters) -> np.ndarray:
    """Which of several texts `unwrap` may change, bool (texts,): those with some lines of a length of wrapped ones."""
    return _num_lines(found.codes, found.starts, found.ends, _SHORTEST, MARGINS[1]) >= MIN_JOINS


@compiled
def _num_lines(codes: np.ndarray, starts: np.ndarray, ends: np.ndarray, least: int, most: int) -> np.ndarray:
    """How many lines of each text have at least and at most so many characters, int64 (texts,)."""
    numbers = np.zeros(len(starts), dtype=np.int64)
    for text in range(len(starts)):
        begin = starts[text]
        for place in range(starts[text], ends[text] + 1):
            if place == ends[text] or codes[place] == _NEWLINE:
                numbers[text] += least <= place - begin <= most
                begin = place + 1
    return numbers


def _blocks(lines: list[str]) -> list[tuple[int, int]]:
    """Runs of lines without a blank one between them, as (first, last + 1)."""
    blocks, start = [], 0
    for number, line in enumerate([*lines, ""]):
        if not line or line.isspace():
            if number > start + 1:
                blocks.append((start, number))
            start = number + 1
    return blocks


def columns_of(line: str) -> int:
    """The width of a line: a character of East Asia takes two columns."""
    return len(line) if line.isascii() else len(line) + len(_WIDE_CHARACTER.findall(line))


def _joins(lines: list[str], start: int, end: int, margin: int) -> tuple[list[int], int]:
    """
    Which lines of a block go on in the next line.

    Args:
        lines: All lines.
        start: First line of the block.
        end: Its last line + 1.
        margin: In columns; 0: the block must be long enough to show its own.

    Returns:
        Numbers of lines, and the margin; no lines when it is no hard-wrapped prose.
    """
    block = lines[start:end]
    least = 1 if margin else MIN_JOINS
    if len(block) <= least or max(map(len, block)) > (margin or WIDE_MARGINS[1]):  # a character takes a column or two
        return [], 0
    columns = [columns_of(line) for line in block]
    widest = max(columns)
    if widest < MARGINS[0] - 5 or widest > (margin or WIDE_MARGINS[1]):
        return [], 0
    margin = margin or widest
    # a quick look: a line and the next word are as wide as the margin
    if sum(width >= 0.7 * margin for width in columns) < MIN_FULL * (len(block) - 1):
        return [], 0
    wide = 2 * sum(len(_WIDE_CHARACTER.findall(line)) for line in block) > sum(map(len, block))
    low, high = WIDE_MARGINS if wide else MARGINS
    if len(set(block)) < MIN_DIFFERENT * len(block):
        return [], 0
    if not low <= margin <= high or not any(map(_SENTENCE_END.search, block)):
        return [], 0
    exact = margin - 2 * wide  # a comma may hang over the margin, with the character before it
    loose = (1 - SLACK) * margin if wide or least == 1 or len(block) > 2 * MIN_JOINS else exact
    flowing = [is_broken_off(lines[number], lines[number + 1]) for number in range(start, end - 1)]
    joins = [
        number
        for number, flows in enumerate(flowing, start)
        if _is_wrapped(lines, number, number > start, loose if flows else exact)
    ]
    enough = len(joins) >= max(least, MIN_FULL * len(flowing))
    return (joins, margin) if enough and sum(flowing[n - start] for n in joins) >= MIN_FLOWING * len(joins) else ([], 0)


def _is_wrapped(lines: list[str], number: int, inside: bool, margin: float) -> bool:
    """Whether the first word of the next line would not have fitted into this one."""
    line, following = lines[number], lines[number + 1]
    unit = _FIRST_UNIT.match(following)
    if unit is None:
        return False
    gap = 0 if _WIDE_CHARACTER.match(unit[1]) else 1
    if columns_of(line) + gap + columns_of(unit[1]) <= margin:
        return False
    indent = len(following) - len(following.lstrip())
    own = len(line) - len(line.lstrip())
    if indent > own or (inside and indent < own and indent != len(lines[number - 1]) - len(lines[number - 1].lstrip())):
        return False
    return not (_STRUCTURE.search(line) or _STRUCTURE.search(following) or _STARTS_ANEW.match(following))


def is_broken_off(line: str, following: str) -> bool:
    """Whether a sentence seems to go on from a line to the next."""
    first = next(filter(str.isalnum, following), "")
    return first.islower() or (not first.isupper() and line.rstrip()[-1:] not in _TERMINAL)


def is_structure(line: str) -> bool:
    """Whether a line is one of a table or a program, or a rule."""
    return _STRUCTURE.search(line) is not None or _CODE.search(line) is not None


def begins_anew(line: str) -> bool:
    """Whether a line is an item of a list or a turn of a dialogue."""
    return _STARTS_ANEW.match(line) is not None


def _joined(text: str, lines: list[str], joins: frozenset[int]) -> str:
    ends = sum(lines[number].rstrip().endswith("-") for number in joins)
    known = frozenset(KNOWN_WORD.findall(text.lower())) if ends else frozenset()
    hyphenated = ends >= max(MIN_HYPHENS, HYPHENATED_RATIO * len(joins))
    result = [lines[0]]
    for number, line in enumerate(lines[1:]):
        if number in joins:
            result[-1] = _join(result[-1].rstrip(), line.lstrip(), known, hyphenated)
        else:
            result.append(line)
    return "\n".join(result)


def _join(left: str, right: str, known: frozenset[str], hyphenated: bool) -> str:
    """Two lines as one: `exam-` + `ple` -> `example`, `well-` + `known` -> `well-known`, `你` + `好` -> `你好`."""
    if left.endswith("-"):
        return _join_hyphen(left, right, known, hyphenated)
    if left.endswith("—") or _WIDE_CHARACTER.match(left[-1:]) or _WIDE_CHARACTER.match(right):
        return left + right
    return f"{left} {right}"


def _join_hyphen(left: str, right: str, known: frozenset[str], hyphenated: bool) -> str:
    head, tail = _HYPHEN_END.search(left), _WORD.match(right)
    if tail and tail[0] in SUSPENDED:
        return f"{left} {right}"
    if head is None or tail is None or not tail[0].islower():
        return left + right if left[-2:-1] != " " else f"{left} {right}"
    first, second = head[1].lower(), tail[0]
    if f"{first}-{second}" in known:
        return left + right
    if first + second in known or (hyphenated and first not in COMPOUND_HEADS):
        return left[:-1] + right
    return left + right
