"""clean: what each document comes to, the same for any number of processes, and in any order of the input."""

import json
import random
from pathlib import Path

import pytest

from llmpipe.config import validate
from llmpipe.corpus import decisions, workspace
from llmpipe.corpus.split import split_of
from llmpipe.errors import DataError
from llmpipe.files import Layout, digest, read_json, read_jsonl, read_shards, write_jsonl
from llmpipe.progress import Reporter
from llmpipe.records import Document, Example
from llmpipe.stages import clean, ingest

SUBJECTS = ["the miller", "a young doctor", "my old teacher", "the baker", "her sister", "the captain", "the painter"]
VERBS = ["walked to", "painted", "forgot", "repaired", "talked about", "looked after", "dreamed of", "sold"]
THINGS = ["the river", "a wooden boat", "the market", "an empty house", "the garden", "a broken clock", "some apples"]


def prose(number, sentences=6):
    """Different English text for each number."""
    draw = random.Random(number)
    parts = (
        f"{draw.choice(SUBJECTS)} {draw.choice(VERBS)} {draw.choice(THINGS)} on day {draw.randrange(10**6)}"
        for _ in range(sentences)
    )
    return " ".join(part.capitalize() + "." for part in parts)


def raw(root, documents, tests=(), train=(), ledger=()):
    """Write data/raw as ingest would."""
    layout = Layout(root)
    write_jsonl(layout.raw / "documents/00000.jsonl", documents)
    for split, examples in (("train", train), ("valid", ()), ("test", tests)):
        (layout.raw / "examples" / split).mkdir(parents=True)
        if examples:
            write_jsonl(layout.raw / "examples" / split / "toy.jsonl", examples)
    write_jsonl(layout.raw / "ledger.jsonl", ledger)
    return layout


def run(layout, **config):
    params = validate({"clean": {"split": {"valid_ratio": 0.1, "test_ratio": 0.1}, **config}}, ["clean"])
    clean.run(params, layout, layout, Reporter())
    return read_json(layout.metrics("clean"))


def split_documents(layout, split):
    return {document.id: document for document in read_shards(layout.clean / split, Document)}


def kept(layout):
    return {name: doc for split in clean.SPLITS for name, doc in split_documents(layout, split).items()}


def removed(layout):
    return {row["id"]: row for row in read_shards(layout.clean / "removed")}


PLENTY = [Document(f"d{i:03d}", prose(i), "en", "mine", {"number": i}) for i in range(120)]
LONG = prose(777, 12)


@pytest.fixture(autouse=True)
def _one_process(monkeypatch, tmp_path):
    """One process, small tasks, and a work folder that no other test sees."""
    monkeypatch.setenv("LLMPIPE_WORKERS", "1")
    monkeypatch.setenv("DVC_ROOT", str(tmp_path))
    monkeypatch.setattr(workspace, "MIN_TASK_BYTES", 2**13)


def test_clean_documents_pass_unchanged_into_three_splits(tmp_path):
    layout = raw(tmp_path, PLENTY)

    metrics = run(layout)

    assert kept(layout) == {document.id: document for document in PLENTY}
    assert metrics["documents"]["raw"] == metrics["documents"]["kept"] == 120
    assert sum(metrics["documents"][split] for split in clean.SPLITS) == 120
    assert metrics["removed"]["total"] == metrics["changed"]["total"] == 0


def test_the_split_depends_on_the_id_only(tmp_path):
    """Half of the documents lie where they lay when all were there."""
    everything, half = raw(tmp_path / "all", PLENTY), raw(tmp_path / "half", PLENTY[::2])
    run(everything)
    run(half)

    for split in clean.SPLITS:
        assert split_documents(half, split).keys() == split_documents(everything, split).keys() & {
            d.id for d in PLENTY[::2]
        }


def test_everything_removed_or_changed_is_listed_with_its_reason(tmp_path):
    dirty = [
        Document("short", "Too short."),
        Document("german", "Der alte Müller ging zum Fluss und die Kinder spielten mit dem Boot im Garten."),
        Document("page", f"<p>{prose(1000)}</p>"),
        Document("mail", f"{prose(1001)} Write to ann@example.com."),
        Document("empty", "<script>var x = 1;</script>"),
    ]
    layout = raw(tmp_path, [*PLENTY, *dirty])

    metrics = run(layout)
    gone = removed(layout)

    assert {name: row["reason"] for name, row in gone.items()} == {
        "short": "min_words",
        "german": "language",
        "empty": "empty",
    }
    assert (gone["german"]["language"], gone["german"]["text"][:8]) == ("de", "Der alte")
    changed = {row["id"]: row for row in read_shards(layout.clean / "changed")}
    assert {name: row["reasons"] for name, row in changed.items()} == {"page": ["html"], "mail": ["pii_email"]}
    assert changed["page"]["before"].startswith("<p>")
    assert kept(layout)["mail"].text.endswith("Write to [EMAIL].")
    assert metrics["removed"]["reasons"] == {"min_words": 1, "language": 1, "empty": 1}


def test_copies_go_and_one_stays(tmp_path):
    """Exact up to spaces and case, near by one word in a hundred; texts that share half their words stay apart."""
    near = LONG.replace("day", "night", 1)
    documents = [
        *PLENTY,
        Document("one", LONG),
        Document("two", LONG.upper().replace(" ", "  ")),
        Document("three", near),
        Document("other", prose(888, 12)),
    ]
    layout = raw(tmp_path, documents)

    metrics = run(layout)

    stays = {"one", "two", "three"} & kept(layout).keys()
    assert len(stays) == 1
    assert "other" in kept(layout)
    assert metrics["removed"]["reasons"] == {"exact_duplicate": 1, "near_duplicate": 1}
    assert {row["detail"].split()[-1] for row in removed(layout).values()} <= {"one", "two", "three"}


def test_a_cut_copy_goes_for_the_whole_text(tmp_path):
    """Cut inside a word; too little is left for it to be a near duplicate, and the split follows the whole text."""
    layout = raw(tmp_path, [*PLENTY, Document("cut", LONG[: len(LONG) // 3 - 2]), Document("whole", LONG)])

    metrics = run(layout, duplicates={"prefix_words": 20})

    assert metrics["removed"]["reasons"] == {"prefix_duplicate": 1}
    assert removed(layout)["cut"]["detail"] == "of whole"
    assert run(layout, duplicates={"prefix_words": None})["removed"]["reasons"] == {}


def test_which_copy_stays_does_not_depend_on_the_order(tmp_path):
    copies = [Document(f"copy{i}", LONG.replace("day", f"day{i}", i % 3)) for i in range(9)]
    forward, backward = raw(tmp_path / "f", PLENTY + copies), raw(tmp_path / "b", (PLENTY + copies)[::-1])

    assert run(forward) == run(backward)
    assert kept(forward) == kept(backward)
    assert removed(forward) == removed(backward)


def test_splits_have_their_shares():
    """Of 2000 ids 600 each are expected in valid and test; 4 standard deviations are 82."""
    config = validate({"clean": {"split": {"valid_ratio": 0.3, "test_ratio": 0.3}}}, ["clean"]).clean.split
    found = [split_of(f"id{i}", 1, config) for i in range(2000)]

    assert found.count("valid") == pytest.approx(600, abs=82)
    assert found.count("test") == pytest.approx(600, abs=82)


def test_the_number_of_processes_changes_no_byte(tmp_path, monkeypatch):
    """Small tasks, so that three processes share them."""
    documents = [*PLENTY, Document("x", LONG), Document("y", LONG + " End."), Document("z", "短")]
    digests = set()
    for workers in (1, 3):
        monkeypatch.setenv("LLMPIPE_WORKERS", str(workers))
        layout = raw(tmp_path / str(workers), documents)
        run(layout)
        digests.add((digest(layout.clean), digest(layout.metrics("clean"))))

    assert len(workspace.ranges([layout.raw / "documents/00000.jsonl"])) > 3
    assert len(digests) == 1


def example(name, split, source, target="x"):
    return Example(name, "translation", "toy", split, "en-zh", {"source": source}, (target,))


def test_leaked_test_items_leave_the_training_text_and_the_training_examples(tmp_path):
    question = "The captain repaired a broken clock near the bridge on Monday."
    documents = [*PLENTY, Document("leak", f"{prose(2000)} {question.upper()} {prose(2001)}")]
    layout = raw(
        tmp_path,
        documents,
        tests=[example("t1", "T1", question), example("t2", "T2", "Hi Tom!")],
        train=[
            example("a", "train", "Something else entirely."),
            example("b", "train", "hi  TOM"),
            example("c", "train", "ＡＢＣ\u200b now"),
        ],
    )

    metrics = run(layout)

    assert (removed(layout)["leak"]["reason"], removed(layout)["leak"]["detail"]) == ("leak", "t1")
    assert removed(layout)["b"]["detail"] == "same prompt as t2"
    cleaned = list(read_jsonl(layout.clean / "examples/train/toy.jsonl", Example))
    assert [(e.id, e.inputs["source"]) for e in cleaned] == [("a", "Something else entirely."), ("c", "ABC now")]
    assert metrics["examples"] == {"datasets": {"toy": {"train": 2, "test": 2}}, "removed": 1}
    assert "leak" in kept_without(layout, tmp_path, documents)


@pytest.mark.parametrize(
    ("passage", "question"),
    [
        ("Near the mill the captain sold some apples to a young doctor.", "Who bought the apples near the mill?"),
        ("船长在磨坊旁边把几个苹果卖给了一位年轻的医生。", "谁在磨坊旁边买了船长的苹果？"),
    ],
)
def test_a_record_of_a_test_set_leaks_whatever_markup_leaves_of_it(tmp_path, passage, question):
    """Its last line is a record, which goes as code does: the passage of the test item alone would stay."""
    row = json.dumps({"question": question, "answer": "nobody"})
    told = f"{passage} {prose(2000)}\n{prose(2001)}\n{row}"
    test = Example("t1", "reading", "toy", "T1", "en", {"context": passage, "question": question}, ("nobody",))
    layout = raw(
        tmp_path, [*PLENTY, Document("leak", told), Document("none", f"{passage} {prose(2002)}")], tests=[test]
    )

    run(layout)

    assert (removed(layout)["leak"]["reason"], removed(layout)["leak"]["detail"]) == ("leak", "t1")
    assert "none" in kept(layout)  # a passage without its question leaks nothing
    cleaned = kept_without(layout, tmp_path, [*PLENTY, Document("leak", told)])["leak"].text
    assert passage in cleaned
    assert "nobody" not in cleaned


def test_a_data_set_whose_training_examples_are_all_tested_is_refused(tmp_path):
    """The same file given for both would leave nothing to train on."""
    tests = [example("t1", "T1", "Hi Tom!"), example("t2", "T1", "Good night")]
    layout = raw(
        tmp_path, PLENTY, tests=tests, train=[example("a", "train", "hi tom"), example("b", "train", "Hi Tom!")]
    )

    with pytest.raises(DataError, match=r"all 2 training examples of 'toy' .*the first: a.*; give `train` and"):
        run(layout)
    assert not layout.clean.exists()


def test_test_examples_are_normalised_as_training_text_is(tmp_path):
    """The model never saw a full-width letter or a decomposed accent: a prompt must not show it the first."""
    tests = [example("t1", "T1", "Ｃａｆｅ\u0301 ＡＢＣ １２３", "ｘ\u200b１")]
    layout = raw(tmp_path, PLENTY, tests=tests)
    run(layout)

    [cleaned] = read_jsonl(layout.clean / "examples/test/toy.jsonl", Example)
    assert (cleaned.inputs["source"], cleaned.references) == ("Caf\u00e9 ABC 123", ("x1",))


def kept_without(layout, tmp_path, documents):
    """Documents kept when decontamination is off."""
    again = raw(tmp_path / "again", documents, tests=list(read_jsonl(layout.raw / "examples/test/toy.jsonl", Example)))
    run(again, decontaminate={"enabled": False})
    return kept(again)


def test_a_text_that_many_documents_hold_is_no_leak(tmp_path):
    phrase = "Once upon a time there lived a miller by the river."
    common = [Document(f"common{i}", f"{phrase} {prose(3000 + i)}") for i in range(12)]
    layout = raw(tmp_path, [*PLENTY, *common], tests=[example("t1", "T1", phrase)])

    run(layout)

    assert {document.id for document in common} <= kept(layout).keys()


@pytest.mark.parametrize(
    ("documents", "config", "message"),
    [
        ([], {}, "holds no document; check ingest.sources"),
        ([Document("a", "short")] * 3, {}, "removed all 3 documents, 3 of them for 'min_words'"),
        ([Document("a", LONG)], {"split": {"valid_ratio": 0.0, "test_ratio": 0.5}}, "none fell into the t"),
        (
            [Document("b", LONG)],
            {"split": {"valid_ratio": 1e-9, "test_ratio": 0.0}},
            r"raise clean.split.valid_ratio .1e-09., or",
        ),
    ],
)
def test_nothing_left_is_an_error_that_names_the_rule(tmp_path, documents, config, message):
    layout = raw(tmp_path, documents)
    with pytest.raises(DataError, match=message):
        run(layout, **config)
    assert not layout.clean.exists()
    assert not list(layout.root.glob(".clean*"))


def test_missing_input_says_what_to_run(tmp_path):
    with pytest.raises(DataError, match="run the stage that writes it"):
        run(Layout(tmp_path))


def test_the_world_is_cleaned_against_its_ledger(tmp_path, monkeypatch):
    """A thousand documents: nearly all clean ones stay as they are, and each kind of dirt is mostly caught."""
    layout = Layout(tmp_path)
    world = {"kind": "world", "documents": 1000, "train_per_dataset": 5, "valid_per_dataset": 5, "test_per_set": 20}
    params = validate({"ingest": {"sources": [world]}, "clean": {}}, ["ingest", "clean"])
    ingest.run(params, layout, layout, Reporter())
    clean.run(params, layout, layout, Reporter())

    metrics = read_json(layout.metrics("clean"))
    recall = {kind: scores["recall"]["value"] for kind, scores in metrics["dirt"].items()}

    assert metrics["damage"]["removed"]["value"] + metrics["damage"]["changed"]["value"] < 0.01
    assert recall["kept"] > 0.9
    for kind in ("exact_duplicate", "near_duplicate", "html", "characters", "mojibake", "pii", "wrong_language"):
        assert recall[kind] > 0.8, kind
    assert json.loads(Path(layout.metrics("clean")).read_text()) == metrics


@pytest.mark.parametrize("at_once", [1, decisions.DOCUMENTS_AT_ONCE])
def test_a_paragraph_that_several_documents_hold_stays_in_one(tmp_path, monkeypatch, at_once):
    """A document that has nothing else goes; so does a whole copy, before paragraphs are looked at."""
    monkeypatch.setattr(decisions, "DOCUMENTS_AT_ONCE", at_once)
    notice = prose(4000, 3)
    sharing = [Document(f"s{i}", f"{prose(4100 + i)}\n{notice}\n{prose(4200 + i)}") for i in range(4)]
    copy = Document("copy", sharing[0].text.upper())
    only = Document("only", f"Notice:\n{notice}")
    layout = raw(tmp_path, [*PLENTY, *sharing, copy, only])

    metrics = run(layout, duplicates={"paragraph_words": 20, "threshold": 0.9})
    texts = {name: document.text for name, document in kept(layout).items()}

    holders = [name for name, text in texts.items() if notice.casefold() in text.casefold()]
    assert len(holders) == 1
    gone = {name: row["reason"] for name, row in removed(layout).items()}
    assert gone.get("only", "") == ("" if holders == ["only"] else "repeated_paragraph")
    assert list(gone.values()).count("exact_duplicate") == 1
    for i in range(1, 4):
        if f"s{i}" not in holders:
            assert texts[f"s{i}"] == f"{prose(4100 + i)}\n{prose(4200 + i)}"
    changed = {row["id"] for row in read_shards(layout.clean / "changed")}
    assert changed == {name for name in texts if name[0] in "sc"} - set(holders)
    assert metrics["changed"]["reasons"] == {"repeated_paragraph": len(changed)}
