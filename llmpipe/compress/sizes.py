"""Sizes of the smaller model."""

from llmpipe.config import DistillConfig, ModelConfig, PruneConfig

UNIT = 16  # hidden_dim and model_dim are multiples of it, because fast kernels want that


def smaller(config: ModelConfig, wanted: PruneConfig | DistillConfig) -> ModelConfig:
    """
    The sizes that a section asks for: ratios of layers and heads rounded to whole ones, of widths to multiples of 16.

    Every layer has the same sizes, so that the model keeps a standard format; a group of query heads keeps its size.
    """
    kv_heads = _part(config.num_kv_heads, wanted.heads_ratio)
    changes = {
        "num_layers": _part(config.num_layers, wanted.layers_ratio),
        "num_kv_heads": kv_heads,
        "num_heads": kv_heads * (config.num_heads // config.num_kv_heads),
        "hidden_dim": _part(config.hidden_dim, wanted.hidden_ratio, UNIT),
    }
    if isinstance(wanted, DistillConfig):
        changes["model_dim"] = _part(config.model_dim, wanted.width_ratio, UNIT)
    return ModelConfig(**{**config.sizes(), **changes})


def _part(size: int, ratio: float, unit: int = 1) -> int:
    """A share of a size in whole units: at least one, at most all."""
    return min(size, max(1, round(size * ratio / unit)) * unit)
