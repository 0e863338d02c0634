"""`model`: the shape of the Transformer."""

from collections.abc import Mapping
from typing import Any, Literal

from pydantic import Field, model_validator

from llmpipe.depth import is_depth, model_values, with_defaults
from llmpipe.sections.section import MIN_CONTEXT, Positive, Ratio, Section


class RopeScaling(Section):
    """
    How rotary positions are stretched (model/rotary.py), under the names of Hugging Face's config.json.

    Which of these a `rope_type` reads: linear `factor`; llama3 also the two `*_freq_factor` and the original context;
    yarn `factor`, the original context, `beta_fast`, `beta_slow`, `attention_factor` and `truncate`.
    """

    rope_type: Literal["linear", "llama3", "yarn"]
    factor: float = Field(ge=1)
    original_max_position_embeddings: Positive | None = None
    low_freq_factor: float = Field(1.0, gt=0)
    high_freq_factor: float = Field(4.0, gt=0)
    beta_fast: float = Field(32.0, gt=0)
    beta_slow: float = Field(1.0, gt=0)
    attention_factor: float | None = None  # of cosines and sines; None: 0.1 ln factor + 1
    truncate: bool = True

    @model_validator(mode="after")
    def _complete(self) -> "RopeScaling":
        if self.rope_type != "linear" and self.original_max_position_embeddings is None:
            raise ValueError(f"{self.rope_type} needs original_max_position_embeddings, the context it stretches")
        if self.rope_type == "llama3" and self.high_freq_factor <= self.low_freq_factor:
            raise ValueError(
                f"high_freq_factor is {self.high_freq_factor}; it must be above low_freq_factor "
                f"({self.low_freq_factor})"
            )
        return self

    def written(self) -> dict[str, Any]:
        """What config.json says of it: the keys that this `rope_type` reads."""
        values = self.model_dump(exclude_none=True)
        return {name: value for name, value in values.items() if name in ROPE_KEYS[self.rope_type]}


ROPE_KEYS: dict[str, set[str]] = {"linear": {"rope_type", "factor"}}
ROPE_KEYS["llama3"] = ROPE_KEYS["linear"] | {
    "original_max_position_embeddings",
    "low_freq_factor",
    "high_freq_factor",
}
ROPE_KEYS["yarn"] = ROPE_KEYS["linear"] | {
    "original_max_position_embeddings",
    "beta_fast",
    "beta_slow",
    "attention_factor",
    "truncate",
}


class ModelConfig(Section):
    """The decoder-only Transformer (Qwen3 shape; without qk_norm Llama's, or Qwen2's with qkv_bias)."""

    depth: Positive | None = None  # layers: one dial from which all that is null follows (llmpipe/depth.py)
    model_dim: Positive = 128
    num_layers: Positive = 4
    num_heads: Positive = 4
    num_kv_heads: Positive = 2
    head_dim: Positive = 32
    hidden_dim: Positive = 352
    context_length: Positive = 256
    rope_theta: float = Field(10000.0, gt=0)
    rope_scaling: RopeScaling | None = None  # of models of others, for contexts longer than their first one
    qkv_bias: bool = False  # of queries, keys and values, as Qwen2 has them
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
        return with_defaults(values, model_values(depth, values)) if is_depth(depth) else values

    @model_validator(mode="after")
    def _heads(self) -> "ModelConfig":
        if self.num_heads % self.num_kv_heads:
            raise ValueError(
                f"num_heads is {self.num_heads}; it must be a multiple of num_kv_heads ({self.num_kv_heads})"
            )
        if self.context_length < MIN_CONTEXT:
            raise ValueError(
                f"context_length is {self.context_length}; a row must hold a prompt and its answer, and the first one "
                f"that could is {MIN_CONTEXT}. Nearest: {MIN_CONTEXT}; the sample world needs 128"
            )
        if self.head_dim % 2:
            raise ValueError(f"head_dim is {self.head_dim}; rotary embedding needs an even number")
        if self.qkv_bias and self.qk_norm:
            raise ValueError("qkv_bias is true; no model has it with qk_norm. Set one of them to false")
        if self.has_induction and self.model_dim <= self.head_dim:
            raise ValueError(
                f"model_dim is {self.model_dim}; with induction_init it must be larger than head_dim ({self.head_dim})"
            )
        return self

    @property
    def has_induction(self) -> bool:
        """Whether the model starts with an induction circuit: it takes two layers, and planes for its positions."""
        return self.induction_init and self.num_layers >= 2 and self.head_dim >= 16

    @property
    def architecture(self) -> Literal["llama", "qwen2", "qwen3"]:
        """Under which name others know this shape."""
        return "qwen3" if self.qk_norm else "qwen2" if self.qkv_bias else "llama"

    def sizes(self) -> dict[str, Any]:
        """What a model directory says of its model; `rope_scaling` and `qkv_bias` only where there is one."""
        found = self.model_dump(exclude={"depth"})
        for name in ("rope_scaling", "qkv_bias"):
            if not found[name]:
                del found[name]
        return found
