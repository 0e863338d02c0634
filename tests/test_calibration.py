"""Calibration and abstention: hand-worked values, scikit-learn where it has the same, and laws."""

import math

import numpy as np
import pytest
from scipy.stats import binomtest
from sklearn.calibration import calibration_curve
from sklearn.metrics import log_loss, roc_auc_score

from llmpipe.metrics import calibration
from llmpipe.metrics.calibration import (
    area_score,
    area_under_risk,
    area_under_roc,
    bin_rows,
    calibration_error,
    choose_threshold,
    fit_temperature,
    nats,
    probabilities,
    risk_coverage,
)

RANDOM = np.random.default_rng(7)


def drawn(n: int, sharpness: float) -> tuple[np.ndarray, np.ndarray]:
    """Log-likelihoods of 5 labels, and labels drawn from their softmax: calibrated at temperature 1 / sharpness."""
    logits = RANDOM.normal(0, 2, (n, 5))
    shares = probabilities(logits, 1.0)
    truth = (RANDOM.random(n)[:, None] > shares.cumsum(axis=1)).sum(axis=1)
    return logits * sharpness, truth


def groups(confidence: np.ndarray, hits: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    _, group = np.unique(-confidence, return_inverse=True)
    return np.bincount(group).astype(float), np.bincount(group, weights=hits)


# --- temperature ------------------------------------------------------------------------------------


@pytest.mark.parametrize("sharpness", [0.5, 1.0, 3.0])
def test_the_temperature_that_sharpened_the_scores_is_found(sharpness):
    scores, truth = drawn(20_000, sharpness)

    assert fit_temperature(scores, truth) == pytest.approx(sharpness, rel=0.05)


def test_nats_are_the_log_loss_of_scikit_learn():
    scores, truth = drawn(500, 1.5)

    expected = log_loss(truth, probabilities(scores, 2.0), labels=range(5))

    assert nats(scores, truth, 2.0).mean() == pytest.approx(expected)


def test_scaling_lowers_the_loss_and_the_calibration_error_and_changes_no_answer():
    scores, truth = drawn(4000, 3.0)
    temperature = fit_temperature(scores[:2000], truth[:2000])
    before, after = probabilities(scores[2000:], 1.0), probabilities(scores[2000:], temperature)
    right = (before.argmax(axis=1) == truth[2000:]).astype(float)

    errors = [calibration_error(bin_rows(shares.max(axis=1), right, 15).sum(axis=0)) for shares in (before, after)]

    assert nats(scores[2000:], truth[2000:], temperature).mean() < nats(scores[2000:], truth[2000:], 1.0).mean()
    assert errors[1] < 0.04 < 0.1 < errors[0]
    assert (before.argmax(axis=1) == after.argmax(axis=1)).all()


def test_without_an_error_on_valid_the_temperature_stays_finite():
    """The likeliest temperature would be 0; the first error elsewhere would then cost hundreds of nats."""
    scores = np.array([[0.0, -4.0, -4.0]] * 60)

    assert 0.5 < fit_temperature(scores, np.zeros(60, int)) < 3


def test_items_of_unknown_labels_are_left_out_of_the_fit_and_have_no_nats():
    scores, truth = drawn(300, 2.0)
    truth[::3] = calibration.UNKNOWN

    assert fit_temperature(scores, truth) == fit_temperature(scores[truth >= 0], truth[truth >= 0])
    assert np.isnan(nats(scores, truth, 1.0)[::3]).all()
    assert fit_temperature(scores[:0], truth[:0]) == 1


# --- calibration error ------------------------------------------------------------------------------


def test_the_calibration_error_is_that_of_scikit_learns_bins():
    confidence = RANDOM.uniform(0.01, 1, 3000)
    right = (RANDOM.random(3000) < confidence**2).astype(float)
    accuracy, mean = calibration_curve(right, confidence, n_bins=10, strategy="uniform")
    weights = np.histogram(confidence, bins=10, range=(0, 1))[0] / 3000

    found = calibration_error(bin_rows(confidence, right, 10).sum(axis=0))

    assert found == pytest.approx(float((weights * np.abs(accuracy - mean)).sum()))


def test_the_calibration_error_by_hand():
    """Two bins: .4 sure and half right; .9 sure and one of four right."""
    confidence = np.array([0.4, 0.4, 0.9, 0.9, 0.9, 0.9])
    right = np.array([1.0, 0, 1, 0, 0, 0])

    found = calibration_error(bin_rows(confidence, right, 2).sum(axis=0))

    assert found == pytest.approx((2 * 0.1 + 4 * 0.65) / 6)


def test_confidences_of_0_and_1_have_bins():
    rows = bin_rows(np.array([0.0, 1.0]), np.array([0.0, 1.0]), 4)

    assert rows[:, :4].tolist() == [[1, 0, 0, 0], [0, 0, 0, 1]]


# --- risk and coverage ------------------------------------------------------------------------------


def test_risk_and_coverage_by_hand():
    curve = risk_coverage(np.array([0.2, 0.9, 0.5, 0.7]), np.array([0.0, 1, 0, 1]))

    assert curve.coverage.tolist() == [0.25, 0.5, 0.75, 1]
    assert curve.risk.tolist() == [0, 0, pytest.approx(1 / 3), 0.5]
    assert curve.threshold.tolist() == [0.9, 0.7, 0.5, 0.2]


def test_equal_confidences_share_their_errors_whatever_their_order():
    confidence, right = np.array([0.5, 0.5, 0.5, 0.9]), np.array([1.0, 0, 1, 1])

    assert risk_coverage(confidence, right).risk == pytest.approx([0, 1 / 6, 2 / 9, 0.25])
    assert (risk_coverage(confidence, right).risk == risk_coverage(confidence[::-1], right[[3, 1, 0, 2]]).risk).all()


def test_the_area_under_risk_is_the_mean_of_the_curve_with_ties_too():
    confidence, right = RANDOM.integers(0, 6, 80) / 6, (RANDOM.random(80) < 0.6).astype(float)

    found = area_under_risk(*groups(confidence, right))

    assert float(found) == pytest.approx(risk_coverage(confidence, right).risk.mean())


def test_the_area_under_roc_is_that_of_scikit_learn():
    confidence, inside = RANDOM.integers(0, 9, 200) / 9, RANDOM.integers(0, 2, 200).astype(float)

    assert float(area_under_roc(*groups(confidence, inside))) == pytest.approx(roc_auc_score(inside, confidence))
    assert area_under_roc(np.array([3.0, 1.0]), np.array([3.0, 1.0])) == 0.5


def test_the_interval_of_an_area_covers_it_and_narrows_with_more_items():
    widths = []
    for n in (50, 5000):
        confidence = RANDOM.random(n)
        right = (RANDOM.random(n) < confidence).astype(float)
        value, low, high, how = area_score(area_under_risk, confidence, right, 300, (1, "test"))
        assert low < value < high
        assert how == "bootstrap,300"
        widths.append(high - low)

    assert widths[1] < widths[0] / 5


def test_an_area_of_answers_that_are_all_right_is_not_certain():
    value, low, high, how = area_score(area_under_risk, np.linspace(0.5, 1, 8), np.ones(8), 300, (1, "test"))

    assert (value, low, how) == (0, 0, "exact,all alike")
    assert high == pytest.approx(binomtest(0, 8).proportion_ci(method="exact").high)


# --- threshold --------------------------------------------------------------------------------------


def test_the_threshold_of_the_estimate_answers_as_many_as_can_be():
    confidence = np.array([0.9, 0.8, 0.7, 0.6, 0.5, 0.4])
    right = np.array([1.0, 0, 1, 1, 1, 0])

    assert choose_threshold(confidence, right, 0.8, None) == 0.5  # 4 of 5
    assert choose_threshold(confidence, right, 0.6, None) == 0.4
    assert choose_threshold(confidence, right, 0.99, None) == 0.9


def test_no_threshold_is_infinite():
    assert choose_threshold(np.array([0.9, 0.8]), np.array([0.0, 1]), 0.9, None) == math.inf
    assert choose_threshold(np.array([]), np.array([]), 0.9, 0.9) == math.inf
    assert choose_threshold(np.linspace(0.5, 1, 44), np.ones(44), 0.95, 0.9) == math.inf  # .95^44 > .1


def test_items_of_one_confidence_are_answered_together():
    confidence, right = np.array([0.9, 0.5, 0.5]), np.array([1.0, 1, 0])

    assert choose_threshold(confidence, right, 0.9, None) == 0.9


def test_the_bound_can_be_met_with_as_many_items_as_it_needs():
    assert choose_threshold(np.linspace(0.5, 1, 45), np.ones(45), 0.95, 0.9) == 0.5  # .95^45 < .1


def test_the_target_holds_as_often_as_certainty_says():
    """Items are right with the probability that is their confidence, so the accuracy above a threshold is known."""
    kept, trials = 0, 300
    for _ in range(trials):
        confidence = RANDOM.uniform(0.5, 1, 400)
        threshold = choose_threshold(confidence, (RANDOM.random(400) < confidence).astype(float), 0.9, 0.9)
        kept += math.isinf(threshold) or (threshold + 1) / 2 >= 0.9
    estimated = 0
    for _ in range(trials):
        confidence = RANDOM.uniform(0.5, 1, 400)
        threshold = choose_threshold(confidence, (RANDOM.random(400) < confidence).astype(float), 0.9, None)
        estimated += math.isinf(threshold) or (threshold + 1) / 2 >= 0.9

    assert kept / trials >= 0.86  # .9 and four standard errors
    assert estimated / trials < 0.75  # the share on valid alone promises less
