"""
Rotary positions (Su et al. 2021, arXiv:2104.09864), half-split, and QK-norm with them in few operations.

Small models on a CPU pay per operation: the norm of queries and keys, its gain and the rotation are one step here,
with a backward pass of its own.
"""

from typing import Any

import torch
from torch import Tensor

from llmpipe.model.norm import normalize, normalize_backward, rms_norm
from llmpipe.sections.model import ModelConfig

Rotary = tuple[Tensor, Tensor]


def rotary_table(config: ModelConfig, device: torch.device | str = "cpu") -> Rotary:
    """Cosines and sines, float32 (context_length, K)."""
    inverse = config.rope_theta ** (
        -torch.arange(0, config.head_dim, 2, dtype=torch.float32, device=device) / config.head_dim
    )
    angles = torch.outer(torch.arange(config.context_length, dtype=torch.float32, device=device), inverse)
    angles = torch.cat([angles, angles], dim=-1)
    return angles.cos(), angles.sin()


def rotate(x: Tensor, cos: Tensor, sin: Tensor) -> Tensor:
    """Apply rotary positions to x (B, T, heads, K); cos and sin are (T, K) or (B, T, K)."""
    cos, sin = cos.unsqueeze(-2), sin.unsqueeze(-2)
    first, second = x.chunk(2, dim=-1)
    return x * cos + torch.cat([-second, first], dim=-1) * sin


def norm_and_rotate(x: Tensor, gain: Tensor | None, rotary: Rotary, eps: float) -> Tensor:
    """
    Norm over K, gain, rotation.

    Args:
        x: Queries and keys (B, T, heads, K).
        gain: (heads, K); None: no norm.
        rotary: Cosines and sines (T, K).
        eps: Of the norm.
    """
    if gain is None:
        return rotate(x, *rotary).to(x.dtype)
    if x.device.type == "cpu" and torch.is_grad_enabled() and not torch.compiler.is_compiling():
        return _NormAndRotate.apply(x, gain, *rotary, eps)
    return rotate(rms_norm(x, gain, eps), *rotary).to(x.dtype)


class _NormAndRotate(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, x: Tensor, gain: Tensor, cos: Tensor, sin: Tensor, eps: float) -> Tensor:
        normed, scale = normalize(x.float(), eps)
        ctx.save_for_backward(normed, scale, gain, cos, sin)
        ctx.dtype = x.dtype
        return _turned(normed * gain, cos, sin).to(x.dtype)

    @staticmethod
    def backward(ctx: Any, grad: Tensor) -> tuple[Tensor | None, ...]:
        normed, scale, gain, cos, sin = ctx.saved_tensors
        grad = _turned(grad.float(), cos, -sin)  # the rotation back
        grad_gain = (grad * normed).flatten(0, 1).sum(0)
        return normalize_backward(grad.mul_(gain), normed, scale).to(ctx.dtype), grad_gain, None, None, None


def _turned(x: Tensor, cos: Tensor, sin: Tensor) -> Tensor:
    """As `rotate`, in two passes over memory."""
    half = x.shape[-1] // 2
    cos, sin = cos[:, None, :half], sin[:, None, :half]
    out = torch.empty_like(x)
    first, second = x.split(half, dim=-1)
    torch.mul(first, cos, out=out[..., :half]).addcmul_(second, sin, value=-1)
    torch.mul(second, cos, out=out[..., half:]).addcmul_(first, sin)
    return out
