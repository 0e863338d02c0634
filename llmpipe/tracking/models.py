"""
The models of a row, registered as external ones: DVC's cache holds the weights, MLflow their digest and their scores.

An external model (`mlflow.create_external_model`) is a LoggedModel without artifacts but a file that names it, so that
the pages list, compare and register it. A second report finds it by the row's outputs and adds what differs.
"""

import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from llmpipe.tracking.lineage import flat_params
from llmpipe.tracking.store import METRICS_A_REQUEST, RESULTS_EXPERIMENT, Store

SECTIONS = {"pretrained": ("model", "pretrain"), "finetuned": ("model", "finetune")}  # output -> what made it
MODEL_TYPE = "llmpipe"
NOTE = "mlflow.note.content"
COPIED_TAGS = ("mlflow.source.git.commit", "fingerprint", "dvc.exp")  # of the row


@dataclass(frozen=True)
class Made:
    """
    What a row tells of its models.

    Args:
        params: All sections of params.yaml.
        metrics: Of the row, by the names that MLflow has.
        outputs: Digest of each output by name.
    """

    params: Mapping[str, Any]
    metrics: Mapping[str, float]
    outputs: Mapping[str, str]


def attach(store: Store, run: Any, made: Made) -> None:
    """Register the models of a row once, with the parameters, digests and metrics that are theirs."""
    from mlflow.entities import LoggedModelOutput

    known = {}
    for output in run.outputs.model_outputs if run.outputs else ():
        model = store.client.get_logged_model(output.model_id)
        known[model.name] = model
    for name in SECTIONS:
        if name not in made.outputs:
            continue
        model = known.get(name)
        if model is None:
            model = _create(store, run, name, made)
            store.client.log_outputs(run.info.run_id, [LoggedModelOutput(model.model_id, 0)])
        _complete(store, run, model, made)


def owner(metric: str) -> str:
    """The model that a metric of a row is about; "" when it is about none of ours."""
    group, _, rest = metric.partition("/")
    if group == "pretrain" or (group == "eval" and rest.startswith("bits_per_byte.pretrained")):
        return "pretrained"
    if group == "eval" and rest.startswith("bits_per_byte.") and not rest.startswith("bits_per_byte.finetuned"):
        return ""  # of an n-gram or other baseline
    return "finetuned" if group in ("eval", "finetune") else ""


def _create(store: Store, run: Any, name: str, made: Made) -> Any:
    from mlflow.entities import LoggedModelStatus
    from mlflow.models.utils import get_external_mlflow_model_spec

    client = store.client
    tags = {"mlflow.model.isExternal": "true", "path": f"data/{name}", "dvc.md5": made.outputs[name]}
    tags |= {key: run.data.tags[key] for key in COPIED_TAGS if run.data.tags.get(key)}
    tags[NOTE] = _note(run, name, made)
    model = client.create_logged_model(
        store.experiments[RESULTS_EXPERIMENT],
        name,
        source_run_id=run.info.run_id,
        tags=tags,
        params=_params(name, made),
        model_type=MODEL_TYPE,
    )
    with tempfile.TemporaryDirectory() as folder:  # without it the pages cannot register the model
        get_external_mlflow_model_spec(model).save(str(Path(folder) / "MLmodel"))
        client.log_model_artifacts(model.model_id, folder)
    client.finalize_logged_model(model.model_id, LoggedModelStatus.READY)
    return model


def _params(name: str, made: Made) -> dict[str, str]:
    return flat_params({section: made.params[section] for section in SECTIONS[name] if section in made.params})


def _note(run: Any, name: str, made: Made) -> str:
    """What the model's page says: it shows no tags."""
    commit = run.data.tags.get("mlflow.source.git.commit", "")
    place = f"`git checkout {commit[:12]} && dvc checkout data/{name}`" if commit else f"`dvc checkout data/{name}`"
    return (
        f"An external model: the weights are `data/{name}` with DVC's digest `{made.outputs[name]}`, not copied here. "
        f"{place} brings them back (`dvc pull` from a remote)."
    )


def _complete(store: Store, run: Any, model: Any, made: Made) -> None:
    """Give a model the parameters and metrics that it has not yet: rows of earlier versions had bare models."""
    missing = {key: value for key, value in _params(model.name, made).items() if key not in model.params}
    if missing:
        store.client.log_model_params(model.model_id, missing)
    if NOTE not in model.tags:
        store.client.set_logged_model_tags(model.model_id, {NOTE: _note(run, model.name, made)})
    known = {metric.key: metric.value for metric in _latest(model.metrics or ())}
    wanted = {key: value for key, value in made.metrics.items() if owner(key) == model.name}
    points = [
        _point(store, run.info.run_id, key, model, made) for key, value in wanted.items() if known.get(key) != value
    ]
    for start in range(0, len(points), METRICS_A_REQUEST):
        store.client.log_batch(run.info.run_id, metrics=points[start : start + METRICS_A_REQUEST])


def _latest(metrics: Any) -> list[Any]:
    return sorted(metrics, key=lambda metric: metric.timestamp)


def _point(store: Store, run_id: str, key: str, model: Any, made: Made) -> Any:
    """The row's last point of a metric, as the model's: with the same time MLflow keeps one copy in the row."""
    from mlflow.entities import Metric

    last = max(store.client.get_metric_history(run_id, key), key=lambda metric: metric.timestamp)
    data = {}
    name = "tokens" if key.startswith("pretrain/") else "clean"  # the test sets are below data/clean
    if name in made.outputs:
        data = {"dataset_name": name, "dataset_digest": made.outputs[name]}
    return Metric(key, last.value, last.timestamp, last.step, model_id=model.model_id, run_id=run_id, **data)
