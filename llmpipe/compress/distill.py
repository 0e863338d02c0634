"""
What a student learns: the right token, and how likely the teacher finds each token.

Knowledge distillation (Hinton et al. 2015, arXiv:1503.02531).

Letters: N supervised positions, V vocab_size.
"""

import torch
import torch.nn.functional as F
from torch import Tensor

from llmpipe.model.language import LanguageModel
from llmpipe.model.masks import Mask
from llmpipe.train.batches import IGNORE, Batch


def loss(
    student: LanguageModel, batch: Batch, mask: Mask, *, teacher: LanguageModel, alpha: float, temperature: float
) -> Tensor:
    """
    The loss alpha CE + (1 - alpha) t^2 KL in nats, summed over the positions that have a target.

    KL is from the teacher's likelihoods to the student's, both at temperature t; t^2 keeps the size of its gradient
    (section 2 of the paper).
    """
    keep = batch.targets != IGNORE
    logits = student.logits(student.hidden(batch.inputs, batch.segments, mask=mask)[keep]).float()
    with torch.no_grad():
        taught = teacher.logits(teacher.hidden(batch.inputs, batch.segments, mask=mask)[keep]).float()
    right = F.cross_entropy(logits, batch.targets[keep], reduction="sum")
    return alpha * right + (1 - alpha) * temperature**2 * divergence(logits, taught, temperature)


def divergence(logits: Tensor, taught: Tensor, temperature: float) -> Tensor:
    """KL(teacher || student) at a temperature, in nats, summed over positions; scores are (N, V)."""
    ours, theirs = (F.log_softmax(scores / temperature, dim=-1) for scores in (logits, taught))
    return F.kl_div(ours, theirs, reduction="sum", log_target=True)
