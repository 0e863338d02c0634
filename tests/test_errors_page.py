"""The page of errors: which answers it lists, what it says of slices, and that model output stays text."""

import json
import re
from dataclasses import replace

import fake
import pytest

from llmpipe.files import write_jsonl
from llmpipe.metrics import slices
from llmpipe.pages import errors, plots, results
from llmpipe.records import Prediction

EVIL = "</script><script>alert(1)</script> **x** 张三"


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    """Four answers to reading/T1, one right; the second is Chinese, about a name of the second training example."""
    data = fake.write_results(tmp_path_factory.mktemp("errors") / "data")
    name = "reading.T1.jsonl"
    said = [
        Prediction(f"r{i}", "finetuned", "reading", "T1", "问" * (40 * i + 1), EVIL if i == 1 else "b", ("北京",))
        for i in range(4)
    ]
    write_jsonl(data.evaluation / "predictions" / f"finetuned.{name}", said)
    nearest = [{"id": "r1", "hypothesis": "上海"}]
    write_jsonl(data.evaluation / "predictions" / f"nearest.{name}", nearest)
    scores = [{"id": f"r{i}", "exact_match": float(i == 0), "f1": 0.5} for i in range(4)]
    write_jsonl(data.evaluation / "examples" / f"finetuned.{name}", scores)
    passages = [{"id": "doc-7", "text": "Gim lives in 北京.", "score": 4.256}]
    found = {"id": "r1", "whole": {"passages": passages, "hypothesis": "北京"}}
    write_jsonl(data.evaluation / "retrieval" / name, [found])
    train = [{"id": name, "labels": {"entities": [name]}} for name in ("Gim", "Zed")]
    write_jsonl(data.clean / "examples/train/reading.jsonl", train)
    test = [
        {
            "id": f"r{i}",
            "language": "zh" if i == 1 else "en",
            "labels": {"entities": ["Zed" if i == 1 else "Gim"], "relation": "city" if i < 2 else "job"},
        }
        for i in range(4)
    ]
    write_jsonl(data.clean / "examples/test/reading.jsonl", test)
    return data


@pytest.fixture(scope="module")
def page(data):
    return made(data)


def made(data):
    loaded = results.load(data)
    answers = errors.all_answers(data, loaded, tuned_on=1)
    drawn = plots.confusion(loaded, "intent")
    return errors.page(loaded, answers, errors.slices(loaded, answers, slices.score), [drawn] if drawn else [])


def listed(page):
    return json.loads(re.search(r'<script type="application/json" id="answers">(.*?)</script>', page, re.DOTALL)[1])


def test_imperfect_answers_are_listed_with_what_explains_them(page):
    found = {answer["id"]: answer for answer in listed(page)}

    assert list(found) == ["r1", "r2", "r3"]
    assert found["r1"]["nearest"] == "上海"
    assert found["r1"]["reference"] == "北京"
    assert found["r1"]["retrieved"] == "doc-7 (4.26): Gim lives in 北京."
    assert found["r1"]["with_retrieval"] == "北京"
    assert found["r2"]["retrieved"] == found["r2"]["with_retrieval"] == ""
    assert [found[name]["names"] for name in found] == [errors.UNSEEN, errors.SEEN, errors.SEEN]
    assert [found[name]["length"] for name in found] == ["up to 50", "51 to 100", "101 to 200"]


def test_what_a_model_says_stays_text(page):
    assert listed(page)[0]["hypothesis"] == EVIL
    assert "alert(1)</script>" not in page
    assert page.count("<script") == page.count("</script>") == 2
    assert "innerHTML" not in page
    assert not re.search(r"\bsrc=|<link|@import|fetch\(|url\((?!#)", page)


def test_slices_have_their_number_and_wilsons_interval(data):
    """1 of 3, 0 of 1 and so on: the intervals of Wilson 1927, worked out by statsmodels."""
    loaded = results.load(data)
    answers = errors.all_answers(data, loaded, tuned_on=1)
    table = errors.tables(loaded, errors.slices(loaded, answers, slices.score))[2]
    few = "fewer than 30"

    assert table.header == ["slice", "value", "n", "exact match", ""]
    assert ["language", "en", "3", "0.33 [0.06, 0.79]", few] in table.rows
    assert ["language", "zh", "1", "0.00 [0.00, 0.79]", few] in table.rows
    assert ["domain", "city", "2", "0.50 [0.09, 0.91]", few] in table.rows
    assert ["names", errors.SEEN, "3", "0.33 [0.06, 0.79]", few] in table.rows
    assert ["characters of the prompt", "up to 50", "2", "0.50 [0.09, 0.91]", few] in table.rows


def test_names_are_seen_where_tuning_took_their_examples(data):
    """The second training example names Zed; tuning on one (`finetune.train_per_dataset`) has not met it."""
    loaded = results.load(data)
    met = {answer.id: answer.names for answer in errors.read(data, loaded, "reading", None)}

    assert set(met.values()) == {errors.SEEN}
    assert [a.id for a in errors.read(data, loaded, "reading", 1) if a.names == errors.UNSEEN] == ["r1"]


def test_a_whole_test_set_has_the_interval_of_the_report(data):
    """Another bootstrap of the same answers would give other ends; two pages of one result must not differ."""
    loaded = results.load(data)
    row = next(row for row in loaded.answers if (row.dataset, row.test_set) == ("reading", "T1"))
    told = replace(row.score, name="exact_match", n=4, low=0.123)
    shown = replace(loaded, rows=[replace(row, score=told)])
    sliced = errors.slices(shown, errors.all_answers(data, loaded), slices.score)

    assert [one.score for one in sliced if (one.dataset, one.name) == ("reading", "test_set")] == [told]


def test_a_slice_of_a_corpus_metric_is_scored_as_a_corpus():
    """BLEU of the sums, not the mean of sentences: 7 of 8, 6 of 6, 5 of 5, 4 of 4 n-grams match over equal lengths."""
    lines = [
        {"id": "a", "bleu": 100.0, "bleu_statistics": [4, 4, 4, 3, 2, 1, 4, 3, 2, 1]},
        {"id": "b", "bleu": 1.0, "bleu_statistics": [4, 4, 3, 3, 3, 3, 4, 3, 3, 3]},
    ]
    whole = slices.score("bleu", lines, ("translation", "language", "en-zh"))
    alone = slices.score("bleu", lines[:1], ("translation", "language", "en-zh"))

    assert whole.value == pytest.approx(100 * (7 / 8) ** 0.25)
    assert whole.low == pytest.approx(100 * (6 / 8) ** 0.25)  # twice the second
    assert (whole.high, whole.n) == (pytest.approx(100), 2)
    assert (alone.value, alone.low, alone.high) == pytest.approx((100, 2.5, 100))  # one example says next to nothing
    assert whole == slices.score("bleu", lines, ("translation", "language", "en-zh"))


def test_a_slice_of_thirty_is_not_marked(data):
    score = slices.score("exact_match", [{"exact_match": 1.0}] * 30, ("x",))

    assert not errors.Slice("reading", "language", "en", score).is_small
    assert errors.rows([errors.Slice("reading", "language", "en", score)])[0] | {"signature": ""} == {
        "dataset": "reading", "slice": "language", "of": "en", "value": 1.0, "few": False, "name": "exact_match",
        "unit": "ratio",
        "low": pytest.approx(0.8865, abs=1e-4), "high": 1.0, "n": 30, "signature": "",
    }  # fmt: skip


def test_only_the_worst_of_a_test_set_are_listed(data, monkeypatch):
    monkeypatch.setattr(errors, "WORST", 2)
    loaded = results.load(data)

    assert [a.id for a in errors.worst(list(errors.read(data, loaded, "reading")))] == ["r1", "r2"]


def test_a_result_without_scores_of_examples_has_a_page_too(tmp_path):
    data = fake.write_results(tmp_path)
    page = made(data)

    assert "No example has a score of its own." in page
    assert listed(page) == []
