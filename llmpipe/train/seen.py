"""
When a sequence was trained on: the steps whose batch held a part of it, told again from shards, seed and step number.

Nothing is trained and no token is read: batch i is a function of the lengths, the weights and the seed
(`train.batches`), so the order can be replayed.
"""

from collections.abc import Collection
from dataclasses import dataclass
from itertools import islice

from llmpipe.train.batches import Mixture

Key = tuple[str, int]  # source of the mixture, number of the sequence in it


@dataclass(frozen=True)
class Seen:
    """
    When one sequence was seen.

    Args:
        steps: Numbers of the steps, from 1, ascending.
        passes: How often it was seen: positions in these batches over its own; 0.5 when half of it was cut off.
    """

    steps: tuple[int, ...]
    passes: float


def seen(mixture: Mixture, batch_rows: int, num_steps: int, keys: Collection[Key]) -> dict[Key, Seen]:
    """
    The steps that saw each of some sequences.

    Takes the time and the memory of the loader itself: about 10 microseconds a sequence, and the order of an epoch.

    Args:
        mixture: What the run drew its batches from.
        batch_rows: Rows of a batch, of all processes together.
        num_steps: Steps of the run.
        keys: The sequences sought.
    """
    steps: dict[Key, list[int]] = {key: [] for key in keys}
    positions = dict.fromkeys(keys, 0)
    rows = mixture.rows()
    for step in range(1, num_steps + 1):
        for row in islice(rows, batch_rows):
            for source, index, _, length in row:
                key = source, index
                if key in positions:
                    positions[key] += length
                    if steps[key][-1:] != [step]:
                        steps[key].append(step)
    return {
        (source, index): Seen(
            tuple(steps[source, index]), positions[source, index] / int(mixture.sources[source].lengths[index])
        )
        for source, index in keys
    }
