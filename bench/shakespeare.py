"""
Bits per byte on tinyshakespeare, and the seconds that they took, everything included.

`python bench/shakespeare.py [--quick] [--split valid|test|both] [-S SECTION.KEY=VALUE]`: the stages ingest, clean,
tokenizer, encode and pretrain of recipes/shakespeare.yaml, each a process of its own as in a real run. Scored is the
last tenth of the text as one document. nanoGPT's CPU recipe takes 104 s on such a machine and reaches 2.739 there; the
recipe's number of steps is meant to end before that, which only a machine with two free cores shows.
"""

import argparse
import json
import os
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
NANOGPT_S = 104.0
STAGES = ("ingest", "clean", "tokenizer", "encode", "pretrain")


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
    parser.add_argument("--quick", action="store_true", help="20 steps: shows that it works")
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
        overrides = arguments.overrides + (["pretrain.steps=20"] if arguments.quick else [])
        took = {name: stage(name, folder, overrides) for name in STAGES}
        found = score(folder, names)
        pretrain = load(RECIPE, ["pretrain"], overrides).pretrain
        parameters = read_json(Layout(folder / "data").metrics("pretrain"))["num_parameters"]
    seconds = sum(took.values())
    print(
        "seconds: " + ", ".join(f"{name} {took_s:.1f}" for name, took_s in took.items()) + f"; together {seconds:.1f}"
    )
    print(f"{parameters:,} parameters, {pretrain.steps} steps of {pretrain.batch_tokens} tokens")
    print(f"{found:.3f} bits per byte on {' and '.join(names)}")
    print(f"nanoGPT's CPU recipe: {NANOGPT} on valid and test in {NANOGPT_S:g} s")
    result = {"bits_per_byte": round(found, 4), "seconds": round(seconds, 1), "steps": pretrain.steps}
    print(json.dumps(result | {"ratio": round(found / NANOGPT, 3)}))


if __name__ == "__main__":
    main()
