"""Choosing the dirt: planted document number k of a world, and its line of the ledger."""

from functools import lru_cache
from typing import Any

from llmpipe.records import Document, Example
from llmpipe.sections.ingest import WorldSource
from llmpipe.world.dirt import COPIES, Base, Planted, Variant, draw_variant, ledger_entry
from llmpipe.world.draws import Draw
from llmpipe.world.examples import split_examples
from llmpipe.world.streams import document, identifier, stream_of

LEAKED_DATASETS = ("translation", "headline", "reading", "derivative", "dialogue")
LEAKED_PER_SET = 40  # the first examples of each test set may leak
TRIES = 60  # documents looked at for one variant before another is drawn


def num_planted(source: WorldSource) -> int:
    """How many dirty documents and hard negatives a world has."""
    return round(source.documents * source.dirt_ratio)


def plant(source: WorldSource, seed: int, number: int) -> tuple[Document, dict[str, Any]]:
    """
    Planted document `number` and its ledger line.

    A copy is made of a document of the corpus; everything else is made of a document that is nowhere
    else, because a repaired document must not become a copy of another. The id tells nothing.
    """
    draw = Draw(seed, "dirt", number)
    attempt = 0
    while True:
        kind, variant = draw_variant(draw)
        for _ in range(TRIES):
            index = source.documents + number + attempt * num_planted(source)
            attempt += 1
            if kind in COPIES:
                base = document(seed, draw.below(source.documents))
            else:
                base = document(seed, index, draw.choice(variant.streams) if variant.streams else "")
            made = _make(draw, source, seed, variant, base)
            if made is None:
                continue
            stream = base.labels["stream"]
            name = identifier(stream, source.documents + number)
            origin = base.id if kind in COPIES else ""
            labels = {"stream": stream, "planted": f"{kind}/{variant.name}"}
            return Document(name, made.text, base.language, "world", labels), ledger_entry(
                name, kind, variant, made, origin
            )


def _make(draw: Draw, source: WorldSource, seed: int, variant: Variant, base: Document) -> Planted | None:
    """The dirty text, or None when the base does not suit."""
    if base.language not in variant.languages:
        return None
    other = _other(draw, source, seed, variant, base.language) if variant.other_streams else None
    if variant.other_streams and other is None:
        return None
    return variant.make(draw, Base(base, other, draw.choice(_test_examples(seed, source.test_per_set))))


def _other(draw: Draw, source: WorldSource, seed: int, variant: Variant, language: str) -> Document | None:
    """A document of the corpus from one of the variant's other streams, in this language."""
    index = draw.below(source.documents)
    if stream_of(seed, index) not in variant.other_streams:
        return None
    found = document(seed, index)
    return found if found.language == language else None


@lru_cache(maxsize=2)
def _test_examples(seed: int, per_set: int) -> tuple[Example, ...]:
    """The test examples that may leak."""
    count = min(per_set, LEAKED_PER_SET)
    return tuple(
        example
        for dataset in LEAKED_DATASETS
        for split in ("T1", "T2", "T3")
        for example in split_examples(dataset, split, seed, count)
    )
