"""
Optimizers and learning-rate schedules, each a line in a table.

Muon orthogonalises the momentum of every weight matrix (Jordan et al. 2024); embeddings, head, norms and
other vectors go to AdamW. torch.optim.Muon calls Newton-Schulz once per matrix; here matrices of one shape are
stacked and share one call (docs/log.md has the figures).
"""

import math
from collections.abc import Callable, Iterable
from typing import Any, cast

import torch
from torch import Tensor, nn

from llmpipe.sections.training import OptimizerConfig, ScheduleConfig
from llmpipe.train import parallel

NEWTON_SCHULZ = (3.4445, -4.7750, 2.0315)  # quintic coefficients of Jordan et al. 2024, as in torch.optim.Muon


def _iteration_dtype(device: torch.device) -> torch.dtype:
    """bfloat16 (as in torch.optim.Muon) where the processor multiplies it natively."""
    native = device.type == "cuda" or torch.cpu._is_avx512_bf16_supported()
    return torch.bfloat16 if native else torch.float32


def orthogonalize(matrices: Tensor, steps: int = 5, eps: float = 1e-7, dtype: torch.dtype | None = None) -> Tensor:
    """The nearest semi-orthogonal matrices (N, rows, columns), approximately, by Newton-Schulz iteration."""
    a, b, c = NEWTON_SCHULZ
    tall = matrices.shape[-2] > matrices.shape[-1]
    x = matrices.mT if tall else matrices
    x = (x / x.norm(dim=(-2, -1), keepdim=True).clamp(min=eps)).to(dtype or _iteration_dtype(matrices.device))
    for _ in range(steps):
        gram = x @ x.mT
        x = torch.baddbmm(x, torch.baddbmm(gram, gram, gram, beta=b, alpha=c), x, beta=a)
    return (x.mT if tall else x).to(matrices.dtype)


class Muon(torch.optim.Optimizer):
    """
    Momentum orthogonalised by Newton-Schulz, one batched call per matrix shape.

    The update of a matrix (rows, columns) is scaled by sqrt(max(1, rows / columns)), as torch.optim.Muon
    with `adjust_lr_fn="original"`; Nesterov momentum; decoupled weight decay. Momentum stays in the parts that FSDP
    gives each process; to be orthogonalised, matrices are gathered, and each process takes a share of them.
    """

    def __init__(self, parameters: Iterable[Tensor], lr: float, momentum: float, weight_decay: float) -> None:
        super().__init__(list(parameters), {"lr": lr, "momentum": momentum, "weight_decay": weight_decay})

    @torch.no_grad()
    def step(self, closure: Any = None) -> None:  # type: ignore[override]
        """Update every parameter that has a gradient."""
        for group in self.param_groups:
            by_shape: dict[torch.Size, list[Tensor]] = {}
            for parameter in group["params"]:
                if parameter.grad is not None:
                    by_shape.setdefault(parameter.shape, []).append(parameter)
            for shape, parameters in by_shape.items():
                grads = torch.stack([cast(Tensor, p.grad) for p in parameters])
                buffers = []
                for parameter in parameters:
                    state = self.state[parameter]
                    if not state:
                        state["momentum"] = torch.zeros_like(parameter)
                    buffers.append(state["momentum"])
                momentum = torch.stack(buffers).lerp_(grads, 1 - group["momentum"])
                direction = grads.lerp(momentum, group["momentum"])
                update = parallel.in_parts(parallel.divided(orthogonalize, parallel.whole(direction)), direction)
                scale = math.sqrt(max(1.0, shape[0] / shape[1]))
                for parameter, buffer, new, delta in zip(parameters, buffers, momentum, update, strict=True):
                    buffer.copy_(new)
                    if group["weight_decay"]:
                        parameter.mul_(1 - group["lr"] * group["weight_decay"])
                    parameter.add_(delta, alpha=-group["lr"] * scale)


def _groups(model: nn.Module) -> tuple[list[Tensor], list[Tensor], list[Tensor]]:
    """(matrices, embeddings, head and low-rank factors, vectors) of what is trained of a model."""
    matrices: list[Tensor] = []
    embeddings: list[Tensor] = []
    vectors: list[Tensor] = []
    for name, parameter in model.named_parameters():
        if not parameter.requires_grad:
            continue
        if parameter.ndim < 2 or "conv_" in name or "lora_length" in name:
            vectors.append(parameter)
        elif "lora_" in name or "embed_tokens" in name or "lm_head" in name:
            embeddings.append(parameter)
        else:
            matrices.append(parameter)
    return matrices, embeddings, vectors


def _decay_groups(model: nn.Module, config: OptimizerConfig) -> list[dict[str, Any]]:
    """L2 on matrices and embeddings only: decaying a norm's gain to zero has no meaning."""
    matrices, embeddings, vectors = _groups(model)
    return [
        {"params": matrices + embeddings, "weight_decay": config.weight_decay},
        {"params": vectors, "weight_decay": 0.0},
    ]


def _muon(model: nn.Module, config: OptimizerConfig) -> list[torch.optim.Optimizer]:
    matrices, embeddings, vectors = _groups(model)
    rest = [{"params": embeddings, "weight_decay": config.weight_decay}, {"params": vectors, "weight_decay": 0.0}]
    adamw = torch.optim.AdamW(rest, config.learning_rate, config.betas, fused=True)
    if not matrices:  # an adapter trains none
        return [adamw]
    return [Muon(matrices, config.matrix_learning_rate, config.momentum, config.weight_decay), adamw]


def _adamw(model: nn.Module, config: OptimizerConfig) -> list[torch.optim.Optimizer]:
    return [torch.optim.AdamW(_decay_groups(model, config), config.learning_rate, config.betas, fused=True)]


def _adam(model: nn.Module, config: OptimizerConfig) -> list[torch.optim.Optimizer]:
    return [torch.optim.Adam(_decay_groups(model, config), config.learning_rate, config.betas, fused=True)]


def _sgd(model: nn.Module, config: OptimizerConfig) -> list[torch.optim.Optimizer]:
    fused = not any(map(parallel.is_part, model.parameters()))  # torch's fused kernel takes no parts
    return [torch.optim.SGD(_decay_groups(model, config), config.learning_rate, momentum=config.momentum, fused=fused)]


OPTIMIZERS: dict[str, Callable[[nn.Module, OptimizerConfig], list[torch.optim.Optimizer]]] = {
    "muon": _muon,
    "adamw": _adamw,
    "adam": _adam,
    "sgd": _sgd,
}


def make_optimizers(model: nn.Module, config: OptimizerConfig) -> list[torch.optim.Optimizer]:
    """The optimizers of `config.name`; each group remembers its peak rate as `peak_lr` for the schedule."""
    optimizers = OPTIMIZERS[config.name](model, config)
    for optimizer in optimizers:
        for group in optimizer.param_groups:
            group["peak_lr"] = group["lr"]
    return optimizers


def _linear(progress: float, config: ScheduleConfig) -> float:
    return 1 - progress


def _cosine(progress: float, config: ScheduleConfig) -> float:
    return (1 + math.cos(math.pi * progress)) / 2


def _wsd(progress: float, config: ScheduleConfig) -> float:
    return min(1.0, (1 - progress) / config.decay_ratio) if config.decay_ratio else 1.0


def _constant(progress: float, config: ScheduleConfig) -> float:
    return 1.0


SCHEDULES: dict[str, Callable[[float, ScheduleConfig], float]] = {
    "linear": _linear,
    "cosine": _cosine,
    "wsd": _wsd,
    "constant": _constant,
}


def rate_factor(step: int, steps: int, config: ScheduleConfig) -> float:
    """Learning rate at a step (0-based) as a factor of its peak: linear warm-up, then the named schedule towards 0."""
    warmup = max(1, round(steps * config.warmup_ratio))
    if step < warmup:
        return (step + 1) / warmup
    return SCHEDULES[config.name]((step - warmup) / max(1, steps - warmup), config)
