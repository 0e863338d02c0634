"""Generation from a list of prompts, or from one, token by token, on the engine."""

import math
from collections.abc import Iterator, Sequence, Set
from itertools import takewhile

import torch

from llmpipe.model.engine import Engine, Event, Request
from llmpipe.model.sampling import GREEDY, Sampling
from llmpipe.model.transformer import Transformer


def generate(
    model: Transformer,
    prompts: Sequence[Sequence[int]],
    *,
    max_new_tokens: int,
    stop_ids: Set[int],
    batch_size: int = 64,
    sampling: Sampling = GREEDY,
    seed: int = 0,
) -> list[list[int]]:
    """
    Continue every prompt; one that ends gives its row to the next.

    A prompt longer than the context minus `max_new_tokens` loses its oldest tokens (its first token, BOS,
    is kept); the number of new tokens is the same for every prompt.

    Returns:
        New token ids of each prompt, in the order given, without the stop token.
    """
    requests = _requests(model, prompts, max_new_tokens, stop_ids, sampling=sampling, seed=seed)
    results: list[list[int]] = [[] for _ in requests]
    for i, event in _events(model, requests, batch_size):
        if event.token is not None:
            results[i].append(event.token)
    return results


@torch.no_grad()
def recomputed(
    model: Transformer, prompts: Sequence[Sequence[int]], *, max_new_tokens: int, stop_ids: Set[int]
) -> list[list[int]]:
    """
    As `generate`, greedily, without the engine and its copy of the weights: rows are computed again for each token.

    For a model whose weights are spread over processes, which all call this and compute the same number of tokens.
    Prompts and new tokens must fit the context together.
    """
    device = model.cos.device
    rows = torch.zeros(len(prompts), max(map(len, prompts)) + max_new_tokens, dtype=torch.long, device=device)
    lengths = torch.tensor([len(prompt) for prompt in prompts], device=device)
    numbers = torch.arange(len(prompts), device=device)
    for row, prompt in zip(rows, prompts, strict=True):
        row[: len(prompt)] = torch.tensor(prompt)
    for _ in range(max_new_tokens):
        states = model.hidden(rows[:, : int(lengths.max())])  # what stands behind a shorter row, it does not see
        rows[numbers, lengths] = model.logits(states[numbers, lengths - 1]).argmax(-1)
        lengths += 1
    new = [row[len(prompt) :][:max_new_tokens].tolist() for row, prompt in zip(rows, prompts, strict=True)]
    return [list(takewhile(lambda token: token not in stop_ids, tokens)) for tokens in new]


def generate_scored(
    model: Transformer,
    prompts: Sequence[Sequence[int]],
    *,
    max_new_tokens: int,
    stop_ids: Set[int],
    batch_size: int = 64,
) -> list[tuple[list[int], float]]:
    """
    Continue every prompt greedily, and say how likely the model finds what it says.

    Returns:
        New token ids of each prompt, with the stop token that ended them if one did, and the geometric mean of their
        probabilities, 0..1.
    """
    requests = _requests(model, prompts, max_new_tokens, stop_ids, logprobs=1)
    tokens: list[list[int]] = [[] for _ in requests]
    nats: list[list[float]] = [[] for _ in requests]
    for i, event in _events(model, requests, batch_size):
        token, logprob = event.top[0]  # the likeliest, so the one that was chosen
        tokens[i].append(token)
        nats[i].append(-logprob)
    return [(said, math.exp(-sum(cost) / len(cost))) for said, cost in zip(tokens, nats, strict=True)]


def _requests(
    model: Transformer,
    prompts: Sequence[Sequence[int]],
    max_new_tokens: int,
    stop_ids: Set[int],
    *,
    sampling: Sampling = GREEDY,
    seed: int = 0,
    logprobs: int | None = None,
) -> list[Request]:
    """One for each prompt, which is cut to fit."""
    stops, context_length = frozenset(stop_ids), model.config.context_length
    fitted = [fit(prompt, context_length, max_new_tokens) for prompt in prompts]
    return [
        Request(prompt, max_new_tokens, stops, sampling, request_seed(seed, i), logprobs)
        for i, prompt in enumerate(fitted)
    ]


def _events(model: Transformer, requests: Sequence[Request], batch_size: int) -> Iterator[tuple[int, Event]]:
    """What the engine makes of requests, each with its position among them."""
    if not requests:
        return
    context = min(model.config.context_length, max(len(r.prompt) + r.max_new_tokens for r in requests))
    engine = Engine(model, max_rows=min(batch_size, len(requests)), context=context)
    # the longest first: what does not fit in memory fails now
    order = sorted(range(len(requests)), key=lambda i: (-len(requests[i].prompt), i))
    numbers = {engine.add(requests[i]): i for i in order}
    while events := engine.step():
        for event in events:
            yield numbers[event.request], event


def stream(
    model: Transformer,
    prompt: Sequence[int],
    *,
    max_new_tokens: int,
    stop_ids: Set[int],
    sampling: Sampling = GREEDY,
    seed: int = 0,
) -> Iterator[int]:
    """Continue one prompt, a token at a time; the same tokens as `generate` for the first request of a seed."""
    fitted = fit(prompt, model.config.context_length, max_new_tokens)
    engine = Engine(model, max_rows=1, context=min(model.config.context_length, len(fitted) + max_new_tokens))
    engine.add(Request(fitted, max_new_tokens, frozenset(stop_ids), sampling, request_seed(seed, 0)))
    while events := engine.step():
        for event in events:
            if event.token is not None:
                yield event.token


def fit(prompt: Sequence[int], context_length: int, max_new_tokens: int) -> list[int]:
    """The prompt, without its oldest tokens (after the first) when it leaves no room for the answer."""
    room = max(2, context_length - max_new_tokens)
    return list(prompt) if len(prompt) <= room else [prompt[0], *prompt[len(prompt) - room + 1 :]]


def request_seed(seed: int, request: int) -> int:
    """The seed of one request among those that share a seed."""
    return (seed * 2_000_003 + request) % 2**63
