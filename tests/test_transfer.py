"""The transfer stage: equal time in every arm, the same bytes for any number of processes, nothing trained twice."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import tiny
from imports import ROOT

from llmpipe.config import Params, validate
from llmpipe.errors import DataError
from llmpipe.files import Layout, digest, read_json, write_jsonl
from llmpipe.progress import Reporter
from llmpipe.stages import pretrain, transfer
from llmpipe.stages.transfer import cells
from llmpipe.stages.transfer.cells import Cell


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Layout:
    folder = tmp_path_factory.mktemp("data")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DVC_ROOT", str(folder))
        layout = tiny.write_data(folder)
        write_jsonl(layout.clean / "examples" / "test" / "places.jsonl", tiny.examples("T1", 6))
        pretrain.run(tiny.params(), layout, layout, Reporter())
    return layout


@pytest.fixture(autouse=True)
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DVC_ROOT", str(tmp_path))


def params(**changes: Any) -> Params:
    evaluation = {"max_new_tokens": 8, "resamples": 50, "randomisations": 100}
    values = tiny.PARAMS | {"evaluate": evaluation, "transfer": {"jobs": 1} | changes}
    return validate(values, list(values))


def test_without_labels_the_stage_writes_an_empty_result(data: Layout, tmp_path: Path):
    out = Layout(tmp_path)
    transfer.run(params(), data, out, Reporter())

    assert read_json(out.transfer / "scores.json") == []
    assert read_json(out.transfer / "comparisons.json") == []
    assert read_json(out.metrics("transfer")) == {}


@pytest.mark.parametrize("repeated", [0.0, 0.25])
def test_every_arm_trains_on_the_same_number_of_tokens_from_the_same_sources(repeated: float):
    values = params()
    before, tuning = values.pretrain, values.finetune.model_copy(update={"documents_ratio": repeated})
    values = replace(values, finetune=tuning)
    arms = {arm: cells.settings(values, Cell(arm, 12, 3)) for arm in ("pretrained", "joint", "alone")}
    first, then = before.steps * before.batch_tokens, tuning.steps * tuning.batch_tokens

    assert arms["pretrained"] == tuning.model_copy(update={"train_per_dataset": 12, "seed": 3})
    for arm in ("joint", "alone"):
        assert arms[arm].base == "random"
        assert arms[arm].steps * arms[arm].batch_tokens == first + then
        assert arms[arm].optimizer == before.optimizer
    assert arms["joint"].documents_ratio * (first + then) == pytest.approx(first + repeated * then)
    assert arms["alone"].documents_ratio == 0


def test_cells_give_the_same_bytes_in_one_process_or_two(data: Layout, tmp_path: Path):
    digests, lines = [], []
    for jobs in 1, 2:
        out = Layout(tmp_path / str(jobs))
        transfer.run(params(labels=[8, 12], arms=["pretrained", "alone"], jobs=jobs), data, out, Reporter())
        digests.append(digest(out.transfer))
        lines = read_json(out.transfer / "scores.json")

    assert digests[0] == digests[1]
    assert [(row["arm"], row["labels"], row["test_set"], row["n"]) for row in lines] == [
        (arm, labels, "T1", 6) for labels in (8, 12) for arm in ("pretrained", "alone")
    ]
    metrics = read_json(out.metrics("transfer"))
    assert set(metrics["places"]["T1"]) == {"pretrained", "alone"}
    compared = read_json(out.transfer / "comparisons.json")
    assert [(row["other"], row["labels"]) for row in compared] == [("alone", 8), ("alone", 12)]
    difference = metrics["places"]["T1"]["pretrained"]["8"] - metrics["places"]["T1"]["alone"]["8"]
    assert compared[0]["difference"] == pytest.approx(difference)
    assert not list((tmp_path / ".llmpipe").glob("transfer-*"))


def test_a_stopped_stage_trains_no_finished_cell_again(data: Layout, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    trained: list[str] = []
    real = cells.train_cell

    def train_cell(job: Any) -> str:
        if len(trained) == 1 and not list(tmp_path.glob("again")):
            raise KeyboardInterrupt
        trained.append(real(job))
        return trained[-1]

    monkeypatch.setattr(cells, "train_cell", train_cell)
    values = params(labels=[8], arms=["pretrained", "alone"])
    with pytest.raises(KeyboardInterrupt):
        transfer.run(values, data, Layout(tmp_path / "out"), Reporter())
    assert not (tmp_path / "out").exists() or not list((tmp_path / "out").iterdir())
    (tmp_path / "again").touch()
    transfer.run(params(labels=[8], arms=["alone", "pretrained"]), data, Layout(tmp_path / "other"), Reporter())
    assert trained == ["pretrained-8-1", "alone-8-1"]
    transfer.run(values, data, Layout(tmp_path / "out"), Reporter())
    straight = Layout(tmp_path / "straight")
    transfer.run(values, data, straight, Reporter())

    assert digest(straight.transfer) == digest(tmp_path / "out/transfer")


def test_a_killed_stage_leaves_no_process_and_goes_on_to_the_same_bytes(data: Layout, tmp_path: Path):
    """`kill -9` of the stage after its first cells, with two at work."""
    values = params(labels=[8, 10, 12], arms=["pretrained", "alone"], jobs=2)
    file = tmp_path / "params.yaml"
    file.write_text(json.dumps(values.values()))
    environment = os.environ | {"LLMPIPE_TRACKING": "off", "PYTHONPATH": str(ROOT)}

    def start() -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", "llmpipe", "transfer", "--params", str(file), "--data", str(data.root)]
        command += ["--out", str(tmp_path / "killed")]
        return subprocess.Popen(command, cwd=tmp_path, env=environment, stderr=subprocess.DEVNULL)

    killed = start()
    workspace = tmp_path / ".llmpipe"
    wait_until(lambda: len(list(workspace.glob("transfer-*/[!.]*"))) >= 2)
    workers = [int(pid) for pid in Path(f"/proc/{killed.pid}/task/{killed.pid}/children").read_text().split()]
    killed.kill()
    killed.wait()
    assert workers
    wait_until(lambda: not any(Path(f"/proc/{pid}/cmdline").exists() for pid in workers))
    done = len(list(workspace.glob("transfer-*/[!.]*")))

    assert 2 <= done < 6
    assert start().wait() == 0
    straight = Layout(tmp_path / "straight")
    transfer.run(params(labels=[8, 10, 12], arms=["pretrained", "alone"], jobs=1), data, straight, Reporter())
    assert digest(tmp_path / "killed/transfer") == digest(straight.transfer)


def wait_until(condition: Callable[[], bool]) -> None:
    for _ in range(1200):
        if condition():
            return
        time.sleep(0.1)
    raise AssertionError("waited for two minutes")


def test_more_labels_than_there_are_examples_is_an_error(data: Layout, tmp_path: Path):
    with pytest.raises(DataError, match="transfer.labels asks for 99 labelled examples, but data set 'places' has 24"):
        transfer.run(params(labels=[8, 99]), data, Layout(tmp_path), Reporter())
