"""
Words and sentences without a space between them: `thewelldatesfrom`, `ended.The`.

A long word that hardly a document has is parted where its parts are likeliest (Norvig 2009, with pairs backed off as in
Brants et al. 2007): all must be words of the corpus, or names that a capital begins, and most must be neighbours that
other documents have. What stands in an address, in code, or begins most of its parts with capitals, stays.
"""

import math
import re
from collections.abc import Collection

from llmpipe.corpus.vocabulary.counts import Vocabulary
from llmpipe.corpus.vocabulary.looks import (
    FEW,
    MAX_LONG,
    MAX_PIECE,
    MIN_LONG,
    MIN_PIECES,
    RARE,
    least_of,
    may_be_pieces,
)
from llmpipe.corpus.vocabulary.parts import own_words

_MIN_KNOWN_PAIRS = 0.5
_MAX_CAPITALS = 0.4  # of the pieces behind the first; more are a name of a program
_RUNS = re.compile(rf"(?<![\w@#/\\=\-])[A-Za-z0-9][A-Za-z0-9'’]{{{MIN_LONG - 1},}}(?![@/_(=]|\.[a-z])")
_MEAN_FOUND = 2.5  # letters of a piece of the likeliest path
_NAME = 1.1  # nats that each letter of a name costs
_SINGLE = frozenset("aAIOoy")  # letters that are words, in English, French and Spanish
_BACKOFF = math.log(0.4)
_STOP = re.compile(r"(?<![\w@/.])([\w'’\-]*[a-z0-9])([.?!])(?=([A-Z][a-z]*)(?![.@/(_\w]))")
_SPACED_STOP = re.compile(r"[a-z0-9][.?!] [A-Z]")
_MARK = re.compile(r"[,;:\])](?=[A-Za-z])")
_OPENED = re.compile(r"(?<=\w)\(")
_NAMES = re.compile(r"(?<=[a-z])(?=[A-Z][a-z]{2})")
_OFTEN = 0.02  # of the documents: what begins sentences
_MIN_GLUED = 2


def words_glued(text: str, vocabulary: Vocabulary, min_ratio: float) -> str:
    """The text with spaces between such words, and behind the marks among them."""
    if not vocabulary.latin:
        return text
    runs = [match[0] for match in _RUNS.finditer(text) if len(match[0]) <= MAX_LONG]
    counts = vocabulary.of_words(runs)
    if not any(count <= FEW and may_be_pieces(run, vocabulary) for run, count in zip(runs, counts, strict=True)):
        return text
    own = own_words(text)
    lines = []
    for line in text.split("\n"):
        parts = re.split(r"(\s+)", line)
        lines.append("".join(_chunk(part, own, vocabulary) if len(part) >= MIN_LONG else part for part in parts))
    return "\n".join(lines)


def _chunk(chunk: str, own: set[str], vocabulary: Vocabulary) -> str:
    """What stands between two spaces: words and marks."""
    if "://" in chunk or "www." in chunk or "@" in chunk:
        return chunk
    changed = False

    def parted(match: re.Match[str]) -> str:
        nonlocal changed
        (count,) = vocabulary.of_words([match[0]])
        pieces = pieces_of(match[0], vocabulary, own) if count <= FEW and len(match[0]) <= MAX_LONG else []
        changed |= bool(pieces)
        return " ".join(pieces) or match[0]

    found = _RUNS.sub(parted, chunk)
    if not changed:
        return chunk
    return _NAMES.sub(" ", _OPENED.sub(" (", _MARK.sub(lambda match: match[0] + " ", found)))


def pieces_of(run: str, vocabulary: Vocabulary, own: Collection[str] = ()) -> list[str]:
    """A run of letters in words, those that its text has elsewhere among them; or none."""
    if not may_be_pieces(run, vocabulary):
        return []
    spans = [
        (i, j) for i in range(len(run)) for j in range(i + 1, min(len(run), i + MAX_PIECE) + 1) if _may_be(run, i, j)
    ]
    counts = dict(zip(spans, vocabulary.of_words([run[i:j] for i, j in spans]), strict=True))
    least = [least_of(size, RARE * vocabulary.latin) for size in range(MAX_PIECE + 1)]
    known = {
        span: max(count, FEW)
        for span, count in counts.items()
        if count >= least[span[1] - span[0]] or run[slice(*span)].isdigit() or run[slice(*span)].lower() in own
    }
    names = {
        span: 1
        for span in spans
        if run[span[0]].isupper() and run[span[0] : span[1]].isalpha() and span[1] - span[0] > 2
    }
    choices = names | known
    begins: dict[int, list[tuple[int, int]]] = {}
    for span in choices:
        begins.setdefault(span[0], []).append(span)
    pairs = [(left, right) for left in choices for right in begins.get(left[1], ())]
    together = dict(
        zip(pairs, vocabulary.of_pairs([(run[slice(*left)], run[slice(*right)]) for left, right in pairs]), strict=True)
    )
    path = _likeliest(run, choices, known, together, begins, vocabulary.latin)
    return [run[slice(*span)] for span in path] if _is_prose(run, path, known, together) else []


def _may_be(run: str, start: int, end: int) -> bool:
    """Whether a word may begin and end there: not beside an apostrophe, no capital inside, digits alone."""
    part = run[start:end]
    if part[0] in "'’" or part[-1] in "'’" or (end < len(run) and run[end] in "'’"):
        return False
    if any(map(str.isdigit, part)):
        whole = (start == 0 or not run[start - 1].isdigit()) and (end == len(run) or not run[end].isdigit())
        return part.isdigit() and whole
    return part[1:].islower() or part in _SINGLE


def _likeliest(
    run: str,
    choices: dict[tuple[int, int], int],
    known: dict[tuple[int, int], int],
    together: dict[tuple[tuple[int, int], tuple[int, int]], int],
    begins: dict[int, list[tuple[int, int]]],
    documents: int,
) -> list[tuple[int, int]]:
    """The spans of the words whose product of likelihoods is the largest (Viterbi), or none."""

    def alone(span: tuple[int, int]) -> float:
        if span in known:
            return math.log(max(known[span], 1) / documents)
        return math.log(1 / documents) - _NAME * (span[1] - span[0])  # a name: the longer, the less likely

    best: dict[tuple[int, int], tuple[float, tuple[int, int] | None]] = {}
    for span in sorted(choices):
        if span[0] == 0:
            best[span] = (alone(span), None)
            continue
    ends: dict[int, list[tuple[int, int]]] = {}
    for span in choices:
        ends.setdefault(span[1], []).append(span)
    for start in sorted(begins):
        for span in begins[start]:
            if start == 0:
                continue
            found: tuple[float, tuple[int, int] | None] | None = None
            for left in ends.get(start, ()):
                if left not in best:
                    continue
                count = together.get((left, span), 0)
                step = math.log(count / max(choices[left], count)) if count else _BACKOFF + alone(span)
                score = best[left][0] + step
                if found is None or score > found[0]:
                    found = (score, left)
            if found is not None:
                best[span] = found
    last = max((span for span in ends.get(len(run), ()) if span in best), key=lambda span: best[span][0], default=None)
    path: list[tuple[int, int]] = []
    while last is not None:
        path.append(last)
        last = best[last][1]
    return path[::-1]


def _is_prose(
    run: str,
    path: list[tuple[int, int]],
    known: dict[tuple[int, int], int],
    together: dict[tuple[tuple[int, int], tuple[int, int]], int],
) -> bool:
    if len(path) < MIN_PIECES or len(run) < _MEAN_FOUND * len(path):
        return False
    neighbours = list(zip(path, path[1:], strict=False))
    met = sum(together.get(pair, 0) > 0 for pair in neighbours)
    capitals = sum(run[start].isupper() for start, _ in path[1:])
    names = sum(span not in known for span in path)
    return (
        met >= _MIN_KNOWN_PAIRS * (len(neighbours) - 2 * names)
        and met >= min(2, len(path) - names - 3)
        and 3 * names <= len(path)
        and capitals <= _MAX_CAPITALS * (len(path) - 1)
    )


def sentences_glued(text: str, vocabulary: Vocabulary, min_ratio: float) -> str:
    """The text with a space behind stops that another sentence follows at once."""
    found = [match for match in _STOP.finditer(text) if match[1].count(".") == 0]
    if not found or not vocabulary.latin:
        return text
    left = vocabulary.of_words([match[1] for match in found])
    right = vocabulary.of_words([match[3] for match in found])
    own = own_words(text)
    known = [
        match
        for match, first, second in zip(found, left, right, strict=True)
        if first >= FEW and (second >= FEW or match[3].lower() in own)
    ]
    frequent = sum(second >= _OFTEN * vocabulary.latin for second in right)
    if not (frequent or len(known) >= _MIN_GLUED) or len(known) <= len(_SPACED_STOP.findall(text)) // 2:
        return text
    if len(known) < _MIN_GLUED and (len(found) > 1 or left[0] <= RARE * vocabulary.latin):
        return text
    chosen = {match.start() for match in (found if 2 * len(known) >= len(found) or frequent >= _MIN_GLUED else known)}
    return _STOP.sub(lambda m: f"{m[1]}{m[2]} " if m.start() in chosen else m[0], text)
