"""`llmpipe ui`: the address it prints, the server it becomes, and ports that are taken."""

import os
import socket
import sys

import pytest

from llmpipe import tracking
from llmpipe.commands import ui
from llmpipe.errors import DataError, ParamsError
from llmpipe.tracking.row import VIEW_TAG


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    """A folder with a database and a prepared view."""
    folder = tmp_path_factory.mktemp("ui project")
    server = tracking.connect(folder, f"sqlite:///{folder}/mlflow.db")
    server.client.set_experiment_tag(server.experiments["llmpipe"], VIEW_TAG, "{}")
    return folder


@pytest.fixture
def taken():
    """A port that somebody listens on."""
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen()
        yield server.getsockname()[1]


def test_a_taken_port_is_an_error_that_names_a_free_one(taken):
    with pytest.raises(
        DataError, match=rf"port {taken} on 127\.0\.0\.1 is in use .*; use --port (\d+), which is free"
    ) as info:
        ui.check_port("127.0.0.1", taken)
    free = int(str(info.value).split("--port ")[1].split(",")[0])

    assert taken < free <= taken + ui.PORTS_TRIED
    ui.check_port("127.0.0.1", free)


def test_the_command_line_says_so_and_exits_with_1(taken, llmpipe):
    done = llmpipe("ui", "--port", taken)

    assert done.returncode == 1
    assert f"Error: port {taken} on 127.0.0.1 is in use" in done.stderr


def test_a_host_that_is_not_this_machine_is_an_error():
    with pytest.raises(ParamsError, match=r"--host 203\.0\.113\.7 is not an address of this machine"):
        ui.check_port("203.0.113.7", 5000)


@pytest.mark.parametrize("port", [0, 65536, -1])
def test_a_port_that_cannot_be_is_an_error(port):
    with pytest.raises(ParamsError, match=f"--port is {port}"):
        ui.run(port=port)


def test_it_prints_the_prepared_view_and_becomes_a_light_server(project, monkeypatch, capsys):
    """One worker, no job processes, no telemetry; the address opens the runs with our columns."""
    called = []
    monkeypatch.chdir(project)
    monkeypatch.setattr(os, "execve", lambda *arguments: called.append(arguments))
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    ui.run(port=port)
    program, command, environment = called[0]

    assert capsys.readouterr().out.splitlines()[0] == (
        f"Open http://127.0.0.1:{port}/#/experiments/2/runs?workflowType=machine_learning&viewStateShareKey=llmpipe"
    )
    assert program == sys.executable
    assert command[1:4] == ("-m", "mlflow", "server")
    assert ("--backend-store-uri", f"sqlite:///{project}/mlflow.db") == command[4:6]
    assert command[-2:] == ("--workers", "1")
    assert environment["MLFLOW_SERVER_ENABLE_JOB_EXECUTION"] == "false"
    assert environment["MLFLOW_DISABLE_TELEMETRY"] == "true"


def test_a_public_host_answers_other_names(project, monkeypatch):
    """MLflow refuses requests that name a host it does not know, unless it is told to answer all."""
    monkeypatch.chdir(project)

    assert tracking.ui_command("0.0.0.0", 5000).command[-2:] == ("--allowed-hosts", "*")
    assert tracking.ui_command("0.0.0.0", 5000).url.startswith("http://127.0.0.1:5000/")


def test_a_server_that_is_away_is_an_error(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        monkeypatch.setenv("MLFLOW_TRACKING_URI", f"http://127.0.0.1:{probe.getsockname()[1]}")

        with pytest.raises(DataError, match="the tracking store cannot be opened .*Connection refused"):
            ui.run()
