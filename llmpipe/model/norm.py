"""
RMS norm in few operations, forward and backward.

`F.rms_norm` is a chain of small operations on a CPU; at 1M parameters such chains are a large part of a step.
"""

from typing import Any

import torch
from torch import Tensor


def normalize(x: Tensor, eps: float) -> tuple[Tensor, Tensor]:
    """X / sqrt(mean(x^2) + eps) over the last dimension of float32 x, and the factor (..., 1) that made it."""
    scale = torch.rsqrt(torch.linalg.vecdot(x, x).unsqueeze(-1) / x.shape[-1] + eps)
    return x * scale, scale


def normalize_backward(grad: Tensor, normed: Tensor, scale: Tensor) -> Tensor:
    """The gradient of `normalize`'s input from that of its first result."""
    projection = torch.linalg.vecdot(grad, normed).unsqueeze(-1) / grad.shape[-1]
    return torch.addcmul(grad, normed, projection, value=-1).mul_(scale)


class _RMSNorm(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, x: Tensor, weight: Tensor | None, eps: float) -> Tensor:
        normed, scale = normalize(x, eps)
        ctx.save_for_backward(normed, scale, weight)
        return normed if weight is None else normed * weight

    @staticmethod
    def backward(ctx: Any, grad: Tensor) -> tuple[Tensor, Tensor | None, None]:
        normed, scale, weight = ctx.saved_tensors
        grad_weight = None
        if weight is not None:
            grad_weight = (grad * normed).flatten(0, grad.ndim - 1 - weight.ndim).sum(0)
            grad = grad * weight
        return normalize_backward(grad, normed, scale), grad_weight, None


def rms_norm(x: Tensor, weight: Tensor | None, eps: float) -> Tensor:
    """
    X / sqrt(mean(x^2) + eps) * weight over the last dimension.

    Args:
        x: (..., N).
        weight: Gain (N) or (heads, N), broadcast against the end of x; None: no gain.
        eps: Added to the mean square.
    """
    eager = x.device.type == "cpu" and x.dtype == torch.float32 and not torch.compiler.is_compiling()
    if eager and torch.is_grad_enabled():
        return _RMSNorm.apply(x, weight, eps)
    normed = torch.nn.functional.rms_norm(x.float(), x.shape[-1:], None, eps)
    return (normed if weight is None else normed * weight).to(x.dtype)
