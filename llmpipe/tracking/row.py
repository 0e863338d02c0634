"""The row of a result: written from the pipeline's outputs alone, so it does not matter which stages ran."""

import json
import logging
import os
import tempfile
import time
import zlib
from base64 import b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from llmpipe.files import Layout, digest_value, project_root
from llmpipe.tracking import models
from llmpipe.tracking.lineage import (
    LEVELS,
    OUTPUTS,
    STUDY,
    Lineage,
    changed_params,
    flat_params,
    lineage,
    metric_name,
    origin_tags,
    params_fingerprint,
    short_name,
    workspace,
)
from llmpipe.tracking.pack import RESULT, pack
from llmpipe.tracking.record import repair
from llmpipe.tracking.store import (
    METRICS_A_REQUEST,
    RESULTS_EXPERIMENT,
    STAGES_EXPERIMENT,
    Store,
    connect,
    enabled,
    fork_gate,
    lock,
    log_params,
    tracking_uri,
    warn,
)

NAME_LENGTH = 80
DATASETS = {"raw": "source", "clean": "clean", "tokens": "pretraining"}  # output -> its context in MLflow
VIEW_KEY = "llmpipe"
VIEW_TAG = f"mlflow.sharedViewState.{VIEW_KEY}"  # internal format of MLflow's pages, seen in 3.17

_log = logging.getLogger("llmpipe.tracking")


@dataclass(frozen=True)
class Row:
    """
    What the report stage tells about one result.

    Args:
        params: All sections of params.yaml.
        metrics: Headline values, named `eval/translation.T1.bleu`.
        curves: Name -> (step, value) points, named `curve/pretrain.loss`.
        columns: Names of params and metrics (`params.x`, `metrics.y`, `tags.z`) that the prepared view shows, in order.
        sort: The metric by which the view is sorted, best first.
        description: Markdown that opens the row's page.
        artifacts: Files and folders to attach.
    """

    params: Mapping[str, Any]
    metrics: Mapping[str, float]
    curves: Mapping[str, Sequence[tuple[int, float]]]
    columns: Sequence[str] = ()
    sort: str = ""
    description: str = ""
    artifacts: Sequence[Path] = ()


def publish(row: Row, data: Layout) -> str:
    """
    Write or update the row of a result, after sending what earlier stages could not. Never raises.

    Publishing the same result again changes nothing but what differs: no metric gets a second point.

    Returns:
        The id of its run, "" when tracking is off or does not work.
    """
    if not enabled():
        return ""
    folder = project_root()
    uri = tracking_uri(folder)
    try:
        with fork_gate:
            store = connect(folder, uri)
        repair(store, folder)
        with lock(folder / ".llmpipe" / "publish.lock"):  # two reports of the same result must not make two rows
            return _upsert(store, row, lineage(row.params, data), data)
    except Exception as error:  # a report is right without its row
        warn(uri, error, "there is no row for this result yet; `llmpipe report` writes it later")
        return ""


def _upsert(store: Store, row: Row, origin: Lineage, data: Layout) -> str:
    client, experiment = store.client, store.experiments[RESULTS_EXPERIMENT]
    fingerprint = digest_value({"params": params_fingerprint(row.params), "outputs": dict(origin.outputs)})
    found = client.search_runs([experiment], filter_string=f"tags.fingerprint = '{fingerprint}'", max_results=1)
    run = found[0] if found else _create_row(store, row, fingerprint)
    run_id, start_ms = str(run.info.run_id), int(run.info.start_time)
    log_params(
        client, run_id, {key: value for key, value in flat_params(row.params).items() if key not in run.data.params}
    )
    _log_points(client, run_id, _row_points(row, run.data.metrics, start_ms))
    study = {tag: os.environ[name] for tag, name in STUDY.items() if os.environ.get(name)}
    _set_tags(
        client, run, {"dirty": origin.dirty, "mlflow.note.content": _note(store, row, origin), **_made(origin)} | study
    )
    _attach_datasets(store, run, origin.outputs)
    named = {metric_name(name): float(value) for name, value in row.metrics.items()}
    models.attach(store, run, models.Made(row.params, named, origin.outputs))
    for path in row.artifacts:
        if path.is_dir():
            client.log_artifacts(run_id, str(path), path.name)
        else:
            client.log_artifact(run_id, str(path))
    if data.evaluation.is_dir():
        _log_result(client, run_id, data)
    client.set_terminated(run_id, status="FINISHED", end_time=None if not found else run.info.end_time)
    try:
        _set_view(store, row)
    except Exception as error:  # an internal format of MLflow's pages, which may change
        _log.debug("the prepared view was not written: %s", error)
    return run_id


def _create_row(store: Store, row: Row, fingerprint: str) -> Any:
    # of a cell first what tells it from the others of its study, since pages cut what is long
    changed = "; ".join(part for part in (os.environ.get(LEVELS, ""), changed_params()) if part)
    experiment_name = os.environ.get("DVC_EXP_NAME", "")
    name = ": ".join(part for part in (experiment_name, changed) if part) or short_name(fingerprint)
    tags = origin_tags("llmpipe report") | {
        "fingerprint": fingerprint,
        "pipe.fingerprint": params_fingerprint(row.params),
        "changed": changed,
    }
    cut = name if len(name) <= NAME_LENGTH else name[: NAME_LENGTH - 1] + "…"
    return store.client.create_run(store.experiments[RESULTS_EXPERIMENT], tags=tags, run_name=cut)


def _row_points(row: Row, known: Mapping[str, float], start_ms: int) -> list[Any]:
    """New metrics, and the curves; dated by the start of the run, so that MLflow drops the points that it has."""
    from mlflow.entities import Metric

    now_ms = int(time.time() * 1000)
    points = []
    for name, value in row.metrics.items():
        key = metric_name(name)
        if key not in known:
            points.append(Metric(key, float(value), start_ms, 0))
        elif known[key] != float(value):  # the latest point is the one that shows
            points.append(Metric(key, float(value), now_ms, 0))
    for name, curve in row.curves.items():
        points += [Metric(metric_name(name), float(value), start_ms, int(step)) for step, value in curve]
    return points


def _log_points(client: Any, run_id: str, points: Sequence[Any]) -> None:
    for start in range(0, len(points), METRICS_A_REQUEST):
        client.log_batch(run_id, metrics=points[start : start + METRICS_A_REQUEST])


def _log_result(client: Any, run_id: str, data: Layout) -> None:
    """Every answer and its scores, so that two rows can be compared without the folders they came from."""
    with tempfile.TemporaryDirectory() as folder:
        packed = Path(folder) / RESULT
        pack(data.evaluation, workspace(), packed)
        client.log_artifact(run_id, str(packed))


def _made(origin: Lineage) -> dict[str, str]:
    """The tag by which `compare` finds the row of an evaluation that DVC's cache has no longer."""
    return {"out.evaluation": origin.outputs["evaluation"]} if "evaluation" in origin.outputs else {}


def _set_tags(client: Any, run: Any, tags: Mapping[str, str]) -> None:
    """Set the tags that differ."""
    for key, value in tags.items():
        if run.data.tags.get(key, "") != value:
            client.set_tag(run.info.run_id, key, value)


def _note(store: Store, row: Row, origin: Lineage) -> str:
    """The row's description with a table of stages: digest of the output, and the run that made it."""
    experiment = store.experiments[STAGES_EXPERIMENT]
    lines = [row.description.strip(), "", "| stage | output | digest | made by |", "|---|---|---|---|"]
    for stage, name in OUTPUTS.items():
        if name in origin.outputs:
            digest = origin.outputs[name]
            query = f"tags.`out.{name}` = '{digest}'"
            runs = store.client.search_runs([experiment], filter_string=query, max_results=1)
            link = "DVC's cache, or another tracking server"
            if runs:
                link = f"[{runs[0].info.run_name}](#/experiments/{experiment}/runs/{runs[0].info.run_id})"
            lines.append(f"| {stage} | data/{name} | `{digest}` | {link} |")
    if origin.dirty:
        lines += ["", f"**Dirty:** {origin.dirty}. `dvc repro` brings files and parameters together again."]
    return "\n".join(lines)


def _attach_datasets(store: Store, run: Any, outputs: Mapping[str, str]) -> None:
    """The data sets of the row: digests, no copies."""
    if not run.inputs or not run.inputs.dataset_inputs:
        store.client.log_inputs(
            run.info.run_id, [_dataset(name, outputs[name]) for name in DATASETS if name in outputs]
        )


def _dataset(name: str, digest: str) -> Any:
    from mlflow.entities import Dataset, DatasetInput, InputTag

    dataset = Dataset(name, digest, "local", json.dumps({"uri": f"data/{name}"}))
    return DatasetInput(dataset, [InputTag("mlflow.data.context", DATASETS[name])])


def view_state(columns: Sequence[str], sort: str) -> str:
    """The prepared view as MLflow's pages read it: "deflate;", base64 of the compressed JSON of its state."""
    shown = [_column(name) for name in columns]
    state = {
        "searchFilter": "",
        "orderByKey": _column(sort) if sort else "attributes.start_time",
        "orderByAsc": False,
        "startTime": "ALL",
        "lifecycleFilter": "Active",
        "modelVersionFilter": "All Runs",
        "datasetsFilter": [],
        "selectedColumns": shown,
        "columnOrder": [_column("attributes.Run Name"), *shown],
        "columnWidths": {_column("attributes.Run Name"): 260} | {_column(name): _width(name) for name in columns},
        "runsHiddenMode": "FIRST_20_RUNS",
        "hideEmptyCharts": True,
        "useGroupedValuesInCharts": True,
        "autoRefreshEnabled": True,
        "groupBy": None,
    }
    return "deflate;" + b64encode(zlib.compress(json.dumps(state, sort_keys=True).encode())).decode()


def _column(name: str) -> str:
    kind, _, key = name.partition(".")
    return f"{kind}.`{key}`"


def _width(name: str) -> int:
    """Of a column, in pixels: room for its name and the sign of the sort order."""
    kind, _, key = name.partition(".")
    return max(180 if kind == "tags" else 0, 40 + 6 * len(key))


def _set_view(store: Store, row: Row) -> None:
    experiment = store.experiments[RESULTS_EXPERIMENT]
    state = view_state(row.columns, row.sort)
    tags = store.client.get_experiment(experiment).tags
    before = json.loads(tags[VIEW_TAG]) if VIEW_TAG in tags else {}
    if before.get("state") != state:
        now_ms = int(time.time() * 1000)
        view = {
            "name": "llmpipe results",
            "createdAt": before.get("createdAt", now_ms),
            "updatedAt": now_ms,
            "state": state,
        }
        store.client.set_experiment_tag(experiment, VIEW_TAG, json.dumps(view))
