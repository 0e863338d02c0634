"""
How much of a text repeats: lines, paragraphs and n-grams of words (Rae et al. 2021, table A1).

N-grams grow word by word: what repeats as n words repeats as n - 1 words, so each length looks only at the places that
the one before left, and groups them by exact numbers instead of hashes.
"""

from collections.abc import Sequence

import numpy as np


def duplicate_ratio(parts: Sequence[str]) -> float:
    """Share of lines or paragraphs that stood before in the text."""
    return 1 - len(set(parts)) / len(parts) if parts else 0.0


def duplicate_character_ratio(parts: Sequence[str]) -> float:
    """Share of the characters of lines or paragraphs in those that stood before."""
    total = sum(map(len, parts))
    return 1 - sum(map(len, dict.fromkeys(parts))) / total if total else 0.0


class Ngrams:
    """
    The n-grams of a text that occur more than once.

    Args:
        numbers: The words, equal ones with equal numbers from 0 on, int64 (num_words,).
        lengths: Characters of each word, int64 (num_words,).
    """

    def __init__(self, numbers: np.ndarray, lengths: np.ndarray) -> None:
        self._numbers = numbers
        self._before = np.concatenate([[0], np.cumsum(lengths)])  # characters before each word
        counts = np.bincount(numbers)
        self._vocabulary = len(counts)
        places = np.flatnonzero(counts[numbers] > 1)
        # of each length: where n-grams that repeat begin, in order, and numbers that equal ones share
        self._levels = [(places, numbers[places])]
        self._covered: dict[int, int] = {}

    def counts(self, n: int) -> np.ndarray:
        """How often each n-gram that repeats occurs, int64; of no defined order."""
        counts = np.bincount(self._level(n)[1])
        return counts[counts > 0]

    def num_repeated(self, n: int) -> int:
        """Number of n-grams, all occurrences of those that repeat; no more of n + 1 words than of n."""
        return len(self._level(n)[0])

    def top(self, n: int) -> tuple[int, int]:
        """How often the most frequent n-gram occurs and its first word, of equals the first; (1, 0) if none repeats."""
        places, groups = self._level(n)
        if not len(places):
            return 1, 0
        counts = np.bincount(groups)[groups]
        first = int(counts.argmax())
        return int(counts[first]), int(places[first])

    def duplicate_characters(self, n: int) -> int:
        """
        Characters in n-grams that occurred before.

        As in Rae et al. none counts twice: after a repeated n-gram the search goes on behind it.
        """
        places, groups = self._level(n)
        if not len(places):
            return 0
        seen: set[int] = set()
        taken: list[int] = []
        free = 0
        for place, group in zip(places.tolist(), groups.tolist(), strict=True):
            if place < free:
                continue
            if group in seen:
                taken.append(place)
                free = place + n
            else:
                seen.add(group)
        found = np.array(taken, dtype=np.int64)
        return int((self._before[found + n] - self._before[found]).sum())

    def covered_characters(self, n: int) -> int:
        """Characters in n-grams that repeat, first ones included: no less than `duplicate_characters` of n and more."""
        if n not in self._covered:
            places = self._level(n)[0]
            starts, ends = self._before[places], self._before[places + n]
            np.maximum(starts[1:], ends[:-1], out=starts[1:])
            self._covered[n] = int((ends - starts).sum())
        return self._covered[n]

    def _level(self, n: int) -> tuple[np.ndarray, np.ndarray]:
        while len(self._levels) < n:
            places, groups = self._levels[-1]
            here = np.flatnonzero(places[1:] - places[:-1] == 1)  # where the next n-gram repeats, too
            if len(here) < 2:
                self._levels.append((places[:0], groups[:0]))
                continue
            begins = places[here]
            keys = groups[here] * self._vocabulary + self._numbers[begins + len(self._levels)]
            order = keys.argsort()
            ordered = keys[order]
            new = np.empty(len(keys) + 1, dtype=bool)
            new[0] = new[-1] = True
            np.not_equal(ordered[1:], ordered[:-1], out=new[1:-1])
            numbered = np.empty(len(keys), dtype=np.int64)
            numbered[order] = new[:-1].cumsum() - 1
            repeats = np.empty(len(keys), dtype=bool)
            repeats[order] = ~(new[:-1] & new[1:])  # not alone in its group
            self._levels.append((begins[repeats], numbered[repeats]))
        return self._levels[n - 1]
