"""
Exact and near duplicates, on arrays: hashes and MinHash signatures, never all texts at once.

Candidate pairs share a band of their signatures (locality-sensitive hashing; Broder 1997, Leskovec et al. ch. 3), are
checked by the exact Jaccard similarity of their n-gram sets, and join clusters by union-find. Within clusters documents
are visited by rank (hash of the id): one that is near a kept one is removed. So a removed document always has a kept
near copy, chains of weak resemblance do not swallow a family, and the order of the input does not matter.
"""

from collections.abc import Callable, Iterable

import numpy as np

from llmpipe.corpus.compiled import compiled
from llmpipe.corpus.text import different, mix, shingles, tokens_of

RECALL = 0.95  # of pairs at the threshold, by the formula of the S-curve
LEADERS = 16  # documents of a band's bucket that all others are compared with
SLACK = 0.2  # a candidate whose estimated similarity is this far below the threshold is not checked exactly
_GREATEST = np.uint64(2**64 - 1)
SHORT = 12  # n-grams: a set this small changes much when one word does


def signatures(hashes: np.ndarray, offsets: np.ndarray, num_hashes: int) -> np.ndarray:
    """
    MinHash signatures of several texts at once.

    Args:
        hashes: n-gram hashes of all texts, uint64.
        offsets: Where each text begins, int64 (texts + 1,); a text without n-grams gets a signature of its own kind.
        num_hashes: Length of a signature.

    Returns:
        uint32 (texts, num_hashes).
    """
    random = np.random.Generator(np.random.Philox(key=20210401))
    factors = random.integers(1, 2**63, num_hashes, dtype=np.uint64) * np.uint64(2) + np.uint64(1)
    return _signatures(hashes, offsets, factors)


@compiled
def _signatures(hashes: np.ndarray, offsets: np.ndarray, factors: np.ndarray) -> np.ndarray:
    result = np.empty((len(offsets) - 1, len(factors)), dtype=np.uint32)
    least = np.empty(len(factors), dtype=np.uint64)
    for text in range(len(offsets) - 1):
        least[:] = _GREATEST
        for place in range(offsets[text], offsets[text + 1]):
            for column in range(len(factors)):  # multiply-shift (Dietzfelbinger 1997), the shift of the least only
                least[column] = min(least[column], hashes[place] * factors[column])
        for column in range(len(factors)):
            result[text, column] = least[column] >> np.uint64(32)
    return result


def rows_per_band(num_hashes: int, threshold: float) -> int:
    """The longest band with which pairs at the threshold are still found with probability `RECALL`."""
    best = 1
    for rows in range(1, num_hashes + 1):
        if 1 - (1 - threshold**rows) ** (num_hashes // rows) >= RECALL:
            best = rows
    return best


def band_pairs(columns: np.ndarray, kept: np.ndarray, ranks: np.ndarray) -> np.ndarray:
    """
    Pairs of documents with the same hashes in a band.

    Args:
        columns: The band's hashes, uint32 (rows, n).
        kept: Documents to look at, bool (n,).
        ranks: Rank of each document, int64 (n,), all different.

    Returns:
        `left * n + right` of each pair, the smaller rank left, int64, sorted.
    """
    count = len(kept)
    members = np.flatnonzero(kept)
    by_rank = members[np.argsort(ranks[members], kind="stable")]
    keys = np.zeros(len(by_rank), dtype=np.uint64)
    for number, column in enumerate(columns):
        keys = mix(keys ^ column[by_rank].astype(np.uint64)) + np.uint64(number)
    order = np.argsort(keys, kind="stable")  # stable: inside a bucket the ranks still rise
    return different(_bucket_pairs(keys[order], by_rank[order], count))


def _bucket_pairs(keys: np.ndarray, members: np.ndarray, count: int) -> np.ndarray:
    first = np.flatnonzero(np.concatenate([[True], keys[1:] != keys[:-1]]))
    sizes = np.diff(np.concatenate([first, [len(keys)]]))
    start = np.repeat(first, sizes)
    place = np.arange(len(keys)) - start  # 0 for the leader of a bucket
    pairs = []
    for leader in range(int(min(LEADERS, sizes.max(initial=1) - 1))):
        later = np.flatnonzero(place > leader)
        pairs.append(members[start[later] + leader] * count + members[later])
    return np.concatenate(pairs) if pairs else np.empty(0, dtype=np.int64)


def gram_set(text: str, n: int, n_han: int) -> np.ndarray:
    """The different n-gram hashes of a text, sorted, uint64; `n_han` tokens long where it is mostly Han characters."""
    return different(shingles(tokens_of([text]), n, n_han)[0])


def jaccard(left: np.ndarray, right: np.ndarray) -> float:
    """Jaccard similarity of two sorted sets."""
    common = len(np.intersect1d(left, right, assume_unique=True))
    return common / max(1, len(left) + len(right) - common)


def verified(
    pairs: np.ndarray, read: Callable[[int], str], n: int, n_han: int, threshold: float
) -> list[tuple[int, int, float]]:
    """
    The pairs whose exact similarity reaches the threshold, with it.

    Args:
        pairs: int64 (pairs, 2), sorted by the first column.
        read: The text of a document by its index.
        n: Tokens an n-gram.
        n_han: The same in a text that is mostly Han characters.
        threshold: Jaccard similarity. Short texts need more, as their n-grams are few: see `needed`.
    """
    result: list[tuple[int, int, float]] = []
    sets: dict[int, np.ndarray] = {}

    def grams(index: int) -> np.ndarray:
        if index not in sets:
            if len(sets) > 20000:
                sets.clear()
            sets[index] = gram_set(read(index), n, n_han)
        return sets[index]

    for left, right in pairs.tolist():
        one, other = grams(left), grams(right)
        similarity = jaccard(one, other)
        if similarity >= needed(min(len(one), len(other)), threshold):
            result.append((left, right, similarity))
    return result


def needed(size: int, threshold: float) -> float:
    """
    The similarity that makes near duplicates of texts with `size` n-grams.

    In a text of one sentence another name is another fact, though most n-grams stay; so the threshold rises for texts
    with fewer than `SHORT` n-grams, up to 1.
    """
    return threshold if size >= SHORT else threshold + (1 - threshold) * (1 - size / SHORT)


class Clusters:
    """Union-find over documents 0..n-1."""

    def __init__(self, count: int) -> None:
        self._parent = np.arange(count)

    def find(self, index: int) -> int:
        """The representative of a document's cluster."""
        root = index
        while self._parent[root] != root:
            root = int(self._parent[root])
        while self._parent[index] != root:
            self._parent[index], index = root, int(self._parent[index])
        return root

    def join(self, one: int, other: int) -> None:
        """Put two documents into one cluster."""
        one, other = self.find(one), self.find(other)
        self._parent[max(one, other)] = min(one, other)


def exact_copies(keys: np.ndarray, ranks: np.ndarray, usable: np.ndarray) -> dict[int, int]:
    """
    Documents with the key of another one, each with the copy that is kept: the one of the smallest rank.

    Args:
        keys: Content hashes, uint64 (n, 2).
        ranks: int64 (n,), all different.
        usable: Documents to look at, bool (n,).
    """
    index = np.flatnonzero(usable)
    order = index[np.lexsort((ranks[index], keys[index, 1], keys[index, 0]))]
    same = (keys[order][1:] == keys[order][:-1]).all(axis=1)
    copies: dict[int, int] = {}
    kept = -1
    for place, document in enumerate(order.tolist()):
        if place == 0 or not same[place - 1]:
            kept = document
        else:
            copies[document] = kept
    return copies


def near_copies(pairs: Iterable[tuple[int, int, float]], ranks: np.ndarray) -> dict[int, tuple[int, float]]:
    """
    Documents to remove, each with the kept document it is near to and their similarity.

    Args:
        pairs: Verified pairs.
        ranks: int64 (n,), all different; the smallest of a cluster is always kept.
    """
    neighbours: dict[int, list[tuple[int, float]]] = {}
    for left, right, similarity in pairs:
        neighbours.setdefault(left, []).append((right, similarity))
        neighbours.setdefault(right, []).append((left, similarity))
    removed: dict[int, tuple[int, float]] = {}
    for document in sorted(neighbours, key=lambda index: int(ranks[index])):
        kept = [
            (other, s) for other, s in neighbours[document] if ranks[other] < ranks[document] and other not in removed
        ]
        if kept:
            removed[document] = max(kept, key=lambda item: (item[1], -int(ranks[item[0]])))
    return removed
