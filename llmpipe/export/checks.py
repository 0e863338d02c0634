"""What every exporter asks of a model, and the tokens on which what it wrote is compared with ours."""

from pathlib import Path

import torch
from torch import Tensor

from llmpipe.errors import CheckpointError
from llmpipe.train.directory import Loaded, load

NUM_TOKENS = 64


def load_standard(model_folder: Path, reader: str) -> Loaded:
    """
    Load a model whose architecture others have.

    Raises:
        CheckpointError: The model directory is damaged, or `reader` does not know such a model.
    """
    loaded = load(model_folder, plain=True)
    if loaded.config.short_conv:
        raise CheckpointError(
            f"{model_folder} was trained with model.short_conv, which no architecture of {reader} has; "
            "train with model.short_conv: false to export."
        )
    return loaded


def random_tokens(loaded: Loaded) -> Tensor:
    """Two rows of random tokens, int64 (2, T)."""
    length = min(NUM_TOKENS, loaded.config.context_length)
    return torch.randint(loaded.tokenizer.vocab_size, (2, length), generator=torch.Generator().manual_seed(0))
