"""How well passages are found: recall at k and the mean reciprocal rank, from the rank of the first that supports."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from llmpipe.metrics import results, statistics
from llmpipe.metrics.answers import Floats, mean
from llmpipe.records import Score


def recall_at(ranks: Sequence[int | None], k: int, signature: str) -> Score:
    """
    Share of questions with a supporting passage among the best k, with Wilson's interval.

    Args:
        ranks: Of the first supporting passage, from 1; None: not found.
        k: Passages looked at.
        signature: What a question was searched in.
    """
    found, n = sum(rank is not None and rank <= k for rank in ranks), len(ranks)
    low, high = statistics.wilson(found, n)
    return results.rounded(Score(f"recall@{k}", found / n, low, high, "ratio", f"{signature}|ci:wilson", n))


def reciprocal_rank(
    ranks: Sequence[int | None], depth: int, signature: str, *, resamples: int, key: tuple[Any, ...]
) -> Score:
    """Mean of 1 / rank, 0 for passages behind `depth`, with a bootstrap interval."""
    measured = mean(reciprocals(ranks, depth))
    signature = f"{signature}|depth:{depth}"
    return results.plain("mrr", measured, unit="ratio", signature=signature, resamples=resamples, key=key)


def reciprocals(ranks: Sequence[int | None], depth: int) -> Floats:
    """1 / rank of each question, (n,)."""
    return np.array([1 / rank if rank is not None and rank <= depth else 0.0 for rank in ranks])
