"""Runs of words that documents share with test items, and the list and gate that the stage makes of leaks."""

import json

import pytest
from test_clean import PLENTY, example, kept, prose, raw, removed, run

from llmpipe.corpus import decontaminate, overlap
from llmpipe.corpus.text import tokens_of
from llmpipe.errors import DataError
from llmpipe.files import read_json, read_jsonl
from llmpipe.records import Document

ENGLISH = "The old ferry crosses the wide river twice a day, but on Sundays it stays at the pier until the bell rings."
CHINESE = "老渡船每天两次横渡宽阔的大河，可是到了星期天它就停在码头上，一直等到钟声敲响才肯离开。"


def shared(items, documents, max_documents=10):
    runs = overlap.build([[text] for text in items], (13, 20), 10)
    return overlap.shared(runs, overlap.rare(runs, overlap.hits(runs, tokens_of(documents)), max_documents))


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


PARK = "People walk through the park while their children fly red kites above the lake in the mild autumn wind. " * 4
PARK_ZH = "秋天的公园里人们散步，孩子们在湖边放红色的风筝，远山渐渐变黄，天空又高又蓝，风也很轻。" * 4


@pytest.mark.parametrize(
    ("item", "document"), [(ENGLISH, f"{PARK_ZH}{ENGLISH}{PARK_ZH}"), (CHINESE, f"{PARK} {CHINESE} {PARK}")]
)
def test_an_item_inside_text_of_the_other_language_is_found(item, document):
    """A run is measured by what is in it, not by what most of its document is written in."""
    assert shared([item], [document]).keys() == {(0, 0)}


def test_a_run_of_both_languages_counts_both():
    """11 Han characters and 6 words are 11/20 + 6/13 = 1.01 of a run, and two such begin here; 9 and 6 are .91."""
    item = "老渡船每天两次横渡大河 the ferry stays at the pier 了"

    assert shared([item], [item.upper()]) == {(0, 0): 2}
    assert shared(["每天两次横渡大河 the ferry stays at the pier 了"], [item]) == {}


def test_signs_make_a_run_no_longer():
    """Rows of dashes and formulas have signs in plenty; the 13th number completes a run."""
    formula = "1 + 2 - 3 = 0 " + "- - - " * 20 + "4 + 5 = 9 ; 6 * 7 = 42"

    assert shared([formula], [formula]) == {}
    assert shared([f"{formula} 1 2 3"], [f"{formula} 1 2 3"]) == {(0, 0): 1}


def test_templates_of_tests_tell_no_item():
    """Eleven items begin with the same instruction of 16 words; a document with it and one answer holds that one."""
    template = "Read the following question with care and then choose the best of the four answers given below:"
    items = [f"{template} Number{i}. {prose(500 + i, 2)}" for i in range(11)]

    assert shared(items, [template]) == {}
    assert shared(items, [items[3]]).keys() == {(0, 3)}
    assert shared(items[:10], [template]).keys() == {(0, i) for i in range(10)}


def test_equal_texts_of_several_items_are_one_text():
    """Twelve questions on one passage: the passage is no template."""
    runs = overlap.build([[ENGLISH, f"Question {i}?"] for i in range(12)], (13, 20), 10)

    assert len(overlap.shared(runs, overlap.hits(runs, tokens_of([ENGLISH])))) == 12


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


def test_only_the_shared_span_goes_with_its_margin(tmp_path):
    """The words and 100 characters on each side, to the ends of words; the rest stays, in two pieces."""
    before, words, after = prose(2000), " ".join(ENGLISH.split()[:16]), prose(2001)
    other = example("t2", "T1", "Why does the man of the lower crossing keep a lantern lit all through the winter?")
    layout = raw(tmp_path / "data", [*PLENTY, LEAKY, WHOLE], tests=[example("t1", "T1", ENGLISH), other])

    metrics = run(layout, decontaminate={"on_ngram": "span", "span_margin": 100})

    first, second = kept(layout)["leaky"].text.split("\n")
    assert before.startswith(first)
    assert after.endswith(second)
    assert LEAKY.text.index(words) - len(first) in range(100, 115)
    assert removed(layout).keys() == {"whole"}
    rows = {row["document"]: row for row in read_jsonl(layout.clean / "leaks.jsonl")}
    (span,) = rows["leaky"].pop("spans")
    assert span["text"].startswith(words)
    assert span["characters"] in range(len(words) + 200, len(words) + 240)
    assert rows["leaky"] == {
        "set": "toy/T1", "item": "t1", "document": "leaky", "by": "ngram", "ngrams": 4, "removed": "leak_span",
    }  # fmt: skip
    assert (rows["whole"]["removed"], rows["whole"]["spans"]) == ("leak", [])
    assert metrics["decontamination"] == {"toy/T1": {"items": 2, "by_item": 1, "by_ngram": 1, "cut": 1}}
    assert metrics["changed"]["reasons"] == {"leak_span": 1}


def test_a_span_of_several_items_is_listed_for_each(tmp_path):
    """Two items share a run; the second also shares one that lies far away in the document."""
    near = " ".join(ENGLISH.split()[:15])
    far = "Nobody in the whole valley could remember when the old bell had last been rung at noon"
    items = [example("t1", "T1", ENGLISH), example("t2", "T2", f"{near}? {far} by the sexton")]
    text = f"{prose(2100)} {near} {prose(2101)} {far} {prose(2102)}"
    layout = raw(tmp_path / "data", [*PLENTY, Document("both", text, "en", "mine")], tests=items)

    run(layout, decontaminate={"on_ngram": "span", "span_margin": 20})

    rows = {row["item"]: row for row in read_jsonl(layout.clean / "leaks.jsonl")}
    assert {item: [span["text"] for span in row["spans"]] for item, row in rows.items()} == {
        "t1": [near],
        "t2": [near, far],
    }
    assert not any(words in kept(layout)["both"].text for words in ("wide river", "old bell"))


@pytest.mark.parametrize(
    ("text", "detail"),
    [
        (f"Note: {' '.join(ENGLISH.split()[:16])}, they said.", "nothing is left"),
        (f"{prose(2200)[:90]} {' '.join(ENGLISH.split()[:16])}", "what is left: min_words"),
        (" ".join(f"{prose(2300 + n)} {' '.join(ENGLISH.split()[:14])}" for n in range(11)), "cut into 11 pieces"),
    ],
)
def test_a_document_of_which_too_little_is_left_goes(tmp_path, text, detail):
    gone = Document("gone", text, "en", "mine")
    layout = raw(tmp_path / "data", [*PLENTY, gone], tests=[example("t1", "T1", ENGLISH)])
    rules = {"min_words": 14, "max_repeated_ngram_ratio": None}

    run(layout, decontaminate={"on_ngram": "span", "span_margin": 40}, filters=rules)

    assert removed(layout)["gone"]["reason"] == "leak_ngram"
    assert removed(layout)["gone"]["detail"].startswith(detail)
    (row,) = read_jsonl(layout.clean / "leaks.jsonl")
    assert (row["removed"], row["spans"]) == ("leak_ngram", [])


@pytest.mark.parametrize(
    ("item", "text", "left"),
    [
        # ß and İ are two characters each when their case is folded: places are those of the text as it is
        (ENGLISH, f"Straße İ ẞẞ {ENGLISH} Straße.", ["Straße İ ẞẞ", "Straße."]),
        (CHINESE, f"昨天的事：{CHINESE[:15]}, {CHINESE[15:]}大家都笑了。", ["昨天的事：", "大家都笑了。"]),
    ],
)
def test_spans_are_cut_at_words_of_any_script(item, text, left):
    runs = overlap.build([[item]], (13, 20), 10)

    spans = overlap.spans(runs, text, range(len(runs.grams.hashes)), 0)

    assert overlap.without(text, spans, 0) == left


def test_a_file_of_the_user_is_a_test_set(tmp_path):
    path = tmp_path / "exam.jsonl"
    path.write_text(json.dumps({"question": ENGLISH, "year": 3}) + "\n")
    layout = raw(tmp_path / "data", [*PLENTY, WHOLE])

    metrics = run(layout, decontaminate={"files": [str(path)]})

    assert removed(layout)["whole"]["detail"] == "exam.jsonl:1"
    assert list(metrics["decontamination"]) == ["exam.jsonl/file"]


@pytest.mark.parametrize(
    "record",
    [
        {"id": "q-17", "question": ENGLISH, "label": "history"},
        {"id": 5, "url": "https://example.com/a-b-c/d-e-f", "messages": [{"role": "user", "content": ENGLISH}]},
        {"data": {"question": ENGLISH, "choices": ["Tom", "on Monday"]}},
    ],
)
def test_ids_labels_and_nesting_hide_no_item_of_a_file(tmp_path, record):
    """What an item is known by in its file need not be in a document that holds it."""
    path = tmp_path / "exam.jsonl"
    path.write_text(json.dumps(record) + "\n")
    layout = raw(tmp_path / "data", [*PLENTY, WHOLE])

    run(layout, decontaminate={"files": [str(path)]})

    assert removed(layout)["whole"]["reason"] == "leak"


def test_all_long_texts_of_a_record_are_needed():
    texts = {"passage": ENGLISH, "question": "Where does the ferry stay?", "answer": "at the pier"}

    assert decontaminate.record_texts({"id": "1", **texts}) == {
        "passage": ENGLISH,
        "question": "Where does the ferry stay?",
    }
    assert decontaminate.record_texts({"word": "the pier"}) == {"word": "the pier"}
    assert decontaminate.record_texts({"id": "1", "n": [2, None]}) == {}


def test_lines_of_a_text_file_are_items_and_width_and_case_do_not_matter(tmp_path):
    path = tmp_path / "exam.txt"
    path.write_text(f"{CHINESE}\n\nＴｈｅ ｏｌｄ ｆｅｒｒｙ{ENGLISH[13:]}\n")
    chinese = Document("chinese", f"{PARK_ZH[:43]}\n{CHINESE}", "zh", "mine")
    layout = raw(tmp_path / "data", [*PLENTY, Document("whole", WHOLE.text.upper(), "en", "mine"), chinese])

    metrics = run(layout, decontaminate={"files": [str(path)]})

    assert {name: row["detail"] for name, row in removed(layout).items()} == {
        "whole": "exam.txt:3",
        "chinese": "exam.txt:1",
    }
    assert metrics["decontamination"]["exam.txt/file"]["items"] == 2


def test_a_record_without_text_and_a_missing_file_are_one_sentence(tmp_path):
    path = tmp_path / "exam.jsonl"
    path.write_text('{"year": 3}\n')
    layout = raw(tmp_path / "data", PLENTY)

    with pytest.raises(DataError, match=r"exam\.jsonl line 1 has no text"):
        run(layout, decontaminate={"files": [str(path)]})
    path.write_text('{"year": \n')
    with pytest.raises(DataError, match=r"exam\.jsonl line 1: not JSON: .*; correct it"):
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
