"""
The command line: parses and calls, computes nothing.

Heavy modules are imported inside the commands, so that `llmpipe --help` is instant. Exit codes: 0 done,
1 something went wrong while working, 2 wrong options or parameters, 130 Ctrl-C, 143 SIGTERM.
"""

import errno
import os
import signal
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NoReturn, TextIO

import click

from llmpipe import __version__
from llmpipe.errors import Interrupted, LlmpipeError, ParamsError
from llmpipe.processes import end_with_dvc, wait_briefly

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

Folder = click.Path(path_type=Path, file_okay=False)
File = click.Path(path_type=Path, dir_okay=False)
PARAMS_OPTION = click.option(
    "--params", "params_file", type=File, default="params.yaml", show_default=True, help="Parameters."
)
DATA_OPTION = click.option("--data", type=Folder, default="data", show_default=True, help="Folder to read from.")
MODEL_OPTION = click.option(
    "--model", type=Folder, default="data/finetuned", show_default=True, help="Model directory."
)


class Time(click.ParamType):
    """A length of time: `90s`, `15m`, `2h`."""

    name = "time"
    UNITS = {"s": 1, "m": 60, "h": 3600}

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """Seconds."""
        number, unit = str(value)[:-1], str(value)[-1:]
        if unit not in self.UNITS or not number.replace(".", "", 1).isdigit():
            self.fail(f"'{value}' is no time; write 90s, 15m or 2h.", param, ctx)
        return float(number) * self.UNITS[unit]


class Failure(click.ClickException):
    """One sentence on stderr and an exit code."""

    def __init__(self, message: str, exit_code: int) -> None:
        super().__init__(message)
        vars(self)["exit_code"] = exit_code  # a class variable for click, which reads it from the instance


class Pipeline(click.Group):
    """The group: commands in the order they are defined here; errors for the user are one sentence, not a traceback."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Pipeline order, not alphabetical."""
        return list(self.commands)

    def invoke(self, ctx: click.Context) -> Any:
        """Run a command; `LLMPIPE_DEBUG=1` shows tracebacks."""
        if os.environ.get("LLMPIPE_DEBUG") == "1":
            return super().invoke(ctx)
        try:
            return super().invoke(ctx)
        except LlmpipeError as error:
            raise Failure(str(error), error.exit_code) from None
        except KeyboardInterrupt:
            raise Failure("stopped by Ctrl-C; run the same command again to go on.", 128 + signal.SIGINT) from None
        except OSError as error:
            if error.errno == errno.EPIPE:  # `llmpipe generate ... | head`: click ends quietly
                raise
            raise Failure(explain_os_error(error), 1) from None


def explain_os_error(error: OSError) -> str:
    """One sentence for an error of the operating system: what, where, what to do."""
    path = error.filename2 or error.filename
    where = f"'{path}'" if path else "the output folder"
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return (
            f"the disk is full while writing {where}; free some space (`dvc gc --workspace` drops cached outputs "
            "that no params.yaml needs any more) or choose another disk with --out, then run the command again."
        )
    if error.errno == errno.EFBIG:
        return f"a file in {where} is larger than may be written here; raise the limit (`ulimit -f`, or a quota)."
    if error.errno == errno.EROFS:
        return f"{where} is on a read-only file system; make it writable or choose another folder with --out."
    if error.errno in (errno.EACCES, errno.EPERM):
        return f"no permission for {where}; change its owner or mode, or choose another folder with --out."
    if error.errno == errno.ENOENT:
        return (
            f"{where} does not exist; check the path, or run the stage that writes it (`dvc repro` runs all of them)."
        )
    if error.errno in (errno.ENOTDIR, errno.EEXIST):
        return f"{where} is not a folder: a file is in the way; move it, or choose another folder with --out."
    return f"{where}: {error.strerror or error}."


@click.group(cls=Pipeline, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="llmpipe")
def main() -> None:
    """
    From raw text to an evaluated language model.

    The stages run in the order listed; `dvc repro` runs those whose inputs changed. LLMPIPE_DEBUG=1 shows tracebacks.
    """
    wait_briefly()


# --- stages -----------------------------------------------------------------------------------------


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


def stop_on_sigterm() -> None:
    """Turn SIGTERM into `Interrupted`, and ask for it when DVC, our parent, dies: a stage must not live on unseen."""

    def stop(*_: object) -> NoReturn:
        raise Interrupted("stopped by SIGTERM; run the same command again to go on.")

    signal.signal(signal.SIGTERM, stop)
    if os.environ.get("DVC_STAGE") and "RANK" not in os.environ:  # its processes end with the stage
        end_with_dvc()


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


for _name in STAGES:
    main.add_command(clean if _name == "clean" else stage_command(_name))


# --- looking at results -----------------------------------------------------------------------------


@main.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", type=int, default=5000, show_default=True, help="Port to listen on.")
def ui(host: str, port: int) -> None:
    """Start the MLflow UI and print the address to open."""
    from llmpipe.commands.ui import run

    run(host=host, port=port)


@main.command()
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

    comparison = command.compare(first, other, command.Draws(seed, resamples, trials))
    if to is None:
        click.echo(command.render(comparison, form), nl=False)
        return
    for path in command.write(comparison, to):
        click.echo(path)
    click.echo(comparison.verdict)


@main.command()
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


# --- parameters -------------------------------------------------------------------------------------


@main.group()
def recipe() -> None:
    """Complete parameter files under recipes/: list, compare, use."""


@recipe.command("list")
@PARAMS_OPTION
def recipe_list(params_file: Path) -> None:
    """List the recipes; the one in use is marked."""
    from llmpipe.commands.recipe import listing

    click.echo(listing(params_file), nl=False)


@recipe.command("use")
@click.argument("name")
@click.option("--force", is_flag=True, help="Overwrite changes that are neither committed nor a recipe.")
@PARAMS_OPTION
def recipe_use(name: str, force: bool, params_file: Path) -> None:
    """Copy recipe NAME over params.yaml and show what changed."""
    from llmpipe.commands.recipe import use

    click.echo(use(name, params_file, force=force), nl=False)


@recipe.command("diff")
@click.argument("name")
@PARAMS_OPTION
def recipe_diff(name: str, params_file: Path) -> None:
    """Show what `recipe use NAME` would change."""
    from llmpipe.commands.recipe import difference

    click.echo(difference(name, params_file), nl=False)


@main.group()
def params() -> None:
    """Check params.yaml, or print its JSON schema."""


@params.command("check")
@click.argument("file", type=File, default="params.yaml")
def params_check(file: Path) -> None:
    """Check every section of FILE (default params.yaml); all problems are shown at once."""
    from llmpipe import config

    config.load(file)
    click.echo(f"{file}: all {len(config.SECTIONS)} sections are valid.")


@params.command("schema")
def params_schema() -> None:
    """Print the JSON schema of params.yaml, for editors."""
    import json

    from llmpipe import config

    click.echo(json.dumps(config.json_schema(), indent=2, ensure_ascii=False))


# --- talking to a model -----------------------------------------------------------------------------


def answer_options(command: Any) -> Any:
    """The options of commands that answer: the fields of `commands.talk.Settings`."""
    share = click.FloatRange(0, 1, min_open=True)
    for option in (
        click.option("--seed", type=int, default=1, show_default=True, help="Same seed, same answers."),
        click.option("--stop", multiple=True, metavar="TEXT", help="End the answer before this text; repeatable."),
        click.option(
            "--beams", type=click.IntRange(1), default=1, show_default=True, help="Look for the likeliest answer."
        ),
        click.option(
            "--repetition-penalty",
            type=click.FloatRange(0, min_open=True),
            default=1.0,
            show_default=True,
            help="Above 1: avoid what was said.",
        ),
        click.option(
            "--min-p", type=click.FloatRange(0, 1), default=0.0, show_default=True, help="Least share of the likeliest."
        ),
        click.option(
            "--top-p", type=share, default=1.0, show_default=True, help="Sample from this share of likelihood."
        ),
        click.option(
            "--top-k", type=click.IntRange(0), default=0, show_default="all", help="Sample from so many tokens."
        ),
        click.option(
            "--temperature", type=click.FloatRange(0), default=0.0, show_default=True, help="0: likeliest token."
        ),
        click.option(
            "--max-new-tokens", type=click.IntRange(1), show_default="half the context", help="Longest answer."
        ),
    ):
        command = option(command)
    return command


@main.command()
@click.argument("prompt")
@MODEL_OPTION
@answer_options
def generate(prompt: str, model: Path, **options: Any) -> None:
    """Answer PROMPT with the tuned model; - reads standard input."""
    from llmpipe.commands.talk import Settings, answer

    text = sys.stdin.read().rstrip("\n") if prompt == "-" else prompt
    answer(model, text, Settings(**options), sys.stdout)


@main.command()
@MODEL_OPTION
@answer_options
def chat(model: Path, **options: Any) -> None:
    """Talk with the tuned model; /reset forgets, /quit ends."""
    from llmpipe.commands.talk import Settings, converse

    converse(model, Settings(**options), input, sys.stdout)


@main.command()
@click.argument("text", required=False)
@click.option("--file", "source", type=click.File(encoding="utf-8"), help="Translate a file line by line; - is stdin.")
@click.option("--from", "from_language", default="en", show_default=True, help="Language of the text.")
@click.option("--to", "to_language", default="zh", show_default=True, help="Language to translate to.")
@MODEL_OPTION
@answer_options
def translate(
    text: str | None, source: TextIO | None, from_language: str, to_language: str, model: Path, **options: Any
) -> None:
    """Translate TEXT, or each line of a file to a line."""
    from llmpipe.commands.talk import Settings
    from llmpipe.commands.translate import translate as run

    if (text is None) == (source is None):
        raise ParamsError("give either a TEXT or --file; `--file -` reads standard input.")
    lines = source or [text or ""]
    run(model, lines, (from_language, to_language), Settings(**options), sys.stdout)


@main.command()
@click.argument("question")
@click.option("--passage", metavar="TEXT|FILE", help="Answer from this text, or from the text of a file.")
@click.option("--retrieve", is_flag=True, help="Look passages up, show them, answer from them or refuse.")
@click.option("--documents", type=click.Path(path_type=Path), help="--retrieve: a file or folder with texts to search.")
@click.option("--passages", type=click.IntRange(1), help="--retrieve: passages to read.  [default: as in params.yaml]")
@PARAMS_OPTION
@DATA_OPTION
@MODEL_OPTION
@answer_options
def ask(
    question: str,
    passage: str | None,
    retrieve: bool,
    documents: Path | None,
    passages: int | None,
    params_file: Path,
    data: Path,
    model: Path,
    **options: Any,
) -> None:
    """Answer QUESTION from memory, from a passage, or from passages that are looked up."""
    from llmpipe.commands import ask as plain
    from llmpipe.commands import retrieve as looked_up
    from llmpipe.commands.talk import Settings
    from llmpipe.errors import ParamsError

    if retrieve and passage is not None:
        raise ParamsError("--retrieve looks for passages and --passage gives one; leave one of them out.")
    if not retrieve and (documents is not None or passages is not None):
        raise ParamsError("--documents and --passages say where --retrieve looks; add --retrieve.")
    if retrieve:
        source = looked_up.Source(documents, data, params_file, passages)
        looked_up.ask(model, question, source, Settings(**options), sys.stdout)
    else:
        plain.ask(model, question, passage, Settings(**options), sys.stdout)


@main.command()
@click.argument("model_dir", type=Folder, default="data/finetuned")
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", type=int, default=8000, show_default=True, help="Port to listen on; 0: any that is free.")
@click.option("--api-key-file", type=File, help="Ask for one of the keys in this file, one a line.")
@click.option("--max-prompt-tokens", type=click.IntRange(1), show_default="the context", help="Longest prompt.")
@click.option("--max-new-tokens", type=click.IntRange(1), show_default="the context", help="Longest answer.")
@click.option("--rows", type=click.IntRange(1), default=32, show_default=True, help="Answers made at the same time.")
@click.option("--queue", type=click.IntRange(0), default=128, show_default=True, help="Answers that may wait.")
@click.option("--time-limit", type=Time(), default="120s", show_default=True, help="Of a request, waiting included.")
@click.option("--max-body", type=click.IntRange(1), default=1_000_000, show_default=True, help="Bytes of a request.")
@click.option("--grace", type=Time(), default="10s", show_default=True, help="For running answers, at the end.")
def serve(
    model_dir: Path,
    host: str,
    port: int,
    api_key_file: Path | None,
    max_prompt_tokens: int | None,
    max_new_tokens: int | None,
    rows: int,
    queue: int,
    time_limit: float,
    max_body: int,
    grace: float,
) -> None:
    """Serve MODEL_DIR: OpenAI's interface and a chat page."""
    from llmpipe.commands.serve import run
    from llmpipe.serve.limits import Limits

    stop_on_sigterm()
    limits = Limits(
        max_prompt_tokens, max_new_tokens, rows, queue, request_s=time_limit, body_bytes=max_body, grace_s=grace
    )
    run(model_dir, host, port, limits, key_file=api_key_file)


# --- around the pipeline ----------------------------------------------------------------------------


@main.command()
@PARAMS_OPTION
@click.option("--data", type=Folder, default="data", show_default=True, help="Data folder.")
def doctor(params_file: Path, data: Path) -> None:
    """Check machine, repository and tracker; exit 1 if broken."""
    from llmpipe.commands.doctor import examine, table

    checks = examine(params_file, data)
    click.echo(table(checks), nl=False)
    if any(check.state == "broken" for check in checks):
        raise SystemExit(1)


@main.command()
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


@main.command()
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


@main.command()
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


@main.group()
def export() -> None:
    """Write a model directory in another project's format."""


@export.command("hf")
@click.argument("to", type=Folder)
@MODEL_OPTION
def export_hf(to: Path, model: Path) -> None:
    """Write the model to folder TO for Hugging Face transformers."""
    from llmpipe.export.hf import export as write

    _say_checked(f"{to} is what transformers loads", write(model, to))


@export.command("gguf")
@click.argument("to", type=click.Path(path_type=Path))
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


@main.command()
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
