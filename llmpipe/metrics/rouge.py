"""
ROUGE-1, -2 and -L of token lists, with the values of rouge_score, digit for digit.

rouge_score fills a table of n × m cells in Python for the longest common subsequence. Here a row of the table is one
integer of m bits, and Python's own arithmetic does a row in a few operations (Hyyrö 2004, after Crochemore 2001).
"""

from collections import Counter
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

MATCHES = "0.1.2"  # the version of rouge_score whose values these are


def unigrams(reference: Sequence[str], hypothesis: Sequence[str]) -> float:
    """F-measure of single tokens."""
    return _overlap(Counter(reference), Counter(hypothesis))


def bigrams(reference: Sequence[str], hypothesis: Sequence[str]) -> float:
    """F-measure of pairs of neighbours."""
    return _overlap(Counter(pairwise(reference)), Counter(pairwise(hypothesis)))


def longest(reference: Sequence[str], hypothesis: Sequence[str]) -> float:
    """F-measure of the longest common subsequence; 0 when one side is empty."""
    if not reference or not hypothesis:
        return 0.0
    length = common_subsequence(reference, hypothesis)
    return _f_measure(length / len(hypothesis), length / len(reference))


def common_subsequence(first: Sequence[str], other: Sequence[str]) -> int:
    """
    Length of the longest common subsequence.

    Bit i of `row` is 0 where the length grows at token i of `first`; a token of `other` updates all of them at once.
    """
    places: dict[str, int] = {}
    for i, token in enumerate(first):
        places[token] = places.get(token, 0) | (1 << i)
    full = (1 << len(first)) - 1
    row = full
    for token in other:
        if matched := row & places.get(token, 0):
            row = ((row + matched) | (row - matched)) & full
    return len(first) - row.bit_count()


def _overlap(reference: Counter[Any], hypothesis: Counter[Any]) -> float:
    matched = sum(min(count, hypothesis[gram]) for gram, count in reference.items())
    return _f_measure(matched / max(hypothesis.total(), 1), matched / max(reference.total(), 1))


def _f_measure(precision: float, recall: float) -> float:
    return 2 * precision * recall / (precision + recall) if precision + recall > 0 else 0.0
