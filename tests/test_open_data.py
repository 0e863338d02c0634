"""The bench of open data: what it writes, what it runs again, and how it reads scores; no stage is run here."""

import json
from pathlib import Path

import pytest

from llmpipe import config
from llmpipe.files import write_json, write_jsonl
from llmpipe.records import Prediction

ROOT = Path(__file__).parents[1]


@pytest.fixture
def bench(monkeypatch):
    monkeypatch.syspath_prepend(str(ROOT / "bench"))
    return __import__("open_data")


@pytest.fixture
def plan(bench):
    return config.read(bench.PLAN)


def test_the_parameters_of_every_set_and_arm_are_complete_and_valid(bench, plan):
    base = bench.base_params(plan, {})

    for name, chosen in plan["sets"].items():
        for arm in chosen.get("arms", ["pretrained"]):
            values = bench.set_params(base, chosen, arm, 3)
            params = config.validate(values, config.SECTIONS)
            assert params.finetune.base == arm
            assert params.finetune.seed == 3
            assert any(source.name == name for source in params.ingest.sources)
            assert all(values[section] == base[section] for section in ("ingest", "clean", "model", "pretrain"))


def test_no_text_of_valid_or_test_is_a_document(bench, plan):
    params = config.validate(bench.base_params(plan, {}), config.SECTIONS)
    documents = [source for source in params.ingest.sources if source.kind == "documents"]

    assert len(documents) > 3
    assert all(Path(path).name == "train.jsonl" for source in documents for path in source.paths)
    assert params.clean.decontaminate.enabled


def test_merging_keeps_what_is_not_named_and_replaces_whole_sections(bench):
    old = {"a": {"x": 1, "y": 2}, "filters": {"min_words": 1, "other": 2}}

    found = bench.merged(old, {"a": {"y": 3}, "filters": {"min_words": 5}})

    assert found == {"a": {"x": 1, "y": 3}, "filters": {"min_words": 5}}
    assert old["a"]["y"] == 2


@pytest.mark.parametrize(
    ("change", "left"),
    [
        ({}, ["finetune", "evaluate"]),
        ({"evaluate": {"resamples": 7}}, ["finetune"]),
        ({"finetune": {"steps": 7}}, []),
        ({"report": {"title": "other"}}, ["finetune", "evaluate"]),
    ],
)
def test_only_stages_whose_parameters_changed_and_later_ones_run_again(bench, plan, tmp_path, change, left):
    values = bench.set_params(bench.base_params(plan, {}), plan["sets"]["squad"], "pretrained", 1)
    bench.prepare(tmp_path, values, bench.SET_STAGES)
    for stage in bench.SET_STAGES:
        write_json(tmp_path / "data/metrics" / f"{stage}.json", {})

    bench.prepare(tmp_path, bench.merged(values, change), bench.SET_STAGES)

    assert sorted(path.stem for path in (tmp_path / "data/metrics").glob("*.json")) == sorted(left)


def test_a_set_begins_anew_when_the_base_is_another(bench, plan, tmp_path):
    values = bench.set_params(bench.base_params(plan, {}), plan["sets"]["squad"], "pretrained", 1)
    bench.prepare(tmp_path, values, bench.SET_STAGES)
    (tmp_path / "data").mkdir()

    bench.prepare(tmp_path, bench.merged(values, {"pretrain": {"steps": 1}}), bench.SET_STAGES)

    assert not (tmp_path / "data").exists()


def test_a_set_shares_the_data_of_the_base_but_for_the_examples_of_others(bench, tmp_path):
    for part in ("raw", "tokenizer", "tokens", "baselines", "pretrained"):
        write_json(tmp_path / "base/data" / part / "file.json", part)
    for name in ("squad", "cmrc"):
        write_jsonl(tmp_path / f"base/data/clean/examples/train/{name}.jsonl", [])

    bench.share_base(tmp_path / "base", tmp_path / "one", "squad")

    assert [path.name for path in (tmp_path / "one/data/clean/examples/train").iterdir()] == ["squad.jsonl"]
    assert json.loads((tmp_path / "one/data/pretrained/file.json").read_text()) == "pretrained"
    assert (tmp_path / "base/data/clean/examples/train/cmrc.jsonl").exists()


def test_items_in_and_out_of_scope_are_counted_apart(bench):
    rows = [("a", "a"), ("b", "a"), ("oos", "oos"), ("a", "oos"), ("c", "c")]
    predictions = [Prediction(str(i), "m", "d", "t", "?", said, (wanted,)) for i, (said, wanted) in enumerate(rows)]

    assert bench.in_and_out(predictions) == {
        "in_scope_accuracy": [True, False, True],
        "out_of_scope_recall": [True, False],
    }
    assert bench.in_and_out(predictions[:2]) == {}


def test_without_the_data_it_says_so(bench, monkeypatch, capsys):
    monkeypatch.setattr(bench, "SHARED", Path("/nowhere/data"))
    monkeypatch.setattr("sys.argv", ["open_data.py", "--quick"])

    bench.main()

    shown = capsys.readouterr()
    assert "skipped: /nowhere/data is not there" in shown.err
    assert json.loads(shown.out.splitlines()[-1]) == {"skipped": True}


def test_an_unknown_set_is_named(bench, monkeypatch):
    monkeypatch.setattr(bench, "SHARED", ROOT)
    monkeypatch.setattr("sys.argv", ["open_data.py", "--only", "snips"])

    with pytest.raises(SystemExit, match=r"--only snips: no such set; known: clinc150, wnut17"):
        bench.main()
