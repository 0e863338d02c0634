"""How much arithmetic a model does, by the usual count, and a machine at best: what throughput is compared with."""

import time

import torch

from llmpipe.sections.model import ModelConfig


def matrix_parameters(config: ModelConfig, vocab_size: int) -> int:
    """Weights that each token is multiplied with: all matrices and the head, not the embedding lookup."""
    c = config
    attention = c.model_dim * c.head_dim * (2 * c.num_heads + 2 * c.num_kv_heads)
    return c.num_layers * (attention + 3 * c.model_dim * c.hidden_dim) + vocab_size * c.model_dim


def training_flops_per_token(config: ModelConfig, vocab_size: int) -> int:
    """
    Floating-point operations of forward and backward pass for each token of a full row.

    6 for each weight of a matrix (2 forward, 4 backward) and 12 L H K T for attention scores and their use, the
    count of Chowdhery et al. 2022 (arXiv:2204.02311, appendix B). All T x T scores count although half are masked.
    """
    c = config
    attention = 12 * c.num_layers * c.num_heads * c.head_dim * c.context_length
    return 6 * matrix_parameters(c, vocab_size) + attention


def lstm_flops_per_token(width: int, num_layers: int, vocab_size: int) -> int:
    """Of forward and backward pass: 6 for each weight of the gates and the head; there are no scores."""
    return 6 * (num_layers * 8 * width**2 + vocab_size * width)


def encoder_decoder_flops_per_token(config: ModelConfig, vocab_size: int, source_ratio: float) -> int:
    """
    Of forward and backward pass for each position of a full row, counted as `training_flops_per_token` does.

    Args:
        config: Of `model/encoder_decoder.py`; `num_layers` is that of each half.
        vocab_size: V.
        source_ratio: Share of a row's positions that are the encoder's.
    """
    c, answer_ratio = config, 1 - source_ratio
    queries, keys = c.model_dim * c.num_heads * c.head_dim * 2, c.model_dim * c.num_kv_heads * c.head_dim * 2
    block = queries + keys + 3 * c.model_dim * c.hidden_dim
    scores = 12 * c.num_heads * c.head_dim * c.context_length
    encoder = c.num_layers * (6 * (block + keys) + scores * source_ratio)  # keys and values of cross-attention, too
    decoder = c.num_layers * (6 * (block + queries) + scores) + 6 * vocab_size * c.model_dim
    return round(source_ratio * encoder + answer_ratio * decoder)


def matmul_peak(device: torch.device, dtype: torch.dtype, side: int = 0) -> float:
    """
    Floating-point operations a second of a large square matrix product on random numbers, the best of twelve.

    Args:
        device: Where.
        dtype: Of the numbers.
        side: Of the matrices; 0: enough to be fast, and a third of a second in all.
    """
    side = side or (8192 if device.type == "cuda" else 1024)
    generator = torch.Generator(device).manual_seed(1)  # the run's own random numbers stay as they are
    a, b = (torch.randn(side, side, device=device, generator=generator).to(dtype) for _ in range(2))
    best = float("inf")
    for _ in range(12):
        start = time.perf_counter()
        a @ b
        if device.type == "cuda":
            torch.cuda.synchronize(device)
        best = min(best, time.perf_counter() - start)
    return 2 * side**3 / best
