"""A command for each stage, and what `clean` says before it runs."""

import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from llmpipe.cli.options import DATA_OPTION, PARAMS_OPTION, Folder
from llmpipe.cli.signals import stop_on_sigterm
from llmpipe.errors import ParamsError

STAGES = {
    "ingest": "Read the sources: documents and task examples to data/raw.",
    "clean": "Clean, deduplicate, decontaminate and split the documents.",
    "tokenizer": "Train the tokenizer on the cleaned training text.",
    "encode": "Turn cleaned text into token shards.",
    "baselines": "Train the classic models that ours are compared with.",
    "pretrain": "Train the base model on the token shards.",
    "finetune": "Tune the base model on the task examples.",
    "evaluate": "Run the models on the test sets and score every answer.",
    "transfer": "Tune with and without pretraining, on few and many labels.",
    "report": "Write the report and the comparable row in MLflow.",
}
PARALLEL = ("pretrain", "finetune")  # stages that several processes can share


def stage_options(command: Any) -> Any:
    """The options that all stages take."""
    overrides = click.option(
        "-S", "overrides", multiple=True, metavar="SECTION.KEY=VALUE", help="Override a parameter; repeatable."
    )
    out = click.option("--out", type=Folder, default=None, help="Folder to write to.  [default: the --data folder]")
    return PARAMS_OPTION(DATA_OPTION(out(overrides(command))))


def help_of(name: str) -> dict[str, Any]:
    """Long and short help of a stage."""
    return {
        "help": f"{STAGES[name]} Settings: the section `{name}` of params.yaml.",
        "short_help": STAGES[name],
    }


def stage_command(name: str) -> click.Command:
    """The command of one stage."""

    @click.command(name, **help_of(name))
    @stage_options
    def command(params_file: Path, data: Path, out: Path | None, overrides: tuple[str, ...]) -> None:
        run_stage(name, params_file, data, out or data, overrides)

    return command


def run_stage(name: str, params_file: Path, data: Path, out: Path, overrides: Sequence[str]) -> None:
    """
    Load the sections of a stage, open its tracker run and run it.

    Raises:
        ParamsError: Parameters are overridden where DVC runs the stage.
    """
    if overrides and os.environ.get("DVC_STAGE"):
        raise ParamsError(
            f"-S {overrides[0]}: not inside a DVC stage, where dvc.lock would not know; use `dvc exp run -S`."
        )
    from importlib import import_module

    from llmpipe import config
    from llmpipe.files import Layout
    from llmpipe.progress import Quiet, Reporter
    from llmpipe.tracking import stage_run

    stop_on_sigterm()
    params = config.load(params_file, config.sections_of(name), overrides)
    values = {section: getattr(params, section).model_dump(mode="json") for section in config.STAGE_SECTIONS[name]}

    def work(first: bool) -> None:
        stage = import_module(f"llmpipe.stages.{name}")
        if not first:
            stage.run(params, Layout(data), Layout(out), Quiet())
            return
        with stage_run(name, values, Layout(data), Layout(out)) as sink:
            reporter = Reporter([sink])
            try:
                stage.run(params, Layout(data), Layout(out), reporter)
            finally:
                reporter.close()

    if name not in PARALLEL:
        work(True)
        return
    from llmpipe.train import launch

    places = [f"--params={params_file}", f"--data={data}", f"--out={out}", *(f"-S{item}" for item in overrides)]
    launch.run(params.compute, [sys.executable, "-m", "llmpipe", name, *places], work)


@click.group("clean", invoke_without_command=True, **help_of("clean"), subcommand_metavar="[explain ID]")
@stage_options
@click.option("--dry-run", is_flag=True, help="Print what the rules do to a sample; write nothing.")
@click.option("--sample", type=click.IntRange(1), default=1000, show_default=True, help="Documents of a dry run.")
@click.pass_context
def clean(
    context: click.Context,
    params_file: Path,
    data: Path,
    out: Path | None,
    overrides: tuple[str, ...],
    dry_run: bool,
    sample: int,
) -> None:
    """Clean, or try the rules on a sample."""
    if context.invoked_subcommand is not None:
        return
    if not dry_run:
        run_stage("clean", params_file, data, out or data, overrides)
        return
    from llmpipe.commands.dry_run import table
    from llmpipe.files import Layout

    click.echo(table(clean_config(params_file, overrides), Layout(data), sample), nl=False)


@clean.command()
@click.argument("document_id", metavar="ID")
@PARAMS_OPTION
@DATA_OPTION
@click.option("--full", is_flag=True, help="Whole texts, not only where they begin to differ.")
def explain(document_id: str, params_file: Path, data: Path, full: bool) -> None:
    """Show what cleaning does to document ID, rule by rule, and what became of it."""
    from llmpipe.commands.explain import explain as story
    from llmpipe.files import Layout

    click.echo(story(document_id, clean_config(params_file, ()), Layout(data), full), nl=False)


def clean_config(params_file: Path, overrides: Sequence[str]) -> Any:
    """The section `clean` of params.yaml."""
    from llmpipe import config

    return config.load(params_file, ["clean"], overrides).clean


COMMANDS = [clean if name == "clean" else stage_command(name) for name in STAGES]
