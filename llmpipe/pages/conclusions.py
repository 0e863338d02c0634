"""
The source article's conclusions as hypotheses: stated here before any run, tested on the results at hand.

Each is a condition on one number or several (a test set each, say) and holds only when it holds for all of them. Two
tests are made of it: one that can support it, one that can contradict it; where neither does, it stays undecided. The
largest p of the first kind is the p of "all hold" (intersection-union test: Berger 1982), the smallest of the second
kind times their number that of "some fails". Both are corrected after Holm over the hypotheses.
"""

import itertools
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import stats

from llmpipe.pages import numbers
from llmpipe.pages.blocks import Block, Heading, Items, Table, Text
from llmpipe.pages.results import OVERALL, SIGNIFICANT, TUNED, Results
from llmpipe.records import Score

POWER = 0.8  # of the smallest difference that is told
Z95 = float(stats.norm.ppf(0.975))
SUPPORTED, CONTRADICTED, UNDECIDED = "supported", "not supported", "undecided"
ACCURACY_BAND = (0.85, 0.95)  # the article's appendix B
STABLE = 0.05  # F1 of two test sets differs by less; the article's own three lie within .04
GOOD_BLEU = 28.3  # the mean of the article's three, which it calls good without a reference


@dataclass(frozen=True)
class Estimate:
    """
    A number and how well it is known.

    Args:
        where: What it is of.
        value: The number.
        error: Its standard error.
        degrees: Of freedom of the error; infinite when it comes from a bootstrap over examples.
        is_share: Whether it is a share of examples, whose error depends on the share.
    """

    where: str
    value: float
    error: float
    degrees: float = math.inf
    is_share: bool = False

    def error_at(self, bound: float) -> float:
        """
        The standard error if the true number were `bound`, where that is larger.

        A share near 1 varies less than the bound below it would, so its own error finds it above too often: the score
        test of a binomial share (Wilson 1927) takes the variance b(1 - b)/n of the hypothesis.
        """
        own = self.value * (1 - self.value)
        if not self.is_share or own <= 0:
            return self.error
        return self.error * math.sqrt(max(1.0, bound * (1 - bound) / own))

    def p_above(self, bound: float) -> float:
        """One-sided p of the hypothesis that the true number is at most `bound`."""
        return float(stats.t.sf((self.value - bound) / self.error_at(bound), self.degrees))

    def p_below(self, bound: float) -> float:
        """One-sided p of the hypothesis that the true number is at least `bound`."""
        return float(stats.t.cdf((self.value - bound) / self.error_at(bound), self.degrees))

    @property
    def half(self) -> float:
        """Half of the 95 % interval."""
        return float(stats.t.ppf(0.975, self.degrees)) * self.error

    @property
    def detectable(self) -> float:
        """How far from a bound the true number must lie for the test to find it with probability `POWER`."""
        return float(stats.t.ppf(1 - SIGNIFICANT, self.degrees) + stats.t.ppf(POWER, self.degrees)) * self.error


@dataclass(frozen=True)
class Test:
    """An estimate against its bounds: p of the test that supports the condition, and of the one that contradicts it."""

    estimate: Estimate
    p_for: float
    p_against: float


@dataclass(frozen=True)
class Hypothesis:
    """
    A conclusion of the article.

    Args:
        name: In few words.
        condition: What is tested, with its bounds.
        tests: The tests on a result; none when it does not measure it.
        otherwise: How to measure it.
    """

    name: str
    condition: str
    tests: Callable[[Results], list[Test]]
    otherwise: str


@dataclass(frozen=True)
class Conclusion:
    """A hypothesis with its tests and what they say; the p are corrected after Holm, 1 without a test."""

    hypothesis: Hypothesis
    tests: Sequence[Test]
    p_for: float
    p_against: float

    @property
    def verdict(self) -> str:
        """Never stronger than the tests."""
        if self.p_for < SIGNIFICANT:
            return SUPPORTED
        return CONTRADICTED if self.p_against < SIGNIFICANT else UNDECIDED


# --- tests ------------------------------------------------------------------------------------------


def above(estimate: Estimate, bound: float) -> Test:
    """The number is larger than the bound."""
    return Test(estimate, estimate.p_above(bound), estimate.p_below(bound))


def within(estimate: Estimate, low: float, high: float) -> Test:
    """The number lies between the bounds: two one-sided tests (Schuirmann 1987); against it, two with Bonferroni."""
    outside = 2 * min(estimate.p_below(low), estimate.p_above(high))
    return Test(estimate, max(estimate.p_above(low), estimate.p_below(high)), min(1.0, outside))


def estimated(where: str, score: Score) -> Estimate:
    """A score with the standard error that its interval stands for, at least that of half an example."""
    scale = 100.0 if score.unit == "points" else 1.0
    error = max((score.high - score.low) / (2 * Z95), 0.5 * scale / score.n)
    return Estimate(where, score.value, error, is_share=score.unit != "points")


def minus(where: str, one: Estimate, other: Estimate) -> Estimate:
    """A difference, its error as if both were independent: too large, so cautious, where they share their examples."""
    return Estimate(where, one.value - other.value, math.hypot(one.error, other.error))


def by_test_set(results: Results, metric: str) -> list[Estimate]:
    """The tuned model's mean over data sets of a metric, on each test set."""
    found = [(name, results.find(TUNED, OVERALL, name, metric)) for name in results.test_sets]
    return [estimated(name, score) for name, score in found if score is not None]


def differences(results: Results, metric: str, other: str) -> list[Estimate]:
    """One metric minus another, on each test set that has both."""
    first, second = ({e.where: e for e in by_test_set(results, name)} for name in (metric, other))
    return [minus(name, first[name], second[name]) for name in first if name in second]


def accuracy(results: Results) -> list[Test]:
    """Within the band, on every test set."""
    return [within(estimate, *ACCURACY_BAND) for estimate in by_test_set(results, "accuracy")]


def recall(results: Results) -> list[Test]:
    """Accuracy minus recall is above zero, on every test set."""
    return [above(estimate, 0.0) for estimate in differences(results, "accuracy", "macro_recall")]


def stable_f1(results: Results) -> list[Test]:
    """Any two test sets are alike."""
    pairs = itertools.combinations(by_test_set(results, "macro_f1"), 2)
    return [within(minus(f"{one.where} − {other.where}", one, other), -STABLE, STABLE) for one, other in pairs]


def bleu(results: Results) -> list[Test]:
    """Above the article's own mean, on every test set."""
    return [above(estimate, GOOD_BLEU) for estimate in by_test_set(results, "bleu")]


def rouge(results: Results) -> list[Test]:
    """Accuracy minus ROUGE-L is above zero, on every test set."""
    return [above(estimate, 0.0) for estimate in differences(results, "accuracy", "rougeL")]


def augmentation(_: Results) -> list[Test]:
    """A single result has nothing to compare with."""
    return []


def pretraining(results: Results) -> list[Test]:
    """Pretrained minus trained on the examples alone is above zero, at every number of labels."""
    rows = [row for row in results.transfer_comparisons if row["other"] == "alone"]
    return [
        above(mean_gain(f"{labels:,} labels", [row for row in rows if row["labels"] == labels]), 0.0)
        for labels in sorted({row["labels"] for row in rows})
    ]


def mean_gain(where: str, rows: Sequence[Mapping[str, Any]]) -> Estimate:
    """
    The mean difference over data sets and test sets, BLEU over 100.

    From three seeds on its error is that between seeds, else that of the test examples.
    """
    scales = [0.01 if row["metric"] in ("bleu", "chrf") else 1.0 for row in rows]
    gains = [row["difference"] * scale for row, scale in zip(rows, scales, strict=True)]
    seeds = sorted({row["seed"] for row in rows})
    means = [float(np.mean([g for g, row in zip(gains, rows, strict=True) if row["seed"] == seed])) for seed in seeds]
    spread = float(np.std(means, ddof=1)) / math.sqrt(len(means)) if len(means) > 2 else 0.0
    if spread:
        return Estimate(f"{where}, {len(means)} seeds", float(np.mean(means)), spread, len(means) - 1)
    errors = [(row["high"] - row["low"]) * scale / (2 * Z95) for row, scale in zip(rows, scales, strict=True)]
    error = max(math.hypot(*errors) / len(rows), 1e-6)
    return Estimate(f"{where}, {len(seeds)} seed(s)", float(np.mean(gains)), error)


AUGMENTATION = Hypothesis(
    "Augmentation helps significantly",
    "the same configuration scores higher with augmentation than without, paired by seed",
    augmentation,
    "a single result cannot show it; `llmpipe study recipes/studies/augmentation.yaml` tells",
)
HYPOTHESES = (
    Hypothesis(
        "Pretraining, then fine-tuning, beats training on the task alone",
        "the mean difference over data sets and test sets is above 0 at every number of labels, at equal training time",
        pretraining,
        "set `transfer.labels: [100, 300, 1500]` and run `dvc repro`",
    ),
    Hypothesis(
        "Accuracy is 85 to 95 %",
        f"accuracy lies between {ACCURACY_BAND[0]:g} and {ACCURACY_BAND[1]:g} on every test set",
        accuracy,
        "give ingest a classification data set",
    ),
    Hypothesis(
        "Recall is lower than accuracy",
        "accuracy minus macro recall is above 0 on every test set",
        recall,
        "give ingest a classification data set",
    ),
    Hypothesis(
        "F1 is stable",
        f"macro F1 differs by less than {STABLE:g} between any two test sets",
        stable_f1,
        "give ingest a classification data set with two test sets or more",
    ),
    Hypothesis(
        "BLEU is good",
        f"BLEU is above {GOOD_BLEU:g}, the article's own mean, on every test set",
        bleu,
        "give ingest a translation data set",
    ),
    Hypothesis(
        "ROUGE of titles is weaker",
        "accuracy minus ROUGE-L is above 0 on every test set",
        rouge,
        "give ingest a summary and a classification data set",
    ),
    AUGMENTATION,
)


def all_hold(tests: Sequence[Test]) -> float:
    """P of the hypothesis that some condition fails: that of the weakest test."""
    return max(test.p_for for test in tests)


def some_fails(tests: Sequence[Test]) -> float:
    """P of the hypothesis that all conditions hold: that of the strongest test against it, times their number."""
    return min(1.0, len(tests) * min(test.p_against for test in tests))


def conclude(results: Results, adjust: Callable[[Sequence[float]], list[float]]) -> list[Conclusion]:
    """
    Test all hypotheses.

    Args:
        results: The results at hand.
        adjust: Corrects p values for their number.
    """
    tested = [(hypothesis, hypothesis.tests(results)) for hypothesis in HYPOTHESES]
    measured = [tests for _, tests in tested if tests]
    p_for = iter(adjust([all_hold(tests) for tests in measured]))
    p_against = iter(adjust([some_fails(tests) for tests in measured]))
    return [
        Conclusion(hypothesis, tests, next(p_for), next(p_against)) if tests else Conclusion(hypothesis, [], 1.0, 1.0)
        for hypothesis, tests in tested
    ]


# --- the page ---------------------------------------------------------------------------------------


def page(conclusions: Sequence[Conclusion]) -> list[Block]:
    """The verdicts, then the evidence behind each."""
    return [
        Heading(1, "The article's conclusions, tested"),
        Text(
            "What the source article concludes, restated so that a test can decide. Conditions and bounds come from "
            "the article's own table and stand in the code, whatever a run gives."
        ),
        Table(
            ["conclusion", "verdict", "tested as", "p for", "p against"],
            [
                [
                    c.hypothesis.name,
                    f"**{c.verdict}**",
                    c.hypothesis.condition,
                    shown(c, c.p_for),
                    shown(c, c.p_against),
                ]
                for c in conclusions
            ],
        ),
        Heading(2, "Evidence"),
        *[block for conclusion in conclusions for block in evidence(conclusion)],
        Heading(2, "How to read it"),
        Items(
            [
                f"**supported**: the condition is met in every line at p < {SIGNIFICANT:g} (one-sided, after Holm over "
                f"the conclusions); **not supported**: it fails in some line at p < {SIGNIFICANT:g}; **undecided**: "
                "neither, which is no evidence for either side.",
                "Without a number of seeds an interval says what other test examples of the kind would give, not what "
                "another training run would.",
                f"Detectable: how far beyond its bound the true number must lie to be found {POWER:.0%} of the time, "
                "before Holm. Bounds closer to the number than this cannot be decided.",
                "Two scores are subtracted as if they were independent; where both come from the same answers, errors "
                "are too large rather than too small.",
                "The article does not say what stable, good, weaker or significantly mean; the bounds are ours.",
            ]
        ),
    ]


def shown(conclusion: Conclusion, p: float) -> str:
    """A corrected p; a dash where nothing was tested."""
    return numbers.p_value(p) if conclusion.tests else "–"


def evidence(conclusion: Conclusion) -> list[Block]:
    """Each test of a hypothesis, or how to measure it."""
    title = Heading(3, conclusion.hypothesis.name)
    if not conclusion.tests:
        return [title, Text(f"Not measured by this run: {conclusion.hypothesis.otherwise}.")]
    rows = [
        [
            test.estimate.where,
            f"{e.value:z.3f} [{e.value - e.half:z.3f}, {e.value + e.half:z.3f}]",
            numbers.p_value(test.p_for),
            numbers.p_value(test.p_against),
            f"{e.detectable:.3f}",
        ]
        for test in conclusion.tests
        for e in [test.estimate]
    ]
    return [
        title,
        Text(f"Tested: {conclusion.hypothesis.condition}."),
        Table(["", "number", "p for", "p against", "detectable"], rows),
    ]


def as_json(conclusions: Sequence[Conclusion]) -> list[dict[str, Any]]:
    """The same for machines, ten digits each."""
    return [
        {
            "conclusion": c.hypothesis.name,
            "condition": c.hypothesis.condition,
            "verdict": c.verdict,
            "p_for": round(c.p_for, 10),
            "p_against": round(c.p_against, 10),
            "tests": [
                {
                    "where": test.estimate.where,
                    "value": round(test.estimate.value, 10),
                    "error": round(test.estimate.error, 10),
                    "p_for": round(test.p_for, 10),
                    "p_against": round(test.p_against, 10),
                    "detectable": round(test.estimate.detectable, 10),
                }
                for test in c.tests
            ],
        }
        for c in conclusions
    ]


def summary(conclusions: Sequence[Conclusion]) -> str:
    """`3 supported, 2 not supported, 2 undecided`."""
    verdicts = [conclusion.verdict for conclusion in conclusions]
    return ", ".join(f"{verdicts.count(name)} {name}" for name in (SUPPORTED, CONTRADICTED, UNDECIDED))
