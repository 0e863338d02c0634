"""
One dial for the size of a model: what `model.depth` makes of the parameters that are null.

Width and layers grow together. The token budget follows Hoffmann et al. 2022 (arXiv:2203.15556), 20 tokens a parameter
of the blocks; batch and rates run through the values of recipes/world.yaml and recipes/gpu-124m.yaml.
"""

import math
from collections.abc import Mapping
from typing import Any, TypeGuard

WIDTH = 64  # dimensions a layer
WIDE_HEADS = 8  # layers from which heads have 128 dimensions, which GPUs multiply best
TOKENS_A_PARAMETER = 20


def model_values(depth: int) -> dict[str, int]:
    """Shape of a model with so many layers."""
    width = WIDTH * depth
    head_dim = 128 if depth >= WIDE_HEADS and depth % 2 == 0 else 64
    heads = width // head_dim
    return {
        "model_dim": width,
        "num_layers": depth,
        "num_heads": heads,
        "num_kv_heads": heads,
        "head_dim": head_dim,
        "hidden_dim": math.ceil(width * 8 / 3 / 64) * 64,
    }


def pretrain_values(depth: int, context_length: int) -> dict[str, Any]:
    """Batch, steps and rates for it."""
    shape = model_values(depth)
    width = shape["model_dim"]
    budget = TOKENS_A_PARAMETER * depth * width * (4 * width + 3 * shape["hidden_dim"])
    batch = max(context_length, context_length * 2 ** round(math.log2(_batch(budget) / context_length)))
    return {
        "steps": max(1, round(budget / batch)),
        "batch_tokens": batch,
        "optimizer": {
            "learning_rate": _rounded(0.006 * min(1.0, math.sqrt(192 / width))),
            "matrix_learning_rate": _rounded(min(0.02, 0.0065 * math.sqrt(batch / 512))),
        },
    }


def _batch(budget: int) -> float:
    """1,024 tokens for a budget of 3.1M, 262,144 for one of 2.6B."""
    return float(1024 * (budget / 3.1e6) ** 0.824)


def _rounded(value: float) -> float:
    return float(f"{value:.2g}")


def is_depth(value: Any) -> TypeGuard[int]:
    """Whether a value of `model.depth` is a number of layers; null and mistakes fill in nothing."""
    return type(value) is int and value > 0


def derived(values: Mapping[str, Any]) -> Mapping[str, Any]:
    """A params mapping with the null values of `pretrain` filled in, where `model.depth` is set."""
    model, pretrain = values.get("model"), values.get("pretrain")
    if not isinstance(model, Mapping) or not isinstance(pretrain, Mapping) or not is_depth(model.get("depth")):
        return values
    context = model.get("context_length")
    if type(context) is not int or context < 1:
        return values
    return {**values, "pretrain": with_defaults(pretrain, pretrain_values(model["depth"], context))}


def with_defaults(values: Mapping[str, Any], defaults: Mapping[str, Any]) -> dict[str, Any]:
    """`values`, with those that are missing or null taken from `defaults`, at every level."""
    filled = dict(values)
    for key, default in defaults.items():
        if isinstance(default, Mapping):
            filled[key] = with_defaults(filled.get(key) or {}, default)
        elif filled.get(key) is None:
            filled[key] = default
    return filled
