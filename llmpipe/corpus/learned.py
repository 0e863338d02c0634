"""
Boilerplate learned from a site: lines that stand above or below the texts of many of its documents.

What the forms in `boilerplate` do not know, repetition shows. Three things guard what people write again and again:
only lines at the ends of a document count and go; copies of one document count once; and a sentence needs far more
documents than a line that is none. The turns of a dialogue and the rows of a record are no evidence.
"""

import re
from collections import Counter
from heapq import nlargest
from urllib.parse import urlsplit

import numpy as np

from llmpipe.corpus.boilerplate import MAX_CHARACTERS
from llmpipe.corpus.text import HAN, at_least, num_han, stable_hash
from llmpipe.sections.clean import BoilerplateConfig

LONG_WORDS, LONG_HAN = 6, 10  # of a long sentence
EDGE_LINES = 20  # lines at each end of a document that may be boilerplate
# Counts, days, years; a longer one identifies something. It begins with a digit, so that the search skips text fast
_NUMBER = re.compile(r"\d(?<!\d\d)\d{0,3}(?!\d)")
_WORD = rf"(?:[{HAN}]{{2}}|[^\W\d_{HAN}]{{2,}}+)"
_TWO_WORDS = re.compile(rf"{_WORD}.*?{_WORD}")
_MARK = re.compile(r"[-:：=?？|→](?:(?<!-)|>)")  # `->` and the like: between a speaker and a turn, a key and its value
_DIGIT = re.compile(r"\d")
_long = at_least(LONG_WORDS)
_STOPS, _CLOSING = frozenset(".。!！?？…;；"), "\"'”’)）」』]"


def site(document_id: str, source: str) -> str:
    """What a document's boilerplate has in common with: its source, and its host when the id is an address."""
    if not document_id.startswith(("http://", "https://")):
        return source
    try:
        host = urlsplit(document_id).hostname or ""
    except ValueError:  # a malformed address: `http://[`
        host = ""
    return f"{source} {host.removeprefix('www.')}" if host else source


def line_hashes(text: str) -> np.ndarray:
    """
    The lines at the ends of a document that its site may repeat.

    Args:
        text: A document after the repair of its characters, HTML and listed boilerplate.

    Returns:
        uint64 (n, 2): for each different line its hash (see `line_hash`), and a hash of the longest other
        lines, by which copies of a document are told.
    """
    lines = [line for line in text.split("\n") if line and not line.isspace()]
    longest = nlargest(3, set(lines), key=lambda line: (len(line), line))
    if len(longest) < 2:
        return np.empty((0, 2), dtype=np.uint64)  # a line alone stands beside no text
    edges = _edges(lines)
    marks = Counter(mark[0] for mark in map(_MARK.search, edges) if mark)
    first, second, *third = (_folded(line[:MAX_CHARACTERS]) for line in longest)
    others = {longest[0]: stable_hash(second, *third), longest[1]: stable_hash(first, *third)}
    rest = stable_hash(first, second)
    rows = []
    for line in dict.fromkeys(edges):
        mark = _MARK.search(line)
        if (mark is None or marks[mark[0]] == 1) and _may_repeat(line):
            rows.append((line_hash(line), others.get(line, rest)))
    return np.array(rows, dtype=np.uint64).reshape(len(rows), 2)


def _edges(lines: list[str]) -> list[str]:
    return lines if len(lines) <= 2 * EDGE_LINES else lines[:EDGE_LINES] + lines[-EDGE_LINES:]


def _may_repeat(line: str) -> bool:
    """Whether a line can be boilerplate: of some words, not indented as code and verse are."""
    return len(line) <= MAX_CHARACTERS and not line[0].isspace() and _TWO_WORDS.search(line) is not None


def _folded(line: str) -> str:
    return " ".join(_NUMBER.sub("0", line.casefold()).split())


def line_hash(line: str) -> int:
    """
    Of a line, its small numbers and case aside.

    The lowest bit says whether it ends as a sentence does, the next one whether that is a long sentence without digits.
    """
    found = stable_hash(_folded(line)) & ~3
    if line.rstrip().rstrip(_CLOSING)[-1:] not in _STOPS:
        return found
    return found | (3 if _is_long(line) and _DIGIT.search(line) is None else 1)


def _is_long(line: str) -> bool:
    """Whether it is long enough that people do not happen to say it twice, word for word."""
    han = num_han(line)
    return han >= LONG_HAN if han else _long(line) is not None


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
    if config.min_long_sentence_ratio is not None:
        ratios[hashes & np.uint64(2) > 0] = config.min_long_sentence_ratio
    return hashes[counts >= np.maximum(config.min_documents, ratios * documents)]


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
    start = _run(lines, learned) if learned else 0
    end = len(lines) - (_run(lines[::-1], learned) if learned else 0)
    return (lines[:start], lines[start:end], lines[end:]) if start < end else ([], lines, [])


def _run(lines: list[str], learned: frozenset[int]) -> int:
    """How many lines from the first on are learned ones, with the blank lines between and below them."""
    count = 0
    for number, line in enumerate(lines):
        if line and not line.isspace():
            if not _may_repeat(line) or line_hash(line) not in learned:
                break
            count = number + 1
    return count
