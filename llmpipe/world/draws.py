"""
Random draws keyed by (seed, purpose, index), and the record of what was drawn.

Each document has its own Philox stream, so a document is a pure function of seed, stream and index:
adding a stream, or using more processes, changes no other document.
"""

import hashlib
from collections.abc import Sequence
from functools import lru_cache
from typing import TypeVar

from numpy.random import Philox

T = TypeVar("T")

RESERVED_TEST = 6  # per cent of all cells that only the test set T1 may use
RESERVED_VALID = 4  # per cent that only valid may use


@lru_cache(maxsize=256)
def _key(seed: int, purpose: str) -> int:
    return int.from_bytes(hashlib.blake2b(f"{seed}/{purpose}".encode(), digest_size=16).digest(), "little")


@lru_cache(maxsize=2**18)
def cell(key: str, test: int = RESERVED_TEST, valid: int = RESERVED_VALID) -> str:
    """
    Which split may use the item with this key: "train", "valid" or "test".

    A hash of the key alone, so that what is reserved depends neither on the order of generation nor
    on the seed.
    """
    bucket = int.from_bytes(hashlib.blake2b(key.encode(), digest_size=8).digest(), "little") % 100
    return "test" if bucket < test else "valid" if bucket < test + valid else "train"


class Draw:
    """
    The random stream of one item, which also notes the wordings, names and facts it handed out.

    Attributes:
        families: Ids of the wordings drawn, such as "statement/en/city.2".
        entities: Names drawn (Latin form).
        facts: (entity/relation/value) triples that the text states.
    """

    __slots__ = ("_bits", "_pool", "entities", "facts", "families")

    def __init__(self, seed: int, purpose: str, index: int) -> None:
        self._bits = Philox(key=_key(seed, purpose), counter=index << 64)
        self._pool: list[int] = []
        self.families: list[str] = []
        self.entities: list[str] = []
        self.facts: list[str] = []

    def below(self, n: int) -> int:
        """A whole number in 0..n-1."""
        if not self._pool:
            self._pool = self._bits.random_raw(48).tolist()
        return (self._pool.pop() * n) >> 64

    def between(self, low: int, high: int) -> int:
        """A whole number in low..high, both included."""
        return low + self.below(high - low + 1)

    def chance(self, percent: int) -> bool:
        """True in `percent` of 100 draws."""
        return self.below(100) < percent

    def choice(self, items: Sequence[T]) -> T:
        """One of the items."""
        return items[self.below(len(items))]

    def sample(self, items: Sequence[T], count: int) -> list[T]:
        """`count` items at different positions, in random order."""
        taken: list[int] = []
        while len(taken) < count:
            position = self.below(len(items))
            if position not in taken:
                taken.append(position)
        return [items[position] for position in taken]

    def shuffled(self, items: Sequence[T]) -> list[T]:
        """The items in random order."""
        rest = list(items)
        for last in range(len(rest) - 1, 0, -1):
            other = self.below(last + 1)
            rest[last], rest[other] = rest[other], rest[last]
        return rest

    def wording(self, family: str, wordings: Sequence[T], unseen: bool = False) -> T:
        """
        One of the wordings of a family, noted in `families`.

        The last fifth of each family (at least one) is reserved for T3: `unseen` draws from it only,
        otherwise it is never drawn.
        """
        held = max(1, len(wordings) // 5)
        seen = len(wordings) - held
        position = seen + self.below(held) if unseen else self.below(seen)
        self.families.append(f"{family}.{position}")
        return wordings[position]
