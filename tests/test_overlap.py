"""Runs of words that documents share with test items, and the list and gate that the stage makes of leaks."""

import json

import pytest
from test_clean import PLENTY, example, kept, prose, raw, removed, run

from llmpipe.corpus import overlap
from llmpipe.errors import DataError
from llmpipe.files import read_json, read_jsonl
from llmpipe.records import Document

ENGLISH = "The old ferry crosses the wide river twice a day, but on Sundays it stays at the pier until the bell rings."
CHINESE = "老渡船每天两次横渡宽阔的大河，可是到了星期天它就停在码头上，一直等到钟声敲响才肯离开。"


def shared(items, documents, max_documents=10):
    runs = overlap.build([[text] for text in items], (13, 20))
    return overlap.shared(runs, overlap.hits(runs, documents), max_documents)


@pytest.mark.parametrize("item", [ENGLISH, CHINESE])
def test_a_part_of_an_item_is_found_whatever_case_and_punctuation(item):
    """22 words have 10 runs of 13, the first 15 have 3; 40 Han characters have 21 runs of 20, the first 25 have 6."""
    words = item.split() if item == ENGLISH else list(item.replace("，", "").replace("。", ""))
    whole, cut = (10, 3) if item == ENGLISH else (21, 6)
    joint = " " if item == ENGLISH else ""
    part = joint.join(words[: 15 if item == ENGLISH else 25]).upper().replace(",", ";")

    assert shared([item], [f"Before. {item} After.", f"{part}!", "Something else."]) == {(0, 0): whole, (1, 0): cut}


def test_short_runs_and_common_phrases_do_not_count():
    few = " ".join(ENGLISH.split()[:12])

    assert shared([ENGLISH], [few]) == {}
    assert shared([few], [f"Well: {few}"]) == {}
    assert shared([ENGLISH], [ENGLISH] * 3, max_documents=2) == {}


def test_without_items_nothing_is_found():
    assert shared([], ["some text"]) == {}


LEAKY = Document("leaky", f"{prose(2000)} {' '.join(ENGLISH.split()[:16])}, they said. {prose(2001)}", "en", "mine")
WHOLE = Document("whole", f"{prose(2002)} {ENGLISH} {prose(2003)}", "en", "mine")


@pytest.fixture(autouse=True)
def _one_process(monkeypatch, tmp_path):
    monkeypatch.setenv("LLMPIPE_WORKERS", "1")
    monkeypatch.setenv("DVC_ROOT", str(tmp_path))


@pytest.mark.parametrize(("policy", "gone"), [("report", {"whole"}), ("drop", {"whole", "leaky"})])
def test_leaks_are_listed_by_item_and_removed_by_policy(tmp_path, policy, gone):
    layout = raw(tmp_path / "data", [*PLENTY, LEAKY, WHOLE], tests=[example("t1", "T1", ENGLISH)])

    metrics = run(layout, decontaminate={"on_ngram": policy})

    rows = {row["document"]: row for row in read_jsonl(layout.clean / "leaks.jsonl")}
    assert {name: (row["by"], row["item"], row["set"]) for name, row in rows.items()} == {
        "leaky": ("ngram", "t1", "toy/T1"),
        "whole": ("item", "t1", "toy/T1"),
    }
    assert rows["leaky"]["ngrams"] == 4
    assert removed(layout).keys() == gone
    assert {"leaky", "whole"} - gone <= kept(layout).keys()
    assert metrics["decontamination"] == {"toy/T1": {"items": 1, "by_item": 1, "by_ngram": 1}}


def test_a_file_of_the_user_is_a_test_set(tmp_path):
    path = tmp_path / "exam.jsonl"
    path.write_text(json.dumps({"question": ENGLISH, "year": 3}) + "\n")
    layout = raw(tmp_path / "data", [*PLENTY, WHOLE])

    metrics = run(layout, decontaminate={"files": [str(path)]})

    assert removed(layout)["whole"]["detail"] == "exam.jsonl:1"
    assert list(metrics["decontamination"]) == ["exam.jsonl/file"]


def test_a_record_without_text_and_a_missing_file_are_one_sentence(tmp_path):
    path = tmp_path / "exam.jsonl"
    path.write_text('{"year": 3}\n')
    layout = raw(tmp_path / "data", PLENTY)

    with pytest.raises(DataError, match=r"exam\.jsonl line 1 has no text"):
        run(layout, decontaminate={"files": [str(path)]})
    with pytest.raises(DataError, match="'nowhere.txt' does not exist"):
        run(layout, decontaminate={"files": ["nowhere.txt"]})


def test_the_gate_stops_training_text_that_holds_the_test_set(tmp_path):
    tests = [example("t1", "T1", ENGLISH), example("t2", "T1", prose(9000))]
    layout = raw(tmp_path / "data", [*PLENTY, WHOLE], tests=tests)

    with pytest.raises(DataError, match=r"hold 1 of 2 items of test set toy/T1 \(50\.0%, more than"):
        run(layout, decontaminate={"max_leaked_ratio": 0.4})
    assert not layout.clean.exists()
    run(layout, decontaminate={"max_leaked_ratio": 0.5})
    assert read_json(layout.metrics("clean"))["removed"]["reasons"] == {"leak": 1}
