"""The examples that two results answer most differently."""

from collections.abc import Iterator, Mapping

import numpy as np

from llmpipe.commands.compare_sets import Common
from llmpipe.pages.comparison import Flip

FLIPS = 5  # shown of each data set and direction


def flips(sets: Mapping[tuple[str, str], tuple[Common, str]]) -> list[Flip]:
    """The examples whose scores differ most, of each data set in both directions."""
    found: dict[tuple[str, bool], list[Flip]] = {}
    for (dataset, test_set), (common, headline) in sets.items():
        for flip in _flips(dataset, test_set, common, headline):
            found.setdefault((dataset, flip.gain > 0), []).append(flip)
    return [flip for group in found.values() for flip in sorted(group, key=lambda f: -abs(f.gain))[:FLIPS]]


def _flips(dataset: str, test_set: str, common: Common, headline: str) -> Iterator[Flip]:
    """Examples with another mean score of the runs; the answers shown are those of the first run of each side."""
    ours, theirs = common.first[0].predictions, common.other[0].predictions
    for i, (mine, other) in enumerate(zip(ours, theirs, strict=True)):
        scores = [run.scores[i] for run in (*common.first, *common.other)]
        metric = headline if headline in scores[0] else "accuracy"  # macro F1 has no value of an example
        means = [np.mean([run.scores[i].get(metric, 0.0) for run in side]) for side in (common.first, common.other)]
        gain = float(means[1] - means[0])
        if gain:
            reference = " / ".join(mine.references)
            yield Flip(
                dataset, test_set, mine.id, metric, gain, mine.prompt, reference, mine.hypothesis, other.hypothesis
            )
