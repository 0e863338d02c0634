"""A real stage run on data in a folder, with what it cost; shared by the measurements."""

import os
import subprocess
import sys
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from llmpipe.files import Layout, read_json, read_jsonl, write_jsonl
from llmpipe.records import Document, Example

ROOT = Path(__file__).parents[1]
SPLITS = ("train", "valid", "test")


@dataclass(frozen=True, slots=True)
class Cost:
    """
    What a run took.

    Args:
        wall_s: Elapsed seconds.
        cpu_s: Processor seconds of the process and the children it waited for.
        peak_rss_mb: Largest resident memory of any one of these processes, MB.
    """

    wall_s: float
    cpu_s: float
    peak_rss_mb: float


@dataclass(slots=True)
class Result:
    """
    What the stage made of the documents.

    Args:
        kept: Text by id.
        removed: Reason by id.
        changed: Names of the rules that changed it by id, of kept documents.
        duplicates: Lines of duplicates.jsonl.
        metrics: data/metrics/clean.json.
    """

    kept: dict[str, str] = field(default_factory=dict)
    removed: dict[str, str] = field(default_factory=dict)
    changed: dict[str, tuple[str, ...]] = field(default_factory=dict)
    duplicates: list[dict[str, Any]] = field(default_factory=list)
    metrics: dict[str, Any] = field(default_factory=dict)


def clean_section(recipe: str) -> dict[str, Any]:
    """The clean section of a recipe."""
    values = yaml.safe_load((ROOT / "recipes" / f"{recipe}.yaml").read_text("utf-8"))
    section: dict[str, Any] = values["clean"]
    return section


def change(section: dict[str, Any], settings: Iterable[str]) -> None:
    """Put other values into a section: `outliers.min_order=0.15`."""
    for name, value in (setting.split("=", 1) for setting in settings):
        *path, last = name.split(".")
        place = section
        for key in path:
            place = place[key]
        place[last] = yaml.safe_load(value)


def write_raw(
    folder: Path,
    documents: Iterable[Document],
    entries: Iterable[Mapping[str, Any]] = (),
    tests: Iterable[Example] = (),
) -> None:
    """Write data/raw below a folder, as ingest would."""
    raw = Layout(folder / "data").raw
    write_jsonl(raw / "documents/00000.jsonl", documents)
    for split in SPLITS:
        (raw / "examples" / split).mkdir(parents=True, exist_ok=True)
    write_jsonl(raw / "examples/test/bench.jsonl", tests)
    write_jsonl(raw / "ledger.jsonl", entries)


def run_clean(folder: Path, section: Mapping[str, Any], workers: int = 1) -> Cost:
    """Run `llmpipe clean` in a folder that holds data/raw, untracked, in processes of its own."""
    return run_stage(folder, "clean", {"clean": dict(section)}, workers)


def run_stage(folder: Path, stage: str, params: Mapping[str, Any], workers: int = 1) -> Cost:
    """
    Run a stage in a folder that holds its inputs below data/, untracked, in processes of its own.

    Raises:
        SystemExit: It failed; the end of what it said.
    """
    (folder / "params.yaml").write_text(yaml.safe_dump(dict(params)), "utf-8")
    settings = {
        "LLMPIPE_WORKERS": str(workers),
        "LLMPIPE_TRACKING": "off",
        "DVC_ROOT": str(folder),
        "OMP_NUM_THREADS": "1",
        "PYTHONPATH": os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH", "")])),
    }
    path = folder / f"{stage}.log"
    started = time.perf_counter()
    with path.open("w", encoding="utf-8") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "llmpipe", stage], cwd=folder, env=os.environ | settings, stdout=log, stderr=log
        )
        _, status, usage = os.wait4(process.pid, 0)  # of this run alone; getrusage would add all earlier ones
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"`llmpipe {stage}` ended with {process.returncode}:\n{path.read_text()[-3000:]}")
    return Cost(time.perf_counter() - started, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024)


def read_result(folder: Path) -> Result:
    """What a run left in data/clean."""
    data = Layout(folder / "data")
    result = Result(metrics=read_json(data.metrics("clean")))
    for split in SPLITS:
        for path in sorted((data.clean / split).glob("*.jsonl")):
            result.kept |= {row["id"]: row["text"] for row in read_jsonl(path)}
    for path in sorted((data.clean / "removed").glob("*.jsonl")):
        result.removed |= {row["id"]: row["reason"] for row in read_jsonl(path)}
    for path in sorted((data.clean / "changed").glob("*.jsonl")):
        result.changed |= {row["id"]: tuple(row["reasons"]) for row in read_jsonl(path)}
    result.duplicates = list(read_jsonl(data.clean / "duplicates.jsonl"))
    return result
