"""The exported folder computes the same in transformers, and a folder that does not is refused."""

import shutil
from pathlib import Path

import pytest

pytest.importorskip("transformers", reason="the extra hf is not installed")

import safetensors.torch
import torch

from llmpipe.config import ModelConfig, TokenizerConfig
from llmpipe.errors import CheckpointError, ParamsError
from llmpipe.export.hf import export, verify
from llmpipe.files import digest, read_json, write_json
from llmpipe.model.transformer import Transformer
from llmpipe.tokenizer import Tokenizer
from llmpipe.tokenizer.training import train
from llmpipe.train import directory

SIZES = {
    "model_dim": 32,
    "num_layers": 2,
    "num_heads": 4,
    "num_kv_heads": 2,
    "head_dim": 16,
    "hidden_dim": 48,
    "context_length": 32,
}
VARIANTS = {
    "qwen3": {},
    "llama": {"qk_norm": False},
    "untied": {"tie_embeddings": False, "rope_theta": 500000.0},
}


@pytest.fixture(autouse=True)
def one_thread():
    """Tiny products are slower on two threads, much slower beside other work."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


def model_directory(folder: Path, **changes: object) -> Path:
    """A model with random weights everywhere, so that every parameter shows in the logits."""
    lines = ["hello world, this is Rome", "你好，世界。罗马很美。"] * 5
    folder.mkdir(parents=True)
    tokenizer = Tokenizer(train(lines, TokenizerConfig(vocab_size=300, character_coverage=1.0)))
    tokenizer.save(folder / "tokenizer")
    model = Transformer(ModelConfig(**(SIZES | changes)), tokenizer.vocab_size)
    generator = torch.Generator().manual_seed(1)
    with torch.no_grad():
        for _, parameter in sorted(model.named_parameters()):
            parameter.normal_(1.0 if parameter.ndim == 1 else 0.0, 0.2, generator=generator)
    (folder / "model").mkdir()
    directory.save(folder / "model", model, folder / "tokenizer")
    (folder / "model/curve.csv").write_text("step,loss\n", encoding="utf-8")
    return folder / "model"


def test_a_qwen2_with_our_tokenizer_is_refused(tmp_path):
    """Transformers reads the text of a qwen2 with Qwen's tokenizer, whatever the folder says."""
    folder = model_directory(tmp_path / "ours", qk_norm=False, qkv_bias=True)
    with pytest.raises(CheckpointError, match=r"transformers reads the text of every Qwen2 with Qwen's tokenizer"):
        export(folder, tmp_path / "theirs")
    assert not (tmp_path / "theirs").exists()


@pytest.mark.parametrize("variant", VARIANTS)
def test_transformers_computes_the_same(tmp_path, variant):
    measured = export(model_directory(tmp_path / "ours", **VARIANTS[variant]), tmp_path / "theirs")

    assert measured["max_logit_difference"] < 1e-4
    assert measured["strings"] > 5000


def test_the_folder_holds_what_hugging_face_reads_and_is_still_a_model_directory(tmp_path):
    source = model_directory(tmp_path / "ours")
    export(source, tmp_path / "theirs")
    export(source, tmp_path / "again")

    names = {path.name for path in (tmp_path / "theirs").iterdir()}
    assert names >= {
        "config.json",
        "generation_config.json",
        "model.safetensors",
        "tokenizer.json",
        "chat_template.jinja",
    }
    assert "curve.csv" not in names
    assert read_json(tmp_path / "theirs/tokenizer_config.json")["model_max_length"] == 32
    assert digest(tmp_path / "theirs") == digest(tmp_path / "again")
    assert directory.load(tmp_path / "theirs").tokenizer.vocab_size == 300


def test_other_weights_or_another_base_of_the_rotation_are_noticed(tmp_path):
    source = model_directory(tmp_path / "ours")
    loaded = directory.load(source)
    broken = shutil.copytree(source, tmp_path / "broken")
    state = safetensors.torch.load_file(broken / "model.safetensors")
    state["model.layers.1.self_attn.q_norm.weight"][0] += 0.1
    safetensors.torch.save_file(state, broken / "model.safetensors", metadata={"format": "pt"})
    with pytest.raises(CheckpointError, match="computes other logits"):
        verify(broken, loaded)

    shutil.copy(source / "model.safetensors", broken / "model.safetensors")
    config = read_json(broken / "config.json")
    config["rope_theta"] = config["rope_parameters"]["rope_theta"] = 500.0
    write_json(broken / "config.json", config)
    with pytest.raises(CheckpointError, match="computes other logits"):
        verify(broken, loaded)


def test_a_tokenizer_with_other_merges_is_noticed(tmp_path):
    source = model_directory(tmp_path / "ours")
    tokenizer = read_json(source / "tokenizer.json")
    del tokenizer["model"]["merges"][:5]
    write_json(source / "tokenizer.json", tokenizer)

    with pytest.raises(CheckpointError, match="reads other tokens"):
        export(source, tmp_path / "theirs")
    assert not (tmp_path / "theirs").exists()


def test_a_chat_template_of_another_form_is_noticed(tmp_path):
    source = model_directory(tmp_path / "ours")
    path = source / "chat_template.jinja"
    path.write_text(path.read_text(encoding="utf-8").replace("{{- bos_token }}", ""), encoding="utf-8")

    with pytest.raises(CheckpointError, match="another prompt"):
        export(source, tmp_path / "theirs")


def test_a_model_without_a_standard_architecture_is_refused(tmp_path):
    source = model_directory(tmp_path / "ours", short_conv=True)
    with pytest.raises(CheckpointError, match=r"train with model\.short_conv: false"):
        export(source, tmp_path / "theirs")


def test_a_folder_with_files_is_never_overwritten(tmp_path):
    source = model_directory(tmp_path / "ours")
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine/thesis.txt").write_text("precious", encoding="utf-8")

    with pytest.raises(ParamsError, match="mine exists already"):
        export(source, tmp_path / "mine")
    assert (tmp_path / "mine/thesis.txt").read_text(encoding="utf-8") == "precious"


def test_missing_transformers_is_said_with_the_remedy(tmp_path, monkeypatch):
    source = model_directory(tmp_path / "ours")
    monkeypatch.setitem(__import__("sys").modules, "transformers", None)

    with pytest.raises(ParamsError, match=r"pip install 'llmpipe\[hf\]'"):
        export(source, tmp_path / "theirs")
    assert not (tmp_path / "theirs").exists()
