"""
Passages by BM25 (Robertson et al. 1994), with the sums of the library `bm25s` (Lù 2024).

The variant is Lucene's: a word adds idf · tf / (tf + k1 (1 - b + b · length / mean length)), which stays below idf.
"""

import math
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, islice

import bm25s
import numpy as np

from llmpipe.retrieval.passages import Passage
from llmpipe.retrieval.words import words

RARITY = 3
DIGITS = 4  # scores are rounded, so that another order of a sum cannot change the order of passages


@dataclass(frozen=True, slots=True)
class Hit:
    """
    A passage that shares words with the question.

    Args:
        passage: What was found.
        score: BM25; comparable between passages of one question only.
    """

    passage: Passage
    score: float


class Index:
    """
    Passages ready to be searched; of two with equal scores the first one comes first.

    Args:
        passages: What is searched.
        k1: How much a word that a passage repeats adds.
        b: How much the length of a passage takes away, 0..1.
        known: Texts that are not searched, but count for how rare a word is: where there are a few passages only, a
            word that none of them has is no rarer than a name that one has.
    """

    def __init__(self, passages: Sequence[Passage], k1: float, b: float, known: Iterable[str] = ()) -> None:
        self.passages = passages
        sets = [set(words(text)) for text in known]
        self._num_known, self._known = len(sets), Counter(chain.from_iterable(sets))
        self._vocabulary: dict[str, int] = {}
        vocabulary = self._vocabulary
        ids = [[vocabulary.setdefault(w, len(vocabulary)) for w in words(passage.text)] for passage in passages]
        self._bm25 = bm25s.BM25(k1=k1, b=b, method="lucene")
        if vocabulary:
            self._bm25.index((ids, vocabulary), show_progress=False)
            self._frequencies = np.diff(self._bm25.scores["indptr"])  # passages that have a word, (words,)

    def ranked(self, question: str) -> Iterator[Hit]:
        """All passages that share a word with the question, the best first."""
        known = sorted({self._vocabulary[word] for word in words(question) if word in self._vocabulary})
        if not known:
            return
        scores = np.round(self._bm25.get_scores_from_ids(known), DIGITS)
        found = np.flatnonzero(scores > 0)
        for i in found[np.argsort(-scores[found], kind="stable")]:
            yield Hit(self.passages[i], round(float(scores[i]), DIGITS))

    def search(self, question: str, count: int) -> list[Hit]:
        """The best `count` passages; fewer when fewer share a word with the question."""
        return list(islice(self.ranked(question), count))

    def coverage(self, question: str, text: str) -> float:
        """
        Share of the question's rare words that a text holds, 0..1: each word counts as the cube of its idf.

        The cube lets a name outweigh the words around it. One that no passage has counts most of all.
        """
        weights = {word: self._idf(word) ** RARITY for word in sorted(set(words(question)))}
        held = set(words(text))
        covered, total = (sum(w for word, w in weights.items() if word in kind) for kind in (held, weights))
        return round(covered / total, DIGITS) if total else 0.0

    def _idf(self, word: str) -> float:
        """How rare a word is: ln(1 + (N - n + .5) / (n + .5)) for n of N passages and known texts."""
        frequency = int(self._frequencies[self._vocabulary[word]]) if word in self._vocabulary else 0
        frequency += self._known[word]
        return math.log(1 + (len(self.passages) + self._num_known - frequency + 0.5) / (frequency + 0.5))
