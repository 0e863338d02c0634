"""The group of all commands, and what becomes of errors."""

import errno
import os
import signal
from typing import Any

import click

from llmpipe import __version__
from llmpipe.errors import LlmpipeError
from llmpipe.processes import wait_briefly


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
