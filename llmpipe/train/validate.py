"""Loss on held-out text: a fixed set of sequences, and a result that does not depend on the batch size."""

import math
from collections.abc import Sequence

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from llmpipe.model.language import LanguageModel
from llmpipe.train.batches import IGNORE, Batch, Mixture, Piece, Sequences, pack


class _Listed:
    """Token arrays as Sequences, each with the number of its leading targets to ignore."""

    def __init__(self, listed: Sequence[tuple[np.ndarray, int]]) -> None:
        self.listed = listed
        self.lengths = np.asarray([len(tokens) - 1 for tokens, _ in listed], dtype=np.int64)

    def sequence(self, index: int) -> tuple[np.ndarray, int]:
        return self.listed[index]

    def num_ignored(self, index: int) -> int:
        return self.listed[index][1]


def _batches(source: Sequences, context_length: int, batch_tokens: int) -> list[tuple[Batch, list[list[Piece]]]]:
    mixture = Mixture({"all": source}, {"all": 1.0}, 0, context_length)
    pieces: list[Piece] = [
        ("all", index, first, min(context_length, int(length) - first))
        for index, length in enumerate(source.lengths)
        for first in range(0, int(length), context_length)
    ]
    rows = pack(pieces, context_length)
    step = max(1, batch_tokens // context_length)
    groups = [rows[i : i + step] for i in range(0, len(rows), step)]
    return [(mixture._batch(group), group) for group in groups]


@torch.no_grad()
def _losses(model: LanguageModel, batch: Batch) -> tuple[Tensor, Tensor]:
    """Nats (B, T), zero at ignored targets, and whether the likeliest token is the target."""
    logits = model(batch.inputs, batch.segments).float()
    nats = F.cross_entropy(logits.flatten(0, 1), batch.targets.flatten(), ignore_index=IGNORE, reduction="none")
    return nats.view(batch.targets.shape), logits.argmax(-1) == batch.targets


def sequence_losses(
    model: LanguageModel, source: Sequences, context_length: int, batch_tokens: int = 8192
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """
    Teacher-forced loss of each sequence.

    Returns:
        Nats, number of targets, and number of targets that are the likeliest token, each (sequences,) float64.
        A sequence all of whose targets are the likeliest is what greedy generation would have produced.
    """
    was_training = model.training
    model.eval()
    device = next(model.parameters()).device
    nats, targets, right = (np.zeros(len(source.lengths)) for _ in range(3))
    for batch, rows in _batches(source, context_length, batch_tokens):
        moved = batch.to(device)
        loss, correct = _losses(model, moved)
        counted = (moved.targets != IGNORE).cpu().numpy()
        loss_rows, correct_rows = loss.double().cpu().numpy(), correct.cpu().numpy()
        for r, row in enumerate(rows):
            position = 0
            for _, index, _, length in row:
                span = slice(position, position + length)
                nats[index] += loss_rows[r, span].sum()
                targets[index] += counted[r, span].sum()
                right[index] += (correct_rows[r, span] & counted[r, span]).sum()
                position += length
    model.train(was_training)
    return nats, targets, right


def document_nats(
    model: LanguageModel, documents: Sequence[np.ndarray], context_length: int, batch_tokens: int = 8192
) -> np.ndarray:
    """
    Nats of each document over its text tokens: BOS is given, EOS is neither in nats nor in bytes.

    A document longer than `context_length` is scored in windows that overlap by half, so that every token behind the
    first window sees at least half a window of its document (a strided window, as for perplexity in transformers).

    Args:
        model: The language model.
        documents: Token ids with BOS and EOS.
        context_length: Longest window.
        batch_tokens: Positions computed at once; without influence on the result.
    """
    windows = [_overlapping(tokens[:-1], context_length) for tokens in documents]
    source = _Listed([window for of_document in windows for window in of_document])
    nats = sequence_losses(model, source, context_length, batch_tokens)[0]
    owners = [index for index, of_document in enumerate(windows) for _ in of_document]
    return np.bincount(owners, weights=nats, minlength=len(documents))


def _overlapping(tokens: np.ndarray, context_length: int) -> list[tuple[np.ndarray, int]]:
    """Windows of at most `context_length` targets, and how many leading targets of each the one before has scored."""
    half = context_length // 2
    seen = context_length - half
    starts = range(half, len(tokens) - 1 - seen, half)
    return [
        (tokens[: context_length + 1], 0),
        *((tokens[start : start + context_length + 1], seen) for start in starts),
    ]


def bits_per_byte(nats: float, num_bytes: float) -> float:
    """Loss in bits over UTF-8 bytes of the original text."""
    return nats / math.log(2) / num_bytes
