"""The model in the hands of other programs: export, harness."""

from collections.abc import Callable, Mapping
from functools import wraps
from pathlib import Path
from typing import Any

import click

from llmpipe.cli.options import MODEL_OPTION, PARAMS_OPTION, File, Folder


def _destination(kind: click.Path) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Where to write: `--to`, as with all exports; without the option's name, too."""

    def add(command: Callable[..., None]) -> Callable[..., None]:
        @click.option("--to", type=kind, help=f"New {kind.name} to write; required.")
        @click.argument("place", type=kind, required=False, metavar="[TO]")
        @wraps(command)
        def run(to: Path | None, place: Path | None, **others: Any) -> None:
            if to is not None and place is not None:
                raise click.UsageError(f"There are two places to write to, --to {to} and {place}; name one.")
            if (place := place or to) is None:
                raise click.UsageError("Missing option '--to': where to write.")
            command(to=place, **others)

        return run

    return add


@click.group()
def export() -> None:
    """Write a model directory in another project's format."""


@export.command("hf")
@_destination(Folder)
@MODEL_OPTION
@PARAMS_OPTION
def export_hf(to: Path, model: Path, params_file: Path) -> None:
    """Write the model to folder TO for Hugging Face transformers, with a model card."""
    from llmpipe.commands.export import export_hf as write

    _say_checked(f"{to} is what transformers loads", write(model, to, params_file))


@export.command("gguf")
@_destination(File)
@MODEL_OPTION
@click.option(
    "--type",
    "precision",
    type=click.Choice(["f32", "f16", "q8_0"]),
    default="f16",
    show_default=True,
    help="Of the matrices.",
)
def export_gguf(to: Path, model: Path, precision: str) -> None:
    """Write the model to file TO for llama.cpp, Ollama and the like."""
    from llmpipe.export.gguf import export as write

    _say_checked(f"{to} is what llama.cpp loads", write(model, to, precision))


@export.command("mlflow")
@MODEL_OPTION
@click.option(
    "--to", required=True, metavar="[URI/]NAME", help="Registered model; without URI, in the project's MLflow."
)
@click.option("--alias", default="current", show_default=True, help="Name that points to this version.")
def export_mlflow(model: Path, to: str, alias: str) -> None:
    """Register the model in MLflow, where it can be loaded and served."""
    from llmpipe.tracking.registry import register

    made = register(model, to, alias)
    click.echo(f"{made['name']} version {made['version']} at {made['tracking_uri']}; serve it:")
    click.echo(
        f"  MLFLOW_TRACKING_URI={made['tracking_uri']} python -m mlflow models serve "
        f"-m models:/{made['name']}@{made['alias']} --env-manager local"
    )


@click.command()
@click.option("--tasks", required=True, help="Names of tasks, between commas.")
@MODEL_OPTION
@click.option("--include", type=Folder, help="A folder with tasks of your own as YAML files.")
@click.option("--num-fewshot", type=click.IntRange(min=0), help="Solved examples in a prompt.")
@click.option("--limit", type=click.IntRange(min=1), help="Items a task.")
@click.option("--batch-size", type=click.IntRange(min=1), default=32, show_default=True, help="Texts at once.")
@click.option("--chat", is_flag=True, help="Ask as in a conversation, as tuned models expect.")
@click.option("--seed", type=int, default=1, show_default=True, help="Of the choice of examples.")
@click.option("--to", type=File, help="Write the results as JSON, too.")
def harness(tasks: str, model: Path, to: Path | None, **settings: Any) -> None:
    """Score the model with tasks of EleutherAI's evaluation harness."""
    from llmpipe.export.harness import Settings, evaluate
    from llmpipe.files import write_json

    results, table = evaluate(model, Settings(tuple(filter(None, tasks.split(","))), **settings))
    click.echo(table)
    if to is not None:
        write_json(to, results)


def _say_checked(what: str, measured: Mapping[str, float]) -> None:
    click.echo(f"{what}; checked against our own model:")
    for name, value in measured.items():
        click.echo(f"  {name}: {value:g}")
