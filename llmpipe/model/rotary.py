"""
Rotary positions (Su et al. 2021, arXiv:2104.09864), half-split, and QK-norm with them in few operations.

Small models on a CPU pay per operation: the norm of queries and keys, its gain and the rotation are one step here,
with a backward pass of its own.
"""

import math
from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from llmpipe.model.norm import normalize, normalize_backward, rms_norm
from llmpipe.sections.model import ModelConfig, RopeScaling

Rotary = tuple[Tensor, Tensor]


def rotary_table(config: ModelConfig) -> Rotary:
    """Cosines and sines, float32 (context_length, K); those of yarn are longer than 1."""
    inverse = config.rope_theta ** (-torch.arange(0, config.head_dim, 2, dtype=torch.float32) / config.head_dim)
    length = 1.0
    if config.rope_scaling is not None:
        inverse, length = SCALINGS[config.rope_scaling.rope_type](inverse, config.rope_scaling, config.rope_theta)
    angles = torch.outer(torch.arange(config.context_length, dtype=torch.float32), inverse)
    angles = torch.cat([angles, angles], dim=-1)
    cos, sin = angles.cos(), angles.sin()
    return (cos, sin) if length == 1.0 else (cos * length, sin * length)


def _linear(inverse: Tensor, scaling: RopeScaling, theta: float) -> tuple[Tensor, float]:
    """Positions divided by `factor` (Chen et al. 2023, arXiv:2306.15595)."""
    return inverse / scaling.factor, 1.0


def _llama3(inverse: Tensor, scaling: RopeScaling, theta: float) -> tuple[Tensor, float]:
    """
    Fast planes as they are, slow ones divided by `factor`, those between in proportion (Llama 3.1).

    A plane is slow when it turns less than `low_freq_factor` times over the original context, fast when more than
    `high_freq_factor` times. https://github.com/meta-llama/llama-models, models/llama3/model.py, apply_scaling
    """
    assert scaling.original_max_position_embeddings is not None
    turns = scaling.original_max_position_embeddings * inverse / (2 * math.pi)
    low, high = scaling.low_freq_factor, scaling.high_freq_factor
    fast = ((turns - low) / (high - low)).clamp(0, 1)
    return (1 - fast) * inverse / scaling.factor + fast * inverse, 1.0


def _yarn(inverse: Tensor, scaling: RopeScaling, theta: float) -> tuple[Tensor, float]:
    """
    Planes between as in llama3, by their number; queries and keys longer (Peng et al. 2023, arXiv:2309.00071, 3.2-3.4).

    The ramp goes from the plane that turns `beta_fast` times over the original context to the one that turns
    `beta_slow` times, each rounded outwards when `truncate`.
    """
    assert scaling.original_max_position_embeddings is not None
    planes = len(inverse)

    def plane(turns: float) -> float:
        context = float(scaling.original_max_position_embeddings or 0)
        return planes * math.log(context / (turns * 2 * math.pi)) / math.log(theta)

    first, last = plane(scaling.beta_fast), plane(scaling.beta_slow)
    if scaling.truncate:
        first, last = math.floor(first), math.ceil(last)
    first, last = max(first, 0), min(last, 2 * planes - 1)
    if first == last:
        last += 0.001  # as others have it
    slow = ((torch.arange(planes, dtype=torch.float32, device=inverse.device) - first) / (last - first)).clamp(0, 1)
    length = scaling.attention_factor
    if length is None:
        length = 0.1 * math.log(scaling.factor) + 1
    return slow * inverse / scaling.factor + (1 - slow) * inverse, length


SCALINGS: dict[str, Callable[[Tensor, RopeScaling, float], tuple[Tensor, float]]] = {
    "linear": _linear,
    "llama3": _llama3,
    "yarn": _yarn,
}


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
