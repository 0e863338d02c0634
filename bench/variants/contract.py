"""What a held-out set of noise is made of, and what two sets share: both are read by bench/noise.py."""

import random
from collections.abc import Callable
from dataclasses import dataclass

from llmpipe.corpus import duplicates
from llmpipe.corpus.text import match_tokens
from llmpipe.records import Example

NEAR = 0.75  # a planted near copy has at least this exact Jaccard similarity to its origin


@dataclass(frozen=True, slots=True)
class Planted:
    """A dirty text, what cleaning should do with it (as in the ledger), what it should become, and personal data."""

    text: str
    expected: str
    original: str = ""
    personal: tuple[str, ...] = ()


Make = Callable[[random.Random, str, str], Planted | None]  # draw, clean text, its language; None: does not suit
Leak = Callable[[Example], Make]


@dataclass(frozen=True, slots=True)
class Noise:
    """A held-out set: kind -> variant -> how it is made; and the forms in which test items leak."""

    variants: dict[str, dict[str, Make]]
    leaks: dict[str, Leak]


def copied(function: Callable[[str], str]) -> Make:
    """The same text in another dress."""
    return lambda draw, text, language: Planted(function(text), "drop")


def near(function: Callable[[random.Random, str, str], str]) -> Make:
    """An edited text that is still at least `NEAR` similar; None where the edit changes no word, or too many."""

    def make(draw: random.Random, text: str, language: str) -> Planted | None:
        dirty = function(draw, text, language)
        left, right = duplicates.gram_set(text, 5, 5), duplicates.gram_set(dirty, 5, 5)
        same = match_tokens(text) == match_tokens(dirty)
        return (
            None
            if same or min(len(left), len(right)) < 20 or duplicates.jaccard(left, right) < NEAR
            else Planted(dirty, "drop")
        )

    return make
