"""What the parameters alone say about model and training: parameters by module, tokens, arithmetic."""

import math

from llmpipe.config import ModelConfig, TrainConfig
from llmpipe.model.flops import training_flops_per_token


def parameters_by_module(config: ModelConfig, vocab_size: int) -> dict[str, int]:
    """Parameters of the Transformer; a tied head has none of its own."""
    c = config
    attention = c.model_dim * c.head_dim * (2 * c.num_heads + 2 * c.num_kv_heads)
    attention += 2 * c.head_dim if c.qk_norm else 0
    attention += (c.num_heads + 2 * c.num_kv_heads) * c.head_dim if c.qkv_bias else 0
    convolutions = 2 * 4 * c.model_dim if c.short_conv else 0
    block = attention + 3 * c.model_dim * c.hidden_dim + 2 * c.model_dim + convolutions
    return {
        "embedding": vocab_size * c.model_dim,
        "blocks": c.num_layers * block,
        "final_norm": c.model_dim,
        "head": 0 if c.tie_embeddings else vocab_size * c.model_dim,
    }


def num_parameters(config: ModelConfig, vocab_size: int) -> int:
    """All of them."""
    return sum(parameters_by_module(config, vocab_size).values())


def training_tokens(config: TrainConfig) -> int:
    """Tokens of a training run, padding included."""
    return config.steps * config.batch_tokens


def forward_flops_per_token(config: ModelConfig, vocab_size: int) -> float:
    """A third of a training token: the backward pass does twice the arithmetic of the forward pass."""
    return training_flops_per_token(config, vocab_size) / 3


def num_validations(config: TrainConfig) -> int:
    """Every `validate_every` steps and after the last one."""
    return math.ceil(config.steps / config.validate_every)
