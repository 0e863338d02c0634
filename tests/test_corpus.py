"""The rules of cleaning: known texts, known answers; what must be kept counts as much as what must go."""

import json
import random

import numpy as np
import pytest

from llmpipe.config import CleanConfig
from llmpipe.corpus import decontaminate, duplicates, kinds, ledger, prefixes
from llmpipe.corpus.pipeline import clean_text, excerpts
from llmpipe.corpus.text import (
    at_least,
    codes_of,
    match_tokens,
    ngram_hashes,
    num_han,
    shingles,
    token_hashes,
    tokens_of,
    words,
)
from llmpipe.records import Example

# --- words --------------------------------------------------------------------------------------------


def test_han_characters_are_words():
    assert words("Don't stop 你好，l’eau 3.5") == ["Don't", "stop", "你", "好", "l’eau", "3", "5"]
    assert num_han("你好 hello") == 2


def test_at_least_agrees_with_counting_words():
    draw = random.Random(1)
    for _ in range(3000):
        text = "".join(draw.choice("ab'’ -_你好7é.\n") for _ in range(draw.randrange(30)))
        for number in (1, 2, 7):
            assert bool(at_least(number)(text)) == (len(words(text)) >= number), (text, number)


def test_kinds_count_characters_and_runs():
    codes = codes_of("Été x 12€ 你好 カナ 한 мир a\u00a0")
    found = kinds.census(kinds.of_codes(codes))

    assert found[[kinds.HAN, kinds.KANA, kinds.HANGUL, kinds.DIGIT]].tolist() == [2, 2, 1, 2]
    assert found[[kinds.SYMBOL, kinds.SPACE]].tolist() == [1, 8]
    assert kinds.num_words(codes, kinds.table()) == (2, 2, 1, 1, 1)  # neither x nor a is a word
    assert kinds.num_words(codes_of("ab"), kinds.table()) == (0, 0, 0, 1, 0)
    assert kinds.num_words(codes_of(""), kinds.table()) == (0, 0, 0, 0, 0)


def test_excerpts_begin_a_little_before_the_first_difference():
    before = "x" * 100 + "A" + "y" * 400

    assert excerpts(before, before.replace("A", "BB")) == (before[40:340], before.replace("A", "BB")[40:340])
    assert excerpts("same", "same and more") == ("same", "same and more")
    assert excerpts("", "new") == ("", "new")


def test_match_tokens_fold_case_and_keep_signs():
    assert match_tokens("F(x) = 3x^2 − 5!") == ["f", "x", "=", "3x", "^", "2", "−", "5"]


def test_ngrams_stay_inside_their_text():
    """Texts of 6, 0, 2 and 5 tokens have 2, 0, 1 and 1 five-grams; equal texts have equal hashes."""
    hashes, offsets = ngram_hashes(*token_hashes(["a b c d e f", "", "a b", "A-b, c d. e".replace("-", " ")]), 5)

    assert offsets.tolist() == [0, 2, 2, 3, 4]
    assert hashes[0] == hashes[3]
    assert len(set(hashes.tolist())) == 3
    assert ngram_hashes(*token_hashes(["a b"]), 5)[0] == hashes[2]


HARD = [
    "F(x) = 3x^2 − 5! don't l’eau",
    "你好，world々〇 ひらがな 한글 naïve ǅ ß İ",
    "",
    "a_b __ \ud800 x\u0301y 🤖🤖 ①②③ ½ _",
    " \n\t",
    "ＦＵＬＬ　ｗｉｄｔｈ 𠀀𠀁x 12,345.6e-7",
]


def test_hashes_of_tokens_are_equal_where_tokens_are():
    """Against the tokens themselves, for each text alone and for all together."""
    tokens = [match_tokens(text) for text in HARD]
    hashes, lengths = token_hashes(HARD)
    flat = [token for words in tokens for token in words]

    assert lengths.tolist() == [len(words) for words in tokens]
    assert len(set(flat)) == len(set(hashes.tolist()))
    assert len(set(zip(flat, hashes.tolist(), strict=True))) == len(set(flat))
    assert np.concatenate([token_hashes([text])[0] for text in HARD]).tolist() == hashes.tolist()


# --- duplicates ---------------------------------------------------------------------------------------


def signatures_of(texts, num_hashes=128, n=5):
    return duplicates.signatures(*ngram_hashes(*token_hashes(texts), n), num_hashes)


def test_equal_signatures_estimate_jaccard():
    """200 tokens with 40 changed at the end: 5-gram sets share 156 of 236, and so do signatures within 4 sigma."""
    left = [f"w{i}" for i in range(200)]
    right = left[:160] + [f"v{i}" for i in range(40)]
    table = signatures_of([" ".join(left), " ".join(right)], 1024)

    exact = duplicates.jaccard(duplicates.gram_set(" ".join(left), 5, 5), duplicates.gram_set(" ".join(right), 5, 5))

    assert exact == pytest.approx(156 / 236)
    assert (table[0] == table[1]).mean() == pytest.approx(exact, abs=4 * np.sqrt(exact * (1 - exact) / 1024))


def test_bands_find_pairs_at_the_threshold():
    rows = duplicates.rows_per_band(128, 0.5)

    assert rows == 3
    assert 1 - (1 - 0.5**rows) ** (128 // rows) >= 0.95
    assert duplicates.rows_per_band(128, 0.8) == 7


def test_band_pairs_are_the_kept_documents_with_equal_columns_the_smaller_rank_first():
    columns = np.array([[1, 1, 8, 8, 1], [2, 2, 8, 9, 2]], dtype=np.uint32)
    kept = np.array([True, True, True, True, False])

    pairs = duplicates.band_pairs(columns, kept, np.array([4, 3, 2, 1, 0]))

    assert pairs.tolist() == [1 * 5 + 0]


def test_short_texts_need_more_likeness():
    assert duplicates.needed(100, 0.5) == 0.5
    assert duplicates.needed(3, 0.5) == pytest.approx(0.875)
    texts = ["Ann was born in the town of Redhill", "Ann was born in the town of Whitefield"]
    pairs = np.array([[0, 1]])

    assert duplicates.verified(pairs, texts.__getitem__, 5, 5, 0.5) == []


def test_shingles_are_as_long_as_the_script_of_a_text_asks():
    texts = ["a b c d e f", "春眠不觉晓处处闻啼鸟", "", "a 春 b 眠"]  # the last is half Han: words
    hashes, offsets = shingles(tokens_of(texts), 3, 8)

    assert np.diff(offsets).tolist() == [4, 3, 0, 2]
    for number, (text, n) in enumerate(zip(texts, (3, 8, 3, 3), strict=True)):
        alone = ngram_hashes(*token_hashes([text]), n)[0]
        assert hashes[offsets[number] : offsets[number + 1]].tolist() == alone.tolist()


def continued(texts, ranks=None):
    tokens = [token_hashes([text])[0] for text in texts]
    return prefixes.continued(tokens, ranks or list(range(len(texts))))


def test_a_text_that_others_continue_goes_for_the_longest():
    whole = "one two three four five six seven"

    assert continued(["one two three", whole, "one two three four fi", "one two four five"]) == {0: 1, 2: 1}
    assert continued([f"{whole} eight nine", f"{whole} ten ten ten", whole], [1, 0, 2]) == {2: 1}
    assert continued([f"{whole} eight", f"{whole} nine", whole], [1, 0, 2]) == {2: 1}  # of equals the smaller rank
    assert continued([whole, whole.upper()]) == {}  # an exact copy is no beginning


def test_heads_are_of_texts_with_enough_words():
    found = prefixes.heads(tokens_of(["a b c d", "A, b! c?", "a b", ""]), 3)

    assert found[0] == found[1] != 0
    assert found[2:].tolist() == [0, 0]


def test_a_removed_document_has_a_kept_near_copy():
    """In the chain a-b-c with b first both ends go; with a first b goes and c stays, as no kept one is near it."""
    chain = [(0, 1, 0.6), (1, 2, 0.7)]

    assert duplicates.near_copies(chain, np.array([1, 0, 2])) == {0: (1, 0.6), 2: (1, 0.7)}
    assert duplicates.near_copies(chain, np.array([0, 1, 2])) == {1: (0, 0.6)}


def test_the_kept_exact_copy_has_the_smallest_rank():
    keys = np.array([[1, 1], [2, 2], [1, 1], [1, 1]], dtype=np.uint64)

    assert duplicates.exact_copies(keys, np.array([3, 0, 1, 2]), np.ones(4, bool)) == {0: 2, 3: 2}
    assert duplicates.exact_copies(keys, np.array([3, 0, 1, 2]), np.array([True, True, False, True])) == {0: 3}


def test_clusters_join():
    clusters = duplicates.Clusters(6)
    for one, other in ((0, 1), (4, 5), (1, 4)):
        clusters.join(one, other)

    assert len({clusters.find(index) for index in (0, 1, 4, 5)}) == 1
    assert clusters.find(2) == 2


# --- decontaminate ------------------------------------------------------------------------------------


def item(task, inputs, *references, dataset="toy", split="T1", name="t1"):
    return Example(name, task, dataset, split, "en", inputs, references)


def leaked(example, text, min_words=6):
    index = decontaminate.build_index([example], min_words)
    texts = ["Some other document that comes first.", text]
    return decontaminate.leaks(index, texts, *decontaminate.hash_texts(texts)) == [(1, 0)]


QUESTION = "In which year was the old mill of Redhill built?"
PASSAGE = "The mill stands by the river. It was built in 1802 by the miller Tom and burnt down twice since then."
ZH = "周末我们去看新开的博物馆"


@pytest.mark.parametrize(
    ("example", "text", "expected"),
    [
        (item("translation", {"source": QUESTION}, "x"), f"Start. {QUESTION.upper()} End.", True),
        (item("translation", {"source": QUESTION}, "x"), QUESTION.replace("Redhill", "Whitefield"), False),
        (item("translation", {"source": "Hi Tom, how are you?"}, "x"), "Hi Tom, how are you?", False),
        # a prompt of four words counts with its answer right behind it
        (
            item("translation", {"source": "How are you, Tom?"}, "汤姆，你今天好吗？"),
            "How are you, Tom? 汤姆，你今天好吗？",
            True,
        ),
        (
            item("translation", {"source": "How are you, Tom?"}, "汤姆，你今天好吗？"),
            "How are you, Tom? 我很好。汤姆，你今天好吗？",
            False,
        ),
        (item("translation", {"source": "How are you, Tom?"}, "汤姆，你今天好吗？"), "How are you, Tom?", False),
        (item("translation", {"source": ZH}, "x"), f"好的，{ZH}，好吗？", True),
        (item("translation", {"source": "今天天气怎么样"}, "x"), "他问今天天气怎么样了", False),
        (item("reading", {"context": PASSAGE, "question": "Who built it?"}, "Tom"), PASSAGE, False),
        (
            item("reading", {"context": PASSAGE, "question": "Who built it?"}, "Tom"),
            f"{PASSAGE}\nWho built it? Tom",
            True,
        ),
        (item("recall", {"question": QUESTION}, "1802"), f"{QUESTION} 1802", True),
        (item("recall", {"question": QUESTION}, "1802"), f"{QUESTION} 1803", False),
        (item("dialogue", {"history": [["user", QUESTION]]}, "In 1802."), QUESTION, False),
        (
            item("dialogue", {"history": [["user", QUESTION]]}, "In 1802."),
            f"User: {QUESTION}\nAssistant: in 1802",
            True,
        ),
        (item("derivative", {"question": "f(x) = 3x^2 - 5x + 7"}, "6x - 5"), "f(x) = 3x^2 - 5x + 8", False),
        (item("derivative", {"question": "f(x) = 3x^2 - 5x + 7"}, "6x - 5"), "f(x) = 3x^2 - 5x + 7, so ...", True),
    ],
)
def test_items_are_found_whole_or_not_at_all(example, text, expected):
    assert leaked(example, text) is expected


def test_an_edited_copy_of_a_long_item_is_found():
    article = " ".join(f"word{i}" for i in range(100))
    edited = article.replace("word50", "other")

    assert leaked(item("summary", {"document": article}, "x"), edited)
    assert not leaked(item("summary", {"document": article}, "x"), " ".join(article.split()[:60]))


def test_equal_prompts_have_equal_keys():
    one = item("translation", {"source": "Hello,  Tom!"}, "a")

    assert decontaminate.prompt_key(one) == decontaminate.prompt_key(item("translation", {"source": "hello tom"}, "b"))
    assert decontaminate.prompt_key(one) != decontaminate.prompt_key(item("summary", {"document": "Hello, Tom!"}, "a"))


# --- one document, the ledger -------------------------------------------------------------------------


def test_rules_run_in_an_order_that_lets_them_work_together():
    """Mojibake inside HTML inside control characters; what is left is short English with a placeholder."""
    page = (
        "<p>Le cafÃ© de\x07 Jean: \uff11\uff12 tables, appelez jean@example.com aujourd&#39;hui</p><p>© 2024 Jean</p>"
    )

    cleaned = clean_text(page, "", CleanConfig())

    assert cleaned.text == "Le café de Jean: 12 tables, appelez [EMAIL] aujourd'hui"
    assert cleaned.changed == ("mojibake", "html", "controls", "width", "boilerplate", "pii_email")
    assert cleaned.language == "fr"


def test_nothing_left_has_its_reason():
    assert clean_text("<script>x()</script>", "en", CleanConfig()).reason == "empty"


def entry(name, kind, expected, original="", origin="", spans=(), variant="v"):
    return {
        "id": name,
        "kind": kind,
        "variant": variant,
        "expected": expected,
        "original": original,
        "origin": origin,
        "spans": [list(span) for span in spans],
    }


def test_the_ledger_is_scored_by_hand_counted_cases():
    """Two copies, one of which was kept in place of its origin; one repaired of two; one false alarm."""
    entries = [
        entry("d1", "exact_duplicate", "drop", origin="o1"),
        entry("d2", "exact_duplicate", "drop", origin="o2"),
        entry("m1", "mojibake", "repair", original="café"),
        entry("m2", "mojibake", "repair", original="thé"),
        entry("p1", "pii", "redact", spans=[(0, 3, "a@b")]),
        entry("k1", "html", "keep", original="a < b"),
    ]
    outcomes = {
        "d1": ledger.Outcome("exact_duplicate", (), "", "o1"),
        "d2": ledger.Outcome("", (), "two"),
        "o2": ledger.Outcome("exact_duplicate", (), "", "d2"),
        "m1": ledger.Outcome("", ("mojibake",), "ca fé"),
        "m2": ledger.Outcome("", (), "thÃ©"),
        "p1": ledger.Outcome("", ("pii_email",), "[EMAIL] x"),
        "k1": ledger.Outcome("", (), "a < b"),
        "clean": ledger.Outcome("", ("recode",), "changed"),
    }

    scores = ledger.score(entries, outcomes)

    assert {kind: (s["recall"]["value"], s["recall"]["n"]) for kind, s in scores.items()} == {
        "exact_duplicate": (1.0, 2),
        "mojibake": (0.5, 2),
        "pii": (1.0, 1),
        "kept": (1.0, 1),
    }
    assert scores["mojibake"]["precision"]["value"] == 0.5
    assert scores["exact_duplicate"]["precision"]["value"] == 1.0
    damage = ledger.damage(entries, outcomes, documents=10)
    assert (damage["changed"]["value"], damage["removed"]["value"]) == (0.25, 0.0)
    assert json.dumps(scores)


def test_wilson_by_hand():
    """8 of 10: (.490, .943), the textbook's example."""
    share = ledger.proportion(8, 10)

    assert (share["value"], share["low"], share["high"]) == pytest.approx((0.8, 0.490, 0.943), abs=1e-3)
    assert ledger.proportion(0, 0) == {"value": 0.0, "low": 0.0, "high": 1.0, "n": 0}
