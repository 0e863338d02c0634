"""`model`: the shape of the Transformer."""

from collections.abc import Mapping
from typing import Any

from pydantic import Field, model_validator

from llmpipe.depth import is_depth, model_values, with_defaults
from llmpipe.sections.section import Positive, Ratio, Section


class ModelConfig(Section):
    """The decoder-only Transformer (Qwen3 shape; Llama when qk_norm is false)."""

    depth: Positive | None = None  # layers: one dial from which all that is null follows (llmpipe/depth.py)
    model_dim: Positive = 128
    num_layers: Positive = 4
    num_heads: Positive = 4
    num_kv_heads: Positive = 2
    head_dim: Positive = 32
    hidden_dim: Positive = 352
    context_length: Positive = 256
    rope_theta: float = Field(10000.0, gt=0)
    norm_eps: float = Field(1.0e-6, gt=0)
    qk_norm: bool = True
    tie_embeddings: bool = True
    dropout: Ratio = 0.0
    short_conv: bool = False  # causal depthwise convolution before attention and MLP; no standard export
    induction_init: bool = False  # one head of the first two layers starts as an induction circuit

    @model_validator(mode="before")
    @classmethod
    def _follow_depth(cls, values: Any) -> Any:
        depth = values.get("depth") if isinstance(values, Mapping) else None
        return with_defaults(values, model_values(depth)) if is_depth(depth) else values

    @model_validator(mode="after")
    def _heads(self) -> "ModelConfig":
        if self.num_heads % self.num_kv_heads:
            raise ValueError(
                f"num_heads is {self.num_heads}; it must be a multiple of num_kv_heads ({self.num_kv_heads})"
            )
        if self.head_dim % 2:
            raise ValueError(f"head_dim is {self.head_dim}; rotary embedding needs an even number")
        if self.has_induction and self.model_dim <= self.head_dim:
            raise ValueError(
                f"model_dim is {self.model_dim}; with induction_init it must be larger than head_dim ({self.head_dim})"
            )
        return self

    @property
    def has_induction(self) -> bool:
        """Whether the model starts with an induction circuit: it takes two layers, and planes for its positions."""
        return self.induction_init and self.num_layers >= 2 and self.head_dim >= 16
