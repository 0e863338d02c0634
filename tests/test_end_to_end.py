"""
The real pipeline in temporary clones: `dvc repro` with the smallest recipe.

Two clones run from nothing at once, in folders of different names (with a space), with other numbers of worker
processes, one tracked and one not: their dvc.lock must be equal. What follows happens in the first.
"""

import os
import re
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest
from imports import ROOT

from llmpipe import cli

STAGES = list(cli.STAGES)
STAGE_RUNS, RESULTS = "llmpipe-stages", "llmpipe"  # experiments in MLflow
TIMEOUT_S = 1800  # of one command; a minute on free cores
pytestmark = [
    pytest.mark.xdist_group("end to end"),  # one process runs these tests, in order
    pytest.mark.skipif(shutil.which("git") is None, reason="needs git"),
]


@dataclass
class Clone:
    """A copy of this checkout with a commit of its own, set to the smallest recipe."""

    folder: Path
    settings: dict[str, str]

    def start(self, *command: str) -> subprocess.Popen[str]:
        """Start `python -m COMMAND`."""
        outside = {
            name: value for name, value in os.environ.items() if not name.startswith(("PYTEST_", "COV_", "MLFLOW_"))
        }
        environment = outside | {
            "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
            **self.settings,
            "DVC_NO_ANALYTICS": "true",
            "GIT_CONFIG_GLOBAL": os.devnull,
        }
        environment.pop("PYTHONPATH", None)
        pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT}
        return subprocess.Popen([sys.executable, "-m", *command], cwd=self.folder, env=environment, text=True, **pipes)

    def run(self, *command: str) -> str:
        """Run `python -m COMMAND` and return what it printed."""
        return self.finish(self.start(*command))

    def finish(self, process: subprocess.Popen[str]) -> str:
        """Wait for a command that must succeed."""
        output, _ = process.communicate(timeout=TIMEOUT_S)
        assert process.returncode == 0, output
        return output

    def git(self, *arguments: str) -> None:
        identity = ("-c", "user.name=test", "-c", "user.email=test@example.invalid")
        subprocess.run(["git", *identity, *arguments], cwd=self.folder, check=True, capture_output=True)

    def runs(self, experiment: str) -> list[tuple[str, str]]:
        """Name and status of the runs of an MLflow experiment, oldest first."""
        query = (
            "select runs.name, runs.status from runs join experiments using (experiment_id) "
            "where experiments.name = ? and runs.lifecycle_stage = 'active' order by runs.start_time"
        )
        with closing(sqlite3.connect(self.folder / "mlflow.db")) as database:
            return database.execute(query, [experiment]).fetchall()

    def lock(self) -> str:
        return (self.folder / "dvc.lock").read_text("utf-8")


def make_clone(folder: Path, **settings: str) -> Clone:
    """Copy what git would commit, choose the smallest recipe, commit."""
    listed = subprocess.run(
        ["git", "ls-files", "-coz", "--exclude-standard"], cwd=ROOT, capture_output=True, check=False
    )
    if listed.returncode:
        pytest.skip("not a git checkout")
    for name in filter(None, listed.stdout.decode().split("\0")):
        if (ROOT / name).is_file() and not name.startswith(("data/metrics/", "dvc.lock")):
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, folder / name)
    shutil.copy(folder / "recipes/world-ci.yaml", folder / "params.yaml")
    clone = Clone(folder, settings)
    clone.git("init", "--quiet", "--initial-branch=main")
    clone.git("add", ".")
    clone.git("commit", "--quiet", "--message=Start")
    return clone


@pytest.fixture(scope="module")
def clones(tmp_path_factory):
    """Two clones that have run the whole pipeline from nothing, and what the runs printed."""
    folder = tmp_path_factory.mktemp("end to end")
    made = [
        make_clone(folder / "a clone", LLMPIPE_WORKERS="1"),
        make_clone(folder / "other", LLMPIPE_WORKERS="2", LLMPIPE_TRACKING="off"),
    ]
    started = [clone.start("dvc", "repro") for clone in made]
    try:
        return [(clone, clone.finish(process)) for clone, process in zip(made, started, strict=True)]
    finally:
        for process in started:
            process.kill()


@pytest.fixture(scope="module")
def first(clones):
    return clones[0][0]


def ran(output: str) -> list[str]:
    """The stages that DVC ran, in order."""
    return [name for name in STAGES if f"Running stage '{name}'" in output]


def test_one_command_runs_every_stage_to_the_report(clones):
    clone, output = clones[0]

    assert ran(output) == STAGES
    assert "Traceback" not in output
    assert (clone.folder / "data/report/report.md").stat().st_size > 1000
    page = (clone.folder / "data/report/report.html").read_text("utf-8")
    assert (
        re.findall(r"""(?:\bsrc=|\bhref=|url\(|@import )["']?(?!["'#]|data:)[^\s>]*""", page) == []
    )  # needs no other file


def test_mlflow_shows_a_run_for_each_stage_and_one_row_for_the_result(first):
    assert [name.split()[0] for name, _ in first.runs(STAGE_RUNS)] == STAGES
    assert {status for _, status in first.runs(STAGE_RUNS)} == {"FINISHED"}
    assert len(first.runs(RESULTS)) == 1


def test_two_runs_from_nothing_give_the_same_bytes(clones):
    """In different folders, with different numbers of worker processes, tracked or not."""
    one, other = (clone.lock() for clone, _ in clones)

    assert one == other


def test_git_sees_nothing_but_the_lock_and_the_metrics(first):
    status = subprocess.run(
        ["git", "status", "--porcelain"], cwd=first.folder, capture_output=True, text=True, check=True
    )

    assert sorted(status.stdout.split()[1::2]) == ["data/metrics/", "dvc.lock"]


def test_a_second_run_does_nothing(first):
    before = first.lock()
    output = first.run("dvc", "repro")

    assert ran(output) == []
    assert "Data and pipelines are up to date." in output
    assert first.lock() == before


def test_doctor_finds_nothing_broken_after_a_run(first):
    output = first.run("llmpipe", "doctor")

    assert "all results are up to date" in output
    assert "broken" not in output


def test_the_results_are_printed_with_where_to_look_next(first):
    environment = os.environ | {"PYTHONPATH": str(first.folder)}
    command = [sys.executable, "docs/results.py"]
    result = subprocess.run(command, cwd=first.folder, env=environment, capture_output=True, text=True, check=True)

    assert "translation" in result.stdout
    assert "data/report/report.html" in result.stdout


def test_an_experiment_in_a_temporary_copy_is_logged_in_the_main_database(first):
    """And a changed parameter of fine-tuning runs fine-tuning and what follows, nothing else."""
    first.git("add", ".")
    first.git("commit", "--quiet", "--message=Results")
    before = first.lock()
    output = first.run("dvc", "exp", "run", "--temp", "--name", "seed-two", "-S", "finetune.seed=2")

    assert ran(output) == ["finetune", "evaluate", "transfer", "report"]
    assert first.lock() == before
    assert len(first.runs(RESULTS)) == 2
    names = [name for name, _ in first.runs(STAGE_RUNS)][len(STAGES) :]
    assert names == [f"{stage} seed-two" for stage in ("finetune", "evaluate", "transfer", "report")]
    assert not list((first.folder / ".dvc/tmp").rglob("mlflow.db"))
