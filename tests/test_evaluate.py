"""The evaluate stage: predictions first, every number from them alone, honest rows, and what it refuses."""

import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tiny
import torch
from sacrebleu.metrics.bleu import BLEU

from llmpipe import tasks
from llmpipe.config import EvaluateConfig, Params, validate
from llmpipe.errors import DataError, ParamsError
from llmpipe.evaluation import predict, test_sets
from llmpipe.evaluation.answers import answer_tokens
from llmpipe.evaluation.predict import copy_answers
from llmpipe.evaluation.retrieval import CLOSED, RETRIEVAL, of_contexts, of_documents
from llmpipe.evaluation.retrieval_scores import learn, measure
from llmpipe.evaluation.scores import UNSEEN_LABELS, rescore
from llmpipe.evaluation.test_sets import check_names, read_test_sets, read_train, sample, unseen_labels
from llmpipe.files import Layout, digest, read_json, read_jsonl, write_jsonl
from llmpipe.metrics.statistics import wilson
from llmpipe.model.generate import generate
from llmpipe.progress import Reporter
from llmpipe.records import Example, Prediction
from llmpipe.retrieval.passages import read_documents
from llmpipe.stages import baselines, evaluate, finetune, pretrain
from llmpipe.tokenizer import TokenShards
from llmpipe.train import directory
from llmpipe.train.validate import document_nats

MOODS = {"good": ["great", "很好", "lovely"], "bad": ["awful", "很差", "sad"]}


def params(**changes: Any) -> Params:
    values = tiny.PARAMS | {
        "evaluate": {"resamples": 200, "randomisations": 500, "max_new_tokens": 8, "batch_size": 16} | changes
    }
    return validate(values, list(values))


def places(split: str, count: int) -> list[Example]:
    return [replace(e, inputs={"source": f"{e.inputs['source']} ({split})"}) for e in tiny.examples(split, count)]


def moods(split: str, count: int) -> list[Example]:
    rows = []
    for i in range(count):
        label = ("good", "bad")[i % 2]
        text = f"A {MOODS[label][i // 2 % 3]} {split} day {i}"
        rows.append(Example(f"mood-{split}-{i}", "classification", "mood", split, "en", {"text": text}, (label,)))
    return rows


def replies(split: str, count: int) -> list[Example]:
    rows = []
    for i in range(count):
        history = [["user", f"{split} {i}: a table please"], ["assistant", "When?"], ["user", f"At {i % 4 + 5} pm."]]
        inputs = {"history": history, "slots": {"time": f"{i % 4 + 5} pm"}}
        rows.append(
            Example(f"reply-{split}-{i}", "dialogue", "table", split, "en", inputs, (f"Booked for {i % 4 + 5} pm.",))
        )
    return rows


def questions(split: str, count: int) -> list[Example]:
    rows = []
    for i in range(count):
        inputs = {
            "context": f"Ban {split} number {i} lives in Oslo. " + "He sleeps. " * (60 * (i == 0)),
            "question": "Where?" if split in ("train", "valid") else f"Where does number {i} live?",
        }
        rows.append(Example(f"read-{split}-{i}", "reading", "where", split, "en", inputs, ("Oslo", "in Oslo")))
    return rows


def facts(split: str, count: int) -> list[Example]:
    rows = []
    for i in range(count):
        inputs = {"question": f"Where does {split} {i} live?"}
        rows.append(Example(f"fact-{split}-{i}", "recall", "who", split, "en", inputs, (f"Oslo {i % 3}",)))
    return rows


MAKERS = {"places": places, "mood": moods, "table": replies, "where": questions, "who": facts}


def write_examples(data: Layout) -> None:
    for name, make in MAKERS.items():
        write_jsonl(data.clean / "examples" / "test" / f"{name}.jsonl", [*make("T1", 8), *make("hard-names_2", 6)])
        write_jsonl(data.clean / "examples" / "train" / f"{name}.jsonl", make("train", 12))
        write_jsonl(data.clean / "examples" / "valid" / f"{name}.jsonl", make("valid", 4))
    write_jsonl(data.clean / "leaks.jsonl", [])


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Layout:
    """A tiny trained pipeline up to finetune."""
    folder = tmp_path_factory.mktemp("data")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DVC_ROOT", str(folder))
        data = tiny.write_data(folder)
        write_examples(data)
        baselines.run(tiny.params(), data, data, Reporter())
        pretrain.run(tiny.params(), data, data, Reporter())
        changes = {"steps": 80, "optimizer": {"learning_rate": 0.01}}  # enough to answer differently
        finetune.run(tiny.params(finetune=changes), data, data, Reporter())
    return data


@pytest.fixture(scope="module")
def evaluated(trained: Layout, tmp_path_factory: pytest.TempPathFactory) -> Layout:
    out = Layout(tmp_path_factory.mktemp("out"))
    evaluate.run(params(), trained, out, Reporter())
    return out


def test_labels_that_training_has_not_are_told_with_the_number_of_items():
    of = [
        replace(e, references=(label,))
        for e, label in zip(moods("T1", 5), ["good", "odd", "so", "odd", "none"], strict=True)
    ]
    sets = [
        test_sets.TestSet("mood", "T1", of, ["bad", "good"]),
        test_sets.TestSet("places", "T1", places("T1", 3), []),
    ]
    (row,) = unseen_labels(sets, ["none"])

    assert (row["dataset"], row["test_set"], row["items"], row["labels"]) == ("mood", "T1", 3, ["odd", "so"])
    assert row["message"].startswith("mood/T1: 3 of 5 items have a label that no training example has ('odd', 'so'),")
    assert "evaluate.abstention.unanswerable" in row["message"]
    assert unseen_labels(sets, ["none", "odd", "so"]) == []


def test_rescoring_writes_the_labels_that_training_has_not(trained, evaluated, tmp_path):
    """The file is there only then, so that it changes no evaluation without such labels."""
    assert not (evaluated.evaluation / UNSEEN_LABELS).exists()
    data, folder = Layout(tmp_path / "data"), tmp_path / "evaluation"
    shutil.copytree(trained.clean, data.clean)
    shutil.copytree(evaluated.evaluation, folder)
    for file in [data.clean / "examples/test/mood.jsonl", *folder.glob("predictions/*.mood.*")]:
        rows = list(read_jsonl(file))
        write_jsonl(file, [row | {"references": ["odd"] if "-0" in row["id"] else row["references"]} for row in rows])
    rescore(folder, data, params(abstention={"target_accuracy": None}).evaluate)

    assert [(row["test_set"], row["items"]) for row in read_jsonl(folder / UNSEEN_LABELS)] == [
        ("T1", 1),
        ("hard-names_2", 1),
    ]


def copy_unscored(evaluated: Layout, folder: Path) -> None:
    """What is on disk before any metric is computed."""
    for name in ("predictions", "documents", "labels"):
        shutil.copytree(evaluated.evaluation / name, folder / name)
    shutil.copytree(evaluated.evaluation / "retrieval", folder / "retrieval")
    shutil.copyfile(evaluated.evaluation / "models.json", folder / "models.json")


def find(rows: list[dict[str, Any]], **wanted: str) -> list[dict[str, Any]]:
    return [row for row in rows if all(row[key] == value for key, value in wanted.items())]


def test_every_dataset_and_test_set_has_a_model_row_and_baselines_with_intervals(evaluated: Layout):
    rows = read_json(evaluated.evaluation / "scores.json")

    for dataset, metric, others in (
        ("places", "bleu", {"copy", "encoder_decoder", "majority", "nearest"}),
        ("mood", "macro_f1", {"majority", "nearest", "linear", "linear_words"}),
        ("table", "joint_accuracy", {"copy", "majority", "nearest"}),
        ("where", "exact_match", {"copy", "majority", "nearest", "random_span", CLOSED, RETRIEVAL}),
        ("who", "exact_match", {"majority", "nearest", RETRIEVAL}),
    ):
        for test_set, n in ("T1", 8), ("hard-names_2", 6):
            found = find(rows, dataset=dataset, test_set=test_set, name=metric)
            assert {row["model"] for row in found} == {"finetuned", *others}
            assert {row["n"] for row in found} == {n}
            assert all(row["low"] <= row["value"] <= row["high"] and "|ci:" in row["signature"] for row in found)


class Heard(Reporter):
    """Keeps what is said of how far work is."""

    def __init__(self) -> None:
        super().__init__()
        self.told: list[tuple[str, int, int]] = []

    def progress(self, done: int, total: int, unit: str, **values: float) -> None:
        self.told.append((unit, done, total))


def test_answers_of_trained_baselines_are_those_that_their_stage_left(
    evaluated: Layout, trained: Layout, tmp_path: Path
):
    [left] = list((trained.baselines / "answers").iterdir())
    rows = {(row["test_set"], row["id"]): row["hypothesis"] for row in read_jsonl(left)}
    for test_set in ("T1", "hard-names_2"):
        path = evaluated.evaluation / "predictions" / f"encoder_decoder.places.{test_set}.jsonl"
        assert [(p.hypothesis, p.model) for p in read_jsonl(path, Prediction)] == [
            (rows[test_set, e.id], "encoder_decoder") for e in places(test_set, 8 if test_set == "T1" else 6)
        ]
    limited = Layout(tmp_path)
    heard = Heard()
    evaluate.run(params(max_per_set=3), trained, limited, heard)
    assert {unit for unit, _, _ in heard.told} >= {"examples", "questions with retrieval", "documents"}
    assert all(done <= total for _, done, total in heard.told)
    found = find(read_json(limited.evaluation / "scores.json"), model="encoder_decoder", test_set="T1", name="chrf")
    assert [row["n"] for row in found] == [3]


def test_answers_to_other_examples_are_no_baseline(trained: Layout, tmp_path: Path):
    test_set = test_sets.TestSet("places", "T1", places("T1", 9), [])
    copy_answers(tmp_path, [test_set], trained.baselines / "answers")

    assert list(tmp_path.iterdir()) == []


def test_the_metrics_file_holds_the_values_of_the_tuned_model(evaluated: Layout):
    metrics = read_json(evaluated.metrics("evaluate"))
    rows = read_json(evaluated.evaluation / "scores.json")

    assert set(metrics) == {*MAKERS, "all", "language_model", "checks", "retrieval", "abstention"}
    assert set(metrics["abstention"]) == {"mood"}
    for dataset in ("places", "all"):
        for row in find(rows, dataset=dataset, model="finetuned"):
            assert metrics[dataset][row["test_set"]][row["name"]] == row["value"]
    assert metrics["checks"] == {"contaminated": 0, "cut_prompts": 2, "refused_metrics": 0}
    assert set(metrics["language_model"]) == {"pretrained", "finetuned", "ngram", "ngram-1", "ngram-2", "lstm"}


def test_bits_per_byte_covers_all_documents_and_each_language_with_the_difference_to_the_ngram_model(evaluated: Layout):
    rows = find(read_json(evaluated.evaluation / "scores.json"), dataset="language_model")
    value = {(row["model"], row["test_set"], row["name"]): row for row in rows}

    assert {row["test_set"] for row in rows} == {"all", "en", "zh"}
    for group, n in ("all", 20), ("en", 10), ("zh", 10):
        model, other = value["pretrained", group, "bits_per_byte"], value["ngram", group, "bits_per_byte"]
        delta = value["pretrained", group, "bits_per_byte_minus_ngram"]
        assert model["n"] == other["n"] == delta["n"] == n
        assert delta["value"] == pytest.approx(model["value"] - other["value"], abs=1e-9)
        assert delta["low"] <= delta["value"] <= delta["high"]
        assert 0 < other["value"] < model["value"]  # twelve steps do not beat counting on templates
    documents = list(read_jsonl(evaluated.evaluation / "documents/ngram.jsonl"))
    by_hand = (
        sum(d["nats"] for d in documents) / np.log(2) / sum(len(t.text.encode()) for t in tiny.documents(240)[220:])
    )
    assert value["ngram", "all", "bits_per_byte"]["value"] == pytest.approx(by_hand)


def test_scores_are_recomputed_from_the_predictions_alone(evaluated: Layout, trained: Layout, tmp_path: Path):
    copy_unscored(evaluated, tmp_path)
    metrics = rescore(tmp_path, trained, params().evaluate)

    assert digest(tmp_path) == digest(evaluated.evaluation)
    assert metrics["places"] == read_json(evaluated.metrics("evaluate"))["places"]


def test_the_same_inputs_give_the_same_bytes(evaluated: Layout, trained: Layout, tmp_path: Path):
    evaluate.run(params(), trained, Layout(tmp_path), Reporter())

    assert digest(tmp_path) == digest(evaluated.root)


def test_the_batch_size_does_not_change_the_predictions(evaluated: Layout, trained: Layout, tmp_path: Path):
    evaluate.run(params(batch_size=3), trained, Layout(tmp_path), Reporter())

    assert digest(tmp_path / "evaluation/predictions") == digest(evaluated.evaluation / "predictions")


def test_a_set_can_be_limited_and_baselines_left_out(trained: Layout, tmp_path: Path):
    evaluate.run(params(max_per_set=3, baselines=["majority"]), trained, Layout(tmp_path), Reporter())
    rows = read_json(tmp_path / "evaluation/scores.json")

    assert {row["model"] for row in find(rows, task="dialogue")} == {"finetuned", "majority"}
    assert {row["n"] for row in find(rows, task="dialogue", name="joint_accuracy")} == {3}


def test_a_prediction_is_what_the_model_says_to_its_own_prompt(evaluated: Layout, trained: Layout):
    loaded = directory.load(trained.finetuned)
    tokenizer = loaded.tokenizer
    said = set()
    for prediction, example in zip(
        read_jsonl(evaluated.evaluation / "predictions/finetuned.mood.T1.jsonl", Prediction),
        moods("T1", 8),
        strict=True,
    ):
        [alone] = generate(
            loaded.model,
            [tokenizer.prompt(tasks.messages(example))],
            max_new_tokens=8,
            stop_ids={tokenizer.end_id},
        )
        assert prediction.hypothesis == tokenizer.decode(alone).strip()
        said.add(prediction.hypothesis)
    assert len(said) > 1


def test_answers_may_be_twice_as_long_as_those_of_training_and_leave_the_rest_to_the_prompt(trained: Layout):
    loaded = directory.load(trained.finetuned)
    longest = max(len(loaded.tokenizer.completion(label)) for label in MOODS)

    assert answer_tokens(moods("train", 4), loaded, 64) == 2 * longest
    assert answer_tokens(moods("train", 4), loaded, 3) == 3
    assert answer_tokens([replace(moods("train", 1)[0], references=("long " * 90,))], loaded, 64) == 32


def test_the_nats_are_those_of_the_test_documents(evaluated: Layout, trained: Layout):
    shards = TokenShards(trained.tokens / "test")
    loaded = directory.load(trained.pretrained)
    expected = document_nats(loaded.model, [shards.document(i) for i in range(20)], 64)

    found = [row["nats"] for row in read_jsonl(evaluated.evaluation / "documents/pretrained.jsonl")]
    assert found == pytest.approx(expected.tolist(), rel=1e-5)


# --- known answers, no model ------------------------------------------------------------------------


@pytest.fixture
def answered(evaluated: Layout, trained: Layout, tmp_path: Path) -> tuple[Layout, Path]:
    """A copy of the data, and of the predictions, to be changed by a test."""
    data = Layout(tmp_path / "data")
    shutil.copytree(trained.clean, data.clean)
    copy_unscored(evaluated, tmp_path)
    return data, tmp_path


def answer(folder: Path, file: str, hypotheses: list[str]) -> None:
    path = folder / "predictions" / file
    predictions = list(read_jsonl(path, Prediction))
    write_jsonl(path, [replace(p, hypothesis=h) for p, h in zip(predictions, hypotheses, strict=True)])


def test_known_answers_get_known_scores(answered: tuple[Layout, Path]):
    data, folder = answered
    answer(folder, "finetuned.where.T1.jsonl", ["oslo.", "in Oslo", "Rome", "in Rome", "Oslo", "", "Oslo", "Oslo"])
    answer(folder, "finetuned.mood.T1.jsonl", ["good", "bad", "good", "good", "Good!", "eh", "good", "bad"])
    answer(folder, "finetuned.table.T1.jsonl", [f"Yes, {i % 4 + 5} PM" if i else "Yes" for i in range(8)])
    said = [f"{place}{i}" for i, place in zip(range(8), [*tiny.PLACES.values()] * 2, strict=True)]
    answer(folder, "finetuned.places.T1.jsonl", [*said[:-1], "罗马"])
    metrics = rescore(folder, data, params().evaluate)

    assert metrics["where"]["T1"] == pytest.approx({"exact_match": 5 / 8, "f1": (5 + 0.5) / 8})
    assert metrics["mood"]["T1"]["accuracy"] == 6 / 8
    assert metrics["mood"]["T1"]["unparsed_rate"] == 1 / 8
    assert metrics["mood"]["T1"]["macro_precision"] == pytest.approx((4 / 5 + 2 / 2) / 2)
    assert metrics["mood"]["T1"]["macro_recall"] == pytest.approx((4 / 4 + 2 / 4) / 2)
    assert metrics["table"]["T1"]["joint_accuracy"] == metrics["table"]["T1"]["slot_accuracy"] == 7 / 8
    references = [f"{place}{i}" for i, place in zip(range(8), [*tiny.PLACES.values()] * 2, strict=True)]
    assert metrics["places"]["T1"]["bleu"] == pytest.approx(
        BLEU(tokenize="zh").corpus_score([*said[:-1], "罗马"], [references]).score
    )
    confusion = read_json(folder / "confusion.json")["mood"]["T1"]
    assert confusion == {"labels": ["bad", "good", "(unparsed)"], "matrix": [[2, 1, 1], [0, 4, 0], [0, 0, 0]]}
    [row] = find(
        read_json(folder / "scores.json"), model="finetuned", dataset="where", test_set="T1", name="exact_match"
    )
    assert (row["low"], row["high"]) == pytest.approx(wilson(5, 8))


def test_scores_are_told_with_and_without_items_that_stand_in_the_raw_text(answered: tuple[Layout, Path]):
    """Two flagged items, one of them twice, are answered right and all others wrong: 2 of 8 right, then 0 of 6."""
    data, folder = answered
    examples = [e for e in read_jsonl(data.clean / "examples/test/where.jsonl", Example) if e.split == "T1"]
    flagged = [examples[1].id, examples[4].id]
    answer(folder, "finetuned.where.T1.jsonl", [e.references[0] if e.id in flagged else "nowhere" for e in examples])
    leak = {"set": "where/T1", "document": "d", "by": "item", "ngrams": 0, "removed": "leak"}
    leaks = [leak | {"item": flagged[0]}, leak | {"item": flagged[1]}, leak | {"item": flagged[1], "by": "ngram"}]
    write_jsonl(data.clean / "leaks.jsonl", leaks)
    rescore(folder, data, params().evaluate)
    [row] = read_json(folder / "contamination.json")

    assert (row["dataset"], row["test_set"]) == ("where", "T1")
    assert (row["flagged"], row["by_item"], row["by_ngram"]) == (2, 2, 1)
    assert (row["all"]["value"], row["all"]["n"]) == (0.25, 8)
    assert (row["rest"]["value"], row["rest"]["n"]) == (0.0, 6)


def test_nothing_is_told_where_no_item_stands_in_the_raw_text(evaluated: Layout):
    assert read_json(evaluated.evaluation / "contamination.json") == []


def test_the_row_all_is_the_mean_over_the_datasets_that_have_the_metric(answered: tuple[Layout, Path]):
    data, folder = answered
    answer(folder, "finetuned.places.T1.jsonl", [*list(tiny.PLACES.values()), "罗马", "", "利马", "no"])
    metrics = rescore(folder, data, params().evaluate)
    rows = find(read_json(folder / "scores.json"), dataset="all", test_set="T1")

    chrf = [metrics[dataset]["T1"]["chrf"] for dataset in ("places", "table")]
    [row] = find(rows, model="finetuned", name="chrf")
    assert row["value"] == pytest.approx(sum(chrf) / 2)
    assert (row["n"], row["signature"]) == (16, "mean of 2 data sets|ci:stratified bootstrap,200")
    assert row["low"] < row["value"] < row["high"]
    assert {row["model"] for row in find(rows, name="chrf")} == {"finetuned", "copy", "majority", "nearest"}
    # reading has random_span and recall has not: a mean over one of the two would not be comparable
    assert {row["model"] for row in find(rows, name="exact_match")} == {"finetuned", RETRIEVAL, "majority", "nearest"}
    assert metrics["all"]["T1"]["accuracy"] == metrics["mood"]["T1"]["accuracy"]


def test_the_tuned_model_is_compared_with_the_strongest_baseline(answered: tuple[Layout, Path]):
    data, folder = answered
    for test_set, n in ("T1", 8), ("hard-names_2", 6):
        answer(folder, f"finetuned.mood.{test_set}.jsonl", [("good", "bad")[i % 2] for i in range(n)])
        for baseline in ("linear", "linear_words", "nearest"):
            answer(folder, f"{baseline}.mood.{test_set}.jsonl", ["bad"] * n)
    answer(folder, "finetuned.where.T1.jsonl", ["Rome"] * 8)
    answer(folder, "random_span.where.T1.jsonl", ["Oslo"] * 8)
    answer(folder, "majority.where.T1.jsonl", ["Rome"] * 8)
    answer(folder, "nearest.where.T1.jsonl", ["Rome"] * 8)
    rescore(folder, data, params().evaluate)
    rows = read_json(folder / "comparisons.json")

    [mood] = find(rows, dataset="mood", test_set="T1")
    assert (mood["metric"], mood["difference"]) == ("macro_f1", pytest.approx(2 / 3))
    assert mood["test"] == "approximate randomisation, 500"
    assert mood["low"] <= mood["difference"] <= mood["high"]
    [where] = find(rows, dataset="where", test_set="T1")
    assert (where["baseline"], where["difference"], where["test"]) == ("random_span", -1, "exact McNemar")
    assert where["p"] == pytest.approx(2 / 2**8)
    assert all(row["p"] <= row["p_holm"] <= 1 for row in rows)


def test_scores_of_single_examples_and_their_statistics_are_on_disk(answered: tuple[Layout, Path]):
    data, folder = answered
    metrics = rescore(folder, data, params().evaluate)
    lines = list(read_jsonl(folder / "examples/finetuned.places.T1.jsonl"))

    assert [line["id"] for line in lines] == [example.id for example in places("T1", 8)]
    sums = np.array([line["chrf_statistics"] for line in lines]).sum(axis=0)
    from llmpipe.metrics.overlap import chrf_of_sums

    assert float(chrf_of_sums(sums)) == pytest.approx(metrics["places"]["T1"]["chrf"])
    [first, *_] = read_jsonl(folder / "examples/finetuned.mood.T1.jsonl")
    assert set(first) == {"id", "accuracy", "unparsed_rate"}


def test_a_metric_that_fails_the_identity_check_is_refused_and_said_so(answered: tuple[Layout, Path]):
    data, folder = answered
    path = data.clean / "examples/test/table.jsonl"
    write_jsonl(path, [replace(e, references=("Booked.",)) for e in read_jsonl(path, Example)])
    for file in (folder / "predictions").glob("*.table.*"):
        write_jsonl(file, [replace(p, references=("Booked.",)) for p in read_jsonl(file, Prediction)])
    metrics = rescore(folder, data, params().evaluate)

    assert set(metrics["table"]["T1"]) == {"chrf"}
    assert metrics["checks"]["refused_metrics"] == 4
    refused = list(read_jsonl(folder / "refused.jsonl"))
    assert refused[0]["message"].startswith(
        "joint_accuracy is refused on table/T1: the references against themselves score 0, not 1"
    )


# --- refused input ----------------------------------------------------------------------------------


def test_an_unknown_baseline_is_a_params_error(trained: Layout, tmp_path: Path):
    with pytest.raises(ParamsError, match=r"evaluate.baselines: unknown baseline 'coppy': did you mean 'copy'\?"):
        evaluate.run(params(baselines=["coppy"]), trained, Layout(tmp_path), Reporter())


def test_a_test_prompt_in_the_training_examples_stops_the_stage(trained: Layout, answered: tuple[Layout, Path]):
    data, _ = answered
    leak = replace(places("T1", 1)[0], id="leak", split="train")
    write_jsonl(data.clean / "examples/train/places.jsonl", [*places("train", 12), leak])

    with pytest.raises(
        DataError,
        match="1 test prompt.s. also occur among the training prompts, the first is 'place-T1-000' of places/T1",
    ):
        evaluate.run(params(), data, data, Reporter())


def test_a_dataset_without_training_examples_is_refused(answered: tuple[Layout, Path]):
    data, _ = answered
    (data.clean / "examples/train/mood.jsonl").unlink()

    with pytest.raises(DataError, match="'mood' has test examples but no training example"):
        read_test_sets(data, read_train(data), None)


def test_short_memory_for_answers_names_how_many_are_asked_for_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    loaded = directory.load(tiny.model_directory(tmp_path))
    asked = [test_sets.TestSet("places", "T1", tiny.examples("test", 4), ())]
    train = {"places": tiny.examples("train", 4)}

    def full(*_: object) -> list[str]:
        raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.50 GiB.")

    monkeypatch.setattr(predict, "say", full)
    with pytest.raises(
        DataError, match=r"answers side by side .* \(2.50 GiB more .*; lower evaluate.batch_size \(now 3\)\.$"
    ):
        predict.predict(tmp_path, asked, train, loaded=loaded, config=EvaluateConfig(batch_size=3), reporter=Reporter())


@pytest.mark.parametrize(
    ("dataset", "test_set"), [("all", "T1"), ("checks", "T1"), ("a/b", "T1"), ("qa", "T.1"), ("qa", "")]
)
def test_names_that_cannot_be_files_or_keys_are_refused(dataset: str, test_set: str):
    with pytest.raises(DataError, match="cannot be named so"):
        check_names(dataset, test_set)


def test_predictions_for_other_examples_are_refused(answered: tuple[Layout, Path]):
    data, folder = answered
    path = folder / "predictions/copy.places.T1.jsonl"
    write_jsonl(path, list(read_jsonl(path, Prediction))[1:])

    with pytest.raises(DataError, match="copy.places.T1.jsonl does not answer the examples of places/T1"):
        rescore(folder, data, params().evaluate)


def test_missing_predictions_of_the_model_are_refused(answered: tuple[Layout, Path]):
    data, folder = answered
    (folder / "predictions/finetuned.places.T1.jsonl").unlink()

    with pytest.raises(DataError, match="finetuned.places.T1.jsonl is missing"):
        rescore(folder, data, params().evaluate)


def test_tokens_of_other_documents_are_refused(trained: Layout, tmp_path: Path):
    data = Layout(tmp_path)
    shutil.copytree(trained.root, data.root, dirs_exist_ok=True)
    write_jsonl(data.clean / "test/00000.jsonl", tiny.documents(240)[200:220])

    with pytest.raises(DataError, match="was not made from"):
        evaluate.run(params(), data, data, Reporter())
    write_jsonl(data.clean / "test/00000.jsonl", [])
    with pytest.raises(DataError, match="holds no document; raise clean.split.test_ratio"):
        evaluate.run(params(), data, data, Reporter())


def test_a_sample_of_a_set_does_not_depend_on_its_order():
    examples = places("T1", 40)
    first, second = sample(examples, 7), sample(examples[::-1], 7)

    assert len(first) == 7
    assert first == second[::-1]
    assert sample(examples, None) == examples


# --- retrieval --------------------------------------------------------------------------------------


def test_questions_are_answered_from_the_base_and_without_what_supports_them(evaluated: Layout, trained: Layout):
    for example, record in zip(
        questions("T1", 8), read_jsonl(evaluated.evaluation / "retrieval" / "where.T1.jsonl"), strict=True
    ):
        gold = example.inputs["context"].strip()
        ranked = [passage["text"] for passage in record["whole"]["passages"]]
        assert (record["rank"] == 1) == (ranked == [gold])
        assert all("Oslo" not in passage["text"] for passage in record["unsupported"]["passages"])
    who = list(read_jsonl(evaluated.evaluation / "retrieval" / "who.T1.jsonl"))
    known = {document.id for path in sorted((trained.clean / "train").iterdir()) for document in read_documents(path)}
    assert {p["id"].partition("#")[0] for record in who for p in record["whole"]["passages"]} <= known
    assert any(record["whole"]["passages"] for record in who)


def test_an_answer_with_retrieval_is_what_the_model_says_to_the_passage(evaluated: Layout, trained: Layout):
    loaded = directory.load(trained.finetuned)
    record = next(iter(read_jsonl(evaluated.evaluation / "retrieval" / "where.T1.jsonl")))
    said = next(iter(read_jsonl(evaluated.evaluation / "predictions" / f"{RETRIEVAL}.where.T1.jsonl")))
    context = record["whole"]["passages"][0]["text"]
    inputs = {"context": context, "question": record["question"]}
    limit = answer_tokens(questions("train", 12), loaded, 8)
    prompt, _ = tasks.fit_prompt(
        replace(questions("T1", 1)[0], inputs=inputs), loaded.tokenizer.prompt, loaded.config.context_length - limit
    )
    stops = {loaded.tokenizer.end_id, loaded.tokenizer.eos_id}
    (tokens,) = generate(loaded.model, [prompt], max_new_tokens=limit, stop_ids=stops)

    assert said["hypothesis"] == record["whole"]["hypothesis"] == loaded.tokenizer.decode(tokens).strip()


def test_the_base_of_reading_is_the_passages_of_all_splits_and_the_first_one_of_equal_ones_counts(trained: Layout):
    index = of_contexts(trained, "where", params().evaluate.retrieval, None)

    assert len(index.passages) == 8 + 6 + 12 + 4
    assert index.search("number 3 of valid", 1)[0].passage.text.startswith("Ban valid number 3")


def test_a_base_is_limited_by_the_parameters(trained: Layout):
    config = params().evaluate.retrieval.model_copy(update={"max_passages": 3})

    assert len(of_contexts(trained, "where", config, None).passages) == 3
    assert len(of_documents(trained, "who", config, None).passages) == 3


def test_retrieval_has_scores_comparisons_and_a_rule_learnt_on_valid(evaluated: Layout):
    found = read_json(evaluated.evaluation / "retrieval.json")

    names = {row["name"] for row in found["scores"]}
    assert {"recall@1", "recall@5", "recall@10", "mrr"} <= names
    assert {(row["dataset"], row["test_set"]) for row in found["scores"]} == {
        (dataset, name) for dataset in ("where", "who") for name in ("T1", "hard-names_2")
    }
    assert all(row["low"] <= row["value"] <= row["high"] for row in found["scores"])
    assert {(row["dataset"], row["other"]) for row in found["comparisons"]} == {
        ("where", "finetuned"),
        ("where", CLOSED),
        ("who", "finetuned"),
    }
    assert all(row["p"] <= row["p_holm"] <= 1 for row in found["comparisons"])
    assert {name: rule["task"] for name, rule in found["rules"].items()} == {"where": "reading", "who": "recall"}
    metrics = read_json(evaluated.metrics("evaluate"))["retrieval"]
    (row,) = find(found["scores"], dataset="who", test_set="T1", name="recall@5", language="all")
    assert metrics["who"]["T1"]["recall@5"] == row["value"]


def test_retrieval_is_no_baseline_and_leaves_the_other_rows_as_they_are(
    evaluated: Layout, trained: Layout, tmp_path: Path
):
    evaluate.run(params(retrieval={"enabled": False}), trained, Layout(tmp_path), Reporter())

    plain, rows = (read_json(layout.evaluation / "scores.json") for layout in (Layout(tmp_path), evaluated))
    assert plain == [row for row in rows if row["model"] not in (RETRIEVAL, CLOSED)]
    assert len(rows) > len(plain)
    compared = [read_json(layout.evaluation / "comparisons.json") for layout in (Layout(tmp_path), evaluated)]
    assert compared[0] == compared[1]
    assert not (tmp_path / "evaluation" / "retrieval.json").exists()
    assert "retrieval" not in read_json(Layout(tmp_path).metrics("evaluate"))


def record(rank: int | None, hypothesis: str, *, coverage: float, kind: str = "whole") -> dict[str, Any]:
    """A question whose answer is Oslo."""
    signs = {"coverage": coverage, "likelihood": 0.5, "grounded": True}
    nothing = {"passages": [], "hypothesis": "", "signs": signs | {"coverage": 0.0}}
    said = {"passages": [{"id": "x", "text": "x", "score": 1.0}], "hypothesis": hypothesis, "signs": signs}
    return {"rank": rank, "language": "en", "references": ["Oslo"], "whole": said, "unsupported": nothing}


def test_known_answers_and_refusals_get_known_rates():
    right, wrong = record(1, "Oslo", coverage=0.9), record(1, "Rome", coverage=0.8)
    missed = record(None, "Rome", coverage=0.1)
    rule = {"coverage": 10.0, "likelihood": 0.0, "grounded": 0.0, "bias": -5.0, "threshold": 0.5}
    test_set = test_sets.TestSet("who", "T1", facts("T1", 4), [])

    rows = list(measure(test_set, [right, wrong, missed, missed], rule, params().evaluate))

    values = {row["name"]: row["value"] for row in rows}
    assert {row["language"] for row in rows} == {"all"}
    assert values["recall@1"] == values["mrr"] == 0.5
    assert values["answered"] == 0.5  # the two that are covered
    assert values["right_of_answered"] == 0.5
    assert values["right_of_all"] == 0.25
    assert values["refused_supported"] == 0
    assert values["refused_unsupported"] == 1
    assert values["risk"] == 7 / 8


def test_a_model_that_refuses_itself_has_not_answered_whatever_the_rule(tmp_path: Path):
    said = record(1, "I found nothing that answers this.", coverage=0.9)
    said["unsupported"] = said["whole"]
    rule = {"coverage": 10.0, "likelihood": 0.0, "grounded": 0.0, "bias": -5.0, "threshold": 0.5}
    test_set = test_sets.TestSet("who", "T1", facts("T1", 2), [])

    rows = list(measure(test_set, [record(1, "Oslo", coverage=0.9), said], rule, params().evaluate))

    values = {row["name"]: row["value"] for row in rows}
    assert (values["answered"], values["right_of_answered"]) == (0.5, 1.0)
    assert values["refused_supported"] == 0.5
    write_jsonl(tmp_path / "refusals.jsonl", [said, record(1, "Oslo", coverage=0.9)])
    write_jsonl(tmp_path / "answers.jsonl", [record(1, "Oslo", coverage=0.9)])
    assert learn(tmp_path / "refusals.jsonl", params().evaluate) == learn(tmp_path / "answers.jsonl", params().evaluate)


def test_a_rule_is_learnt_from_valid_alone(evaluated: Layout, tmp_path: Path):
    """Other answers to the test sets leave it as it is."""
    path = evaluated.evaluation / "retrieval" / "who.valid.jsonl"
    records = [record(1, "Oslo", coverage=0.9), record(1, "Rome", coverage=0.3)]
    write_jsonl(tmp_path / path.name, records)

    rule = learn(tmp_path / path.name, params().evaluate)

    assert rule is not None
    assert rule.coverage > 0
    assert learn(tmp_path / "none.jsonl", params().evaluate) is None
