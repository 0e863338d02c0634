"""Word vectors: GloVe's counts and what it learns, composed phrases, and questions with known answers."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tiny
from imports import ROOT

from llmpipe.files import Layout, digest, read_json
from llmpipe.pages import vectors as page
from llmpipe.pages.blocks import Table
from llmpipe.progress import Reporter
from llmpipe.stages import baselines
from llmpipe.vectors import glove
from llmpipe.vectors import words as vectors
from llmpipe.vectors.words import Settings, Tally, Vectors
from llmpipe.world.questions import GROUPS, RELATIONS

ROYAL = {"king": (1, 0, 0), "queen": (1, 1, 0), "man": (0, 0, 1), "woman": (0, 1, 1), "cup": (-1, 0.2, -1)}
KNOWN = {name: np.array(vector, float) / np.linalg.norm(vector) for name, vector in ROYAL.items()}


def test_cooccurrences_are_the_ones_counted_by_hand():
    """Documents "a b a" and "b c", two places: a next to b twice, b a place from c once, a two places from a (1/2)."""
    counts = glove.cooccurrences([np.array([0, 1, 0]), np.array([1, 2])], 3, 2).toarray()

    assert counts.tolist() == [[1.0, 2.0, 0.0], [2.0, 0.0, 1.0], [0.0, 1.0, 0.0]]


def test_products_and_biases_of_glove_approach_the_logarithms_of_counts():
    """With as many dimensions as words it can fit them all."""
    random = np.random.default_rng(1)
    counts = glove.cooccurrences([random.integers(0, 6, 40) for _ in range(30)], 6, 2)

    def worst(steps: int) -> float:
        words, neighbours, word_bias, neighbour_bias = glove.fit(counts, 6, steps, np.random.default_rng(1))
        predicted = words @ neighbours.T + word_bias[:, None] + neighbour_bias
        return float(abs(predicted - np.log(counts.toarray())).max())

    assert worst(1000) < 0.05 < 1 < worst(5)


def test_words_of_the_same_places_become_neighbours():
    random = np.random.default_rng(2)
    kinds = [["red", "blue", "green"], ["runs", "sleeps", "eats"]]
    texts = [f"the {kinds[0][i]} cat {kinds[1][j]} here" for i, j in random.integers(0, 3, (400, 2))]
    documents = [vectors.words_of(text) for text in texts]
    words = vectors.vocabulary(documents, 1, 100)
    found = Vectors(words, vectors.KINDS["glove"](documents, words, Settings(4, 3, 200, 1, 1)))
    known = found.of_phrases([*kinds[0], *kinds[1]])

    assert vectors.neighbours(known, kinds) == Tally(6, 6, pytest.approx(2 / 5))


def test_an_analogy_is_answered_by_the_nearest_other_candidate():
    assert vectors.analogies(KNOWN, [("king", "queen"), ("man", "woman"), ("duke", "duchess")]) == Tally(2, 2, 1 / 2)
    assert vectors.analogies(KNOWN, [("king", "woman"), ("man", "cup")]).right == 0
    assert vectors.analogies({}, [("king", "queen")]).asked == 0


def test_neighbours_of_the_same_kind_are_counted():
    """king-queen and man-woman are nearest to each other; a kind of one known word asks nothing."""
    assert vectors.neighbours(KNOWN, [["king", "queen"], ["man", "woman"], ["cup", "plate"]]) == Tally(4, 4, 1 / 4)
    assert vectors.neighbours(KNOWN, [["king", "cup"]]) == Tally(0, 2, 1 / 4)


def test_a_phrase_is_the_mean_of_its_words_and_every_han_character_is_one():
    found = Vectors(["面", "包", "les", "chats"], np.array([[2.0, 0], [0, 5], [0, 1], [0, -1]]))
    known = found.of_phrases(["面包", "Les", "les chiens", "包"])

    assert list(known) == ["面包", "Les", "包"]
    assert known["面包"].tolist() == pytest.approx([0.5**0.5] * 2)
    assert found.as_text().splitlines()[0] == "面 2.00000 0.00000"


def test_the_vocabulary_is_the_most_frequent_words_in_a_fixed_order():
    documents = [["b", "a", "b"], ["c", "a", "d"]]

    assert vectors.vocabulary(documents, 2, 10) == ["a", "b"]
    assert vectors.vocabulary(documents, 1, 3) == ["a", "b", "c"]


def test_the_questions_of_the_world_have_different_words_on_both_sides():
    assert all(a != b for relation in RELATIONS.values() for a, b in relation)
    assert ("knife", "knives") in RELATIONS["plural_en"]
    assert ("baker", "面包师") in RELATIONS["en_to_zh"]
    assert [word for kind in GROUPS["zh"] for word in kind if word in ("一月", "七月")] == ["一月", "七月"]


@pytest.mark.parametrize("kind", ["word2vec", "fasttext"])
def test_gensim_gives_the_same_bytes_in_another_process(kind: str):
    pytest.importorskip("gensim")
    code = (
        "import hashlib; from llmpipe.vectors import words as v\n"
        "texts = [['the', 'red', 'cat'], ['the', 'blue', 'dog'], ['a', 'red', 'dog']] * 20\n"
        "words = v.vocabulary(texts, 1, 99)\n"
        f"found = v.KINDS['{kind}'](texts, words, v.Settings(8, 2, 1, 3, 1))\n"
        "print(hashlib.sha256(found.tobytes()).hexdigest(), found.shape)"
    )
    outputs = {
        subprocess.run(
            [sys.executable, "-c", code],
            env={"PYTHONPATH": str(ROOT), "PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    }

    assert len(outputs) == 1
    assert outputs.pop().endswith("(6, 8)\n")


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Layout:
    monkeypatch.setenv("DVC_ROOT", str(tmp_path))
    return tiny.write_data(tmp_path / "data")


def test_the_stage_writes_vectors_and_what_they_know(data: Layout, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(baselines, "RELATIONS", {"en_to_zh": [("Rome", "罗马"), ("Oslo", "奥斯陆"), ("Kiev", "基辅")]})
    monkeypatch.setattr(baselines, "GROUPS", {"en": [list(tiny.PLACES), tiny.PEOPLE], "fr": [["Lyon", "Nice"]]})
    changes: dict[str, Any] = {"ngram": {"order": 0}, "lstm": {"steps": 0}}
    digests = set()
    for name in "ab":
        out = Layout(tmp_path / name)
        chosen = {"kinds": ["glove"], "dim": 8, "min_count": 2, "steps": 30}
        baselines.run(tiny.params(baselines=changes | {"vectors": chosen}), data, out, Reporter())
        digests.add((digest(out.baselines), out.metrics("baselines").read_bytes()))
    metrics = read_json(out.metrics("baselines"))["glove"]

    assert len(digests) == 1
    assert len((out.baselines / "vectors/glove.txt").read_text("utf-8").splitlines()) == metrics["words"]
    assert metrics["analogies"]["en_to_zh"]["n"] == 2
    assert set(metrics["neighbours"]) == {"en"}
    share = metrics["neighbours"]["en"]
    assert share["n"] == 8
    assert share["low"] <= share["value"] <= share["high"]
    assert share["chance"] == pytest.approx(3 / 9, abs=1e-6)  # 4 places, 4 people of the English texts, 2 in Chinese


def test_the_report_has_a_table_of_them_and_nothing_without():
    share = {"value": 0.25, "low": 0.2, "high": 0.31, "chance": 0.004, "n": 240}
    found = {"glove": {"words": 9, "analogies": {"plural_en": share}}, "ngram": {"bits_per_byte": 1.0}}

    class Fake:
        metrics = {"baselines": found}

    table = page.vectors(Fake())[-1]
    assert isinstance(table, Table)
    assert table.rows == [["glove", "analogies: plural_en", "0.250 [0.200, 0.310]", "0.004", "240"]]
    Fake.metrics = {"baselines": {"ngram": {"bits_per_byte": 1.0}}}
    assert page.vectors(Fake()) == []
