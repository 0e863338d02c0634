"""Write docs/cli.md from the help of the commands; `--check` only says whether it is current (exit 1 when not)."""

import sys
from collections.abc import Iterator
from pathlib import Path

import click

from llmpipe.cli import main

PAGE = Path(__file__).with_name("cli.md")
INTRODUCTION = """# The command line

Written by `make docs` from `--help`. Exit codes: 0 done, 1 something went wrong while working, 2 wrong options or
parameters, 130 Ctrl-C, 143 SIGTERM. `llmpipe` is `python -m llmpipe`.
"""


def commands(command: click.Command, context: click.Context) -> Iterator[tuple[str, str]]:
    """The path and help of a command and all those below it."""
    yield context.command_path, command.get_help(context)
    if isinstance(command, click.Group):
        for name in command.list_commands(context):
            child = command.commands[name]
            yield from commands(child, click.Context(child, info_name=name, parent=context))


def render() -> str:
    """The whole page."""
    root = click.Context(main, info_name="llmpipe", terminal_width=100, **main.context_settings)
    return INTRODUCTION + "".join(f"\n## {path}\n\n```text\n{text}\n```\n" for path, text in commands(main, root))


if __name__ == "__main__":
    text = render()
    if "--check" in sys.argv[1:]:
        current = PAGE.exists() and PAGE.read_text(encoding="utf-8") == text
        sys.exit(None if current else f"{PAGE.name} is not current; run `make docs`.")
    PAGE.write_text(text, encoding="utf-8")
