"""Looking at results: ui, compare, trace."""

import sys
from pathlib import Path

import click

from llmpipe.cli.options import DATA_OPTION, PARAMS_OPTION, Folder
from llmpipe.errors import ParamsError


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", type=int, default=5000, show_default=True, help="Port to listen on.")
def ui(host: str, port: int) -> None:
    """Start the MLflow UI and print the address to open."""
    from llmpipe.commands.ui import run

    run(host=host, port=port)


@click.command()
@click.argument("first", metavar="A")
@click.argument("other", metavar="B")
@click.option("--to", type=Folder, help="Write comparison.md, .html and .json to this folder.")
@click.option(
    "--format",
    "form",
    type=click.Choice(["md", "html", "json"]),
    default="md",
    show_default=True,
    help="What to print.",
)
@click.option("--seed", type=int, default=1, show_default=True, help="Of the random draws.")
@click.option(
    "--resamples", type=click.IntRange(min=100), default=2000, show_default=True, help="Test sets drawn for intervals."
)
@click.option(
    "--trials",
    type=click.IntRange(min=100),
    default=10_000,
    show_default=True,
    help="Exchanges of a randomisation test.",
)
def compare(first: str, other: str, to: Path | None, form: str, seed: int, resamples: int, trials: int) -> None:
    """
    Compare result B with A, example by example: git revisions, DVC experiments, MLflow runs or folders.

    Several names with commas between them are one result with several seeds.
    """
    from llmpipe.commands import compare as command
    from llmpipe.commands.compare_tests import Draws

    comparison = command.compare(first, other, Draws(seed, resamples, trials))
    if to is None:
        click.echo(command.render(comparison, form), nl=False)
        return
    for path in command.write(comparison, to):
        click.echo(path)
    click.echo(comparison.verdict)


@click.command()
@click.argument("item", required=False)
@click.option("--text", help="Trace this text in place of a test item; - reads standard input.")
@click.option("-k", "k", type=click.IntRange(1, 1000), default=5, show_default=True, help="How many to show of each.")
@click.option("--full", is_flag=True, help="Whole texts and all steps.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@PARAMS_OPTION
@DATA_OPTION
def trace(item: str | None, text: str | None, k: int, full: bool, as_json: bool, params_file: Path, data: Path) -> None:
    """Show the training texts nearest to test ITEM, and the steps that saw them."""
    import json

    from llmpipe import config
    from llmpipe.commands import trace as command
    from llmpipe.commands.trace_page import page
    from llmpipe.files import Layout

    if (item is None) == (text is None):
        raise ParamsError("give either an ITEM (id of a test example, or DATASET/T1:ID) or --text.")
    text = sys.stdin.read() if text == "-" else text
    params = config.load(params_file, config.PIPELINE_SECTIONS)
    traced = command.trace(params, Layout(data), item=item or "", text=text or "", k=k)
    click.echo(
        json.dumps(command.as_json(traced), indent=2, ensure_ascii=False) + "\n" if as_json else page(traced, full),
        nl=False,
    )
