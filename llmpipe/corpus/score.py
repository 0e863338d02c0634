"""
A quality score learned from examples: how much a text is like the good ones, 0..1.

Logistic regression on hashed words and pairs of words (Han characters one each), as in the quality classifiers of GPT-3
(Brown et al. 2020, app. A) and CCNet's successors. Small, deterministic, and as good as its examples.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from llmpipe.corpus.text import different, share_hash, token_hashes
from llmpipe.errors import DataError

if TYPE_CHECKING:  # most runs need no score, and importing costs a second
    from scipy import sparse
    from sklearn.linear_model import LogisticRegression

BUCKETS = 2**18  # of the hashed vocabulary
HELD_OUT = 0.2  # of the examples, to see whether the score tells them apart
MIN_EXAMPLES = 20  # of each kind


@dataclass(frozen=True)
class Model:
    """
    Weights of the hashed vocabulary.

    Args:
        weights: float64 (BUCKETS,).
        bias: Of the decision.
        accuracy: Share of held-out examples on the right side of 0.5, both kinds weighing the same.
        held_out: Number of them.
    """

    weights: np.ndarray
    bias: float
    accuracy: float
    held_out: int


def features(texts: Sequence[str]) -> "sparse.csr_matrix":
    """Which words and pairs of words each text has, each row of length 1, (n, BUCKETS)."""
    from scipy import sparse

    numbers, lengths = token_hashes(texts)
    rows, columns = [], []
    for row, (start, length) in enumerate(zip(np.cumsum(lengths) - lengths, lengths, strict=True)):
        words = numbers[start : start + length]
        found = different(np.concatenate([words, words[:-1] * np.uint64(31) + words[1:]]) % np.uint64(BUCKETS))
        rows.append(np.full(len(found), row))
        columns.append(found.astype(np.int64))
    row_of, column_of = np.concatenate([*rows, []]).astype(np.int64), np.concatenate([*columns, []]).astype(np.int64)
    sizes = np.maximum(np.bincount(row_of, minlength=len(texts)), 1)
    values = 1 / np.sqrt(sizes[row_of])
    return sparse.csr_matrix((values, (row_of, column_of)), shape=(len(texts), BUCKETS))


def train(good: Sequence[str], bad: Sequence[str], seed: int) -> Model:
    """
    Learn from examples, and test on a share of them that a hash holds out.

    Raises:
        DataError: There are too few examples to learn from.
    """
    if min(len(good), len(bad)) < MIN_EXAMPLES:
        raise DataError(
            f"clean.quality_model has {len(good)} good and {len(bad)} bad examples; "
            f"give at least {MIN_EXAMPLES} of each."
        )
    texts, labels = [*good, *bad], np.array([1] * len(good) + [0] * len(bad))
    held = np.array([share_hash(seed, "quality", text) < HELD_OUT for text in texts])
    matrix = features(texts)
    tested = _fit(matrix[~held], labels[~held])
    right = (tested.predict(matrix[held]) == labels[held]) if held.any() else np.zeros(0, dtype=bool)
    sides = [right[labels[held] == label].mean() for label in (0, 1) if (labels[held] == label).any()]
    final = _fit(matrix, labels)
    return Model(final.coef_[0], float(final.intercept_[0]), float(np.mean(sides or [0.0])), int(held.sum()))


def _fit(matrix: "sparse.csr_matrix", labels: np.ndarray) -> "LogisticRegression":
    from sklearn.linear_model import LogisticRegression

    # the dual is a loop over examples; other solvers sum in the order of the linear algebra library's threads
    model = LogisticRegression(
        C=10.0, class_weight="balanced", max_iter=1000, solver="liblinear", dual=True, random_state=0
    )
    return model.fit(matrix, labels)


def scores(model: Model, texts: Sequence[str]) -> np.ndarray:
    """The score of each text, 0..1, float64 (n,)."""
    return np.asarray(1 / (1 + np.exp(-(features(texts) @ model.weights + model.bias))))
