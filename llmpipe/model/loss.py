"""
The head's product and the cross-entropy in one, without the logits of all positions.

Logits are the largest arrays of a step. Taken by some hundred positions they stay in the processor's cache, and turning
them into their gradient in place saves passes over memory (docs/performance.md has the figures).
"""

from typing import Any

import torch
from torch import Tensor

CHUNK = 512  # positions


class _LinearCrossEntropy(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, hidden: Tensor, weight: Tensor, targets: Tensor, dtype: torch.dtype, z_loss: float) -> Tensor:
        states, head = hidden.to(dtype), weight.to(dtype)
        grad_states, grad_head = torch.empty_like(states), torch.zeros_like(weight)
        total = torch.zeros((), dtype=torch.float32, device=hidden.device)
        for start in range(0, len(states), CHUNK):
            part, wanted = states[start : start + CHUNK], targets[start : start + CHUNK, None]
            products = part @ head.T
            logits = torch.log_softmax(products, dim=1, dtype=torch.float32)
            total -= logits.gather(1, wanted).sum()
            partition = (products[:, :1] - logits[:, :1]) if z_loss else None
            grad = logits.exp_()
            if partition is not None:
                grad *= 1 + 2 * z_loss * partition
            grad = grad.scatter_add_(1, wanted, torch.full_like(wanted, -1, dtype=torch.float32)).to(dtype)
            torch.mm(grad, head, out=grad_states[start : start + CHUNK])
            if dtype == weight.dtype:
                grad_head.addmm_(grad.T, part)
            else:
                grad_head += grad.T @ part
        ctx.save_for_backward(grad_states, grad_head)
        return total

    @staticmethod
    def backward(ctx: Any, grad: Tensor) -> tuple[Tensor, Tensor, None, None, None]:
        grad_states, grad_head = ctx.saved_tensors
        return grad_states * grad, grad_head * grad, None, None, None


def linear_cross_entropy(hidden: Tensor, weight: Tensor, targets: Tensor, z_loss: float = 0.0) -> Tensor:
    """
    Summed cross-entropy in nats of softmax(hidden weight^T), with its gradients ready (for training only).

    Args:
        hidden: States (N, D).
        weight: The head (V, D), float32; under autocast the products are computed in its type.
        targets: Class numbers, int64 (N).
        z_loss: Strength of a pull of the log-partition towards 0 (see `pulled`); in the gradient, not in the value.
    """
    device = hidden.device.type
    dtype = torch.get_autocast_dtype(device) if torch.is_autocast_enabled(device) else weight.dtype
    return _LinearCrossEntropy.apply(hidden, weight, targets, dtype, z_loss)


def pulled(loss: Tensor, logits: Tensor, counts: Tensor, z_loss: float) -> Tensor:
    """
    A loss with the gradient, but not the value, of the z-loss: `z_loss` times the squared log-partition, summed.

    It keeps logits from drifting (Chowdhery et al. 2022, arXiv:2204.02311, section 5); the loss stays a cross-entropy.

    Args:
        loss: A scalar.
        logits: (N, V), float32.
        counts: Which positions count, bool (N).
        z_loss: 1e-4 is usual.
    """
    penalty = z_loss * (torch.logsumexp(logits, dim=1).square() * counts).sum()
    return loss + penalty - penalty.detach()
