"""A stage while it runs: points go to its record on disk, a thread sends them."""

import fcntl
import json
import math
import os
import shutil
import signal
import threading
import time
import uuid
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from types import FrameType
from typing import Any

from llmpipe.config import PIPELINE_SECTIONS, validate
from llmpipe.depth import derived
from llmpipe.errors import Interrupted, ParamsError
from llmpipe.files import Layout, project_root, write_json
from llmpipe.progress import Sink
from llmpipe.tracking.lineage import (
    flat_params,
    inputs,
    metric_name,
    origin_tags,
    params_fingerprint,
    short_name,
    stage_outputs,
    workspace,
    yaml_file,
)
from llmpipe.tracking.record import FLUSH_POINTS, Record
from llmpipe.tracking.store import Store, connect, enabled, fork_gate, probe, tracking_uri, warn

FLUSH_S = 5.0  # time between two batches
SYSTEM_S = 10.0  # time between two samples of CPU, memory, disk, network and GPU
PATIENCE_S = 10.0  # how long the end of a stage waits for a server that makes no progress
LOCAL_PATIENCE_S = 90.0  # the same for a local database, whose first creation is slow on a busy machine
KEPT = "the run is kept in .llmpipe/runs and `llmpipe report` sends it later"


class Nothing:
    """The sink when tracking is off."""

    def metrics(self, values: Mapping[str, float], step: int | None = None) -> None:
        """Ignore the values."""

    def artifact(self, path: Path, folder: str = "") -> None:
        """Ignore the file."""


class Recorder:
    """The sink of a running stage: appends to the record, while a thread sends it."""

    def __init__(self, folder: Path, uri: str, header: Mapping[str, Any]) -> None:
        """
        Start a record and its thread.

        Raises:
            OSError: The record cannot be written.
        """
        self.root, self.uri = folder, uri
        name = f"{header['start_ms']}-{header['stage']}-{uuid.uuid4().hex[:8]}"
        self.record = Record(folder / ".llmpipe" / "runs" / name)
        self.record.folder.mkdir(parents=True)
        self._owner = (self.record.folder / "lock").open("w")
        fcntl.flock(self._owner, fcntl.LOCK_EX)
        self._stream = os.open(self.record.folder / "points.jsonl", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
        write_json(self.record.folder / "run.json", dict(header))
        self._artifacts = self._pending = 0
        self._wake, self._stop = threading.Event(), threading.Event()
        self.progress_s = time.monotonic()  # when the thread last got something done
        self._thread = threading.Thread(target=self._work, name="llmpipe-tracking", daemon=True)
        self._thread.start()

    def metrics(self, values: Mapping[str, float], step: int | None = None) -> None:
        """Record values at a step (0 when there is none). Costs one short write; never raises."""
        clean = {metric_name(key): float(value) for key, value in values.items()}
        finite = {
            key: math.nan if math.isinf(value) else value for key, value in clean.items()
        }  # MLflow: inf is 1.8e308
        line = json.dumps({"step": int(step or 0), "time_ms": int(time.time() * 1000), "values": finite}) + "\n"
        try:
            os.write(self._stream, line.encode())  # one call: a signal or another thread cannot tear the line
        except OSError as error:
            warn(str(self.record.folder), error, "the curves of this stage have gaps")
        self._pending += len(clean)
        if self._pending >= FLUSH_POINTS:
            self._pending = 0
            self._wake.set()

    def artifact(self, path: Path, folder: str = "") -> None:
        """Record a copy of a file, so that it can be sent after the file changed. Never raises."""
        target = self.record.folder / "artifacts" / f"{self._artifacts:06d}" / folder / path.name
        self._artifacts += 1
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            hidden = self.record.folder / f".{uuid.uuid4().hex}"
            shutil.copyfile(path, hidden)
            hidden.replace(target)  # whole or not at all: the thread looks at the same time
        except OSError as error:
            warn(str(path), error, "this file is missing in MLflow")

    def finish(self, status: str, tags: Mapping[str, str]) -> None:
        """Write how the run ended and wait for the thread, as long as it makes progress."""
        try:
            write_json(
                self.record.folder / "end.json",
                {"status": status, "end_ms": int(time.time() * 1000), "tags": dict(tags)},
            )
        except OSError as error:
            warn(str(self.record.folder), error, "how this stage ended is not recorded")
        self.progress_s = time.monotonic()
        self._stop.set()
        self._wake.set()
        patience_s = PATIENCE_S if self.uri.startswith("http") else LOCAL_PATIENCE_S
        while self._thread.is_alive() and time.monotonic() - self.progress_s < patience_s:
            self._thread.join(0.1)
        if self._thread.is_alive():
            warn(self.uri, TimeoutError("no answer"), KEPT)
        else:
            os.close(self._stream)
            self._owner.close()
        self._stream = -1

    def _work(self) -> None:
        store: Store | None = None
        monitors: list[Any] = []
        sampled_s = sample = 0.0
        while True:
            self._wake.clear()
            stopping = self._stop.is_set()
            try:
                if store is None:
                    store, monitors = self._open()
                if time.monotonic() - sampled_s >= SYSTEM_S or stopping:
                    self._sample(monitors, int(sample))
                    sampled_s, sample = time.monotonic(), sample + 1
                for _ in self.record.send(store, closing=stopping):
                    self.progress_s = time.monotonic()
            except Exception as error:  # a stage must not fail, nor know, when tracking does
                warn(self.uri, error, KEPT)
            if stopping:
                return
            self._wake.wait(FLUSH_S)

    def _open(self) -> tuple[Store, list[Any]]:
        probe(self.uri)  # before the import, which costs seconds
        with fork_gate:
            store = connect(self.root, self.uri)
            from mlflow.system_metrics.system_metrics_monitor import SystemMetricsMonitor

            # its own thread would stop at the first failure and keep nothing, so only its gauges are used
            monitors = SystemMetricsMonitor(run_id="", tracking_uri=self.uri).monitors
            for _ in self.record.send(store):
                self.progress_s = time.monotonic()
        return store, monitors

    def _sample(self, monitors: Sequence[Any], step: int) -> None:
        """Record system metrics; the first sample of some gauges is only the start of their interval."""
        values: dict[str, float] = {}
        for monitor in monitors:
            monitor.collect_metrics()
            values |= monitor.aggregate_metrics()
            monitor.clear_metrics()
        if values:
            self.metrics({f"system/{key}": value for key, value in values.items()}, step)


@contextmanager
def _terminable() -> Iterator[None]:
    """Turn SIGTERM into `Interrupted` where nobody else handles it, so that the run can be closed."""

    def stop(number: int, frame: FrameType | None) -> None:
        raise Interrupted("stopped by SIGTERM")

    if (
        threading.current_thread() is not threading.main_thread()
        or signal.getsignal(signal.SIGTERM) is not signal.SIG_DFL
    ):
        yield
        return
    signal.signal(signal.SIGTERM, stop)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, signal.SIG_DFL)


@contextmanager
def stage_run(stage: str, params: Mapping[str, Any], data: Layout, out: Layout) -> Iterator[Sink]:
    """
    Track one execution of a stage.

    The run ends FINISHED, FAILED by an exception, or KILLED by SIGTERM or Ctrl-C. A run that ended by
    SIGKILL is closed by the next `llmpipe report`.

    Args:
        stage: Name of the stage.
        params: The sections that it uses, by name.
        data: Where it reads.
        out: Where it writes.
    """
    if not enabled():
        yield Nothing()
        return
    folder = project_root()
    uri = tracking_uri(folder)
    try:
        recorder = Recorder(folder, uri, _header(stage, params, data))
    except Exception as error:  # a read-only or full disk, a dvc.lock that is being merged: the stage can still run
        warn(str(folder / ".llmpipe"), error, "this stage is not tracked")
        yield Nothing()
        return
    status, tags = "FAILED", dict[str, str]()
    try:
        with _terminable():
            yield recorder
        status = "FINISHED"
    except BaseException as error:
        status = "KILLED" if isinstance(error, Interrupted | KeyboardInterrupt) else "FAILED"
        tags = {"error": f"{type(error).__name__}: {error}"[:1000]}
        raise
    finally:
        if status == "FINISHED":
            with suppress(OSError):  # outputs that cannot be read are the next stage's error
                tags = stage_outputs(stage, out)
        recorder.finish(status, tags)


def _header(stage: str, params: Mapping[str, Any], data: Layout) -> dict[str, Any]:
    """What is known about a stage when it starts."""
    fingerprint = params_fingerprint(_all_params() | dict(params))
    tags = origin_tags(f"llmpipe {stage}") | {"stage": stage, "pipe.fingerprint": fingerprint}
    tags |= {f"in.{name}": value for name, value in inputs(stage, data).items()}
    name = f"{stage} {os.environ.get('DVC_EXP_NAME') or short_name(fingerprint)}"
    return {
        "stage": stage,
        "name": name,
        "start_ms": int(time.time() * 1000),
        "tags": tags,
        "params": flat_params(params),
    }


def _all_params() -> dict[str, Any]:
    """The sections of params.yaml that are valid; a mistake in another section must not stop this stage."""
    found: dict[str, Any] = {}
    raw = derived(yaml_file(workspace() / "params.yaml"))
    for name in (name for name in PIPELINE_SECTIONS if name in raw):
        with suppress(ParamsError):
            found[name] = getattr(validate({name: raw[name]}, [name]), name).model_dump(mode="json")
    return found
