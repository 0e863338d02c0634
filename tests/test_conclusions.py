"""The article's conclusions: what is tested, and that no verdict is stronger than its test."""

import math

import fake
import pytest
from scipy.stats import binom

from llmpipe.metrics.statistics import holm, wilson
from llmpipe.pages.blocks import to_markdown
from llmpipe.pages.conclusions import (
    HYPOTHESES,
    Conclusion,
    Estimate,
    above,
    all_hold,
    as_json,
    bleu,
    conclude,
    estimated,
    mean_gain,
    minus,
    page,
    pretraining,
    some_fails,
    stable_f1,
    summary,
    within,
)
from llmpipe.pages.results import load
from llmpipe.records import Score


@pytest.fixture
def data(tmp_path):
    return fake.write_results(tmp_path)


def score(value, half, unit="ratio"):
    return Score("accuracy", value, value - half, value + half, unit, "", 200)


def verdict(*tests):
    """What a single hypothesis with these tests would get."""
    return Conclusion(HYPOTHESES[0], tests, all_hold(tests), some_fails(tests)).verdict


def test_an_estimate_has_the_error_of_its_interval_and_never_none():
    assert estimated("T1", score(0.8, 0.0392)).error == pytest.approx(0.02, abs=1e-5)
    assert estimated("T1", score(1.0, 0.0)).error == pytest.approx(0.5 / 200)
    assert estimated("T1", score(100.0, 0.0, "points")).error == pytest.approx(50 / 200)


def test_the_p_of_a_bound_is_that_of_the_normal_distribution():
    test = above(Estimate("", 1.96, 1.0), 0.0)

    assert (test.p_for, test.p_against) == pytest.approx((0.025, 0.975), abs=1e-4)
    assert Estimate("", 0.0, 1.0).detectable == pytest.approx(1.645 + 0.842, abs=1e-3)


def test_a_band_takes_the_weaker_of_two_tests_for_it_and_twice_the_stronger_against_it():
    test = within(Estimate("", 0.97, 0.01), 0.85, 0.95)  # two errors above

    assert test.p_for == pytest.approx(0.97725, abs=1e-5)
    assert test.p_against == pytest.approx(2 * 0.02275, abs=1e-5)


@pytest.mark.parametrize(
    ("value", "error", "expected"),
    [
        (0.90, 0.01, "supported"),
        (0.90, 0.04, "undecided"),  # inside, but the interval reaches out
        (0.97, 0.02, "undecided"),
        (0.99, 0.01, "not supported"),
        (0.70, 0.02, "not supported"),
    ],
)
def test_a_band_is_supported_only_when_the_whole_interval_lies_inside(value, error, expected):
    assert verdict(within(Estimate("", value, error), 0.85, 0.95)) == expected


def test_a_condition_holds_only_when_it_holds_everywhere():
    good, unclear, bad = (above(Estimate("", value, 1.0), 0.0) for value in (4, 0.5, -4))

    assert verdict(good, good, good) == "supported"
    assert verdict(good, good, unclear) == "undecided"
    assert verdict(good, good, bad) == "not supported"


def test_one_of_many_lines_may_fail_by_chance():
    """P against is multiplied by the number of lines."""
    unlucky = above(Estimate("", -1.9, 1.0), 0.0)

    assert verdict(unlucky) == "not supported"
    assert verdict(unlucky, *[above(Estimate("", 1.0, 1.0), 0.0)] * 2) == "undecided"


def test_errors_of_a_difference_add_in_squares():
    assert minus("", Estimate("", 0.9, 0.03), Estimate("", 0.8, 0.04)) == Estimate("", pytest.approx(0.1), 0.05)


def test_bleu_is_compared_with_the_mean_of_the_article(data):
    tests = bleu(load(data))

    assert [test.estimate.where for test in tests] == ["T1", "T2", "T3"]
    assert {test.estimate.value for test in tests} == {80.0}
    assert all(test.p_for < 1e-6 for test in tests)


def test_f1_is_compared_between_any_two_test_sets(data):
    assert [test.estimate.where for test in stable_f1(load(data))] == ["T1 − T2", "T1 − T3", "T2 − T3"]


# --- pretraining ------------------------------------------------------------------------------------


def gain(value, seed=1, metric="accuracy", half=0.0):
    return {"metric": metric, "seed": seed, "difference": value, "low": value - half, "high": value + half}


def test_bleu_counts_as_a_share_in_the_mean_gain():
    rows = [gain(0.2, half=0.196), gain(40.0, metric="bleu", half=19.6)]
    found = mean_gain("100 labels", rows)

    assert found.value == pytest.approx(0.3)
    assert found.error == pytest.approx(math.hypot(0.1, 0.1) / 2, abs=1e-4)
    assert found.degrees == math.inf


def test_from_three_seeds_on_the_error_is_that_between_seeds():
    rows = [gain(value, seed=seed, half=0.5) for seed, value in enumerate((0.1, 0.2, 0.3)) for _ in range(4)]
    found = mean_gain("100 labels", rows)

    assert (found.value, found.error, found.degrees) == pytest.approx((0.2, 0.1 / math.sqrt(3), 2))
    assert "3 seeds" in found.where


def test_pretraining_is_tested_at_each_number_of_labels_against_training_alone(data):
    fake.write_transfer(data, ("pretrained", "joint", "alone"))
    tests = pretraining(load(data))

    assert [test.estimate.where.split(",")[0] for test in tests] == ["100 labels", "300 labels", "1"]  # 1,500
    assert all(test.p_for < 0.001 for test in tests)


# --- the page ---------------------------------------------------------------------------------------


def test_all_seven_conclusions_have_a_row_and_unmeasured_ones_say_how(data):
    concluded = conclude(load(data), holm)
    text = to_markdown(page(concluded))
    by_name = {c.hypothesis.name: c for c in concluded}

    assert len(concluded) == 7
    assert all(f"| {name} | **{c.verdict}** |" in text for name, c in by_name.items())
    assert by_name["Augmentation helps significantly"].verdict == "undecided"
    assert "Not measured by this run: set `transfer.labels: [100, 300, 1500]`" in text
    assert by_name["BLEU is good"].verdict == "supported"
    assert by_name["Accuracy is 85 to 95 %"].verdict == "undecided"  # .80 [.74, .85]
    assert by_name["Recall is lower than accuracy"].verdict == "undecided"  # equal


def test_p_values_are_corrected_for_the_number_of_hypotheses_that_were_tested(data):
    plain = conclude(load(data), list)
    corrected = conclude(load(data), holm)
    at = next(i for i, c in enumerate(plain) if c.hypothesis.name == "BLEU is good")

    assert sum(bool(c.tests) for c in plain) == 5
    assert corrected[at].p_for == pytest.approx(5 * plain[at].p_for)  # the smallest of five


def test_the_same_for_machines_and_in_one_line(data):
    concluded = conclude(load(data), holm)

    assert [row["verdict"] for row in as_json(concluded)] == [c.verdict for c in concluded]
    assert summary(concluded) == "1 supported, 0 not supported, 6 undecided"


@pytest.mark.parametrize("size", [200, 1000])
@pytest.mark.parametrize("bound", [0.85, 0.95])
def test_an_accuracy_on_its_bound_is_called_different_in_at_most_one_of_twenty_cases(size: int, bound: float):
    """Exactly, over all numbers of right answers, with Wilson's interval as reports have it."""
    above_it = below_it = 0.0
    for right in range(size + 1):
        low, high = wilson(right, size)
        test = above(estimated("T1", Score("accuracy", right / size, low, high, "ratio", "", size)), bound)
        likely = float(binom.pmf(right, size, bound))
        above_it += likely * (test.p_for < 0.05)
        below_it += likely * (test.p_against < 0.05)

    assert 0.02 < above_it <= 0.05
    assert 0.02 < below_it <= 0.05
