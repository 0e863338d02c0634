"""
What a fixed time buys: bits per byte on tinyshakespeare after so many seconds, everything included.

`python bench/shakespeare.py [--quick] [--seconds 104] [--split valid|test|both] [-S SECTION.KEY=VALUE]`: the stages
ingest, clean, tokenizer, encode and pretrain of recipes/shakespeare.yaml, each a process of its own as in a real run.
The number of steps is what the time allows after the other stages: 30 steps are timed first, and count. Scored is the
last tenth of the text as one document. nanoGPT's CPU recipe takes 104 s on such a machine and reaches 2.739 there.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from llmpipe.config import load
from llmpipe.files import Layout, read_json, read_jsonl
from llmpipe.train import directory
from llmpipe.train.validate import bits_per_byte, document_nats

ROOT = Path(__file__).parents[1]
SHARED = ROOT.parent / "shared/data/lm_tinyshakespeare"
RECIPE = ROOT / "recipes/shakespeare.yaml"
NANOGPT = 2.739  # bits per byte over valid and test, its documented CPU recipe
START_S = 4.0  # of a training process, besides its steps


def stage(name: str, folder: Path, overrides: list[str]) -> float:
    """Run one stage in a folder and return the seconds it took."""
    settings = {"LLMPIPE_TRACKING": "off", "DVC_ROOT": str(folder), "PYTHONPATH": str(ROOT)}
    options = [part for override in overrides for part in ("-S", override)]
    start = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-m", "llmpipe", name, "--params", RECIPE, "--data", folder / "data", *options],
        cwd=ROOT,
        env=os.environ | settings,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise SystemExit(f"`llmpipe {name}` ended with {done.returncode}:\n{done.stderr[-3000:]}")
    return time.perf_counter() - start


def score(folder: Path, names: tuple[str, ...]) -> float:
    """Bits per byte of some files' text, joined, under the base model."""
    loaded = directory.load(Layout(folder / "data").pretrained)
    text = "".join(row["text"] for name in names for row in read_jsonl(SHARED / f"{name}.jsonl"))
    tokenizer = loaded.tokenizer
    ids = np.asarray([tokenizer.bos_id, *tokenizer.encode(text), tokenizer.eos_id])
    nats = document_nats(loaded.model, [ids], loaded.config.context_length)
    return bits_per_byte(float(nats[0]), len(text.encode("utf-8")))


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="20 steps, whatever the time")
    parser.add_argument("--seconds", type=float, default=104.0)
    parser.add_argument("--split", choices=("valid", "test", "both"), default="both")
    parser.add_argument("-S", dest="overrides", action="append", default=[], metavar="SECTION.KEY=VALUE")
    arguments = parser.parse_args()
    if not SHARED.exists():
        print(f"skipped: {SHARED} is not there", file=sys.stderr)
        print(json.dumps({"skipped": True}))
        return
    names = ("valid", "test") if arguments.split == "both" else (arguments.split,)
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        took = {name: stage(name, folder, arguments.overrides) for name in ("ingest", "clean", "tokenizer", "encode")}
        steps = 20
        if not arguments.quick:
            trial = folder / "trial"
            shutil.copytree(folder / "data", trial / "data")
            took["trial"] = stage("pretrain", trial, [*arguments.overrides, "pretrain.steps=30"])
            left = arguments.seconds - sum(took.values()) - START_S
            steps = int(left / ((took["trial"] - START_S) / 30))
        took["pretrain"] = stage("pretrain", folder, [*arguments.overrides, f"pretrain.steps={steps}"])
        found = score(folder, names)
        parameters = read_json(Layout(folder / "data").metrics("pretrain"))["num_parameters"]
    tokens = load(RECIPE, ["pretrain"]).pretrain.batch_tokens
    print("seconds: " + ", ".join(f"{name} {seconds:.1f}" for name, seconds in took.items()))
    print(f"{parameters:,} parameters, {steps} steps of {tokens} tokens (unless overridden)")
    print(f"{found:.3f} bits per byte on {' and '.join(names)}; nanoGPT's CPU recipe in 104 s: {NANOGPT} on both")
    print(json.dumps({"bits_per_byte": round(found, 4), "seconds": round(sum(took.values()), 1), "steps": steps}))


if __name__ == "__main__":
    main()
