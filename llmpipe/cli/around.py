"""Around the pipeline: doctor, plan, study, compress."""

from pathlib import Path

import click

from llmpipe.cli.options import DATA_OPTION, MODEL_OPTION, PARAMS_OPTION, File, Folder, Time
from llmpipe.cli.signals import stop_on_sigterm


@click.command()
@PARAMS_OPTION
@click.option("--data", type=Folder, default="data", show_default=True, help="Data folder.")
def doctor(params_file: Path, data: Path) -> None:
    """Check machine, repository and tracker; exit 1 if broken."""
    from llmpipe.commands.doctor import examine, table

    checks = examine(params_file, data)
    click.echo(table(checks), nl=False)
    if any(check.state == "broken" for check in checks):
        raise SystemExit(1)


@click.command()
@PARAMS_OPTION
@click.option("--data", type=Folder, default="data", show_default=True, help="Folder that outputs would go to.")
@click.option(
    "-S", "overrides", multiple=True, metavar="SECTION.KEY=VALUE", help="Plan with another value; repeatable."
)
@click.option("--limit", "limit_s", type=Time(), metavar="TIME", help="Warn when the run takes longer: 90s, 15m, 2h.")
@click.option(
    "--calibrate/--no-calibrate",
    default=True,
    help="Measure for about 10 s, or assume.  [default: measure]",
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.option("--strict", is_flag=True, help="Exit 1 when there is a warning.")
def plan(
    params_file: Path,
    data: Path,
    overrides: tuple[str, ...],
    limit_s: float | None,
    calibrate: bool,
    as_json: bool,
    strict: bool,
) -> None:
    """Predict time, memory, disk and energy of each stage; run nothing."""
    import json

    from llmpipe.commands import plan as command

    made = command.make(params_file, data, overrides, calibrate=calibrate, limit_s=limit_s)
    click.echo(json.dumps(command.as_json(made), indent=2) + "\n" if as_json else command.text(made), nl=False)
    if strict and made.warnings:
        raise SystemExit(1)


@click.command()
@click.argument("file", type=File)
@click.option("--dry-run", is_flag=True, help="Print the cells and how long they will take; run nothing.")
@click.option("--status", is_flag=True, help="Print which cells are done.")
@click.option("--report", is_flag=True, help="Write the report from the cells that are done; run nothing.")
@click.option("--calibrate/--no-calibrate", default=True, help="Of a dry run: measure for 10 s, or assume.")
def study(file: Path, dry_run: bool, status: bool, report: bool, calibrate: bool) -> None:
    """Run the pipeline once for each cell of study FILE, and compare."""
    if dry_run + status + report > 1:
        raise click.UsageError("--dry-run, --status and --report are three different commands; give one.")
    if dry_run:
        from llmpipe.commands import study_plan

        click.echo(study_plan.dry_run(file, calibrate=calibrate), nl=False)
        return
    from llmpipe.commands import study as command

    if status:
        click.echo(command.status(file), nl=False)
    elif report:
        click.echo(command.report(file))
    elif command.run(file, click.echo):
        raise SystemExit(1)


@click.command()
@click.argument("kind", type=click.Choice(["int8", "bf16", "prune", "distill"]))
@click.option("--to", type=Folder, required=True, help="New folder for the smaller model.")
@MODEL_OPTION
@PARAMS_OPTION
@DATA_OPTION
@click.option("-S", "overrides", multiple=True, metavar="SECTION.KEY=VALUE", help="Override a parameter; repeatable.")
def compress(kind: str, to: Path, model: Path, params_file: Path, data: Path, overrides: tuple[str, ...]) -> None:
    """Make the model smaller and say what that costs."""
    from llmpipe import config
    from llmpipe.commands.compress import run
    from llmpipe.files import Layout
    from llmpipe.progress import Reporter
    from llmpipe.tracking import stage_run

    stop_on_sigterm()
    params = config.load(params_file, config.COMPRESS_SECTIONS, overrides)
    values = {name: getattr(params, name).model_dump(mode="json") for name in config.COMPRESS_SECTIONS}
    with stage_run("compress", values | {"compress_kind": kind}, Layout(data), Layout(data)) as sink:
        reporter = Reporter([sink])
        try:
            table = run(kind, model, to, params, Layout(data), reporter)
        finally:
            reporter.close()
    click.echo(table, nl=False)
