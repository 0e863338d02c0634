"""
Planted dirt: what raw corpora suffer from, in documents whose clean form is known, with a ledger.

The rules of `clean` are not written with this module in view: a score is worth something only for
dirt that its author has not seen. Variants marked `unseen` are reported on their own.
"""

from typing import Any

from llmpipe.world.dirt import (
    boilerplate,
    characters,
    copies,
    foreign,
    leaks,
    low_quality,
    markup,
    mojibake,
    negatives,
    personal,
)
from llmpipe.world.dirt.planted import Base, Planted, Variant
from llmpipe.world.draws import Draw

__all__ = ["COPIES", "KINDS", "Base", "Planted", "Variant", "draw_variant", "ledger_entry"]

# kind -> (weight, variants); the weights are shares of the planted documents
KINDS: dict[str, tuple[float, tuple[Variant, ...]]] = {
    "exact_duplicate": (6, copies.EXACT),
    "near_duplicate": (5, copies.NEAR),
    "boilerplate": (6, boilerplate.VARIANTS),
    "html": (6, markup.VARIANTS),
    "mojibake": (3, mojibake.VARIANTS),
    "pii": (4, personal.VARIANTS),
    "wrong_language": (3, foreign.VARIANTS),
    "low_quality": (4, low_quality.VARIANTS),
    "characters": (5, characters.VARIANTS),
    "leak": (0.5, leaks.VARIANTS),
    "hard_negative": (4, negatives.VARIANTS),
}
COPIES = ("exact_duplicate", "near_duplicate")  # kinds whose base is a document of the corpus

_KINDS = tuple(KINDS)
_CUMULATIVE = tuple(sum(KINDS[kind][0] for kind in _KINDS[: i + 1]) for i in range(len(_KINDS)))


def draw_variant(draw: Draw) -> tuple[str, Variant]:
    """A kind by its weight, and one of its variants, all variants alike."""
    roll = draw.below(10_000) / 10_000 * _CUMULATIVE[-1]
    kind = next(kind for kind, limit in zip(_KINDS, _CUMULATIVE, strict=True) if roll < limit)
    return kind, draw.choice(KINDS[kind][1])


def ledger_entry(identifier: str, kind: str, variant: Variant, planted: Planted, origin: str) -> dict[str, Any]:
    """One line of the ledger."""
    return {
        "id": identifier,
        "kind": kind,
        "variant": variant.name,
        "unseen": variant.unseen,
        "expected": planted.expected,
        "original": planted.original,
        "origin": origin,
        "spans": [list(span) for span in planted.spans],
    }
