"""Reading back what was tracked: a packed result, and what it cost to make."""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from llmpipe.files import project_root
from llmpipe.tracking.lineage import OUTPUTS
from llmpipe.tracking.pack import RESULT, unpack
from llmpipe.tracking.store import RESULTS_EXPERIMENT, STAGES_EXPERIMENT, Store, connect, enabled, tracking_uri, warn

RUN_ID = re.compile(r"[0-9a-f]{32}")
MEASURED = ("tokens", "energy_wh", "energy_estimate_wh")  # of what a run took, besides its time
EVALUATED = "out.evaluation"  # tag of a stage's run and of a row: digest of data/evaluation


def result_of_run(run_id: str, to: Path) -> bool:
    """Write the packed result of a row, or of the row of a stage's evaluation, below `to`; False when there is none."""
    with _store("that run cannot be read") as store:
        if store is None or not RUN_ID.fullmatch(run_id):
            return False
        run = _get_run(store, run_id)
        if run is None:
            return False
        return _download(store, run_id, to) or _of_digest(store, run.data.tags.get(EVALUATED, ""), to)


def name_of_run(run_id: str) -> str:
    """What MLflow's pages call a run; "" when there is none."""
    with _store("that run cannot be read") as store:
        run = None if store is None else _get_run(store, run_id)
        return "" if run is None else str(run.info.run_name or "")


def result_of_digest(digest: str, to: Path) -> bool:
    """The same for the evaluation with this digest in dvc.lock."""
    with _store("its rows cannot be searched") as store:
        return store is not None and _of_digest(store, digest, to)


def costs(outputs: Mapping[str, str]) -> dict[str, dict[str, float]]:
    """
    What making some outputs took, by stage: `seconds`, and those of `MEASURED` that were taken.

    Of several runs with the same output the last one counts. A stage whose output came from another machine is absent.

    Args:
        outputs: Digest by path, as in dvc.lock (`data/pretrained`).
    """
    found: dict[str, dict[str, float]] = {}
    with _store("costs are left out") as store:
        for stage, name in OUTPUTS.items():
            digest = outputs.get(f"data/{name}")
            if store is None or not digest:
                continue
            runs = _runs(store, STAGES_EXPERIMENT, f"out.{name}", digest)
            if runs:
                info, measured = runs[0].info, runs[0].data.metrics
                found[stage] = {"seconds": (info.end_time - info.start_time) / 1000}
                found[stage] |= {key: measured[key] for key in MEASURED if key in measured}
    return found


@contextmanager
def _store(consequence: str) -> Iterator[Store | None]:
    """The tracking server; None where tracking is off, has not begun here, or does not work (said once)."""
    folder = project_root()
    uri = tracking_uri(folder)
    local = uri.removeprefix("sqlite:///")
    if not enabled() or (local != uri and not Path(local).exists()):
        yield None
        return
    try:
        store: Store | None = connect(folder, uri)
    except Exception as error:  # MLflow raises its own, SQLAlchemy's and the system's
        warn(uri, error, consequence)
        store = None
    yield store


def _get_run(store: Store, run_id: str) -> Any:
    from mlflow.exceptions import MlflowException

    try:
        return store.client.get_run(run_id)
    except MlflowException:
        return None


def _of_digest(store: Store, digest: str, to: Path) -> bool:
    runs = _runs(store, RESULTS_EXPERIMENT, EVALUATED, digest) if digest else []
    return any(_download(store, run.info.run_id, to) for run in runs)


def _runs(store: Store, experiment: str, tag: str, value: str) -> list[Any]:
    """Finished runs with a tag, the last one first."""
    query = f"tags.`{tag}` = '{value}' and attributes.status = 'FINISHED'"
    return list(store.client.search_runs([store.experiments[experiment]], filter_string=query))


def _download(store: Store, run_id: str, to: Path) -> bool:
    if RESULT not in {item.path for item in store.client.list_artifacts(run_id)}:
        return False
    to.mkdir(parents=True, exist_ok=True)
    unpack(Path(store.client.download_artifacts(run_id, RESULT, str(to))), to)
    return True
