"""
True results on open data: one base model of real text, then a tuned model for each data set, beside its baselines.

`python bench/open_data.py [--quick] [--folder DIR] [--only SET ...] [--seeds 1 2 3] [--jobs 2]
[-S SECTION.KEY=VALUE]` writes a project folder for the base model and one for each data set, arm and seed
(bench/open_data.yaml says what is in them; -S changes the base), runs the stages of the pipeline there, each a process
of its own, and collects their scores. A stage that is finished in a folder
with the same parameters is not run again, so the command can be stopped and repeated; after a change of the code choose
another folder. The data are read where they lie (../shared/data).
"""

import argparse
import copy
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from llmpipe import config
from llmpipe.files import read_json, read_jsonl, write_json
from llmpipe.metrics import statistics
from llmpipe.records import Prediction

ROOT = Path(__file__).parents[1]
SHARED = ROOT.parent / "shared/data"
PLAN = Path(__file__).with_suffix(".yaml")
RECIPE = ROOT / "recipes/files.yaml"
BASE_STAGES = ("ingest", "clean", "tokenizer", "encode", "baselines", "pretrain")
SET_STAGES = ("finetune", "evaluate")
WHOLE = ("filters", "vectors")  # sections that replace those of the recipe instead of being merged into them
OUT_OF_SCOPE = "oos"  # clinc150


# --- what is run ------------------------------------------------------------------------------------


def merged(values: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    """A copy of nested values with changes; sections of `WHOLE` are replaced."""
    result = copy.deepcopy(dict(values))
    for name, change in changes.items():
        old = result.get(name)
        deep = isinstance(change, Mapping) and isinstance(old, Mapping) and name not in WHOLE
        result[name] = merged(old, change) if deep else copy.deepcopy(change)
    return result


def sources(plan: Mapping[str, Any], limits: Mapping[str, int]) -> list[dict[str, Any]]:
    """`ingest.sources`: the documents of the base, then the examples of every set."""
    found = []
    for source in plan["base"]["ingest"]["sources"]:
        size = {"limit": limits["documents"]} if limits else {}
        found.append({**source, "paths": [str(SHARED / path) for path in source["paths"]], **size})
    for name, chosen in plan["sets"].items():
        files = {}
        for split in ("train", "valid", "test"):
            limit = limits.get(split, chosen.get(split))
            files[split] = {"paths": [str(SHARED / chosen["folder"] / f"{split}.jsonl")]}
            files[split] |= {"limit": limit} if limit else {}
        files["test"] = {"test": files["test"]}
        found.append({"kind": "examples", "name": name, **chosen["source"], **files})
    return found


def base_params(plan: Mapping[str, Any], limits: Mapping[str, int]) -> dict[str, Any]:
    """params.yaml of the base model's folder."""
    values = merged(config.read(RECIPE), plan["base"])
    values["ingest"]["sources"] = sources(plan, limits)
    values["report"]["title"] = "llmpipe on open data"
    return values


def set_params(base: Mapping[str, Any], chosen: Mapping[str, Any], arm: str, seed: int) -> dict[str, Any]:
    """params.yaml of one set, arm and seed."""
    changes = {name: chosen.get(name, {}) for name in ("finetune", "evaluate")}
    return merged(merged(base, changes), {"finetune": {"base": arm, "seed": seed}})


def prepare(folder: Path, values: Mapping[str, Any], own: tuple[str, ...] = BASE_STAGES) -> None:
    """
    A folder with this params.yaml, in which the stages count as done whose parameters are as they were.

    Args:
        folder: Of the project.
        values: All parameters.
        own: Its last stages; when those before them have changed, all of it goes.
    """
    config.validate(values, config.SECTIONS)
    values = json.loads(json.dumps(values))
    file = folder / "params.yaml"  # JSON is YAML
    old = config.read(file) if file.exists() else {}
    stages = tuple(dict.fromkeys((*BASE_STAGES, *own)))
    same = [all(old.get(name) == values[name] for name in config.STAGE_SECTIONS[stage]) for stage in stages]
    first = same.index(False) if False in same else len(stages)
    if first < stages.index(own[0]):
        shutil.rmtree(folder, ignore_errors=True)
    for stage in stages[first:]:
        (folder / "data/metrics" / f"{stage}.json").unlink(missing_ok=True)
    folder.mkdir(parents=True, exist_ok=True)
    write_json(file, values)


def share_base(base: Path, folder: Path, name: str) -> None:
    """Give a set's folder the base's data, by hard links, with the examples of this set only."""
    if (folder / "data").exists():
        return
    unfinished = folder / "data.unfinished"
    shutil.rmtree(unfinished, ignore_errors=True)
    for part in ("raw", "clean", "tokenizer", "tokens", "baselines", "pretrained"):
        shutil.copytree(base / "data" / part, unfinished / part, copy_function=os.link)
    for file in (unfinished / "clean/examples").glob("*/*.jsonl"):
        if file.stem != name:
            file.unlink()
    unfinished.rename(folder / "data")


def run_stages(folder: Path, names: Iterable[str]) -> float:
    """Run the stages that are not done yet in a project folder; returns the seconds they took."""
    settings = {"LLMPIPE_TRACKING": "off", "DVC_ROOT": str(folder), "PYTHONPATH": str(ROOT)}
    start = time.perf_counter()
    for name in names:
        if (folder / "data/metrics" / f"{name}.json").exists():
            continue
        with (folder / f"{name}.log").open("w") as log:
            command = [sys.executable, "-m", "llmpipe", name]
            done = subprocess.run(
                command, cwd=folder, env=os.environ | settings, stdout=log, stderr=subprocess.STDOUT, check=False
            )
        if done.returncode:
            raise SystemExit(f"`llmpipe {name}` ended with {done.returncode} in {folder}:\n{tail(folder, name)}")
        print(f"{folder.name}: {name} done", file=sys.stderr, flush=True)
    return time.perf_counter() - start


def tail(folder: Path, stage: str) -> str:
    """The end of a stage's log."""
    return (folder / f"{stage}.log").read_text()[-2000:]


# --- what came out ----------------------------------------------------------------------------------


def scores(folder: Path) -> dict[str, dict[str, dict[str, float]]]:
    """Metric -> model -> {"value", "low", "high", "n"} on the test set, with what a set's README asks for besides."""
    found: dict[str, dict[str, dict[str, float]]] = {}
    rows = read_json(folder / "data/evaluation/scores.json")
    names = {row["dataset"] for row in rows if row["dataset"] not in ("all", "language_model")}
    assert len(names) == 1, f"{folder} has scores of {names}"
    for row in rows:
        if row["dataset"] in names:
            kept = {key: row[key] for key in ("value", "low", "high", "n")}
            found.setdefault(row["name"], {})[row["model"]] = kept
    for file in sorted((folder / "data/evaluation/predictions").glob("*.jsonl")):
        model = file.name.split(".")[0]
        for name, hits in in_and_out(list(read_jsonl(file, Prediction))).items():
            low, high = statistics.wilson(sum(hits), len(hits))
            score = {"value": sum(hits) / len(hits), "low": low, "high": high, "n": len(hits)}
            found.setdefault(name, {})[model] = score
    return found


def in_and_out(predictions: list[Prediction]) -> dict[str, list[bool]]:
    """Right answers to items in scope, and to those out of scope; none for sets without such items."""
    outside = [p.references[0] == OUT_OF_SCOPE for p in predictions]
    if not any(outside):
        return {}
    right = [p.hypothesis == p.references[0] for p in predictions]
    return {
        "in_scope_accuracy": [hit for hit, out in zip(right, outside, strict=True) if not out],
        "out_of_scope_recall": [hit for hit, out in zip(right, outside, strict=True) if out],
    }


def shown(score: Mapping[str, float]) -> str:
    """`.912 [.904, .919]`; points as `21.3 [20.1, 22.5]`."""
    digits = 1 if score["value"] > 1 else 3
    return f"{score['value']:.{digits}f} [{score['low']:.{digits}f}, {score['high']:.{digits}f}]"


def print_set(name: str, runs: Mapping[str, Mapping[str, Any]]) -> None:
    """The table of one set: a row a metric and model; baselines are the same in every run."""
    print(f"\n{name}")
    for run, found in runs.items():
        valid = read_json(Path(found["folder"]) / "data/metrics/finetune.json")
        print(f"  {run}: kept step {valid['kept_step']}, right on valid {valid['valid_exact_match']:.3f}")
    first = next(iter(runs.values()))["scores"]
    for metric, by_model in first.items():
        for run, found in runs.items():
            print(f"  {metric:20} {run:16} {shown(found['scores'][metric]['finetuned'])}")
        for model in sorted(set(by_model) - {"finetuned"}):
            print(f"  {'':20} {model:16} {shown(by_model[model])}")
    for run, found in runs.items():
        for row in read_json(Path(found["folder"]) / "data/evaluation/abstention.json")["scores"]:
            print(f"  labels, {row['name']:28} {run:16} {shown(row)}")


def main() -> None:
    """Run and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="two sets, four steps: a minute")
    parser.add_argument("--folder", type=Path, help="where the projects go; default: a temporary folder")
    parser.add_argument("--only", nargs="*", help="names of sets in bench/open_data.yaml")
    parser.add_argument("--seeds", nargs="*", type=int, default=[1])
    parser.add_argument("--jobs", type=int, default=2, help="sets at a time, one thread each")
    parser.add_argument("-S", dest="overrides", action="append", default=[], metavar="SECTION.KEY=VALUE")
    arguments = parser.parse_args()
    if not SHARED.exists():
        print(f"skipped: {SHARED} is not there", file=sys.stderr)
        print(json.dumps({"skipped": True}))
        return
    plan, limits = config.read(PLAN), {}
    if arguments.quick:
        limits = plan["quick"]["limits"]
        kept = {name: plan["sets"][name] for name in plan["quick"]["sets"]}
        kept = {name: merged(chosen, {"finetune": plan["quick"]["finetune"]}) for name, chosen in kept.items()}
        plan = {"base": merged(plan["base"], plan["quick"]["base"]), "sets": kept}
    wanted = arguments.only or list(plan["sets"])
    if unknown := [name for name in wanted if name not in plan["sets"]]:
        raise SystemExit(f"--only {unknown[0]}: no such set; known: {', '.join(plan['sets'])}.")
    with tempfile.TemporaryDirectory() as temporary:
        folder = (arguments.folder or Path(temporary)).resolve()
        values = config.override(base_params(plan, limits), arguments.overrides)
        run(plan, values, wanted, arguments.seeds, folder=folder, jobs=arguments.jobs)


def run(
    plan: Mapping[str, Any], values: Mapping[str, Any], wanted: list[str], seeds: list[int], *, folder: Path, jobs: int
) -> None:
    """All of it, into a folder."""
    base = folder / "base"
    prepare(base, values)
    took = {"base": run_stages(base, BASE_STAGES)}
    cells = [
        (name, arm, seed) for seed in seeds for name in wanted for arm in plan["sets"][name].get("arms", ["pretrained"])
    ]

    def cell(name: str, arm: str, seed: int) -> Path:
        project = folder / f"{name}-{arm}-{seed}"
        prepare(project, set_params(values, plan["sets"][name], arm, seed), SET_STAGES)
        share_base(base, project, name)
        took[project.name] = run_stages(project, SET_STAGES)
        return project

    with ThreadPoolExecutor(jobs) as pool:
        done = list(pool.map(lambda parts: cell(*parts), cells))
    found: dict[str, dict[str, Any]] = {}
    for (name, arm, seed), project in zip(cells, done, strict=True):
        found.setdefault(name, {})[f"{arm} {seed}"] = {"folder": str(project), "scores": scores(project)}
    for name, runs in found.items():
        print_set(name, runs)
    print("\nseconds: " + ", ".join(f"{name} {seconds:.0f}" for name, seconds in took.items()))
    print(json.dumps({name: {run: one["scores"] for run, one in runs.items()} for name, runs in found.items()}))


if __name__ == "__main__":
    main()
