"""The command that serves MLflow's pages, and the address of the prepared view."""

import sys
from collections.abc import Mapping
from dataclasses import dataclass

from llmpipe.files import project_root
from llmpipe.tracking.record import repair
from llmpipe.tracking.row import VIEW_KEY, VIEW_TAG
from llmpipe.tracking.store import RESULTS_EXPERIMENT, connect, tracking_uri

LOOPBACK = ("127.0.0.1", "localhost", "::1")


@dataclass(frozen=True)
class Ui:
    """The address of MLflow's pages, and the command that serves them; it is empty when a server runs already."""

    url: str
    command: tuple[str, ...]
    environment: Mapping[str, str]


def ui_command(host: str, port: int) -> Ui:
    """
    The light server command on our database, and the address of the prepared view.

    Raises:
        Exception: Whatever MLflow raises when the store cannot be opened.
    """
    folder = project_root()
    uri = tracking_uri(folder)
    store = connect(folder, uri)
    repair(store, folder)
    page = f"/#/experiments/{store.experiments[RESULTS_EXPERIMENT]}/runs?workflowType=machine_learning"
    if VIEW_TAG in store.client.get_experiment(store.experiments[RESULTS_EXPERIMENT]).tags:
        page += f"&viewStateShareKey={VIEW_KEY}"
    if uri.startswith("http"):
        return Ui(uri.rstrip("/") + page, (), {})
    shown = "127.0.0.1" if host in ("0.0.0.0", "::") else host
    command = [sys.executable, "-m", "mlflow", "server", "--backend-store-uri", uri]
    command += [
        "--default-artifact-root",
        str(folder / "mlartifacts"),
        "--host",
        host,
        "--port",
        str(port),
        "--workers",
        "1",
    ]
    if host not in LOOPBACK:
        command += ["--allowed-hosts", "*"]
    # the job workers of the GenAI pages: eight more processes and 1.5 GB of memory
    environment = {"MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false", "MLFLOW_DISABLE_TELEMETRY": "true"}
    return Ui(f"http://{shown}:{port}{page}", tuple(command), environment)
