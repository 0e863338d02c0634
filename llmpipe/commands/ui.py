"""ui: MLflow's pages on this project's runs."""

import os
import socket
import sys

from llmpipe import tracking
from llmpipe.errors import DataError, ParamsError

PORTS_TRIED = 100


def run(host: str = "127.0.0.1", port: int = 5000) -> None:
    """
    Print the address of the prepared view and become the MLflow server, unless MLFLOW_TRACKING_URI names one that runs.

    Raises:
        ParamsError: The port or the host cannot be listened on by anybody.
        DataError: The port is taken, or the tracking store cannot be opened.
    """
    if not 0 < port < 65536:
        raise ParamsError(f"--port is {port}; it must be between 1 and 65535.")
    served = not tracking.tracking_uri(tracking.root()).startswith("http")
    if served:
        check_port(host, port)
    try:
        ui = tracking.ui_command(host, port)
    except Exception as error:  # MLflow raises its own, SQLAlchemy's and the system's
        reason = " ".join(str(error).split())[:300]
        raise DataError(f"the tracking store cannot be opened ({reason}); `llmpipe doctor` says more.") from None
    print(f"Open {ui.url}", flush=True)
    if not ui.command:
        return
    print("It starts in some seconds; Ctrl-C stops it.", flush=True)
    os.execve(sys.executable, ui.command, {**os.environ, **ui.environment})


def check_port(host: str, port: int) -> None:
    """
    Check that a server can listen on a port.

    Raises:
        ParamsError: The host is not an address of this machine.
        DataError: The port is taken (the message names the next free one) or not allowed.
    """
    problem = _problem(host, port)
    if problem is None:
        return
    if isinstance(problem, PermissionError):
        raise DataError(f"port {port} needs root; choose one above 1023, for example --port 5000.")
    if isinstance(problem, socket.gaierror) or _problem(host, 0) is not None:
        raise ParamsError(f"--host {host} is not an address of this machine; use 127.0.0.1, or 0.0.0.0 for all.")
    free = next(
        (other for other in range(port + 1, min(port + PORTS_TRIED, 65536)) if _problem(host, other) is None), None
    )
    hint = f"use --port {free}, which is free" if free else "choose another with --port"
    raise DataError(f"port {port} on {host} is in use (by another server?); {hint}, or stop the program that holds it.")


def _problem(host: str, port: int) -> OSError | None:
    """Why nobody can listen there, or None."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        with socket.socket(family, kind, protocol) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except OSError as error:
        return error
    return None
