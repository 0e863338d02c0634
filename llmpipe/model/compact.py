"""
Weights that are kept small and made float32 when they are multiplied.

Two formats, both of the weights alone (arithmetic stays float32, and so does everything that is not a matrix):

- `int8`: weight[n, m] = values[n, m] * scale[n], with values from -127 to 127 and a scale for each output channel n
  (each token of an embedding): the largest weight of the row over 127, rounded to nearest (Krishnamoorthi 2018,
  arXiv:1806.08342, section 2.2, symmetric and per channel).
- `bf16`: the weight rounded to bfloat16, half to even; no scale.

Letters: N rows, M columns.
"""

from collections.abc import Mapping
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from llmpipe.model.packed import ANSWER_BF16_WIDTH, fast_bfloat16
from llmpipe.model.transformer import Transformer

LEVELS = 127  # of int8, to either side of 0; -128 is not used
SCALE = "_scale"  # "X.weight" has its scales under "X.weight_scale"
FORMATS = ("int8", "bf16")


def quantize(weight: Tensor) -> tuple[Tensor, Tensor]:
    """The int8 values (N, M) and the scales, float32 (N), of a weight (N, M); a row of zeros has scale 1."""
    largest = weight.abs().amax(dim=1)
    scale = torch.where(largest > 0, largest / LEVELS, torch.ones_like(largest))
    return (weight / scale[:, None]).round().clamp(-LEVELS, LEVELS).to(torch.int8), scale


def expand(values: Tensor, scale: Tensor | None) -> Tensor:
    """The float32 weight (N, M) that compact values stand for."""
    return values.float() if scale is None else values.float() * scale[:, None]


class Compact(nn.Module):
    """
    A matrix in a compact format, in the place of a Linear or an Embedding.

    Args:
        values: int8 or bfloat16 (N, M).
        scale: float32 (N); None: values are the weight.
    """

    values: Tensor
    scale: Tensor | None

    def __init__(self, values: Tensor, scale: Tensor | None) -> None:
        super().__init__()
        self.register_buffer("values", values)
        self.register_buffer("scale", scale)

    @property
    def weight(self) -> Tensor:
        """The float32 weight (N, M), made anew."""
        return expand(self.values, self.scale)


class CompactLinear(Compact):
    """A product with a compact matrix; the bias (N), where there is one, stays float32."""

    bias: Tensor | None

    def __init__(self, values: Tensor, scale: Tensor | None, bias: Tensor | None) -> None:
        super().__init__(values, scale)
        self.register_buffer("bias", None if bias is None else bias.detach())

    def forward(self, x: Tensor) -> Tensor:
        """X (..., M) times the transposed weight: (..., N)."""
        return F.linear(x, self.weight, self.bias)


class CompactEmbedding(Compact):
    """A table of which only the rows that are asked for become float32."""

    def forward(self, token_ids: Tensor) -> Tensor:
        """Rows (..., M) of token ids (...)."""
        rows = F.embedding(token_ids, self.values).float()
        return rows if self.scale is None else rows * self.scale[token_ids].unsqueeze(-1)


def is_matrix(name: str, tensor: Tensor) -> bool:
    """Whether a parameter is one of those that become compact: embeddings, head and the matrices of the blocks."""
    return tensor.ndim == 2 and "conv_" not in name


def stored(state: Mapping[str, Tensor], form: str) -> dict[str, Tensor]:
    """
    The tensors of a float32 model as a file in a compact format has them.

    int8: each matrix as int8 with its scales beside it, all else float32; bf16: all in bfloat16.
    """
    if form == "bf16":
        return {name: tensor.to(torch.bfloat16) for name, tensor in state.items()}
    found: dict[str, Tensor] = {}
    for name, tensor in state.items():
        if is_matrix(name, tensor):
            found[name], found[name + SCALE] = quantize(tensor)
        else:
            found[name] = tensor
    return found


def expanded(state: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """
    The float32 tensors of a model that a file in any format stands for.

    Raises:
        KeyError: An int8 matrix has no scales.
    """
    return {
        name: expand(tensor, state[name + SCALE] if tensor.dtype == torch.int8 else None)
        for name, tensor in state.items()
        if not name.endswith(SCALE)
    }


def install(model: Transformer, state: Mapping[str, Tensor]) -> None:
    """Put the matrices of a file in a compact format in the place of those of a model; the rest is loaded by name."""
    modules: dict[str, Any] = dict(model.named_modules())
    for name, tensor in state.items():
        if tensor.dtype == torch.float32 or not is_matrix(name, tensor):
            continue
        path = name.removesuffix(".weight")
        parent, _, attribute = path.rpartition(".")
        old, scale = modules[path], state.get(name + SCALE)
        is_table = isinstance(old, nn.Embedding)
        new = CompactEmbedding(tensor, scale) if is_table else CompactLinear(tensor, scale, old.bias)
        setattr(modules[parent], attribute, new)


def decoding_dtype(model: Transformer) -> torch.dtype:
    """In which precision answers are made: bfloat16 for weights stored so, where the CPU multiplies it faster."""
    table = model.model.embed_tokens
    half = isinstance(table, Compact) and table.values.dtype == torch.bfloat16
    if half and model.config.model_dim >= ANSWER_BF16_WIDTH and table.values.device.type == "cpu" and fast_bfloat16():
        return torch.bfloat16
    return table.weight.dtype


def weight_bytes(model: nn.Module) -> int:
    """Bytes of the weights in memory."""
    return sum(tensor.numel() * tensor.element_size() for tensor in model.state_dict().values())
