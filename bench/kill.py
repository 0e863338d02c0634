"""
Does training survive any kill: `kill -9` at many moments, then a rerun, must end in the bytes of a run without.

`python bench/kill.py [--quick] [--kills 30] [--seed 1]`: the stages up to encode of recipes/world-ci.yaml once, then
pretrain and finetune straight and again with kills, each run a process of its own as DVC starts it. The moments are
drawn from the seed: some at any time, some where a run is most exposed, while a checkpoint is written, in a
validation, while the outputs are written, and between their move and the end of the process. Every run goes on from
what the killed one left; a run that ends before its kill comes is compared and followed by a new one. Compared are the
SHA-256 of every file of the model directory and of the metrics. Prints a table and one line of JSON; exit code 1 when a
byte differs.
"""

import argparse
import json
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from llmpipe.files import Layout, digest

ROOT = Path(__file__).parents[1]
SIZES = {  # small steps; checkpoints that fall between the points of the curve
    "pretrain": ("steps=120", "checkpoint_every=7", "validate_every=10"),
    "finetune": ("steps=90", "checkpoint_every=7", "validate_every=10"),
}
MOMENTS = ("any time", "checkpoint", "any time", "validation", "any time", "outputs", "any time", "after the move")
START = 0.3  # share of a run's time before which it only loads libraries

# a validation leaves no trace on disk, so the killed process leaves one; nothing else of the product is changed
RUN = """
import sys
from importlib import import_module
from pathlib import Path
from llmpipe.cli import main

name, marker = sys.argv[1], Path(sys.argv[2])
stage = import_module("llmpipe.stages." + name)
validate = {"pretrain": "validate_documents", "finetune": "validate_examples"}[name]
real = getattr(stage, validate)

def marked(*arguments, **options):
    marker.touch()
    try:
        return real(*arguments, **options)
    finally:
        marker.unlink()

setattr(stage, validate, marked)
main([name, *sys.argv[3:]])
"""


@dataclass(frozen=True)
class Kill:
    """
    One row of the table.

    Args:
        stage: pretrain or finetune.
        moment: Which of `MOMENTS`.
        after_s: Seconds after the start of the process.
        resumed: Step from which the killed process had gone on; 0: from the start.
    """

    stage: str
    moment: str
    after_s: float
    resumed: int


class Folder:
    """A project folder of its own: data/, checkpoints below .llmpipe/, and a log of what the processes print."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.data = Layout(root / "data")
        self.log = root / "log.txt"
        self.marker = root / "validating"

    def start(self, name: str) -> "subprocess.Popen[bytes]":
        """Start a stage."""
        options = [part for size in SIZES.get(name, ()) for part in ("-S", f"{name}.{size}")]
        arguments = ["--params", ROOT / "recipes/world-ci.yaml", "--data", self.data.root, *options]
        runner = ["-c", RUN, name, self.marker] if name in SIZES else ["-m", "llmpipe", name]
        settings = {
            "LLMPIPE_TRACKING": "off",
            "LLMPIPE_WORKERS": "1",
            "DVC_ROOT": str(self.root),
            "PYTHONPATH": str(ROOT),
        }
        self.marker.unlink(missing_ok=True)
        with self.log.open("wb") as log:
            return subprocess.Popen(
                [sys.executable, *runner, *arguments], env=os.environ | settings, stdout=log, stderr=log
            )

    def finish(self, process: "subprocess.Popen[bytes]") -> None:
        """Wait for a stage that must succeed."""
        if process.wait():
            raise SystemExit(f"a stage ended with {process.returncode}:\n{self.log.read_text('utf-8')[-3000:]}")

    def run(self, name: str) -> float:
        """Run a stage to its end; the seconds it took."""
        started = time.perf_counter()
        self.finish(self.start(name))
        return time.perf_counter() - started

    def outputs(self, name: str) -> list[Path]:
        """What a stage writes."""
        return [{"pretrain": self.data.pretrained, "finetune": self.data.finetuned}[name], self.data.metrics(name)]

    def digests(self, name: str) -> dict[str, str]:
        """SHA-256 of every file that a stage writes."""
        folder, metrics = self.outputs(name)
        return {path.name: digest(path) for path in [*sorted(folder.rglob("*")), metrics]}

    def remove_outputs(self, name: str) -> None:
        """As DVC does before it runs a stage."""
        folder, metrics = self.outputs(name)
        shutil.rmtree(folder, ignore_errors=True)
        metrics.unlink(missing_ok=True)

    def exposed(self, name: str, moment: str) -> Callable[[], bool]:
        """Whether the process is at such a moment now."""
        output = self.outputs(name)[0]
        return {
            "any time": lambda: True,
            "checkpoint": lambda: any(self.root.glob(".llmpipe/checkpoints/*/.step-*")),
            "validation": self.marker.exists,
            "outputs": lambda: any(self.data.root.glob(f".{output.name}.*/*")),
            "after the move": output.exists,
        }[moment]

    def clear(self, name: str) -> None:
        """Remove what a killed process left half written, which would look like a moment of the next one."""
        for unfinished in self.data.root.glob(f".{self.outputs(name)[0].name}.*"):
            shutil.rmtree(unfinished)
        for unfinished in self.root.glob(".llmpipe/checkpoints/*/.step-*"):
            unfinished.unlink()

    def resumed(self) -> int:
        """The step from which the last process went on."""
        found = re.search(r"resuming after step (\d+)", self.log.read_text("utf-8"))
        return int(found[1]) if found else 0


def attempt(folder: Folder, name: str, moment: str, wait_s: float) -> Kill | None:
    """Start a stage and kill it at the first such moment after `wait_s`; None: it ended before."""
    folder.clear(name)
    folder.remove_outputs(name)
    started = time.perf_counter()
    process = folder.start(name)
    exposed = folder.exposed(name, moment)
    while process.poll() is None:
        if time.perf_counter() - started >= wait_s and exposed():
            process.send_signal(signal.SIGKILL)
            break
        time.sleep(0.0005)
    after_s = time.perf_counter() - started
    if process.wait() == -signal.SIGKILL:
        return Kill(name, moment, after_s, folder.resumed())
    folder.finish(process)
    return None


def kill_stage(folder: Folder, name: str, count: int, straight_s: float, draw: random.Random) -> tuple[list[Kill], int]:
    """
    Kill a stage `count` times, then let it end.

    Returns:
        The kills, and how many complete runs differed from the straight one.
    """
    expected = Folder(folder.root.parent / "straight").digests(name)
    kills: list[Kill] = []
    different = 0
    while len(kills) < count:
        moment = MOMENTS[len(kills) % len(MOMENTS)]
        early = moment in ("outputs", "after the move")  # they come once, at the end
        killed = attempt(folder, name, moment, 0.0 if early else draw.uniform(START, 1.0) * straight_s)
        if killed is None:
            different += folder.digests(name) != expected
        else:
            kills.append(killed)
            print(f"{name:10}{moment:16}{killed.after_s:8.2f} s  from step {killed.resumed:4}", flush=True)
    folder.remove_outputs(name)
    folder.run(name)
    return kills, different + (folder.digests(name) != expected)


def main() -> None:
    """Kill and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="4 kills")
    parser.add_argument("--kills", type=int, default=30, help="over both stages")
    parser.add_argument("--seed", type=int, default=1, help="of the moments")
    arguments = parser.parse_args()
    count = 4 if arguments.quick else arguments.kills
    draw = random.Random(arguments.seed)
    kills: list[Kill] = []
    different = 0
    with tempfile.TemporaryDirectory() as name:
        straight, killed = Folder(Path(name) / "straight"), Folder(Path(name) / "killed")
        straight.data.root.mkdir(parents=True)
        for stage in ("ingest", "clean", "tokenizer", "encode"):
            straight.run(stage)
        shutil.copytree(straight.data.root, killed.data.root)
        for stage, share in ("pretrain", -(-count // 2)), ("finetune", count // 2):
            straight_s = straight.run(stage)
            print(f"{stage}: {straight_s:.1f} s without a kill")
            found, wrong = kill_stage(killed, stage, share, straight_s, draw)
            kills, different = kills + found, different + wrong
    print(f"{different} complete runs differ from the straight one")
    print(json.dumps({"kills": len(kills), "identical": not different}))
    raise SystemExit(1 if different else 0)


if __name__ == "__main__":
    main()
