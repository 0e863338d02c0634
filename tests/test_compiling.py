"""Whether a run is compiled is a function of its parameters, and what was compiled is found again."""

import os
from pathlib import Path

import pytest
import tiny
import torch
from imports import ROOT
from torch.utils import cpp_extension

from llmpipe import config
from llmpipe.config import ComputeConfig, ModelConfig, PretrainConfig
from llmpipe.errors import DataError
from llmpipe.train import compiling
from llmpipe.train.compiling import decide
from llmpipe.train.device import Device

CPU, GPU = Device(torch.device("cpu"), bf16=False), Device(torch.device("cuda"), bf16=True)
MODEL = ModelConfig(**tiny.PARAMS["model"])


def decision(device: Device = CPU, steps: int = 1000, **compute: object) -> compiling.Decision:
    config = PretrainConfig(steps=steps, batch_tokens=8192)
    return decide(ComputeConfig(threads=1, **compute), MODEL, 380, config, device)


def test_a_long_run_is_compiled_and_a_short_one_is_not():
    """What is saved grows with the steps, what it costs does not: somewhere between the answer changes, once."""
    found = [decision(steps=10**power).compile for power in range(2, 8)]

    assert found == sorted(found)
    assert (found[0], found[-1]) == (False, True)


@pytest.mark.parametrize("wanted", [False, True])
def test_who_asks_is_not_second_guessed(wanted: bool):
    assert decision(steps=1 if wanted else 10**9, compile=wanted).compile is wanted


def test_the_answer_depends_on_no_number_of_processes_for_they_may_resume_each_other():
    assert decision(steps=10**4) == decision(steps=10**4, processes=8, strategy="fsdp")


def test_a_step_in_bfloat16_takes_half_the_time_of_which_twice_the_share_is_saved():
    """So the run that just pays is as long in both."""

    def just(bf16: bool) -> int:
        device = Device(CPU.torch, bf16)
        return next(steps for steps in range(1000, 10**6, 1000) if decision(device, steps=steps).compile)

    assert just(bf16=True) == pytest.approx(just(bf16=False), rel=0.2)


def test_the_world_is_not_compiled_and_a_gpt2_on_a_gpu_is():
    """Whose bytes are known."""
    world, large = (config.load(ROOT / "recipes" / f"{name}.yaml") for name in ("world", "gpu-124m"))
    for section in world.pretrain, world.finetune:
        for bf16 in False, True:
            device = Device(CPU.torch, bf16)
            assert not decide(world.compute, world.model, world.tokenizer.vocab_size, section, device).compile
    auto = large.compute.model_copy(update={"compile": "auto"})

    assert decide(auto, large.model, large.tokenizer.vocab_size, large.pretrain, GPU).compile


# --- what is kept -----------------------------------------------------------------------------------


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project whose path has a space."""
    folder = tmp_path / "my project"
    folder.mkdir()
    monkeypatch.setenv("DVC_ROOT", str(folder))
    monkeypatch.setenv("TORCHINDUCTOR_CACHE_DIR", "")  # so that what is set is undone
    monkeypatch.delenv("TORCHINDUCTOR_CACHE_DIR")
    monkeypatch.setattr(compiling.tempfile, "gettempdir", lambda: str(tmp_path))
    return folder


def test_compiled_kernels_stay_in_the_project_under_a_path_without_a_space(project: Path):
    compiling.prepare()
    place = os.environ["TORCHINDUCTOR_CACHE_DIR"]
    (Path(place) / "kernel.so").write_bytes(b"1")
    del os.environ["TORCHINDUCTOR_CACHE_DIR"]
    compiling.prepare()

    assert " " not in place
    assert os.environ["TORCHINDUCTOR_CACHE_DIR"] == place  # what is cached knows its path
    assert (project / ".llmpipe/compiled/kernel.so").read_bytes() == b"1"


def test_a_cache_that_the_user_named_is_left_alone(project: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("TORCHINDUCTOR_CACHE_DIR", "/somewhere")
    compiling.prepare()

    assert os.environ["TORCHINDUCTOR_CACHE_DIR"] == "/somewhere"
    assert not (project / ".llmpipe").exists()


def test_pytorch_in_a_path_with_a_space_is_linked_to_by_the_compiler(project: Path, monkeypatch: pytest.MonkeyPatch):
    """PyTorch 2.13 names the folder of its libraries to the C++ compiler without quotes."""
    (project / "torch/lib").mkdir(parents=True)
    monkeypatch.setattr(torch, "__file__", str(project / "torch/__init__.py"))
    monkeypatch.setattr(cpp_extension, "TORCH_LIB_PATH", str(project / "torch/lib"))
    compiling.prepare()

    assert " " not in cpp_extension.TORCH_LIB_PATH
    assert Path(cpp_extension.TORCH_LIB_PATH).samefile(project / "torch/lib")


def test_links_are_not_put_where_another_user_could_change_them(project: Path, monkeypatch: pytest.MonkeyPatch):
    (project.parent / f"llmpipe-{os.getuid()}").symlink_to(project)

    with pytest.raises(DataError, match="belongs to another user; set TORCHINDUCTOR_CACHE_DIR"):
        compiling.prepare()
