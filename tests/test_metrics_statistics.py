"""Intervals and tests: published values, exact enumeration, and coverage on simulated data."""

import itertools

import numpy as np
import pytest
from scipy.optimize import minimize
from scipy.stats import binomtest

from llmpipe.metrics import METRICS, Answers, results, slices
from llmpipe.metrics.answers import mean, ratio_of_sums
from llmpipe.metrics.refusal import aurc_score
from llmpipe.metrics.statistics import (
    alike,
    approximate_randomisation,
    bootstrap,
    generator,
    holm,
    mcnemar,
    percentiles,
    replicates,
    wilson,
)


@pytest.mark.parametrize(
    ("right", "n", "low", "high"),
    [
        (0, 50, 0, 0.0713),
        (50, 50, 0.9287, 1),
        (1, 29, 0.00611, 0.1718),
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
    ],
)  # the last three: Newcombe 1998, table I, method 3
def test_wilson_gives_published_intervals(right, n, low, high):
    assert wilson(right, n) == pytest.approx((low, high), abs=1e-4)


def test_random_streams_depend_on_seed_and_purpose_only():
    first = generator(1, "bootstrap", "T1").integers(0, 10**9)

    assert generator(1, "bootstrap", "T1").integers(0, 10**9) == first
    assert generator(2, "bootstrap", "T1").integers(0, 10**9) != first
    assert generator(1, "bootstrap", "T2").integers(0, 10**9) != first
    assert generator(1, "bootstrapT1").integers(0, 10**9) != first


def test_replicates_are_scores_of_resampled_test_sets():
    rows = mean(np.arange(5.0)).rows
    drawn = replicates(rows, ratio_of_sums, 400, generator(1, "a"))
    random = generator(1, "a")

    expected = [np.arange(5.0)[random.integers(0, 5, 5)].mean() for _ in range(400)]
    assert drawn.tolist() == pytest.approx(expected)


def test_blocks_do_not_change_the_draws(monkeypatch):
    rows = mean(np.arange(7.0)).rows
    whole = replicates(rows, ratio_of_sums, 50, generator(1, "a"))
    monkeypatch.setattr("llmpipe.metrics.statistics.BLOCK", 21)

    assert replicates(rows, ratio_of_sums, 50, generator(1, "a")).tolist() == whole.tolist()


def test_the_bootstrap_interval_covers_the_true_mean():
    covered = 0
    for seed in range(200):
        values = np.random.default_rng(seed).beta(2, 3, 100)  # mean .4
        low, high = percentiles(replicates(mean(values).rows, ratio_of_sums, 300, generator(seed, "a")))
        covered += low <= 0.4 <= high
    assert 0.90 <= covered / 200 <= 0.99


def test_approximate_randomisation_agrees_with_all_exchanges():
    ours, theirs = np.array([3.0, 1, 4, 1, 5, 9, 2, 6]), np.array([2.0, 1, 3, 2, 3, 5, 2, 4])
    differences = ours - theirs
    signs = np.array(list(itertools.product([1, -1], repeat=8)))
    exact = np.mean(abs((signs * differences).sum(axis=1)) >= abs(differences.sum()) - 1e-9)
    p = approximate_randomisation(
        mean(ours).rows, mean(theirs).rows, ratio_of_sums, trials=20000, random=generator(1, "a")
    )

    assert p == pytest.approx(exact, abs=0.01)


@pytest.mark.parametrize("n", [1, 3, 8, 200])
def test_equal_right_or_wrong_answers_have_the_exact_binomial_interval(n):
    for right in (0, n):
        exact = binomtest(right, n).proportion_ci(method="exact")
        assert alike([(right / n, n)], (0, 1)) == pytest.approx((exact.low, exact.high), abs=1e-12)


def test_equal_scores_between_the_bounds_have_room_on_both_sides():
    unseen = binomtest(0, 20).proportion_ci(method="exact").high

    assert alike([(25.0, 20)], (0, 100)) == pytest.approx((25 - 25 * unseen, 25 + 75 * unseen))


def test_test_sets_of_equal_sizes_are_as_good_as_one_of_all_their_examples():
    exact = binomtest(0, 24).proportion_ci(method="exact")

    assert alike([(0.0, 8)] * 3, (0, 1)) == pytest.approx((0, exact.high))


@pytest.mark.parametrize("strata", [[(0.0, 5), (0.0, 40)], [(0.0, 3), (0.4, 9), (1.0, 200)], [(0.0, 2), (0.9, 500)]])
def test_the_interval_of_several_test_sets_is_the_furthest_that_shows_nothing(strata):
    """Found once more by SciPy's search over the shares of other examples."""
    values, sizes = (np.array(column) for column in zip(*strata, strict=True))
    unseen = {"type": "ineq", "fun": lambda logs: (sizes * logs).sum() - np.log(0.025)}
    for room, end, sign in ((values, 0, -1), (1 - values, 1, 1)):
        found = minimize(
            lambda logs, room=room: -(room * (1 - np.exp(logs))).mean(),
            np.full(len(sizes), np.log(0.025) / sizes.sum()),
            bounds=[(-20, 0)] * len(sizes),
            constraints=[unseen],
        )
        assert alike(strata, (0, 1))[end] == pytest.approx(values.mean() - sign * found.fun, abs=1e-5)


def test_nothing_is_said_where_scores_have_no_end():
    assert bootstrap(np.full(9, 1.5), [(1.5, 4)], None) == ("none,all alike", (1.5, 1.5))


def test_only_replicates_that_are_all_alike_lose_their_percentiles():
    drawn = np.linspace(0.2, 0.4, 101)

    assert bootstrap(drawn, [(0.3, 4)], (0, 1)) == ("bootstrap,101", percentiles(drawn))


@pytest.mark.parametrize("share", [0.02, 0.1, 0.2])
def test_where_a_rare_score_does_not_show_the_interval_holds_the_mean_all_the_same(share):
    """Scores are 0, and 1 in a small share: where none shows among 20, percentiles would never hold the mean."""
    missed, unseen, random = 0, 0, np.random.default_rng(4)
    for trial in range(400):
        values = (random.random(20) < share).astype(float)
        drawn = replicates(mean(values).rows, ratio_of_sums, 200, generator(trial, "cover"))
        how, (low, high) = bootstrap(drawn, [(values.mean(), 20)], (0, 1))
        unseen += how == "exact,all alike"
        missed += how == "exact,all alike" and not low <= share <= high
    assert unseen
    assert missed / 400 <= 0.025


def test_wrong_answers_to_few_questions_leave_a_better_score_possible():
    """Eight wrong answers: F1 and BLEU are 0, and no interval says that they are 0 for certain."""
    answers = {"model": Answers(["no"] * 8, [["yes"]] * 8, ["en"] * 8)}
    high = binomtest(0, 8).proportion_ci(method="exact").high
    for name, best in (("f1", 1), ("bleu", 100)):
        score = results.measure(name, METRICS[name], answers, 100, (1, "test"))["model"].score
        assert (score.value, score.low, score.high) == pytest.approx((0, 0, high * best))
        assert score.signature.endswith("|ci:exact,all alike")


def test_means_slices_and_areas_say_so_too():
    answers = {"model": Answers(["no"] * 8, [["yes"]] * 8, ["en"] * 8)}
    one = results.measure("exact_match", METRICS["exact_match"], answers, 100, (1, "test"))["model"]
    both = results.mean_over([one, one])
    part = slices.score("f1", [{"f1": 0.0}] * 8, ("length", "short"))
    area = aurc_score(np.linspace(0, 1, 8), np.ones(8), "sorted", resamples=50, key=(1, "test"))

    assert (both.low, both.high) == pytest.approx((0, binomtest(0, 16).proportion_ci(method="exact").high))
    assert both.signature == "mean of 2 data sets|ci:exact,all alike"
    for score in (part, area):
        assert score.low < score.high
        assert score.signature.endswith("|ci:exact,all alike")


def test_approximate_randomisation_rejects_a_true_null_as_often_as_it_says():
    rejected = 0
    for seed in range(200):
        random = np.random.default_rng(seed)
        ours, theirs = random.random(60), random.random(60)
        p = approximate_randomisation(
            mean(ours).rows, mean(theirs).rows, ratio_of_sums, trials=200, random=generator(seed, "a")
        )
        rejected += p <= 0.05
    assert rejected / 200 <= 0.09


def test_models_that_answer_alike_do_not_differ():
    rows = mean(np.array([1.0, 0, 1])).rows

    assert approximate_randomisation(rows, rows, ratio_of_sums, trials=100, random=generator(1, "a")) == 1
    assert mcnemar(rows[:, 0], rows[:, 0]) == 1


def test_mcnemar_is_the_exact_binomial_test_of_the_discordant_answers():
    ours, theirs = np.array([1.0] * 9 + [0] + [1] * 5), np.array([0.0] * 9 + [1] + [1] * 5)

    assert mcnemar(ours, theirs) == pytest.approx(2 * (1 + 10) / 2**10)


def test_holm_gives_the_worked_example():
    assert holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx([0.03, 0.06, 0.06, 0.02])  # R: p.adjust(p, "holm")
    assert holm([0.6, 0.7]) == [1.0, 1.0]
    assert holm([]) == []
