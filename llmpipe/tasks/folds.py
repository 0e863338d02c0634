"""
Folds of a cross-validation in which no entity is on both sides.

Examples name several entities, and through them nearly all hang together: in the sample world 92 of 100 people are in
one group of examples, so groups cannot be dealt out whole. Instead each entity has a fold of its own, by hash. A fold
judges the examples all of whose entities are its own and trains on those that have none of them; an example that has
entities of both kinds is on neither side of that fold (Park & Marcotte 2012 show for pairs what happens otherwise).
A hash, not a shuffle: new examples move no others.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from llmpipe.errors import DataError
from llmpipe.files import digest_value
from llmpipe.records import Example
from llmpipe.sections.finetune import FoldsConfig
from llmpipe.tasks import TASKS

Examples = Mapping[str, Sequence[Example]]


@dataclass(frozen=True)
class Split:
    """
    Examples by data set.

    Args:
        rest: Those that share no entity with the fold.
        held: Those whose entities are all the fold's.
        left_out: How many are neither.
    """

    rest: dict[str, list[Example]]
    held: dict[str, list[Example]]
    left_out: int


def split(examples: Examples, config: FoldsConfig, seed: int) -> Split:
    """Hold out one fold; data sets of which nothing is left are not in `rest`, or not in `held`."""
    rest: dict[str, list[Example]] = {}
    held: dict[str, list[Example]] = {}
    left_out = 0
    for dataset, rows in examples.items():
        for example in rows:
            inside = {fold(entity, config.count or 1, seed) == config.fold for entity in entities(example, config.by)}
            if len(inside) > 1:
                left_out += 1
            else:
                (held if inside == {True} else rest).setdefault(dataset, []).append(example)
    return Split(rest, held, left_out)


def need(found: Examples, what: str, config: FoldsConfig) -> None:
    """
    A fold must leave something on each side.

    Raises:
        DataError: It does not.
    """
    if not found:
        raise DataError(
            f"fold {config.fold} of {config.count} leaves no example to {what}; lower finetune.folds.count, give more "
            "examples, or name in finetune.folds.by what fewer of them share."
        )


def entities(example: Example, by: Sequence[str]) -> list[str]:
    """
    What an example must not share with another fold: values of its labels, or parts of its inputs, of these names.

    An example without any stands for itself, and for those whose main input has the same words (of a dialogue its first
    message).
    """
    found = []
    for name in by:
        value = example.labels.get(name, example.inputs.get(name))
        values = value if isinstance(value, list | tuple) else [value]
        found += [f"{name}/{item}" for item in values if item not in (None, "")]
    return found or [f"text/{' '.join(_words(example.inputs[TASKS[example.task].body]))}"]


def _words(body: Any) -> list[str]:
    text = body if isinstance(body, str) else body[0][1]
    return re.findall(r"\w+", text.casefold())


def fold(entity: str, count: int, seed: int) -> int:
    """The fold of an entity; another seed deals them out anew."""
    return int(digest_value({"seed": seed, "entity": entity})[:16], 16) % count
