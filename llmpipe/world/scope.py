"""What an item may use: which names, which reserved cells, which wordings."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from llmpipe.world.draws import Draw, cell
from llmpipe.world.names import Name


@dataclass(frozen=True, slots=True)
class Scope:
    """
    The share of the world that a split may use.

    Attributes:
        names: People who may appear.
        cell: Reserved share the item must fall into ("train", "valid", "test"), or "any".
        unseen: True for the wordings that are reserved for T3.
        hard: True for values that training shows in isolation only (T2 of the derivatives).
    """

    names: tuple[Name, ...]
    cell: str = "train"
    unseen: bool = False
    hard: bool = False

    def allows(self, key: str) -> bool:
        """Whether the item with this key belongs to this scope."""
        return self.cell == "any" or cell(key) == self.cell

    def name(self, draw: Draw) -> Name:
        """One person, noted in `draw.entities`."""
        person = draw.choice(self.names)
        draw.entities.append(person.latin)
        return person

    def people(self, draw: Draw, count: int) -> list[Name]:
        """`count` different people, noted in `draw.entities`."""
        people = draw.sample(self.names, count)
        draw.entities.extend(person.latin for person in people)
        return people


@dataclass(frozen=True, slots=True)
class Text:
    """A document before it has an id."""

    text: str
    language: str
    labels: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Item:
    """An example before it has an id and a split. `labels` are for slices of the evaluation."""

    inputs: Mapping[str, Any]
    reference: str
    language: str
    labels: Mapping[str, Any] = field(default_factory=dict)
