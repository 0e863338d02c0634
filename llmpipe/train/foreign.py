"""
A Hugging Face directory of others as a model of ours: Llama, Qwen2 or Qwen3, safetensors in one file or several.

What our network does not compute (scaled rotations but linear, llama3 and yarn, biases but those of Qwen2, sliding
windows, quantised weights) is refused by name.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from torch import Tensor

from llmpipe.errors import CheckpointError, ParamsError
from llmpipe.files import read_json
from llmpipe.model.transformer import Transformer
from llmpipe.sections.model import ROPE_KEYS, ModelConfig, RopeScaling
from llmpipe.tokenizer.foreign import ForeignTokenizer
from llmpipe.train import tensors
from llmpipe.train.directory import WEIGHTS, Found, Loaded

ARCHITECTURES = ("llama", "qwen2", "qwen3")
PLAIN: dict[str, Any] = {  # key of config.json: the only value that our network computes; it may be left out
    "attention_bias": False,  # Qwen2 has biases of queries, keys and values, whatever it says
    "mlp_bias": False,
    "use_sliding_window": False,
    "hidden_act": "silu",
    "partial_rotary_factor": 1.0,
    "quantization_config": None,
}
UNUSED = ("rotary_emb.inv_freq",)  # tables that old directories store
BESIDE_ROPE = {"type", "rope_theta", "partial_rotary_factor"}  # of rope_parameters, and no part of the scaling
GROWING = ("model.embed_tokens.weight", "lm_head.weight")  # a row for each token


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
    found = find(folder, context_length)
    model = Transformer(found.config, found.vocab_size)
    try:
        model.load_state_dict(dict(found.weights()))
    except RuntimeError as error:
        reason = " ".join(str(error).split())[:200]
        raise CheckpointError(f"the weights in {folder} do not fit its config.json: {reason}") from None
    return Loaded(model.eval(), found.tokenizer, found.config)


def find(folder: Path, context_length: int | None = None) -> Found:
    """
    As `load`, without the weights.

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
    rows = max(int(written["vocab_size"]), tokenizer.vocab_size)
    unused = (*UNUSED, "lm_head.weight") if config.tie_embeddings else UNUSED

    def weights() -> Iterator[tuple[str, Tensor]]:
        for name, tensor in read_weights(folder, unused):
            yield name, _grown(tensor, rows) if name in GROWING else tensor

    def shapes() -> dict[str, tuple[int, ...]]:
        return {
            name: (max(rows, shape[0]), *shape[1:]) if name in GROWING else shape
            for name, shape in read_shapes(folder, unused).items()
        }

    return Found(folder, config, tokenizer, rows, weights, shapes)


def model_config(written: dict[str, Any], folder: Path) -> ModelConfig:
    """
    Our sizes from a config.json of transformers, with its defaults.

    Raises:
        CheckpointError: The model computes what ours does not, or a size is missing.
    """
    where = folder / "config.json"
    kind = written.get("model_type")
    if kind not in ARCHITECTURES:
        raise CheckpointError(f"{where} has model_type '{kind}'; llmpipe tunes {', '.join(ARCHITECTURES)}.")
    sections = (written, written.get("rope_parameters") or {})
    for name, plain in PLAIN.items():
        if kind == "qwen2" and name == "attention_bias":
            continue
        for section in sections:
            if section.get(name, plain) != plain:
                raise CheckpointError(f"{where} has {name}: {section[name]}, which llmpipe does not compute.")
    if set(written.get("layer_types") or ["full_attention"]) != {"full_attention"}:
        raise CheckpointError(f"{where} has layers with a sliding window, which llmpipe does not compute.")
    rope = written.get("rope_parameters") or written.get("rope_scaling") or {}
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
            rope_scaling=_rope_scaling(rope, written, where),
            norm_eps=written.get("rms_norm_eps", 1e-6),
            qkv_bias=kind == "qwen2",
            qk_norm=kind == "qwen3",
            tie_embeddings=written.get("tie_word_embeddings", False),
        )
    except (KeyError, ValueError) as error:
        raise CheckpointError(f"{where} is not complete ({' '.join(str(error).split())[:200]}).") from None


def _rope_scaling(rope: dict[str, Any], written: dict[str, Any], where: Path) -> RopeScaling | None:
    """
    How the model stretches its rotary positions: the section `rope_parameters` or `rope_scaling` of its config.json.

    Raises:
        CheckpointError: In a way that our network does not compute.
        ValueError: It does not say how.
    """
    kind = rope.get("rope_type", rope.get("type", "default"))
    if kind == "default":
        return None
    if kind not in ROPE_KEYS:
        raise CheckpointError(
            f"{where} scales its rotary positions ({kind}), which llmpipe does not compute; it knows "
            f"{', '.join(sorted(ROPE_KEYS))}."
        )
    values = {name: rope[name] for name in ROPE_KEYS[kind] if rope.get(name) is not None} | {"rope_type": kind}
    if kind != "linear":  # older directories name it beside the section, or mean the whole context
        whole = written.get("original_max_position_embeddings") or written["max_position_embeddings"]
        values.setdefault("original_max_position_embeddings", whole)
    unknown = sorted(name for name in rope if name not in ROPE_KEYS[kind] | BESIDE_ROPE and rope[name] is not None)
    if unknown:
        raise CheckpointError(f"{where} scales its rotary positions with {unknown[0]}, which llmpipe does not compute.")
    return RopeScaling.model_validate(values)


def read_weights(folder: Path, unused: tuple[str, ...] = UNUSED) -> Iterator[tuple[str, Tensor]]:
    """
    All tensors of `model.safetensors`, or of the files that its index names, as float32, one after the other.

    Args:
        folder: The directory.
        unused: Ends of names that are left out.

    Raises:
        CheckpointError: A file is missing or damaged, or a tensor is not where the index says.
    """
    for path, names in _files(folder, unused).items():
        with _explained(path), safe_open(path, "pt") as stored:
            for name in names:
                yield name, stored.get_tensor(name).float()


def read_shapes(folder: Path, unused: tuple[str, ...] = UNUSED) -> dict[str, tuple[int, ...]]:
    """The shapes of what `read_weights` gives; raises what it raises."""
    return {name: shape for names in _files(folder, unused).values() for name, shape in names.items()}


def _files(folder: Path, unused: tuple[str, ...]) -> dict[Path, dict[str, tuple[int, ...]]]:
    """The files with weights, and the shapes of the tensors in each."""
    index = folder / f"{WEIGHTS}.index.json"
    places = {} if (folder / WEIGHTS).exists() or not index.exists() else read_json(index)["weight_map"]
    found: dict[Path, dict[str, tuple[int, ...]]] = {}
    for file in sorted(set(places.values())) or [WEIGHTS]:
        with _explained(folder / file):
            found[folder / file] = tensors.shapes(folder / file)
    missing = sorted(set(places) - {name for names in found.values() for name in names})
    if missing:
        raise CheckpointError(f"{index} names {missing[0]}, which is in none of its files; copy the whole directory.")
    return {
        path: {name: shape for name, shape in names.items() if not name.endswith(unused)}
        for path, names in found.items()
    }


@contextmanager
def _explained(path: Path) -> Iterator[None]:
    try:
        yield
    except FileNotFoundError:
        raise CheckpointError(f"{path} is missing; copy the whole directory.") from None
    except (SafetensorError, OSError) as error:
        raise CheckpointError(f"{path} is damaged ({error}); copy it again.") from None


def _grown(known: Tensor, rows: int) -> Tensor:
    """A table with rows for tokens that were added: the mean of the others (Hewitt 2021)."""
    return torch.cat([known, known.mean(0, keepdim=True).expand(rows - len(known), -1)]) if len(known) < rows else known
