"""`llmpipe serve`: a model directory behind OpenAI's interface, and a page to chat with it."""

from pathlib import Path

from llmpipe.commands.ui import check_port
from llmpipe.errors import DataError, ParamsError
from llmpipe.serve.app import create
from llmpipe.serve.limits import Limits
from llmpipe.serve.requests import Served
from llmpipe.serve.scheduler import Scheduler
from llmpipe.serve.server import run as listen
from llmpipe.train.directory import load

LOCAL_HOSTS = ("127.0.0.1", "::1", "localhost")


def run(folder: Path, host: str, port: int, limits: Limits, *, key_file: Path | None = None) -> None:
    """
    Serve a model until SIGINT or SIGTERM.

    Raises:
        ParamsError: The port, the host or the key file is wrong.
        DataError: The port is taken, or the key file cannot be read.
        CheckpointError: The folder holds no model.
    """
    if not 0 <= port < 65536:
        raise ParamsError(f"--port is {port}; it must be between 0 (any that is free) and 65535.")
    keys = [] if key_file is None else read_keys(key_file)
    check_port(host, port)
    loaded = load(folder)
    scheduler = Scheduler(loaded.model, loaded.tokenizer, limits)
    served = Served(folder.resolve().name, loaded.tokenizer, loaded.config.context_length, limits)
    app = create(served, scheduler, keys, local=not keys and host in LOCAL_HOSTS)
    listen(app, scheduler, host, port)


def read_keys(path: Path) -> list[str]:
    """
    The API keys in a file, one a line; lines that start with # are remarks.

    Raises:
        ParamsError: There is none.
        DataError: The file cannot be read.
    """
    try:
        lines = [line.strip() for line in path.read_text("utf-8").splitlines()]
    except (OSError, UnicodeDecodeError) as error:
        raise DataError(f"--api-key-file {path} cannot be read ({error}).") from None
    keys = [line for line in lines if line and not line.startswith("#")]
    if not keys:
        raise ParamsError(f"--api-key-file {path} holds no key; write one a line.")
    return keys
