"""How likely a model finds a text: log-probabilities of its tokens, with the likeliest alternatives."""

from collections.abc import Sequence

import torch

from llmpipe.model.transformer import Transformer

POSITIONS = 128  # scored at a time: logits of a whole text in a large vocabulary would be hundreds of megabytes


@torch.inference_mode()
def score(
    model: Transformer, tokens: Sequence[int], top: int
) -> tuple[list[float], list[tuple[tuple[int, float], ...]]]:
    """
    Log-probabilities of each token after the first, given those before it.

    Args:
        model: In evaluation mode.
        tokens: Token ids, at least one, at most the context.
        top: How many of the likeliest tokens to name at each position.

    Returns:
        Nats of the tokens, and (token id, nats) of the likeliest ones, likeliest first; one less than tokens.
    """
    device = next(model.parameters()).device
    inputs = torch.tensor([list(tokens)], device=device)
    hidden, targets = model.hidden(inputs[:, :-1])[0] if len(tokens) > 1 else inputs.new_empty(0), inputs[0, 1:]
    nats: list[float] = []
    alternatives: list[tuple[tuple[int, float], ...]] = []
    for states, wanted in zip(hidden.split(POSITIONS), targets.split(POSITIONS), strict=True):
        if not len(wanted):
            break
        scores = model.logits(states).float().log_softmax(-1)
        nats += scores.gather(-1, wanted[:, None])[:, 0].tolist()
        values, token_ids = scores.topk(top)
        for row_ids, row_values in zip(token_ids.tolist(), values.tolist(), strict=True):
            alternatives.append(tuple(zip(row_ids, row_values, strict=True)))
    return nats, alternatives
