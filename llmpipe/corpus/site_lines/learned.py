"""
Boilerplate learned from a site: lines that stand above or below the texts of many of its documents.

What the forms in `boilerplate` do not know, repetition shows. Three things guard what people write again and again:
only lines at the ends of a document count and go; copies of one document count once; and a sentence needs far more
documents than a line that is none. The turns of a dialogue and the rows of a record are no evidence. A line of one word
(`1 2 3 ... Next`, `Advertisement`) says less than others, and counts and goes only where blank lines part it from the
text.
"""

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit

import numpy as np

from llmpipe.corpus.characters import Characters
from llmpipe.corpus.compiled import compiled
from llmpipe.corpus.site_lines.edges import (
    EDGE_LINES,
    ends_of_blocks,
    is_edge,
    is_indented,
    lines_of,
    longest,
    other_of,
    others_of,
)
from llmpipe.corpus.site_lines.looks import MAX_SHORT, Tables, as_short, looked_at, looks_of, mark_in, tables
from llmpipe.corpus.site_lines.own import own_part
from llmpipe.corpus.text import codes_of
from llmpipe.corpus.word_arrays import solid_part
from llmpipe.sections.clean import BoilerplateConfig

_NEWLINE = 10


def site(document_id: str, source: str) -> str:
    """What a document's boilerplate has in common with: its source, and its host when the id is an address."""
    if not document_id.startswith(("http://", "https://")):
        return source
    try:
        host = urlsplit(document_id).hostname or ""
    except ValueError:  # a malformed address: `http://[`
        host = ""
    return f"{source} {host.removeprefix('www.')}" if host else source


def line_hashes(texts: Sequence[str], short: bool = False) -> tuple[np.ndarray, np.ndarray]:
    """
    The lines at the ends of documents that their sites may repeat.

    Args:
        texts: Documents after the repair of their characters, HTML and listed boilerplate.
        short: Also lines of one word that stand apart from the text.

    Returns:
        uint64 (n, 2): for each such line its hash (see `looks_of`), and a hash of the longest other lines, by which
        copies of a document are told; and the number of the document that each row is of, int64 (n,).
    """
    ends = np.cumsum([len(text) + 1 for text in texts], dtype=np.int64)
    return _line_hashes(codes_of("\n".join([*texts, ""])), ends, tables(), short)


@compiled
def _line_hashes(codes: np.ndarray, ends: np.ndarray, tables: Tables, short: bool) -> tuple[np.ndarray, np.ndarray]:
    """What `line_hashes` returns, of texts that each end with a line end more."""
    rows = np.empty((len(ends) * 2 * EDGE_LINES, 2), dtype=np.uint64)
    owners = np.empty(len(rows), dtype=np.int64)
    begin = size = 0
    for text in range(len(ends)):
        lines, solid = lines_of(codes, tables.flags, begin, ends[text] - 1)
        begin = ends[text]
        found = longest(codes, lines, solid)
        if found[1] < 0:
            continue  # a line alone stands beside no text
        others = others_of(codes, tables, lines, found)
        head, tail = ends_of_blocks(solid)
        marks = np.zeros(len(solid), dtype=np.int64)
        for number, line in enumerate(solid):
            if is_edge(number, len(solid)):
                marks[number] = mark_in(codes, tables, lines[line, 0], lines[line, 1])
        for number, line in enumerate(solid):
            mark = marks[number]
            if not is_edge(number, len(solid)) or (mark and np.sum(marks == mark) > 1):
                continue
            hashed, may = looked_at(codes, tables, lines[line, 0], lines[line, 1])
            if not may:
                apart = number < head or number >= tail
                if not (short and apart and _is_short(codes, tables, lines[line, 0], lines[line, 1], hashed)):
                    continue
                hashed = as_short(hashed)
            rows[size, 0], rows[size, 1] = hashed, other_of(codes, lines, found, others, line)
            owners[size] = text
            size += 1
    return rows[:size].copy(), owners[:size].copy()


@compiled
def _is_short(codes: np.ndarray, tables: Tables, begin: int, end: int, hashed: Any) -> bool:
    """Whether a line that has too few words to be learned as others are is one to be learned apart: no sentence."""
    stops = hashed & np.uint64(1)
    return not stops and end - begin <= MAX_SHORT and not is_indented(codes, tables.flags, begin)


def learn(rows: np.ndarray, documents: int, config: BoilerplateConfig) -> np.ndarray:
    """
    What a site repeats.

    Args:
        rows: What `line_hashes` gave for all documents of the site, one after another, uint64 (n, 2).
        documents: Number of these documents.
        config: How often a line must be seen.

    Returns:
        Hashes of lines, sorted, uint64.
    """
    ordered = rows[np.lexsort((rows[:, 1], rows[:, 0]))]
    first = np.ones(len(ordered), dtype=bool)
    first[1:] = (ordered[1:] != ordered[:-1]).any(axis=1)
    hashes, counts = np.unique(ordered[first, 0], return_counts=True)
    ratios = np.where(hashes & np.uint64(1), config.min_sentence_ratio, config.min_ratio)
    kinds = hashes & np.uint64(3)
    if config.min_long_sentence_ratio is not None:
        ratios[kinds == 3] = config.min_long_sentence_ratio
    if config.min_short_ratio is not None:
        ratios[kinds == 2] = config.min_short_ratio
    return hashes[counts >= np.maximum(config.min_documents, ratios * documents)]


def may_have_learned(found: Characters, learned: frozenset[int]) -> np.ndarray:
    """Which of several texts `strip_learned` may change, bool (texts,): whose first or last line is a learned one."""
    hashes = _at_ends(found.codes, found.starts, found.ends, tables())
    return np.asarray(np.isin(hashes, np.fromiter(learned, dtype=np.uint64, count=len(learned))).any(axis=1))


@compiled
def _at_ends(codes: np.ndarray, starts: np.ndarray, ends: np.ndarray, tables: Tables) -> np.ndarray:
    """Hashes of the first and the last solid line of each text, of a short one as such, uint64 (texts, 2)."""
    hashes = np.zeros((len(starts), 2), dtype=np.uint64)
    for text in range(len(starts)):
        first, last = solid_part(codes, tables.flags, starts[text], ends[text])
        if first == last:
            continue
        for side in range(2):
            begin = first if side == 0 else last - 1
            end = begin
            while begin > starts[text] and codes[begin - 1] != _NEWLINE:
                begin -= 1
            while end < ends[text] and codes[end] != _NEWLINE:
                end += 1
            hashed, may = looked_at(codes, tables, begin, end)
            hashes[text, side] = hashed if may else as_short(hashed)
    return hashes


def strip_learned(text: str, learned: frozenset[int]) -> str:
    """The text without the learned lines at its head and its tail; a document that holds nothing else is left."""
    head, body, tail = _parted(text, learned)
    return "\n".join(body).strip("\n") if head or tail else text


def stripped(text: str, learned: frozenset[int]) -> list[str]:
    """The lines that `strip_learned` takes away."""
    head, _, tail = _parted(text, learned)
    return [line for line in head + tail if line.strip()]


def _parted(text: str, learned: frozenset[int]) -> tuple[list[str], list[str], list[str]]:
    lines = text.split("\n")
    solid = [line for line in lines if line and not line.isspace()]
    at_head, at_tail = _are_learned([solid[0], solid[-1]], learned) if solid and learned else (False, False)
    start = _run(lines, learned) if at_head else 0
    end = len(lines) - (_run(lines[::-1], learned) if at_tail else 0)
    if start or end < len(lines):
        first, last = own_part(lines)
        start, end = min(start, first), max(end, last)
    return (lines[:start], lines[start:end], lines[end:]) if start < end else ([], lines, [])


def _run(lines: list[str], learned: frozenset[int]) -> int:
    """How many lines from the first on are learned ones, with the blank lines between and below them."""
    count = 0
    short = False  # lines of one word stand above, which go if a blank line or a longer learned one is below
    for number, line in enumerate(lines):
        if not line or line.isspace():
            count, short = (number, False) if short else (count, short)
            continue
        hashed, may = _look_of(line)
        if not _is_learned(line, hashed, may, learned):
            break
        if may:
            count = number + 1
        short = not may
    return count


def _are_learned(lines: Sequence[str], learned: frozenset[int]) -> list[bool]:
    hashes, _, repeat = looks_of(lines)
    looks = zip(lines, hashes.tolist(), repeat.tolist(), strict=True)
    return [_is_learned(line, hashed, may, learned) for line, hashed, may in looks]


def _look_of(line: str) -> tuple[int, bool]:
    """The hash of a line, and whether it can be boilerplate (`looks_of`)."""
    hashes, _, repeat = looks_of([line])
    return int(hashes[0]), bool(repeat[0])


def _is_learned(line: str, hashed: int, may: bool, learned: frozenset[int]) -> bool:
    """Whether a line is learned, or, where it is short, learned as a short one."""
    if may or hashed & 1 or len(line) > MAX_SHORT or line[0].isspace():
        return may and hashed in learned
    return (hashed & ~3 | 2) in learned
