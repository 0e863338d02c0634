"""
Matrices that stay the same while many small inputs are multiplied by them.

A CPU multiplies 1 to 64 rows by a weight in half the time when the weight is stored in the blocks in which it is read:
oneDNN's own layout, which torch's compiler uses, too. Elsewhere it stays as it is.
"""

import torch
import torch.nn.functional as F
from torch import Tensor


class Matrix:
    """
    A weight (N, M), stored for products with few rows.

    Args:
        weight: float32 or bfloat16.
    """

    def __init__(self, weight: Tensor) -> None:
        self._packed = can_pack(weight)
        weight = weight.detach().contiguous()
        self._weight = torch.ops.mkldnn._reorder_linear_weight(weight, None) if self._packed else weight

    def __call__(self, x: Tensor) -> Tensor:
        """X (..., M) times the transposed weight: (..., N)."""
        if not self._packed:
            return F.linear(x, self._weight)
        product: Tensor = torch.ops.mkldnn._linear_pointwise(x, self._weight, None, "none", [], "")
        return product

    def plus(self, x: Tensor, other: Tensor) -> Tensor:
        """The product of x added to other (..., N), in one pass."""
        if not self._packed:
            return other + F.linear(x, self._weight)
        total: Tensor = torch.ops.mkldnn._linear_pointwise.binary(x, other, self._weight, None, "add")
        return total


def can_pack(weight: Tensor) -> bool:
    """Whether oneDNN is there and computes in the precision of this weight without emulation."""
    if weight.device.type != "cpu" or not torch.backends.mkldnn.is_available():
        return False
    return weight.dtype == torch.float32 or (weight.dtype == torch.bfloat16 and fast_bfloat16())


def fast_bfloat16() -> bool:
    """Whether this CPU multiplies bfloat16 numbers faster than float32."""
    return bool(torch.cpu._is_avx512_bf16_supported())
