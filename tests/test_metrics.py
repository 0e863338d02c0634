"""Exact match, F1, derivatives, slots, labels: each against a known answer or a reference implementation."""

import numpy as np
import pytest
from sklearn.metrics import accuracy_score, confusion_matrix, precision_recall_fscore_support

from llmpipe.metrics import METRICS, Answers, identity, labels, language_model, results
from llmpipe.metrics.polynomial import NotAPolynomial, equal, parse


def value(name: str, answers: Answers) -> float:
    measured = METRICS[name].measure(answers)
    return float(measured.combine(measured.rows.sum(axis=0)))


def one(name: str, hypothesis: str, reference: str, language: str, **more) -> float:
    return value(name, Answers([hypothesis], [(reference,)], [language], **more))


@pytest.mark.parametrize(
    ("hypothesis", "reference", "language", "match", "f1"),
    [
        ("北京大学", "北京大学。", "zh", 1, 1),
        ("位于北京的北京大学", "北京大学", "zh", 0, 8 / 13),
        ("1949年", "1949 年", "zh", 1, 1),
        ("《红楼梦》", "红楼梦", "zh", 1, 1),
        ("ABC公司", "ＡＢＣ公司", "zh", 1, 1),
        ("The Beatles!", "beatles", "en", 1, 1),
        ("in the year 1949", "1949", "en", 0, 0.5),
        ("", "A", "en", 0, 0),  # squad-en would make the reference empty
        ("a", "A", "en", 1, 1),
        ("《》", "《》", "zh", 1, 1),
        ("L’été, enfin", "l’été enfin", "fr", 1, 1),
        ("Le roi", "roi", "fr", 0, 2 / 3),  # articles are English ones only
        ("", "北京", "zh", 0, 0),
    ],
)
def test_exact_match_and_f1_follow_the_rules_of_the_language(hypothesis, reference, language, match, f1):
    assert one("exact_match", hypothesis, reference, language) == match
    assert one("f1", hypothesis, reference, language) == pytest.approx(f1)


def test_the_best_reference_counts():
    answers = Answers(["red fox", "blue"], [("fox", "red fox"), ("green", "grey")], ["en", "en"])

    assert value("exact_match", answers) == 0.5
    assert value("f1", answers) == 0.5


def test_the_signature_names_the_normalisations_in_use():
    answers = Answers(["a", "b"], [("a",), ("b",)], ["zh", "en"])

    assert METRICS["exact_match"].signature(answers).startswith("norm:squad-en+zh-bag|")


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("3x^2 + 4x - 3", "3x^2+4x-3"),
        ("f'(x) = 3*x**2 - 3 + 4·x.", "3x^2 + 4x - 3"),
        ("导数：3x² + 4x − 3。", "3x^2 + 4x - 3"),
        ("x^3\nf'(x) = 3x^2", "3x^2"),
        ("(x+1)(x-1)", "x^2 - 1"),
        ("1/2x + 0.25", "x/2 + 1/4"),
        ("0x + 7", "7"),
        ("x - x", "0"),
        ("-(x+1)^2", "-x^2 - 2x - 1"),
        ("3t^2", "3t^2"),
    ],
)
def test_equal_polynomials_are_equal_however_written(left, right):
    assert equal(left, right)


@pytest.mark.parametrize(
    ("left", "right"),
    [("3x^2+4x", "3x^2+4x-3"), ("3x^2", "3t^2"), ("3x2", "6x"), ("", "0"), ("6 x", "7x"), ("x^2", "2x"), ("12", "1 2")],
)
def test_other_polynomials_and_no_polynomials_differ(left, right):
    assert not equal(left, right)


@pytest.mark.parametrize(
    "text",
    [
        "", "the answer is x", "x^y", "x+", "x^-1", "2^", "(x", "x)", "1/x", "x/0", "x**", "+", "x + y", "3..5",
        "(x+1)^9999", "((9^200)^200)^200", "(" * 900, "x" * 5000, "1" * 5000,
    ],
)  # fmt: skip
def test_a_hostile_text_is_no_polynomial_and_costs_no_time(text):
    with pytest.raises(NotAPolynomial):
        parse(text)


def test_random_polynomials_survive_writing_and_reading():
    random = np.random.default_rng(1)
    for _ in range(200):
        coefficients = {
            int(d): int(c) for d, c in zip(random.permutation(6)[:3], random.integers(-9, 10, 3), strict=True) if c
        }
        text = "+".join(f"{c}x^{d}" for d, c in coefficients.items()).replace("+-", " - ") or "0"
        assert parse(text)[1] == coefficients


def test_a_derivative_is_scored_as_a_polynomial():
    answers = Answers(["4x - 3 + 3x^2", "3x^2", "no idea"], [("3x^2 + 4x - 3",), ("3x^2 + 1",), ("1",)], ["en"] * 3)

    assert value("derivative_exact", answers) == pytest.approx(1 / 3)


def test_slots_are_mentioned_as_whole_tokens_and_examples_without_slots_do_not_count():
    answers = Answers(
        ["A table for Two at 7 pm.", "twofold", "好的，已为您预订北京到上海的车票。", "Bye."],
        [("ok",)] * 4,
        ["en", "en", "zh", "en"],
        slots=[{"people": "two", "time": "7 PM"}, {"people": "two"}, {"from": "北京", "to": "广州"}, {}],
    )

    assert value("joint_accuracy", answers) == pytest.approx(1 / 3)
    assert value("slot_accuracy", answers) == pytest.approx(3 / 5)
    assert np.isnan(METRICS["joint_accuracy"].measure(answers).values[3])


def test_slot_metrics_do_not_apply_without_slots_and_label_metrics_not_without_labels():
    answers = Answers(["a"], [("a",)], ["en"], slots=[{}])

    assert [name for name in METRICS if not METRICS[name].applies(answers)] == [
        "joint_accuracy", "slot_accuracy", "entity_f1", "entity_precision", "entity_recall",
        "accuracy", "macro_precision", "macro_recall", "macro_f1", "unparsed_rate",
    ]  # fmt: skip


def random_labels(unparsed: bool) -> tuple[Answers, list[int], list[int]]:
    random = np.random.default_rng(7)
    names = ["buy", "sell", "退货", "other"]
    wanted = random.integers(0, 3, 300)  # "other" is in no reference
    said = random.integers(-1 if unparsed else 0, 4, 300)
    hypotheses = [names[i] if i >= 0 else "hmm?" for i in said]
    return (
        Answers(hypotheses, [(names[i],) for i in wanted], ["en"] * 300, labels=names),
        wanted.tolist(),
        said.tolist(),
    )


@pytest.mark.parametrize("unparsed", [False, True])
def test_classification_equals_scikit_learn(unparsed):
    answers, wanted, said = random_labels(unparsed)
    expected = precision_recall_fscore_support(wanted, said, labels=[0, 1, 2], average="macro", zero_division=0)

    names = ("macro_precision", "macro_recall", "macro_f1")
    assert [value(name, answers) for name in names] == pytest.approx(expected[:3], abs=1e-12)
    assert value("accuracy", answers) == pytest.approx(accuracy_score(wanted, said))
    assert value("unparsed_rate", answers) == pytest.approx(said.count(-1) / 300)


def test_the_confusion_matrix_equals_scikit_learn_and_shows_unparsed_answers_last():
    answers, wanted, said = random_labels(unparsed=True)
    names, _, _ = labels.parse(answers)
    order = {name: i for i, name in enumerate(names)}
    given = ["buy", "sell", "退货", "other"]
    to = [order[name] for name in given] + [4]
    found = labels.confusion(answers)

    assert found["labels"] == [*sorted(given), "(unparsed)"]
    expected = confusion_matrix([to[i] for i in wanted], [to[i] for i in said], labels=range(5))
    assert found["matrix"] == expected.tolist()


def test_a_class_that_a_resample_misses_does_not_lower_its_score():
    names = ["a"] * 29 + ["rare"]
    answers = Answers(names, [(name,) for name in names], ["en"] * 30, labels=["a", "rare"])
    drawn = results.measure("macro_f1", METRICS["macro_f1"], {"m": answers}, 100, (1, "t"))["m"].replicates

    assert drawn.tolist() == [1.0] * 100


def test_the_mean_over_datasets_resamples_each_on_its_own():
    def result(hypotheses: list[str], key: str) -> results.Result:
        answers = Answers(hypotheses, [("x",)] * len(hypotheses), ["en"] * len(hypotheses))
        return results.measure("exact_match", METRICS["exact_match"], {"m": answers}, 500, (1, key))["m"]

    right, half = result(["x"] * 10, "a"), result(["x", "y"] * 20, "b")
    mean = results.mean_over([right, half])

    assert (mean.value, mean.n, mean.name) == (0.75, 50, "exact_match")
    assert (mean.low, mean.high) == pytest.approx(
        [(1 + bound) / 2 for bound in np.quantile(half.replicates, [0.025, 0.975])]
    )


def test_a_label_is_read_with_other_case_width_or_punctuation():
    answers = Answers(
        ["Buy.", "ＳＥＬＬ", " 退货。", "bu y"],
        [("buy",), ("sell",), ("退货",), ("buy",)],
        ["en"] * 4,
        labels=["buy", "sell", "退货"],
    )

    assert labels.parse(answers)[2].tolist() == [0, 1, 2, labels.UNPARSED]


def test_labels_that_differ_in_case_only_stay_apart():
    answers = Answers(["A", "a"], [("A",), ("a",)], ["en"] * 2, labels=["A", "a"])

    assert value("accuracy", answers) == 1


def test_every_metric_scores_the_references_best_and_shuffled_ones_worse():
    references = [
        ("the cat sat on the red mat today",),
        ("我们明天去北京看长城",),
        ("un chat dort dans le jardin",),
        ("3x^2 + 1",),
    ]
    answers = Answers(
        hypotheses=[r[0] for r in references[1:] + references[:1]],
        references=references,
        languages=["en", "zh", "fr", "en"],
        slots=[{"a": "red mat"}, {"b": "北京"}, {"c": "chat"}, {}],
        labels=[r[0] for r in references],
    )
    for name in METRICS:
        if name in ("derivative_exact", "unparsed_rate") or name.startswith("entity_"):  # other references
            continue
        assert identity(name, answers) is None, name
        assert value(name, answers) < METRICS[name].best / 2, name
    assert identity("unparsed_rate", answers) is None
    assert identity("derivative_exact", answers) == 0.25  # the other three are no polynomials


def test_bits_per_byte_is_bits_over_bytes_of_all_documents():
    nats, num_bytes = np.array([np.log(2) * 8, np.log(2) * 2]), np.array([4.0, 4.0])
    measured = language_model.bits_per_byte(nats, num_bytes)
    paired = language_model.difference(nats, nats / 2, num_bytes)

    assert float(measured.combine(measured.rows.sum(axis=0))) == pytest.approx(10 / 8)
    assert measured.values.tolist() == pytest.approx([2, 0.5])
    assert float(paired.combine(paired.rows.sum(axis=0))) == pytest.approx(5 / 8)


def test_scores_are_plain_floats_with_interval_number_and_signature():
    answers = Answers(["a"] * 50, [("b",)] * 50, ["en"] * 50)
    score = results.measure("exact_match", METRICS["exact_match"], {"m": answers}, 50, (1, "t"))["m"].score

    assert {type(x) for x in (score.value, score.low, score.high)} == {float}
    assert type(score.n) is int
    assert (score.value, score.low, round(score.high, 3), score.n, score.unit) == (0, 0, 0.071, 50, "ratio")
    assert score.signature == "norm:squad-en|empty:casefold|best-of-references|ci:wilson"
