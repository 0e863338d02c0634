"""
Low-rank adapters: tuning that leaves the base weights alone and trains a small change of each chosen matrix.

LoRA (Hu et al. 2021, arXiv:2106.09685) adds a product of two thin matrices; DoRA (Liu et al. 2024, arXiv:2402.09353)
also trains the length of each row. While training they are parametrizations of the weight, so the model and its
checkpoints are otherwise as ever; at the end they are merged into the weight and the model is a plain one again.
"""

import math

import torch
from torch import Tensor, nn
from torch.nn.utils import parametrize

from llmpipe.errors import CheckpointError
from llmpipe.model.transformer import Transformer
from llmpipe.sections.finetune import AdapterConfig

MAX_DIFFERENCE = 1e-4  # of logits in fp32 before and after merging


class LowRank(nn.Module):
    """
    weight + alpha / rank * B A, with the rows' lengths as parameters for DoRA.

    Args:
        weight: Of the base model (rows, columns).
        config: Kind, rank and alpha.
        generator: Draws A; B starts at 0, so that training starts from the base model.
    """

    def __init__(self, weight: Tensor, config: AdapterConfig, generator: torch.Generator) -> None:
        super().__init__()
        rows, columns = weight.shape
        self.scale = config.alpha / config.rank
        self.lora_a = nn.Parameter(torch.randn(config.rank, columns, generator=generator) / math.sqrt(columns))
        self.lora_b = nn.Parameter(torch.zeros(rows, config.rank))
        if config.kind == "dora":
            self.lora_length = nn.Parameter(weight.detach().norm(dim=1, keepdim=True))

    def forward(self, weight: Tensor) -> Tensor:
        """The changed weight (rows, columns)."""
        changed = weight + self.scale * (self.lora_b @ self.lora_a)
        if not hasattr(self, "lora_length"):
            return changed
        return self.lora_length * changed / changed.norm(dim=1, keepdim=True).clamp(min=1e-12)


def adapt(model: Transformer, config: AdapterConfig, seed: int) -> None:
    """
    Freeze the model and give each matrix named in `config.targets` a low-rank change to train, in place.

    Embeddings and head stay trainable: the base model has never seen the tokens that open and close messages.
    """
    generator = torch.Generator().manual_seed(seed)
    model.requires_grad_(False)
    model.model.embed_tokens.requires_grad_(True)
    model.head.requires_grad_(True)
    for name, module in sorted(model.named_modules()):
        if isinstance(module, nn.Linear) and name.rpartition(".")[2] in config.targets:
            parametrize.register_parametrization(module, "weight", LowRank(module.weight, config, generator))


def merge(model: Transformer) -> None:
    """
    Make the changes part of the weights, in place; the model computes the same as before.

    Raises:
        CheckpointError: It does not.
    """
    model.eval()
    inputs = torch.arange(min(64, model.config.context_length))[None] % model.vocab_size
    device = next(model.parameters()).device
    with torch.no_grad():
        before = model.logits(model.hidden(inputs.to(device)))
        for module in list(model.modules()):
            if parametrize.is_parametrized(module, "weight"):
                parametrize.remove_parametrizations(module, "weight", leave_parametrized=True)
        difference = float((model.logits(model.hidden(inputs.to(device))) - before).abs().max())
    model.requires_grad_(True)
    if not difference <= MAX_DIFFERENCE:
        raise CheckpointError(
            f"merging the adapter changed the model's logits by {difference:.2g} (at most {MAX_DIFFERENCE:g} is "
            "rounding); lower finetune.optimizer.learning_rate and run the stage again."
        )
