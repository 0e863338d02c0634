"""Talking to a model: generate, chat, translate, ask, serve."""

import sys
from pathlib import Path
from typing import Any, TextIO

import click

from llmpipe.cli.options import DATA_OPTION, MODEL_OPTION, PARAMS_OPTION, File, Folder, Time
from llmpipe.cli.signals import stop_on_sigterm
from llmpipe.errors import ParamsError


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


@click.command()
@click.argument("prompt")
@MODEL_OPTION
@answer_options
def generate(prompt: str, model: Path, **options: Any) -> None:
    """Answer PROMPT with the tuned model; - reads standard input."""
    from llmpipe.commands.talk import Settings, answer

    text = sys.stdin.read().rstrip("\n") if prompt == "-" else prompt
    answer(model, text, Settings(**options), sys.stdout)


@click.command()
@MODEL_OPTION
@answer_options
def chat(model: Path, **options: Any) -> None:
    """Talk with the tuned model; /reset forgets, /quit ends."""
    from llmpipe.commands.talk import Settings, converse

    converse(model, Settings(**options), input, sys.stdout)


@click.command()
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


@click.command()
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


@click.command()
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
