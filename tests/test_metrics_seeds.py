"""Groups of runs with seeds: by hand, against SciPy, and how often equal groups are called different."""

import math

import numpy as np
import pytest
from scipy import stats

from llmpipe.metrics import seeds
from llmpipe.metrics.answers import mean


def runs(*scores, n=400, stream=None):
    """Right-or-wrong answers whose share is exactly the score."""
    made = []
    for score in scores:
        values = np.zeros(n)
        values[: round(score * n)] = 1
        made.append(mean(values if stream is None else stream.permutation(values)))
    return made


def found(first, other, comparisons=1):
    return seeds.difference(first, other, unit="ratio", comparisons=comparisons, resamples=500, key=(1, "test"))


def test_when_examples_do_not_matter_the_test_is_that_of_student():
    """Every example of a run has the same score: nothing is left but the seeds."""
    a, b = [0.5, 0.52, 0.47, 0.55], [0.6, 0.66, 0.58]
    difference, spread = found(*([mean(np.full(50, score)) for score in group] for group in (a, b)))
    test = stats.ttest_ind(b, a, equal_var=True)

    assert difference.p == pytest.approx(test.pvalue)
    interval = test.confidence_interval()
    assert (difference.low, difference.high) == pytest.approx((interval.low, interval.high))
    assert (spread.first, spread.other) == pytest.approx((np.std(a, ddof=1), np.std(b, ddof=1)))
    assert spread.p_examples < 1e-9


def test_when_seeds_do_not_matter_the_interval_is_that_of_the_examples():
    stream = np.random.default_rng(1)
    a, b = (runs(score, n=1000, stream=stream)[0] for score in (0.6, 0.65))
    difference, _ = found([a, a], [b, b])
    gains = b.rows[:, 0] - a.rows[:, 0]
    error = gains.std() / math.sqrt(1000)

    assert difference.high - difference.low == pytest.approx(2 * 1.96 * error, rel=0.08)
    assert difference.p == pytest.approx(stats.ttest_1samp(gains, 0).pvalue, rel=0.3)


def test_a_single_run_against_a_group_is_a_new_draw_of_it():
    """The prediction interval of one more run: s * sqrt(1 + 1/n), t with n - 1 degrees of freedom."""
    scores = [0.5, 0.54, 0.47, 0.52]
    difference, spread = found([mean(np.full(50, s)) for s in scores], [mean(np.full(50, 0.6))])
    half = stats.t.ppf(0.975, 3) * np.std(scores, ddof=1) * math.sqrt(1 + 1 / 4)

    assert (difference.high - difference.low) / 2 == pytest.approx(half)
    assert spread.other is None


def test_groups_that_answer_alike_do_not_differ():
    difference, _ = found(runs(0.5, 0.5), runs(0.5, 0.5))

    assert (difference.value, difference.p) == (0.0, 1.0)


def test_half_widths_are_added_in_squares_and_p_is_the_level_that_ends_at_zero():
    parts = seeds.Parts(seeds=0.03, degrees=4, examples=0.04)
    half = math.hypot(stats.t.isf(0.025, 4) * 0.03, stats.norm.isf(0.025) * 0.04)

    assert parts.half_width(0.05) == pytest.approx(half)
    assert parts.p(half) == pytest.approx(0.05)
    assert parts.p(-half) == pytest.approx(0.05)
    assert parts.p(0.0) == 1.0


@pytest.mark.parametrize("runs", [2, 3, 5])
@pytest.mark.parametrize("examples", [0.0, 0.3, 1.0, 3.0])
def test_the_level_holds_for_few_seeds_whatever_part_the_examples_have(runs, examples):
    """Differences of two equal groups, with the standard errors that seeds give; also at Holm's strictest level."""
    stream, draws = np.random.default_rng(1), 20_000
    values = stream.normal(0, math.hypot(math.sqrt(2 / runs), examples), draws)
    degrees = 2 * (runs - 1)
    spread = np.sqrt(stream.chisquare(degrees, draws) / degrees * 2 / runs)
    for level in (0.05, 0.0125):
        half = np.hypot(stats.t.isf(level / 2, degrees) * spread, stats.norm.isf(level / 2) * examples)
        assert np.mean(abs(values) > half) <= level + 3 * math.sqrt(level / draws)
    lone = seeds.Parts(float(spread[0]), degrees, examples)
    assert lone.half_width(0.0125) == pytest.approx(half[0])


def test_equal_recipes_are_rarely_called_different_and_examples_alone_would_do_so():
    """Three seeds a side drawn from the same recipe: the spread of seeds is as large as that of the examples."""
    stream, n, wrong, by_examples = np.random.default_rng(3), 300, 0, 0
    for _ in range(200):
        hard = stream.normal(0, 1, n)
        group = [[mean((hard + stream.normal(0, 1, n) < stream.normal(0.8, 0.25)).astype(float)) for _ in range(3)]
                 for _ in range(2)]  # fmt: skip
        difference, spread = found(*group)
        wrong += difference.p < 0.05
        by_examples += spread.p_examples < 0.05

    assert wrong / 200 <= 0.05
    assert by_examples / 200 > 0.2


def test_runs_that_answer_all_examples_alike_leave_a_difference_possible():
    group = runs(0.0, 0.0)
    difference, _ = found(group, group)

    assert difference.value == 0
    assert (
        difference.high == pytest.approx(-difference.low) == pytest.approx(stats.beta.ppf(0.975, 1, len(group[0].rows)))
    )
