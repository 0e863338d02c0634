"""Beam search: the likeliest whole answer that can be found, where greedy decoding takes the likeliest next token."""

import torch

from llmpipe.model.decode import Rows
from llmpipe.model.generate import fit
from llmpipe.model.transformer import Transformer

LENGTH_PENALTY = 0.6  # Wu et al. 2016 found 0.6 to 0.7 best


def beam_search(
    model: Transformer,
    prompt: list[int],
    *,
    beams: int,
    max_new_tokens: int,
    stop_ids: frozenset[int],
) -> list[int]:
    """
    The best answer that `beams` partial answers, kept side by side, lead to.

    An answer ends when its stop token is among the `beams` best continuations, or at `max_new_tokens`. Its score is
    its log-likelihood divided by ((5 + length) / 6) ** `LENGTH_PENALTY` (Wu et al. 2016, arXiv:1609.08144, equation
    14), the stop token counted. The search ends when nothing unfinished can still win.

    Returns:
        New token ids, without the stop token.
    """
    tokens = fit(prompt, model.config.context_length, max_new_tokens)
    steps = min(max_new_tokens, model.config.context_length - len(tokens))
    rows = Rows(model, beams, len(tokens) + steps)
    nats = rows.append([tokens]).log_softmax(-1)  # of each partial answer and next token (rows, V)
    answers: list[list[int]] = [[]]
    finished: list[tuple[float, list[int]]] = []
    for length in range(1, steps + 1):
        best = nats.flatten().topk(min(nats.numel(), (1 + max(1, len(stop_ids))) * beams))
        unfinished: list[tuple[float, int, int]] = []
        for rank, (total, place) in enumerate(zip(best.values.tolist(), best.indices.tolist(), strict=True)):
            row, token = divmod(place, nats.shape[1])
            if token in stop_ids or length == steps:
                if rank < beams:
                    answer = answers[row] if token in stop_ids else [*answers[row], token]
                    finished.append((total / _penalty(length), answer))
            elif len(unfinished) < beams:
                unfinished.append((total, row, token))
        finished = sorted(finished, key=lambda scored: -scored[0])[:beams]
        if not unfinished:
            break
        if len(finished) == beams and unfinished[0][0] / _penalty(steps) <= finished[-1][0]:
            break
        totals, parents, chosen = zip(*unfinished, strict=True)
        answers = [[*answers[row], token] for row, token in zip(parents, chosen, strict=True)]
        rows.select(parents)
        scores = rows.advance(torch.tensor(chosen, device=nats.device))
        nats = scores.log_softmax(-1) + torch.tensor(totals, device=nats.device)[:, None]
    return finished[0][1]


def _penalty(length: int) -> float:
    return float(((5 + length) / 6) ** LENGTH_PENALTY)
