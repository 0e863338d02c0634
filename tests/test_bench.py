"""The measurements of cleaning run, and their scorers tell nothing from something; figures are not tested."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import tiny

from llmpipe.files import Layout, write_jsonl
from llmpipe.records import Document
from llmpipe.train import directory
from llmpipe.world.examples import split_examples

ROOT = Path(__file__).parents[1]


@pytest.fixture
def bench(monkeypatch):
    """Import a script of bench/ by name."""
    monkeypatch.syspath_prepend(str(ROOT / "bench"))
    return lambda name: __import__(name)


def last_line(script, *arguments):
    """The JSON of the last line that a script prints."""
    done = subprocess.run(
        [sys.executable, ROOT / "bench" / script, *arguments], capture_output=True, text=True, check=False, timeout=120
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return json.loads(done.stdout.splitlines()[-1])


def test_clean_prints_speed_memory_and_near_duplicates():
    result = last_line("clean.py", "--quick")

    assert result.keys() >= {"mb_per_s_per_core", "rules_ratio", "neardup_precision", "neardup_recall", "peak_rss_mb"}
    assert 0 <= result["neardup_precision"] <= 1
    assert result["steps"]["filters"] > 0


def test_noise_prints_recall_and_precision_of_each_kind():
    result = last_line("noise.py", "--quick", "--noise", "first")  # nobody measures the fourth set before the end

    assert {"html", "boilerplate", "mojibake", "pii", "leak", "kept", "near_duplicate"} <= result["kinds"].keys()
    assert 0 < result["macro_recall"] <= 1


def test_memory_prints_peaks_of_a_small_and_a_large_corpus():
    result = last_line("memory.py", "--quick")["peak_rss_mb"]

    assert result.keys() == {"encode", "pretrain"}
    assert all(20 < peak < 5000 for sizes in result.values() for peak in sizes.values())


def test_the_parts_of_a_training_step_make_up_all_of_it():
    shares = last_line("parts.py", "--quick", "--sizes", "1M", "--threads", "1")["1M"]

    assert sum(shares.values()) == pytest.approx(1, abs=0.01)
    assert shares["products of the blocks"] > shares["optimizer, clipping"] > 0


def test_train_prints_ratios_to_transformers():
    pytest.importorskip("transformers")

    result = last_line("train.py", "--quick", "--sizes", "1M", "--threads", "1")

    assert result["1M"].keys() == {"tokens_per_s", "ratio", "default_ratio", "matmul_peak_ratio"}
    assert result["1M"]["ratio"] <= result["1M"]["default_ratio"]


def test_statistics_prints_false_alarms_power_and_speed():
    result = last_line("statistics.py", "--quick")

    assert result.keys() == {
        "false_positive_rate", "any_row_rate", "compatible", "power", "seconds", "rouge_ratio", "rouge_identical",
        "tests", "not_in_use", "missed", "threshold",
    }  # fmt: skip
    assert result["false_positive_rate"] == max(row["single"]["rate"] for row in result["tests"].values())
    assert 0 < result["power"] <= 1
    assert result["rouge_identical"] is True
    assert result["compatible"] == all(row["compatible"] for row in result["tests"].values())
    assert result["tests"].keys() >= {"exact McNemar, right or wrong", "randomisation, BLEU", "conclusions: a bound"}
    seeds = next(row for name, row in result["tests"].items() if name.startswith("t over seeds"))
    assert seeds["any_row"]["rate"] < result["not_in_use"]["single_runs"]["any_row"]["rate"]


def test_a_rate_is_compatible_with_one_in_twenty_until_its_interval_begins_above(bench):
    rates = [bench("comparisons").Rate(count, 1000) for count in (50, 63, 64, 90)]

    assert [rate.within(0.05) for rate in rates] == [rate.interval[0] <= 0.05 for rate in rates]
    assert [rate.within(0.05) for rate in rates] == [True, True, False, False]


def test_a_test_that_always_calls_is_caught_in_both_rates(bench):
    """One row of two has p = .03, which Holm makes .06; three of four have p = .001."""
    called = bench("comparisons").called_different

    assert [rate.value for rate in called(lambda _: [0.03, 0.9], 20, "x")] == [0.0, 0.0]
    assert [rate.value for rate in called(lambda _: [0.001, 0.001, 0.001, 0.9], 20, "x")] == [0.75, 1.0]


def test_planted_systems_are_equal_or_differ_as_they_say(bench):
    planted = bench("planted")
    draws = {name: getattr(planted, name) for name in ("right_or_wrong", "graded", "labelled", "documents")}
    n = 20_000

    for name, draw in draws.items():
        stream = np.random.default_rng(5)
        equal, apart = (planted.size(draw(stream, n, gain)) for gain in (0.0, planted.PLANTED))
        assert abs(equal) < 0.01, name
        assert abs(apart) > 0.004, name
        assert abs(apart) > 2 * abs(equal), name


def test_serve_prints_the_gain_of_many_clients_and_what_attacks_get():
    result = last_line("serve.py", "--quick")

    assert result["throughput_ratio"] > 0
    assert result["p95_first_token_s"] > 0
    assert 0 < result["min_tokens"] <= 128
    assert [result[name] for name in ("errors_5xx", "accepted", "hangs", "tracebacks")] == [0, 0, 0, 0]


def test_generate_prints_ratios_to_transformers_for_the_same_tokens():
    pytest.importorskip("transformers")

    result = last_line("generate.py", "--quick", "--threads", "1")

    assert {name: result[name].keys() for name in ("5M", "25M")} == {name: {"1", "32"} for name in ("5M", "25M")}
    assert result["tokens_identical"] is True


def test_messy_says_when_its_data_are_not_there(tmp_path):
    assert last_line("messy.py", "--data", tmp_path) == {"skipped": True}


@pytest.mark.skipif(not (ROOT.parent / "shared/data/web_messy").exists(), reason="needs ../shared/data/web_messy")
def test_messy_prints_macro_averages():
    result = last_line("messy.py")

    assert 0 < result["macro_recall"] <= 1
    assert result["kinds"]["exact_dup"]["recall"]["n"] == 58


def test_a_cleaner_that_does_nothing_scores_nothing_on_messy_records(bench):
    messy, stage = bench("messy"), bench("stage")
    raw = {"a": "Plain text.", "b": "Plain text.", "c": "<p>Marked text.</p>", "d": "zxcvb"}
    truth = {
        "a": {"id": "a", "defect": "none"},
        "b": {"id": "b", "defect": "exact_dup", "of": "a"},
        "c": {"id": "c", "defect": "html"},
        "d": {"id": "d", "defect": "gibberish"},
    }

    table = messy.score(truth, raw, stage.Result(kept=dict(raw)))

    assert [table[kind]["recall"]["value"] for kind in ("exact_dup", "html", "gibberish")] == [0, 0, 0]


def test_a_repair_counts_only_when_no_trace_is_left(bench):
    messy, stage = bench("messy"), bench("stage")
    half = stage.Result(kept={"c": "<p>Marked text."}, changed={"c": ("html",)})
    whole = stage.Result(kept={"c": "Marked text."}, changed={"c": ("html",)})

    assert not messy.repaired("c", "html", half)
    assert messy.repaired("c", "html", whole)


def test_a_clean_record_is_damaged_when_more_than_its_residue_goes(bench):
    messy, stage = bench("messy"), bench("stage")
    truth = {name: {"id": name, "defect": "none"} for name in "abc"}
    raw = {"a": "One &amp; two\u00a0 three", "b": "One two", "c": "Three"}
    result = stage.Result({"a": "One & two three", "b": "One"}, {"c": "min_words"}, {"a": ("entities",), "b": ("x",)})

    figures, causes = messy.damage(truth, raw, result)

    assert (figures["changed"]["value"], figures["removed"]["value"]) == (1 / 3, 1 / 3)
    assert causes == {"removed_by": {"min_words": 1}, "changed_by": {"x": 1}}


def test_junk_that_only_went_as_a_copy_of_junk_was_missed(bench):
    noise, stage = bench("noise"), bench("stage")
    entry = {
        "id": "a",
        "kind": "low_quality",
        "variant": "x",
        "expected": "drop",
        "original": "",
        "origin": "",
        "spans": [],
    }
    gone = {reason: stage.Result(removed={"a": reason}) for reason in ("exact_duplicate", "min_words")}

    documents = [Document("a", "cheap watches", "en", "noise")]
    found = {reason: noise.outcomes(documents, [entry], result) for reason, result in gone.items()}
    handled = {reason: noise.ledger.handled(entry, outcomes) for reason, outcomes in found.items()}

    assert handled == {"exact_duplicate": False, "min_words": True}


def test_similar_pairs_counts_common_members(bench):
    """{1,2,3} and {2,3,4} share two of four; {9} shares nothing."""
    sets = [np.array(members, dtype=np.uint64) for members in ([1, 2, 3], [2, 3, 4], [9])]

    assert bench("clean").similar_pairs(sets, 0.5) == [(0, 1, 0.5)]
    assert bench("clean").similar_pairs(sets, 0.6) == []


def test_retrieval_prints_recall_beside_baselines_and_says_what_it_skips(tmp_path):
    folder = tmp_path / "qa_cmrc2018_zh"
    folder.mkdir()
    people = [("李雷", "北京"), ("韩梅", "上海"), ("王芳", "广州"), ("赵强", "成都")]
    for split in ("train", "valid", "test"):
        rows = [{"question": f"{name}住在哪里？", "context": f"{name}住在{city}。"} for name, city in people]
        (folder / f"{split}.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    done = subprocess.run(
        [sys.executable, ROOT / "bench/retrieval.py", "--data", tmp_path], capture_output=True, text=True, check=True
    )

    result = json.loads(done.stdout.splitlines()[-1])
    assert "SKIPPED" in done.stderr
    assert "qa_squad_en is not here" in done.stderr
    assert result.keys() == {"zh"}
    assert (result["zh"]["passages"], result["zh"]["questions"]) == (4, 4)
    assert result["zh"]["bm25"]["recall@1"][0] == 1.0
    assert result["zh"]["random"]["recall@1"][0] < 1.0


def test_search_prints_how_near_it_comes_to_the_best():
    pytest.importorskip("optuna")
    result = last_line("search.py", "--quick")

    assert result.keys() == {"narrow", "shallow", "hinged"}
    assert all(0 <= row["optuna"] < 0.5 and 0 <= row["random"] < 0.5 for row in result.values())


def test_the_bench_of_a_study_leaves_out_what_a_killed_cell_left_with_dvc(bench, monkeypatch, tmp_path):
    metrics = {f"data/metrics/{name}.json": {"data": {"loss": 0.5}} for name in ("pretrain", "finetune", "evaluate")}
    told = [{"name": "a", "revs": [{"data": data}]} for data in (None, {"metrics": metrics})]
    printed = json.dumps([{"experiments": None}, {"experiments": told}])
    monkeypatch.setattr(subprocess, "run", lambda *_, **__: subprocess.CompletedProcess([], 0, printed))

    assert bench("study").shown(tmp_path)["a"]["finetune/loss"] == 0.5


def test_the_bench_of_a_study_counts_rows_and_numbers_that_differ(bench, monkeypatch, tmp_path, capsys):
    study = bench("study")
    shown = {"a": {"finetune/loss": 0.5}, "b": {"finetune/loss": 0.4}, "c": {"finetune/loss": 0.3}}
    rows = {"a": [{"finetune/loss": 0.5}], "b": [{"finetune/loss": 0.4}] * 2, "c": [{"finetune/loss": 0.31}]}
    monkeypatch.setattr(study, "shown", lambda folder: shown)
    monkeypatch.setattr(study, "rows", lambda folder: rows)

    assert study.check(tmp_path) == (2, 2)
    assert "dvc 0.3, mlflow 0.31" in capsys.readouterr().out


def test_hostile_input_ends_in_a_list_of_what_was_put_aside():
    """Three records with halves of characters, at a size that says nothing of memory."""
    result = last_line("hostile.py", "--scale", "0.00001", "--only", "surrogates")

    (row,) = result["rows"]
    assert row["quarantined"] == {"total": 3, "reasons": {"not_json": 3}}
    assert row["listed"] == 3
    assert row["clean"]["said"].startswith("kept ")


def test_unseen_names_stand_in_prompt_and_answer_alike_and_in_no_text(bench):
    """English and Chinese; no name of the world is left, nothing else changes, and the same seed gives the same."""
    unseen, examples = bench("unseen_names"), list(split_examples("dialogue", "train", 1, 60))
    taken = "Babu 艾诺 " + "林山石云花水江河" * 200
    items = unseen.renamed(examples, taken, 1)
    shown = "\n".join(unseen.texts(item.changed) for item in items)

    assert items == unseen.renamed(examples, taken, 1) != unseen.renamed(examples, taken, 2)
    assert {item.example.language for item in items} == {"en", "zh"}
    for item in items:
        old, new = item.example, item.changed
        assert item.names == tuple(name for name in item.names if name in unseen.texts(new))
        assert not any(name in unseen.texts(new) for name in unseen.world_names(old))
        assert [role for role, _ in new.inputs["history"]] == [role for role, _ in old.inputs["history"]]
        if old.inputs["slots"]:
            assert new.inputs["slots"]["name"] in new.references[0]
            assert new.inputs["slots"]["name"] in item.names
    assert not any(name in shown for name in ("Babu", "艾诺"))


def test_other_words_leave_what_the_answer_needs(bench):
    unseen, examples = bench("unseen_names"), list(split_examples("dialogue", "train", 1, 60))
    items = unseen.reworded(examples, {"en": ["zig"], "zh": ["字"]}, 1)

    assert len(items) == sum(bool(example.inputs["slots"]) for example in examples)
    for item in items:
        said = "\n".join(text for role, text in item.changed.inputs["history"] if role == "user")
        assert item.changed.references == item.example.references
        assert all(value in said for value in item.names)
        assert not {"my", "name", "hello", "please", "我叫", "谢谢"} & {*said.lower().split()}


def test_unseen_names_scores_a_model_that_copies_and_one_that_does_not(bench, monkeypatch, tmp_path):
    unseen = bench("unseen_names")
    items = unseen.renamed(list(split_examples("dialogue", "train", 1, 30)), "", 1)
    loaded = directory.load(tiny.model_directory(tmp_path))
    monkeypatch.setattr(unseen, "answers", lambda _, examples: [example.references[0] for example in examples])
    right = dict(unseen.scored(loaded, items))
    monkeypatch.setattr(unseen, "answers", lambda _, examples: [f"no {example.id}" for example in examples])
    wrong = dict(unseen.scored(loaded, items))

    assert {"en", "zh"} <= right.keys()
    assert all(cell["share"] == 1 and cell["low"] > 0.4 for row in right.values() for cell in row.values())
    assert all(cell["share"] == 0 and cell["high"] < 0.6 for row in wrong.values() for cell in row.values())


def test_unseen_names_prints_each_data_set_and_language(tmp_path):
    data = Layout(tmp_path / "data")
    rows = [Document("d", "Gorvalfel lives in Redhill. 山水" * 60, "en", "world")]
    write_jsonl(data.clean / "train/00000.jsonl", rows)
    for name in ("dialogue", "reading", "headline"):
        write_jsonl(data.clean / f"examples/train/{name}.jsonl", list(split_examples(name, "train", 1, 8)))
    model = tiny.model_directory(tmp_path, 512)
    result = last_line("unseen_names.py", "--quick", "--data", str(data.root), str(model))[str(model)]

    assert set(result) == {"dialogue, new names", "reading, new names", "headline, new names", "dialogue, new words"}
    assert result["headline, new names"]["en"].keys() == {"as_it_was", "changed", "names"}
    assert all(row["changed"]["n"] > 0 for rows in result.values() for row in rows.values())
