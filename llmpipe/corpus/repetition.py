"""
How much of a text repeats: lines, paragraphs and n-grams of words (Rae et al. 2021, table A1).

N-grams grow word by word: what repeats as n words repeats as n - 1 words, so each length looks only at the places that
the one before left, and groups them by exact numbers instead of hashes.
"""

from collections.abc import Sequence
from functools import cached_property

import numpy as np

from llmpipe.corpus.compiled import compiled
from llmpipe.corpus.word_arrays import numbered


def duplicate_ratio(parts: Sequence[str]) -> float:
    """Share of lines or paragraphs that stood before in the text."""
    return 1 - len(set(parts)) / len(parts) if parts else 0.0


def duplicate_character_ratio(parts: Sequence[str]) -> float:
    """Share of the characters of lines or paragraphs in those that stood before."""
    total = sum(map(len, parts))
    return 1 - sum(map(len, dict.fromkeys(parts))) / total if total else 0.0


LONGEST = 10  # words of an n-gram
REPEATED, COVERED, MOST, FIRST, LETTERS = range(5)  # columns of `levels`


class Ngrams:
    """
    The n-grams of a text that occur more than once.

    Args:
        numbers: The words, equal ones with equal numbers from 0 on, int64 (num_words,).
        lengths: Characters of each word, int64 (num_words,).
    """

    def __init__(self, numbers: np.ndarray, lengths: np.ndarray) -> None:
        self._numbers = numbers
        self._lengths = lengths
        self._vocabulary = int(numbers.max(initial=-1)) + 1
        places = _repeated(numbers, self._vocabulary)
        # of each length: where n-grams that repeat begin, in order, and numbers that equal ones share
        self._levels = [(places, numbers[places])]

    def counts(self, n: int) -> np.ndarray:
        """How often each n-gram that repeats occurs, int64; of no defined order."""
        counts = np.bincount(self._level(n)[1])
        return counts[counts > 0]

    def duplicate_characters(self, n: int) -> int:
        """
        Characters in n-grams that occurred before.

        As in Rae et al. none counts twice: after a repeated n-gram the search goes on behind it.
        """
        places, groups = self._level(n)
        if not len(places):
            return 0
        return int(_duplicate_characters(places, groups, self._before, n))

    @cached_property
    def _before(self) -> np.ndarray:
        """Characters before each word, and all, int64 (num_words + 1,)."""
        return np.concatenate([[0], np.cumsum(self._lengths)])

    def _level(self, n: int) -> tuple[np.ndarray, np.ndarray]:
        while len(self._levels) < n:
            places, groups = self._levels[-1]
            self._levels.append(_grown(places, groups, self._numbers, len(self._levels), self._vocabulary))
        return self._levels[n - 1]


@compiled
def _repeated(numbers: np.ndarray, vocabulary: int) -> np.ndarray:
    """Places of the words that occur more than once, int64."""
    counts = np.zeros(vocabulary, dtype=np.int64)
    for number in numbers:
        counts[number] += 1
    places = np.empty(len(numbers), dtype=np.int64)
    size = 0
    for place in range(len(numbers)):
        if counts[numbers[place]] > 1:
            places[size] = place
            size += 1
    return places[:size].copy()


@compiled
def _covered_characters(places: np.ndarray, before: np.ndarray, n: int) -> int:
    total = end = 0
    for place in places:
        total += before[place + n] - max(before[place], end)
        end = before[place + n]
    return total


@compiled
def _duplicate_characters(places: np.ndarray, groups: np.ndarray, before: np.ndarray, n: int) -> int:
    seen = np.zeros(groups.max() + 1, dtype=np.bool_)
    total = free = 0
    for number in range(len(places)):
        place, group = places[number], groups[number]
        if place < free:
            continue
        if seen[group]:
            total += before[place + n] - before[place]
            free = place + n
        seen[group] = True
    return total


@compiled
def _grown(
    places: np.ndarray, groups: np.ndarray, numbers: np.ndarray, n: int, vocabulary: int
) -> tuple[np.ndarray, np.ndarray]:
    """Places and groups of the n-grams of n + 1 words that repeat, from those of n words, all int64."""
    begins = np.empty(len(places), dtype=np.int64)
    keys = np.empty(len(places), dtype=np.uint64)
    size = 0
    for number in range(len(places) - 1):
        if places[number + 1] - places[number] == 1:  # where the next n-gram repeats, too
            begins[size] = places[number]
            keys[size] = groups[number] * vocabulary + numbers[places[number] + n]
            size += 1
    found, counts, _ = numbered(keys[:size])
    kept = 0
    for number in range(size):
        if counts[found[number]] > 1:
            begins[kept], found[kept] = begins[number], found[number]
            kept += 1
    return begins[:kept].copy(), found[:kept].copy()


@compiled
def levels(numbers: np.ndarray, vocabulary: int, lengths: np.ndarray) -> np.ndarray:
    """
    How much n-grams repeat.

    Args:
        numbers: The words, equal ones with equal numbers from 0 on, int64 (num_words,).
        vocabulary: How many numbers there are.
        lengths: Characters of each word, int64 (num_words,).

    Returns:
        int64 (LONGEST + 1, 5): for n words how many n-grams repeat, all occurrences; the characters in them, first
        ones included, no less than `Ngrams.duplicate_characters` of n and more; how often the most frequent one occurs,
        of equals the first (1 if none repeats), its first word, and the characters of its words.
    """
    table = np.zeros((LONGEST + 1, 5), dtype=np.int64)
    table[:, MOST] = 1
    before = np.zeros(len(lengths) + 1, dtype=np.int64)
    for word in range(len(lengths)):
        before[word + 1] = before[word] + lengths[word]
    places = _repeated(numbers, vocabulary)
    groups = numbers[places]
    for n in range(1, LONGEST + 1):
        if n > 1:
            places, groups = _grown(places, groups, numbers, n - 1, vocabulary)
        if not len(places):
            break
        counts = np.zeros(groups.max() + 1, dtype=np.int64)
        for group in groups:
            counts[group] += 1
        first = 0
        for number in range(len(places)):
            if counts[groups[number]] > counts[groups[first]]:
                first = number
        table[n, REPEATED] = len(places)
        table[n, COVERED] = _covered_characters(places, before, n)
        table[n, MOST] = counts[groups[first]]
        table[n, FIRST] = places[first]
        table[n, LETTERS] = before[places[first] + n] - before[places[first]]
    return table
