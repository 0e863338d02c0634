"""The model that fine-tuning starts from: our own, random weights, or a directory of others."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path

import torch
from torch import Tensor

from llmpipe.errors import ParamsError
from llmpipe.files import Layout, digest, project_root
from llmpipe.model.transformer import Transformer, initial_weights
from llmpipe.sections.finetune import FinetuneConfig
from llmpipe.sections.params import Params
from llmpipe.train import directory, foreign, parallel
from llmpipe.train.directory import Loaded


def base_folder(config: FinetuneConfig, data: Layout) -> Path:
    """Where the model to start from is; a relative `finetune.path` starts at the project's folder."""
    return project_root() / config.path if config.base == "path" else data.pretrained


def load_base(config: FinetuneConfig, data: Layout) -> Loaded:
    """
    The model to start from.

    Raises:
        ParamsError: `finetune.path` is no folder, or not the one that `finetune.digest` means.
        CheckpointError: It cannot be used.
    """
    if _is_foreign(config, data):
        return foreign.load(base_folder(config, data), config.context_length)
    return directory.load(base_folder(config, data), plain=True)


def _is_foreign(config: FinetuneConfig, data: Layout) -> bool:
    """Whether the base is a directory of others, after a look at its digest."""
    folder = base_folder(config, data)
    if config.base == "path":
        check_digest("finetune.path", config.path, folder, "finetune.digest", config.digest)
        return not directory.is_ours(folder)
    return False


def first_weights(params: Params, data: Layout) -> tuple[Loaded, Callable[[], Iterator[tuple[str, Tensor]]] | None]:
    """
    The model to start from; where no process is to hold all weights, without them, and what gives them.

    Raises:
        ParamsError, CheckpointError: As `load_base`.
    """
    config = params.finetune
    generator = torch.Generator().manual_seed(config.seed)
    if not parallel.shares_weights(params.compute.strategy):
        base = load_base(config, data)
        if config.base == "random":
            base = replace(base, model=Transformer(base.config, base.model.vocab_size).initialize(generator))
        return base, None
    folder = base_folder(config, data)
    found = foreign.find(folder, config.context_length) if _is_foreign(config, data) else directory.find(folder)
    if config.base == "random":
        return found.without_weights(), partial(initial_weights, found.config, found.vocab_size, generator)
    return found.without_weights(), found.weights


def check_digest(name: str, value: str, path: Path, digest_name: str, expected: str) -> None:
    """
    What a path in params.yaml leads to must be what was meant: DVC sees the digest, not the files.

    Raises:
        ParamsError: Nothing is there, or something else.
    """
    if not value or not path.exists():
        raise ParamsError(f"{name} is '{value}', where nothing is; name a file or folder that exists.")
    found = digest(path)
    if found != expected:
        raise ParamsError(
            f"{digest_name} is '{expected}', but {name} ('{value}') holds {found}; write that if you mean it."
        )
