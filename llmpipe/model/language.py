"""What training, validation and scoring ask of a language model; the Transformer is one, the LSTM another."""

from collections.abc import Sequence
from typing import Any

import torch.nn.functional as F
from torch import Tensor, nn


class LanguageModel(nn.Module):
    """
    A model of the next token, by B rows of T positions, D wide, over V tokens.

    Attributes:
        vocab_size: V.
        context_length: Most positions of a row.
    """

    vocab_size: int
    context_length: int

    @property
    def blocks(self) -> Sequence[nn.Module]:
        """Parts, one after the other, that can be computed again or spread over processes; none when it has no such."""
        return []

    @property
    def head(self) -> Tensor:
        """What turns states into logits (V, D)."""
        raise NotImplementedError

    def embed(self, inputs: Tensor) -> Tensor:
        """Embeddings (B, T, D) of token ids (B, T)."""
        raise NotImplementedError

    def hidden(
        self, inputs: Tensor, segments: Tensor | None = None, *, embedded: Tensor | None = None, mask: Any = None
    ) -> Tensor:
        """
        States (B, T, D), from which the next token is predicted.

        Args:
            inputs: Token ids, int64 (B, T).
            segments: Document number of each position, int64 (B, T): documents do not see each other. None: one a row.
            embedded: Embeddings (B, T, D) to use instead of looking `inputs` up.
            mask: `attention_mask(segments)`, for models with attention, when it is there already.
        """
        raise NotImplementedError

    def logits(self, hidden: Tensor) -> Tensor:
        """Scores before softmax (..., V) of hidden states (..., D)."""
        return F.linear(hidden, self.head)

    def num_parameters(self) -> int:
        """Parameters, a tied head counted once."""
        return sum(parameter.numel() for parameter in self.parameters())
