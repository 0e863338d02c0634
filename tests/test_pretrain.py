"""The pretrain stage: what it writes, that it repeats, and that kill -9 costs nothing."""

import os
import signal
import subprocess
import sys
import time
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


def killed_and_resumed(command: list[str], checkpoints: Path, environment: dict[str, str], kills: int) -> str:
    """Run a command, SIGKILL it each time a new checkpoint has appeared, then let it finish; what it printed last."""
    seen: set[str] = set()
    for _ in range(kills):
        process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        while process.poll() is None:
            new = {path.name for path in checkpoints.glob("*/step-*.pt")} - seen
            if new:
                seen |= new
                process.send_signal(signal.SIGKILL)
                break
            time.sleep(0.005)
        process.wait()
        assert process.returncode == -signal.SIGKILL, "the run ended before it could be killed; give it more steps"
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stderr


def test_kill_9_and_a_rerun_end_in_the_same_bytes(data: Layout, tmp_path: Path):
    """A real process, killed twice between checkpoints, resumes and writes what an uninterrupted run writes."""
    straight, killed = Layout(tmp_path / "straight"), Layout(tmp_path / "killed")
    parameters = tiny.params(pretrain={"steps": 200, "checkpoint_every": 10})
    values = {name: getattr(parameters, name).model_dump(mode="json") for name in tiny.PARAMS}
    with (tmp_path / "params.yaml").open("w") as stream:
        YAML().dump(values, stream)
    environment = os.environ | {"LLMPIPE_TRACKING": "off", "OMP_NUM_THREADS": "1"}
    pretrain.run(parameters, data, straight, Reporter())

    command = stage_command(data, killed.root, tmp_path / "params.yaml", "pretrain")
    printed = killed_and_resumed(command, tmp_path / ".llmpipe" / "checkpoints", environment, kills=2)

    assert "resuming after step" in printed
    assert digest(killed.pretrained) == digest(straight.pretrained)
    assert digest(killed.metrics("pretrain")) == digest(straight.metrics("pretrain"))


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
