"""Errors a person can act on: what is wrong with which value, where, and what to do."""

import difflib
from collections.abc import Iterable


class LlmpipeError(Exception):
    """An error for the user. The command line prints its one sentence and exits with `exit_code`."""

    exit_code = 1


class ParamsError(LlmpipeError):
    """A value in params.yaml, or an option of a command, is wrong."""

    exit_code = 2


class DataError(LlmpipeError):
    """An input is missing, malformed or too small, or an output cannot be written."""


class CheckpointError(LlmpipeError):
    """A checkpoint or model directory is corrupt or belongs to another configuration."""


class Interrupted(LlmpipeError):
    """The process was asked to stop (SIGTERM); progress is saved."""

    exit_code = 143


def unknown_name(kind: str, name: str, known: Iterable[str]) -> str:
    """One sentence for a name that is not in a table, with the nearest one: `unknown filter 'min_word' ...`."""
    known = sorted(known)
    close = difflib.get_close_matches(name, known, n=1)
    hint = f"did you mean '{close[0]}'?" if close else f"known: {', '.join(known)}."
    return f"unknown {kind} '{name}': {hint}"
