"""
Does a study end in one row of MLflow a cell, with the numbers that DVC shows, when it was killed on the way?

`python bench/study.py [--quick] [--cells 3] [--jobs 2] [--folder FOLDER]`: clones the repository at HEAD, there runs a
study of the smallest world (recipes/world-ci.yaml: 3 rates x 2 dropouts x 2 lengths of tuning, with 2 seeds: 24 cells),
ends it with `kill -9` when some cells are done, and runs it again to its end. Then each cell is looked up: its DVC
experiment, its rows in MLflow by their tag `study.cell`, and every number of `dvc exp show` that the row has, too.
`--quick`: 4 cells. `--folder` keeps the clone; an interrupted bench goes on there.
Prints a table and one line of JSON; exit code 1 when a cell lacks a row, has two, or a number differs.
"""

import argparse
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from contextlib import nullcontext
from pathlib import Path
from typing import Any

from llmpipe.config import flatten
from llmpipe.tracking.lineage import metric_name

ROOT = Path(__file__).parents[1]
RATE = "finetune.optimizer.learning_rate"
STUDY: dict[str, Any] = {
    "name": "bench",
    "question": "Which rate, how much dropout, and how long?",
    "fixed": {"pretrain.steps": 100, "finetune.validate_every": 60, "transfer.labels": []},
    "factors": {
        RATE: [3.0e-3, 1.0e-2, 3.0e-2],
        "finetune.dropout": [0.0, 0.1],
        "finetune.steps": [120, 300],
    },
    "seeds": [1, 2],
    "seed_keys": ["pretrain.seed", "finetune.seed"],
    "optimise": "finetune.valid_exact_match",
    "describe": ["finetune.valid_loss", "pretrain.valid_bits_per_byte"],
}
PREFIXES = {"pretrain": "pretrain/", "finetune": "finetune/", "evaluate": "eval/"}  # of a stage's numbers in a row
KILLED = ".llmpipe-bench-killed"
LOOK_S = 0.2
MIDDLE_S = 5.0


def clone(folder: Path, study: Mapping[str, Any]) -> None:
    """The repository at HEAD with the smallest world's parameters and no results, and the study file."""
    if (folder / "bench.yaml").is_file():
        return
    subprocess.run(["git", "clone", "--quiet", "--no-hardlinks", str(ROOT), str(folder)], check=True)
    shutil.copy(ROOT / "recipes/world-ci.yaml", folder / "params.yaml")
    (folder / "dvc.lock").unlink(missing_ok=True)  # of results that the clone's cache does not have
    identity = ["-c", "user.name=bench", "-c", "user.email=bench@example.invalid"]
    subprocess.run(["git", *identity, "commit", "--quiet", "--all", "--message=Bench"], cwd=folder, check=True)
    (folder / "bench.yaml").write_text(json.dumps(study, indent=2), "utf-8")  # JSON is YAML


def start(folder: Path, *options: str) -> "subprocess.Popen[bytes]":
    """`llmpipe study` in the clone, with the clone's code and its own MLflow; what it says is appended to a log."""
    kept = {name: value for name, value in os.environ.items() if name not in ("MLFLOW_TRACKING_URI", "DVC_ROOT")}
    settings = {"PYTHONPATH": str(folder), "DVC_NO_ANALYTICS": "true", "MLFLOW_DISABLE_TELEMETRY": "1"}
    settings["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    command = [sys.executable, "-m", "llmpipe", "study", "bench.yaml", *options]
    with (folder / ".llmpipe-bench.log").open("ab") as log:
        return subprocess.Popen(command, cwd=folder, env=kept | settings, stdout=log, stderr=log)


def experiments(folder: Path) -> set[str]:
    """Names of the DVC experiments that succeeded."""
    command = ["git", "for-each-ref", "--format=%(refname)", "refs/exps"]
    refs = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=True).stdout.split()
    return {name.rpartition("/")[2] for name in refs if "/bench-s" in name}


def kill_after(folder: Path, cells: int) -> int:
    """Start the study and kill it when so many more cells are done; how many were done then."""
    before = len(experiments(folder))
    process = start(folder)
    while process.poll() is None and len(experiments(folder)) < before + cells:
        time.sleep(LOOK_S)
    time.sleep(MIDDLE_S)  # into the next cells: the first ones end together
    process.send_signal(signal.SIGKILL)
    if process.wait() != -signal.SIGKILL:
        raise SystemExit(f"the study ended before its kill:\n{tail(folder)}")
    done = len(experiments(folder))
    (folder / KILLED).write_text(str(done), "utf-8")
    return done


def killed_before(folder: Path) -> int:
    """How many cells were done when an earlier call killed the study; 0: none did."""
    return int((folder / KILLED).read_text("utf-8")) if (folder / KILLED).is_file() else 0


def tail(folder: Path) -> str:
    """The end of what the study said."""
    return (folder / ".llmpipe-bench.log").read_text("utf-8", errors="replace")[-3000:]


def shown(folder: Path) -> dict[str, dict[str, float]]:
    """Numbers of each experiment as `dvc exp show` has them, named as a row of MLflow names them."""
    command = [sys.executable, "-m", "dvc", "exp", "show", "--json", "--all-commits"]
    output = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=True).stdout
    found: dict[str, dict[str, float]] = {}
    for commit in json.loads(output):
        for experiment in commit.get("experiments") or []:
            data = experiment["revs"][0]["data"]
            if data is None:  # what DVC still has of the copy in which a killed cell ran
                continue
            files = data["metrics"]
            found[experiment["name"]] = {
                metric_name(prefix + name): float(value)
                for stage, prefix in PREFIXES.items()
                for name, value in flatten(files[f"data/metrics/{stage}.json"]["data"]).items()
                if isinstance(value, int | float) and not isinstance(value, bool)
            }
    return found


def rows(folder: Path) -> dict[str, list[dict[str, float]]]:
    """Metrics of the rows in MLflow by cell."""
    from mlflow.tracking import MlflowClient

    client = MlflowClient(f"sqlite:///{folder / 'mlflow.db'}")
    experiment = client.get_experiment_by_name("llmpipe")
    found: dict[str, list[dict[str, float]]] = {}
    for run in client.search_runs([experiment.experiment_id], "tags.study = 'bench'", max_results=1000):
        found.setdefault(run.data.tags["study.cell"], []).append(run.data.metrics)
    return found


def check(folder: Path) -> tuple[int, int]:
    """How many cells have one row, and of how many all shared numbers are identical; prints a line a cell."""
    in_dvc, in_mlflow = shown(folder), rows(folder)
    once, identical = 0, 0
    for name in sorted(in_dvc):
        found = in_mlflow.get(name, [])
        once += len(found) == 1
        shared = [key for key in in_dvc[name] if found and key in found[0]]
        different = [key for key in shared if found[0][key] != in_dvc[name][key]]
        identical += bool(shared) and not different
        score = in_dvc[name].get("finetune/valid_exact_match", float("nan"))
        print(f"{name:22}{len(found):3} row(s){len(shared):5} numbers{len(different):4} differ  {score:.4f}")
        for key in different:
            print(f"    {key}: dvc {in_dvc[name][key]!r}, mlflow {found[0][key]!r}")
    return once, identical


def main() -> None:
    """Run, kill, run again, compare."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="4 cells of few steps")
    parser.add_argument("--cells", type=int, default=3, help="that are done when the study is killed")
    parser.add_argument("--jobs", type=int, default=2, help="cells at a time")
    parser.add_argument("--folder", type=Path, help="where to clone to; kept")
    arguments = parser.parse_args()
    study = STUDY | {"jobs": arguments.jobs}
    if arguments.quick:
        study["factors"], study["fixed"] = {RATE: [3.0e-3, 1.0e-2]}, {"finetune.steps": 30, "transfer.labels": []}
    cells = 2 * len(study["factors"][RATE]) * (1 if arguments.quick else 4)
    place = nullcontext(arguments.folder) if arguments.folder else tempfile.TemporaryDirectory()
    with place as name:
        folder = Path(name).resolve()
        clone(folder, study)
        killed = killed_before(folder) or kill_after(folder, 1 if arguments.quick else arguments.cells)
        print(f"killed when {killed} of {cells} cells were done", flush=True)
        started = time.perf_counter()
        if start(folder).wait():
            raise SystemExit(f"the study failed:\n{tail(folder)}")
        print(f"the rest took {time.perf_counter() - started:.0f} s", flush=True)
        once, identical = check(folder)
    result = {"cells": cells, "killed_after": killed, "in_mlflow_once": once, "identical": identical}
    print(json.dumps(result))
    raise SystemExit(0 if once == identical == cells else 1)


if __name__ == "__main__":
    main()
