"""The GGUF file holds the model: its weights, its vocabulary, its sizes; llama.cpp is asked where it is installed."""

from pathlib import Path

import pytest

pytest.importorskip("gguf", reason="the extra gguf is not installed")
pytest.importorskip("transformers", reason="the extra hf is not installed")  # test_export asks for it

import gguf
import numpy as np
import torch
from click.testing import CliRunner
from test_export import model_directory

from llmpipe.cli import main
from llmpipe.errors import CheckpointError, ParamsError
from llmpipe.export import gguf as exporter
from llmpipe.train import directory

VARIANTS = {
    "qwen3": {"model_dim": 64, "hidden_dim": 96},
    "llama": {"model_dim": 64, "hidden_dim": 96, "qk_norm": False},
    "qwen2": {"model_dim": 64, "hidden_dim": 96, "qk_norm": False, "qkv_bias": True},
    "untied": {"model_dim": 64, "hidden_dim": 96, "tie_embeddings": False, "rope_theta": 500000.0},
}


@pytest.fixture(scope="module", params=VARIANTS)
def model(request, tmp_path_factory) -> Path:
    return model_directory(tmp_path_factory.mktemp(request.param) / "m", **VARIANTS[request.param])


def fields(path: Path) -> dict:
    reader = gguf.GGUFReader(path)
    return {name: field.contents() for name, field in reader.fields.items()}


@pytest.mark.parametrize("precision", ["f32", "f16", "q8_0"])
def test_the_file_holds_the_model(model, tmp_path, precision):
    measured = exporter.export(model, tmp_path / "a.gguf", precision)
    again = exporter.export(model, tmp_path / "b.gguf", precision)

    assert measured["max_logit_difference"] <= exporter.MAX_LOGIT_DIFFERENCE[precision]
    assert (measured["max_logit_difference"] == 0) == (precision == "f32")
    assert (tmp_path / "a.gguf").read_bytes() == (tmp_path / "b.gguf").read_bytes()
    assert again == measured
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.gguf", "b.gguf"]


def test_sizes_and_vocabulary_are_those_of_the_model(model, tmp_path):
    exporter.export(model, tmp_path / "a.gguf", "f16")
    loaded = directory.load(model)

    found = fields(tmp_path / "a.gguf")

    name = "qwen3" if loaded.config.qk_norm else "qwen2" if loaded.config.qkv_bias else "llama"
    assert found["general.architecture"] == name
    assert found[f"{name}.embedding_length"] == 64
    assert found[f"{name}.attention.head_count_kv"] == 2
    assert found[f"{name}.rope.freq_base"] == loaded.config.rope_theta
    assert found["tokenizer.ggml.tokens"] == loaded.tokenizer.vocabulary
    kinds = found["tokenizer.ggml.token_type"]
    assert kinds.count(6) == 256
    assert (kinds[loaded.tokenizer.unk_id], kinds[loaded.tokenizer.bos_id], kinds[-1]) == (2, 3, 1)
    assert found["tokenizer.ggml.eos_token_id"] == loaded.tokenizer.end_id
    assert found["tokenizer.ggml.add_space_prefix"] is False
    assert "{%" in found["tokenizer.chat_template"]


def test_tensors_have_the_names_that_the_library_gives_them(model, tmp_path):
    """Of its own table for the architecture, from the names of transformers."""
    exporter.export(model, tmp_path / "a.gguf", "f32")
    loaded = directory.load(model)
    kind = gguf.MODEL_ARCH[fields(tmp_path / "a.gguf")["general.architecture"].upper()]
    table = gguf.get_tensor_name_map(kind, loaded.config.num_layers)

    stored = {tensor.name for tensor in gguf.GGUFReader(tmp_path / "a.gguf").tensors}
    assert stored == {table.get_name(name, (".weight", ".bias")) for name in loaded.model.state_dict()}
    assert ("blk.1.attn_q.bias" in stored) == loaded.config.qkv_bias


def test_a_rotation_of_neighbours_and_back():
    array = np.arange(16 * 3).reshape(16, 3)

    assert exporter._interleaved(array, 8)[:4, 0].tolist() == [0, 12, 3, 15]
    assert (exporter._halved(exporter._interleaved(array, 8), 8) == array).all()


def test_a_file_that_does_not_hold_the_model_is_refused(model, tmp_path, monkeypatch):
    monkeypatch.setattr(exporter, "tensors", lambda model, real=exporter.tensors: {
        name: array + 0.5 * (name == "output_norm.weight") for name, array in real(model).items()
    })  # fmt: skip

    with pytest.raises(CheckpointError, match="the file written as f32 computes other logits"):
        exporter.export(model, tmp_path / "a.gguf", "f32")
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_is_there_is_not_overwritten(model, tmp_path):
    (tmp_path / "a.gguf").write_text("mine")

    with pytest.raises(ParamsError, match=r"a.gguf exists already; name a new file to export to"):
        exporter.export(model, tmp_path / "a.gguf", "f16")
    assert (tmp_path / "a.gguf").read_text() == "mine"


def test_the_command_says_the_same_of_a_file_that_is_there(model, tmp_path):
    (tmp_path / "a.gguf").write_text("mine")

    result = CliRunner().invoke(main, ["export", "gguf", str(tmp_path / "a.gguf"), "--model", str(model)])

    assert result.exit_code == ParamsError.exit_code
    assert "a.gguf exists already; name a new file to export to." in result.stderr


def test_llama_cpp_computes_the_same(model, tmp_path):
    llama_cpp = pytest.importorskip("llama_cpp", reason="llama-cpp-python is not installed")
    exporter.export(model, tmp_path / "a.gguf", "f32")
    loaded = directory.load(model)
    theirs = llama_cpp.Llama(str(tmp_path / "a.gguf"), n_ctx=32, logits_all=True, verbose=False)
    tokenizer = loaded.tokenizer
    for text in ("hello world, this is Rome", "你好，世界", " two  spaces\nand a line", "emoji 🙂 é"):
        assert theirs.tokenize(text.encode(), add_bos=False, special=False) == tokenizer.encode(text)
    tokens = tokenizer.encode("hello world 你好")[:20]

    theirs.eval(tokens)

    ours = loaded.model(torch.tensor([tokens]))[0].detach().numpy()
    assert np.abs(theirs.scores[: len(tokens)] - ours).max() < 0.05  # its cache is in f16
