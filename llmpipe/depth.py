"""
One dial for the size of a model: what `model.depth` makes of the parameters that are null.

Width and layers grow together; heads, MLP, budget and rates follow the width that is used, also one that is given. The
token budget follows Hoffmann et al. 2022 (arXiv:2203.15556), 20 tokens a parameter of the blocks; batch and rates run
through the values of recipes/world.yaml and recipes/gpu-124m.yaml.
"""

import math
from collections.abc import Mapping
from typing import Any, TypeGuard

WIDTH = 64  # dimensions a layer
WIDE = 512  # dimensions from which heads have 128, which GPUs multiply best
TOKENS_A_PARAMETER = 20
MODEL = ("model_dim", "num_layers", "num_heads", "num_kv_heads", "head_dim", "hidden_dim")
PRETRAIN = ("steps", "batch_tokens", "optimizer.learning_rate", "optimizer.matrix_learning_rate")


def model_values(depth: int, given: Mapping[str, Any] | None = None) -> dict[str, int]:
    """Shape of a model with so many layers, of which some numbers may be given."""
    given = {key: value for key, value in (given or {}).items() if key in MODEL and _is_size(value)}
    width = given.get("model_dim", WIDTH * depth)
    head_dim = 128 if width >= WIDE and width % 128 == 0 else 64
    if "num_heads" in given:
        head_dim = max(2, width // given["num_heads"] // 2 * 2)
    heads = max(1, width // given.get("head_dim", head_dim))
    derived = {
        "model_dim": width,
        "num_layers": depth,
        "num_heads": heads,
        "num_kv_heads": given.get("num_heads", heads),
        "head_dim": head_dim,
        "hidden_dim": math.ceil(width * 8 / 3 / 64) * 64,
    }
    return derived | given


def pretrain_values(
    depth: int, context_length: int, model: Mapping[str, Any] | None = None, batch_tokens: Any = None
) -> dict[str, Any]:
    """
    Batch, steps and rates for it.

    Args:
        depth: Layers.
        context_length: Positions of a row.
        model: What is given of its shape.
        batch_tokens: The batch, where it is given: steps and the rate of matrices follow it.
    """
    shape = model_values(depth, model)
    width, attention = shape["model_dim"], (shape["num_heads"] + shape["num_kv_heads"]) * shape["head_dim"]
    budget = TOKENS_A_PARAMETER * shape["num_layers"] * width * (2 * attention + 3 * shape["hidden_dim"])
    batch = max(context_length, context_length * 2 ** round(math.log2(_batch(budget) / context_length)))
    if _is_size(batch_tokens):
        batch = batch_tokens
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
    return _is_size(value)


def _is_size(value: Any) -> TypeGuard[int]:
    return type(value) is int and value > 0


def derived(values: Mapping[str, Any]) -> Mapping[str, Any]:
    """A params mapping with the null values of `pretrain` filled in, where `model.depth` is set."""
    model, pretrain = values.get("model"), values.get("pretrain")
    if not isinstance(model, Mapping) or not isinstance(pretrain, Mapping) or not is_depth(model.get("depth")):
        return values
    context = model.get("context_length")
    if not _is_size(context):
        return values
    defaults = pretrain_values(model["depth"], context, model, pretrain.get("batch_tokens"))
    return {**values, "pretrain": with_defaults(pretrain, defaults)}


def is_idle(values: Mapping[str, Any]) -> bool:
    """Whether `model.depth` of a params mapping is set and nothing follows from it: no value is null."""
    model, pretrain = values.get("model"), values.get("pretrain")
    if not isinstance(model, Mapping) or not isinstance(pretrain, Mapping) or not is_depth(model.get("depth")):
        return False
    optimizer = pretrain.get("optimizer")
    rates = optimizer if isinstance(optimizer, Mapping) else {}
    found = [model.get(key) for key in MODEL]
    found += [rates.get(key.removeprefix("optimizer.")) if "." in key else pretrain.get(key) for key in PRETRAIN]
    return None not in found


def with_defaults(values: Mapping[str, Any], defaults: Mapping[str, Any]) -> dict[str, Any]:
    """`values`, with those that are missing or null taken from `defaults`, at every level."""
    filled = dict(values)
    for key, default in defaults.items():
        if isinstance(default, Mapping):
            filled[key] = with_defaults(filled.get(key) or {}, default)
        elif filled.get(key) is None:
            filled[key] = default
    return filled
