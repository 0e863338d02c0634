"""Questions with a gap: the answer stands in the passage and not in the question, the same ones for the same seed."""

import sys
from pathlib import Path

import pytest

from llmpipe import tasks
from llmpipe.files import Layout, read_jsonl, write_jsonl
from llmpipe.records import Document, Example

ROOT = Path(__file__).parents[1]
TEXTS = {
    "en": "The old bridge over the Danube was built by Anna Novak in 1873. It carried 250 horses every market morning. "
    "Later the council of Vienna closed the bridge, because the river had damaged several pillars.",
    "zh": "这座大桥由李雷在1873年建成。作品《长江之歌》写的是桥边的生活，作者是韩梅。"
    "后来大桥在北京的博物馆、学校和公园里都有模型。",
}


@pytest.fixture
def bench(monkeypatch):
    monkeypatch.syspath_prepend(str(ROOT / "bench"))
    return __import__("cloze")


@pytest.fixture
def documents():
    return [Document(f"{language}{i}", text, language, "wiki") for language, text in TEXTS.items() for i in range(3)]


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_answer_stands_in_the_passage_and_a_question_word_in_its_place(bench, documents, language):
    rows = [row for row in bench.make(documents, 200, seed=1) if row.language == language]
    words = [word for group in bench.ASKING[language].values() for word in group]

    assert len(rows) > 30
    for row in rows:
        tasks.check(row)
        assert row.references[0] in row.inputs["context"]
        assert row.inputs["context"] in TEXTS[language]
        assert any(word.lower() in row.inputs["question"].lower() for word in words)
        assert row.inputs["question"].endswith("?" if language == "en" else "？")
    assert len({row.references for row in rows}) > 5


def test_example_i_depends_on_the_seed_and_i_only(bench, documents):
    few, many, other = (bench.make(documents, count, seed) for count, seed in ((20, 1), (60, 1), (20, 2)))

    assert few == many[: len(few)]
    assert few != other


def test_documents_without_a_language_that_is_known_are_refused(bench):
    with pytest.raises(SystemExit, match="no document of language en or zh"):
        bench.make([Document("a", TEXTS["en"], "de", "x")], 3, seed=1)


def test_the_command_takes_the_sources_that_are_named_and_holds_some_out(
    bench, documents, tmp_path, monkeypatch, capsys
):
    data = Layout(tmp_path / "data")
    write_jsonl(data.clean / "train/00000.jsonl", [*documents, Document("x", "Secret words of " * 9, "en", "other")])
    monkeypatch.setattr(sys, "argv", ["cloze.py", str(data.root), str(tmp_path), "--count", "60", "--sources", "wiki"])
    bench.main()
    train, valid = (list(read_jsonl(tmp_path / split / "cloze.jsonl", Example)) for split in ("train", "valid"))

    assert len(valid) == 1 < len(train)
    assert not {row.id for row in valid} & {row.id for row in train}
    assert all("Secret" not in row.inputs["context"] for row in [*train, *valid])
    assert "questions to train on, 1 to validate" in capsys.readouterr().out
