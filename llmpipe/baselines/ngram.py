"""
Interpolated Kneser-Ney n-gram language model over token ids: the floor of every bits-per-byte table.

Modified Kneser-Ney (Chen & Goodman 1998, section 3): three discounts an order, lower orders counted by
distinct left neighbours, the unigrams interpolated with the uniform distribution over the vocabulary, so
that nothing has probability 0. All in sorted arrays: an n-gram of order k is the key `context · V + token`,
where `context` is the number of its first k-1 tokens among the n-grams of order k-1.

A document is `[BOS] tokens [EOS]`. BOS is only ever a context; EOS is an event in training.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

FALLBACK_DISCOUNTS = (0.5, 1.0, 1.5)  # KenLM's, where counts are too few to estimate them
UNSEEN = -1


@dataclass(frozen=True)
class Order:
    """
    All n-grams of one order, 2 or more.

    Args:
        keys: Sorted `context · V + token`, int64 (n,).
        probabilities: p(token | context), interpolated with all lower orders, float64 (n,).
        backoffs: Weight of the lower order after each context, float64 (contexts,); 1 after one never continued.
    """

    keys: Ints
    probabilities: Floats
    backoffs: Floats


@dataclass(frozen=True)
class NgramModel:
    """`unigrams` is the probability of each token, float64 (V,); `orders` are 2, 3, ..."""

    unigrams: Floats
    orders: Sequence[Order]

    def log_probabilities(self, tokens: Ints, starts: Ints) -> Floats:
        """
        Natural log of p(token | tokens before it in its document); 0 for the first token of a document (BOS).

        Args:
            tokens: Token ids of documents, one after the other, (n,).
            starts: Position of each document's first token.
        """
        vocab_size = len(self.unigrams)
        probability = self.unigrams[tokens]
        numbers = tokens  # of the n-gram that ends at each position, of the order before
        for order in self.orders:
            contexts = np.roll(numbers, 1)  # into the document before at BOS only, and BOS is never found
            known = contexts != UNSEEN
            numbers = _find(order.keys, np.where(known, contexts * vocab_size + tokens, UNSEEN))
            backed_off = np.where(known, order.backoffs[contexts], 1.0) * probability
            probability = np.where(numbers != UNSEEN, order.probabilities[numbers], backed_off)
        logarithms = np.log(probability)
        logarithms[starts] = 0.0
        return logarithms

    def document_nats(self, documents: Sequence[Ints]) -> Floats:
        """Negative log-likelihood of each document's text tokens, (documents,): neither BOS nor EOS counts."""
        tokens, starts, lengths = _join(documents)
        logarithms = self.log_probabilities(tokens, starts)
        logarithms[starts + lengths - 1] = 0.0
        return -np.add.reduceat(logarithms, starts)


@dataclass(frozen=True)
class _Grams:
    """
    Distinct n-grams of one order, (n,) each.

    Args:
        keys: Sorted.
        counts: How often each occurs.
        suffixes: The number, in the order before, of each without its first token.
        begins: Whether it starts with BOS.
    """

    keys: Ints
    counts: NDArray[np.int32]
    suffixes: NDArray[np.int32]
    begins: NDArray[np.bool_]


def train(documents: Sequence[Ints], vocab_size: int, order: int) -> NgramModel:
    """
    Estimate a model.

    Args:
        documents: Token ids of each document, BOS first and EOS last; at least one.
        vocab_size: Ids are below it.
        order: Longest n-gram, 1 or more.
    """
    raw, grams = _count(documents, vocab_size, order)
    return _estimate(raw, grams, vocab_size)


def train_orders(documents: Sequence[Ints], vocab_size: int, order: int) -> Iterator[NgramModel]:
    """The models of order 1, 2, ... `order` from one count, one at a time; arguments as in `train`."""
    raw, grams = _count(documents, vocab_size, order)
    for longest in range(1, order + 1):
        yield _estimate(raw, grams[: longest - 1], vocab_size)


def _count(documents: Sequence[Ints], vocab_size: int, order: int) -> tuple[Ints, list[_Grams]]:
    """How often each token occurs (V,), and the n-grams of order 2 to `order`."""
    tokens, starts, _ = _join(documents)
    depth = _depth(len(tokens), starts)
    numbers = tokens
    grams: list[_Grams] = []
    for k in range(2, order + 1):
        positions = np.flatnonzero(depth >= k - 1)
        keys, counts, inverse, where = _distinct(numbers[positions - 1] * vocab_size + tokens[positions])
        ends = positions[where]
        grams.append(_Grams(keys, counts.astype(np.int32), numbers[ends].astype(np.int32), depth[ends] == k - 1))
        numbers = np.full(len(tokens), UNSEEN)
        numbers[positions] = inverse
    return np.bincount(tokens[depth > 0], minlength=vocab_size), grams


def _estimate(raw: Ints, grams: Sequence[_Grams], vocab_size: int) -> NgramModel:
    counts: Ints = np.bincount(grams[0].suffixes, minlength=vocab_size) if grams else raw
    discounts = _discounts(counts)
    unigrams = (counts - discounts + discounts.sum() / vocab_size) / counts.sum()
    lower, num_contexts = unigrams, vocab_size
    orders: list[Order] = []
    for k, gram in enumerate(grams):
        counts = gram.counts.astype(np.int64)
        if k + 1 < len(grams):  # below the highest order: distinct left neighbours; BOS has none, so raw counts
            neighbours = np.bincount(grams[k + 1].suffixes, minlength=len(gram.keys))
            counts = np.where(gram.begins, counts, neighbours)
        discounts = _discounts(counts)
        contexts = gram.keys // vocab_size
        totals = np.bincount(contexts, counts, num_contexts)
        lost = np.bincount(contexts, discounts, num_contexts)
        backoffs = np.divide(lost, totals, out=np.ones(num_contexts), where=totals > 0)
        probabilities = (counts - discounts) / totals[contexts] + backoffs[contexts] * lower[gram.suffixes]
        orders.append(Order(gram.keys, probabilities, backoffs))
        lower, num_contexts = probabilities, len(gram.keys)
    return NgramModel(unigrams, orders)


def _discounts(counts: NDArray[np.integer]) -> Floats:
    """What each count loses: D1, D2 or D3+, estimated from the numbers of n-grams seen once to four times."""
    once, twice, thrice, four = (int((counts == c).sum()) for c in (1, 2, 3, 4))
    values = FALLBACK_DISCOUNTS
    if once and twice and thrice:
        base = once / (once + 2 * twice)
        estimated = (1 - 2 * base * twice / once, 2 - 3 * base * thrice / twice, 3 - 4 * base * four / thrice)
        if all(0 < value < c for c, value in enumerate(estimated, start=1)):
            values = estimated
    return np.array([0.0, *values])[np.minimum(counts, 3)]


def _join(documents: Sequence[Ints]) -> tuple[Ints, Ints, Ints]:
    """All tokens, the position of each document's first one, and the lengths."""
    lengths = np.array([len(document) for document in documents], np.int64)
    return np.concatenate(documents).astype(np.int64), np.cumsum(lengths) - lengths, lengths


def _depth(num_tokens: int, starts: Ints) -> Ints:
    """Index of each token in its own document."""
    return np.arange(num_tokens) - np.repeat(starts, np.diff(starts, append=num_tokens))


def _distinct(keys: Ints) -> tuple[Ints, Ints, Ints, Ints]:
    """Sorted distinct keys, their counts, the number of the key at each position, and one position of each key."""
    order = np.argsort(keys)
    ordered = keys[order]
    first = np.flatnonzero(np.diff(ordered, prepend=ordered[:1] - 1))
    counts = np.diff(first, append=len(keys))
    inverse = np.empty(len(keys), np.int64)
    inverse[order] = np.repeat(np.arange(len(first)), counts)
    return ordered[first], counts, inverse, order[first]


def _find(keys: Ints, wanted: Ints) -> Ints:
    """The number of each wanted key, or `UNSEEN`."""
    if not len(keys):
        return np.full(len(wanted), UNSEEN)
    places = np.minimum(np.searchsorted(keys, wanted), len(keys) - 1)
    return np.where(keys[places] == wanted, places, UNSEEN)
