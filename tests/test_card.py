"""The data card: the numbers are those of the files, and a reader sees what went and why."""

import math
from dataclasses import replace

import fake
import numpy as np
import pytest

from llmpipe.config import DocumentsSource
from llmpipe.corpus import pipeline, statistics
from llmpipe.corpus.text import token_hashes
from llmpipe.files import read_json, write_json, write_jsonl
from llmpipe.pages import card
from llmpipe.pages.blocks import to_markdown
from llmpipe.progress import Reporter
from llmpipe.stages import report


@pytest.fixture
def data(tmp_path, monkeypatch):
    monkeypatch.setenv("LLMPIPE_TRACKING", "off")
    return fake.write_results(tmp_path / "data")


@pytest.fixture
def page(data):
    report.run(fake.params(), data, data, Reporter())
    return (data.report / "data.md").read_text(encoding="utf-8")


def test_the_card_names_what_went_with_an_example(page):
    assert "### near_duplicate" in page
    assert "| d11 | 0.83 of d1 | Gim has \\| a dog |" in page
    assert "| html | d2 | &lt;p>Gim&lt;/p> | Gim |" in page
    assert "| world | 阅读原文 | 7 |" in page
    assert "| d1 | 1 |" in page
    assert "| 0.8 to 0.9 | 1 |" in page


def test_sources_state_their_licence_or_that_they_have_none(data):
    given = fake.params()
    files = {"kind": "documents", "paths": ["a.txt"]}
    known = DocumentsSource(name="known", license="CC BY 4.0", url="https://a.org", **files)
    sources = (*given.ingest.sources, known, DocumentsSource(name="silent", **files))
    params = replace(given, ingest=given.ingest.model_copy(update={"sources": sources}))

    page = to_markdown(card.sources(params))

    assert "| world | sample world | en, zh, fr | made by llmpipe | Apache-2.0 | – |" in page
    assert "| known | documents | detected | a.txt | CC BY 4.0 | https://a.org |" in page
    assert "Without a licence: silent." in page


def test_what_nobody_sees_is_spelled_out(data):
    row = {"id": "d2", "reasons": ["invisible"], "before": "zero\u200bwidth\x00", "after": "zerowidth"}
    write_jsonl(data.clean / "changed/00000.jsonl", [row])

    [shown] = statistics.describe(data.raw, data.clean)["changed"]["invisible"]

    assert shown["before"] == "zero\\u200bwidth\\x00"


def test_personal_data_are_not_shown(data):
    """Neither those that cleaning redacted, nor those of a removed text, nor half an address where a text was cut."""
    secret = "kasmer@example.org"
    removed = {"id": "d3", "reason": "min_words", "detail": "1", "text": f"Write to {secret}!"}
    cut = {"id": "d4", "reason": "cut", "detail": "", "text": ("a.somebody@example.org " * 20)[: pipeline.SHOWN]}
    changed = {"id": "d5", "reasons": ["pii_email"], "before": f"My address: {secret}", "after": "My address: [EMAIL]"}
    write_jsonl(data.clean / "removed/00000.jsonl", [removed, cut])
    write_jsonl(data.clean / "changed/00000.jsonl", [changed])

    facts = statistics.describe(data.raw, data.clean)

    assert facts["removed"]["min_words"][0]["text"] == "Write to [EMAIL]!"
    assert facts["changed"]["pii_email"][0]["before"] == "My address: [EMAIL]"
    assert "somebody" not in facts["removed"]["cut"][0]["text"]
    assert statistics.CUT == pipeline.SHOWN


def test_a_malformed_address_has_no_host(data):
    rows = [{"id": name, "text": "a"} for name in ("http://[", "https://a.org/1", "https://a.org/2")]
    write_jsonl(data.clean / "train" / "00000.jsonl", rows)

    assert statistics.describe(data.raw, data.clean)["hosts"] == [("a.org", 2)]


def test_the_plot_of_lengths_is_beside_it(data, page):
    assert "](plots/document_lengths.svg)" in page
    assert "](plots/waterfall.svg)" in page
    assert (data.report / "plots/waterfall.svg").exists()
    assert (data.report / "plots/document_lengths.svg").exists()


def test_the_waterfall_ends_at_what_was_kept(data, page):
    documents = read_json(data.metrics("clean"))["documents"]
    rows = [line.split("|") for line in page.splitlines() if line.startswith("| raw |") or "near_duplicate |" in line]

    assert rows[0][2].strip() == f"{documents['raw']:,}"


def test_leaks_are_shown_by_test_set(data, tmp_path):
    metrics = read_json(data.metrics("clean"))
    metrics["decontamination"] = {"toy/T1": {"items": 200, "by_item": 3, "by_ngram": 12}}
    write_json(data.metrics("clean"), metrics)
    report.run(fake.params(), data, data, Reporter())

    assert "| toy/T1 | 200 | 3 | 12 |" in (data.report / "data.md").read_text(encoding="utf-8")


def test_the_same_files_give_the_same_card(data, page):
    report.run(fake.params(), data, data, Reporter())

    assert (data.report / "data.md").read_text(encoding="utf-8") == page


def test_lengths_fall_into_bins(data):
    write_jsonl(data.raw / "documents/00000.jsonl", [{"id": str(n), "text": "x" * n} for n in (0, 16, 17, 2**21)])

    lengths = statistics.describe(data.raw, data.clean)["lengths"]["raw"]

    assert lengths[:2] == [2, 1]
    assert lengths[-1] == 1
    assert sum(lengths) == 4


def test_divergence_is_nought_for_the_same_and_one_for_strangers():
    """Half of the mass in common is 0.5 bits away: p = (1/2, 1/2, 0), q = (0, 1/2, 1/2)."""
    same, other, half = (token_hashes([text]) for text in ("a b a b a b", "c d c d c d", "b c b c b c"))

    assert statistics.divergence(same, same) == {"bits": 0.0, "unseen_3": 0.0, "unseen_5": 0.0}
    assert statistics.divergence(same, other)["bits"] == pytest.approx(1)
    assert statistics.divergence(same, other)["unseen_3"] == 1
    assert statistics.divergence(same, half)["bits"] == pytest.approx(0.5)
    nothing = (np.empty(0, dtype=np.uint64), np.empty(0, dtype=np.int64))
    assert not math.isnan(statistics.divergence(same, nothing)["bits"])


def test_diversity_is_different_over_all(data):
    """`a b a b` has 2 of 4 words, 2 of 3 pairs (a b, b a), 2 of 2 threes."""
    for split in statistics.SPLITS:
        write_jsonl(data.clean / split / "00000.jsonl", [{"id": "1", "text": "a b a b"}])

    diversity = statistics.describe(data.raw, data.clean)["diversity"]["train"]

    assert diversity == {"1": 0.5, "2": pytest.approx(2 / 3), "3": 1.0}


def test_a_text_of_fewer_words_has_no_ngram():
    """Two words of test are no 3-gram that train lacks; of four words both 3-grams are."""
    train, short, long = (token_hashes([text]) for text in ("a b c", "x y", "w x y z"))

    assert statistics.divergence(train, short)["unseen_3"] == 0
    assert statistics.divergence(train, long)["unseen_3"] == 1


def test_all_of_train_is_looked_at_or_the_card_says_how_much(data, page, monkeypatch):
    assert "are not in train." in page
    monkeypatch.setattr(statistics, "READ_BYTES", 300)
    report.run(fake.params(), data, data, Reporter())

    assert "of train, chosen by hash, that this page looks at." in (data.report / "data.md").read_text("utf-8")
