"""A model directory in MLflow's registry, loaded back and asked before its name points to it."""

import warnings
from pathlib import Path
from typing import Any

from llmpipe import __version__
from llmpipe.errors import CheckpointError, ParamsError
from llmpipe.export.answers import Answers
from llmpipe.files import project_root
from llmpipe.tracking.store import RESULTS_EXPERIMENT, connect, import_mlflow, tracking_uri

PARAMS: dict[str, tuple[str, Any]] = {  # what a request may set: type and default
    "max_new_tokens": ("long", 0),  # 0: half the context
    "temperature": ("double", 0.0),
    "top_p": ("double", 1.0),
    "seed": ("long", 1),
}
PROBES = ["Hello", "你好"]


def register(model_folder: Path, to: str, alias: str) -> dict[str, str]:
    """
    Write the model as a new version of a registered model, and let an alias point to it.

    Args:
        model_folder: A model directory.
        to: NAME, in the project's own MLflow; or URI/NAME, in another.
        alias: Name for this version: `models:/NAME@ALIAS` loads it.

    Returns:
        `name`, `version`, `alias` and `tracking_uri`.

    Raises:
        ParamsError: `to` has no name, or MLflow cannot be reached or refuses.
        CheckpointError: The model directory is damaged, or the registered model answers otherwise.
    """
    folder = project_root()
    uri, _, name = to.rpartition("/")
    if not name or name.endswith((".db", ":")):
        raise ParamsError(
            f"--to is '{to}', which ends with no name; write URI/NAME, for example {to.rstrip('/')}/answers."
        )
    uri = uri or tracking_uri(folder)
    expected = Answers(model_folder)(PROBES)
    import_mlflow()
    from mlflow.exceptions import MlflowException

    try:
        version = _log(connect(folder, uri).experiments[RESULTS_EXPERIMENT], model_folder, uri, name)
        answered = _load(f"models:/{name}/{version}")
        if answered != expected:
            raise CheckpointError(
                f"version {version} of '{name}' answers {answered}, not {expected}; please report this."
            )
        import_mlflow()(tracking_uri=uri).set_registered_model_alias(name, alias, version)
    except (MlflowException, OSError) as error:
        reason = " ".join(str(error).split())[:200]
        raise ParamsError(f"MLflow at {uri} does not take the model ({reason}); check --to and --alias.") from None
    return {"name": name, "version": version, "alias": alias, "tracking_uri": uri}


def _log(experiment_id: str, model_folder: Path, uri: str, name: str) -> str:
    """Upload the model directory with the code that answers; returns the number of the version."""
    import mlflow
    from mlflow.models import ModelSignature
    from mlflow.types import ColSpec, ParamSchema, ParamSpec, Schema

    mlflow.set_tracking_uri(uri)
    mlflow.set_registry_uri(uri)
    mlflow.set_experiment(experiment_id=experiment_id)
    signature = ModelSignature(
        Schema([ColSpec("string", "prompt")]),
        Schema([ColSpec("string")]),
        ParamSchema([ParamSpec(key, kind, default) for key, (kind, default) in PARAMS.items()]),
    )
    with warnings.catch_warnings(action="ignore"):  # of no example, which the signature makes needless
        logged = mlflow.pyfunc.log_model(
            name=name,
            python_model=str(Path(__file__).with_name("served.py")),
            artifacts={"model": str(model_folder)},
            signature=signature,
            registered_model_name=name,
            pip_requirements=[f"llmpipe=={__version__}"],
        )
    return str(logged.registered_model_version)


def _load(uri: str) -> list[str]:
    import mlflow

    return list(mlflow.pyfunc.load_model(uri).predict([{"prompt": prompt} for prompt in PROBES]))
