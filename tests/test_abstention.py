"""Scoring labels in the evaluation: files first, numbers from them alone, fitted on valid only."""

import math
from typing import Any

import numpy as np
import pytest
import tiny
import torch

from llmpipe.config import EvaluateConfig, validate
from llmpipe.errors import ParamsError
from llmpipe.evaluation import abstention
from llmpipe.files import Layout, read_json, read_jsonl, write_json, write_jsonl
from llmpipe.model.transformer import Transformer
from llmpipe.progress import Reporter
from llmpipe.records import Example
from llmpipe.train import directory

LABELS = ["bad", "good", "out"]
RANDOM = np.random.default_rng(3)


def config(**changes: Any) -> EvaluateConfig:
    return validate(
        {"evaluate": {"resamples": 100, "abstention": {"unanswerable": ["out"]} | changes}}, ["evaluate"]
    ).evaluate


def scored(n: int, sharpness: float = 1.0) -> list[dict[str, Any]]:
    """Items whose labels are drawn from the softmax of their scores, which are then sharpened."""
    scores = RANDOM.normal(0, 3, (n, 3))
    shares = np.exp(scores) / np.exp(scores).sum(axis=1, keepdims=True)
    truth = (RANDOM.random(n)[:, None] > shares.cumsum(axis=1)).sum(axis=1)
    return [
        {"id": str(i), "label": LABELS[t], "log_likelihoods": (s * sharpness).round(4).tolist()}
        for i, (s, t) in enumerate(zip(scores, truth, strict=True))
    ]


def write(folder, valid: list[dict[str, Any]], test: list[dict[str, Any]]) -> None:
    write_json(folder / "labels" / "mood" / "labels.json", LABELS)
    write_jsonl(folder / "labels" / "mood" / "valid.jsonl", valid)
    write_jsonl(folder / "labels" / "mood" / "test" / "T1.jsonl", test)


def values(folder) -> dict[str, float]:
    return {row["name"]: row["value"] for row in read_json(folder / "abstention.json")["scores"]}


def test_calibrated_scores_keep_the_promise_on_the_test_set(tmp_path):
    write(tmp_path, scored(3000, 2.5), scored(3000, 2.5))

    nested = abstention.rescore(tmp_path, config(target_accuracy=0.9))

    found = values(tmp_path)
    assert read_json(tmp_path / "abstention.json")["datasets"]["mood"]["temperature"] == pytest.approx(2.5, rel=0.1)
    assert found["answered_accuracy"] >= 0.9 > found["accuracy"]
    assert 0.3 < found["coverage"] < 1
    assert found["calibration_error"] < 0.04 < found["calibration_error_unscaled"]
    assert found["nats"] < found["nats_unscaled"]
    assert found["auroc"] > 0.7
    assert nested == {"mood": {"T1": found}}


def test_every_score_has_an_interval_a_number_of_items_and_a_signature(tmp_path):
    write(tmp_path, scored(200), scored(150))

    abstention.rescore(tmp_path, config())

    for row in read_json(tmp_path / "abstention.json")["scores"]:
        assert row["low"] <= row["value"] <= row["high"]
        assert row["n"] > 0
        assert "valid:200" in row["signature"]
        assert "ci:" in row["signature"]


def test_the_test_set_decides_neither_temperature_nor_threshold(tmp_path):
    valid = scored(300)
    found = []
    for name, test in (("a", scored(100)), ("b", scored(100, 9.0))):
        write(tmp_path / name, valid, test)
        abstention.rescore(tmp_path / name, config())
        found.append(read_json(tmp_path / name / "abstention.json")["datasets"])

    assert found[0] == found[1]


def test_an_unanswerable_item_is_right_for_no_answer_and_its_label_is_never_one(tmp_path):
    """`out` is the likeliest label of both items: the answer is the next one, with the confidence that is left."""
    items = [
        {"id": "1", "label": "out", "log_likelihoods": [-2.0, -3.0, -0.2]},
        {"id": "2", "label": "bad", "log_likelihoods": [-2.0, -3.0, -0.2]},
    ]
    write(tmp_path, [], items)

    abstention.rescore(tmp_path, config())
    found = values(tmp_path)

    assert found["accuracy"] == 0.5
    assert found["in_scope_accuracy"] == 1
    assert found["coverage"] == 0
    assert found["refused"] == 1
    assert "answered_accuracy" not in found
    assert found["nats_unscaled"] == pytest.approx(
        math.log(sum(math.exp(s) for s in (-2, -3, -0.2))) + (0.2 + 2.0) / 2, abs=1e-6
    )


def test_a_label_that_training_never_saw_is_wrong_whatever_is_answered(tmp_path):
    write(tmp_path, scored(200), [{"id": "1", "label": "new", "log_likelihoods": [-0.01, -5.0, -6.0]}])

    abstention.rescore(tmp_path, config())

    assert values(tmp_path)["accuracy"] == 0
    assert "nats" not in values(tmp_path)


def test_an_unanswerable_label_may_be_missing_among_the_training_examples(tmp_path):
    """A small sample of them: the items of that label are out of scope all the same."""
    items = [
        {"id": str(i), "label": label, "log_likelihoods": [-0.1, -3.0, -6.0]} for i, label in enumerate(["bad", "odd"])
    ]
    write(tmp_path, scored(200), items)

    abstention.rescore(tmp_path, config(unanswerable=["odd"]))

    assert values(tmp_path)["in_scope_accuracy"] == 1
    assert values(tmp_path)["refused"] in (0, 1)


def test_without_a_target_or_without_labels_there_is_nothing(tmp_path):
    assert abstention.rescore(tmp_path, config(unanswerable=[])) == {}
    write(tmp_path, scored(20), scored(20))
    assert abstention.rescore(tmp_path, config(target_accuracy=None)) == {}
    assert read_json(tmp_path / "abstention.json") == {"datasets": {}, "scores": [], "curves": {}}


def test_a_label_that_no_data_set_has_is_named_with_the_nearest_one(tmp_path):
    write(tmp_path, scored(20), scored(20))

    with pytest.raises(ParamsError, match=r"evaluate.abstention.unanswerable: .*'oud'.*'out'"):
        abstention.rescore(tmp_path, config(unanswerable=["oud"]))


def test_the_files_hold_the_likelihoods_of_all_labels_of_valid_and_test(tmp_path):
    data = tiny.write_data(tmp_path / "data")
    texts = {"bad": "sad 很差", "good": "fine 很好", "out": "stone"}
    examples = [
        Example(
            f"m-{i}", "classification", "mood", "T1", "en", {"text": f"{texts[label]} {i} " + "long " * 90}, (label,)
        )
        for i, label in enumerate([*LABELS, "bad"])
    ]
    write_jsonl(data.clean / "examples" / "valid" / "mood.jsonl", examples[:2])
    folder = tmp_path / "model"
    folder.mkdir()
    tokenizer_folder = data.tokenizer
    model = Transformer(tiny.params().model, 380).initialize(torch.Generator().manual_seed(0))
    directory.save(folder, model, tokenizer_folder)
    loaded = directory.load(folder)

    abstention.score_labels(
        tmp_path,
        data,
        [Labelled("mood", "T1", examples, LABELS), Labelled("other", "T1", examples, [])],
        loaded=loaded,
        config=config(),
        reporter=Reporter(),
    )

    assert read_json(tmp_path / "labels" / "mood" / "labels.json") == LABELS
    rows = list(read_jsonl(tmp_path / "labels" / "mood" / "test" / "T1.jsonl"))
    assert [(row["id"], row["label"]) for row in rows] == [(e.id, e.references[0]) for e in examples]
    assert all(len(row["log_likelihoods"]) == 3 and max(row["log_likelihoods"]) < 0 for row in rows)
    assert len(list(read_jsonl(tmp_path / "labels" / "mood" / "valid.jsonl"))) == 2
    assert not (tmp_path / "labels" / "other").exists()


class Labelled:
    def __init__(self, dataset: str, name: str, examples: list[Example], labels: list[str]) -> None:
        self.dataset, self.name, self.examples, self.labels = dataset, name, examples, labels


def test_no_label_is_scored_without_a_target(tmp_path):
    abstention.score_labels(
        tmp_path,
        Layout(tmp_path),
        [Labelled("mood", "T1", [], LABELS)],
        loaded=None,  # type: ignore[arg-type]
        config=config(target_accuracy=None),
        reporter=Reporter(),
    )

    assert not (tmp_path / "labels").exists()
