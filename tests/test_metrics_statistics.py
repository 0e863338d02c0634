"""Intervals and tests: published values, exact enumeration, and coverage on simulated data."""

import itertools

import numpy as np
import pytest

from llmpipe.metrics.answers import mean, ratio_of_sums
from llmpipe.metrics.statistics import (
    approximate_randomisation,
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
