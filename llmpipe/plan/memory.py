"""
How many bytes training takes, by formula.

Weights, gradients and optimizer state are float32, so AdamW takes 16 bytes a parameter and Muon 12 a matrix weight, as
Rajbhandari et al. 2020 (arXiv:1910.02054, section 3.1) count. Activations are what the backward pass of a block reads
again, counted from `model/transformer.py` in the way of Korthikanti et al. 2022 (arXiv:2205.05198, section 4).
"""

from llmpipe.config import ComputeConfig, ModelConfig, OptimizerConfig, TrainConfig
from llmpipe.plan.sizes import num_parameters

FLOAT = 4  # bytes of a float32
HALF = 2  # bytes of a bfloat16
LOGITS_AT_ONCE = 512  # positions, on a CPU (model/loss.py)
PLAIN = 1024  # positions up to which a CPU keeps all T x T weights in bfloat16 (model/masks.py)
CHECKPOINT_COPIES = 2  # the state copied for the writing thread, and its bytes
SHARED = "weights", "gradients", "optimizer"  # what FSDP divides, and what can stay in main memory


def optimizer_bytes(model: ModelConfig, optimizer: OptimizerConfig, vocab_size: int) -> int:
    """Two moments a parameter for Adam and AdamW, one for SGD; Muon has one for matrices and two for the rest."""
    total = num_parameters(model, vocab_size)
    moments = {"adamw": 2 * total, "adam": 2 * total, "sgd": total, "muon": 2 * total - _block_weights(model)}
    return FLOAT * moments[optimizer.name]


def _block_weights(model: ModelConfig) -> int:
    """Weights of the matrices of all blocks."""
    c = model
    attention = c.model_dim * c.head_dim * (2 * c.num_heads + 2 * c.num_kv_heads)
    return c.num_layers * (attention + 3 * c.model_dim * c.hidden_dim)


def activation_bytes(model: ModelConfig, tokens: int, *, bf16: bool, cuda: bool, vocab_size: int) -> int:
    """
    What one micro-batch of `tokens` keeps for its backward pass.

    A token and block: two normed inputs (D each); what the products of queries, keys and values give, normed, rotated
    and attended (6 H K + 6 G K); gate and up, silu of the gate, their product (4 F). On top the dense document mask of
    a CPU, and the logits: of 512 positions on a CPU, on a GPU of all of them, in bfloat16 and float32, with a gradient.
    """
    c = model
    heads, kv = c.num_heads * c.head_dim, c.num_kv_heads * c.head_dim
    kept = 2 * c.model_dim * FLOAT
    kept += (6 * heads + 6 * kv + 4 * c.hidden_dim + c.model_dim) * (HALF if bf16 else FLOAT)
    if bf16 and not cuda and c.context_length <= PLAIN:
        kept += 2 * c.num_heads * c.context_length * HALF
    joined = _block_weights(c) * (HALF if bf16 else FLOAT)  # matrices times the gain of their norm, and in bfloat16
    mask = 0 if cuda else tokens * c.context_length * (FLOAT + 2)
    positions = tokens if cuda else min(tokens, LOGITS_AT_ONCE)
    logits = positions * vocab_size * (HALF + 2 * FLOAT if cuda else 2 * FLOAT)
    return tokens * c.num_layers * kept + joined + mask + logits


def weight_bytes(model: ModelConfig, vocab_size: int) -> int:
    """Of all weights in float32."""
    return FLOAT * num_parameters(model, vocab_size)


def recomputed_bytes(model: ModelConfig, tokens: int, *, bf16: bool, cuda: bool, vocab_size: int) -> int:
    """The same as `activation_bytes` with `activation_checkpointing`: the input of each block, and one block whole."""
    one = model.model_copy(update={"num_layers": 1})
    inputs = tokens * model.num_layers * model.model_dim * (HALF if bf16 and cuda else FLOAT)
    return inputs + activation_bytes(one, tokens, bf16=bf16, cuda=cuda, vocab_size=vocab_size)


def gathered_bytes(model: ModelConfig, vocab_size: int, bf16: bool) -> int:
    """What FSDP holds whole for a while: embeddings, the block that computes and the next one."""
    blocks = _block_weights(model)
    rest = num_parameters(model, vocab_size) - blocks
    return (rest + 2 * blocks // model.num_layers) * (HALF if bf16 else FLOAT)


def training_bytes(
    model: ModelConfig,
    config: TrainConfig,
    vocab_size: int,
    *,
    bf16: bool,
    cuda: bool,
    compute: ComputeConfig | None = None,
    processes: int = 1,
) -> dict[str, int]:
    """
    Bytes of one training run by what they hold, in each process; `checkpoint` is of all together, in main memory.

    Args:
        model: Sizes.
        config: Batch and optimizer.
        vocab_size: V.
        bf16: Whether products are in bfloat16.
        cuda: Whether a GPU computes.
        compute: How processes share the work; None: there is one.
        processes: How many.
    """
    weights, optimizer = weight_bytes(model, vocab_size), optimizer_bytes(model, config.optimizer, vocab_size)
    tokens = config.micro_batch_tokens or config.batch_tokens
    shares = processes if compute and compute.strategy != "ddp" else 1
    kept = recomputed_bytes if compute and compute.activation_checkpointing else activation_bytes
    gathered = {"gathered": gathered_bytes(model, vocab_size, bf16)} if shares > 1 else {}
    return {
        "weights": weights // shares,
        "gradients": weights // shares,
        "optimizer": optimizer // shares,
        **gathered,
        "activations": kept(model, tokens, bf16=bf16, cuda=cuda, vocab_size=vocab_size),
        "checkpoint": CHECKPOINT_COPIES * (weights + optimizer),
    }


def places(parts: dict[str, int], compute: ComputeConfig, *, cuda: bool, processes: int) -> tuple[int, int]:
    """Bytes of all training processes in main memory, and of one on its GPU."""
    offloads = compute.cpu_offload and "gathered" in parts
    shared = sum(parts[name] for name in SHARED)
    rest = parts["activations"] + parts.get("gathered", 0)
    in_main = shared + rest if not cuda else shared if offloads else 0
    on_gpu = 0 if not cuda else rest if offloads else shared + rest
    return parts["checkpoint"] + processes * in_main, on_gpu
