"""Word vectors as the start of a model's embeddings: their directions, in the size that random embeddings have."""

import math

import torch
from torch import Tensor

from llmpipe.model.transformer import Transformer


@torch.no_grad()
def start_from(model: Transformer, token_ids: Tensor, vectors: Tensor, generator: torch.Generator) -> None:
    """
    Replace the embeddings of some tokens; those of all others stay as they are.

    Vectors are centred, turned into the model's width by a random projection that keeps their angles, and made as long
    as random embeddings are on average, so that the first loss is near ln(V) still. The constant dimension of
    `induction_init` stays.

    Args:
        model: Initialised; changed in place.
        token_ids: int64 (N).
        vectors: Of these tokens (N, K), K less than model_dim.
        generator: Of the projection.
    """
    embeddings = model.model.embed_tokens.weight
    first = 1 if model.config.induction_init else 0
    width = embeddings.shape[1] - first
    size = embeddings[:, first:].square().mean().sqrt()
    centred = vectors - vectors.mean(0)
    directions = centred / centred.norm(dim=1, keepdim=True).clamp(min=1e-12)
    projection, _ = torch.linalg.qr(torch.randn(width, vectors.shape[1], generator=generator))
    embeddings[token_ids, first:] = directions.to(embeddings.dtype) @ projection.T * (size * math.sqrt(width))
