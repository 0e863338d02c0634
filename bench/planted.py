"""
Systems that are equal by construction, and systems with a planted difference, for every test that llmpipe uses.

A test here is two functions of a random stream: `equal` makes the rows of one comparison and gives their p, not
corrected yet, `planted` makes one row and gives p and the difference that was measured. The product's own functions
compute all p.
"""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from llmpipe.metrics import METRICS, Answers, Measured, language_model, paired, results, seeds, statistics
from llmpipe.metrics.answers import mean
from llmpipe.metrics.calibration import choose_threshold
from llmpipe.pages import conclusions
from llmpipe.studies import effects

ROWS = 4  # test sets of one simulated comparison, corrected together
N = 200  # examples of each
PLANTED_N = 1000
PLANTED = 0.03  # of a ratio; about 3 points of BLEU, a hundredth of bits per byte
RUNS = 3  # of each group
SKILL, SKILL_SD = 0.742, 0.121  # of a normal model: 70 of 100 right, and their spread over seeds
SEED_SD = 0.03
GAIN = 0.1  # planted between groups of runs
CELL_SD = 0.02  # of a cell of a study, beside what its seed does to all configurations
CELL_GAIN = 0.05  # planted between levels and configurations of a study
CELL_SEEDS = 5
CONFIGURATIONS = 6
FOLDS, FOLD_N, FEATURES = 5, 500, 10
CLASSES = 6
WORDS = [f"w{i}" for i in range(500)]

Floats = NDArray[np.float64]
Pair = tuple[Measured, Measured]
Draw = Callable[[np.random.Generator, int, float], Pair]


@dataclass(frozen=True)
class Test:
    """
    A test in use.

    Args:
        name: Of the test and of what it is used for.
        equal: Stream -> p of each row of a comparison of equal systems, not corrected.
        planted: Stream -> p of one row with a planted difference, and its measured size.
        aimed: The difference is one of 3 points on 1,000 examples, of which 80 % should be found.
    """

    name: str
    equal: Callable[[np.random.Generator], Sequence[float]]
    planted: Callable[[np.random.Generator], tuple[float, float]]
    aimed: bool = False


# --- two systems on the same examples ---------------------------------------------------------------


def right_or_wrong(random: np.random.Generator, n: int, gain: float) -> Pair:
    """85 of 100 answers right, a tenth of them right in one system only."""
    draws = random.random(n)
    first, other = draws < 0.05 - gain / 2, draws > 0.95 - gain / 2
    both = random.random(n) < 0.8 / 0.9
    return mean(np.where(other, 0.0, np.maximum(first, both))), mean(np.where(first, 0.0, np.maximum(other, both)))


def graded(random: np.random.Generator, n: int, gain: float) -> Pair:
    """Scores between 0 and 1 whose paired differences have a standard deviation of about .3."""
    base = random.beta(4, 2, n)
    first, other = (np.clip(base + 0.22 * random.standard_normal(n) + shift, 0, 1) for shift in (0.0, 1.12 * gain))
    return mean(first), mean(other)


def labelled(random: np.random.Generator, n: int, gain: float) -> Pair:
    """Answers to `right_or_wrong`, as labels of six classes of unequal size, for macro F1."""
    names = [f"c{i}" for i in range(CLASSES)]
    wanted = random.choice(CLASSES, n, p=np.arange(1, CLASSES + 1) / np.arange(1, CLASSES + 1).sum())
    wrong = (wanted + random.integers(1, CLASSES, n)) % CLASSES
    sides = right_or_wrong(random, n, gain)
    references = [(names[i],) for i in wanted]

    def measured(side: Measured) -> Measured:
        said = np.where(side.rows[:, 0] > 0, wanted, wrong)
        return METRICS["macro_f1"].measure(Answers([names[i] for i in said], references, ["en"] * n, labels=names))

    return measured(sides[0]), measured(sides[1])


def documents(random: np.random.Generator, n: int, gain: float) -> Pair:
    """Nats of two language models on documents of unequal length, whose rates differ by a twentieth here and there."""
    num_bytes = np.ceil(random.lognormal(5, 0.8, n))
    rate = random.gamma(20, 0.03, n)  # bits per byte of a document: .6 in the mean
    sides = [rate * (1 - share + 0.05 * random.standard_normal(n)) * num_bytes * np.log(2) for share in (0.0, gain / 3)]
    return language_model.bits_per_byte(sides[0], num_bytes), language_model.bits_per_byte(sides[1], num_bytes)


class Bleu:
    """Statistics of sentences whose words are lost with a probability; with a gain, fewer of B's are."""

    def __init__(self, size: int) -> None:
        choose = random.Random(1)
        self.references = [" ".join(choose.choices(WORDS, k=choose.randint(8, 20))) for _ in range(size)]
        self.pools = {share: self._measure(choose, share) for share in (0.1, 0.1001, 0.084)}

    def _measure(self, choose: random.Random, share: float) -> Measured:
        said = [" ".join(w if choose.random() > share else "x" for w in r.split()) for r in self.references]
        return METRICS["bleu"].measure(Answers(said, [(r,) for r in self.references], ["en"] * len(said)))

    def __call__(self, random: np.random.Generator, n: int, gain: float) -> Pair:
        """N sentences of the pool; equal systems are exchanged at random, so that neither pool is the better one."""
        picks = random.integers(0, len(self.references), n)
        first, other = (self.pools[share].rows[picks] for share in (0.1, 0.084 if gain else 0.1001))
        if not gain:
            swap = (random.random(n) < 0.5)[:, None]
            first, other = np.where(swap, other, first), np.where(swap, first, other)
        combine = self.pools[0.1].combine
        return Measured(first, combine, None), Measured(other, combine, None)


def child(random: np.random.Generator) -> np.random.Generator:
    """A stream of its own, keyed by the next number of this one."""
    return statistics.generator(1, "child", str(random.integers(2**60)))


def size(pair: Pair) -> float:
    """B's score minus A's."""
    first, other = (side.combine(side.rows.sum(axis=0)) for side in pair)
    return float(other - first)


def mcnemar(pair: Pair, _: np.random.Generator) -> float:
    """P of the exact test."""
    return statistics.mcnemar(pair[0].rows[:, 0], pair[1].rows[:, 0])


def randomisation(trials: int) -> Callable[[Pair, np.random.Generator], float]:
    """P of approximate randomisation."""

    def p(pair: Pair, random: np.random.Generator) -> float:
        first, other = pair
        return statistics.approximate_randomisation(
            first.rows, other.rows, first.combine, trials=trials, random=child(random)
        )

    return p


def leaves_out_zero(resamples: int) -> Callable[[Pair, np.random.Generator], float]:
    """0 when the paired bootstrap interval leaves out 0, which the report then calls better or worse; else 1."""

    def p(pair: Pair, random: np.random.Generator) -> float:
        low, high = statistics.percentiles(paired.paired_replicates(*pair, resamples, child(random)))
        return float(low <= 0 <= high)

    return p


def on_examples(name: str, draw: Draw, test: Callable[[Pair, np.random.Generator], float], rows: int = ROWS) -> Test:
    """A test of two systems on the same examples."""

    def planted(random: np.random.Generator) -> tuple[float, float]:
        pair = draw(random, PLANTED_N, PLANTED)
        return test(pair, random), size(pair)

    return Test(name, lambda random: [test(draw(random, N, 0.0), random) for _ in range(rows)], planted, aimed=True)


# --- two groups of runs -----------------------------------------------------------------------------


def seeded(random: np.random.Generator, n: int, gain: float) -> tuple[list[Measured], list[Measured]]:
    """
    Three runs a side on the same examples, right or wrong: 70 of 100 right, ± 3 from seed to seed, B's `gain` more.

    An example is hard or easy for all; a run adds its own luck with each, so two runs disagree on about a third.
    """
    hard = random.standard_normal(n)

    def run(shift: float) -> Measured:
        skill = SKILL + SKILL_SD * random.standard_normal() + shift
        return mean((hard + random.standard_normal(n) < skill).astype(np.float64))

    shift = gain / (SEED_SD / SKILL_SD)
    return [run(0.0) for _ in range(RUNS)], [run(shift) for _ in range(RUNS)]


def over_seeds(resamples: int) -> Test:
    """The test of `compare A,A,A B,B,B`."""

    def test(
        groups: tuple[list[Measured], list[Measured]], count: int, random: np.random.Generator
    ) -> tuple[float, float]:
        key = (1, "planted", str(random.integers(2**60)))
        found, _ = seeds.difference(*groups, unit="ratio", comparisons=count, resamples=resamples, key=key)
        return found.p, found.value

    return Test(
        f"t over seeds and examples, {RUNS} runs a side",
        lambda random: [test(seeded(random, N, 0.0), ROWS, random)[0] for _ in range(ROWS)],
        lambda random: test(seeded(random, PLANTED_N, GAIN), 1, random),
    )


def blind_to_seeds(resamples: int) -> dict[str, Callable[[np.random.Generator], Sequence[float]]]:
    """Not in use on groups of runs: tests that know the examples only."""

    def examples(random: np.random.Generator) -> float:
        key = (1, "blind", str(random.integers(2**60)))
        _, spread = seeds.difference(
            *seeded(random, N, 0.0), unit="ratio", comparisons=ROWS, resamples=resamples, key=key
        )
        return spread.p_examples

    def single(random: np.random.Generator) -> float:
        first, other = seeded(random, N, 0.0)
        return mcnemar((first[0], other[0]), random)

    return {
        "examples_only": lambda random: [examples(random) for _ in range(ROWS)],
        "single_runs": lambda random: [single(random) for _ in range(ROWS)],
    }


# --- the cells of a study ---------------------------------------------------------------------------


def cell_scores(random: np.random.Generator, gain: float) -> Floats:
    """Scores of configurations (rows) with seeds (columns) that move all of them; the last one is better."""
    noise = CELL_SD * random.standard_normal((CONFIGURATIONS, CELL_SEEDS))
    noise[-1] += gain
    return noise + SEED_SD * random.standard_normal(CELL_SEEDS)


def best_and_next(random: np.random.Generator, gain: float) -> tuple[float, float]:
    """P of the best configuration against the next one, chosen by the same scores."""
    scores = cell_scores(random, gain)
    order = np.argsort(scores.mean(axis=1))
    gains = scores[order[-1]] - scores[order[-2]]
    return effects.paired(gains.tolist())["p"], float(gains.mean())


def two_configurations(random: np.random.Generator, gain: float) -> tuple[float, float]:
    """P of the last against the first configuration."""
    scores = cell_scores(random, gain)
    gains = scores[-1] - scores[0]
    return effects.paired(gains.tolist())["p"], float(gains.mean())


def effect(random: np.random.Generator, gain: float) -> dict[str, float]:
    """P of each term of three levels by two, `gain` from the first to the last level of the first factor."""
    levels = {"a": ["x", "y", "z"], "b": ["u", "v"]}
    by_seed = SEED_SD * random.standard_normal(CELL_SEEDS)
    rows = [
        effects.Observation(
            {"a": a, "b": b}, seed, by_seed[seed] + i * gain / 2 + CELL_SD * float(random.standard_normal())
        )
        for i, a in enumerate(levels["a"])
        for b in levels["b"]
        for seed in range(CELL_SEEDS)
    ]
    found = effects.effects(rows, levels)
    assert found is not None
    return {name: term["p"] for name, term in found["terms"].items()}


def fold_gains(random: np.random.Generator, gain: float) -> list[float]:
    """
    Accuracy of one linear classifier minus that of another in each fold of the same examples.

    Each sees features of its own, which say the same about the label; with a gain, B's say more.
    """
    features = random.standard_normal((2, FOLD_N, FEATURES))
    weights = np.array([1.0, 1.0 + gain])[:, None] * np.full(FEATURES, FEATURES**-0.5)
    said = np.einsum("sne,se->n", features, weights)
    labels = np.sign(said + 0.5 * random.standard_normal(FOLD_N))
    fold = random.permutation(FOLD_N) % FOLDS
    right = np.zeros((2, FOLDS))
    for side in range(2):
        for k in range(FOLDS):
            train = fold != k
            found = np.linalg.lstsq(features[side, train], labels[train], rcond=None)[0]
            right[side, k] = (np.sign(features[side, ~train] @ found) == labels[~train]).mean()
    return (right[1] - right[0]).tolist()


def folds(overlap: float) -> Callable[[np.random.Generator, float], tuple[float, float]]:
    """P and size of the difference over folds; an overlap of 0 takes folds for independent."""

    def test(random: np.random.Generator, gain: float) -> tuple[float, float]:
        gains = fold_gains(random, gain)
        return effects.paired(gains, overlap)["p"], float(np.mean(gains))

    return test


def single(name: str, test: Callable[[np.random.Generator, float], tuple[float, float]], gain: float) -> Test:
    """A test that stands alone."""
    return Test(name, lambda random: [test(random, 0.0)[0]], lambda random: test(random, gain))


# --- conclusions ------------------------------------------------------------------------------------


def at_a_bound(random: np.random.Generator, gain: float) -> tuple[float, float]:
    """One-sided p of an accuracy that lies on the bound, or above it by `gain`: Wilson's interval and a normal test."""
    n, bound = (PLANTED_N if gain else N), conclusions.ACCURACY_BAND[0]
    right = (random.random(n) < bound + gain).astype(np.float64)
    answers = Answers([str(int(r)) for r in right], [("1",)] * n, ["en"] * n, labels=["0", "1"])
    score = results.measure("accuracy", METRICS["accuracy"], {"m": answers}, 2, (1, "bound"))["m"].score
    estimate = conclusions.estimated("", score)
    return conclusions.above(estimate, bound).p_for, estimate.value - bound


def gain_of_pretraining(random: np.random.Generator, gain: float) -> tuple[float, float]:
    """One-sided p of the mean gain over six test sets and three seeds."""
    rows = [
        {"seed": seed, "metric": "accuracy", "difference": by_seed + gain + 0.02 * float(random.standard_normal())}
        for seed, by_seed in enumerate((SEED_SD * random.standard_normal(RUNS)).tolist())
        for _ in range(6)
    ]
    estimate = conclusions.mean_gain("", [row | {"low": 0.0, "high": 0.0} for row in rows])
    return conclusions.above(estimate, 0.0).p_for, estimate.value


# --- all --------------------------------------------------------------------------------------------


def tests(bleu: Bleu, trials: int, resamples: int) -> list[Test]:
    """Every test in use, in the order of the table."""
    exchanged = randomisation(trials)
    return [
        on_examples("exact McNemar, right or wrong", right_or_wrong, mcnemar),
        on_examples("randomisation, graded", graded, exchanged),
        on_examples("randomisation, BLEU", bleu, exchanged),
        on_examples("randomisation, macro F1", labelled, exchanged),
        on_examples("randomisation, bits per byte", documents, exchanged),
        on_examples("paired bootstrap, bits per byte", documents, leaves_out_zero(resamples), rows=1),
        over_seeds(resamples),
        single(f"study: two configurations, {CELL_SEEDS} seeds", two_configurations, CELL_GAIN),
        single(f"study: best and next of {CONFIGURATIONS}", best_and_next, CELL_GAIN),
        Test(
            "study: effects of factors",
            lambda random: list(effect(random, 0.0).values()),
            lambda random: (effect(random, CELL_GAIN)["a"], CELL_GAIN),
        ),
        single(f"study: {FOLDS} folds (Nadeau-Bengio)", folds(1 / (FOLDS - 1)), 0.8),
        single("conclusions: a bound", at_a_bound, PLANTED),
        single(f"conclusions: a gain, {RUNS} seeds", gain_of_pretraining, CELL_GAIN * 2),
    ]


def contrasts(resamples: int) -> dict[str, Callable[[np.random.Generator], Sequence[float]]]:
    """What is not in use, and why: p of comparisons of equal systems."""
    uncorrected = folds(0.0)
    return blind_to_seeds(resamples) | {"folds_uncorrected": lambda random: [uncorrected(random, 0.0)[0]]}


# --- intervals and a threshold ----------------------------------------------------------------------


def missed(resamples: int) -> dict[str, Callable[[np.random.Generator], bool]]:
    """Name -> whether a 95 % interval of the product misses the truth; slices and retrieval have intervals, no test."""

    def wilson(n: int) -> Callable[[np.random.Generator], bool]:
        def misses(random: np.random.Generator) -> bool:
            low, high = statistics.wilson(float(random.binomial(n, 0.85)), n)
            return not low <= 0.85 <= high

        return misses

    def bootstrap(n: int) -> Callable[[np.random.Generator], bool]:
        def misses(random: np.random.Generator) -> bool:
            measured = mean(random.beta(4, 2, n))
            drawn = statistics.replicates(measured.rows, measured.combine, resamples, child(random))
            low, high = statistics.percentiles(drawn)
            return not low <= 4 / 6 <= high

        return misses

    return {
        f"{name}, n = {n}": make(n) for name, make in (("Wilson", wilson), ("bootstrap", bootstrap)) for n in (30, N)
    }


CERTAINTY, TARGET = 0.9, 0.95


def breaks_its_promise(random: np.random.Generator) -> bool:
    """
    Whether answers above the threshold of abstention are right less often than promised.

    Of confidence u, uniform, .8 + .2 u are right, so above t 1 - (1 - t) / 10: .95 needs a threshold of .5.
    """
    confidence = random.random(N)
    right = (random.random(N) < 0.8 + 0.2 * confidence).astype(np.float64)
    threshold = choose_threshold(confidence, right, TARGET, CERTAINTY)
    return threshold < 0.5
