"""ingest: every kind of source becomes documents and examples; every bad record is counted and named."""

import gzip
import json
import sys
from pathlib import Path

import pyarrow
import pytest
import zstandard
from pyarrow import parquet

from llmpipe.config import validate
from llmpipe.corpus.sources.documents import Sample, UniqueIds
from llmpipe.corpus.sources.records import escape
from llmpipe.errors import DataError, ParamsError
from llmpipe.files import Layout, digest, read_json, read_jsonl, read_shards
from llmpipe.progress import Reporter
from llmpipe.records import Document, Example
from llmpipe.stages import ingest


@pytest.fixture(autouse=True)
def _in_tmp(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def run(*sources, max_bad_ratio=0.5, out="data"):
    """Run ingest on sources given as in params.yaml; the layout it wrote."""
    params = validate({"ingest": {"sources": list(sources), "max_bad_ratio": max_bad_ratio}}, ["ingest"])
    layout = Layout(Path(out))
    ingest.run(params, layout, layout, Reporter())
    return layout


def documents(layout):
    return list(read_shards(layout.raw / "documents", Document))


def examples(layout, split, dataset):
    return list(read_jsonl(layout.raw / "examples" / split / f"{dataset}.jsonl", Example))


def source(*paths, **more):
    return {"kind": "documents", "name": "mine", "paths": list(paths), **more}


def jsonl(path, *records):
    Path(path).write_text("".join(json.dumps(r, ensure_ascii=False) + "\n" for r in records), encoding="utf-8")


TWO = [{"text": "Hello there.", "id": "a"}, {"text": "你好，世界。", "id": "b"}]
CSV = 'text,id\nHello there.,a\n"你好，世界。",b\n'


@pytest.mark.parametrize("ending", ["jsonl", "csv", "tsv", "parquet"])
@pytest.mark.parametrize("packing", ["", ".gz", ".zst"])
def test_every_file_type_gives_the_same_documents(ending, packing):
    """Two documents, in four formats, each plain, gzipped and with Zstandard."""
    if ending == "parquet":
        parquet.write_table(pyarrow.Table.from_pylist(TWO), "raw")
        raw = Path("raw").read_bytes()
    else:
        text = {"jsonl": "".join(json.dumps(r) + "\n" for r in TWO), "csv": CSV, "tsv": CSV.replace(",", "\t")}[ending]
        raw = text.replace('"你好', "你好").replace('。"', "。").encode() if ending == "tsv" else text.encode()
    pack = {"": bytes, ".gz": gzip.compress, ".zst": zstandard.ZstdCompressor().compress}[packing]
    Path(f"x.{ending}{packing}").write_bytes(pack(raw))

    found = documents(run(source(f"x.{ending}{packing}")))

    assert found == [Document("a", "Hello there.", "", "mine"), Document("b", "你好，世界。", "", "mine")]


@pytest.mark.parametrize(
    ("split", "texts", "ids"),
    [
        ("file", ["one\ntwo\n\nthree"], ["mine-a-1"]),
        ("paragraph", ["one\ntwo", "three"], ["mine-a-1", "mine-a-4"]),
        ("line", ["one", "two", "three"], ["mine-a-1", "mine-a-2", "mine-a-4"]),
    ],
)
def test_a_text_file_is_one_document_or_its_paragraphs_or_lines(split, texts, ids):
    Path("a.txt").write_bytes(b"\xef\xbb\xbfone\ntwo\n\nthree\n")

    found = documents(run(source("a.txt", split=split)))

    assert [d.text for d in found] == texts
    assert [d.id for d in found] == ids


def test_wiki_extractor_files_give_articles():
    Path("wiki.txt").write_text(
        '<doc id="7" url="u" title="A">\nA\n\nText of A.\n</doc>\n<doc id="8" title="B">\nB\n</doc>\n', encoding="utf-8"
    )

    found = documents(run(source("wiki.txt", split="wiki")))

    assert [(d.id, d.text) for d in found] == [("7", "A\n\nText of A."), ("8", "B")]


def test_lines_end_with_newline_only():
    """U+2028 and form feeds are characters of a text, not ends of records."""
    Path("a.jsonl").write_text('{"text": "one\u2028two\x85three"}\n', encoding="utf-8")

    assert [d.text for d in documents(run(source("a.jsonl")))] == ["one\u2028two\x85three"]


def test_globs_dotted_fields_and_limits():
    Path("in/b").mkdir(parents=True)
    jsonl("in/a.jsonl", {"meta": {"body": ["x", "first"]}, "l": "en"}, {"meta": {"body": ["x", "second"]}, "l": "zh"})
    jsonl("in/b/c.jsonl", {"meta": {"body": ["x", "third"]}, "l": "fr"})

    found = documents(run(source("in/**/*.jsonl", fields={"text": "meta.body.1", "language": "l"}, limit=2)))

    assert [(d.id, d.text, d.language) for d in found] == [("mine-a-1", "first", "en"), ("mine-a-2", "second", "zh")]


def test_a_document_may_name_its_language_in_words_or_not_at_all():
    told = ["English", "zh-CN", "FRA", "deu_Latn", "中文", "yue", "und", "?", "", None, 7]
    jsonl("a.jsonl", *({"text": "a text", "l": name} for name in told))

    found = documents(run(source("a.jsonl", fields={"language": "l"})))

    assert [d.language for d in found] == ["en", "zh", "fr", "de", "zh", "yue", "", "", "", "", ""]


def test_repeated_ids_become_unique():
    jsonl("a.jsonl", {"id": "x", "text": "one"}, {"id": "x", "text": "two"}, {"id": "x~2", "text": "three"})

    layout = run(source("a.jsonl"))

    assert [d.id for d in documents(layout)] == ["x", "x~2", "x~2~2"]
    assert read_json(layout.metrics("ingest"))["repeated_ids"] == 2


def test_columns_name_files_without_a_header():
    Path("pairs.tsv").write_text('Hi "Tom".\t嗨。\n', encoding="utf-8")

    assert documents(run(source("pairs.tsv", columns=["en", "zh"], fields={"text": "en"})))[0].text == 'Hi "Tom".'


BAD = [
    (b'{"text": "\xff\xfe"}', "not_utf8"),
    (b'{"text": "cut', "not_json"),
    (b'{"text": "\\ud800"}', "not_json"),
    (b"[1, 2]", "not_object"),
    (b'{"body": "x"}', "missing_field"),
    (b'{"text": 5}', "wrong_type"),
    (b'{"text": " \\n"}', "empty_text"),
    (b'{"text": null}', "empty_text"),
]


def test_bad_records_are_quarantined_with_file_line_and_reason():
    good = b'{"text": "good"}\n'
    Path("a.jsonl").write_bytes(good + b"\n".join(raw for raw, _ in BAD) + b"\n" + good)

    layout = run(source("a.jsonl"), max_bad_ratio=0.9)
    rows = list(read_jsonl(layout.raw / "quarantine.jsonl"))

    assert [(r["file"], r["line"], r["reason"]) for r in rows] == [
        ("a.jsonl", number, reason) for number, (_, reason) in enumerate(BAD, start=2)
    ]
    assert rows[0]["head"] == '{"text": "\\xff\\xfe"}'
    assert len(documents(layout)) == 2
    assert read_json(layout.metrics("ingest"))["quarantined"]["reasons"]["empty_text"] == 2


def test_the_head_of_a_bad_record_is_lossless():
    assert escape("a\\b\t世\u200b".encode() + b"\xff") == "a\\\\b\\t世\\u200b\\xff"
    assert len(escape(b"x" * 200)) == 80


def test_bad_csv_rows_are_quarantined_and_the_rest_is_read():
    Path("a.csv").write_bytes(b"text,id\ngood,1\nthree,2,3\n\xff,4\nlast,5\n")

    layout = run(source("a.csv"))

    assert [d.text for d in documents(layout)] == ["good", "last"]
    assert [(r["line"], r["reason"]) for r in read_jsonl(layout.raw / "quarantine.jsonl")] == [
        (3, "columns"),
        (4, "not_utf8"),
    ]


def test_parquet_rows_that_are_not_utf8_are_quarantined():
    text = pyarrow.array([b"good", b"\xff\xfe", b"last"], pyarrow.binary()).view(pyarrow.string())
    parquet.write_table(pyarrow.table({"text": text}), "a.parquet")

    layout = run(source("a.parquet"))

    assert [d.text for d in documents(layout)] == ["good", "last"]
    assert [(r["line"], r["reason"]) for r in read_jsonl(layout.raw / "quarantine.jsonl")] == [(2, "not_utf8")]


def packed_short():
    Path("a.jsonl.gz").write_bytes(gzip.compress(b'{"text": "hello"}\n' * 100)[:-20])
    return "a.jsonl.gz"


def zstd_short():
    Path("a.jsonl.zst").write_bytes(zstandard.ZstdCompressor().compress(b'{"text": "hello"}\n' * 100)[:-4])
    return "a.jsonl.zst"


def cut_character():
    Path("a.txt").write_bytes("你好".encode()[:-1])
    return "a.txt"


def no_lines():
    Path("a.jsonl").write_text("")
    return "a.jsonl"


def broken_lines():
    Path("a.jsonl").write_text('{"text": "good"}\n{"text": \n')
    return "a.jsonl"


def open_quote():
    Path("a.csv").write_text('text\ngood\n"never closed\nx\n')
    return "a.csv"


def no_parquet():
    Path("a.parquet").write_text("hello")
    return "a.parquet"


def unknown_ending():
    Path("a.docx").write_text("hello")
    return "a.docx"


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: "none.jsonl", r"ingest.sources\[0\] \('mine'\): 'none.jsonl' does not exist; paths start at"),
        (lambda: "none/*.jsonl", r"'none/\*.jsonl' matches no file"),
        (packed_short, "a.jsonl.gz is cut short or damaged .*fetch it again"),
        (zstd_short, "a.jsonl.zst is cut short or damaged .*fetch it again"),
        (cut_character, "byte 0xe5 at position 3 is not UTF-8"),
        (no_lines, r"ingest.sources\[0\] \('mine'\) is empty"),
        (broken_lines, r"1 of 2 records are bad \(50.0%, more than ingest.max_bad_ratio 0.01\), 1 of them in a.jsonl"),
        (broken_lines, r"The first: a.jsonl line 2 \(byte 17\): not JSON"),
        (open_quote, "a quote opened at line 3 is never closed"),
        (no_parquet, "a.parquet is cut short or damaged .not readable as Parquet"),
        (unknown_ending, "a.docx: files ending in '.docx' are not read; known: .txt .md .html .htm .jsonl .json"),
    ],
)  # fmt: skip
def test_a_source_that_cannot_be_read_is_one_clear_error(make, message):
    path = make()
    with pytest.raises(DataError, match=message):
        run(source(path), max_bad_ratio=0.01)
    assert not Path("data/raw").exists()


def test_records_that_all_have_other_fields_are_not_to_be_repaired():
    """A list of names is missing, not a part of the file."""
    jsonl("a.jsonl", {"body": "one"}, {"body": "two"})
    Path("b.tsv").write_text("1\tone two\n2\tthree four\n")

    with pytest.raises(DataError, match=r"field 'text' is missing; the record has: body.*Say under `fields` of"):
        run(source("a.jsonl"))
    with pytest.raises(DataError, match=r"under `columns`, when a table has no line of names\.$"):
        run(source("b.tsv"))
    assert len(documents(run(source("a.jsonl", fields={"text": "body"})))) == 2


@pytest.mark.parametrize(
    ("value", "kind"), [(5, "a number"), (True, "true or false"), (["x"], "a list"), ({"x": "y"}, "an object")]
)
def test_a_value_that_is_no_text_is_called_what_it_is(value, kind):
    jsonl("a.jsonl", {"text": value})

    with pytest.raises(DataError, match=f"field 'text' holds {kind}, not text"):
        run(source("a.jsonl"))


def test_examples_of_which_none_is_left_to_train_on_are_an_error():
    """All have one text, so they stay together, and here that is on the side of validation."""
    jsonl("d.jsonl", *TWO)
    jsonl("t.jsonl", {"text": "a", "label": "x"}, {"text": "a", "label": "x"})
    files = {"paths": ["t.jsonl"]}

    with pytest.raises(DataError, match=r"has no training example \(T1 2, valid 2\); give its `train` more records"):
        run(source("d.jsonl"), task("classification", train=files, test=files, valid_ratio=1.0))
    assert not Path("data/raw").exists()


def test_sources_without_documents_are_an_error():
    jsonl("t.jsonl", {"text": "a", "label": "x"})
    files = {"paths": ["t.jsonl"]}

    with pytest.raises(DataError, match="give no document"):
        run(task("classification", train=files, test=files))


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"fields": {"txt": "body"}}, "unknown field 'txt': did you mean 'text'"),
        (
            {"hub": {"repository": "owner/name", "revision": "main"}, "paths": []},
            "hub.revision is 'main'; pin 'owner/name' to a commit",
        ),
    ],
)  # fmt: skip
def test_wrong_source_parameters_are_named(given, message):
    jsonl("a.jsonl", *TWO)
    with pytest.raises(ParamsError, match=message):
        run({**source("a.jsonl"), **given})


def test_two_sources_of_one_name_are_refused():
    jsonl("a.jsonl", *TWO)
    with pytest.raises(ParamsError, match="2 sources are named 'mine'"):
        run(source("a.jsonl"), source("a.jsonl"))


def test_absolute_paths_never_reach_the_output(tmp_path):
    Path("deep").mkdir()
    Path("deep/a.jsonl").write_text('{"text": "good"}\nbad\n')

    layout = run(source(str(tmp_path / "deep" / "*.jsonl")))

    assert [r["file"] for r in read_jsonl(layout.raw / "quarantine.jsonl")] == ["a.jsonl"]
    assert all(str(tmp_path) not in path.read_text() for path in layout.root.rglob("*.json*"))


def test_a_local_data_set_folder_is_read_as_the_hub_would(monkeypatch):
    """Class labels come as names; rows carry their number."""
    datasets = pytest.importorskip("datasets")
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    features = datasets.Features(
        {"text": datasets.Value("string"), "label": datasets.ClassLabel(names=["sad", "glad"])}
    )
    rows = {"text": ["oh no", "oh yes", "so so"], "label": [0, 1, 1]}
    Path("set").mkdir()
    datasets.Dataset.from_dict(rows, features=features).to_parquet("set/train-00000-of-00001.parquet")
    hub = {"repository": "set", "split": "train"}

    layout = run(
        {"kind": "documents", "name": "set_texts", "hub": hub},
        task("classification", train={"hub": hub}, test={"hub": hub}),
    )

    assert [(d.id, d.text) for d in documents(layout)][0] == ("set_texts-set-train-1", "oh no")
    assert sorted(e.references[0] for e in examples(layout, "test", "toy")) == ["glad", "glad", "sad"]


def test_a_missing_hugging_face_package_names_the_extra(monkeypatch):
    monkeypatch.setitem(sys.modules, "datasets", None)
    with pytest.raises(ParamsError, match=r"pip install 'llmpipe\[hf\]'"):
        run({"kind": "documents", "name": "x", "hub": {"repository": "owner/name", "revision": "0" * 40}})


# --- examples ---------------------------------------------------------------------------------------


def task(name, train, test, **more):
    return {
        "kind": "examples",
        "name": "toy",
        "task": name,
        "language": "en",
        "train": train,
        "test": {"T1": test},
        **more,
    }


RECORDS = [
    ("translation", {"source": "Hi", "target": ["嗨", "嗨", "你好"]}, {"source": "Hi"}, ("嗨", "你好")),
    ("summary", {"document": "Long.", "summary": "L."}, {"document": "Long."}, ("L.",)),
    (
        "reading",
        {"context": "C", "question": "Q", "answers": {"text": ["a", "b"], "answer_start": [0, 1]}},
        {"context": "C", "question": "Q"},
        ("a", "b"),
    ),
    (
        "reading",
        {"context": "C", "question": "Q", "answers": [{"text": "a", "answer_start": 0}]},
        {"context": "C", "question": "Q"},
        ("a",),
    ),
    ("article", {"headline": "H", "article": "A"}, {"headline": "H"}, ("A",)),
    ("recall", {"question": "Q", "answer": "A"}, {"question": "Q"}, ("A",)),
    ("derivative", {"question": "x^2", "answer": "2x"}, {"question": "x^2"}, ("2x",)),
    ("classification", {"text": "t", "label": 3}, {"text": "t"}, ("3",)),
    ("entities", {"tokens": ["Ann", "left"], "tags": ["B-PER", "O"]}, {"text": "Ann left"}, ("PER: Ann",)),
    ("continuation", {"text": "one two three four"}, {"text": "one two"}, (" three four",)),
    ("continuation", {"text": "床前明月光疑是"}, {"text": "床前明"}, ("月光疑是",)),
]


@pytest.mark.parametrize(("name", "record", "inputs", "references"), RECORDS)
def test_records_become_examples(name, record, inputs, references):
    jsonl("t.jsonl", record)
    jsonl("d.jsonl", *TWO)

    layout = run(
        source("d.jsonl"), task(name, train={"paths": ["t.jsonl"]}, test={"paths": ["t.jsonl"]}, valid_ratio=0)
    )

    assert examples(layout, "test", "toy") == [Example("toy-t-1~2", name, "toy", "T1", "en", inputs, references)]
    assert read_json(layout.metrics("ingest"))["examples"] == {"toy": {"T1": 1, "train": 1}}


def test_labels_that_only_the_test_set_has_are_told(capsys):
    jsonl("train.jsonl", *({"text": f"t{i}", "label": label} for i, label in enumerate("aab")))
    jsonl("test.jsonl", *({"text": f"u{i}", "label": label} for i, label in enumerate("abxyzuvwx")))
    jsonl("d.jsonl", *TWO)
    files = {"train": {"paths": ["train.jsonl"]}, "test": {"paths": ["test.jsonl"]}, "valid_ratio": 0}

    run(source("d.jsonl"), task("classification", **files))
    expected = "toy/T1: 7 of 9 examples have a label that no training example has: 'u', 'v', 'w', 'x', 'y' and 1 more"
    assert capsys.readouterr().err.count(expected) == 1

    files["test"] = {"paths": ["train.jsonl"]}
    run(source("d.jsonl"), task("classification", **files), out="same")
    assert "no training example" not in capsys.readouterr().err


def test_two_fields_make_one_text():
    jsonl("t.jsonl", {"premise": "It rains.", "hypothesis": "It is wet.", "label": "entailment"})
    jsonl("d.jsonl", *TWO)
    files = {"paths": ["t.jsonl"]}
    fields = {"text": "premise + hypothesis"}

    layout = run(source("d.jsonl"), task("classification", train=files, test=files, fields=fields, valid_ratio=0))

    assert examples(layout, "test", "toy")[0].inputs == {"text": "It rains.\nIt is wet."}


def test_a_dialogue_gives_replies_with_their_history():
    turns = [{"role": role, "content": f"{role} {i}"} for i in range(5) for role in ("user", "assistant")]
    jsonl("t.jsonl", {"id": "d7", "messages": turns})
    jsonl("d.jsonl", *TWO)
    files = {"paths": ["t.jsonl"]}

    layout = run(source("d.jsonl"), task("dialogue", train=files, test=files, max_turns=3, valid_ratio=0))
    found = examples(layout, "train", "toy")

    assert [(e.id, len(e.inputs["history"]), e.references) for e in found] == [
        ("d7/1", 1, ("assistant 0",)),
        ("d7/2", 5, ("assistant 2",)),
        ("d7/3", 9, ("assistant 4",)),
    ]
    assert found[0].inputs["history"] == [["user", "user 0"]]


def test_the_slots_of_a_reply_are_what_it_must_mention():
    turns = [
        {"role": "user", "content": "订一张票"},
        {"role": "assistant", "content": "去哪里？", "slots": {}},
        {"role": "user", "content": "北京，两张"},
        {"role": "assistant", "content": "好的，北京，2 张。", "slots": {"city": "北京", "count": 2}},
    ]
    jsonl("t.jsonl", {"messages": turns})
    jsonl("d.jsonl", *TWO)
    files = {"paths": ["t.jsonl"]}

    layout = run(source("d.jsonl"), task("dialogue", train=files, test=files, valid_ratio=0))
    first, last = examples(layout, "test", "toy")

    assert "slots" not in first.inputs
    assert last.inputs["slots"] == {"city": "北京", "count": "2"}


@pytest.mark.parametrize(
    ("name", "record", "reason"),
    [
        ("reading", {"context": "C", "question": "Q", "answers": {"text": []}}, "no_reference"),
        ("reading", {"context": "C", "question": "", "answers": ["a"]}, "empty_text"),
        ("classification", {"text": "t", "label": None}, "no_label"),
        ("classification", {"text": "t", "label": 0.5}, "wrong_type"),
        ("classification", {"text": "t", "label": ["a"]}, "wrong_type"),
        ("translation", {"source": "s", "target": 7}, "wrong_type"),
        ("dialogue", {"messages": [{"role": "robot", "content": "x"}]}, "unknown_role"),
        ("dialogue", {"messages": [{"role": "user", "content": "x"}]}, "no_reference"),
        ("dialogue", {"messages": "hello"}, "wrong_type"),
        (
            "dialogue",
            {"messages": [{"role": "user", "content": "x"}, {"role": "bot", "content": "y", "slots": ["z"]}]},
            "wrong_type",
        ),
        ("continuation", {"text": "x"}, "too_short"),
        ("entities", {"tokens": ["Ann"], "tags": ["PER"]}, "bad_tags"),
        ("entities", {"tokens": ["Ann"], "tags": "O"}, "wrong_type"),
    ],
)
def test_records_that_make_no_example_are_quarantined(name, record, reason):
    good = next(r for n, r, _, _ in [*RECORDS, ("dialogue", {"messages": [{"role": "user", "content": "x"}, {"role": "assistant", "content": "y"}]}, 0, 0)] if n == name)  # fmt: skip  # noqa: E501
    jsonl("good.jsonl", good, good)
    jsonl("bad.jsonl", good, record)
    jsonl("d.jsonl", *TWO)

    layout = run(
        source("d.jsonl"), task(name, train={"paths": ["good.jsonl"]}, test={"paths": ["bad.jsonl"]}, valid_ratio=0)
    )

    assert [r["reason"] for r in read_jsonl(layout.raw / "quarantine.jsonl")] == [reason]


def test_records_without_a_label_can_be_given_one():
    jsonl("t.jsonl", {"text": "t", "label": ""}, {"text": "u", "label": "greet"})
    jsonl("d.jsonl", *TWO)
    files = {"paths": ["t.jsonl"]}

    layout = run(source("d.jsonl"), task("classification", train=files, test=files, missing_label="oos", valid_ratio=0))

    assert [e.references for e in examples(layout, "test", "toy")] == [("oos",), ("greet",)]


def test_labels_can_be_read_as_words():
    """Pieces of text are better than pieces of names; a label with a space could then be another one's name."""
    jsonl("t.jsonl", {"text": "t", "label": "bill_balance"}, {"text": "u", "label": "oos"})
    jsonl("bad.jsonl", {"text": "v", "label": "bill balance"})
    jsonl("d.jsonl", *TWO)
    files, bad = {"paths": ["t.jsonl"]}, {"paths": ["t.jsonl", "bad.jsonl"]}

    layout = run(
        source("d.jsonl"),
        task("classification", train=bad, test=files, label_words=True, valid_ratio=0),
        max_bad_ratio=0.5,
    )

    assert [e.references for e in examples(layout, "test", "toy")] == [("bill balance",), ("oos",)]
    assert [row["reason"] for row in read_jsonl(layout.raw / "quarantine.jsonl")] == ["spaced_label"]


def test_valid_is_a_hashed_share_of_train_and_groups_stay_together():
    """Questions about one passage never lie in both splits; about a quarter goes to valid."""
    rows = [{"context": f"C{i // 3}", "question": f"Q{i}", "answers": "a"} for i in range(600)]
    jsonl("t.jsonl", *rows)
    jsonl("d.jsonl", *TWO)
    files = {"paths": ["t.jsonl"]}

    layout = run(source("d.jsonl"), task("reading", train=files, test=files, valid_ratio=0.25))
    train, valid = examples(layout, "train", "toy"), examples(layout, "valid", "toy")

    assert len(train) + len(valid) == 600
    assert 100 < len(valid) < 200
    assert not {e.inputs["context"] for e in train} & {e.inputs["context"] for e in valid}
    assert {e.split for e in valid} == {"valid"}


def test_a_sample_keeps_order_and_most_of_itself_when_the_source_grows():
    def sample(count):
        chosen = Sample(50, seed=1)
        for number in range(count):
            chosen.add(f"id{number}", number)
        return chosen.items()

    assert sample(500) == sorted(sample(500))
    assert len(set(sample(500)) & set(sample(550))) >= 40


def test_unique_ids_do_not_collide_with_given_ones():
    unique = UniqueIds()

    assert [unique(name) for name in ("a", "a~2", "a", "a")] == ["a", "a~2", "a~2~2", "a~3"]


# --- the sample world and real files ----------------------------------------------------------------


def test_the_world_is_a_source_and_workers_change_nothing(monkeypatch):
    world = {
        "kind": "world",
        "documents": 60,
        "train_per_dataset": 3,
        "valid_per_dataset": 2,
        "test_per_set": 2,
        "dirt_ratio": 0.2,
    }
    monkeypatch.setenv("LLMPIPE_WORKERS", "1")
    one = run(world, out="one")
    monkeypatch.setenv("LLMPIPE_WORKERS", "2")
    two = run(world, out="two")

    assert len(documents(one)) >= 60
    assert digest(one.raw) == digest(two.raw)
    assert digest(one.metrics("ingest")) == digest(two.metrics("ingest"))


def test_a_wrong_number_of_workers_is_an_error(monkeypatch):
    monkeypatch.setenv("LLMPIPE_WORKERS", "many")
    with pytest.raises(ParamsError, match="LLMPIPE_WORKERS is 'many'"):
        run({"kind": "world", "documents": 10})
