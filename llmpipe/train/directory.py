"""
The model directory: weights, config and tokenizer, complete in itself.

config.json, generation_config.json and the parameter names in model.safetensors are those of
Qwen3ForCausalLM (LlamaForCausalLM when `qk_norm` is false), so other tools load the folder as it is.

Weights are float32, or in one of the formats of `model/compact.py`, which the `llmpipe` section of config.json names.
Other tools know bf16; int8 is our own, and config.json says so where they look, so that they refuse it.
"""

import json
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import safetensors.torch
import torch
from safetensors import SafetensorError

from llmpipe.errors import CheckpointError
from llmpipe.files import read_json, write_json
from llmpipe.model import compact
from llmpipe.model.transformer import Transformer
from llmpipe.sections.model import ModelConfig
from llmpipe.tokenizer import AnyTokenizer, ForeignTokenizer, Tokenizer

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
        "rope_parameters": {"rope_type": "default", "rope_theta": config.rope_theta},
        "rms_norm_eps": config.norm_eps,
        "tie_word_embeddings": config.tie_embeddings,
    }


def hugging_face_config(config: ModelConfig, vocab_size: int, tokenizer: AnyTokenizer) -> dict[str, Any]:
    """config.json as transformers writes it, plus our own section, which it ignores."""
    name = "Qwen3" if config.qk_norm else "Llama"
    return {
        "architectures": [f"{name}ForCausalLM"],
        "model_type": name.lower(),
        **hugging_face_sizes(config, vocab_size),
        "hidden_act": "silu",
        "attention_bias": False,
        "mlp_bias": False,
        "use_sliding_window": False,
        "torch_dtype": "float32",
        "bos_token_id": tokenizer.bos_id,
        "eos_token_id": [tokenizer.eos_id, tokenizer.end_id],
        "pad_token_id": tokenizer.pad_id,
        "llmpipe": {"model": config.model_dump(exclude={"depth"}), "vocab_digest": tokenizer.digest},
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
    """Write weights, config.json and generation_config.json; the weights as float32 or in a compact format."""
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
    state = {name: tensor.detach().cpu().contiguous() for name, tensor in sorted(model.state_dict().items())}
    if form != FLOAT:
        state = compact.stored(state, form)
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
    model = Transformer(config, rows)
    try:
        state = safetensors.torch.load_file(folder / WEIGHTS)
        model.load_state_dict(compact.expanded(state))
        if not plain:
            compact.install(model, state)
    except (SafetensorError, RuntimeError, KeyError, json.JSONDecodeError) as error:
        reason = " ".join(str(error).split())[:200]
        raise CheckpointError(f"{folder / WEIGHTS} does not fit its config.json or is damaged: {reason}") from None
    return Loaded(model.to(device).eval(), tokenizer, config)
