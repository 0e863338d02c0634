"""The tracking server: opening it, without waiting long for one that is away."""

import fcntl
import logging
import os
import socket
import sqlite3
import sys
import threading
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

STAGES_EXPERIMENT = "llmpipe-stages"
RESULTS_EXPERIMENT = "llmpipe"
NOTES = {
    STAGES_EXPERIMENT: "One run per execution of a stage, live. Stages that DVC took from its cache are not here.",
    RESULTS_EXPERIMENT: "One row per result of the pipeline, whichever stages came from DVC's cache. Compare these.",
}
PROBE_S = 3.0  # a server that takes longer to accept a connection is away
PARAMS_A_REQUEST = 100  # MLflow's limits
METRICS_A_REQUEST = 1000

_log = logging.getLogger("llmpipe.tracking")
_warned: set[str] = set()
# Held while MLflow is imported and opened: a process forked in the middle would inherit locks of half-imported
# modules that nobody releases. The fork waits instead.
fork_gate = threading.RLock()
os.register_at_fork(before=fork_gate.acquire, after_in_parent=fork_gate.release, after_in_child=fork_gate.release)


@dataclass(frozen=True)
class Store:
    """An open tracking server and the ids of our experiments in it."""

    client: Any  # mlflow.MlflowClient
    uri: str
    experiments: Mapping[str, str]


def enabled() -> bool:
    """False when LLMPIPE_TRACKING=off, and in all processes of a distributed run but the first."""
    return os.environ.get("LLMPIPE_TRACKING", "on").lower() != "off" and int(os.environ.get("RANK", "0")) == 0


def tracking_uri(folder: Path) -> str:
    """MLFLOW_TRACKING_URI, else the database in `folder`; a relative SQLite path starts there too."""
    uri = os.environ.get("MLFLOW_TRACKING_URI") or f"sqlite:///{folder}/mlflow.db"
    path = uri.removeprefix("sqlite:///")
    return f"sqlite:///{folder / path}" if path != uri and not path.startswith("/") else uri


@contextmanager
def lock(path: Path, wait: bool = True) -> Iterator[bool]:
    """Hold a lock between processes; yield False when another has it and we do not wait. It dies with its holder."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w") as stream:
        try:
            fcntl.flock(stream, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
        except BlockingIOError:
            yield False
            return
        yield True


def import_mlflow() -> Any:
    """Import MlflowClient with telemetry off and short retries; its default is to wait minutes for a server."""
    os.environ.setdefault("MLFLOW_DISABLE_TELEMETRY", "true")
    os.environ.setdefault("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "1")
    os.environ.setdefault("MLFLOW_HTTP_REQUEST_TIMEOUT", "5")
    os.environ.setdefault("MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR", "false")  # it would stand between our lines
    os.environ.pop("MLFLOW_RUN_ID", None)  # of a surrounding run, which ours would overwrite
    first = "mlflow" not in sys.modules
    from mlflow import MlflowClient

    if first:
        for name in ("mlflow", "alembic"):
            logging.getLogger(name).setLevel(logging.WARNING)
    return MlflowClient


def probe(uri: str) -> None:
    """
    Ask a server for a TCP connection.

    Raises:
        OSError: It did not accept one within `PROBE_S`.
    """
    parts = urlsplit(uri)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        return
    if parts.scheme in urllib.request.getproxies() and not urllib.request.proxy_bypass(parts.hostname):
        return  # the way there is the proxy's
    port = parts.port or (443 if parts.scheme == "https" else 80)
    socket.create_connection((parts.hostname, port), timeout=PROBE_S).close()


def connect(folder: Path, uri: str) -> Store:
    """
    Open the tracking server at `uri`, creating the local database and our experiments where they are missing.

    Creation is behind a lock: two processes that create the same SQLite database break it for good.

    Raises:
        Exception: Whatever MLflow raises when that fails.
    """
    probe(uri)
    client_class = import_mlflow()
    with lock(folder / ".llmpipe" / "mlflow.lock"):
        client = client_class(tracking_uri=uri)
        experiments = {name: _experiment(client, name, folder, uri) for name in NOTES}
        if uri.startswith("sqlite:///"):  # readers and writers no longer wait for each other; stays in the file
            with suppress(sqlite3.Error), closing(sqlite3.connect(uri.removeprefix("sqlite:///"))) as database:
                database.execute("PRAGMA journal_mode=wal")
    return Store(client, uri, experiments)


def _experiment(client: Any, name: str, folder: Path, uri: str) -> str:
    """Id of an experiment, created when missing, brought back when deleted."""
    found = client.get_experiment_by_name(name)
    if found is None:
        # the default location is relative to the current folder, and a server has one of its own
        location = None if uri.startswith("http") else str(folder / "mlartifacts" / name)
        return str(
            client.create_experiment(name, artifact_location=location, tags={"mlflow.note.content": NOTES[name]})
        )
    if found.lifecycle_stage == "deleted":
        client.restore_experiment(found.experiment_id)
    return str(found.experiment_id)


def warn(uri: str, error: BaseException, consequence: str) -> None:
    """Say once per process that tracking does not work, and why."""
    if uri not in _warned:
        _warned.add(uri)
        reason = " ".join(str(error).split())[:200] or type(error).__name__
        _log.warning("warning: tracking at %s does not work (%s); %s", uri, reason, consequence)


def log_params(client: Any, run_id: str, params: Mapping[str, str]) -> None:
    """Log parameters, however many."""
    from mlflow.entities import Param

    entities = [Param(key, value) for key, value in params.items()]
    for start in range(0, len(entities), PARAMS_A_REQUEST):
        client.log_batch(run_id, params=entities[start : start + PARAMS_A_REQUEST])
