"""The lines of a text: where they and their blocks stand, which are the longest, by which copies of a text are told."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from llmpipe.corpus.compiled import compiled
from llmpipe.corpus.site_lines.boilerplate import MAX_CHARACTERS
from llmpipe.corpus.site_lines.looks import Tables, looked_at
from llmpipe.corpus.text import mix_one
from llmpipe.corpus.word_arrays import WHITE, solid_part

EDGE_LINES = 20  # lines at each end of a document that may be boilerplate
_NEWLINE = 10
_MULTIPLIER = np.uint64(0xD6E8FEB86659FD93)  # odd, without pattern


def blocks_of(lines: Sequence[str]) -> list[range]:
    """The lines between blank ones."""
    blocks, begin = [], -1
    for place, line in enumerate([*lines, ""]):
        if line and not line.isspace():
            begin = place if begin < 0 else begin
        elif begin >= 0:
            blocks.append(range(begin, place))
            begin = -1
    return blocks


def lines_gone(before: str, after: str) -> list[str]:
    """The different lines of a text, blank ones aside, that are not in what became of it."""
    kept = set(after.split("\n"))
    return [line for line in dict.fromkeys(before.split("\n")) if line.strip() and line not in kept]


@compiled
def lines_of(codes: np.ndarray, flags: np.ndarray, start: int, end: int) -> tuple[np.ndarray, np.ndarray]:
    """Where the lines of a text begin and end, int64 (lines, 2); the numbers of those that are not blank, int64."""
    number = 1
    for place in range(start, end):
        number += codes[place] == _NEWLINE
    lines = np.empty((number, 2), dtype=np.int64)
    solid = np.empty(number, dtype=np.int64)
    size = 0
    begin = start
    for line in range(number):
        stop = begin
        while stop < end and codes[stop] != _NEWLINE:
            stop += 1
        lines[line, 0], lines[line, 1] = begin, stop
        first, last = solid_part(codes, flags, begin, stop)
        if first < last:
            solid[size] = line
            size += 1
        begin = stop + 1
    return lines, solid[:size].copy()


@compiled
def is_same(codes: np.ndarray, lines: np.ndarray, left: int, right: int) -> bool:
    """Whether two lines have the same characters."""
    size = lines[left, 1] - lines[left, 0]
    if lines[right, 1] - lines[right, 0] != size:
        return False
    return np.array_equal(codes[lines[left, 0] : lines[left, 1]], codes[lines[right, 0] : lines[right, 1]])


@compiled
def _is_before(codes: np.ndarray, lines: np.ndarray, left: int, right: int) -> bool:
    """Whether a line is longer than another one, or as long and its characters are greater."""
    size, other = lines[left, 1] - lines[left, 0], lines[right, 1] - lines[right, 0]
    if size != other:
        return size > other
    for number in range(size):
        code, beside = codes[lines[left, 0] + number], codes[lines[right, 0] + number]
        if code != beside:
            return code > beside
    return False


@compiled
def longest(codes: np.ndarray, lines: np.ndarray, solid: np.ndarray) -> np.ndarray:
    """Numbers of the three longest different lines, int64 (3,); -1 where there are fewer."""
    found = np.full(3, -1)
    for line in solid:
        place = 0
        while place < 3 and found[place] >= 0 and _is_before(codes, lines, found[place], line):
            place += 1
        if place == 3 or (found[place] >= 0 and is_same(codes, lines, found[place], line)):
            continue
        for after in range(2, place, -1):
            found[after] = found[after - 1]
        found[place] = line
    return found


@compiled
def others_of(codes: np.ndarray, tables: Tables, lines: np.ndarray, found: np.ndarray) -> tuple[Any, Any, Any]:
    """Hashes of the longest lines other than the longest, other than the second one, and other than any other line."""
    hashes = np.zeros(3, dtype=np.uint64)
    for number in range(3):
        if found[number] >= 0:
            begin, end = lines[found[number], 0], lines[found[number], 1]
            hashes[number] = looked_at(codes, tables, begin, min(end, begin + MAX_CHARACTERS))[0]
    return _pair(hashes[1], hashes[2]), _pair(hashes[0], hashes[2]), _pair(hashes[0], hashes[1])


@compiled
def _pair(left: Any, right: Any) -> Any:
    return mix_one(left * _MULTIPLIER + right)


@compiled
def other_of(codes: np.ndarray, lines: np.ndarray, found: np.ndarray, others: tuple[Any, Any, Any], line: int) -> Any:
    """Of `others_of` the one that says by which other lines a line stands."""
    if is_same(codes, lines, line, found[0]):
        return others[0]
    return others[1] if is_same(codes, lines, line, found[1]) else others[2]


@compiled
def ends_of_blocks(solid: np.ndarray) -> tuple[int, int]:
    """How many solid lines stand above the first blank one, and which is the first below the last; 0, n without one."""
    head, tail = 0, len(solid)
    for number in range(1, len(solid)):
        if solid[number] > solid[number - 1] + 1:
            head = head or number
            tail = number
    return head, tail


@compiled
def is_edge(number: int, num_solid: int) -> bool:
    """Whether the line of this number, blank ones left out, stands at an end."""
    return number < EDGE_LINES or number >= num_solid - EDGE_LINES


@compiled
def is_indented(codes: np.ndarray, flags: np.ndarray, begin: int) -> bool:
    """Whether a line that is not blank begins with white space."""
    return flags[codes[begin]] & WHITE != 0
