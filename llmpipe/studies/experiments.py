"""
Cells as DVC experiments: started, found again, and read.

`dvc exp run --temp` rather than DVC's queue: each cell is a process of ours, so a study that is killed takes its cells
along, and there is no worker of celery left to wait for (docs/log.md).
"""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from llmpipe.config import flatten, read
from llmpipe.errors import DataError
from llmpipe.processes import end_with_parent
from llmpipe.studies.cells import Cell, source_paths

REFS = "refs/exps"
LOOK_S = 0.2  # between two looks at the running cells
STOPPED = "stopped by "  # how a stage says that a signal ended it
LOCKED = "Unable to acquire lock"  # as DVC says that it gave up on a lock of its own
PATIENCE = 20  # times that a cell comes again because of it


@dataclass(frozen=True)
class Ending:
    """How a cell ended: `error` is "" when all went well."""

    cell: Cell
    error: str


def git(root: Path, *arguments: str) -> str:
    """
    What git answers.

    Raises:
        DataError: `root` is no git repository, or git does not know the object.
    """
    result = subprocess.run(["git", *arguments], cwd=root, capture_output=True, text=True, check=False)
    if result.returncode:
        reason = " ".join(result.stderr.split())
        raise DataError(f"git {arguments[0]} in {root}: {reason}; a study needs a git repository with a commit.")
    return result.stdout


def finished(root: Path) -> dict[str, str]:
    """Commit of each DVC experiment by name; DVC names one (refs/exps/12/3456.../NAME) only after it has succeeded."""
    lines = git(root, "for-each-ref", "--format=%(refname) %(objectname)", REFS).split("\n")
    found = {}
    for line in filter(None, lines):
        reference, commit = line.split()
        parts = reference.split("/")
        if len(parts) == 5 and len(parts[2]) == 2:  # not DVC's stash, celery or exec
            found[parts[4]] = commit
    return found


def metrics(root: Path, commit: str, stages: Sequence[str]) -> dict[str, float]:
    """
    The numbers of an experiment, `STAGE.KEY` -> value, as `dvc exp show` prints them.

    Raises:
        DataError: The experiment lacks the metrics of a stage.
    """
    found: dict[str, float] = {}
    for stage in stages:
        path = f"data/metrics/{stage}.json"
        if not git(root, "ls-tree", "--name-only", commit, "--", path):
            raise DataError(
                f"experiment {commit[:7]} holds no {path}: is it ignored by git, or written by no stage of dvc.yaml? "
                "Metrics must be `cache: false` and not ignored."
            )
        values = json.loads(git(root, "show", f"{commit}:{path}"))
        found |= {
            f"{stage}.{name}": value
            for name, value in flatten(values).items()
            if isinstance(value, int | float) and not isinstance(value, bool)
        }
    return found


def log_file(root: Path, study: str, name: str) -> Path:
    """Where the output of the cell `name` goes."""
    return root / ".llmpipe" / "studies" / study / f"{name}.log"


def untracked(root: Path, paths: Sequence[str]) -> list[str]:
    """Files and folders in `paths` that git does not have, so that DVC leaves them out of an experiment unless told."""
    if not paths:
        return []
    return [
        path.rstrip("/")
        for path in git(root, "ls-files", "-z", "--others", "--directory", "--", *paths).split("\0")
        if path and not path.endswith("__pycache__/")
    ]


def missing(root: Path) -> list[str]:
    """
    What the dvc.lock of the project names and DVC's cache does not have, as in a fresh clone.

    DVC looks into the folders of the last commit's dvc.lock when it restores a stage in an experiment, and stops when
    they are not there.
    """
    lock = root / "dvc.lock"
    if not lock.is_file():
        return []
    command = [sys.executable, "-m", "dvc", "cache", "dir"]
    said = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False).stdout.split("\n")
    cache = Path(said[0]) / "files" / "md5"
    stages: Mapping[str, Any] = read(lock).get("stages") or {}
    outputs = [item for stage in stages.values() for item in stage.get("outs", []) if "md5" in item]
    return [
        item["path"]
        for item in outputs
        if item["md5"].endswith(".dir") and not (cache / item["md5"][:2] / item["md5"][2:]).is_file()
    ]


def run(
    waiting: Sequence[Cell], root: Path, study: str, target: str, *, jobs: int, warm: bool, say: Callable[[str], None]
) -> Iterator[Ending]:
    """
    Run cells, `jobs` at a time, and yield each as it ends.

    Unless DVC's cache is `warm`, the first runs alone: what all cells share goes through its stages once and is there
    for the others. DVC waits for its lock while a process beside it holds it. For a second, inner lock (which stage
    reads and writes what) it waits three seconds only; a cell that this turns away has not begun, and comes again after
    the others.
    """
    refused: list[str] = []
    queue, copies = list(waiting), untracked(root, source_paths(root, target))
    running: list[tuple[Cell, subprocess.Popen[bytes]]] = []
    ended = 0
    try:
        while queue or running:
            while queue and len(running) < (jobs if warm or ended else 1):
                cell = queue.pop(0)
                say(f"{cell.name}: {cell.label}, seed {cell.seed}{'' if cell.fold is None else f', fold {cell.fold}'}")
                running.append((cell, start(cell, root, study, target, copies=copies)))
            time.sleep(LOOK_S)
            for cell, process in [pair for pair in running if pair[1].poll() is not None]:
                running.remove((cell, process))
                error = reason(log_file(root, study, cell.name)) if process.returncode else ""
                if LOCKED in error and refused.count(cell.name) < PATIENCE:
                    refused.append(cell.name)
                    queue.append(cell)
                    say(f"{cell.name}: DVC was busy with another cell; this one comes again")
                    continue
                ended += 1
                yield Ending(cell, error)
    finally:
        for _, process in running:
            process.terminate()
        for _, process in running:
            process.wait()


def start(cell: Cell, root: Path, study: str, target: str, *, copies: Sequence[str]) -> "subprocess.Popen[bytes]":
    """Start one cell, with copies of what only this checkout has; it ends with this process."""
    log = log_file(root, study, cell.name)
    log.parent.mkdir(parents=True, exist_ok=True)
    changes = [part for override in cell.overrides for part in ("-S", override)]
    changes += [part for path in copies for part in ("--copy-paths", path)]
    dvc = [sys.executable, "-m", "dvc", "--wait-for-lock"]
    command = [*dvc, "exp", "run", "--temp", "--name", cell.name, *changes, target]
    told = {"LLMPIPE_STUDY": study, "LLMPIPE_CELL": cell.name, "LLMPIPE_LEVELS": f"{cell.label}, seed {cell.repeat}"}
    environment = os.environ | told
    with log.open("wb") as stream:
        return subprocess.Popen(
            command,
            cwd=root,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=stream,
            stderr=subprocess.STDOUT,
            preexec_fn=end_with_parent,
        )


def reason(log: Path) -> str:
    """Why a cell failed: the sentence of the stage, else the last line of its output; "" when it has no output."""
    if not log.exists():
        return ""
    lines = [line.strip() for line in log.read_text("utf-8", errors="replace").splitlines() if line.strip()]
    sentences = [line.removeprefix("Error: ") for line in lines if line.startswith("Error: ")]
    return (sentences or lines or ["it ended without a word"])[-1]


def failure(root: Path, study: str, name: str, done: Mapping[str, Any]) -> str:
    """
    Why a cell that is not done failed when it last ran; "" when it did not run, was cut off, or is done.

    One that DVC's lock turned away did not run; one whose stage was told to stop was cut off.
    """
    if name in done:
        return ""
    log = log_file(root, study, name)
    text = log.read_text("utf-8", errors="replace") if log.exists() else ""
    said = reason(log) if "ERROR: " in text or "Error: " in text else ""
    return "" if LOCKED in text or said.startswith(STOPPED) else said
