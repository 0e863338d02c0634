"""
Boilerplate learned from a site: lines that stand above or below the texts of many of its documents.

What the forms in `boilerplate` do not know, repetition shows. Three things guard what people write again and again:
only lines at the ends of a document count and go; copies of one document count once; and a sentence needs far more
documents than a line that is none. The turns of a dialogue and the rows of a record are no evidence. A line of one word
(`1 2 3 ... Next`, `Advertisement`) says less than others, and counts and goes only where blank lines part it from the
text.
"""

import re
from collections import Counter
from collections.abc import Sequence
from functools import cache
from heapq import nlargest
from typing import Any
from urllib.parse import urlsplit

import numpy as np

from llmpipe.corpus.characters import Characters
from llmpipe.corpus.compiled import compiled
from llmpipe.corpus.site_lines.boilerplate import MAX_CHARACTERS
from llmpipe.corpus.site_lines.own import own_part
from llmpipe.corpus.text import codes_of, mix_one, stable_hash
from llmpipe.corpus.word_arrays import (
    ALPHABETIC,
    APOSTROPHE,
    CASED,
    CONSONANT,
    DIGIT,
    HAN,
    LETTER,
    MARK,
    WHITE,
    flags_with,
    folds,
    num_words,
    solid_part,
)
from llmpipe.sections.clean import BoilerplateConfig

LONG_WORDS, LONG_HAN = 6, 10  # of a long sentence
EDGE_LINES = 20  # lines at each end of a document that may be boilerplate
_STOP, _CLOSING, _MARK = ALPHABETIC, CONSONANT, MARK  # bits that have no use here
_HYPHEN, _GREATER = ord("-"), ord(">")  # `->` and the like: between a speaker and a turn, a key and its value
_NEWLINE = 10
_BLANK = re.compile(r"\n[^\S\n]*\n")
MAX_SHORT = 40  # characters of a line of one word
_LONG_NUMBER = 4  # digits and one more
_BASE = np.uint64(0x9E3779B97F4A7C15)  # of the polynomial that hashes a line: odd, from the golden ratio


def site(document_id: str, source: str) -> str:
    """What a document's boilerplate has in common with: its source, and its host when the id is an address."""
    if not document_id.startswith(("http://", "https://")):
        return source
    try:
        host = urlsplit(document_id).hostname or ""
    except ValueError:  # a malformed address: `http://[`
        host = ""
    return f"{source} {host.removeprefix('www.')}" if host else source


def line_hashes(text: str, short: bool = False) -> np.ndarray:
    """
    The lines at the ends of a document that its site may repeat.

    Args:
        text: A document after the repair of its characters, HTML and listed boilerplate.
        short: Also lines of one word that stand apart from the text.

    Returns:
        uint64 (n, 2): for each different line its hash (see `looks_of`), and a hash of the longest other lines,
        by which copies of a document are told.
    """
    lines = [line for line in text.split("\n") if line and not line.isspace()]
    longest = nlargest(3, set(lines), key=lambda line: (len(line), line))
    if len(longest) < 2:
        return np.empty((0, 2), dtype=np.uint64)  # a line alone stands beside no text
    edges = _edges(lines)
    hashes, signs, repeat = looks_of([*edges, *(line[:MAX_CHARACTERS] for line in longest)])
    marks = Counter(signs[: len(edges)].tolist())
    first, second, *third = hashes[len(edges) :].tolist()
    others = {longest[0]: stable_hash(second, *third), longest[1]: stable_hash(first, *third)}
    rest = stable_hash(first, second)
    rows = {
        line: (one, others.get(line, rest))
        for line, one, sign, may in zip(edges, hashes.tolist(), signs.tolist(), repeat.tolist(), strict=False)
        if may and (not sign or marks[sign] == 1)
    }
    if short:
        apart = _apart(text)
        rows |= {
            line: (_as_short(one), others.get(line, rest))
            for line, one, sign, may in zip(edges, hashes.tolist(), signs.tolist(), repeat.tolist(), strict=False)
            if line in apart and _is_short(line, one, may) and (not sign or marks[sign] == 1)
        }
    return np.array(list(rows.values()), dtype=np.uint64).reshape(len(rows), 2)


def _apart(text: str) -> frozenset[str]:
    """The lines above the first blank line and below the last one; none where no text is left."""
    blocks = [block for block in _BLANK.split(text.strip("\n")) if block.strip()]
    return frozenset([*blocks[0].split("\n"), *blocks[-1].split("\n")]) if len(blocks) > 1 else frozenset()


def _is_short(line: str, hashed: int, may: bool) -> bool:
    """Whether a line has too few words to be learned as others are, and is no sentence."""
    return not may and not hashed & 1 and len(line) <= MAX_SHORT and not line[0].isspace()


def _as_short(hashed: int) -> int:
    """The hash of a line of one word: that of a long line without the end of a sentence, which no other is."""
    return hashed & ~3 | 2


def _edges(lines: list[str]) -> list[str]:
    return lines if len(lines) <= 2 * EDGE_LINES else lines[:EDGE_LINES] + lines[-EDGE_LINES:]


def looks_of(lines: Sequence[str]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """
    What is to be known of lines, blank ones or others.

    Returns:
        Of each a hash, small numbers and case aside, whose lowest bit says whether it ends as a sentence does and the
        next one whether that is a long sentence without digits, uint64 (n,); the sign in it that may part a speaker
        and a turn, a key and its value, 0 for none, int64 (n,); whether it can be boilerplate: of some words, not
        long, not indented as code and verse are, bool (n,).
    """
    joined = "\n".join([*lines, ""])
    hashes, marks, repeat, told = _looked(codes_of(joined), _flags(), folds(), len(lines))
    if not told:  # a character is several in folded case
        hashes = _looked(codes_of(joined.casefold()), _flags(), folds(), len(lines))[0]
    return hashes, marks, repeat


@cache
def _flags() -> np.ndarray:
    signs = {_STOP: ".。!！?？…;；", _CLOSING: "\"'”’)）」』]", _MARK: "-:：=?？|→"}
    return flags_with(LETTER | HAN | APOSTROPHE | DIGIT | WHITE, signs)


@compiled
def _looked(
    codes: np.ndarray, flags: np.ndarray, folds: np.ndarray, num_lines: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray, bool]:
    """What `looks_of` returns, of lines that each end with a line end; and whether all could be folded."""
    hashes = np.empty(num_lines, dtype=np.uint64)
    marks = np.zeros(num_lines, dtype=np.int64)
    repeat = np.zeros(num_lines, dtype=np.bool_)
    told = True
    begin = 0
    for line in range(num_lines):
        end = begin
        while codes[end] != _NEWLINE:
            end += 1
        for place in range(begin, end):
            if flags[codes[place]] & _MARK and (codes[place] != _HYPHEN or codes[place + 1] == _GREATER):
                marks[line] = codes[place]
                break
        hashes[line], repeat[line], whole = _looked_at(codes, flags, folds, begin, end)
        told &= whole
        begin = end + 1
    return hashes, marks, repeat, told


@compiled
def _looked_at(codes: np.ndarray, flags: np.ndarray, folds: np.ndarray, begin: int, end: int) -> tuple[Any, bool, bool]:
    """The hash of a line, whether it can be boilerplate, and whether it could be folded (`looks_of`)."""
    repeat = False
    if 0 < end - begin <= MAX_CHARACTERS and not flags[codes[begin]] & WHITE:
        repeat = _has_two_words(codes, flags, begin, end)
    hashed, told = _hash(codes, flags, folds, begin, end)
    last = end
    while last > begin and flags[codes[last - 1]] & WHITE:
        last -= 1
    while last > begin and flags[codes[last - 1]] & _CLOSING:
        last -= 1
    stops = last > begin and flags[codes[last - 1]] & _STOP
    long = stops != 0 and _is_long(codes, flags, begin, end)
    kinds = np.uint64(long) << np.uint64(1) | np.uint64(stops != 0)
    return hashed >> np.uint64(2) << np.uint64(2) | kinds, repeat, told


@compiled
def _has_two_words(codes: np.ndarray, flags: np.ndarray, begin: int, end: int) -> bool:
    """Whether there are two runs of two letters and more, or pairs of Han characters."""
    words = size = 0
    before = 0
    for place in range(begin, end):
        flag = flags[codes[place]]
        kind = HAN if flag & HAN else LETTER if flag & LETTER and not flag & DIGIT else 0
        size = size + 1 if kind and kind == before else 1
        before = kind
        words += kind != 0 and (size == 2 if kind == LETTER else size % 2 == 0)
    return words >= 2


@compiled
def _is_long(codes: np.ndarray, flags: np.ndarray, begin: int, end: int) -> bool:
    """Whether a sentence without digits is so long that people do not happen to say it twice, word for word."""
    han = 0
    for place in range(begin, end):
        if flags[codes[place]] & DIGIT:
            return False
        han += flags[codes[place]] & HAN != 0
    return han >= LONG_HAN if han else num_words(codes, flags, begin, end) >= LONG_WORDS


@compiled
def _hash(codes: np.ndarray, flags: np.ndarray, folds: np.ndarray, begin: int, end: int) -> tuple[int, bool]:
    """
    A polynomial of a line in folded case, its white space as single spaces, its numbers of up to four digits as 0.

    Counts, days and years differ from page to page; a longer number identifies something.
    """
    total, told, waiting = np.uint64(0), True, False
    place = begin
    while place < end:
        code = codes[place]
        flag = flags[code]
        place += 1
        if flag & WHITE:
            waiting = True
            continue
        if waiting and total:
            total = total * _BASE + np.uint64(32)
        waiting = False
        if flag & DIGIT:
            stop = place
            while stop < end and flags[codes[stop]] & DIGIT:
                stop += 1
            if stop - place < _LONG_NUMBER:
                code, place = np.uint32(48), stop
            else:
                while place < stop:  # all but the last digit
                    total = total * _BASE + np.uint64(code)
                    code = codes[place]
                    place += 1
        elif code < CASED:
            told &= folds[code] != 0 or code == 0
            code = folds[code]
        total = total * _BASE + np.uint64(code)
    return mix_one(total), told


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
    hashes, may = _at_ends(found.codes, found.starts, found.ends, _flags(), folds())
    return np.array(
        [
            untold or _is_in(first, head, learned) or _is_in(last, tail, learned)
            for (first, last), (head, tail, untold) in zip(hashes.tolist(), may.tolist(), strict=True)
        ],
        dtype=bool,
    )


def _is_in(hashed: int, may: bool, learned: frozenset[int]) -> bool:
    """Whether a line is learned, or, where it is short, learned as a short one."""
    return (hashed if may else _as_short(hashed)) in learned


@compiled
def _at_ends(
    codes: np.ndarray, starts: np.ndarray, ends: np.ndarray, flags: np.ndarray, folds: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """
    The first and the last line of each text that is not blank.

    Returns:
        Their hashes, uint64 (texts, 2); whether each can be boilerplate, and whether one could not be told, bool
        (texts, 3).
    """
    hashes = np.zeros((len(starts), 2), dtype=np.uint64)
    may = np.zeros((len(starts), 3), dtype=np.bool_)
    for text in range(len(starts)):
        first, last = solid_part(codes, flags, starts[text], ends[text])
        if first == last:
            continue
        for side in range(2):
            begin = first if side == 0 else last - 1
            end = begin
            while begin > starts[text] and codes[begin - 1] != _NEWLINE:
                begin -= 1
            while end < ends[text] and codes[end] != _NEWLINE:
                end += 1
            hashes[text, side], may[text, side], told = _looked_at(codes, flags, folds, begin, end)
            may[text, 2] |= not told
    return hashes, may


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
    return _is_in(hashed, may, learned) and (may or _is_short(line, hashed, may))
