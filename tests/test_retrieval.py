"""Passages by BM25, the rule that refuses, and the scores of both: hand-worked values, English and Chinese."""

import math
from pathlib import Path

import numpy as np
import pytest

from llmpipe.errors import DataError
from llmpipe.files import write_jsonl
from llmpipe.metrics.ranking import recall_at, reciprocal_rank
from llmpipe.metrics.refusal import aurc, aurc_score, rate
from llmpipe.metrics.statistics import wilson
from llmpipe.records import Document
from llmpipe.retrieval import refusal
from llmpipe.retrieval.index import Index
from llmpipe.retrieval.passages import Passage, cut, from_documents, read_documents
from llmpipe.retrieval.refusal import Rule, Signs, best_threshold, fit
from llmpipe.retrieval.words import length, words

TEXTS = {
    "ann": "Ann lives in Oslo.",
    "ben": "Ben lives in Rome. Ben likes tea.",
    "li": "李雷住在北京。他喜欢唱歌。",
    "han": "韩梅住在上海。她喜欢跳舞。",
    "weather": "It rains.",
}


def index_of(texts: dict[str, str] = TEXTS, k1: float = 1.2, b: float = 0.75) -> Index:
    return Index([Passage(name, text) for name, text in texts.items()], k1, b)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Ann's 2 Cats", ["ann", "s", "2", "cats"]),
        ("Ｏｓｌｏ", ["oslo"]),
        ("住在北京", ["住", "在", "北", "京", "住在", "在北", "北京"]),
        ("iPhone手机", ["iphone", "手", "机", "手机"]),
        ("京", ["京"]),
        ("...", []),
    ],
)
def test_words_are_lower_case_runs_and_han_characters_with_their_pairs(text: str, expected: list[str]):
    assert words(text) == expected


def test_a_han_character_counts_as_one_word():
    assert length("Ann 住在北京 2") == 6


@pytest.mark.parametrize(
    ("question", "name"),
    [
        ("Where does Ann live?", "ann"),
        ("What does BEN like?", "ben"),
        ("李雷住在哪里？", "li"),
        ("韩梅喜欢什么？", "han"),
    ],
)
def test_the_passage_about_the_one_who_is_asked_about_comes_first(question: str, name: str):
    assert index_of().search(question, 3)[0].passage.id == name


def test_a_score_is_that_of_lucene():
    """One word in one of two passages of two words each: idf · 1 / (1 + k1), lengths being equal."""
    hit = index_of({"a": "red car", "b": "blue car"}).search("red", 1)[0]

    assert hit.passage.id == "a"
    assert hit.score == pytest.approx(math.log(1 + 1.5 / 1.5) / (1 + 1.2), abs=1e-4)


def test_ties_keep_the_order_of_the_passages():
    texts = {str(i): "the same words" for i in range(20)}

    assert [hit.passage.id for hit in index_of(texts).search("same words", 20)] == list(texts)


def test_a_repeated_word_of_a_question_counts_once():
    index = index_of()

    assert index.search("Ann", 5) == index.search("Ann ann ANN", 5)


def test_passages_that_share_no_word_are_no_hits():
    assert index_of().search("quantum", 5) == []
    assert index_of().search("？", 5) == []
    assert [hit.passage.id for hit in index_of().search("Oslo", 5)] == ["ann"]


@pytest.mark.parametrize("texts", [{}, {"dots": "..."}])
def test_a_base_without_words_finds_nothing(texts: dict[str, str]):
    index = index_of(texts)

    assert index.search("Where does Ann live?", 3) == []
    assert index.coverage("Where?", "Where?") == 1.0  # nothing is rarer than another word
    assert index.coverage("", "Where?") == 0.0


def test_coverage_is_led_by_the_rare_words():
    index = index_of({str(i): f"person{i} lives in town" for i in range(50)})

    named, other = (index.coverage("person7 lives in town", f"person{i} lives in town") for i in (7, 8))
    assert named == 1.0
    assert other < 0.01
    assert index.coverage("nobody lives in town", "person7 lives in town") < 0.01


def test_a_base_of_one_passage_knows_from_other_texts_which_words_are_rare():
    asked, text = "Where does Ann live?", "Ann lives in Oslo."
    known = [f"Where does person{i} live? In town." for i in range(50)]
    alone, told = (Index([Passage("ann", text)], 1.2, 0.75, texts) for texts in ([], known))

    assert alone.coverage(asked, text) < 0.1  # no passage has "where" or "does"
    assert told.coverage(asked, text) > 0.9
    assert told.coverage("Where does Bob live?", text) < 0.1
    assert told.search("town", 1) == []  # known, not searched
    assert told.search("Ann", 1) == alone.search("Ann", 1)


def test_whole_sentences_are_cut_at_the_limit_in_both_languages():
    assert cut("One two. Three four! Five six?", 4) == ["One two. Three four!", "Five six?"]
    assert cut("他住在北京。他喜欢唱歌。再见。", 11) == ["他住在北京。他喜欢唱歌。", "再见。"]
    assert cut("short", 4) == ["short"]
    assert cut(" \n ", 4) == []
    assert cut("one two three four five six. Seven.", 3) == ["one two three four five six.", "Seven."]


def test_nothing_is_lost_by_cutting():
    text = 'A first line\nand 3.5 more. 第一句。第二句！ "Quoted." Then… the end'

    assert "".join("".join(cut(text, 3)).split()) == "".join(text.split())


def test_passages_are_numbered_and_equal_ones_left_out():
    documents = [Document("a", "One two. Three four."), Document("b", "One two."), Document("c", "Five.")]

    assert [(p.id, p.text) for p in from_documents(documents, 2)] == [
        ("a", "One two."),
        ("a#2", "Three four."),
        ("c", "Five."),
    ]


def test_documents_are_read_from_files_and_folders(tmp_path: Path):
    (tmp_path / "one.txt").write_text("Ann lives in Oslo.", "utf-8")
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "two.md").write_text("李雷住在北京。", "utf-8")
    (tmp_path / "ignored.bin").write_bytes(b"\xff")
    write_jsonl(tmp_path / "more.jsonl", [Document("x", "Ben.")])

    assert [(d.id, d.text) for d in read_documents(tmp_path)] == [
        ("x", "Ben."),
        ("one.txt", "Ann lives in Oslo."),
        ("sub/two.md", "李雷住在北京。"),
    ]
    assert read_documents(tmp_path / "one.txt") == [Document("one.txt", "Ann lives in Oslo.")]


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("none.txt", None, "does not exist"),
        ("empty.txt", b" \n", "holds no text"),
        ("latin.txt", b"caf\xe9", "is not UTF-8 text"),
        ("table.xlsx", b"x", "is no document; give one of .txt, .md, .jsonl"),
        ("bad.jsonl", b"{\n", "bad.jsonl"),
    ],
)
def test_what_cannot_be_read_is_said(tmp_path: Path, name: str, content: bytes | None, message: str):
    if content is not None:
        (tmp_path / name).write_bytes(content)

    with pytest.raises(DataError, match=message):
        read_documents(tmp_path / name)


# --- refusal ----------------------------------------------------------------------------------------


def test_the_rule_learns_which_sign_tells_right_from_wrong():
    signs = [Signs(c, 0.5, True) for c in (0.9, 0.8, 0.95, 0.1, 0.2, 0.15)]
    rule = fit(signs, [True] * 3 + [False] * 3, ("coverage", "likelihood", "grounded"))

    assert rule is not None
    assert [rule.answers(sign) for sign in signs] == [True] * 3 + [False] * 3
    assert rule.coverage > 0
    assert rule == fit(signs, [True] * 3 + [False] * 3, ("coverage", "likelihood", "grounded"))


def test_signs_out_of_use_weigh_nothing():
    rule = fit([Signs(0.9, 0.1, True), Signs(0.8, 0.9, False)], [True, False], ("likelihood",))

    assert rule is not None
    assert (rule.coverage, rule.grounded) == (0.0, 0.0)
    assert rule.likelihood < 0


@pytest.mark.parametrize("right", [[True, True], [False, False], []])
def test_no_rule_is_learnt_from_answers_that_are_alike(right: list[bool]):
    signs = [Signs(0.5, 0.5, True)] * len(right)

    assert (fit(signs, right, ("coverage",)) if right else None) is None


def test_nothing_found_is_refused_whatever_the_rule():
    rule = Rule(0, 0, 0, 10.0, 0.0)

    assert not rule.answers(Signs(0.0, 1.0, True))
    assert rule.confidence(Signs(0.0, 1.0, True)) == 0.0
    assert rule.answers(Signs(0.1, 0.0, False))


def test_the_threshold_has_the_largest_difference_of_shares_and_the_higher_of_two():
    confidences = np.array([0.1, 0.2, 0.6, 0.7, 0.9])

    assert best_threshold(confidences, np.array([False, False, True, False, True])) == 0.6  # 1 - 1/3, more than 1/2 - 0
    assert best_threshold(confidences, np.array([False, False, True, True, True])) == 0.6
    assert best_threshold(confidences, np.array([True, False, False, True, False])) == 0.7  # 1/2 - 1/3, as with 0.1 - 0


def test_a_refusal_has_words_in_each_language():
    assert refusal.text("zh") == "没有找到可以回答这个问题的内容。"
    assert refusal.text("en") == refusal.text("de") == "I found nothing that answers this."


# --- scores -----------------------------------------------------------------------------------------


def test_recall_and_reciprocal_rank_of_known_ranks():
    ranks = [1, 2, None, 4, 11]

    score = recall_at(ranks, 5, "how")
    assert (score.name, score.value, score.n) == ("recall@5", 0.6, 5)
    assert (score.low, score.high) == pytest.approx(wilson(3, 5))
    mean = reciprocal_rank(ranks, 10, "how", resamples=100, key=(1, "x"))
    assert mean.value == pytest.approx((1 + 1 / 2 + 1 / 4) / 5)
    assert mean.low <= mean.value <= mean.high


def test_aurc_of_hand_worked_orders():
    right = np.array([1.0, 1.0, 0.0, 0.0])

    assert aurc(np.array([4.0, 3.0, 2.0, 1.0]), right) == pytest.approx((0 + 0 + 1 / 3 + 1 / 2) / 4)
    assert aurc(np.array([1.0, 2.0, 3.0, 4.0]), right) == pytest.approx((1 + 1 + 2 / 3 + 1 / 2) / 4)
    assert aurc(np.ones(4), right) == pytest.approx(0.5)  # equal confidences: the risk without refusal


def test_aurc_has_an_interval_and_the_same_one_again():
    confidences, right = np.linspace(0, 1, 40), (np.arange(40) % 3 == 0).astype(float)
    score = aurc_score(confidences, right, "how", resamples=200, key=(1, "x"))

    assert score.low < score.value < score.high
    assert score == aurc_score(confidences, right, "how", resamples=200, key=(1, "x"))


def test_a_rate_of_nothing_is_none():
    assert rate("refused", [], "how") is None
    score = rate("refused", [True, False], "how")
    assert score is not None
    assert (score.value, score.n) == (0.5, 2)
