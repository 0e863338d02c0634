"""
Linear layers whose products are of 8-bit floats, for processors that multiply those twice as fast as bfloat16.

As in Micikevicius et al. 2022 (arXiv:2209.05433): inputs and weights are e4m3 (4 bits of exponent), gradients e5m2.
Each tensor is scaled by its own largest value, taken anew each time, so there is no history to save. Sums are float32,
and weights, their gradients and the optimizer keep their type.
"""

from typing import Any

import torch
from torch import Tensor

FORWARD, BACKWARD = torch.float8_e4m3fn, torch.float8_e5m2
UNIT = 16  # every side of a matrix is a multiple of it


def scaled(x: Tensor, dtype: torch.dtype) -> tuple[Tensor, Tensor]:
    """
    A tensor in 8 bits, and the float32 scalar that multiplies it back: x is about `eight * scale`.

    The largest value becomes the largest number of the type. A tensor of zeros has scale 1e-12, not 0.
    """
    scale = x.detach().abs().amax().float().clamp(min=1e-12 * torch.finfo(dtype).max) / torch.finfo(dtype).max
    limit = torch.finfo(dtype).max  # rounding of the quotient may exceed it, which is no number in e4m3
    return (x.detach().float() / scale).clamp(-limit, limit).to(dtype), scale


def _product(a: Tensor, b: Tensor, scales: tuple[Tensor, Tensor], dtype: torch.dtype, fast: bool = False) -> Tensor:
    """The product (N, K) of a (N, M), which a GPU reads by rows, and b (M, K), which it reads by columns."""
    by_columns = b.T.contiguous().T
    return torch._scaled_mm(
        a.contiguous(), by_columns, scale_a=scales[0], scale_b=scales[1], out_dtype=dtype, use_fast_accum=fast
    )


class _Linear(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, x: Tensor, weight: Tensor, dtype: torch.dtype) -> Tensor:
        (x8, x_scale), (weight8, weight_scale) = scaled(x, FORWARD), scaled(weight, FORWARD)
        ctx.save_for_backward(x8, x_scale, weight8, weight_scale)
        ctx.types = x.dtype, weight.dtype
        return _product(x8, weight8.T, (x_scale, weight_scale), dtype, fast=x.is_cuda)

    @staticmethod
    def backward(ctx: Any, *grads: Tensor) -> tuple[Tensor, Tensor, None]:
        x8, x_scale, weight8, weight_scale = ctx.saved_tensors
        x_type, weight_type = ctx.types
        grad8, scale = scaled(grads[0], BACKWARD)
        return (
            _product(grad8, weight8, (scale, weight_scale), grads[0].dtype).to(x_type),
            _product(grad8.T, x8, (scale, x_scale), torch.float32).to(weight_type),
            None,
        )


def linear(x: Tensor, weight: Tensor) -> Tensor:
    """
    `F.linear(x, weight)` with its three products, forward and backward, in 8 bits.

    Args:
        x: Inputs (..., in); their number is a multiple of 16.
        weight: (out, in), both multiples of 16.
    """
    device = x.device.type
    dtype = torch.get_autocast_dtype(device) if torch.is_autocast_enabled(device) else x.dtype
    return _Linear.apply(x.flatten(0, -2), weight, dtype).unflatten(0, x.shape[:-1])
