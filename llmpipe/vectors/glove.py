"""
GloVe (Pennington et al. 2014): word vectors whose products are the logarithms of how often words stand near each other.

All in sparse arrays, each step over all pairs at once with Adam instead of AdaGrad pair by pair: the same objective,
no order of pairs, so the same bytes again. V words, D dimensions, P pairs of words that occur together.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

Floats = NDArray[np.float64]

LARGEST, POWER = 100.0, 0.75  # pairs with as many meetings weigh 1, rarer ones (x / LARGEST)^POWER
RATE, BETAS, EPS = 0.05, (0.9, 0.95), 1e-8
AT_ONCE = 1 << 16  # pairs whose products are computed together


def cooccurrences(documents: Sequence[NDArray[np.int64]], num_words: int, window: int) -> sparse.csr_array:
    """
    How often each word stands at most `window` places from each other one, d places apart counting 1 / d: (V, V).

    Args:
        documents: Word numbers of each document.
        num_words: V.
        window: Places to either side.
    """
    words = np.concatenate([np.zeros(0, np.int64), *documents])
    owners = np.repeat(np.arange(len(documents)), [len(document) for document in documents])
    total = sparse.csr_array((num_words, num_words), dtype=np.float64)
    for distance in range(1, window + 1):
        together = owners[:-distance] == owners[distance:]
        pair = words[:-distance][together], words[distance:][together]
        total = (
            total + sparse.coo_array((np.full(len(pair[0]), 1 / distance), pair), shape=(num_words, num_words)).tocsr()
        )
    return (total + total.T).tocsr()


def train(counts: sparse.csr_array, dim: int, steps: int, random: np.random.Generator) -> Floats:
    """The vector of each word (V, D): what it is as a word and as a neighbour, added (section 4.2); see `fit`."""
    words, neighbours, *_ = fit(counts, dim, steps, random)
    return words + neighbours


def fit(counts: sparse.csr_array, dim: int, steps: int, random: np.random.Generator) -> tuple[Floats, ...]:
    """
    Vectors w and c of words and of neighbours, (V, D) each, and their biases (V,).

    Minimise the sum over pairs of f(x) (w . c + b_w + b_c - ln x)^2.

    Args:
        counts: From `cooccurrences`.
        dim: D.
        steps: Each sees all pairs.
        random: Where vectors start.
    """
    rows, columns = np.repeat(np.arange(counts.shape[0]), np.diff(counts.indptr)), counts.indices
    weights, logarithms = np.minimum(counts.data / LARGEST, 1) ** POWER, np.log(counts.data)
    words, neighbours = (random.uniform(-0.5, 0.5, (counts.shape[0], dim)) / dim for _ in range(2))
    word_bias, neighbour_bias = (np.zeros(counts.shape[0]) for _ in range(2))
    optimizer = _Adam([words, neighbours, word_bias, neighbour_bias])
    for _ in range(steps):
        errors = word_bias[rows] + neighbour_bias[columns] - logarithms
        for start in range(0, len(rows), AT_ONCE):
            part = slice(start, start + AT_ONCE)
            errors[part] += np.einsum("pd,pd->p", words[rows[part]], neighbours[columns[part]])
        pull = sparse.csr_array((weights * errors, columns, counts.indptr), shape=counts.shape)
        optimizer.step([pull @ neighbours, pull.T @ words, pull.sum(axis=1), pull.sum(axis=0)])
    return words, neighbours, word_bias, neighbour_bias


class _Adam:
    """Adam (Kingma & Ba 2015) on arrays, in place."""

    def __init__(self, arrays: Sequence[Floats]) -> None:
        self.arrays, self.taken = arrays, 0
        self.means = [np.zeros_like(array) for array in arrays]
        self.squares = [np.zeros_like(array) for array in arrays]

    def step(self, gradients: Sequence[Floats]) -> None:
        self.taken += 1
        first, second = BETAS
        for array, gradient, mean, square in zip(self.arrays, gradients, self.means, self.squares, strict=True):
            mean += (1 - first) * (gradient - mean)
            square += (1 - second) * (gradient**2 - square)
            scale = np.sqrt(square / (1 - second**self.taken)) + EPS
            array -= RATE * mean / (1 - first**self.taken) / scale
