"""
Can a verdict of llmpipe be believed, and what does it cost?

For every test in use (bench/planted.py): how often it calls equal systems different, after the correction that it has
in use, per single test and in any row of a comparison; how often it finds a planted difference. Beside them tests that
are not in use, to show why; how often intervals miss; ROUGE-L against rouge_score's on texts of 400 words; the time of
interval and test of five metrics.
"""

import argparse
import json
import random
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import planted
from rouge_score.rouge_scorer import RougeScorer

from llmpipe.commands import compare
from llmpipe.metrics import METRICS, Answers, paired, statistics


@dataclass(frozen=True)
class Rate:
    """How often something happened, with Wilson's 95 % interval."""

    count: int
    n: int

    @property
    def value(self) -> float:
        """The share."""
        return self.count / self.n

    @property
    def interval(self) -> tuple[float, float]:
        """Of the share."""
        return statistics.wilson(self.count, self.n)

    def within(self, level: float) -> bool:
        """Whether a true rate of `level` or less could have given it: the interval begins at or below it."""
        return self.interval[0] <= level

    def __str__(self) -> str:
        low, high = self.interval
        return f"{self.value:.3f} [{low:.3f}, {high:.3f}]"

    def as_json(self) -> dict[str, float | list[float] | int]:
        """For machines."""
        return {"rate": round(self.value, 4), "interval": [round(end, 4) for end in self.interval], "n": self.n}


def share(happened: Iterable[bool]) -> Rate:
    """Of all of them."""
    found = list(happened)
    return Rate(sum(found), len(found))


def called_different(
    equal: Callable[[np.random.Generator], Sequence[float]], comparisons: int, name: str
) -> tuple[Rate, Rate]:
    """Equal systems: single tests that call them different after Holm, and comparisons with any such row."""
    stream = statistics.generator(1, "equal", name)
    corrected = [statistics.holm(equal(stream)) for _ in range(comparisons)]
    return share(p < paired.LEVEL for row in corrected for p in row), share(
        min(row) < paired.LEVEL for row in corrected
    )


def found(test: planted.Test, comparisons: int) -> tuple[Rate, float]:
    """Single tests that find the planted difference, and its mean size as measured."""
    stream = statistics.generator(1, "planted", test.name)
    p, sizes = zip(*(test.planted(stream) for _ in range(comparisons)), strict=True)
    return share(one < paired.LEVEL for one in p), float(np.mean(sizes))


@dataclass(frozen=True)
class Line:
    """A line of the table."""

    test: planted.Test
    single: Rate
    family: Rate
    power: Rate
    size: float

    @property
    def within(self) -> bool:
        """Both rates are compatible with at most one in twenty."""
        return self.single.within(paired.LEVEL) and self.family.within(paired.LEVEL)

    def __str__(self) -> str:
        told = f"{self.test.name:40} {self.single!s:>21} {self.family!s:>21} {self.power!s:>19} {self.size:7.3f}"
        return told + ("" if self.within else "  more than .05")

    def as_json(self) -> dict[str, object]:
        """For machines."""
        return {
            "single": self.single.as_json(),
            "any_row": self.family.as_json(),
            "planted": self.power.as_json() | {"size": round(self.size, 4)},
            "compatible": self.within,
        }


def measured(test: planted.Test, comparisons: int, power_runs: int) -> Line:
    """All rates of a test."""
    return Line(test, *called_different(test.equal, comparisons, test.name), *found(test, power_runs))


def seconds(n: int, resamples: int, trials: int) -> float:
    """Time of interval and test of five metrics on n examples."""
    choose = random.Random(2)
    references = [" ".join(choose.choices(planted.WORDS, k=12)) for _ in range(n)]
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
            unit=METRICS[name].unit,
            comparisons=5,
            resamples=resamples,
            trials=trials,
            key=(1, "bench", name),
        )
    return time.perf_counter() - start


def rouge(pairs: int) -> tuple[float, bool]:
    """ROUGE-L: times as fast as rouge_score on ASCII texts of 400 words, and whether all values are the same."""
    choose = random.Random(3)
    references = [" ".join(choose.choices(planted.WORDS, k=400)) for _ in range(pairs)]
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
    """Print tables and, as the last line, JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="show that it works, in seconds")
    parser.add_argument("--comparisons", type=int, default=1000, help="of equal systems, for each test")
    options = parser.parse_args()
    quick = options.quick
    comparisons, power_runs, trials, resamples = (30, 10, 200, 200) if quick else (options.comparisons, 200, 1000, 500)
    print(f"{'':40} {'equal: single test':>21} {'equal: any row':>21} {'planted: found':>19} {'size':>7}")
    lines = []
    for test in planted.tests(planted.Bleu(300 if quick else 3000), trials, resamples):
        lines.append(measured(test, comparisons, power_runs))
        print(lines[-1], flush=True)
    others = {}
    for name, equal in planted.contrasts(resamples).items():
        one, any_row = called_different(equal, comparisons, name)
        others[name] = {"single": one.as_json(), "any_row": any_row.as_json()}
        print(f"{f'not in use: {name}':40} {one!s:>21} {any_row!s:>21}", flush=True)
    missed = {}
    for name, misses in planted.missed(resamples).items():
        stream = statistics.generator(1, "missed", name)
        rate = share(misses(stream) for _ in range(comparisons))
        missed[name] = rate.as_json()
        print(f"95 % interval misses, {name:18} {rate!s:>21}")
    stream = statistics.generator(1, "threshold")
    broken = share(planted.breaks_its_promise(stream) for _ in range(comparisons))
    print(f"threshold of abstention breaks its promise {broken!s:>19}, at most {1 - planted.CERTAINTY:.2f} allowed")
    took = seconds(*(1000, 200, 500) if quick else (10_000, compare.RESAMPLES, compare.TRIALS))
    ratio, identical = rouge(10 if quick else 100)
    print(f"interval and test of five metrics: {took:.1f} s; ROUGE-L: {ratio:.0f} times rouge_score")
    result = {
        "false_positive_rate": round(max(line.single.value for line in lines), 4),
        "any_row_rate": round(max(line.family.value for line in lines), 4),
        "compatible": all(line.within for line in lines),
        "power": min(line.power.value for line in lines if line.test.aimed),
        "seconds": round(took, 2),
        "rouge_ratio": round(ratio, 1),
        "rouge_identical": identical,
        "tests": {line.test.name: line.as_json() for line in lines},
        "not_in_use": others,
        "missed": missed,
        "threshold": broken.as_json(),
    }
    print(json.dumps(result))


if __name__ == "__main__":
    main()
