"""A model in MLflow's registry answers as the model directory does, loaded in Python and over HTTP."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest
import tiny

from llmpipe.errors import ParamsError
from llmpipe.export.answers import Answers
from llmpipe.files import Layout
from llmpipe.progress import Reporter
from llmpipe.stages import pretrain
from llmpipe.tracking.registry import register

ROOT = Path(__file__).parents[1]
PROMPTS = ["Rome 1", "你好"]
ROWS = [{"prompt": prompt} for prompt in PROMPTS]


@pytest.fixture(autouse=True, scope="module")
def own_address():
    """MLflow keeps the address of its server for the whole process, in the environment too."""
    yield
    import mlflow

    mlflow.set_tracking_uri("")
    mlflow.set_registry_uri("")
    os.environ.pop("MLFLOW_TRACKING_URI", None)
    os.environ.pop("MLFLOW_REGISTRY_URI", None)


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("data")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DVC_ROOT", str(folder))
        data: Layout = tiny.write_data(folder)
        pretrain.run(tiny.params(), data, data, Reporter())
    return data.pretrained


@pytest.fixture(scope="module")
def registered(model: Path, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The address of a registry that holds the model."""
    folder = tmp_path_factory.mktemp("my project")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DVC_ROOT", str(folder))
        patch.chdir(folder)
        uri = f"sqlite:///{folder}/registry.db"
        assert register(model, f"{uri}/answers", "next") == {
            "name": "answers", "version": "1", "alias": "next", "tracking_uri": uri
        }  # fmt: skip
    return uri


def test_the_version_that_an_alias_means_answers_as_the_directory(registered: str, model: Path):
    import mlflow

    mlflow.set_tracking_uri(registered)
    mlflow.set_registry_uri(registered)
    loaded = mlflow.pyfunc.load_model("models:/answers@next")
    ours = Answers(model)

    assert list(loaded.predict(ROWS)) == ours(PROMPTS)
    sampled = {"temperature": 1.5, "seed": 7, "max_new_tokens": 5}
    assert list(loaded.predict(ROWS, params=sampled)) == ours(PROMPTS, **sampled)
    assert ours(PROMPTS, **sampled) != ours(PROMPTS)


def test_it_is_served_over_http(registered: str, model: Path, tmp_path: Path):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [
        sys.executable,
        "-m",
        "mlflow",
        "models",
        "serve",
        "-m",
        "models:/answers@next",
        "--env-manager",
        "local",
    ]
    environment = os.environ | {"MLFLOW_TRACKING_URI": registered, "PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"}
    environment["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{environment['PATH']}"  # it starts uvicorn by name
    with (tmp_path / "log").open("wb") as log:
        server = subprocess.Popen(
            [*command, "-p", str(port), "-w", "1"],
            cwd=tmp_path,
            env=environment,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    try:
        body = {"dataframe_split": {"columns": ["prompt"], "data": [[prompt] for prompt in PROMPTS]}}
        answer = ask(f"http://127.0.0.1:{port}/invocations", json.dumps(body).encode(), server, tmp_path / "log")
    finally:
        os.killpg(server.pid, signal.SIGKILL)
        server.wait()

    assert answer == {"predictions": Answers(model)(PROMPTS)}


def ask(url: str, body: bytes, server: "subprocess.Popen[bytes]", log: Path) -> object:
    """The answer to a request, once the server is there."""
    request = urllib.request.Request(url, body, {"Content-Type": "application/json"})
    for _ in range(600):
        assert server.poll() is None, log.read_text(errors="replace")
        try:
            with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request, timeout=30) as response:
                return json.loads(response.read())
        except OSError as error:  # HTTPError is one, too
            if not isinstance(getattr(error, "reason", error), ConnectionError):
                raise AssertionError(log.read_text(errors="replace")) from error
        time.sleep(0.1)
    raise AssertionError(log.read_text(errors="replace"))


@pytest.mark.parametrize("to", ["sqlite:///mlflow.db", "http://localhost:5000/"])
def test_an_address_without_a_name_is_refused(to: str, model: Path):
    with pytest.raises(ParamsError, match="which ends with no name; write URI/NAME"):
        register(model, to, "current")


def test_a_server_that_is_away_is_said(model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("DVC_ROOT", str(tmp_path))
    with pytest.raises(ParamsError, match="MLflow at http://127.0.0.1:9 does not take the model"):
        register(model, "http://127.0.0.1:9/answers", "current")
