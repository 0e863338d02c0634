"""
Generation: a preallocated key/value cache, left padding, length-sorted batches; finished rows leave the batch.

Random draws are keyed by (seed, request), so what a request gets does not depend on its neighbours.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from llmpipe.model.transformer import Cache, Transformer


@dataclass(frozen=True)
class Sampling:
    """How to choose the next token: temperature 0 is greedy; top_k 0 and top_p 1 are off."""

    temperature: float = 0.0
    top_k: int = 0
    top_p: float = 1.0


GREEDY = Sampling()


def choose(logits: Tensor, sampling: Sampling, generators: Sequence[torch.Generator]) -> Tensor:
    """
    The next token of each row.

    Args:
        logits: Scores (B, V).
        sampling: Temperature, top-k, top-p (Holtzman et al. 2020, arXiv:1904.09751).
        generators: One for each row.

    Returns:
        Token ids, int64 (B).
    """
    if sampling.temperature <= 0:
        return logits.argmax(-1)
    scores, order = (logits.float() / sampling.temperature).sort(-1, descending=True)
    probabilities = scores.softmax(-1)
    keep = probabilities.cumsum(-1) - probabilities < sampling.top_p  # the first token always stays
    if sampling.top_k:
        keep[:, sampling.top_k :] = False
    probabilities = probabilities.where(keep, 0.0)
    drawn = [
        torch.multinomial(row, 1, generator=generator)
        for row, generator in zip(probabilities.cpu(), generators, strict=True)
    ]
    return order.gather(-1, torch.stack(drawn).to(order.device)).squeeze(-1)


@torch.inference_mode()
def generate(
    model: Transformer,
    prompts: Sequence[Sequence[int]],
    *,
    max_new_tokens: int,
    stop_ids: set[int],
    pad_id: int,
    batch_size: int = 64,
    sampling: Sampling = GREEDY,
    seed: int = 0,
) -> list[list[int]]:
    """
    Continue every prompt.

    A prompt longer than the context minus `max_new_tokens` loses its oldest tokens (its first token, BOS,
    is kept); the number of new tokens is the same for every prompt.

    Returns:
        New token ids of each prompt, in the order given, without the stop token.
    """
    if not prompts:
        return []
    results: list[list[int]] = [[] for _ in prompts]
    order = sorted(range(len(prompts)), key=lambda i: (len(prompts[i]), i))
    for first in range(0, len(order), batch_size):
        rows = order[first : first + batch_size]
        fitted = [fit(prompts[i], model.config.context_length, max_new_tokens) for i in rows]
        generators = [_generator(seed, i) for i in rows] if sampling.temperature > 0 else []
        for i, tokens in zip(
            rows, _batch(model, fitted, max_new_tokens, stop_ids, pad_id, sampling, generators), strict=True
        ):
            results[i] = tokens
    return results


def fit(prompt: Sequence[int], context_length: int, max_new_tokens: int) -> list[int]:
    """The prompt, without its oldest tokens (after the first) when it leaves no room for the answer."""
    room = max(2, context_length - max_new_tokens)
    return list(prompt) if len(prompt) <= room else [prompt[0], *prompt[len(prompt) - room + 1 :]]


def _generator(seed: int, request: int) -> torch.Generator:
    return torch.Generator().manual_seed((seed * 2_000_003 + request) % 2**63)


def _batch(
    model: Transformer,
    prompts: list[list[int]],
    max_new_tokens: int,
    stop_ids: set[int],
    pad_id: int,
    sampling: Sampling,
    generators: list[torch.Generator],
) -> list[list[int]]:
    device = next(model.parameters()).device
    longest = max(map(len, prompts))
    size = min(model.config.context_length, longest + max_new_tokens)
    inputs = torch.tensor([[pad_id] * (longest - len(p)) + p for p in prompts], device=device)
    segments = None
    if any(len(p) < longest for p in prompts):
        padding = torch.tensor([longest - len(p) for p in prompts], device=device)
        segments = torch.where(torch.arange(size, device=device) < padding[:, None], -1, 0)
    cache = model.new_cache(len(prompts), size)
    outputs: list[list[int]] = [[] for _ in prompts]
    alive = list(range(len(prompts)))
    for step in range(size - longest):
        logits = model.logits(model.hidden(inputs, segments, cache)[:, -1])
        tokens = choose(logits, sampling, [generators[i] for i in alive] if generators else [])
        kept = []
        for row, (i, token) in enumerate(zip(alive, tokens.tolist(), strict=True)):
            if token not in stop_ids:
                outputs[i].append(token)
                kept.append(row)
        if not kept or step + 1 == size - longest:
            break
        if len(kept) < len(alive):
            alive = [alive[row] for row in kept]
            index = torch.tensor(kept, device=device)
            cache.keep(index)
            tokens = tokens[index]
            segments = None if segments is None else segments[index]
        inputs = tokens[:, None]
    return outputs


@torch.inference_mode()
def stream(
    model: Transformer,
    prompt: Sequence[int],
    *,
    max_new_tokens: int,
    stop_ids: set[int],
    sampling: Sampling = GREEDY,
    seed: int = 0,
) -> Iterator[int]:
    """Continue one prompt, a token at a time; the same tokens as `generate` for the first request of a seed."""
    tokens = fit(prompt, model.config.context_length, max_new_tokens)
    cache: Cache = model.new_cache(1, min(model.config.context_length, len(tokens) + max_new_tokens))
    inputs = torch.tensor([tokens], device=next(model.parameters()).device)
    generators = [_generator(seed, 0)]
    for _ in range(cache.keys[0].shape[2] - len(tokens)):
        logits = model.logits(model.hidden(inputs, None, cache)[:, -1])
        token = int(choose(logits, sampling, generators))
        if token in stop_ids:
            return
        yield token
        inputs = torch.tensor([[token]], device=inputs.device)
