"""A project whose only training stage computes its scores from its parameters: studies in seconds, through real DVC."""

import shutil
import subprocess
import sys
from pathlib import Path

from imports import ROOT

STAGE = """
import json, os, pathlib, sys
from ruamel.yaml import YAML

params = YAML(typ="safe").load(open("params.yaml"))
tuned, rate = params["finetune"], params["finetune"]["optimizer"]["learning_rate"]
if tuned["dropout"] == 0.9:
    sys.exit("Error: finetune.dropout is 0.9; nothing is left to learn with.")
pathlib.Path("data/inputs/mine.txt").read_text()
score = {0.001: 0.5, 0.002: 0.7}.get(rate, 0.6) - tuned["dropout"] / 2 + tuned["seed"] / 100
pathlib.Path("data/metrics").mkdir(parents=True, exist_ok=True)
json.dump({"valid_exact_match": score, "loss": 1 - score}, open("data/metrics/finetune.json", "w"))
print(os.environ["LLMPIPE_STUDY"], os.environ["LLMPIPE_CELL"])
"""
PIPELINE = """
stages:
  finetune:
    cmd: python stage.py
    deps: [stage.py, data/inputs]
    params: [finetune]
    metrics:
      - data/metrics/finetune.json: {cache: false}
"""
STUDY = """
name: rates
question: Which rate, and how much dropout?
factors:
  finetune.optimizer.learning_rate: [1.0e-3, 2.0e-3]
  regularisation:
    none: {finetune.dropout: 0.0, model.dropout: 0.0}
    some: {finetune.dropout: 0.2, model.dropout: 0.1}
seeds: [1, 2]
seed_keys: [finetune.seed]
target: finetune
optimise: finetune.valid_exact_match
describe: [finetune.loss]
"""


def git(folder: Path, *arguments: str) -> str:
    identity = ("-c", "user.name=test", "-c", "user.email=test@example.invalid")
    command = ["git", *identity, *arguments]
    return subprocess.run(command, cwd=folder, check=True, capture_output=True, text=True).stdout


def write_pipeline(folder: Path) -> Path:
    """params.yaml, dvc.yaml and the stage; no git, no DVC."""
    folder.mkdir(parents=True, exist_ok=True)
    shutil.copy(ROOT / "recipes/world-ci.yaml", folder / "params.yaml")
    (folder / "stage.py").write_text(STAGE, "utf-8")
    (folder / "dvc.yaml").write_text(PIPELINE.lstrip(), "utf-8")
    return folder


def write(folder: Path) -> Path:
    """Make the project, with a commit; returns its study file."""
    write_pipeline(folder)
    study = folder / "rates.yaml"
    study.write_text(STUDY.lstrip(), "utf-8")
    (folder / "data/inputs").mkdir(parents=True)
    (folder / "data/inputs/README.md").write_text("Here goes what git does not hold.\n", "utf-8")
    (folder / "data/inputs/mine.txt").write_text("A text of my own.\n", "utf-8")
    git(folder, "init", "--quiet", "--initial-branch=main")
    subprocess.run([sys.executable, "-m", "dvc", "init", "--quiet"], cwd=folder, check=True, capture_output=True)
    (folder / ".gitignore").write_text(
        "/.llmpipe/\n/data/*\n!/data/metrics/\n!/data/inputs/\n/data/inputs/*\n!/data/inputs/README.md\n", "utf-8"
    )
    git(folder, "add", ".")
    git(folder, "commit", "--quiet", "--message=Start")
    return study
