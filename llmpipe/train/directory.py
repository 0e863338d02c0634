"""
The model directory: weights, config and tokenizer, complete in itself.

config.json, generation_config.json and the parameter names in model.safetensors are those of
Qwen3ForCausalLM (without `qk_norm` LlamaForCausalLM, or Qwen2ForCausalLM with `qkv_bias`), so other
tools load the folder as it is.

Weights are float32, or in one of the formats of `model/compact.py`, which the `llmpipe` section of config.json names.
Other tools know bf16; int8 is our own, and config.json says so where they look, so that they refuse it.
"""

import json
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import safetensors.torch
import torch
from safetensors import SafetensorError, safe_open
from torch import Tensor

from llmpipe.errors import CheckpointError
from llmpipe.files import read_json, write_json
from llmpipe.model import compact
from llmpipe.model.transformer import Transformer
from llmpipe.sections.model import ModelConfig
from llmpipe.tokenizer import AnyTokenizer, ForeignTokenizer, Tokenizer
from llmpipe.train import parallel, tensors

WEIGHTS = "model.safetensors"
FLOAT = "float32"
FOR_OTHERS: dict[str, dict[str, Any]] = {  # what config.json says of a format under the names of transformers
    FLOAT: {},
    "bf16": {"torch_dtype": "bfloat16"},
    "int8": {"model_type": "llmpipe-int8", "architectures": []},  # which they refuse: they would misread the weights
}


@dataclass(frozen=True)
class Loaded:
    """A model directory in memory; the model is in evaluation mode."""

    model: Transformer
    tokenizer: AnyTokenizer
    config: ModelConfig


@dataclass(frozen=True)
class Found:
    """
    A model directory whose weights have not been read.

    Args:
        folder: Where it is.
        config: Sizes.
        tokenizer: Its tokenizer.
        vocab_size: Rows of the embeddings.
        weights: Names and float32 tensors, one after the other.
        shapes: Of what `weights` gives.
    """

    folder: Path
    config: ModelConfig
    tokenizer: AnyTokenizer
    vocab_size: int
    weights: Callable[[], Iterator[tuple[str, Tensor]]]
    shapes: Callable[[], dict[str, tuple[int, ...]]]

    def without_weights(self) -> Loaded:
        """
        The model on the meta device, for processes that each hold a part of `weights`.

        Raises:
            CheckpointError: A file is missing or damaged, or the weights do not belong to the config.
        """
        model = Transformer.without_weights(self.config, self.vocab_size)
        wanted = {name: tuple(tensor.shape) for name, tensor in model.state_dict().items()}
        found = self.shapes()
        for name in sorted({*wanted, *found}):
            if wanted.get(name) != found.get(name):
                raise CheckpointError(
                    f"the weights in {self.folder} do not fit its config.json: {name} is "
                    f"{_size(found.get(name))}, and should be {_size(wanted.get(name))}."
                )
        return Loaded(model.eval(), self.tokenizer, self.config)


def _size(shape: tuple[int, ...] | None) -> str:
    return "not there" if shape is None else " x ".join(map(str, shape))


def hugging_face_sizes(config: ModelConfig, vocab_size: int) -> dict[str, Any]:
    """The sizes of a model under the names that transformers gives them."""
    return {
        "vocab_size": vocab_size,
        "hidden_size": config.model_dim,
        "intermediate_size": config.hidden_dim,
        "num_hidden_layers": config.num_layers,
        "num_attention_heads": config.num_heads,
        "num_key_value_heads": config.num_kv_heads,
        "head_dim": config.head_dim,
        "max_position_embeddings": config.context_length,
        # both spellings: with neither, transformers silently uses 10000
        "rope_theta": config.rope_theta,
        **_rope(config),
        "rms_norm_eps": config.norm_eps,
        "tie_word_embeddings": config.tie_embeddings,
    }


def _rope(config: ModelConfig) -> dict[str, Any]:
    """Rotary positions in the spelling of transformers 5, and where they are stretched, in the older one, too."""
    if config.rope_scaling is None:
        return {"rope_parameters": {"rope_type": "default", "rope_theta": config.rope_theta}}
    scaling = config.rope_scaling.written()
    return {"rope_parameters": {**scaling, "rope_theta": config.rope_theta}, "rope_scaling": scaling}


def hugging_face_config(config: ModelConfig, vocab_size: int, tokenizer: AnyTokenizer) -> dict[str, Any]:
    """config.json as transformers writes it, plus our own section, which it ignores."""
    name = config.architecture
    return {
        "architectures": [f"{name.capitalize()}ForCausalLM"],
        "model_type": name,
        **hugging_face_sizes(config, vocab_size),
        "hidden_act": "silu",
        "attention_bias": config.qkv_bias,
        "mlp_bias": False,
        "use_sliding_window": False,
        "torch_dtype": "float32",
        "bos_token_id": tokenizer.bos_id,
        "eos_token_id": [tokenizer.eos_id, tokenizer.end_id],
        "pad_token_id": tokenizer.pad_id,
        "llmpipe": {"model": config.sizes(), "vocab_digest": tokenizer.digest},
    }


def save(folder: Path, model: Transformer, tokenizer_folder: Path) -> None:
    """Write a model directory into an existing (temporary) folder."""
    for path in sorted(tokenizer_folder.iterdir()):
        if path.name != "report.json":
            shutil.copyfile(path, folder / path.name)
    write(folder, model, Tokenizer.load(tokenizer_folder))


def save_foreign(folder: Path, model: Transformer, tokenizer: ForeignTokenizer) -> None:
    """Write a model directory with a tokenizer of others."""
    tokenizer.save(folder)
    write(folder, model, tokenizer)


def write(folder: Path, model: Transformer, tokenizer: AnyTokenizer, form: str = FLOAT) -> None:
    """
    Write weights, config.json and generation_config.json; the weights as float32 or in a compact format.

    Of a model in parts, the first process writes while the others call `parallel.give_parts`.
    """
    config = hugging_face_config(model.config, model.vocab_size, tokenizer)
    if form != FLOAT:
        config |= FOR_OTHERS[form]
        config["llmpipe"]["weights"] = form
    write_json(folder / "config.json", config)
    stops = [tokenizer.eos_id, tokenizer.end_id]
    write_json(
        folder / "generation_config.json",
        {"bos_token_id": tokenizer.bos_id, "eos_token_id": stops, "pad_token_id": tokenizer.pad_id, "do_sample": False},
    )
    if form == FLOAT:
        shapes = {name: tuple(tensor.shape) for name, tensor in model.state_dict().items()}
        tensors.write(folder / WEIGHTS, shapes, parallel.each_whole(model))
    else:
        state = compact.stored(dict(parallel.each_whole(model)), form)
        safetensors.torch.save_file(state, folder / WEIGHTS, metadata={"format": "pt"})
    (folder / WEIGHTS).chmod(0o644)  # the library writes 0600, which a shared cache cannot read


def load_tokenizer(folder: Path) -> AnyTokenizer:
    """The tokenizer of a model directory: ours has a SentencePiece model, that of others only `tokenizer.json`."""
    ours = (folder / "tokenizer.model").exists() or not (folder / "tokenizer.json").exists()
    return Tokenizer.load(folder) if ours else ForeignTokenizer.load(folder)


def is_ours(folder: Path) -> bool:
    """Whether llmpipe wrote this directory."""
    return "llmpipe" in read_json(folder / "config.json")


def is_standard(folder: Path) -> bool:
    """Whether other tools know the format of the weights."""
    return "model_type" not in FOR_OTHERS[read_json(folder / "config.json")["llmpipe"].get("weights", FLOAT)]


def load(folder: Path, device: str | torch.device = "cpu", *, plain: bool = False) -> Loaded:
    """
    Load a model directory.

    Args:
        folder: The directory.
        device: Where the model goes.
        plain: Make compact weights float32 parameters, for training and export; else they stay small in memory.

    Raises:
        CheckpointError: A file is missing or cut, or weights, config and tokenizer do not belong together.
    """
    found = find(folder)
    model = Transformer(found.config, found.vocab_size)
    with _explained(folder):
        state = safetensors.torch.load_file(folder / WEIGHTS)
        model.load_state_dict(compact.expanded(state))
        if not plain:
            compact.install(model, state)
    return Loaded(model.to(device).eval(), found.tokenizer, found.config)


@contextmanager
def _explained(folder: Path) -> Iterator[None]:
    try:
        yield
    except (SafetensorError, RuntimeError, KeyError, json.JSONDecodeError) as error:
        reason = " ".join(str(error).split())[:200]
        raise CheckpointError(f"{folder / WEIGHTS} does not fit its config.json or is damaged: {reason}") from None


def find(folder: Path) -> Found:
    """
    What a model directory says of itself, and where its weights are.

    Raises:
        CheckpointError: A file is missing, or config and tokenizer do not belong together.
    """
    if not (folder / WEIGHTS).exists():
        raise CheckpointError(
            f"{folder} holds no model ({WEIGHTS} is missing); run `dvc repro`, or name a model directory."
        )
    written = read_json(folder / "config.json")
    try:
        config = ModelConfig.model_validate(written["llmpipe"]["model"])
        vocab_digest, rows = written["llmpipe"]["vocab_digest"], int(written["vocab_size"])
        form = written["llmpipe"].get("weights", FLOAT)
    except (KeyError, TypeError, ValueError) as error:
        raise CheckpointError(
            f"{folder / 'config.json'} was not written by llmpipe ({type(error).__name__})."
        ) from None
    tokenizer = load_tokenizer(folder)
    if tokenizer.digest != vocab_digest:
        raise CheckpointError(
            f"{folder}: the model was trained with another tokenizer (vocabulary {vocab_digest[:12]}, found "
            f"{tokenizer.digest[:12]}); restore the folder with `dvc checkout` or train again."
        )
    if form not in FOR_OTHERS:
        raise CheckpointError(
            f"{folder / 'config.json'} says that the weights are '{form}'; this version knows {', '.join(FOR_OTHERS)}."
        )

    def weights() -> Iterator[tuple[str, Tensor]]:
        with _explained(folder), safe_open(folder / WEIGHTS, "pt") as stored:
            for name in sorted(stored.keys()):
                if not name.endswith(compact.SCALE):
                    values = stored.get_tensor(name)
                    scale = stored.get_tensor(name + compact.SCALE) if values.dtype == torch.int8 else None
                    yield name, compact.expand(values, scale)

    def shapes() -> dict[str, tuple[int, ...]]:
        with _explained(folder):
            stored = tensors.shapes(folder / WEIGHTS)
        return {name: shape for name, shape in stored.items() if not name.endswith(compact.SCALE)}

    return Found(folder, config, tokenizer, rows, weights, shapes)
