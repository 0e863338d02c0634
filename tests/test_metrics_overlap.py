"""BLEU, chrF and ROUGE: equal to sacrebleu and rouge_score, and right on Chinese, where their defaults are not."""

import random

import numpy as np
import pytest
from rouge_score.rouge_scorer import RougeScorer
from sacrebleu.metrics.bleu import BLEU
from sacrebleu.metrics.chrf import CHRF

from llmpipe.metrics import METRICS, Answers, identity, results, statistics
from llmpipe.metrics.overlap import bleu_of_sums, chrf_of_sums
from llmpipe.metrics.rouge import common_subsequence
from llmpipe.metrics.text import tokens

WORDS = "the cat sat on a red mat and looked at the small dog near the old house"
EN = WORDS.split(" ")
ZH = "我们明天要去北京看长城的风景和很多老朋友一起吃饭"


def corpus(language: str, count: int = 60) -> Answers:
    choose = random.Random(3)
    alphabet, gap = (list(ZH), "") if language == "zh" else (EN, " ")
    references = [gap.join(choose.choices(alphabet, k=choose.randint(1, 14))) for _ in range(count)]
    hypotheses = [
        gap.join(word for word in (r if language == "zh" else r.split()) if choose.random() < 0.8)
        + choose.choice(["", "!", gap + "x"])
        for r in references
    ]
    hypotheses[0] = ""
    return Answers(hypotheses, [(r,) for r in references], [language] * count)


def value(name: str, answers: Answers) -> float:
    measured = METRICS[name].measure(answers)
    return float(measured.combine(measured.rows.sum(axis=0)))


@pytest.mark.parametrize(("language", "tokenizer"), [("en", "13a"), ("fr", "13a"), ("zh", "zh")])
def test_bleu_and_chrf_equal_sacrebleu(language, tokenizer):
    answers = corpus(language)
    streams = [[r[0] for r in answers.references]]
    bleu = BLEU(tokenize=tokenizer)

    assert value("bleu", answers) == pytest.approx(bleu.corpus_score(answers.hypotheses, streams).score, abs=1e-9)
    assert value("chrf", answers) == pytest.approx(CHRF().corpus_score(answers.hypotheses, streams).score, abs=1e-9)
    assert METRICS["bleu"].signature(answers) == str(bleu.get_signature())


def test_chrf_has_the_signature_of_sacrebleu():
    answers = corpus("en")
    chrf = CHRF()
    chrf.corpus_score(answers.hypotheses, [[r[0] for r in answers.references]])

    assert METRICS["chrf"].signature(answers) == str(chrf.get_signature())


def test_the_value_of_an_example_is_its_sentence_score():
    answers = corpus("en", 20)
    bleu, chrf = BLEU(effective_order=True), CHRF()
    pairs = list(zip(answers.hypotheses, answers.references, strict=True))

    expected = [bleu.sentence_score(hypothesis, list(references)).score for hypothesis, references in pairs]
    assert METRICS["bleu"].measure(answers).values.tolist() == pytest.approx(expected, abs=1e-9)
    expected = [chrf.sentence_score(hypothesis, list(references)).score for hypothesis, references in pairs]
    assert METRICS["chrf"].measure(answers).values.tolist() == pytest.approx(expected, abs=1e-9)


def test_resampled_sums_equal_sacrebleu_also_where_orders_are_empty():
    answers = corpus("en", 12)
    rows = {name: METRICS[name].measure(answers).rows for name in ("bleu", "chrf")}
    for seed in range(30):
        picks = np.random.default_rng(seed).integers(0, 12, size=1 + seed % 4)
        hypotheses = [answers.hypotheses[i] for i in picks]
        streams = [[answers.references[i][0] for i in picks]]
        expected = BLEU().corpus_score(hypotheses, streams).score
        assert float(bleu_of_sums(rows["bleu"][picks].sum(axis=0))) == pytest.approx(expected, abs=1e-9)
        expected = CHRF().corpus_score(hypotheses, streams).score
        assert float(chrf_of_sums(rows["chrf"][picks].sum(axis=0))) == pytest.approx(expected, abs=1e-9)


def test_a_corpus_without_four_tokens_in_a_row_has_no_bleu_and_is_refused():
    short = Answers(["red mat"], [("red mat",)], ["en"])

    assert value("bleu", short) == BLEU().corpus_score(["red mat"], [["red mat"]]).score == 0
    assert identity("bleu", short) == 0


def test_several_references_of_differing_number_equal_sacrebleu():
    answers = Answers(
        ["the cat sat here", "a dog ran off"], [("the cat sat", "a cat sat here"), ("the dog ran off",)], ["en"] * 2
    )
    expected = BLEU().corpus_score(answers.hypotheses, [["the cat sat", "the dog ran off"], ["a cat sat here", None]])

    assert value("bleu", answers) == pytest.approx(expected.score, abs=1e-9)
    assert "nrefs:var|" in METRICS["bleu"].signature(answers)


def test_each_answer_is_tokenized_by_its_own_language():
    english, chinese = corpus("en", 10), corpus("zh", 10)
    mixed = Answers(
        [*english.hypotheses, *chinese.hypotheses],
        [*english.references, *chinese.references],
        ["en"] * 10 + ["zh"] * 10,
    )
    rows = np.concatenate([METRICS["bleu"].measure(part).rows for part in (english, chinese)])

    assert METRICS["bleu"].measure(mixed).rows.tolist() == rows.tolist()
    assert "|tok:13a+zh|" in METRICS["bleu"].signature(mixed)


def test_rouge_equals_the_default_scorer_on_english():
    answers = corpus("en")
    scorer = RougeScorer(["rouge1", "rouge2", "rougeL"])
    for name in ("rouge1", "rouge2", "rougeL"):
        pairs = zip(answers.references, answers.hypotheses, strict=True)
        expected = [scorer.score(references[0], hypothesis)[name].fmeasure for references, hypothesis in pairs]
        assert METRICS[name].measure(answers).values.tolist() == expected


def test_rouge_equals_rouge_score_digit_for_digit_on_any_text():
    """Long and short, repeated and empty; with several references the best one counts."""
    choose = random.Random(9)
    texts = ["", *(" ".join(choose.choices(EN, k=choose.choice([1, 5, 90]))) for _ in range(40))]
    scorer = RougeScorer(["rouge1", "rouge2", "rougeL"])
    references = [tuple(choose.choices(texts, k=choose.randint(1, 3))) for _ in texts]
    answers = Answers(texts, references, ["en"] * len(texts))
    expected = [scorer.score_multi(wanted, said) for wanted, said in zip(references, texts, strict=True)]

    for name in ("rouge1", "rouge2", "rougeL"):
        assert METRICS[name].measure(answers).values.tolist() == [scores[name].fmeasure for scores in expected]


@pytest.mark.parametrize(
    ("first", "other", "length"), [("abcbdab", "bdcaba", 4), ("abc", "xyz", 0), ("aaaa", "aa", 2), ("", "a", 0)]
)
def test_the_longest_common_subsequence_of_the_textbook(first, other, length):
    """Cormen et al., section 15.4: BCBA."""
    assert common_subsequence(first, other) == common_subsequence(other, first) == length


def test_tokens_equal_those_of_the_default_scorer_on_any_ascii():
    from rouge_score.tokenizers import DefaultTokenizer

    choose = random.Random(5)
    for _ in range(300):
        text = "".join(chr(choose.randrange(9, 127)) for _ in range(choose.randrange(40)))
        assert tokens(text) == DefaultTokenizer(False).tokenize(text), repr(text)


def test_tokens_of_other_scripts_are_characters_or_words():
    assert tokens("Ａ４纸, 3月！") == ["a4", "纸", "3", "月"]
    assert tokens("東京タワーへ 한국어") == ["東", "京", "タ", "ワ", "ー", "へ", "한", "국", "어"]
    assert tokens("Ärger über die Straße") == ["ärger", "über", "die", "strasse"]
    assert tokens("नमस्ते दुनिया") == ["नमस्ते", "दुनिया"]


def test_chinese_is_not_scored_zero_and_shared_ascii_is_not_scored_one():
    same = Answers(["华为发布新手机"], [("华为发布新手机",)], ["zh"])
    other = Answers(["苹果的 Mate 60 降价"], [("华为 Mate 60 发布会",)], ["zh"])

    assert value("rougeL", same) == 1
    assert value("bleu", same) == pytest.approx(100)
    assert value("rouge1", other) == pytest.approx(2 * 2 / (7 + 7))


def test_the_bootstrap_interval_agrees_with_sacrebleu():
    answers = corpus("en", 200)
    result = results.measure("bleu", METRICS["bleu"], {"m": answers}, 1000, (1, "t"))["m"]
    theirs = BLEU().corpus_score(answers.hypotheses, [[r[0] for r in answers.references]], n_bootstrap=1000)

    assert (result.score.high - result.score.low) / 2 == pytest.approx(theirs._ci, rel=0.15)
    assert statistics.percentiles(result.replicates) == pytest.approx((result.score.low, result.score.high))
