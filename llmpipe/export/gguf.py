"""
A GGUF file, for llama.cpp and what is built on it (Ollama, LM Studio); read back and compared before it appears.

Names and metadata are those that llama.cpp's own converter writes for Qwen3, Qwen2 and Llama. The tokenizer is
SentencePiece's, piece by piece, which llama.cpp calls `llama`.
"""

from collections.abc import Callable, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import torch

from llmpipe.config import ModelConfig
from llmpipe.errors import CheckpointError, ParamsError
from llmpipe.export.checks import load_standard, random_tokens
from llmpipe.model.transformer import Transformer
from llmpipe.tokenizer import Tokenizer
from llmpipe.train.directory import Loaded

# Of f16 and q8_0 more than twice what llama.cpp shows for random weights
MAX_LOGIT_DIFFERENCE = {"f32": 1e-4, "f16": 0.1, "q8_0": 1.0}
Q8_BLOCK = 32  # numbers that share a scale; a row of another length stays in f16
BLOCK_TENSORS = {  # ours: theirs
    "input_layernorm": "attn_norm",
    "self_attn.q_proj": "attn_q",
    "self_attn.k_proj": "attn_k",
    "self_attn.v_proj": "attn_v",
    "self_attn.o_proj": "attn_output",
    "self_attn.q_norm": "attn_q_norm",
    "self_attn.k_norm": "attn_k_norm",
    "post_attention_layernorm": "ffn_norm",
    "mlp.gate_proj": "ffn_gate",
    "mlp.up_proj": "ffn_up",
    "mlp.down_proj": "ffn_down",
}
TENSORS = {"model.embed_tokens": "token_embd", "model.norm": "output_norm", "lm_head": "output"}


def export(model_folder: Path, to: Path, precision: str) -> dict[str, float]:
    """
    Write the model of `model_folder` to the new file `to`.

    Args:
        model_folder: A model directory.
        to: A file that is not there yet; usually it ends in .gguf.
        precision: Of the matrices: f32, f16 or q8_0 (8 bits, a scale for 32 numbers); vectors stay in f32.

    Returns:
        `megabytes` of the file, and `max_logit_difference` of the model that it holds.

    Raises:
        ParamsError: `to` is there already, or the package gguf is not installed.
        CheckpointError: The model has no standard architecture, or the file does not hold it.
    """
    gguf = _library()
    if to.exists():
        raise ParamsError(f"{to} exists already; name a new file to export to.")
    loaded = load_standard(model_folder, "llama.cpp")
    if not isinstance(loaded.tokenizer, Tokenizer):
        raise CheckpointError(
            f"{model_folder} has a tokenizer of others, which llmpipe does not write as GGUF; export it with "
            "`llmpipe export hf` and convert that with llama.cpp's convert_hf_to_gguf.py."
        )
    if loaded.config.rope_scaling is not None:
        raise CheckpointError(
            f"{model_folder} has model.rope_scaling, which llmpipe does not write as GGUF; export it with "
            "`llmpipe export hf` and convert that with llama.cpp's convert_hf_to_gguf.py."
        )
    to.parent.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(dir=to.parent, prefix=f".{to.name}.") as temporary:
        path = Path(temporary) / "model.gguf"
        _write(gguf, path, loaded, precision, model_folder)
        measured = {"megabytes": path.stat().st_size / 1e6, "max_logit_difference": _difference(gguf, path, loaded)}
        if not measured["max_logit_difference"] <= MAX_LOGIT_DIFFERENCE[precision]:  # NaN fails too
            raise CheckpointError(
                f"the file written as {precision} computes other logits (largest difference "
                f"{measured['max_logit_difference']:.2g}, at most {MAX_LOGIT_DIFFERENCE[precision]:g} is rounding); "
                "export as f16 or f32."
            )
        path.replace(to)
    return measured


def _library() -> Any:
    try:
        import gguf
    except ImportError:
        raise ParamsError("GGUF is written with the package gguf: `pip install 'llmpipe[gguf]'`.") from None
    return gguf


# --- writing ----------------------------------------------------------------------------------------


def _write(gguf: Any, path: Path, loaded: Loaded, precision: str, model_folder: Path) -> None:
    config = loaded.config
    writer = gguf.GGUFWriter(path, config.architecture)
    for add, value in _sizes(writer, config).items():
        add(value)
    kinds = {"f32": gguf.LlamaFileType.ALL_F32, "f16": gguf.LlamaFileType.MOSTLY_F16}
    writer.add_file_type(kinds.get(precision, gguf.LlamaFileType.MOSTLY_Q8_0))
    _add_tokenizer(writer, loaded, model_folder)
    for name, array in tensors(loaded.model).items():
        kind = _kind(gguf, array, precision)
        data = array.astype(np.float32) if kind == gguf.GGMLQuantizationType.F32 else gguf.quants.quantize(array, kind)
        writer.add_tensor(name, data, raw_dtype=kind)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def _sizes(writer: Any, config: ModelConfig) -> Mapping[Callable[[Any], None], Any]:
    c = config
    return {
        writer.add_block_count: c.num_layers,
        writer.add_context_length: c.context_length,
        writer.add_embedding_length: c.model_dim,
        writer.add_feed_forward_length: c.hidden_dim,
        writer.add_head_count: c.num_heads,
        writer.add_head_count_kv: c.num_kv_heads,
        writer.add_key_length: c.head_dim,
        writer.add_value_length: c.head_dim,
        writer.add_rope_dimension_count: c.head_dim,
        writer.add_rope_freq_base: c.rope_theta,
        writer.add_layer_norm_rms_eps: c.norm_eps,
    }


def _add_tokenizer(writer: Any, loaded: Loaded, model_folder: Path) -> None:
    tokenizer = loaded.tokenizer
    assert isinstance(tokenizer, Tokenizer)
    writer.add_vocab_size(tokenizer.vocab_size)
    writer.add_tokenizer_model("llama")
    writer.add_tokenizer_pre("default")
    writer.add_token_list(tokenizer.vocabulary)
    writer.add_token_scores(tokenizer.scores())
    writer.add_token_types(tokenizer.kinds())
    writer.add_bos_token_id(tokenizer.bos_id)
    writer.add_eos_token_id(tokenizer.end_id)  # an answer ends with the end of its message
    writer.add_eot_token_id(tokenizer.end_id)
    writer.add_unk_token_id(tokenizer.unk_id)
    writer.add_pad_token_id(tokenizer.pad_id)
    writer.add_add_bos_token(True)
    writer.add_add_space_prefix(False)
    writer.add_chat_template((model_folder / "chat_template.jinja").read_text("utf-8"))


def _kind(gguf: Any, array: np.ndarray, precision: str) -> Any:
    kinds = gguf.GGMLQuantizationType
    if array.ndim == 1 or precision == "f32":
        return kinds.F32
    return kinds.Q8_0 if precision == "q8_0" and array.shape[1] % Q8_BLOCK == 0 else kinds.F16


def tensors(model: Transformer) -> dict[str, np.ndarray]:
    """The weights under llama.cpp's names, float32."""
    found = {}
    for name, tensor in model.state_dict().items():
        array = tensor.detach().cpu().float().numpy()
        if _turns_neighbours(model.config, name):
            array = _interleaved(array, model.config.head_dim)
        found[_their_name(name)] = array
    return found


def _their_name(name: str) -> str:
    stem, _, part = name.rpartition(".")  # weight or bias
    if stem in TENSORS:
        return f"{TENSORS[stem]}.{part}"
    _, _, layer, rest = stem.split(".", 3)
    return f"blk.{layer}.{BLOCK_TENSORS[rest]}.{part}"


def _turns_neighbours(config: ModelConfig, name: str) -> bool:
    """Whether llama.cpp rotates neighbouring rows of this matrix: queries and keys of its Llama, not of its Qwens."""
    return config.architecture == "llama" and name.endswith(("q_proj.weight", "k_proj.weight"))


def _interleaved(array: np.ndarray, head_dim: int) -> np.ndarray:
    """Rows of each head for a rotation of neighbours, as llama.cpp's Llama has it; ours turns halves."""
    return array.reshape(-1, 2, head_dim // 2, array.shape[1]).swapaxes(1, 2).reshape(array.shape)


def _halved(array: np.ndarray, head_dim: int) -> np.ndarray:
    """What `_interleaved` undoes."""
    return array.reshape(-1, head_dim // 2, 2, array.shape[1]).swapaxes(1, 2).reshape(array.shape)


# --- reading back -----------------------------------------------------------------------------------


@torch.no_grad()
def _difference(gguf: Any, path: Path, loaded: Loaded) -> float:
    """Largest absolute difference of logits between the model and the one that a file holds, on random tokens."""
    config = loaded.config
    stored = {
        tensor.name: gguf.quants.dequantize(tensor.data, tensor.tensor_type).reshape(tuple(reversed(tensor.shape)))
        for tensor in gguf.GGUFReader(path).tensors
    }
    read = Transformer(config, loaded.tokenizer.vocab_size).eval()
    state = {}
    for name in read.state_dict():
        array = np.array(stored[_their_name(name)], dtype=np.float32)
        if _turns_neighbours(config, name):
            array = _halved(array, config.head_dim)
        state[name] = torch.from_numpy(array)
    read.load_state_dict(state)
    token_ids = random_tokens(loaded)
    return float((read(token_ids) - loaded.model(token_ids)).abs().max())
