"""Fine-tuning by two processes, neither of which holds the model whole: it is read and written in parts."""

import shutil
import subprocess
from pathlib import Path

import pytest
import scale
import tiny
import torch
import tuned_parts
from imports import ROOT
from safetensors.torch import load_file, save_file
from test_scale import TORCHRUN, environment

from llmpipe.files import Layout, digest, read_json, write_json
from llmpipe.train import directory


def write_others(ours: Path, folder: Path) -> None:
    """The model as others ship one: two files in half precision, an index, fewer rows than tokens."""
    shutil.copytree(ours, folder, ignore=shutil.ignore_patterns("tokenizer.model"))
    state = {name: tensor.bfloat16() for name, tensor in load_file(folder / directory.WEIGHTS).items()}
    state["model.embed_tokens.weight"] = state["model.embed_tokens.weight"][:-1].contiguous()
    (folder / directory.WEIGHTS).unlink()
    places = {name: f"model-{number % 2}.safetensors" for number, name in enumerate(sorted(state))}
    for file in set(places.values()):
        save_file({name: state[name] for name, place in places.items() if place == file}, folder / file)
    write_json(folder / f"{directory.WEIGHTS}.index.json", {"weight_map": places})
    config = read_json(folder / "config.json")
    del config["llmpipe"]
    write_json(folder / "config.json", config | {"vocab_size": config["vocab_size"] - 1})


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What two processes have tuned, by way."""
    root = tmp_path_factory.mktemp("tuned")
    data = tiny.write_pretrained(root / "data")
    write_others(data.pretrained, root / "llama")
    program = ["--standalone", "--nproc-per-node=2", str(ROOT / "tests/tuned_parts.py"), str(root)]
    subprocess.run([*TORCHRUN, *program], env=environment(), check=True, timeout=240)
    return root


@pytest.mark.parametrize("way", ["pretrained", "random", "others"])
def test_two_processes_tune_without_holding_the_model_whole(folder: Path, tmp_path: Path, way: str):
    """Any base is read in parts (`scale.hold_whole`), and what is written has the form of one process's."""
    scale.tune(Layout(folder / "data"), tmp_path, **tuned_parts.ways(folder)[way])
    found, expected = (Layout(root).finetuned / directory.WEIGHTS for root in (folder / way, tmp_path))

    start = 8 + int.from_bytes(expected.read_bytes()[:8], "little")
    assert found.read_bytes()[:start] == expected.read_bytes()[:start]
    for name, tensor in load_file(expected).items():
        torch.testing.assert_close(load_file(found)[name], tensor, rtol=0, atol=1e-5, msg=name)
    assert len({digest(Layout(root).finetuned / "config.json") for root in (folder / way, tmp_path)}) == 1
    metrics = [read_json(Layout(root).metrics("finetune")) for root in (folder / way, tmp_path)]
    assert metrics[0]["kept_step"] == metrics[1]["kept_step"]
    assert metrics[0]["valid_loss"] == pytest.approx(metrics[1]["valid_loss"], abs=1e-5)
