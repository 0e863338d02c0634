"""
Can a verdict of `llmpipe compare` be believed, and what does it cost?

Equal systems must rarely be called different, after correction; a planted difference must be found; both within
seconds. The same for groups of runs whose seeds differ: there the test on the examples of two runs is shown beside it,
which takes the luck of a seed for a better system. Beside them: ROUGE-L against rouge_score's on texts of 400 words.
"""

import argparse
import json
import random
import time
from collections.abc import Callable

import numpy as np
from rouge_score.rouge_scorer import RougeScorer

from llmpipe.commands import compare
from llmpipe.metrics import METRICS, Answers, Measured, paired, seeds, statistics
from llmpipe.metrics.answers import mean

ROWS = 4  # test sets of one simulated comparison, corrected together
N = 200  # examples of each
PLANTED_N = 1000
PLANTED = 0.03  # of a ratio; about 3 points of BLEU
RUNS = 3  # of each group
SKILL, SKILL_SD = 0.742, 0.121  # of a normal model: 70 of 100 right, and their spread over seeds
SEED_SD = 0.03
GAIN = 0.1  # planted between groups
WORDS = [f"w{i}" for i in range(500)]

Pair = tuple[Measured, Measured]
Draw = Callable[[np.random.Generator, int, float], Pair]


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


def p_value(pair: Pair, proportion: bool, trials: int, key: tuple[object, ...]) -> float:
    """Of the test in use."""
    first, other = pair
    if proportion:
        return statistics.mcnemar(first.rows[:, 0], other.rows[:, 0])
    stream = statistics.generator(1, *map(str, key))
    return statistics.approximate_randomisation(first.rows, other.rows, first.combine, trials=trials, random=stream)


def called_different(draw: Draw, proportion: bool, comparisons: int, trials: int) -> float:
    """Share of comparisons of equal systems in which any row is called different."""
    stream, wrong = np.random.default_rng(1), 0
    for i in range(comparisons):
        p = [p_value(draw(stream, N, 0.0), proportion, trials, ("null", i, row)) for row in range(ROWS)]
        wrong += min(statistics.holm(p)) < paired.LEVEL
    return wrong / comparisons


def found(draw: Draw, proportion: bool, comparisons: int, trials: int) -> tuple[float, float]:
    """Share of single tests that find the planted difference, and its mean size."""
    stream, right, sizes = np.random.default_rng(2), 0, []
    for i in range(comparisons):
        first, other = draw(stream, PLANTED_N, PLANTED)
        sizes.append(float(other.combine(other.rows.sum(axis=0)) - first.combine(first.rows.sum(axis=0))))
        right += p_value((first, other), proportion, trials, ("planted", i)) < paired.LEVEL
    return right / comparisons, float(np.mean(sizes))


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


def seeds_called_different(comparisons: int, resamples: int) -> dict[str, float]:
    """Shares of comparisons of equal recipes in which any row is called different: by groups, by examples alone."""
    stream = np.random.default_rng(3)
    wrong = {"false_positive_rate": 0, "examples_only": 0, "single_runs": 0}
    for i in range(comparisons):
        rows = [seeded(stream, N, 0.0) for _ in range(ROWS)]
        found = [
            seeds.difference(*row, comparisons=ROWS, resamples=resamples, key=(1, "seeds", str(i), str(number)))
            for number, row in enumerate(rows)
        ]
        single = [statistics.mcnemar(first[0].rows[:, 0], other[0].rows[:, 0]) for first, other in rows]
        for name, p in (
            ("false_positive_rate", [difference.p for difference, _ in found]),
            ("examples_only", [spread.p_examples for _, spread in found]),
            ("single_runs", single),
        ):
            wrong[name] += min(statistics.holm(p)) < paired.LEVEL
    return {name: count / comparisons for name, count in wrong.items()}


def seeds_found(comparisons: int, resamples: int, gain: float) -> float:
    """Share of single tests of groups that find the planted difference."""
    stream = np.random.default_rng(4)
    right = 0
    for i in range(comparisons):
        row = seeded(stream, PLANTED_N, gain)
        found, _ = seeds.difference(*row, comparisons=1, resamples=resamples, key=(1, "planted seeds", str(i)))
        right += found.p < paired.LEVEL
    return right / comparisons


def seconds(n: int, resamples: int, trials: int) -> float:
    """Time of interval and test of five metrics on n examples."""
    choose = random.Random(2)
    references = [" ".join(choose.choices(WORDS, k=12)) for _ in range(n)]
    sides = []
    for share in (0.1, 0.11):
        said = [" ".join(w if choose.random() > share else "x" for w in r.split()) for r in references]
        sides.append(Answers(said, [(r,) for r in references], ["en"] * n))
    names = ("exact_match", "f1", "rougeL", "bleu", "chrf")
    measured = {name: [METRICS[name].measure(side) for side in sides] for name in names}
    start = time.perf_counter()
    for name, (first, other) in measured.items():
        proportion = METRICS[name].interval == "wilson"
        paired.difference(
            first,
            other,
            proportion=proportion,
            comparisons=5,
            resamples=resamples,
            trials=trials,
            key=(1, "bench", name),
        )
    return time.perf_counter() - start


def rouge(pairs: int) -> tuple[float, bool]:
    """ROUGE-L: times as fast as rouge_score on ASCII texts of 400 words, and whether all values are the same."""
    choose = random.Random(3)
    references = [" ".join(choose.choices(WORDS, k=400)) for _ in range(pairs)]
    said = [" ".join(w for w in r.split() if choose.random() > 0.3) for r in references]
    answers = Answers(said, [(r,) for r in references], ["en"] * pairs)
    scorer = RougeScorer(["rougeL"])
    start = time.perf_counter()
    theirs = [scorer.score(r, h)["rougeL"].fmeasure for r, h in zip(references, said, strict=True)]
    middle = time.perf_counter()
    measured = METRICS["rougeL"].measure(answers).values
    end = time.perf_counter()
    assert measured is not None
    return (middle - start) / (end - middle), measured.tolist() == theirs


def main() -> None:
    """Print a table and, as the last line, JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="show that it works, in seconds")
    parser.add_argument("--comparisons", type=int, default=1000, help="of equal systems, for each test")
    options = parser.parse_args()
    quick = options.quick
    comparisons, power_runs, trials = (30, 10, 200) if quick else (options.comparisons, 200, 1000)
    bleu = Bleu(300 if quick else 3000)
    tests: dict[str, tuple[Draw, bool]] = {
        "exact McNemar, right or wrong": (right_or_wrong, True),
        "randomisation, graded": (graded, False),
        "randomisation, BLEU": (bleu, False),
    }
    rates, powers = [], []
    print(f"{'test':32} {'equal, called different':>24} {'planted, found':>15} {'its size':>9}")
    for name, (draw, proportion) in tests.items():
        rates.append(called_different(draw, proportion, comparisons, trials))
        power, size = found(draw, proportion, power_runs, trials)
        powers.append(power)
        print(f"{name:32} {rates[-1]:24.3f} {power:15.2f} {size:9.3f}", flush=True)
    groups = seeds_called_different(comparisons, 200 if quick else 500)
    groups["power"] = seeds_found(power_runs, 200 if quick else 500, GAIN)
    print(
        f"{f't over seeds, {RUNS} runs a side':32} {groups['false_positive_rate']:24.3f} {groups['power']:15.2f} "
        f"{GAIN:9.3f}\n{'  their examples alone':32} {groups['examples_only']:24.3f}\n"
        f"{'  McNemar, one run a side':32} {groups['single_runs']:24.3f}",
        flush=True,
    )
    took = seconds(*(1000, 200, 500) if quick else (10_000, compare.RESAMPLES, compare.TRIALS))
    ratio, identical = rouge(10 if quick else 100)
    print(f"interval and test of five metrics: {took:.1f} s; ROUGE-L: {ratio:.0f} times rouge_score")
    result = {"false_positive_rate": max(rates), "power": min(powers), "seconds": round(took, 2)}
    print(json.dumps(result | {"rouge_ratio": round(ratio, 1), "rouge_identical": identical, "seeds": groups}))


if __name__ == "__main__":
    main()
