"""
How the next token is chosen from its scores.

Letters: B rows, V vocab_size.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

CANDIDATES = 64  # looked at first for top-p; nearly always the nucleus is among them, and nothing else is sorted


@dataclass(frozen=True)
class Sampling:
    """
    How to choose the next token.

    The order is that of transformers: repetition penalty, temperature, then top-k, top-p and min-p, each on what
    the one before has left.

    Args:
        temperature: Divides the scores; 0 takes the likeliest token.
        top_k: Keep this many likeliest tokens; 0: all.
        top_p: Keep the fewest likeliest tokens that hold this share of the probability (Holtzman et al. 2020,
            arXiv:1904.09751); 1: all.
        min_p: Drop tokens less likely than this share of the likeliest one (Nguyen et al. 2024, arXiv:2407.01082).
        repetition_penalty: Divides positive scores, and multiplies negative ones, of tokens that prompt or answer
            hold already (Keskar et al. 2019, arXiv:1909.05858); 1: none.
    """

    temperature: float = 0.0
    top_k: int = 0
    top_p: float = 1.0
    min_p: float = 0.0
    repetition_penalty: float = 1.0


GREEDY = Sampling()


def draws(seed: int, count: int) -> Tensor:
    """The random numbers of one request, float32 (count) in [0, 1): one for each of its tokens, and no one else's."""
    return torch.rand(count, generator=torch.Generator().manual_seed(seed % 2**63))


def penalize(logits: Tensor, seen: Tensor, penalty: float) -> Tensor:
    """Scores (B, V) with those of tokens in `seen`, bool (B, V), made less likely."""
    return torch.where(seen, torch.where(logits > 0, logits / penalty, logits * penalty), logits)


def choose(logits: Tensor, sampling: Sampling, uniform: Tensor) -> Tensor:
    """
    The next token of each row.

    A row takes the first of its tokens, likeliest first or by number, whose cumulated probability exceeds its draw:
    what it gets depends on its own scores and draw alone.

    Args:
        logits: Scores (B, V), penalized already.
        sampling: The same for all rows.
        uniform: A draw of each row, in [0, 1) (B).

    Returns:
        Token ids, int64 (B).
    """
    if sampling.temperature <= 0:
        return logits.argmax(-1)
    scores = logits.float() / sampling.temperature
    probabilities, token_ids = _candidates(scores, sampling)
    if sampling.top_p < 1:  # the first token always stays
        probabilities = probabilities.where(probabilities.cumsum(-1) - probabilities < sampling.top_p, 0.0)
    if sampling.min_p > 0:
        least = sampling.min_p * probabilities.amax(-1, keepdim=True)
        probabilities = probabilities.where(probabilities >= least, 0.0)
    cumulated = probabilities.double().cumsum(-1)
    place = torch.searchsorted(cumulated, uniform.to(cumulated)[:, None] * cumulated[:, -1:], right=True)
    return (place if token_ids is None else token_ids.gather(-1, place)).squeeze(-1)


def _candidates(scores: Tensor, sampling: Sampling) -> tuple[Tensor, Tensor | None]:
    """Probabilities (B, C) and token ids of what can be drawn, likeliest first; ids are None for all by number."""
    vocab_size = scores.shape[-1]
    if sampling.top_k:
        kept, token_ids = scores.topk(min(sampling.top_k, vocab_size))
        return kept.softmax(-1), token_ids
    if sampling.top_p == 1:
        return scores.softmax(-1), None
    total = scores.logsumexp(-1, keepdim=True)
    kept, token_ids = scores.topk(min(CANDIDATES, vocab_size))
    probabilities = (kept - total).exp()
    if bool((probabilities.sum(-1) < sampling.top_p).any()):
        kept, token_ids = scores.sort(-1, descending=True)
        probabilities = (kept - total).exp()
    return probabilities, token_ids


def grouped(samplings: Sequence[Sampling]) -> dict[Sampling, list[int]]:
    """Rows that choose alike, so that one call serves them."""
    groups: dict[Sampling, list[int]] = {}
    for row, sampling in enumerate(samplings):
        groups.setdefault(sampling, []).append(row)
    return groups
