"""Generation from a list of prompts, or from one, token by token, on the engine."""

from collections.abc import Iterator, Sequence, Set

from llmpipe.model.engine import Engine, Request
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
    fitted = [fit(prompt, model.config.context_length, max_new_tokens) for prompt in prompts]
    if not fitted:
        return []
    context = min(model.config.context_length, max(map(len, fitted)) + max_new_tokens)
    engine = Engine(model, max_rows=min(batch_size, len(fitted)), context=context)
    # the longest first: what does not fit in memory fails now
    order = sorted(range(len(fitted)), key=lambda i: (-len(fitted[i]), i))
    stops = frozenset(stop_ids)
    numbers = {engine.add(Request(fitted[i], max_new_tokens, stops, sampling, request_seed(seed, i))): i for i in order}
    results: list[list[int]] = [[] for _ in fitted]
    while events := engine.step():
        for event in events:
            if event.token is not None:
                results[numbers[event.request]].append(event.token)
    return results


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
