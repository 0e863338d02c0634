"""
Matrices that stay the same while inputs of a few rows are multiplied by them.

What is fast on a CPU depends on the number of rows (docs/log.md has the figures). A single float32 row is multiplied in
half the time when the weight lies in memory by columns; 2 to 64 rows when it lies in the blocks in which it is
read, oneDNN's own layout, which torch's compiler uses, too. Each form is made when it is first needed.
"""

import torch
import torch.nn.functional as F
from torch import Tensor

ANSWER_BF16_WIDTH = (
    192  # model_dim from which answers in bfloat16 are faster on a CPU that has it (docs/performance.md)
)
FEW = 64  # rows; oneDNN compiles a kernel for each number of rows, which many rows of changing numbers do not repay


class Matrix:
    """
    A weight (N, M), kept in the forms that are fast on its device.

    Args:
        weight: float32 or bfloat16.
    """

    def __init__(self, weight: Tensor) -> None:
        weight = weight.detach()
        self._can_pack = can_pack(weight)
        self._single = weight.dtype == torch.float32  # a single row is fast without packing
        self._weight = weight.t().contiguous().t() if self._can_pack and self._single else weight.contiguous()
        self._packed: Tensor | None = None

    def __call__(self, x: Tensor) -> Tensor:
        """X (..., M) times the transposed weight: (..., N)."""
        packed = self._blocks(x)
        if packed is None:
            return F.linear(x, self._weight)
        product: Tensor = torch.ops.mkldnn._linear_pointwise(x, packed, None, "none", [], "")
        return product

    def plus(self, x: Tensor, other: Tensor) -> Tensor:
        """The product of x added to other (..., N)."""
        packed = self._blocks(x)
        if packed is None:
            return other + F.linear(x, self._weight)
        total: Tensor = torch.ops.mkldnn._linear_pointwise.binary(x, other, packed, None, "add")
        return total

    def _blocks(self, x: Tensor) -> Tensor | None:
        """The weight in oneDNN's layout, where that is fast for x."""
        rows = x.numel() // x.shape[-1]
        if not self._can_pack or rows > FEW or (rows == 1 and self._single):
            return None
        if self._packed is None:
            self._packed = torch.ops.mkldnn._reorder_linear_weight(self._weight.contiguous(), None)
        return self._packed


def can_pack(weight: Tensor) -> bool:
    """Whether oneDNN is there and computes in the precision of this weight without emulation."""
    if weight.device.type != "cpu" or not torch.backends.mkldnn.is_available():
        return False
    return weight.dtype == torch.float32 or (weight.dtype == torch.bfloat16 and fast_bfloat16())


def fast_bfloat16() -> bool:
    """Whether this CPU multiplies bfloat16 numbers faster than float32."""
    return bool(torch.cpu._is_avx512_bf16_supported())
