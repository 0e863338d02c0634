"""
Training the encoder-decoder on sources and their answers, in the packed rows that fine-tuning uses.

A sequence is the prompt of an example, then its answer. What is predicted belongs to the decoder, whose first input is
the prompt's last token; the rest is the encoder's.
"""

import math
from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor

from llmpipe.errors import CheckpointError
from llmpipe.model.encoder_decoder import EncoderDecoder
from llmpipe.model.loss import linear_cross_entropy
from llmpipe.model.masks import Mask
from llmpipe.train.batches import IGNORE, Batch, ExampleSequences, Mixture, pack
from llmpipe.train.loop import Measures

ROWS = 64  # of a batch that is measured


def loss(model: EncoderDecoder, batch: Batch, mask: Mask, z_loss: float = 0.0) -> Tensor:
    """The summed cross-entropy of a batch's answers; `mask` is the loop's, for models that read from left to right."""
    answers = batch.targets != IGNORE
    states = model.states(batch.inputs, answers, batch.segments)
    return linear_cross_entropy(states, model.head, batch.targets[answers], z_loss)


@torch.no_grad()
def validate(model: EncoderDecoder, source: ExampleSequences) -> Measures:
    """
    Loss per token of the answers, and the share of tokens that are the likeliest after the right ones before them.

    Raises:
        CheckpointError: The loss is not finite.
    """
    was_training = model.training
    model.eval()
    nats, right, count = 0.0, 0, 0
    for batch in _batches(source, model.context_length):
        on_device = batch.to(model.head.device)
        answers = on_device.targets != IGNORE
        logits = model.logits(model.states(on_device.inputs, answers, on_device.segments)).float()
        targets = on_device.targets[answers]
        nats += float(torch.nn.functional.cross_entropy(logits, targets, reduction="sum"))
        right += int((logits.argmax(-1) == targets).sum())
        count += len(targets)
    model.train(was_training)
    if not math.isfinite(nats):
        raise CheckpointError(
            "validation of the encoder-decoder gave no finite loss; lower "
            "baselines.encoder_decoder.optimizer.learning_rate."
        )
    return {"valid_loss": nats / count, "valid_right": right / count}


def _batches(source: ExampleSequences, context_length: int) -> list[Batch]:
    mixture = Mixture({"all": source}, {"all": 1.0}, 0, context_length)
    rows = pack([("all", index, 0, int(length)) for index, length in enumerate(source.lengths)], context_length)
    return [mixture._batch(rows[start : start + ROWS]) for start in range(0, len(rows), ROWS)]


def source_ratio(sources: Sequence[ExampleSequences]) -> float:
    """Share of all positions that are the encoder's."""
    ignored = sum(sum(source.num_ignored(i) for i in range(len(source.lengths))) for source in sources)
    return ignored / sum(int(source.lengths.sum()) for source in sources)


def answers(
    model: EncoderDecoder, prompts: Sequence[Sequence[int]], stop_id: int, max_new_tokens: int, batch_size: int = 64
) -> list[list[int]]:
    """Greedy answers to prompts, whose last token is the decoder's first; prompts of like length share a batch."""
    order = sorted(range(len(prompts)), key=lambda i: (-len(prompts[i]), i))
    said: list[list[int]] = [[] for _ in prompts]
    for start in range(0, len(order), batch_size):
        chosen = order[start : start + batch_size]
        found = model.greedy([prompts[i][:-1] for i in chosen], prompts[chosen[0]][-1], stop_id, max_new_tokens)
        for i, tokens in zip(chosen, found, strict=True):
            said[i] = tokens
    return said


def longest_answer(sources: Sequence[ExampleSequences]) -> int:
    """Tokens of the longest one."""
    return max(
        int(np.max(source.lengths - [source.num_ignored(i) for i in range(len(source.lengths))])) for source in sources
    )
