"""Outliers: what is no text of the corpus goes, by its own rule, whatever the tasks; what is text stays."""

import random

import numpy as np
import pytest
from test_clean import _one_process, kept, raw, removed, run  # noqa: F401  (a fixture)

from llmpipe.corpus import outliers, workspace
from llmpipe.corpus.text import tokens_of
from llmpipe.files import digest
from llmpipe.records import Document
from llmpipe.sections.clean import OutliersConfig
from llmpipe.world.streams import document

RULES = {"min_order": 0.15, "max_unknown_ratio": 0.3, "max_rare_ratio": 0.6}
PLAIN = {
    "exact": False,
    "near": False,
}


def world(language, count):
    """Passages of the sample world in one language."""
    found, number = [], 0
    while len(found) < count:
        made = document(3, number, ("passage", "news", "wiki")[number % 3])
        if made.language == language and len(made.text) > 60:
            found.append(made.text)
        number += 1
    return found


@pytest.fixture(scope="module")
def texts():
    return {language: world(language, 700) for language in ("en", "zh")}


def judged(clean, dirty, language, **rules):
    """Reason by number, of clean texts and, behind them, dirty ones."""
    everything = [*clean, *dirty]
    prepared = outliers.texts_of(everything, tokens_of(everything), [language] * len(everything))
    counts, all_of_them = outliers.no_counts(), np.ones(len(everything), dtype=bool)
    counts.add(prepared, all_of_them)
    found = outliers.outliers(
        outliers.scores(counts, prepared, all_of_them), all_of_them, OutliersConfig(**(rules or RULES))
    )
    return {number - len(clean): reason for number, (reason, _) in found.items()}


def shuffled(text, seed):
    words = text.split() if text.isascii() else list(text)
    random.Random(seed).shuffle(words)
    return (" " if text.isascii() else "").join(words)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_shuffled_words_have_no_order(texts, language):
    long = [text for text in texts[language] if len(tokens_of([text]).hashes) > 40][:20]

    found = judged(texts[language], [shuffled(text, n) for n, text in enumerate(long)], language)

    assert sum(number >= 0 for number in found) >= 19
    assert not [number for number in found if number < 0]  # no text of the corpus goes
    assert set(found.values()) == {"min_order"}


def test_words_with_wrong_letters_are_unknown(texts):
    def wrong(text, n):
        draw = random.Random(n)
        return "".join(
            draw.choice("abcdefghijklmnopqrstuvwxyz") if c.islower() and draw.random() < 0.3 else c for c in text
        )

    found = judged(
        texts["en"], [wrong(text, n) for n, text in enumerate(texts["en"][:20])], "en", max_unknown_ratio=0.3
    )

    assert len(found) >= 18
    assert min(found) >= 0


def test_dumps_are_rare_also_in_many_copies(texts):
    """Each of thirty style sheets knows all triples of characters of the others; documents that are text do not."""
    draw = random.Random(1)
    sheets = [
        "".join(
            f".c{draw.randrange(99)}{{margin:{draw.randrange(9)}px;padding:{draw.randrange(9)}em}}\n" for _ in range(12)
        )
        for _ in range(15)
    ]

    found = judged(texts["en"], sheets, "en", max_rare_ratio=0.6)

    assert sorted(found) == list(range(15))


def test_a_language_of_few_documents_is_left_alone(texts):
    few = texts["en"][: outliers.MIN_DOCUMENTS - 30]

    assert judged(few, [shuffled(text, 0) for text in few[:20]], "en") == {}


def test_a_score_leaves_out_the_document_itself(texts):
    """Whether a document is part of the counts does not change its scores, nor does scoring change the counts."""
    prepared = outliers.texts_of(texts["en"], tokens_of(texts["en"]), ["en"] * len(texts["en"]))
    everything, half = np.ones(700, dtype=bool), np.arange(700) % 2 == 0
    counts = outliers.no_counts()
    counts.add(prepared, half)
    before = outliers.packed(counts)
    scored = outliers.scores(counts, prepared, half)
    after = outliers.packed(counts)
    without_first = outliers.no_counts()
    without_first.add(prepared, half & (np.arange(700) > 0))
    other = outliers.scores(without_first, prepared, half & (np.arange(700) > 0))

    assert all(np.array_equal(before[name], after[name]) for name in before)
    assert (scored.order[0], scored.unknown[0], scored.rare[0]) == (other.order[0], other.unknown[0], other.rare[0])
    assert everything.sum() == len(scored.order)


def test_counts_are_sums(texts):
    """Counted in two parts and added up, packed and unpacked: the same as counted at once."""
    prepared = outliers.texts_of(texts["zh"], tokens_of(texts["zh"]), ["zh"] * 700)
    first = np.arange(700) < 300
    whole, parts = outliers.no_counts(), [outliers.no_counts(), outliers.no_counts()]
    whole.add(prepared, np.ones(700, dtype=bool))
    parts[0].add(prepared, first)
    parts[1].add(prepared, ~first)

    together = outliers.packed(outliers.summed(outliers.packed(part) for part in parts))

    assert {name: array.tolist() for name, array in outliers.packed(whole).items()} == {
        name: array.tolist() for name, array in together.items()
    }


def test_the_order_of_a_known_corpus():
    """Hand-worked: one pair that always stands together among 2,000 tokens, one that never does."""
    corpus = ["alpha beta"] * 500 + ["gamma delta"] * 500 + ["delta alpha"]
    prepared = outliers.texts_of(corpus, tokens_of(corpus), ["en"] * len(corpus))
    counts, counted = outliers.no_counts(), np.arange(len(corpus)) < 1000
    counts.add(prepared, counted)

    found = outliers.scores(counts, prepared, counted)

    seen, by_chance = 499, 499 * 499 / 1998
    assert found.order[0] == pytest.approx(np.log2((seen + 0.5) / (by_chance + 0.5)))
    assert found.order[-1] == pytest.approx(np.log2(0.5 / (500 * 500 / 2000 + 0.5)))
    assert found.pairs.tolist() == [1] * len(corpus)


def test_the_stage_drops_them_the_same_in_any_tasks(tmp_path, monkeypatch, texts):
    documents = [Document(f"w{n}", text, "en", "mine") for n, text in enumerate(texts["en"])]
    documents += [Document(f"z{n}", text, "zh", "mine") for n, text in enumerate(texts["zh"])]
    long = [text for text in texts["en"] if len(text.split()) > 40][:10]
    documents += [Document(f"s{n}", shuffled(text, n), "en", "mine") for n, text in enumerate(long)]
    results = []
    for number, size in enumerate((2**15, 2**17)):
        monkeypatch.setattr(workspace, "MIN_TASK_BYTES", size)
        monkeypatch.setattr(workspace, "MAX_TASK_BYTES", size)
        layout = raw(tmp_path / str(number), documents)
        metrics = run(layout, outliers=RULES, duplicates=PLAIN)
        results.append(digest(layout.clean))

    gone = {name: row["reason"] for name, row in removed(layout).items()}
    assert gone == {f"s{n}": "min_order" for n in range(10)}
    assert metrics["removed"]["reasons"] == {"min_order": 10}
    assert len(kept(layout)) == 1400
    assert results[0] == results[1]


def test_a_sample_of_a_large_corpus_is_enough(tmp_path, monkeypatch, texts):
    """Documents that are not counted are judged as the others are."""
    documents = [Document(f"w{n}", text, "en", "mine") for n, text in enumerate(texts["en"])]
    long = [text for text in texts["en"] if len(text.split()) > 40][:10]
    documents += [Document(f"s{n}", shuffled(text, n), "en", "mine") for n, text in enumerate(long)]
    monkeypatch.setattr(workspace, "COUNT_BYTES", 2**17)
    layout = raw(tmp_path, documents)

    run(layout, outliers=RULES, duplicates=PLAIN)

    gone = set(removed(layout))
    assert len(gone & {f"s{n}" for n in range(10)}) >= 9
    assert len(gone) <= 11
