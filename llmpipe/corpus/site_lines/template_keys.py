"""
Loops over the lines that a site may repeat with other values (`templates`): by which hashes each may be learned.

A line has a hash without its values, and one without names, too; a short page as a whole has one.
"""

from typing import Any

import numpy as np

from llmpipe.corpus.compiled import compiled
from llmpipe.corpus.site_lines.boilerplate import MAX_CHARACTERS
from llmpipe.corpus.site_lines.edges import (
    EDGE_LINES,
    ends_of_blocks,
    is_edge,
    is_indented,
    is_same,
    lines_of,
    longest,
    other_of,
    others_of,
)
from llmpipe.corpus.site_lines.looks import MAX_SHORT, Tables, as_short, looked_at, mark_in
from llmpipe.corpus.site_lines.values import (
    NAME,
    SENTENCE,
    VALUE,
    Forms,
    cut,
    cut_names,
    has_digit,
    is_han,
    is_letter,
    signs_at,
)
from llmpipe.corpus.text import mix_one
from llmpipe.corpus.word_arrays import solid_part

LONGEST_GAP = 120  # characters of a line that stands beside others as their like
TELLING = 3  # words beside a name that no blank line need part from the text
MAX_KEY = 24  # characters before the sign of a row
MIN_BODY = 2  # lines of running heads stand between as many
LONGEST_PAGE, PAGE_LINES, PAGE_WORDS = 1500, 3, 8  # characters of a page that is a template as a whole; of it at least
_PLAIN, _NAMELESS, _PAGE, RUN = 0x51, 0x52, 0x54, 0x53  # what a hash is of, so that kinds are never taken for others
_BASE = np.uint64(0x9E3779B97F4A7C15)  # of a polynomial: odd, from the golden ratio


@compiled
def template_hashes_of(
    codes: np.ndarray, ends: np.ndarray, tables: Tables, forms: Forms
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Of texts that each end with a line end more: rows, their owners, and which texts may hold running heads."""
    rows = np.empty((len(ends) * (4 * EDGE_LINES + 1), 2), dtype=np.uint64)
    owners = np.empty(len(rows), dtype=np.int64)
    runs = np.zeros(len(ends), dtype=np.bool_)
    begin = size = 0
    for text in range(len(ends)):
        end = ends[text] - 1
        lines, solid = lines_of(codes, tables.flags, begin, end)
        first = size
        page = page_key(codes, forms, lines, solid)
        if page:  # the same numbers again are a copy
            rows[size, 0], rows[size, 1] = page, _as_key(_PAGE, _hash(codes, begin, end, np.uint64(0)))
            size += 1
        found = longest(codes, lines, solid)
        if found[1] >= 0:
            size = _add_lines(codes, tables, forms, lines, solid, found, rows, size)
            runs[text] = may_run(codes, forms, lines)
        owners[first:size] = text
        begin = end + 1
    return rows[:size].copy(), owners[:size].copy(), runs


@compiled
def _add_lines(
    codes: np.ndarray,
    tables: Tables,
    forms: Forms,
    lines: np.ndarray,
    solid: np.ndarray,
    found: np.ndarray,
    rows: np.ndarray,
    size: int,
) -> int:
    """Write the rows of the lines at the ends of a text; how many rows there are then."""
    others = others_of(codes, tables, lines, found)
    head, tail = ends_of_blocks(solid)
    chosen, apart = _different(codes, lines, solid, head, tail)
    marks = np.zeros(len(chosen), dtype=np.int64)
    for number, line in enumerate(chosen):
        marks[number] = mark_in(codes, tables, lines[line, 0], min(lines[line, 1], lines[line, 0] + MAX_CHARACTERS))
    for number, line in enumerate(chosen):
        begin, end, mark = lines[line, 0], lines[line, 1], marks[number]
        if end - begin > MAX_CHARACTERS or not (apart[number] or may_hold_values(codes, forms, begin, end)):
            continue
        if mark and np.sum(marks == mark) > 1:  # a row or a turn like others
            last = solid_part(codes, tables.flags, begin, end)[1] - 1
            if not apart[number] or codes[last] == mark or _are_rows(codes, lines, solid, head, tail, mark):
                continue
        other = other_of(codes, lines, found, others, line)
        plain, stops, nameless, alone = _keys(codes, tables, forms, begin, end)
        if plain and (apart[number] or not stops):
            rows[size, 0], rows[size, 1] = plain, other
            size += 1
        if nameless and (apart[number] or not alone):
            rows[size, 0], rows[size, 1] = nameless, other
            size += 1
    return size


@compiled
def _different(
    codes: np.ndarray, lines: np.ndarray, solid: np.ndarray, head: int, tail: int
) -> tuple[np.ndarray, np.ndarray]:
    """The lines at the ends of a text, each once, and whether blank lines part each from the text."""
    chosen = np.empty(min(len(solid), 2 * EDGE_LINES), dtype=np.int64)
    apart = np.zeros(len(chosen), dtype=np.bool_)
    size = 0
    for number, line in enumerate(solid):
        if not is_edge(number, len(solid)):
            continue
        place = 0
        while place < size and not is_same(codes, lines, chosen[place], line):
            place += 1
        chosen[place] = chosen[place] if place < size else line
        apart[place] |= number < head or number >= tail
        size = max(size, place + 1)
    return chosen[:size], apart[:size]


@compiled
def may_hold_values(codes: np.ndarray, forms: Forms, begin: int, end: int) -> bool:
    """Whether a line within a text may be a template: no sentence, but a value, or a name and not much else."""
    signs = signs_at(codes, forms, begin, end)
    named = signs & NAME and end - begin <= LONGEST_GAP
    return not signs & SENTENCE and (signs & VALUE or named) != 0


@compiled
def _are_rows(codes: np.ndarray, lines: np.ndarray, solid: np.ndarray, head: int, tail: int, mark: int) -> bool:
    """Whether half of the text's own paragraphs begin as the rows around it do: with a few characters and a sign."""
    alike = paragraphs = 0
    for number in range(max(head, 1), tail):
        line = solid[number]
        if solid[number - 1] == line - 1:
            continue
        paragraphs += 1
        for place in range(lines[line, 0], min(lines[line, 1], lines[line, 0] + MAX_KEY)):
            if codes[place] == mark:
                alike += 1
                break
    return 2 * alike >= max(1, paragraphs)


@compiled
def _keys(codes: np.ndarray, tables: Tables, forms: Forms, begin: int, end: int) -> tuple[Any, bool, Any, bool]:
    """
    The hashes that a line may be learned by, 0 for none, each with whether it must stand apart for that.

    Returns:
        The hash without its values, and that without names, too.
    """
    none = np.uint64(0)
    if is_indented(codes, tables.flags, begin):
        return none, False, none, False
    bare = np.empty(end - begin, dtype=np.uint32)
    size = cut(codes, forms, begin, end, bare, 0)
    stops = has_digit(codes, forms, begin, end)
    hashed, repeat = looked_at(bare, tables, 0, size)
    ends = hashed & np.uint64(1) != 0
    plain, plain_apart = none, False
    if repeat:
        plain, plain_apart = _as_key(_PLAIN, hashed), ends and stops
    elif not ends and size <= MAX_SHORT and _num_words(bare, forms, 0, size):
        plain, plain_apart = _as_key(_PLAIN, as_short(hashed)), True
    left = np.empty(size, dtype=np.uint32)
    size_left = cut_names(bare, forms, 0, size, left, 0, False)
    if size_left == size:
        return plain, plain_apart, none, False
    hashed, repeat = looked_at(left, tables, 0, size_left)
    if not repeat:
        return plain, plain_apart, none, False
    ends = hashed & np.uint64(1) != 0
    return (
        plain,
        plain_apart,
        _as_key(_NAMELESS, hashed),
        (ends and stops) or _size(left, forms, 0, size_left) < TELLING,
    )


@compiled
def _as_key(kind: int, hashed: Any) -> Any:
    """The hash of a line of a kind; its lowest two bits say what they did."""
    mixed = mix_one(hashed * _BASE + np.uint64(kind))
    return mixed >> np.uint64(2) << np.uint64(2) | hashed & np.uint64(3)


@compiled
def _num_words(codes: np.ndarray, forms: Forms, begin: int, end: int) -> int:
    """Number of runs of two letters and more."""
    number = run = 0
    for place in range(begin, end):
        run = run + 1 if is_letter(codes[place], forms) else 0
        number += run == 2
    return number


@compiled
def _size(codes: np.ndarray, forms: Forms, begin: int, end: int) -> int:
    """Words of a line without its values, a Han character half a word."""
    han = 0
    for place in range(begin, end):
        han += is_han(codes[place])
    return _num_words(codes, forms, begin, end) - (han > 0) + han // 2


@compiled
def sizes(codes: np.ndarray, forms: Forms, lines: np.ndarray) -> int:
    """Words of lines."""
    total = 0
    for number in range(len(lines)):
        total += _size(codes, forms, lines[number, 0], lines[number, 1])
    return total


@compiled
def page_key(codes: np.ndarray, forms: Forms, lines: np.ndarray, solid: np.ndarray) -> Any:
    """What a short page is but for its values: a hash, 0 of a text that is long or has none."""
    none = np.uint64(0)
    if len(solid) < PAGE_LINES or lines[-1, 1] - lines[0, 0] > LONGEST_PAGE:
        return none
    for line in solid:
        if lines[line, 1] - lines[line, 0] > LONGEST_GAP:
            return none
    bare = np.empty(LONGEST_GAP, dtype=np.uint32)
    total, words, has_values = none, 0, False
    for line in solid:
        begin, end = lines[line, 0], lines[line, 1]
        size = cut(codes, forms, begin, end, bare, 0)
        has_values |= size < end - begin
        words += _size(bare, forms, 0, size)
        total = _hash(bare, 0, size, total) * _BASE
    return (
        _as_key(_PAGE, mix_one(total)) >> np.uint64(2) << np.uint64(2) if has_values and words >= PAGE_WORDS else none
    )


@compiled
def _hash(codes: np.ndarray, begin: int, end: int, total: Any) -> Any:
    """Continue a polynomial with characters."""
    for place in range(begin, end):
        total = total * _BASE + np.uint64(codes[place]) + np.uint64(1)
    return total


@compiled
def may_run(codes: np.ndarray, forms: Forms, lines: np.ndarray) -> bool:
    """Whether a text may hold a running head: a short line alone with a digit and a sign."""
    for line in range(MIN_BODY, len(lines) - MIN_BODY):
        begin, end = lines[line, 0], lines[line, 1]
        alone = lines[line - 1, 0] == lines[line - 1, 1]
        if not (alone and 0 < end - begin <= LONGEST_GAP and has_digit(codes, forms, begin, end)):
            continue
        for place in range(begin, end):
            if codes[place] in (0x2D, 0x7C, 0xB7, 0x2013, 0x2014, 0x2022):  # - | · – — •
                return True
    return False


@compiled
def hashes_at_ends(
    codes: np.ndarray, starts: np.ndarray, ends: np.ndarray, tables: Tables, forms: Forms
) -> tuple[np.ndarray, np.ndarray]:
    """Hashes of each text as a page and of its first line and its last two, uint64 (texts, 10); whether it may run."""
    hashes = np.zeros((len(starts), 10), dtype=np.uint64)
    runs = np.zeros(len(starts), dtype=np.bool_)
    for text in range(len(starts)):
        lines, solid = lines_of(codes, tables.flags, starts[text], ends[text])
        if len(solid) == 0 or len(lines) == 1:
            continue
        hashes[text, 0] = page_key(codes, forms, lines, solid)
        runs[text] = may_run(codes, forms, lines)
        for place, number in enumerate((0, max(0, len(solid) - 2), len(solid) - 1)):
            begin, end = lines[solid[number], 0], lines[solid[number], 1]
            if end - begin <= MAX_CHARACTERS:
                hashed, may = looked_at(codes, tables, begin, end)
                plain, _, nameless, _ = _keys(codes, tables, forms, begin, end)
                hashes[text, 3 * place + 1] = hashed if may else np.uint64(0)
                hashes[text, 3 * place + 2], hashes[text, 3 * place + 3] = plain, nameless
    return hashes, runs


@compiled
def keys_of(
    codes: np.ndarray, tables: Tables, forms: Forms, lines: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """`_keys` of lines, uint64 (lines, 2); whether each must stand apart, and whether a line may hold values, bool."""
    keys = np.zeros((len(lines), 2), dtype=np.uint64)
    needs = np.zeros((len(lines), 2), dtype=np.bool_)
    holds = np.zeros(len(lines), dtype=np.bool_)
    for number in range(len(lines)):
        found = _keys(codes, tables, forms, lines[number, 0], lines[number, 1])
        keys[number, 0], needs[number, 0], keys[number, 1], needs[number, 1] = found
        holds[number] = may_hold_values(codes, forms, lines[number, 0], lines[number, 1])
    return keys, needs, holds
