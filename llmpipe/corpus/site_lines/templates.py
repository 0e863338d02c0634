"""
Boilerplate learned from a site though its lines hold values: dates, names, counts, addresses.

`learned` takes a line that documents share word for word, small numbers aside. Here the values go before lines
are compared (`Modified October 22, 2014`, `Downloaded from press.org on 3 May 2020.`, `记者 王海波`), and a blank
line between a line and the text is evidence: a line that stands apart so counts though it is a row (`Source:
...`), or a long sentence that had numbers. What stands between two learned lines of such a block goes along, as
a name alone does that the site prints there. A short page that many share but for its values is no document. A
running head (`554 | Notes from the field`) counts within the text, too, where it stands alone.
"""

import re
from collections.abc import Sequence
from heapq import nlargest
from itertools import islice

import numpy as np

from llmpipe.corpus.characters import Characters
from llmpipe.corpus.site_lines.boilerplate import MAX_CHARACTERS
from llmpipe.corpus.site_lines.edges import EDGE_LINES, blocks_of, lines_of
from llmpipe.corpus.site_lines.looks import MAX_SHORT, looks_of, tables
from llmpipe.corpus.site_lines.own import own_part
from llmpipe.corpus.site_lines.template_keys import (
    LONGEST_GAP,
    MIN_BODY,
    RUN,
    hashes_at_ends,
    keys_of,
    page_key,
    sizes,
    template_hashes_of,
)
from llmpipe.corpus.site_lines.values import SENTENCE, forms, signs_of, without_names, without_values
from llmpipe.corpus.text import codes_of, stable_hash

MAX_GAP = 2  # lines between learned ones that go along
_RUNNING = re.compile(  # a page number, a sign and a title
    r"\W{0,3}\d{1,4}\W{0,3}?\s*[|·•—–]\s*\S.*|.*\S\s*[|·•—–]\s*\d{1,4}\W{0,3}|[-–—·•|]\s*\d{1,4}\s*[-–—·•|]\s*\S.*"
)
MIN_STRIPPED, MOST_LEFT = 2, 8  # lines of a page that go, words that are left of it: it goes whole then


def template_hashes(texts: Sequence[str]) -> tuple[np.ndarray, np.ndarray]:
    """
    The lines of documents that their sites may repeat with other values.

    Args:
        texts: Documents after the repair of their characters, HTML and listed boilerplate.

    Returns:
        As `learned.line_hashes`; no hash is one of those.
    """
    ends = np.cumsum([len(text) + 1 for text in texts], dtype=np.int64)
    rows, owners, may_run = template_hashes_of(codes_of("\n".join([*texts, ""])), ends, tables(), forms())
    runs = [(key, other, n) for n in np.flatnonzero(may_run).tolist() for key, other in _running_rows(texts[n])]
    if not runs:
        return rows, owners
    added = np.array(runs, dtype=np.uint64)
    return np.concatenate([rows, added[:, :2]]), np.concatenate([owners, added[:, 2].astype(np.int64)])


def _running_rows(text: str) -> list[tuple[int, int]]:
    """The rows of the running heads within a text."""
    lines = text.split("\n")
    rows = []
    for place in _running_places(lines):
        beside = nlargest(2, {*lines} - {lines[place]}, key=lambda line: (len(line), line))
        rows += [(key, stable_hash(*beside)) for key in _running_keys(lines[place])]
    return rows


def _running_places(lines: Sequence[str]) -> list[int]:
    """Where lines of the form of a running head stand alone within the text."""
    if "" not in lines:
        return []
    return [
        place
        for place in range(MIN_BODY, len(lines) - MIN_BODY)
        if not lines[place - 1]
        and 0 < len(lines[place]) <= LONGEST_GAP
        and not lines[place + 1].strip()
        and _RUNNING.fullmatch(lines[place])
        and not signs_of([lines[place]])[0] & SENTENCE
    ]


def _running_keys(line: str) -> list[int]:
    bare = without_values([line])
    hashes, _, may = looks_of([one or "-" for one in (*bare, *without_names(bare))])
    return [stable_hash(RUN, one) & ~3 for one, repeat in zip(hashes.tolist(), may.tolist(), strict=True) if repeat]


def may_have_templates(found: Characters, learned: frozenset[int]) -> np.ndarray:
    """
    Which of several texts `strip_templates` may change, bool (texts,).

    Those whose first line or one of the last two is a learned one, that are learned pages as a whole, or that may hold
    a running head.
    """
    known = np.fromiter(learned, dtype=np.uint64, count=len(learned))
    hashes, may_run = hashes_at_ends(found.codes, found.starts, found.ends, tables(), forms())
    return np.asarray(np.isin(hashes, known).any(axis=1) | may_run)


def strip_templates(text: str, learned: frozenset[int]) -> str:
    """
    The text without the learned lines at its ends and its learned running heads.

    Nothing of a page that has next to nothing else: what many documents of a site share as a whole is no document.
    """
    lines = text.split("\n")
    if _page_hash(text) in learned:
        return ""
    places = _running_places(lines)
    if not places and not _is_at_an_end(lines, learned):
        return text
    blocks = blocks_of(lines)
    head, tail = (blocks[0].stop, blocks[-1].start) if len(blocks) > 1 else (0, len(lines))
    start = _run(lines, head, learned, False)
    end = len(lines) - _run(lines[::-1], len(lines) - tail, learned, True)
    if start or end < len(lines):
        first, last = own_part(lines)
        start, end = min(start, first), max(end, last)
    if start >= end:
        return text if len(lines) < MIN_STRIPPED else ""
    running = {place for place in places if not learned.isdisjoint(_running_keys(lines[place]))}
    kept = [lines[place] for place in range(start, end) if place not in running]
    if len(kept) == len(lines):
        return text
    if is_little(kept, len(lines) - len(kept), text):
        return ""
    return "\n".join(kept).strip("\n")


def _page_hash(text: str) -> int:
    """What a short page is but for its values; 0 for another text."""
    codes = codes_of(text)
    return int(page_key(codes, forms(), *lines_of(codes, tables().flags, 0, len(codes))))


def _is_at_an_end(lines: Sequence[str], learned: frozenset[int]) -> bool:
    """Whether one of the first line and the last two may be a learned one."""
    first = next((line for line in lines if line and not line.isspace()), "")
    last = list(islice((line for line in reversed(lines) if line and not line.isspace()), 2))
    ends = [line for line in dict.fromkeys((first, *last)) if 0 < len(line) <= MAX_CHARACTERS]
    return any(known_lines(ends, len(ends) if "" in lines[1:-1] else 0, learned))


def is_little(kept: Sequence[str], num_stripped: int, text: str) -> bool:
    """Whether what is left of a page is nothing of its own: a few words beside twice as many that the site repeats."""
    own = _num_words("\n".join(without_values(kept)))
    return num_stripped >= MIN_STRIPPED and own <= MOST_LEFT and 3 * own <= _num_words(text)


def _num_words(text: str) -> int:
    codes = codes_of(text)
    return int(sizes(codes, forms(), lines_of(codes, tables().flags, 0, len(codes))[0]))


def _run(lines: Sequence[str], apart: int, learned: frozenset[int], after: bool) -> int:
    """
    How many lines from an end on are learned ones, with what stands between them.

    Args:
        lines: Of the text, from that end on.
        apart: Of these, how many a blank line parts from the others.
        learned: Hashes.
        after: Whether the text stands before them; a line above a learned one may be its title.
    """
    known = known_lines(lines[: 2 * EDGE_LINES], apart, learned)
    count = gap = 0
    for number, is_known in enumerate(known):
        line = lines[number]
        if not line or line.isspace():
            if gap:
                break
        elif is_known:
            count, gap = number + 1, 0
        elif (
            gap < MAX_GAP
            and len(line) <= (LONGEST_GAP if number < apart else MAX_SHORT)
            and (count or (after and not gap and number < apart))
        ):
            gap += 1
        else:
            break
    return count


def known_lines(lines: Sequence[str], apart: int, learned: frozenset[int]) -> list[bool]:
    """
    Which lines a site repeats, word for word or but for their values.

    Args:
        lines: Of a text, from one of its ends on.
        apart: Of these, how many a blank line parts from the others.
        learned: Hashes.
    """
    solid = [number for number, line in enumerate(lines) if line and not line.isspace()]
    known = [False] * len(lines)
    if not solid:
        return known
    hashes, _, may = looks_of([lines[number][: MAX_CHARACTERS + 1] for number in solid])
    for number, hashed, repeat in zip(solid, hashes.tolist(), may.tolist(), strict=True):
        known[number] = repeat and hashed in learned
    rest = [n for n in solid if not known[n] and len(lines[n]) <= MAX_CHARACTERS]
    if not rest:
        return known
    joined = codes_of("\n".join([lines[n] for n in rest]))
    keys, needs, holds = keys_of(joined, tables(), forms(), lines_of(joined, tables().flags, 0, len(joined))[0])
    for number, own, apart_only, may_hold in zip(rest, keys.tolist(), needs.tolist(), holds.tolist(), strict=True):
        if number < apart or may_hold:
            known[number] = any(
                key in learned and (number < apart or not needed) for key, needed in zip(own, apart_only, strict=True)
            )
    return known
