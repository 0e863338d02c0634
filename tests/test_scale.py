"""Several processes: they train what one trains, resume each other's checkpoints, and end together."""

import io
import os
import re
import signal
import socket
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import scale
import tiny
import torch
from imports import ROOT
from ruamel.yaml import YAML
from test_pretrain import stage_command, wait_for_checkpoint
from test_train import CONTEXT, equal, examples
from torch.distributed.elastic.multiprocessing.errors import ChildFailedError
from torch.distributed.run import get_args_parser

from llmpipe import files
from llmpipe.cli import PARALLEL
from llmpipe.config import ComputeConfig, PretrainConfig, validate
from llmpipe.errors import DataError, Interrupted, ParamsError
from llmpipe.files import Layout, read_json
from llmpipe.progress import Reporter
from llmpipe.stages import pretrain
from llmpipe.tracking import store
from llmpipe.train import directory, launch, parallel
from llmpipe.train.batches import Mixture
from llmpipe.train.loop import batch_rows

TORCHRUN = [sys.executable, "-m", "torch.distributed.run"]


def environment(**settings: str) -> dict[str, str]:
    paths = os.pathsep.join([settings.pop("first_path", str(ROOT)), str(ROOT), str(ROOT / "tests")])
    return os.environ | {"PYTHONPATH": paths, "LLMPIPE_TRACKING": "off", "OMP_NUM_THREADS": "1"} | settings


PRETRAIN = {"optimizer": {"name": "adamw"}}


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Layout:
    """A folder with data and parameters for two processes."""
    folder = tmp_path_factory.mktemp("project")
    parameters = tiny.params(compute={"processes": 2}, pretrain=PRETRAIN)
    values = {name: getattr(parameters, name).model_dump(mode="json") for name in tiny.PARAMS}
    with (folder / "params.yaml").open("w") as stream:
        YAML().dump(values, stream)
    return tiny.write_data(folder)


def command(project: Layout, out: Path, *overrides: str) -> list[str]:
    given = stage_command(project, out, project.root / "params.yaml", "pretrain")
    return [*given, *(f"-S{item}" for item in overrides)]


def run(command: list[str], folder: Path, **settings: str) -> subprocess.CompletedProcess[str]:
    variables = environment(DVC_ROOT=str(folder), **settings)
    return subprocess.run(command, env=variables, capture_output=True, text=True, check=False, timeout=60)


def run_alone(project: Layout, out: Path, **changes: int) -> str:
    """Run the stage in this process; what it says."""
    said = io.StringIO()
    values = tiny.PARAMS | {"pretrain": tiny.PARAMS["pretrain"] | PRETRAIN | changes}
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DVC_ROOT", str(out))
        pretrain.run(validate(values, list(values)), project, Layout(out), Reporter(stream=said))
    return said.getvalue()


@pytest.fixture(scope="module")
def one(project: Layout, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What one process writes."""
    folder = tmp_path_factory.mktemp("one")
    run_alone(project, folder)
    return folder


def torchrun(*program: str | Path) -> None:
    """Run tests/scale.py in two processes."""
    command = [*TORCHRUN, "--standalone", "--nproc-per-node=2", str(ROOT / "tests/scale.py"), *map(str, program)]
    subprocess.run(command, env=environment(), check=True, timeout=120)


# --- the same training ------------------------------------------------------------------------------


@pytest.mark.parametrize("processes", [1, 2, 4])
def test_each_process_takes_its_part_of_the_same_batch(monkeypatch: pytest.MonkeyPatch, processes: int):
    """Batch 3 in parts, put together, is batch 3; all divide by the number of its targets."""
    mixture = Mixture({"a": examples()}, {"a": 1.0}, 1, CONTEXT)
    batch = next(mixture.batches(8, start=3))
    monkeypatch.setattr(parallel, "num_processes", lambda: processes)
    parts = []
    for rank in range(processes):
        monkeypatch.setattr(parallel, "rank", lambda rank=rank: rank)
        parts.append(next(mixture.batches(8, start=3, part=parallel.share_of(8))))

    assert torch.equal(torch.cat([part.inputs for part in parts]), batch.inputs)
    assert torch.equal(torch.cat([part.targets for part in parts]), batch.targets)
    assert {part.num_targets for part in parts} == {batch.num_targets} == {int((batch.targets != -100).sum())}


def data_with_model(project: Layout, one: Path, folder: Path) -> Layout:
    """The data of the project and the model that one process has pretrained."""
    data = Layout(folder / "data")
    data.root.mkdir()
    for name in "clean", "tokens", "tokenizer":
        (data.root / name).symlink_to(project.root / name)
    data.pretrained.symlink_to(one / "pretrained")
    return data


@pytest.fixture(scope="module")
def trained(project: Layout, one: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[dict[str, Any]]]:
    """Results of both processes, which also went on from what one had begun, and the folder of checkpoints."""
    folder = tmp_path_factory.mktemp("scale")
    for strategy in "ddp", "fsdp":
        scale.train(folder, f"alone-first-{strategy}", optimizer="muon", stop=scale.STOP)
    torchrun(folder, data_with_model(project, one, folder).root)
    return folder, [torch.load(folder / f"rank{rank}.pt") for rank in range(2)]


@pytest.fixture(scope="module")
def alone(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Any]]:
    """What one process trains with each optimizer."""
    folder = tmp_path_factory.mktemp("alone")
    found = {name: scale.train(folder, name, optimizer=name) for name in scale.OPTIMIZERS}
    return found | {"bf16": scale.train(folder, "bf16", bf16=True)}


def check_same(found: dict[str, Any], expected: dict[str, Any]) -> None:
    """The same losses, norms and weights but for the order of sums."""
    assert [sorted(row) for row in found["curve"]] == [sorted(row) for row in expected["curve"]]
    for row, other in zip(found["curve"], expected["curve"], strict=True):
        assert row == pytest.approx(other, rel=1e-5, abs=1e-5), row["step"]
    for name, weight in expected["weights"].items():
        torch.testing.assert_close(found["weights"][name], weight, rtol=0, atol=1e-4, msg=name)


@pytest.mark.parametrize(("strategy", "optimizer"), scale.WAYS)
def test_two_processes_train_what_one_trains(trained, alone, strategy: str, optimizer: str):
    """Losses, validation, norms before clipping and the best weights."""
    results = trained[1]

    check_same(results[0][f"{strategy}-{optimizer}"], alone[optimizer])
    assert results[0][f"{strategy}-{optimizer}"]["curve"] == results[1][f"{strategy}-{optimizer}"]["curve"]


@pytest.mark.parametrize("strategy", ["ddp", "fsdp"])
def test_two_processes_train_in_bfloat16_as_one_does(trained, alone, strategy: str):
    """Up to its rounding."""
    losses = [row["loss"] for row in trained[1][0][f"{strategy}-bf16"]["curve"]]

    assert losses == pytest.approx([row["loss"] for row in alone["bf16"]["curve"]], abs=0.05)


@pytest.mark.parametrize("strategy", ["ddp", "fsdp"])
def test_a_checkpoint_of_one_process_goes_on_in_two_and_back(trained, alone, strategy: str):
    folder, results = trained
    back = scale.train(folder, f"{strategy}-first", optimizer="muon")

    assert len(back["curve"]) == scale.STEPS
    check_same(back, alone["muon"])
    check_same(results[0][f"alone-first-{strategy}"], alone["muon"])


def test_a_step_that_diverges_in_one_process_is_left_out_by_all(trained):
    curves = [result["diverged"]["curve"] for result in trained[1]]

    assert [row.get("skipped_steps") for row in curves[0]] == [None, 1, None, None, None, None]
    assert curves[0] == curves[1]


def test_blocks_that_compute_again_train_the_same_bytes(trained, alone, tmp_path: Path):
    again = scale.train(tmp_path, "again", recompute=True)

    assert again["curve"] == alone["adamw"]["curve"]
    assert equal(again["weights"], alone["adamw"]["weights"])
    for strategy in "ddp", "fsdp":
        together = trained[1][0]
        assert together[f"{strategy}-recompute"]["curve"] == together[f"{strategy}-adamw"]["curve"]
        assert equal(together[f"{strategy}-recompute"]["weights"], together[f"{strategy}-adamw"]["weights"])


def test_two_processes_tune_what_one_tunes(trained, tmp_path: Path):
    """With documents mixed in; noise on embeddings and dropout are of each process, so that run is only finite."""
    folder, _ = trained
    scale.tune(Layout(folder / "data"), tmp_path)
    expected = read_json(Layout(tmp_path).metrics("finetune"))

    for strategy in "ddp", "fsdp":
        found = read_json(Layout(folder / f"tuned-{strategy}").metrics("finetune"))
        assert found | {"loss": 0, "valid_loss": 0} == expected | {"loss": 0, "valid_loss": 0}
        assert found["loss"] == pytest.approx(expected["loss"], abs=1e-4)
        assert found["valid_loss"] == pytest.approx(expected["valid_loss"], abs=1e-4)
    assert 0 < read_json(Layout(folder / "noisy").metrics("finetune"))["loss"] < 10


def test_a_batch_that_cannot_be_shared_names_the_nearest_sizes(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(parallel, "num_processes", lambda: 3)

    with pytest.raises(ParamsError, match=r"batch_tokens is 1024; 3 processes must get .* Nearest: 768, 1536\."):
        batch_rows(PretrainConfig(steps=1, batch_tokens=1024), 256)


def test_more_processes_than_gpus_are_refused(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 2)

    assert launch.num_processes(ComputeConfig(processes="gpu")) == 2
    assert launch.num_processes(ComputeConfig(processes="gpu", device="cpu")) == 1
    with pytest.raises(ParamsError, match="compute.processes is 8 but 2 GPUs are visible"):
        launch.num_processes(ComputeConfig(processes=8))


def test_a_process_stops_with_its_checkpoint_when_another_is_told_to(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(parallel, "in_any", lambda flag: True)

    with pytest.raises(Interrupted, match="^another training process was told to stop; run the same command again"):
        scale.train(tmp_path, "a")
    assert [path.name for path in tmp_path.glob(".llmpipe/checkpoints/*/*")] == ["step-000000001.pt"]


@pytest.mark.parametrize(
    ("codes", "raised", "message"),
    [
        ([1, -15], SystemExit, "^1$"),
        ([143, 2], SystemExit, "^2$"),
        ([-15, -9], DataError, r"^a training process was ended by SIGKILL; run .* from the last checkpoint\.$"),
        ([-9, 143], DataError, "^a training process was ended by SIGKILL"),
        ([143, -15], Interrupted, r"^stopped by SIGTERM; run the same command again to go on\.$"),
        ([-15], Interrupted, "^stopped by SIGTERM"),
        ([130, 130], KeyboardInterrupt, "^$"),
    ],
)
def test_how_processes_end_is_how_the_stage_ends(monkeypatch: pytest.MonkeyPatch, codes, raised, message):
    """143 is SIGTERM, 130 Ctrl-C; what torch's launcher has to end is -15."""

    def fail(*command: str) -> None:
        error = ChildFailedError.__new__(ChildFailedError)
        error.failures = {rank: SimpleNamespace(exitcode=code) for rank, code in enumerate(codes)}
        raise error

    monkeypatch.setattr(launch.logging, "disable", lambda _: None)
    monkeypatch.setattr(launch, "elastic_launch", lambda *_: fail)

    with pytest.raises(raised, match=message):
        launch._start(["python"], 2)


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="needs Linux's list of threads")
def test_no_thread_of_the_group_is_left_when_the_interpreter_ends(tmp_path: Path):
    """One that lets go of a tensor then aborts the process, whose work is done."""
    torchrun(tmp_path)
    for rank in range(2):
        assert "gloo" not in (tmp_path / f"threads{rank}").read_text()


# --- the stage --------------------------------------------------------------------------------------


def final_loss(folder: Path) -> float:
    return read_json(Layout(folder).metrics("pretrain"))["valid_loss"]


def test_the_stage_starts_its_processes_writes_one_model_and_one_run(project: Layout, one: Path, tmp_path: Path):
    """And it is the model that one process trains."""
    done = run(command(project, tmp_path), tmp_path, LLMPIPE_TRACKING="on", MLFLOW_DISABLE_TELEMETRY="true")
    server = store.connect(tmp_path, f"sqlite:///{tmp_path}/mlflow.db")
    runs = server.client.search_runs([server.experiments[store.STAGES_EXPERIMENT]])

    assert done.returncode == 0, done.stderr
    assert done.stderr.count("pretraining") == 1
    assert final_loss(tmp_path) == pytest.approx(final_loss(one), abs=1e-5)
    assert directory.load(tmp_path / "pretrained").config == directory.load(one / "pretrained").config
    assert [run.info.status for run in runs] == ["FINISHED"]
    assert list((tmp_path / ".llmpipe/checkpoints").iterdir()) == []


def machines(project: Layout, folder: Path, *overrides: str, restarts: int = 0) -> "list[subprocess.Popen[str]]":
    """Two agents of torchrun with two processes each that meet at an address, here on one machine."""
    with socket.socket() as free:
        free.bind(("localhost", 0))
        port = free.getsockname()[1]
    agent = [
        *TORCHRUN, "--nnodes=2", "--nproc-per-node=2", "--rdzv-backend=c10d", f"--max-restarts={restarts}",
        f"--rdzv-endpoint=localhost:{port}", "--local-addr=localhost",
        *command(project, folder, "compute.strategy=hybrid", "compute.checkpoint=sharded", *overrides)[1:],
    ]  # fmt: skip
    variables = environment(DVC_ROOT=str(folder))
    return [subprocess.Popen(agent, env=variables, stderr=subprocess.PIPE, text=True) for _ in range(2)]


def ended(agents: "list[subprocess.Popen[str]]") -> str:
    """What both have printed, when both have ended well."""
    printed = "".join(agent.communicate(timeout=420)[1] for agent in agents)
    assert [agent.returncode for agent in agents] == [0, 0], printed
    return printed


def digests(folder: Path) -> dict[str, str]:
    """Of every file of the model directory."""
    return {path.name: files.digest(path) for path in (folder / "pretrained").iterdir()}


@pytest.mark.skipif(sys.platform != "linux", reason="finds the processes in /proc")
def test_two_machines_train_one_model_and_a_killed_process_changes_no_byte_of_it(
    project: Layout, one: Path, tmp_path: Path
):
    """Parts within a machine, copies across; `kill -9` of one of four, and torchrun starts all of them again."""
    straight, killed = tmp_path / "straight", tmp_path / "killed"
    printed = ended(machines(project, straight))
    agents = machines(project, killed, restarts=1)
    wait_for_checkpoint(killed, agents[0])
    children = Path(f"/proc/{agents[1].pid}/task/{agents[1].pid}/children").read_text().split()
    os.kill(int(children[-1]), signal.SIGKILL)
    again = ended(agents)

    assert printed.count("pretraining") == 1
    assert final_loss(straight) == pytest.approx(final_loss(one), abs=1e-5)
    assert re.search(r"resuming after step \d+ of 12\n", again), again
    assert digests(killed) == digests(straight)


ABORTS = """
import os, sys
class Aborts:
    abort = os.abort
    def __del__(self):
        self.abort()
if "RANK" in os.environ:
    sys.aborts = Aborts()
"""  # when the interpreter takes itself apart, as a thread of gloo now and then does


BROKEN = """
import os
if os.environ.get("RANK") == "1":
    from llmpipe.errors import DataError
    from llmpipe.train.batches import Mixture
    def broken(*arguments):
        raise DataError("shard 7 is damaged; run encode again.")
    Mixture._batch = broken
"""


def test_an_error_in_one_process_ends_all_and_is_the_last_thing_said(project: Layout, tmp_path: Path):
    (tmp_path / "sitecustomize.py").write_text(ABORTS + BROKEN)
    done = run(command(project, tmp_path), tmp_path, first_path=str(tmp_path))

    assert done.returncode == 1
    assert re.fullmatch(r"pretraining .*\nError: shard 7 is damaged; run encode again\.\n", done.stderr), done.stderr
    assert not (tmp_path / "pretrained").exists()


LONG = "pretrain.steps=150"  # enough to be ended on the way


def started(command: list[str], folder: Path, **settings: str) -> "subprocess.Popen[str]":
    """A run after its first checkpoint."""
    variables = environment(DVC_ROOT=str(folder), **settings)
    process = subprocess.Popen(command, env=variables, stderr=subprocess.PIPE, text=True)
    wait_for_checkpoint(folder, process)
    return process


def test_a_signal_ends_all_after_the_same_step_and_one_process_goes_on(project: Layout, tmp_path: Path):
    (tmp_path / "sitecustomize.py").write_text(ABORTS)
    arguments = command(project, tmp_path, LONG, "compute.strategy=fsdp", "compute.checkpoint=sharded")
    process = started(arguments, tmp_path, first_path=str(tmp_path))
    process.send_signal(signal.SIGTERM)
    printed = process.communicate(timeout=60)[1]
    stopped = re.search(r"stopping after step (\d+) of 150; its checkpoint is written\n", printed)
    assert stopped, printed

    assert process.returncode == 143
    assert printed.count("Error") == 1
    assert printed.endswith("Error: stopped by SIGTERM; run the same command again to go on.\n")
    assert f"resuming after step {stopped[1]} of 150" in run_alone(project, tmp_path, steps=150)


def test_processes_whose_starter_is_killed_end_after_a_step_with_its_checkpoint(project: Layout, tmp_path: Path):
    process = started(command(project, tmp_path, LONG), tmp_path)
    process.kill()
    printed = process.communicate(timeout=60)[1]  # ends when they have ended

    assert re.search(r"stopping after step \d+ of 150; its checkpoint is written\n$", printed), printed


@pytest.mark.skipif(sys.platform != "linux", reason="finds the processes in /proc")
def test_when_one_process_is_killed_the_others_say_so_and_torchrun_starts_all_again(project: Layout, tmp_path: Path):
    agent = [*TORCHRUN, "--standalone", "--nproc-per-node=2", "--max-restarts=1", *command(project, tmp_path, LONG)[1:]]
    process = started(agent, tmp_path)
    children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
    os.kill(int(children[-1]), signal.SIGKILL)
    printed = process.communicate(timeout=60)[1]

    assert process.returncode == 0
    assert re.findall(r"Error: .*", printed) == [
        "Error: the connection to another training process is lost: it was killed, or its machine has failed; "
        "run the same command again to go on from the last checkpoint."
    ]
    assert re.search(r"resuming after step \d+ of 150\n", printed), printed
    assert (tmp_path / "pretrained").exists()


# --- the launch file --------------------------------------------------------------------------------


def test_the_launch_file_for_slurm_starts_torchrun_with_options_that_it_knows(tmp_path: Path):
    """With stand-ins for Slurm's two commands; no cluster was there."""
    (tmp_path / "scontrol").write_text('#!/bin/sh\n[ "$*" = "show hostnames a[1-2]" ] && printf "a1\\na2\\n"\n')
    (tmp_path / "srun").write_text('#!/bin/sh\necho "$@"\n')
    for name in "scontrol", "srun":
        (tmp_path / name).chmod(0o755)
    job = {"SLURM_JOB_NODELIST": "a[1-2]", "SLURM_NNODES": "2", "SLURM_JOB_ID": "7"}
    variables = os.environ | job | {"PATH": f"{tmp_path}{os.pathsep}{os.environ['PATH']}"}
    done = subprocess.run(
        ["bash", str(ROOT / "recipes/slurm.sh")], env=variables, capture_output=True, text=True, check=True
    )
    started = [line.split("torch.distributed.run ")[1].split() for line in done.stdout.splitlines()]
    parsed = [get_args_parser().parse_args(options) for options in started]

    assert [given.training_script_args for given in parsed] == [[stage] for stage in PARALLEL]
    assert {(given.nnodes, given.nproc_per_node, given.rdzv_endpoint) for given in parsed} == {("2", "gpu", "a1:29500")}
    assert {(given.module, given.training_script) for given in parsed} == {(True, "llmpipe")}
