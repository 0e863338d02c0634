"""A run on disk, and sending it to the server from where that stopped, in whichever process."""

import json
import shutil
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from llmpipe.errors import LlmpipeError
from llmpipe.files import read_json, write_json
from llmpipe.tracking.store import STAGES_EXPERIMENT, Store, lock, log_params

FLUSH_POINTS = 500  # points of a batch
KEPT_RECORDS = 100  # sent runs whose files stay below .llmpipe/runs
NOTHING_SENT: Mapping[str, Any] = {"run_id": "", "uri": "", "offset": 0, "artifacts": 0, "done": False}


class Record:
    """
    One run, complete on disk: `run.json`, `points.jsonl`, `artifacts/`, `end.json`, and `sent.json`: what MLflow has.

    The process that writes the record holds its lock.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @property
    def exists(self) -> bool:
        """Whether it is still there."""
        return (self.folder / "run.json").exists()

    @property
    def finished(self) -> bool:
        """All of it is in MLflow."""
        return bool(self._sent().get("done"))

    def _sent(self) -> dict[str, Any]:
        """What MLflow has: nothing, when the file is missing or was damaged."""
        try:
            return dict(read_json(self.folder / "sent.json"))
        except LlmpipeError:
            return dict(NOTHING_SENT)

    def send(self, store: Store, closing: bool = False) -> Iterator[None]:
        """
        Send what is new, a batch between two yields; `closing` says that nobody writes to the record any more.

        Raises:
            Exception: Whatever MLflow raises. Nothing is lost: the next call repeats the batch.
        """
        sent = self._sent()
        if sent["uri"] != store.uri:
            sent = {**NOTHING_SENT, "uri": store.uri}
        if not sent["run_id"]:
            sent["run_id"] = self._create(store)
            self._save(sent)
            yield
        while batch := self._points(sent["offset"]):
            points, offset = batch
            store.client.log_batch(sent["run_id"], metrics=points)
            sent["offset"] = offset
            self._save(sent)
            yield
        copies = self.folder / "artifacts"
        for path in sorted(path for path in copies.rglob("*") if path.is_file())[sent["artifacts"] :]:
            inside = path.relative_to(copies).parts[1:-1]  # the first is a number
            store.client.log_artifact(sent["run_id"], str(path), "/".join(inside) or None)
            sent["artifacts"] += 1
            self._save(sent)
            yield
        if closing:
            self._close(store, sent)

    def _create(self, store: Store) -> str:
        header = read_json(self.folder / "run.json")
        experiment = store.experiments[STAGES_EXPERIMENT]
        # an answer that got lost: the run may exist already
        known = store.client.search_runs(
            [experiment], filter_string=f"tags.`llmpipe.record` = '{self.folder.name}'", max_results=1
        )
        if known:
            run_id = str(known[0].info.run_id)
        else:
            tags = header["tags"] | {"llmpipe.record": self.folder.name}
            run = store.client.create_run(experiment, start_time=header["start_ms"], tags=tags, run_name=header["name"])
            run_id = str(run.info.run_id)
        log_params(store.client, run_id, header["params"])
        return run_id

    def _points(self, offset: int) -> tuple[list[Any], int] | None:
        """The next batch of points after a byte offset, and the offset behind it; None at the end. Skips torn lines."""
        from mlflow.entities import Metric

        points: list[Any] = []
        with (self.folder / "points.jsonl").open("rb") as stream:
            stream.seek(offset)
            for line in stream:
                if not line.endswith(b"\n"):
                    break
                offset += len(line)
                with suppress(ValueError, KeyError, TypeError):
                    point = json.loads(line)
                    points += [
                        Metric(key, value, point["time_ms"], point["step"]) for key, value in point["values"].items()
                    ]
                if len(points) >= FLUSH_POINTS:
                    break
        return (points, offset) if points else None

    def _close(self, store: Store, sent: dict[str, Any]) -> None:
        try:
            end = read_json(self.folder / "end.json")
        except LlmpipeError:  # killed before it could say how it ended
            last_ms = int((self.folder / "points.jsonl").stat().st_mtime * 1000)
            end = {"status": "KILLED", "end_ms": last_ms, "tags": {}}
        for key, value in end["tags"].items():
            store.client.set_tag(sent["run_id"], key, value)
        store.client.set_terminated(sent["run_id"], status=end["status"], end_time=end["end_ms"])
        sent["done"] = True
        self._save(sent)
        shutil.rmtree(self.folder / "artifacts", ignore_errors=True)

    def forget(self) -> None:
        """Start over: the run that was being filled no longer exists on the server."""
        (self.folder / "sent.json").unlink(missing_ok=True)

    def give_up(self) -> None:
        """Never send the rest: the run was deleted by hand."""
        self._save(self._sent() | {"done": True})

    def _save(self, sent: Mapping[str, Any]) -> None:
        write_json(self.folder / "sent.json", dict(sent))


def repair(store: Store, folder: Path) -> int:
    """Send what earlier processes could not, and close the runs of those that were killed. Returns how many runs."""
    runs = folder / ".llmpipe" / "runs"
    if not runs.is_dir():
        return 0
    records = [record for record in map(Record, sorted(runs.iterdir())) if record.exists]
    done = [record for record in records if record.finished]
    for record in done[:-KEPT_RECORDS]:
        shutil.rmtree(record.folder, ignore_errors=True)
    repaired = 0
    for record in records:
        if record.finished or not record.exists:
            continue
        with lock(record.folder / "lock", wait=False) as mine:
            if mine and record.exists:  # another process may have removed it in the meantime, as one of the oldest
                repaired += _repair_one(record, store)
    return repaired


def _repair_one(record: Record, store: Store) -> int:
    from mlflow.exceptions import MlflowException

    for _ in range(2):
        try:
            list(record.send(store, closing=True))
            return 1
        except MlflowException as error:
            if error.error_code == "RESOURCE_DOES_NOT_EXIST":  # another database than the one it was sent to
                record.forget()
            elif error.error_code == "INVALID_PARAMETER_VALUE":  # deleted in the UI
                record.give_up()
                return 0
            else:
                raise
    return 0
