"""
Runs of words that training text shares with test items: what a document that holds part of an item shows.

As for GPT-3 (Brown et al. 2020, app. C) an n-gram of 13 words counts, unless many documents have it: then it is a
common phrase. In texts of Han characters it takes more, as a character says less than a word.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from llmpipe.corpus.text import ngram_hashes, num_han, token_hashes


@dataclass(frozen=True, slots=True)
class Runs:
    """
    The n-grams of test items.

    Args:
        grams: Different hashes, sorted, uint64 (g,).
        entry_of: For each, where its entries begin in `items`, int64 (g + 1,).
        items: Numbers of the items that hold it, int64.
        sizes: Tokens an n-gram, in texts of words and in texts of Han characters.
    """

    grams: np.ndarray
    entry_of: np.ndarray
    items: np.ndarray
    sizes: tuple[int, int]


def build(texts: Sequence[Sequence[str]], sizes: tuple[int, int]) -> Runs:
    """The n-grams of items, each given by its texts; a text of fewer tokens has none."""
    flat = [text for parts in texts for text in parts]
    item_of = np.repeat(np.arange(len(texts)), [len(parts) for parts in texts])
    grams, part = _grams(flat, sizes)
    entries = np.unique(np.stack([grams, item_of[part].astype(np.uint64)], axis=1), axis=0)
    different, first = np.unique(entries[:, 0], return_index=True)
    return Runs(different, np.append(first, len(entries)), entries[:, 1].astype(np.int64), sizes)


def _grams(texts: Sequence[str], sizes: tuple[int, int]) -> tuple[np.ndarray, np.ndarray]:
    """n-gram hashes of texts, uint64, and the text of each, int64."""
    numbers, lengths = token_hashes(texts)
    han = np.array([2 * num_han(text) > length for text, length in zip(texts, lengths, strict=True)], dtype=bool)
    found, origin = [np.empty(0, dtype=np.uint64)], [np.empty(0, dtype=np.int64)]
    for n, wanted in zip(sizes, (~han, han), strict=True):
        hashes, offsets = ngram_hashes(numbers, lengths, n)
        text = np.repeat(np.arange(len(texts)), np.diff(offsets))
        usable = (wanted & (lengths >= n))[text]
        found.append(hashes[usable])
        origin.append(text[usable])
    return np.concatenate(found), np.concatenate(origin)


def hits(runs: Runs, texts: Sequence[str]) -> np.ndarray:
    """Which texts hold which n-grams of items: different pairs (text, number of the n-gram), int64 (h, 2), sorted."""
    if not len(runs.grams):
        return np.empty((0, 2), dtype=np.int64)
    grams, text = _grams(texts, runs.sizes)
    place = np.minimum(np.searchsorted(runs.grams, grams), len(runs.grams) - 1)
    found = runs.grams[place] == grams
    return np.unique(np.stack([text[found], place[found]], axis=1), axis=0)


def shared(runs: Runs, found: np.ndarray, max_documents: int) -> dict[tuple[int, int], int]:
    """
    How many n-grams each document shares with each item, those of more than `max_documents` documents left out.

    Args:
        runs: Of the items.
        found: Pairs (document, number of an n-gram), each once, int64 (h, 2).
        max_documents: An n-gram in more is a common phrase.
    """
    holders = np.bincount(found[:, 1], minlength=len(runs.grams))
    counts: dict[tuple[int, int], int] = {}
    for document, gram in found[holders[found[:, 1]] <= max_documents].tolist():
        for item in runs.items[runs.entry_of[gram] : runs.entry_of[gram + 1]].tolist():
            counts[document, item] = counts.get((document, item), 0) + 1
    return counts
