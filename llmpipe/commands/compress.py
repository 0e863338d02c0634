"""`llmpipe compress KIND --to DIR`: a smaller model directory, and beside it a table of what it costs."""

from collections.abc import Callable, Mapping
from dataclasses import asdict
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from llmpipe.compress import compare, page, speed, training
from llmpipe.compress.compare import AFTER, BEFORE
from llmpipe.config import Params
from llmpipe.errors import ParamsError
from llmpipe.files import Layout, atomic_directory, digest, write_json, write_text
from llmpipe.model.compact import FORMATS, weight_bytes
from llmpipe.progress import Reporter
from llmpipe.train import directory
from llmpipe.train.device import use_device
from llmpipe.train.directory import WEIGHTS, Loaded
from llmpipe.train.loop import curve_csv

Making = Callable[[Loaded, str, Params, Layout, Reporter], training.Smaller]
TRAINED: dict[str, Making] = {"prune": training.pruned, "distill": training.distilled}
KINDS = (*FORMATS, *TRAINED)


def run(kind: str, model: Path, to: Path, params: Params, data: Layout, reporter: Reporter) -> str:
    """
    Write the smaller model to the new folder `to`, and `to`.md and `to`.json with the table beside it.

    The table stands outside, because it holds times: the folder is a function of what was read.

    Returns:
        The table as Markdown.

    Raises:
        ParamsError: `to` holds files already.
        LlmpipeError: As `finetune` and `evaluate`.
    """
    if to.exists() and (not to.is_dir() or any(to.iterdir())):
        raise ParamsError(f"--to is '{to}', which exists already; name a new folder.")
    if to.absolute() == model.absolute():
        raise ParamsError(f"--to is '{to}', the model itself; name another folder.")
    before = directory.load(model)
    if kind in FORMATS:
        _write(to, kind, directory.load(model, plain=True))
    else:
        made = TRAINED[kind](directory.load(model, plain=True), digest(model), params, data, reporter)
        curve = curve_csv(made.curve) if made.curve else ""
        _write(to, directory.FLOAT, Loaded(made.model.cpu(), before.tokenizer, made.model.config), curve)
        if made.checkpoints is not None:
            made.checkpoints.remove()
    found = comparison(kind, model, to, params, data, reporter)
    table = page.markdown(found)
    write_json(to.with_name(f"{to.name}.json"), found)
    write_text(to.with_name(f"{to.name}.md"), table)
    reporter.metrics(headline(found))
    for suffix in ("json", "md"):
        reporter.artifact(to.with_name(f"{to.name}.{suffix}"))
    return table


def _write(to: Path, form: str, loaded: Loaded, curve: str = "") -> None:
    """A model directory, complete in itself."""
    to.parent.mkdir(parents=True, exist_ok=True)
    with atomic_directory(to) as folder:
        loaded.tokenizer.save(folder)
        directory.write(folder, loaded.model, loaded.tokenizer, form)
        if curve:
            write_text(folder / "curve.csv", curve)


def comparison(kind: str, model: Path, to: Path, params: Params, data: Layout, reporter: Reporter) -> dict[str, Any]:
    """All that was measured of a model and the smaller one, for JSON."""
    device = use_device(params.compute).torch
    folders = {BEFORE: model, AFTER: to}
    models = {name: directory.load(folder, device) for name, folder in folders.items()}
    reporter.say("scoring both models on the test documents and examples")
    with TemporaryDirectory(prefix="llmpipe-compress-") as folder:
        measured = compare.measure(models, params, data, Path(folder), reporter)
    return {
        "kind": kind,
        "size": {name: _size(folders[name], loaded) for name, loaded in models.items()},
        "speed": speed.measure(models),
        "num_examples": sum(row[AFTER]["n"] for row in measured.scores),
        **asdict(measured),
    }


def _size(folder: Path, loaded: Loaded) -> dict[str, int]:
    plain = directory.load(folder, plain=True).model
    return {
        "parameters": plain.num_parameters(),
        "disk_bytes": (folder / WEIGHTS).stat().st_size,
        "memory_bytes": weight_bytes(loaded.model),
    }


def headline(found: Mapping[str, Any]) -> dict[str, float]:
    """What MLflow shows: sizes, speeds, bits per byte and scores of both, by name."""
    values: dict[str, float] = {"same_answers": found["same_answers"]}
    for side in (BEFORE, AFTER):
        values |= {f"{side}/{name}": float(size) for name, size in found["size"][side].items()}
        values |= {f"{side}/{work}.tokens_per_s": both[side]["tokens_per_s"] for work, both in found["speed"].items()}
        for row in found["bits_per_byte"]:
            values[f"{side}/bits_per_byte.{row['test_set']}"] = row[side]["value"]
        for row in (*found["means"], *found["scores"]):
            values[f"{side}/{row['dataset']}.{row['test_set']}.{row['metric']}"] = row[side]["value"]
    return values
