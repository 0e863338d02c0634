"""
What `llmpipe plan` predicts beside what the stages really took.

`python bench/plan.py` plans the default recipe, then runs its stages one after the other in a temporary folder (a
quarter of an hour; `--quick`: recipes/world-ci.yaml, two minutes). `--run FOLDER` compares with a finished `dvc repro`
there instead: from the records in FOLDER/.llmpipe/runs, a stage lasts until the next one starts. Leave the machine
alone meanwhile: the prediction is for the machine as busy as it is while it is made.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from llmpipe.cli import STAGES
from llmpipe.progress import duration

ROOT = Path(__file__).parents[1]
SHOWN_S = 10  # of stages shorter than this the ratio says little


def recorded(folder: Path) -> dict[str, float]:
    """Seconds of each stage of the last whole run in a project's folder, with the start of its process."""
    runs = []
    for path in (folder / ".llmpipe/runs").glob("*/end.json"):
        header, end = json.loads(path.with_name("run.json").read_text()), json.loads(path.read_text())
        if end["status"] == "FINISHED":
            runs.append((header["start_ms"], end["end_ms"], header["stage"]))
    runs.sort()
    stages = [stage for _, _, stage in runs]
    starts = [i for i in range(len(runs)) if stages[i : i + len(STAGES)] == list(STAGES)]
    if not starts:
        raise SystemExit(f"{folder} has no record of a run of all stages in one go.")
    whole = runs[starts[-1] : starts[-1] + len(STAGES)]
    seconds = {stage: (after[0] - start) / 1000 for (start, _, stage), after in zip(whole, whole[1:], strict=False)}
    gaps = [after[0] - end for (_, end, _), after in zip(whole, whole[1:], strict=False)]
    start, end, last = whole[-1]
    return seconds | {last: (end - start + sum(gaps) / len(gaps)) / 1000}


def run(params_file: Path) -> dict[str, float]:
    """Seconds of each stage, run here and now without DVC; the tracker writes to the same temporary folder."""
    seconds = {}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        shutil.copy(params_file, folder / "params.yaml")
        environment = os.environ | {"PYTHONPATH": str(ROOT), "DVC_ROOT": name}
        for stage in STAGES:
            start = time.perf_counter()
            subprocess.run(
                [sys.executable, "-m", "llmpipe", stage], cwd=folder, env=environment, check=True, capture_output=True
            )
            seconds[stage] = time.perf_counter() - start
            print(f"{stage} took {duration(seconds[stage])}", flush=True)
    return seconds


def predict(params_file: Path) -> dict[str, float]:
    """Seconds of each stage as `llmpipe plan` expects them now."""
    command = [sys.executable, "-P", "-m", "llmpipe", "plan", "--json", "--params", str(params_file.resolve())]
    folder = (
        ROOT if params_file.parent.name == "recipes" else params_file.resolve().parent
    )  # paths of sources start there
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    found = subprocess.run(command, cwd=folder, env=environment, check=True, capture_output=True, text=True)
    return {stage: row["seconds"] for stage, row in json.loads(found.stdout)["stages"].items()}


def compare(predicted: Mapping[str, float], real: Mapping[str, float]) -> dict[str, Any]:
    """Ratios of predicted to real time; `worst_ratio` is that farthest from 1 of stages that are long enough."""
    ratios = {stage: predicted[stage] / real[stage] for stage in real}
    long = [ratios[stage] for stage in real if real[stage] >= SHOWN_S]
    total_s = {"predicted_s": sum(predicted.values()), "real_s": sum(real.values())}
    return {
        "total": {**total_s, "ratio": total_s["predicted_s"] / total_s["real_s"]},
        "worst_ratio": max(long, key=lambda ratio: max(ratio, 1 / ratio), default=None),
        "stages": {
            stage: {"predicted_s": predicted[stage], "real_s": real[stage], "ratio": ratios[stage]} for stage in real
        },
    }


def main() -> None:
    """Plan, run or read, and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="recipes/world-ci.yaml")
    parser.add_argument("--params", type=Path, help="another recipe to run")
    parser.add_argument("--run", type=Path, metavar="FOLDER", help="a project's folder where `dvc repro` has finished")
    arguments = parser.parse_args()
    params_file = arguments.params or ROOT / "recipes" / ("world-ci.yaml" if arguments.quick else "world.yaml")
    if arguments.run:
        params_file = arguments.run / "params.yaml"
    print(f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores", flush=True)
    predicted = predict(params_file)
    result = compare(predicted, recorded(arguments.run) if arguments.run else run(params_file))
    result["total"]["predicted_after_s"] = sum(predict(params_file).values())  # has the machine changed meanwhile?
    print(f"\n{'stage':<12}{'predicted':>12}{'real':>12}{'ratio':>8}")
    for stage, row in [*result["stages"].items(), ("all", result["total"])]:
        print(
            f"{stage:<12}{duration(row['predicted_s']):>12}{duration(row['real_s']):>12}{row['ratio']:>8.2f}",
            flush=True,
        )
    print(f"planned again afterwards: {duration(result['total']['predicted_after_s'])}")
    print(json.dumps(result, sort_keys=True))


if __name__ == "__main__":
    main()
