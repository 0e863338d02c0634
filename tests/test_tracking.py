"""Tracking: live stage runs, the row of a result, and that neither can hurt a stage or lose a point."""

import contextlib
import json
import logging
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import zlib
from base64 import b64decode
from importlib import util
from pathlib import Path

import fake
import pytest

from llmpipe import tracking
from llmpipe.errors import Interrupted
from llmpipe.files import Layout, dvc_digest, write_json, write_text
from llmpipe.tracking import lineage, live, pack, record, row, store

ROOT = Path(__file__).parents[1]
PARAMS = {"ingest": {"seed": 1, "sources": [{"kind": "world", "documents": 10}], "max_bad_ratio": 0.01}}


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    """A folder with a database, made once: creating one takes seconds."""
    folder = tmp_path_factory.mktemp("my project 项目")
    store.connect(folder, f"sqlite:///{folder}/mlflow.db")
    return folder


@pytest.fixture
def inside(project, monkeypatch):
    """The working folder is the project."""
    monkeypatch.chdir(project)
    monkeypatch.setattr(store, "_warned", set())
    return project


def opened(folder):
    return store.connect(folder, store.tracking_uri(folder))


def runs(folder, experiment=store.STAGES_EXPERIMENT, **tags):
    """All runs with these tags, newest first."""
    server = opened(folder)
    query = " and ".join(f"tags.`{key.replace('__', '.')}` = '{value}'" for key, value in tags.items())
    return server.client.search_runs([server.experiments[experiment]], filter_string=query)


def history(folder, run, name):
    return [(m.step, m.value) for m in opened(folder).client.get_metric_history(run.info.run_id, name)]


def run_stage(folder, points=3, stage="ingest", **params):
    """A stage that writes one output and some metrics."""
    data = Layout(Path("data"))
    with tracking.stage_run(stage, PARAMS | params, data, data) as sink:
        for step in range(points):
            sink.metrics({"loss": 1.0 / (step + 1), "speed/tokens @s": step}, step)
        write_text(data.root / tracking.OUTPUTS[stage] / "a.txt", f"{stage} {points}\n")
        write_json(data.metrics(stage), {"documents": points})
        write_text(folder / "notes.md", "hello\n")
        sink.artifact(folder / "notes.md", "text")
    return data


def python(folder, code, **environment):
    """A process of its own in `folder`; prints of the code arrive at `stdout`."""
    settings = os.environ | {"PYTHONPATH": f"{ROOT}:{ROOT / 'tests'}"} | environment
    return subprocess.Popen(
        [sys.executable, "-c", code],
        cwd=folder,
        env=settings,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


STAGE = """
import sys, time
from pathlib import Path
from llmpipe import tracking
from llmpipe.files import Layout
data = Layout(Path("data"))
with tracking.stage_run("clean", {"clean": {"seed": NUMBER}}, data, data) as sink:
    for step in range(5):
        sink.metrics({"loss": step}, step)
    print("ready", flush=True)
    time.sleep(SLEEP)
"""


# --- facts ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "accepted"),
    [
        ("loss", "loss"),
        ("eval/translation.T1.bleu", "eval/translation.T1.bleu"),
        ("f1 (macro) %", "f1 _macro_ _"),
        ("准确率@1", "____1"),
        ("/a//b/../c/", "a/c"),
        ("", "_"),
    ],
)
def test_metric_names_are_made_acceptable(name, accepted):
    from mlflow.utils.validation import _validate_metric_name

    assert lineage.metric_name(name) == accepted
    _validate_metric_name(accepted)


def test_the_database_is_anchored_at_the_main_checkout(tmp_path, monkeypatch):
    """DVC runs queued experiments in a copy that is deleted afterwards; the database must not be there."""
    monkeypatch.setenv("DVC_ROOT", str(tmp_path / "main"))
    monkeypatch.chdir(tmp_path)

    assert tracking.tracking_uri(tracking.root()) == f"sqlite:///{tmp_path}/main/mlflow.db"


def test_a_relative_database_is_anchored_too_and_servers_are_left_alone(tmp_path, monkeypatch):
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "sqlite:///other.db")
    assert tracking.tracking_uri(tmp_path) == f"sqlite:///{tmp_path}/other.db"
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "http://server:5000")
    assert tracking.tracking_uri(tmp_path) == "http://server:5000"


def test_the_digest_of_a_folder_is_the_one_in_dvc_lock(tmp_path):
    """`dvc add` of this folder, DVC 3.67, writes the expected value."""
    for name, text in (("中文.txt", "hé\n"), ("s/a.txt", "a\n"), ("s b.txt", "b\n")):
        write_text(tmp_path / "d" / name, text)

    assert dvc_digest(tmp_path / "d") == "26d590a4d491d77e95bba8d3527a1472.dir"


def test_changed_params_are_told_by_their_dotted_names(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    params = tmp_path / "params.yaml"
    write_text(params, "pretrain: {steps: 10, seed: 1}\ningest: {sources: [{kind: world, documents: 5}]}\n")
    for command in ("init -q", "add -A", "-c user.name=a -c user.email=a@b commit -qm x"):
        subprocess.run(["git", *command.split()], check=True)
    assert lineage.changed_params() == ""
    write_text(params, "pretrain: {steps: 20}\ningest: {sources: [{kind: world, documents: 7}]}\n")

    assert lineage.changed_params() == "pretrain.steps=20, ingest.sources.0.documents=7, -pretrain.seed"


@pytest.mark.parametrize("environment", [{"LLMPIPE_TRACKING": "off"}, {"RANK": "1"}])
def test_tracking_can_be_switched_off_and_only_the_first_process_tracks(tmp_path, monkeypatch, environment):
    monkeypatch.chdir(tmp_path)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    run_stage(tmp_path)

    assert sorted(path.name for path in tmp_path.iterdir()) == ["data", "notes.md"]
    assert row.publish(result(), Layout(Path("data"))) == ""


# --- a stage ----------------------------------------------------------------------------------------


def test_a_stage_run_holds_points_params_digests_system_metrics_and_files(inside, monkeypatch):
    monkeypatch.setenv("MLFLOW_RUN_ID", "0" * 32)  # of a surrounding run
    monkeypatch.setenv("DVC_EXP_NAME", "blue-whale")
    data = run_stage(inside, points=1200)
    run = runs(inside, dvc__exp="blue-whale")[0]

    assert run.info.status == "FINISHED"
    assert run.info.run_name == "ingest blue-whale"
    assert run.data.params["ingest.sources"] == '[{"kind": "world", "documents": 10}]'
    assert run.data.tags["out.raw"] == dvc_digest(data.raw)
    assert run.data.tags["out.metrics/ingest"] == dvc_digest(data.metrics("ingest"))
    assert run.data.tags["mlflow.source.name"] == "llmpipe ingest"
    assert history(inside, run, "loss") == [(step, 1.0 / (step + 1)) for step in range(1200)]
    assert len(history(inside, run, "speed/tokens _s")) == 1200
    assert "system/cpu_utilization_percentage" in run.data.metrics
    assert [item.path for item in opened(inside).client.list_artifacts(run.info.run_id, "text")] == ["text/notes.md"]


def test_the_inputs_of_a_stage_are_those_of_dvc_yaml(inside, monkeypatch):
    monkeypatch.setenv("DVC_EXP_NAME", "inputs")
    write_text(Path("dvc.yaml"), "stages: {clean: {cmd: x, deps: [data/raw, data/absent, llmpipe/corpus]}}\n")
    write_text(Path("data/raw/a.txt"), "text\n")
    run_stage(inside, stage="clean")
    Path("dvc.yaml").unlink()

    tags = runs(inside, dvc__exp="inputs")[0].data.tags
    assert {key: value for key, value in tags.items() if key.startswith("in.")} == {
        "in.raw": dvc_digest(Path("data/raw"))
    }


@pytest.mark.parametrize(("error", "status"), [(ValueError("bad"), "FAILED"), (Interrupted("stop"), "KILLED")])
def test_a_stage_that_ends_by_an_exception_says_so(inside, error, status):
    data = Layout(Path("data"))
    with pytest.raises(type(error)), tracking.stage_run("encode", {"encode": {}}, data, data):
        raise error
    run = runs(inside, stage="encode")[0]

    assert run.info.status == status
    assert run.data.tags["error"] == f"{type(error).__name__}: {error}"


def test_a_record_that_another_process_removes_meanwhile_stops_no_repair(tmp_path, monkeypatch):
    """Two reports at once: one removes the oldest records while the other goes through its list of them."""
    folder = tmp_path / ".llmpipe/runs/1-ingest"
    folder.mkdir(parents=True)
    (folder / "run.json").write_text("{}")

    @contextlib.contextmanager
    def removed(path, wait=True):
        shutil.rmtree(path.parent)
        yield True

    monkeypatch.setattr(record, "lock", removed)

    assert record.repair(None, tmp_path) == 0


def test_sigterm_closes_a_run_and_sigkill_is_repaired_by_the_next_report(inside):
    """Five points each; nobody but the next report can close the second."""
    ended = {}
    started = {
        number: python(inside, STAGE.replace("NUMBER", str(number)).replace("SLEEP", "60"))
        for number in (signal.SIGTERM.value, signal.SIGKILL.value)
    }
    for number, process in started.items():
        assert process.stdout.readline() == "ready\n"
        time.sleep(0.5)
        process.send_signal(number)
    for number, process in started.items():
        process.communicate(timeout=60)
        ended[number] = process.returncode
    record.repair(opened(inside), inside)

    for number in started:
        run = next(run for run in runs(inside, stage="clean") if run.data.params.get("clean.seed") == str(number))
        assert run.info.status == "KILLED"
        assert history(inside, run, "loss") == [(step, float(step)) for step in range(5)]
    assert ended[signal.SIGKILL.value] == -signal.SIGKILL


def test_a_fork_while_mlflow_is_imported_does_not_hang(inside):
    """The child imports what the thread of its parent was importing; nobody releases the lock of that import there."""
    fork = """
    import os
    while "mlflow" not in sys.modules:
        pass
    if (pid := os.fork()) == 0:
        import mlflow
        os._exit(7)
    print(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), flush=True)
"""
    code = STAGE.replace("NUMBER", "1").replace("SLEEP", "0").replace('    print("ready", flush=True)\n', fork)
    process = python(inside, code)
    try:
        out, _ = process.communicate(timeout=60)
    finally:
        process.kill()

    assert out == "7\n"


def test_two_processes_may_create_the_database_at_once(tmp_path):
    """MLflow alone breaks the database for good."""
    code = STAGE.replace("SLEEP", "0")
    started = [python(tmp_path, code.replace("NUMBER", str(number))) for number in (1, 2)]
    errors = [process.communicate(timeout=100)[1] for process in started]

    assert errors == ["", ""]
    assert sorted(run.data.params["clean.seed"] for run in runs(tmp_path)) == ["1", "2"]
    assert all(run.info.status == "FINISHED" for run in runs(tmp_path))


# --- a server that is away --------------------------------------------------------------------------


def closed_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def test_a_server_that_is_away_costs_little_and_loses_nothing(inside, monkeypatch, caplog):
    """One warning; the next report with a server at hand sends every point and file."""
    monkeypatch.setenv("MLFLOW_TRACKING_URI", f"http://127.0.0.1:{closed_port()}")
    started_s = time.monotonic()
    run_stage(inside, points=700, stage="tokenizer")
    row_id = row.publish(result(), Layout(Path("data")))
    cost_s = time.monotonic() - started_s
    monkeypatch.delenv("MLFLOW_TRACKING_URI")

    assert cost_s < 15
    assert row_id == ""
    assert [record.levelno for record in caplog.records] == [logging.WARNING]
    assert "`llmpipe report` sends it later" in caplog.text
    assert runs(inside, stage="tokenizer") == []
    assert record.repair(opened(inside), inside) == 1
    run = runs(inside, stage="tokenizer")[0]
    assert run.info.status == "FINISHED"
    assert len(history(inside, run, "loss")) == 700
    assert opened(inside).client.list_artifacts(run.info.run_id, "text")
    assert record.repair(opened(inside), inside) == 0


def test_a_server_that_never_answers_costs_little(inside, monkeypatch):
    """It accepts the connection and says nothing."""
    with socket.socket() as mute:
        mute.bind(("127.0.0.1", 0))
        mute.listen(16)
        monkeypatch.setenv("MLFLOW_TRACKING_URI", f"http://127.0.0.1:{mute.getsockname()[1]}")
        monkeypatch.setattr(live, "PATIENCE_S", 1.0)
        started_s = time.monotonic()
        run_stage(inside, stage="evaluate")
        cost_s = time.monotonic() - started_s

    assert cost_s < live.LOCAL_PATIENCE_S / 10
    assert any("evaluate" in path.name for path in (inside / ".llmpipe" / "runs").iterdir())


def test_a_batch_that_is_sent_twice_leaves_one_copy(inside):
    """The server took it, the answer was lost: the next attempt repeats it."""
    run_stage(inside, points=20, stage="finetune")
    server = opened(inside)
    folder = max(path for path in (inside / ".llmpipe" / "runs").iterdir() if "finetune" in path.name)
    sent = json.loads((folder / "sent.json").read_text())
    write_json(folder / "sent.json", sent | {"offset": 0, "done": False})
    record.repair(server, inside)

    assert len(history(inside, runs(inside, stage="finetune")[0], "loss")) == 20


def test_a_run_that_was_deleted_by_hand_is_not_sent_again(inside):
    run_stage(inside, stage="pretrain")
    server = opened(inside)
    record.repair(server, inside)  # what an earlier test left unsent
    folder = max(path for path in (inside / ".llmpipe" / "runs").iterdir() if "pretrain" in path.name)
    sent = json.loads((folder / "sent.json").read_text())
    server.client.delete_run(sent["run_id"])
    write_json(folder / "sent.json", sent | {"offset": 0, "done": False})

    assert record.repair(server, inside) == 0
    assert record.Record(folder).finished


def test_a_run_is_sent_to_a_new_database_when_it_is_not_in_it(inside):
    run_stage(inside, points=4, stage="report")
    folder = max(path for path in (inside / ".llmpipe" / "runs").iterdir() if "report" in path.name)
    sent = json.loads((folder / "sent.json").read_text())
    write_json(folder / "sent.json", sent | {"run_id": "f" * 32, "offset": 0, "done": False})
    before = len(runs(inside, stage="report"))

    assert record.repair(opened(inside), inside) == 1
    assert len(runs(inside, stage="report")) == before  # found by its record, not made twice


def test_a_stage_runs_untracked_where_nothing_can_be_written(tmp_path, monkeypatch, caplog):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(store, "_warned", set())
    write_text(tmp_path / ".llmpipe", "a file where a folder should be\n")
    data = run_stage(tmp_path)

    assert data.metrics("ingest").exists()
    assert "this stage is not tracked" in caplog.text


# --- the row of a result ----------------------------------------------------------------------------


def result(seed=1, bleu=31.5, **changes):
    """A row with one parameter, one metric and one curve."""
    values = {name: getattr(fake.params(), name).model_dump(mode="json") for name in fake.PARAMS}
    values["pretrain"]["seed"] = seed
    facts = {
        "params": values,
        "metrics": {"eval/translation.T1.bleu": bleu, "data/clean.documents.kept": 90.0},
        "curves": {"curve/pretrain.loss": [(step, 5.0 / step) for step in range(1, 1501)]},
        "columns": ["tags.changed", "metrics.eval/translation.T1.bleu", "params.pretrain.steps"],
        "sort": "metrics.eval/translation.T1.bleu",
        "description": "**Base model:** small.",
    }
    return row.Row(**(facts | changes))


def rows(folder, run_id):
    client = opened(folder).client
    return client.get_run(run_id)


@pytest.fixture
def results_folder(inside):
    """A data folder after `evaluate`, as DVC restores it from its cache: no stage has run here."""
    data = fake.write_results(inside / "restored")
    write_text(data.finetuned / "model.safetensors", "weights\n")
    return data


def test_publishing_twice_changes_nothing(inside, results_folder):
    """Metrics on an existing row would otherwise get a second point for the same step."""
    first = row.publish(result(), results_folder)
    second = row.publish(result(), results_folder)
    run = rows(inside, first)

    assert first == second != ""
    assert history(inside, run, "eval/translation.T1.bleu") == [(0, 31.5)]
    assert len(history(inside, run, "curve/pretrain.loss")) == 1500
    assert {given.dataset.name for given in run.inputs.dataset_inputs} == {"raw", "clean"}  # tokens are not there
    assert [model.model_id for model in run.outputs.model_outputs] != []
    assert len(run.outputs.model_outputs) == 2


def models_of(folder, run):
    client = opened(folder).client
    found = [client.get_logged_model(output.model_id) for output in run.outputs.model_outputs]
    return {model.name: model for model in found}


def test_models_are_registered_once_as_external_ones_with_digest_params_and_scores(inside, results_folder):
    """By DVC's digest, without a copy of the weights; scores belong to a model and to the data set they are of."""
    metrics = {"eval/translation.T1.bleu": 31.5, "pretrain/loss": 1.5, "eval/bits_per_byte.ngram": 1.6, "data/x": 2.0}
    run_id = row.publish(result(seed=71, metrics=metrics), results_folder)
    assert row.publish(result(seed=71, metrics=metrics), results_folder) == run_id
    run = rows(inside, run_id)
    found = models_of(inside, run)
    tuned, base = found["finetuned"], found["pretrained"]

    assert len(run.outputs.model_outputs) == 2
    assert tuned.tags["dvc.md5"] == dvc_digest(results_folder.finetuned)
    assert tuned.tags["mlflow.model.isExternal"] == "true"
    assert f"`data/finetuned` with DVC's digest `{tuned.tags['dvc.md5']}`" in tuned.tags["mlflow.note.content"]
    assert tuned.source_run_id == run_id
    assert tuned.status == "READY"
    assert tuned.params["finetune.optimizer.learning_rate"] == "0.006"
    assert {key.split(".")[0] for key in base.params} == {"model", "pretrain"}
    clean = dvc_digest(results_folder.clean)
    told = [(m.key, m.value, m.dataset_name, m.dataset_digest) for m in tuned.metrics]
    assert told == [("eval/translation.T1.bleu", 31.5, "clean", clean)]
    assert [(m.key, m.value) for m in base.metrics] == [("pretrain/loss", 1.5)]
    assert history(inside, run, "eval/translation.T1.bleu") == [(0, 31.5)]
    folder = Path(tuned.artifact_location.removeprefix("file://"))
    assert [path.name for path in folder.iterdir()] == ["MLmodel"]


def test_a_model_follows_a_corrected_score_and_a_bare_one_is_completed(inside, results_folder, monkeypatch):
    """Rows of earlier versions have models without parameters and scores."""
    with monkeypatch.context() as patch:
        patch.setattr(row.models, "_params", lambda name, made: {})
        patch.setattr(row.models, "owner", lambda metric: "")
        run_id = row.publish(result(seed=72), results_folder)
    bare = models_of(inside, rows(inside, run_id))["finetuned"]
    time.sleep(0.01)
    row.publish(result(seed=72, bleu=20.0), results_folder)
    whole = models_of(inside, rows(inside, run_id))["finetuned"]

    assert (bare.params, bare.metrics) == ({}, None)
    assert whole.model_id == bare.model_id
    assert whole.params["model.num_layers"]
    assert [metric.value for metric in whole.metrics] == [20.0]
    assert sorted(value for _, value in history(inside, rows(inside, run_id), "eval/translation.T1.bleu")) == [20, 31.5]


@pytest.mark.parametrize(
    ("metric", "model"),
    [
        ("eval/all.T1.bleu", "finetuned"),
        ("finetune/loss", "finetuned"),
        ("eval/bits_per_byte.finetuned.zh", "finetuned"),
        ("eval/bits_per_byte.pretrained", "pretrained"),
        ("pretrain/valid_loss", "pretrained"),
        ("eval/bits_per_byte.ngram-3", ""),
        ("data/clean.documents.kept", ""),
        ("curve/pretrain.loss", ""),
    ],
)
def test_a_metric_belongs_to_the_model_it_is_about(metric, model):
    assert row.models.owner(metric) == model


def test_pages_tables_and_folders_of_images_are_attached_once(inside, results_folder, tmp_path):
    write_text(tmp_path / "scores.csv", "model,value\nfinetuned,0.5\n")
    write_text(tmp_path / "plots/curve.svg", "<svg/>\n")
    told = result(seed=73, artifacts=[tmp_path / "scores.csv", tmp_path / "plots"])
    run_id = [row.publish(told, results_folder) for _ in range(2)][1]
    client = opened(inside).client

    assert {item.path for item in client.list_artifacts(run_id)} == {"scores.csv", "plots", "result.zip"}
    assert [item.path for item in client.list_artifacts(run_id, "plots")] == ["plots/curve.svg"]


def test_a_corrected_metric_shows_its_new_value(inside, results_folder):
    """A smaller one too, although MLflow takes the larger of two values of the same time for the later."""
    run_id = row.publish(result(seed=7, bleu=40.0), results_folder)
    time.sleep(0.01)
    row.publish(result(seed=7, bleu=20.0), results_folder)

    assert rows(inside, run_id).data.metrics["eval/translation.T1.bleu"] == 20.0


def test_other_params_or_outputs_make_another_row(results_folder):
    first = row.publish(result(seed=11), results_folder)
    second = row.publish(result(seed=12), results_folder)
    fake.write_results(results_folder.root, shift=-0.1)
    third = row.publish(result(seed=12), results_folder)

    assert len({first, second, third}) == 3


def test_a_row_of_a_study_carries_its_name_and_cell(inside, results_folder, monkeypatch):
    """Also one that an earlier run has written: the study took it from there."""
    earlier = row.publish(result(seed=41), results_folder)
    monkeypatch.setenv("LLMPIPE_STUDY", "rates")
    monkeypatch.setenv("LLMPIPE_CELL", "rates-s1-01234567")
    monkeypatch.setenv("LLMPIPE_LEVELS", "learning_rate 0.002, seed 1")
    again = row.publish(result(seed=41), results_folder)
    new = row.publish(result(seed=42), results_folder)

    assert earlier == again != new
    for run_id in (again, new):
        tags = rows(inside, run_id).data.tags
        assert (tags["study"], tags["study.cell"]) == ("rates", "rates-s1-01234567")
        assert tags["study.levels"] == "learning_rate 0.002, seed 1"
    assert rows(inside, new).data.tags["changed"].startswith("learning_rate 0.002, seed 1")


def test_a_row_is_full_when_all_stages_came_from_the_cache(inside, results_folder, tmp_path, monkeypatch):
    """All parameters, all headline metrics, the curves, and digests from dvc.lock; no stage run to link to."""
    run_id = row.publish(result(seed=21), results_folder)
    data = rows(inside, run_id).data

    assert data.params["pretrain.seed"] == "21"
    assert data.params["finetune.optimizer.learning_rate"] == "0.006"
    assert {key.split(".")[0] for key in data.params} == set(fake.PARAMS)
    assert data.metrics["curve/pretrain.loss"] == pytest.approx(5.0 / 1500)
    note = data.tags["mlflow.note.content"]
    assert "**Base model:** small." in note
    assert f"| finetune | data/finetuned | `{dvc_digest(results_folder.finetuned)}` | DVC's cache" in note


def test_a_row_links_to_the_runs_that_made_its_outputs(inside):
    data = run_stage(inside, points=33)
    stage = runs(inside, stage="ingest")[0]
    note = rows(inside, row.publish(result(seed=31), data)).data.tags["mlflow.note.content"]

    assert f"[{stage.info.run_name}](#/experiments/{stage.info.experiment_id}/runs/{stage.info.run_id})" in note


def test_a_row_holds_all_answers_and_where_they_come_from(inside, results_folder, tmp_path):
    """So that two rows can be compared when the folders and DVC's cache are gone."""
    write_text(inside / "params.yaml", "report: {title: packed}\n")
    try:
        run_id = row.publish(result(seed=61), results_folder)
    finally:
        (inside / "params.yaml").unlink()

    assert tracking.result_of_run(run_id, tmp_path / "run")
    assert tracking.result_of_digest(dvc_digest(results_folder.evaluation), tmp_path / "digest")
    for found in (tmp_path / "run", tmp_path / "digest"):
        assert dvc_digest(found / "data" / "evaluation") == dvc_digest(results_folder.evaluation)
    assert (tmp_path / "run" / "params.yaml").read_text("utf-8") == "report: {title: packed}\n"


def test_what_is_not_tracked_is_not_found(inside, tmp_path, monkeypatch):
    assert not tracking.result_of_run("f" * 32, tmp_path)
    assert not tracking.result_of_run("main", tmp_path)
    assert not tracking.result_of_digest("0.dir", tmp_path)
    monkeypatch.setenv("LLMPIPE_TRACKING", "off")
    assert tracking.costs({"data/raw": "0.dir"}) == {}


def test_a_result_packs_to_the_same_bytes(results_folder, tmp_path):
    for name in ("a.zip", "b.zip"):
        pack.pack(results_folder.evaluation, tmp_path, tmp_path / name)

    assert (tmp_path / "a.zip").read_bytes() == (tmp_path / "b.zip").read_bytes()


def test_costs_are_those_of_the_last_run_with_the_output(inside):
    data = run_stage(inside, points=35)
    found = tracking.costs({"data/raw": dvc_digest(data.raw), "data/clean": "0.dir"})

    assert found.keys() == {"ingest"}
    assert 0 <= found["ingest"]["seconds"] < 60


def test_a_row_is_dirty_when_it_is_not_what_dvc_lock_says(inside, results_folder, monkeypatch):
    """Parameters or outputs that dvc.lock does not know cannot be got again from the commit."""
    values = dict(result().params)
    locked = {"pretrain": values["pretrain"], "model": values["model"], "compute": values["compute"]}

    def lock(**changes):
        outs = [
            {"path": "restored/pretrained", "md5": dvc_digest(results_folder.pretrained)},
            {"path": "restored/metrics/pretrain.json", "md5": dvc_digest(results_folder.metrics("pretrain"))},
        ]
        stage = {"params": {"params.yaml": locked | changes}, "outs": outs}
        write_json(Path("dvc.lock"), {"stages": {"pretrain": stage}})  # JSON is YAML
        return lineage.lineage(values, results_folder).dirty

    try:
        assert "pretrain" not in lock()
        assert "params of pretrain are not those in dvc.lock" in lock(pretrain=values["pretrain"] | {"steps": 9})
        locked_digest = dvc_digest(results_folder.pretrained)
        write_text(results_folder.pretrained / "more.txt", "x\n")
        assert "pretrained is not the one in dvc.lock" in lineage.lineage(values, results_folder).dirty  # same metrics
        with monkeypatch.context() as patch:  # too large to hash: the metrics must do
            patch.setattr(lineage, "MAX_HASHED", 0)
            assert lineage.lineage(values, results_folder).outputs["pretrained"] == locked_digest
        write_json(results_folder.metrics("pretrain"), {"loss": 9.0})
        outputs = lineage.lineage(values, results_folder)
        assert "pretrained is not the one in dvc.lock" in outputs.dirty
        assert outputs.outputs["pretrained"] == dvc_digest(results_folder.pretrained)
    finally:
        Path("dvc.lock").unlink()


def test_the_prepared_view_shows_the_columns_in_order(inside, results_folder):
    row.publish(result(), results_folder)
    server = opened(inside)
    tag = server.client.get_experiment(server.experiments["llmpipe"]).tags[row.VIEW_TAG]
    state = json.loads(zlib.decompress(b64decode(json.loads(tag)["state"].removeprefix("deflate;"))))

    assert state["selectedColumns"] == [
        "tags.`changed`",
        "metrics.`eval/translation.T1.bleu`",
        "params.`pretrain.steps`",
    ]
    assert state["orderByKey"] == "metrics.`eval/translation.T1.bleu`"
    assert state["columnWidths"].keys() == set(state["columnOrder"])


def test_the_pages_of_mlflow_still_read_this_form_of_view():
    """Its form is MLflow's own affair; when this fails, look at the runs table and adapt `view_state`."""
    build = Path(util.find_spec("mlflow").origin).parent / "server" / "js" / "build" / "static" / "js"
    if not build.is_dir():
        pytest.skip("this MLflow has no pages (mlflow-skinny)")
    code = "".join(path.read_text(encoding="utf-8") for path in build.glob("*.js"))
    state = json.loads(zlib.decompress(b64decode(row.view_state(["tags.a"], "").removeprefix("deflate;"))))

    for text in ('"mlflow.sharedViewState."', '"deflate;"', '"viewStateShareKey"'):
        assert text in code
    assert [key for key in state if key not in code] == []


def test_a_broken_view_does_not_hinder_a_row(results_folder, monkeypatch):
    monkeypatch.setattr(row, "view_state", lambda columns, sort: 1 / 0)

    assert row.publish(result(seed=41), results_folder) != ""
