"""Two systems on the same examples: equal to SciPy and sacrebleu, and what a test can find is what it finds."""

import numpy as np
import pytest
from sacrebleu.metrics.bleu import BLEU
from sacrebleu.significance import PairedTest
from scipy import stats

from llmpipe.metrics import METRICS, Answers, paired, statistics
from llmpipe.metrics.answers import mean

TEXT = "the cat sat on a red mat and looked at the small dog near the old house"


def compare(first, other, **changes):
    options = {"proportion": False, "unit": "ratio", "comparisons": 1, "resamples": 2000, "trials": 2000}
    options |= {"key": (1, "test")} | changes
    return paired.difference(first, other, **options)


def graded(n=80, shift=0.1):
    random = np.random.default_rng(5)
    base = random.random(n)
    return base, base + shift + 0.4 * random.standard_normal(n)


def test_the_interval_is_scipys_paired_bootstrap():
    ours, theirs = graded()
    found = compare(mean(ours), mean(theirs), resamples=9999)
    expected = stats.bootstrap(
        (ours, theirs),
        lambda a, b, axis: (b - a).mean(axis=axis),
        paired=True,
        method="percentile",
        n_resamples=9999,
        rng=np.random.default_rng(1),
    ).confidence_interval

    assert (found.low, found.high) == pytest.approx((expected.low, expected.high), abs=0.006)
    assert found.value == pytest.approx((theirs - ours).mean())


def test_the_p_of_graded_scores_is_scipys_permutation_test():
    ours, theirs = graded()
    found = compare(mean(ours), mean(theirs), trials=9999)
    expected = stats.permutation_test(
        (theirs - ours,), np.mean, permutation_type="samples", n_resamples=9999, rng=np.random.default_rng(1)
    )

    assert found.p == pytest.approx(expected.pvalue, abs=0.006)
    assert found.test == "approximate randomisation, 9999"


def test_bleu_is_compared_as_sacrebleu_does():
    """Paired bootstrap and approximate randomisation of a corpus metric, on three hypotheses of each reference."""
    random = np.random.default_rng(2)
    references = [" ".join(random.choice(TEXT.split(" "), 12)) for _ in range(120)]
    noisy = {
        share: [" ".join(w if random.random() > share else "x" for w in r.split()) for r in references]
        for share in (0.1, 0.12)
    }
    measured = [
        METRICS["bleu"].measure(Answers(said, [(r,) for r in references], ["en"] * 120)) for said in noisy.values()
    ]
    found = compare(*measured, trials=4000)
    systems = [("a", noisy[0.1]), ("b", noisy[0.12])]
    bleu = BLEU(references=[references])
    _, ar = PairedTest(systems, {"BLEU": bleu}, None, test_type="ar", n_samples=4000)()

    assert found.p == pytest.approx(ar["BLEU"][1].p_value, abs=0.03)
    assert found.value == pytest.approx(ar["BLEU"][1].score - ar["BLEU"][0].score)


def test_right_or_wrong_is_tested_by_mcnemar():
    ours, theirs = np.array([0.0] * 9 + [1] + [1] * 5), np.array([1.0] * 9 + [0] + [1] * 5)
    found = compare(mean(ours), mean(theirs), proportion=True)

    assert found.p == pytest.approx(stats.binomtest(9, 10).pvalue)
    assert found.value == pytest.approx(8 / 15)
    assert found.test == "exact McNemar"


def test_a_mean_of_64_pairs_of_unit_spread_shows_a_third():
    """(1.960 + 0.842) / 8, as in every table of sample sizes; a stricter level needs more."""
    assert paired.detectable(1 / 8) == pytest.approx(0.3502, abs=1e-4)
    assert paired.detectable(1 / 8, level=0.05 / 20) > paired.detectable(1 / 8)


def test_the_detectable_proportion_solves_its_equation():
    d, n, discordance = paired.detectable_proportion(1000, 0.1), 1000, 0.1

    assert d * n**0.5 == pytest.approx(1.959964 * discordance**0.5 + 0.841621 * (discordance - d * d) ** 0.5, abs=1e-5)
    assert d == pytest.approx(0.028, abs=5e-4)


def test_few_pairs_that_differ_must_all_point_one_way():
    d = paired.detectable_proportion(200, 0.0)

    assert 0.02 < d < 0.06
    assert d == paired.detectable_proportion(200, 0.001)
    assert paired.detectable_proportion(3, 0.0) == 1.0


@pytest.mark.parametrize("proportion", [True, False])
def test_what_is_called_detectable_is_found_four_times_of_five(proportion):
    random, n, found = np.random.default_rng(7), 400, 0
    least = paired.detectable_proportion(n, 0.2) if proportion else paired.detectable(0.5 / n**0.5)
    for trial in range(200):
        draws = random.random(n)
        if proportion:
            first, other = (draws < 0.1 - least / 2).astype(float), (draws > 0.9 - least / 2).astype(float)
            p = statistics.mcnemar(first, other)
        else:
            change = least + 0.5 * random.standard_normal(n)
            p = compare(mean(np.zeros(n)), mean(change), resamples=300, trials=300, key=(trial, "power")).p
        found += p < 0.05
    assert 0.7 <= found / 200 <= 0.9


def test_equal_systems_have_no_difference():
    same = mean(np.array([1.0, 0, 1, 1]))

    assert compare(same, same, proportion=True).p == compare(same, same).p == 1
    assert compare(same, same).value == 0


def test_equal_answers_to_few_examples_leave_a_difference_possible():
    """Of 4 none differs; of others a share up to 1 - .025^(1/4) may, either way, and no test finds less than all."""
    same = mean(np.array([1.0, 0, 1, 1]))
    found = compare(same, same)

    assert (found.low, found.high) == pytest.approx((-stats.beta.ppf(0.975, 1, 4), stats.beta.ppf(0.975, 1, 4)))
    assert found.detectable == 1
    assert compare(same, same, unit="bits/byte").high == 0
