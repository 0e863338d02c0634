"""
An LSTM language model (Hochreiter & Schmidhuber 1997) with a tied head: what came before the Transformer.

Letters: B batch, T positions, D width, V vocab_size, N documents of a batch, L their longest.
"""

import math
from typing import Any

import torch
from torch import Tensor, nn

from llmpipe.model.language import LanguageModel
from llmpipe.model.norm import rms_norm

FORGET_BIAS = 1.0  # open gates at the start (Jozefowicz et al. 2015)


class Lstm(LanguageModel):
    """
    Layers of an LSTM over embeddings; each document starts from a state of zeros.

    Args:
        vocab_size: V.
        width: D, of embeddings and states.
        num_layers: Layers.
        context_length: Most positions of a row; a longer document is cut as for the Transformer.
    """

    def __init__(self, vocab_size: int, width: int, num_layers: int, context_length: int) -> None:
        super().__init__()
        self.vocab_size, self.context_length = vocab_size, context_length
        self.embed_tokens = nn.Embedding(vocab_size, width)
        self.lstm = nn.LSTM(width, width, num_layers, batch_first=True)
        self.gain = nn.Parameter(torch.ones(width))

    @torch.no_grad()
    def initialize(self, generator: torch.Generator) -> "Lstm":
        """Random weights; the first loss is near ln(V)."""
        width = self.lstm.hidden_size
        for name, parameter in sorted(self.lstm.named_parameters()):
            parameter.uniform_(-1 / math.sqrt(width), 1 / math.sqrt(width), generator=generator)
            if "bias_ih" in name:
                parameter[width : 2 * width] = FORGET_BIAS
        self.embed_tokens.weight.normal_(0.0, 0.02, generator=generator)  # small: it is the head, too
        return self

    @property
    def head(self) -> Tensor:
        """The embeddings (V, D)."""
        return self.embed_tokens.weight

    def embed(self, inputs: Tensor) -> Tensor:
        """Embeddings (B, T, D) of token ids (B, T)."""
        return self.embed_tokens(inputs)

    def hidden(
        self, inputs: Tensor, segments: Tensor | None = None, *, embedded: Tensor | None = None, mask: Any = None
    ) -> Tensor:
        """States (B, T, D); arguments as in `LanguageModel.hidden`, of which `mask` is not needed."""
        x = rms_norm(self.embed(inputs) if embedded is None else embedded, None, 1e-6)
        states = self.lstm(x)[0] if segments is None else self._by_document(x, segments)
        return rms_norm(states, self.gain, 1e-6)

    def forward(self, inputs: Tensor, segments: Tensor | None = None) -> Tensor:
        """Logits (B, T, V); arguments as in `hidden`."""
        return self.logits(self.hidden(inputs, segments))

    def _by_document(self, x: Tensor, segments: Tensor) -> Tensor:
        """States of x (B, T, D), each document of a row on its own: they are put into rows (N, L, D) and back."""
        document, position = places(segments)
        rows = x.new_zeros(int(document.max()) + 1, int(position.max()) + 1, x.shape[2])
        return self.lstm(rows.index_put((document, position), x))[0][document, position]


def places(segments: Tensor) -> tuple[Tensor, Tensor]:
    """Number of each position's document within the batch, and its place in the document: (B, T) each."""
    index = torch.arange(segments.numel(), device=segments.device).view(segments.shape)
    starts = torch.ones_like(segments, dtype=torch.bool)
    starts[:, 1:] = segments[:, 1:] != segments[:, :-1]
    document = starts.flatten().cumsum(0).view(segments.shape) - 1
    return document, index - index[starts][document]


def width_of(num_parameters: int, vocab_size: int, num_layers: int) -> int:
    """
    The width at which an LSTM has at most so many parameters, and would have more if it were wider.

    It has V D (embeddings) + num_layers (8 D^2 + 8 D) (two matrices and two biases for each of four gates) + D (gain).
    """
    linear = vocab_size + 8 * num_layers + 1
    return int((math.sqrt(linear**2 + 32 * num_layers * num_parameters) - linear) / (16 * num_layers))
