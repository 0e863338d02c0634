"""
Runs of words that training text shares with test items: what a document that holds part of an item shows.

As for GPT-3 (Brown et al. 2020, app. C) an n-gram of 13 words counts, unless many documents have it: then it is a
common phrase. A Han character says less than a word, so it takes more of them; a text in both is measured in both. A
document can go for them, or lose them with a margin on both sides (`spans`, `without`), as there.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np

from llmpipe.corpus.text import CHARACTER, LETTERS, Lookup, Tokens, different, lookup, tokens_of

_MULTIPLIER = 0x9E3779B97F4A7C15  # odd: it has an inverse
_INVERSE = pow(_MULTIPLIER, -1, 2**64)
MAX_PIECES = 10  # a document that spans cut into more is the test set's own (Brown et al. 2020, app. C)


@dataclass(frozen=True, slots=True)
class Span:
    """
    A part of a document that is taken out, as it shares runs of words with test items.

    Args:
        start: First character that goes, the margin included.
        end: Character after the last that goes.
        text: The shared words, from the first run to the last.
        items: Numbers of the items that hold one of the runs, sorted.
    """

    start: int
    end: int
    text: str
    items: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Runs:
    """
    The n-grams of test items.

    Args:
        grams: Different hashes, g of them.
        entry_of: For each, where its entries begin in `items`, int64 (g + 1,).
        items: Numbers of the items that hold it, int64.
        sizes: Words an n-gram, and Han characters that are as much.
    """

    grams: Lookup
    entry_of: np.ndarray
    items: np.ndarray
    sizes: tuple[int, int]


def build(texts: Sequence[Sequence[str]], sizes: tuple[int, int], max_texts: int) -> Runs:
    """
    The n-grams of items, each given by its texts; a shorter text has none.

    What stands in more than `max_texts` different texts is a template of the tests, such as an instruction: it tells
    no item from the others.
    """
    items_with: dict[str, list[int]] = {}
    for number, parts in enumerate(texts):
        for text in dict.fromkeys(parts):
            items_with.setdefault(text, []).append(number)
    tokens = tokens_of(list(items_with))
    hashes, first, _ = ngrams(tokens, sizes)
    grams, text_of = _different(hashes, np.repeat(np.arange(len(items_with)), tokens.lengths)[first])
    _, place, counts = np.unique(grams, return_inverse=True, return_counts=True)
    telling = counts[place.reshape(-1)] <= max_texts
    grams, text_of = grams[telling], text_of[telling]
    having = list(items_with.values())
    spread = np.array([len(items) for items in having], dtype=np.int64)[text_of]
    items = [item for number in text_of.tolist() for item in having[number]]
    grams, numbers = _different(np.repeat(grams, spread), np.array(items, dtype=np.int64))
    different, begin = np.unique(grams, return_index=True)
    return Runs(lookup(different), np.append(begin, len(grams)), numbers, sizes)


def _different(hashes: np.ndarray, numbers: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Different pairs, sorted."""
    order = np.lexsort((numbers, hashes))
    hashes, numbers = hashes[order], numbers[order]
    new = np.ones(len(hashes), dtype=bool)
    new[1:] = (hashes[1:] != hashes[:-1]) | (numbers[1:] != numbers[:-1])
    return hashes[new], numbers[new]


def ngrams(tokens: Tokens, sizes: tuple[int, int]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """
    The shortest runs of tokens that have as many words, or Han characters, or as much of both together.

    One begins at each word or Han character. Signs of arithmetic belong to a run but make it no longer: rows of a
    table, or of dashes, are no text. Which tokens a run has depends on them alone, so equal texts have equal runs.

    Returns:
        Hashes, uint64; number of the first token of each, int64; number of the token after its last, int64.
    """
    words, han = sizes
    by_kind = np.zeros(CHARACTER + 1, dtype=np.int64)
    by_kind[LETTERS], by_kind[CHARACTER] = han, words  # of words * han: whole numbers for both
    size = by_kind[tokens.kinds]
    reached = np.concatenate([[0], np.cumsum(size)])
    end = np.searchsorted(reached, reached[:-1] + words * han)
    first = np.flatnonzero((end <= np.repeat(np.cumsum(tokens.lengths), tokens.lengths)) & (size > 0))
    end = end[first]
    powers, inverses = _powers(len(tokens.hashes).bit_length())
    summed = np.zeros(len(tokens.hashes) + 1, dtype=np.uint64)
    np.cumsum(tokens.hashes * inverses[: len(tokens.hashes)], out=summed[1:])
    return (summed[end] - summed[first]) * powers[first], first, end


@cache
def _powers(bits: int) -> tuple[np.ndarray, np.ndarray]:
    """Powers of the multiplier and of its inverse, from 0 on, uint64 (2**bits,) both."""
    powers = np.full((2, 2**bits), [[_MULTIPLIER], [_INVERSE]], dtype=np.uint64)
    powers[:, 0] = 1
    many, inverses = np.cumprod(powers, axis=1, dtype=np.uint64)
    return many, inverses


def hits(runs: Runs, tokens: Tokens) -> np.ndarray:
    """Which texts hold which n-grams of items: different pairs (text, number of the n-gram), int64 (h, 2), sorted."""
    if not len(runs.items):
        return np.empty((0, 2), dtype=np.int64)
    hashes, first, _ = ngrams(tokens, runs.sizes)
    where, gram = runs.grams.find(hashes)
    text = np.searchsorted(np.cumsum(tokens.lengths), first[where], side="right")
    total = len(runs.grams.hashes)
    codes = different(text * total + gram)
    return np.stack([codes // total, codes % total], axis=1)


def rare(runs: Runs, found: np.ndarray, max_documents: int) -> np.ndarray:
    """Of pairs (document, number of an n-gram), each once, those whose n-gram is in no more documents than this."""
    return found[np.bincount(found[:, 1], minlength=len(runs.grams.hashes))[found[:, 1]] <= max_documents]


def shared(runs: Runs, found: np.ndarray) -> dict[tuple[int, int], int]:
    """How many n-grams each document shares with each item, by (document, item), sorted; `found` as in `rare`."""
    spread = np.diff(runs.entry_of)[found[:, 1]]
    begin = np.repeat(runs.entry_of[found[:, 1]] - np.concatenate([[0], np.cumsum(spread)[:-1]])[: len(spread)], spread)
    items = runs.items[begin + np.arange(spread.sum())]
    pairs, counts = np.unique(np.stack([np.repeat(found[:, 0], spread), items], axis=1), axis=0, return_counts=True)
    return dict(zip(map(tuple, pairs.tolist()), counts.tolist(), strict=True))


def grams_of(found: np.ndarray) -> dict[int, list[int]]:
    """The numbers of the n-grams that each document holds, by document; `found` as in `rare`."""
    held: dict[int, list[int]] = {}
    for document, gram in found.tolist():
        held.setdefault(document, []).append(gram)
    return held


def spans(runs: Runs, text: str, grams: Collection[int], margin: int) -> list[Span]:
    """
    Where a text holds n-grams of items, and what goes with them.

    Args:
        runs: The n-grams of test items.
        text: Of the document.
        grams: Numbers of those that count.
        margin: Characters that go on each side, or up to the next end of a word after as many.

    Returns:
        Parts of the text, sorted, no two of which touch.
    """
    tokens = tokens_of([text])
    hashes, first, end = ngrams(tokens, runs.sizes)
    where, gram = runs.grams.find(hashes)
    counted = np.isin(gram, np.array(sorted(grams), dtype=np.int64))
    where, gram = where[counted], gram[counted]
    places = np.append(_origins(text)[tokens.places], len(text))
    found: list[Span] = []
    low = high = 0  # of the shared words of the last span
    shared = places[first[where]], places[end[where]], gram
    for begin, stop, number in zip(*map(np.ndarray.tolist, shared), strict=True):
        items = runs.items[runs.entry_of[number] : runs.entry_of[number + 1]].tolist()
        start, finish = _word_start(places, begin - margin), _word_end(places, stop + margin)
        if found and start <= found[-1].end:
            last = found.pop()
            start, finish, items = last.start, max(finish, last.end), [*last.items, *items]
            high = max(high, stop)
        else:
            low, high = begin, stop
        found.append(Span(start, finish, text[low:high].strip(), tuple(sorted(set(items)))))
    return found


def _origins(text: str) -> np.ndarray:
    """For each character of the case-folded text the place of the one that it comes from (ß becomes two), int64."""
    if len(text.casefold()) == len(text):
        return np.arange(len(text))
    return np.repeat(np.arange(len(text)), [len(character.casefold()) for character in text])


def _word_start(places: np.ndarray, wanted: int) -> int:
    """The start of the last token that begins there or before; 0 without one."""
    before = int(np.searchsorted(places, wanted, side="right"))
    return int(places[before - 1]) if before else 0


def _word_end(places: np.ndarray, wanted: int) -> int:
    """The start of the first token that begins there or after, or the end of the text."""
    return int(places[min(int(np.searchsorted(places, wanted)), len(places) - 1)])


def without(text: str, gone: Sequence[Span], margin: int) -> list[str]:
    """What is left of a text between spans; pieces shorter than the margin say nothing alone (as for GPT-3)."""
    edges = [0, *(edge for span in gone for edge in (span.start, span.end)), len(text)]
    pieces = [text[start:end].strip() for start, end in zip(edges[::2], edges[1::2], strict=True)]
    return [piece for piece in pieces if piece and len(piece) >= margin]
