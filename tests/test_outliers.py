"""Outliers: what is no text of the corpus goes, by its own rule, whatever the tasks; what is text stays."""

import random
import re
from collections import Counter
from itertools import pairwise

import numpy as np
import pytest
from test_clean import _one_process, kept, raw, removed, run  # noqa: F401  (a fixture)

from llmpipe.corpus import outlier_counts, outliers, workspace
from llmpipe.corpus.outlier_counts import READ_CHARACTERS, READ_WORDS
from llmpipe.corpus.text import match_tokens, mostly_han, tokens_of
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


def prepared_of(texts, language):
    """Texts as the counts see them, and whether they are mostly Han."""
    return outlier_counts.first_of(texts, [language] * len(texts))


def counts_of(prepared, *marked):
    """The counts of marked texts, each mark a task."""
    tallies = [outlier_counts.Tally() for _ in marked]
    for tally, one in zip(tallies, marked, strict=True):
        tally.add(prepared, one)
    return outlier_counts.summed(map(outlier_counts.packed, tallies))


def same(left, right):
    return all(
        np.array_equal(table, outlier_counts.tables(right)[name]) for name, table in outlier_counts.tables(left).items()
    )


def judged(clean, dirty, language, **rules):
    """Reason by number, of clean texts and, behind them, dirty ones."""
    everything = [*clean, *dirty]
    prepared, han = prepared_of(everything, language)
    all_of_them = np.ones(len(everything), dtype=bool)
    scored = outliers.scores(counts_of(prepared, all_of_them), prepared, all_of_them, han)
    found = outliers.outliers(scored, all_of_them, OutliersConfig(**(rules or RULES)))
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


@pytest.mark.parametrize("language", ["en", "zh"])
def test_pairs_of_words_from_several_texts_are_unlikely(texts, language):
    """Pairs stay whole, so that there is some order, but what stands beside them never does elsewhere."""

    def pairs(text):
        words = re.findall(r"\w+" if text.isascii() else r"\w", text)
        return [" ".join(two) if text.isascii() else "".join(two) for two in zip(words[::2], words[1::2], strict=False)]

    draw = random.Random(4)
    every = [pair for text in texts[language] for pair in pairs(text)]
    salads = [(" " if language == "en" else "").join(draw.sample(every, 60)) for _ in range(20)]

    found = judged(texts[language], salads, language, max_unlikely_ratio=0.1)

    assert sum(number >= 0 for number in found) >= 18
    assert not [number for number in found if number < 0]


def test_few_pairs_tell_nothing_unlikely(texts):
    """A share of fewer pairs than `MIN_EXPECTED` is no evidence."""
    prepared, han = prepared_of([*texts["en"], "the of the of"], "en")
    counted = np.ones(len(texts["en"]) + 1, dtype=bool)

    scored = outliers.scores(counts_of(prepared, counted), prepared, counted, han)

    assert scored.unlikely[-1] == 0


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


def test_a_few_rare_triples_do_not_make_an_outlier(texts):
    """In a corpus of sentences `hi, i'm john` is rare as well; the same signs at length are a dump."""
    short = ["zqx, jvk: 7!", "qxj; vvk 8?"]

    assert judged(texts["en"], short, "en", max_rare_ratio=0.6) == {}
    assert sorted(judged(texts["en"], [" ".join([text] * 12) for text in short], "en", max_rare_ratio=0.6)) == [0, 1]


def test_a_language_of_few_documents_is_left_alone(texts):
    few = texts["en"][: outliers.MIN_DOCUMENTS - 30]

    assert judged(few, [shuffled(text, 0) for text in few[:20]], "en") == {}


def test_a_score_leaves_out_the_document_itself(texts):
    """Whether a document is part of the counts does not change its scores."""
    prepared, han = prepared_of(texts["en"], "en")
    half = np.arange(700) % 2 == 0
    without_first = half & (np.arange(700) > 0)

    scored = outliers.scores(counts_of(prepared, half), prepared, half, han)
    other = outliers.scores(counts_of(prepared, without_first), prepared, without_first, han)

    assert (scored.order[0], scored.unknown[0], scored.rare[0]) == (other.order[0], other.unknown[0], other.rare[0])
    assert scored.order[0] != 0


def test_counts_are_sums(texts):
    """Counted in two parts and added up: the same as counted at once."""
    prepared, _ = prepared_of(texts["zh"], "zh")
    first = np.arange(700) < 300

    assert same(counts_of(prepared, np.ones(700, dtype=bool)), counts_of(prepared, first, ~first))


MIXED = [
    "The STRASSE of Straße and İzmir: 2024 was like 1999, don't you think?",  # some characters are several when folded
    "Größe " * 1500,  # more tokens and characters than are read
    "他说：“今天是2024年5月6日。”" * 90,
    "𠀀𠀁 ǅ Ǆ ΑΣ ας x−y=z + 3",
    "字" * 900 + " word" * 890,
    "字" * 900 + " word" * 910,
    "",
    "a" * 5000,
    "\ud800 half of a character",
]


def test_what_is_counted_while_rules_run_is_what_is_scored():
    """Texts folded and hashed before, and read from their beginnings: the same tokens and characters."""
    tokens = tokens_of(MIXED)
    before = outlier_counts.texts_of(MIXED, [text.casefold() for text in MIXED], tokens, ["en"] * len(MIXED))
    after, han = prepared_of(MIXED, "en")
    everything = np.ones(len(MIXED), dtype=bool)

    assert after.lengths.tolist() == np.minimum(tokens.lengths, READ_WORDS).tolist()
    for number, begin in enumerate(np.cumsum(tokens.lengths) - tokens.lengths):
        own = after.hashes[after.lengths[:number].sum() :][: after.lengths[number]]
        assert own.tolist() == tokens.hashes[begin : begin + len(own)].tolist()
    for texts in (before, after):
        read = [texts.codes[a:b].tolist() for a, b in zip(texts.starts, texts.ends, strict=True)]
        assert read == [list(map(ord, text[:READ_CHARACTERS].casefold())) for text in MIXED]
    assert han.tolist() == mostly_han(tokens).tolist() == [n in (2, 4) for n in range(len(MIXED))]
    assert same(counts_of(before, everything), counts_of(after, everything))


def test_counts_are_those_of_plain_dictionaries():
    """Tokens, pairs of neighbours, and texts that have three characters in a row, each counted without arrays."""
    prepared, _ = prepared_of(MIXED, "en")
    counted = np.arange(len(MIXED)) != 3
    tokens = [match_tokens(text)[:READ_WORDS] for text, one in zip(MIXED, counted, strict=True) if one]
    folded = [text[:READ_CHARACTERS].casefold() for text, one in zip(MIXED, counted, strict=True) if one]
    plain = [re.sub("[0-9]", "0", text) for text in folded]
    words = Counter(token for text in tokens for token in text)
    pairs = Counter(pair for text in tokens for pair in pairwise(text))
    triples = Counter(one for text in plain for one in {text[n : n + 3] for n in range(len(text) - 2)})

    counts = counts_of(prepared, counted)

    assert sorted(counts.words[counts.words > 0].tolist()) == sorted(words.values())
    assert sorted(counts.pairs[counts.pairs > 0].tolist()) == sorted(pairs.values())
    assert sorted(counts.triples[counts.triples > 0].tolist()) == sorted(triples.values())
    assert (counts.total[0], counts.documents.sum()) == (sum(words.values()), 8)


def test_the_order_of_a_known_corpus():
    """Hand-worked: one pair that always stands together among 2,000 tokens, one that never does."""
    corpus = ["alpha beta"] * 500 + ["gamma delta"] * 500 + ["delta alpha"]
    prepared, han = prepared_of(corpus, "en")
    counted = np.arange(len(corpus)) < 1000

    found = outliers.scores(counts_of(prepared, counted), prepared, counted, han)

    seen, by_chance = 499, 499 * 499 / 1998
    assert found.order[0] == pytest.approx(np.log2((seen + 0.5) / (by_chance + 0.5)))
    assert found.order[-1] == pytest.approx(np.log2(0.5 / (500 * 500 / 2000 + 0.5)))
    assert found.pairs.tolist() == [1] * len(corpus)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_scores_are_those_of_counts_without_the_text(texts, language):
    """The definition, worked out slowly for some texts of a corpus, that are counted or not."""
    corpus = texts[language][:120]
    prepared, han = prepared_of(corpus, language)
    counted = np.arange(len(corpus)) % 3 > 0
    found = outliers.scores(counts_of(prepared, counted), prepared, counted, han)
    for number in (0, 1, 2, 50, 60, 119):
        others = [n for n in np.flatnonzero(counted).tolist() if n != number]
        tokens = {n: match_tokens(corpus[n]) for n in (number, *others)}
        own = tokens[number]
        words = Counter(token for n in others for token in tokens[n])
        pairs = Counter(pair for n in others for pair in pairwise(tokens[n]))
        repeated = Counter(pairwise(own))
        means = []
        for lag in (1, outliers.NEAR, outliers.FAR):
            bits = []
            for pair in zip(own, own[lag:], strict=False):
                expected = words[pair[0]] * words[pair[1]] / words.total()
                value = np.log2((pairs[pair] + outliers.SMOOTHING) / (expected + outliers.SMOOTHING))
                bits.append(max(value, 0) if repeated[pair] > (lag == 1) else value)
            means.append(sum(bits) / max(len(bits), 1))

        assert found.order[number] == pytest.approx(min(means[0], means[0] - (means[1] + means[2]) / 2))
        assert found.unknown[number] == pytest.approx(np.mean([words[token] == 0 for token in own]))


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
