"""The pretrain stage: what it writes, that it repeats, and that kill -9 costs nothing."""

import os
import re
import shlex
import signal
import subprocess
import sys
import time
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

import pytest
import tiny
from ruamel.yaml import YAML

from llmpipe.errors import CheckpointError, DataError
from llmpipe.files import Layout, digest, read_json
from llmpipe.progress import Reporter
from llmpipe.stages import pretrain
from llmpipe.train import directory


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Layout:
    return tiny.write_data(tmp_path_factory.mktemp("data"))


@pytest.fixture(autouse=True)
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Checkpoints below a folder of the test's own."""
    monkeypatch.setenv("DVC_ROOT", str(tmp_path))
    return tmp_path


def test_the_same_inputs_give_the_same_bytes(data: Layout, tmp_path: Path):
    """Two runs from nothing write identical folders and metrics, and leave no checkpoint behind."""
    a, b = Layout(tmp_path / "a"), Layout(tmp_path / "b")
    for out in a, b:
        pretrain.run(tiny.params(), data, out, Reporter())

    assert digest(a.pretrained) == digest(b.pretrained)
    assert digest(a.metrics("pretrain")) == digest(b.metrics("pretrain"))
    assert list((tmp_path / ".llmpipe" / "checkpoints").iterdir()) == []


def test_the_output_is_a_complete_model_directory(data: Layout, tmp_path: Path):
    out = Layout(tmp_path)
    pretrain.run(tiny.params(), data, out, Reporter())
    loaded = directory.load(out.pretrained)
    metrics = read_json(out.metrics("pretrain"))

    assert loaded.tokenizer.decode(loaded.tokenizer.encode("Ban 住在巴黎")) == "Ban 住在巴黎"
    assert metrics["num_tokens"] == 12 * 256
    assert metrics["num_parameters"] == loaded.model.num_parameters()
    assert (
        (out.pretrained / "curve.csv")
        .read_text()
        .splitlines()[0]
        .startswith("step,tokens,loss,valid_loss,valid_bits_per_byte")
    )
    assert metrics["valid_bits_per_byte"] < 8


def stage_command(data: Layout, out: Path, params: Path, stage: str) -> list[str]:
    return [
        sys.executable,
        "-m",
        "llmpipe",
        stage,
        "--params",
        str(params),
        "--data",
        str(data.root),
        "--out",
        str(out),
    ]


@dataclass(frozen=True)
class LongRun:
    """A run long enough to be stopped, and what it writes when it is not."""

    straight: Layout
    params: Path

    def command(self, data: Layout, out: Layout) -> list[str]:
        return stage_command(data, out.root, self.params, "pretrain")

    def check(self, out: Layout) -> None:
        """The same bytes."""
        assert digest(out.pretrained) == digest(self.straight.pretrained)
        assert digest(out.metrics("pretrain")) == digest(self.straight.metrics("pretrain"))


@pytest.fixture(scope="module")
def long_run(data: Layout, tmp_path_factory: pytest.TempPathFactory) -> LongRun:
    folder = tmp_path_factory.mktemp("long run")
    parameters = tiny.params(pretrain={"steps": 300, "checkpoint_every": 10})
    values = {name: getattr(parameters, name).model_dump(mode="json") for name in tiny.PARAMS}
    with (folder / "params.yaml").open("w") as stream:
        YAML().dump(values, stream)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DVC_ROOT", str(folder))
        pretrain.run(parameters, data, Layout(folder), Reporter())
    return LongRun(Layout(folder), folder / "params.yaml")


def environment() -> dict[str, str]:
    return os.environ | {"LLMPIPE_TRACKING": "off", "OMP_NUM_THREADS": "1"}


def wait_for_checkpoint(project: Path, process: "subprocess.Popen[str]", seen: Collection[str] = ()) -> set[str]:
    """Return when there is a checkpoint that was not seen before; the names of all."""
    while not (names := {path.name for path in project.glob(".llmpipe/checkpoints/*/step-*")}) - set(seen):
        assert process.poll() is None, "the run ended before it could be stopped; give it more steps"
        time.sleep(0.005)
    return names


def start(command: list[str], **settings: str) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        command, env=environment() | settings, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )


def finish(command: list[str]) -> str:
    """Run a command that must succeed; what it printed."""
    return subprocess.run(command, env=environment(), capture_output=True, text=True, check=True).stderr


def test_kill_9_and_a_rerun_end_in_the_same_bytes(data: Layout, long_run: LongRun, tmp_path: Path):
    """A real process, killed twice between checkpoints, resumes and writes what an uninterrupted run writes."""
    out, seen = Layout(tmp_path), set[str]()
    command = long_run.command(data, out)
    for _ in range(2):
        process = start(command)
        seen = wait_for_checkpoint(tmp_path, process, seen)
        process.kill()
        process.communicate()

    assert "resuming after step" in finish(command)
    long_run.check(out)


@pytest.mark.parametrize(
    ("number", "status", "name"), [(signal.SIGTERM, 143, "SIGTERM"), (signal.SIGINT, 130, "Ctrl-C")]
)
def test_a_signal_ends_training_after_its_step_with_a_checkpoint(
    data: Layout, long_run: LongRun, tmp_path: Path, number: int, status: int, name: str
):
    out = Layout(tmp_path)
    command = long_run.command(data, out)
    process = start(command)
    wait_for_checkpoint(tmp_path, process)
    process.send_signal(number)
    printed, _ = process.communicate()
    stopped = re.search(r"stopping after step (\d+) of 300; its checkpoint is written\n", printed)

    assert process.returncode == status
    assert stopped, printed
    assert printed.endswith(f"Error: stopped by {name}; run the same command again to go on.\n")
    assert f"resuming after step {stopped[1]} of 300" in finish(command)
    long_run.check(out)


@pytest.mark.skipif(sys.platform != "linux", reason="the parent's death is a signal on Linux only")
def test_training_whose_dvc_is_killed_writes_a_checkpoint_and_ends(data: Layout, long_run: LongRun, tmp_path: Path):
    """DVC starts stages through a shell; what is left alone would hold the GPU and write outputs unseen."""
    out = Layout(tmp_path)
    command = long_run.command(data, out)
    through_shell = "import subprocess, sys; subprocess.run(['/bin/sh', '-c', sys.argv[1]])"
    parent = start([sys.executable, "-c", through_shell, shlex.join(command)], DVC_STAGE="pretrain", SHELL="/bin/sh")
    wait_for_checkpoint(tmp_path, parent)
    parent.kill()
    printed, _ = parent.communicate()  # ends when the stage, which holds the other end, has ended
    stopped = re.search(r"stopping after step (\d+) of 300; its checkpoint is written\n", printed)

    assert stopped, printed
    assert not out.pretrained.exists()
    assert f"resuming after step {stopped[1]} of 300" in finish(command)
    long_run.check(out)


def test_tokens_of_another_tokenizer_are_refused(data: Layout, tmp_path: Path):
    other = Layout(tmp_path / "other")
    (tmp_path / "other").mkdir()
    for name in "clean", "tokens":
        (other.root / name).symlink_to(getattr(data, name).resolve())
    from llmpipe.stages import tokenizer

    tokenizer.run(tiny.params(tokenizer={"vocab_size": 360}), other, other, Reporter())

    with pytest.raises(CheckpointError, match="tokenizer"):
        pretrain.run(tiny.params(), other, other, Reporter())


def test_a_context_longer_than_the_data_is_refused(data: Layout, tmp_path: Path):
    parameters = tiny.params(model={"context_length": 65536}, pretrain={"batch_tokens": 65536})

    with pytest.raises(
        DataError, match=r"model.context_length is 65536 but the training text has only \d+ tokens; lower it"
    ):
        pretrain.run(parameters, data, Layout(tmp_path), Reporter())


def test_a_damaged_model_directory_is_refused(data: Layout, tmp_path: Path):
    out = Layout(tmp_path)
    pretrain.run(tiny.params(), data, out, Reporter())
    weights = out.pretrained / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:-100])

    with pytest.raises(CheckpointError, match=r"model.safetensors does not fit its config.json or is damaged"):
        directory.load(out.pretrained)
