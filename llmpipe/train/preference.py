"""
Tuning on preferences: of two answers to a prompt the one that people liked becomes likelier, measured from the start.

DPO (Rafailov et al. 2023, arXiv:2305.18290): the reward of an answer is beta times how much likelier the model finds
it than the model at the start did; the loss is that of a classifier that tells the chosen one by its reward.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from llmpipe.model.language import LanguageModel
from llmpipe.model.masks import Mask
from llmpipe.train.batches import IGNORE, Batch, ExampleSequences, random_stream
from llmpipe.train.validate import sequence_losses


@dataclass(frozen=True)
class Pairs:
    """
    Preference pairs as tokens.

    Args:
        sequences: Prompt and answer of each: chosen, rejected, chosen, rejected, ...
        reference: Log-probability of each answer in nats for the model at the start, float64 (2 * pairs,).
    """

    sequences: ExampleSequences
    reference: np.ndarray

    def __len__(self) -> int:
        return len(self.reference) // 2


def referred(model: LanguageModel, sequences: ExampleSequences) -> Pairs:
    """Pairs with the log-probabilities that this model, the one to start from, gives the answers."""
    return Pairs(sequences, -sequence_losses(model, sequences, model.context_length)[0])


class PairBatches:
    """Batches of pairs, each epoch in a fresh random order; two rows of a batch are a pair."""

    def __init__(self, pairs: Pairs, seed: int) -> None:
        self.pairs, self.seed = pairs, seed

    def num_tokens(self) -> int:
        """Positions of all answers with their prompts."""
        return int(self.pairs.sequences.lengths.sum())

    def _order(self) -> Iterator[int]:
        epoch = 0
        while True:
            yield from random_stream(self.seed, "pairs", epoch).permutation(len(self.pairs)).tolist()
            epoch += 1

    def batches(self, batch_rows: int, start: int = 0, part: slice = slice(None)) -> Iterator[Batch]:
        """Batches of `batch_rows` rows, from batch number `start` on; of each, the part that this process takes."""
        order = islice(self._order(), start * batch_rows // 2, None)
        while True:
            rows = [row for pair in islice(order, batch_rows // 2) for row in (2 * pair, 2 * pair + 1)]
            yield self._batch(rows[part], batch_rows // 2)

    def _batch(self, rows: Sequence[int], num_pairs: int) -> Batch:
        sequences = self.pairs.sequences
        shape = (len(rows), int(sequences.lengths[list(rows)].max()))
        inputs, targets = np.zeros(shape, np.int64), np.full(shape, IGNORE, np.int64)
        segments = np.ones(shape, np.int64)
        for place, row in enumerate(rows):
            tokens, ignored = sequences.sequence(row)
            length = len(tokens) - 1
            inputs[place, :length], segments[place, :length] = tokens[:-1], 0
            targets[place, ignored:length] = tokens[ignored + 1 :]
        reference = torch.from_numpy(self.pairs.reference[list(rows)].astype(np.float32))
        parts = torch.from_numpy(inputs), torch.from_numpy(targets), torch.from_numpy(segments)
        return Batch(*parts, num_pairs, reference)


def margins(chosen: Any, rejected: Any, beta: float) -> Any:
    """Reward of the chosen answer less that of the rejected one; arguments are gains in log-probability."""
    return beta * (chosen - rejected)


def loss(model: LanguageModel, batch: Batch, mask: Mask, beta: float) -> Tensor:
    """The summed loss of a batch's pairs: -log sigmoid of the margin."""
    assert batch.reference is not None
    keep = batch.targets != IGNORE
    states = model.hidden(batch.inputs, batch.segments, mask=mask)[keep]
    nats = F.cross_entropy(model.logits(states).float(), batch.targets[keep], reduction="none")
    rows = keep.nonzero()[:, 0]
    gains = -torch.zeros_like(batch.reference).index_add(0, rows, nats) - batch.reference
    return -F.logsigmoid(margins(gains[::2], gains[1::2], beta)).sum()


def validate(model: LanguageModel, pairs: Pairs, beta: float) -> dict[str, float]:
    """Mean loss and margin of held-out pairs, and the share whose chosen answer has the larger reward."""
    gains = -sequence_losses(model, pairs.sequences, model.context_length)[0] - pairs.reference
    found = margins(gains[::2], gains[1::2], beta)
    return {
        "valid_loss": float(np.logaddexp(0, -found).mean()),
        "valid_margin": float(found.mean()),
        "valid_preferred": float((found > 0).mean()),
    }
