"""
A Hugging Face directory of others as a model of ours: Llama or Qwen3, safetensors in one file or several.

What our network does not compute (scaled rotations, biases, sliding windows, quantised weights) is refused by name.
"""

from pathlib import Path
from typing import Any

import safetensors.torch
import torch
from safetensors import SafetensorError
from torch import Tensor

from llmpipe.errors import CheckpointError, ParamsError
from llmpipe.files import read_json
from llmpipe.model.transformer import Transformer
from llmpipe.sections.model import ModelConfig
from llmpipe.tokenizer.foreign import ForeignTokenizer
from llmpipe.train.directory import WEIGHTS, Loaded

ARCHITECTURES = ("llama", "qwen3")
PLAIN: dict[str, Any] = {  # key of config.json: the only value that our network computes; it may be left out
    "attention_bias": False,
    "mlp_bias": False,
    "use_sliding_window": False,
    "hidden_act": "silu",
    "partial_rotary_factor": 1.0,
    "quantization_config": None,
}
UNUSED = ("rotary_emb.inv_freq",)  # tables that old directories store


def load(folder: Path, context_length: int | None = None) -> Loaded:
    """
    Load a directory that transformers, not llmpipe, has written.

    Args:
        folder: With config.json, safetensors and tokenizer.json.
        context_length: Positions to use; None: all that the model knows.

    Raises:
        CheckpointError: A file is missing or damaged, or the model is of another architecture.
        ParamsError: The context is longer than the model's.
    """
    if not (folder / "config.json").exists():
        raise CheckpointError(f"{folder} holds no config.json; name a Hugging Face directory or a model directory.")
    written = read_json(folder / "config.json")
    config = model_config(written, folder)
    if context_length is not None:
        if context_length > config.context_length:
            raise ParamsError(
                f"finetune.context_length is {context_length}, but the model in {folder} knows {config.context_length} "
                "positions; lower it."
            )
        config = config.model_copy(update={"context_length": context_length})
    tokenizer = ForeignTokenizer.load(folder)
    state = read_weights(folder)
    if config.tie_embeddings:
        state.pop("lm_head.weight", None)
    rows = max(int(written["vocab_size"]), tokenizer.vocab_size)
    model = Transformer(config, rows)
    try:
        model.load_state_dict(_grown(state, rows))
    except RuntimeError as error:
        reason = " ".join(str(error).split())[:200]
        raise CheckpointError(f"the weights in {folder} do not fit its config.json: {reason}") from None
    return Loaded(model.eval(), tokenizer, config)


def model_config(written: dict[str, Any], folder: Path) -> ModelConfig:
    """
    Our sizes from a config.json of transformers, with its defaults.

    Raises:
        CheckpointError: The model computes what ours does not, or a size is missing.
    """
    where = folder / "config.json"
    kind = written.get("model_type")
    if kind not in ARCHITECTURES:
        raise CheckpointError(f"{where} has model_type '{kind}'; llmpipe tunes {' and '.join(ARCHITECTURES)}.")
    for name, plain in PLAIN.items():
        if written.get(name, plain) != plain:
            raise CheckpointError(f"{where} has {name}: {written[name]}, which llmpipe does not compute.")
    if set(written.get("layer_types") or ["full_attention"]) != {"full_attention"}:
        raise CheckpointError(f"{where} has layers with a sliding window, which llmpipe does not compute.")
    rope = written.get("rope_parameters") or written.get("rope_scaling") or {}
    rope_type = rope.get("rope_type", rope.get("type", "default"))
    if rope_type != "default":
        raise CheckpointError(
            f"{where} scales its rotary positions ({rope_type}), which llmpipe does not compute; use a model that "
            "does not."
        )
    try:
        heads = written["num_attention_heads"]
        return ModelConfig(
            model_dim=written["hidden_size"],
            num_layers=written["num_hidden_layers"],
            num_heads=heads,
            num_kv_heads=written.get("num_key_value_heads") or heads,
            head_dim=written.get("head_dim") or (128 if kind == "qwen3" else written["hidden_size"] // heads),
            hidden_dim=written["intermediate_size"],
            context_length=written["max_position_embeddings"],
            rope_theta=float(rope.get("rope_theta") or written.get("rope_theta") or 10000.0),
            norm_eps=written.get("rms_norm_eps", 1e-6),
            qk_norm=kind == "qwen3",
            tie_embeddings=written.get("tie_word_embeddings", False),
        )
    except (KeyError, ValueError) as error:
        raise CheckpointError(f"{where} is not complete ({' '.join(str(error).split())[:200]}).") from None


def read_weights(folder: Path) -> dict[str, Tensor]:
    """
    All tensors of `model.safetensors`, or of the files that its index names, as float32.

    Raises:
        CheckpointError: A file is missing or damaged, or a tensor is not where the index says.
    """
    index = folder / f"{WEIGHTS}.index.json"
    places = {} if (folder / WEIGHTS).exists() or not index.exists() else read_json(index)["weight_map"]
    state: dict[str, Tensor] = {}
    for name in sorted(set(places.values())) or [WEIGHTS]:
        try:
            state |= safetensors.torch.load_file(folder / name)
        except FileNotFoundError:
            raise CheckpointError(f"{folder / name} is missing; copy the whole directory.") from None
        except (SafetensorError, OSError) as error:
            raise CheckpointError(f"{folder / name} is damaged ({error}); copy it again.") from None
    missing = sorted(set(places) - set(state))
    if missing:
        raise CheckpointError(f"{index} names {missing[0]}, which is in none of its files; copy the whole directory.")
    return {name: tensor.float() for name, tensor in state.items() if not name.endswith(UNUSED)}


def _grown(state: dict[str, Tensor], rows: int) -> dict[str, Tensor]:
    """Embeddings and head with rows for tokens that were added: the mean of the others (Hewitt 2021)."""
    for name in ("model.embed_tokens.weight", "lm_head.weight"):
        known = state.get(name)
        if known is not None and len(known) < rows:
            state[name] = torch.cat([known, known.mean(0, keepdim=True).expand(rows - len(known), -1)])
    return state
