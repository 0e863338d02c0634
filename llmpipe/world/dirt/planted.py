"""What a way to be dirty is given, and what it makes."""

from collections.abc import Callable
from dataclasses import dataclass

from llmpipe.records import Document, Example
from llmpipe.world.draws import Draw

Span = tuple[int, int, str]


@dataclass(frozen=True, slots=True)
class Planted:
    """
    A dirty text and what cleaning should make of it.

    Attributes:
        text: What goes into the raw corpus.
        expected: "drop", "repair", "redact", "strip" or "keep".
        original: The clean text it should become; "" when it should be dropped.
        spans: (start, end, text) of personal data.
    """

    text: str
    expected: str
    original: str = ""
    spans: tuple[Span, ...] = ()


@dataclass(frozen=True, slots=True)
class Base:
    """
    What a variant may use.

    Attributes:
        document: A clean document: of the corpus for copies, otherwise one that is nowhere else.
        other: A clean document of the corpus from one of the variant's `other_streams`.
        example: A test example.
    """

    document: Document
    other: Document | None
    example: Example


@dataclass(frozen=True, slots=True)
class Variant:
    """
    One way to be dirty.

    Attributes:
        name: Its name in the ledger.
        make: The text made dirty; None when this document does not suit.
        unseen: True when the author of the cleaning rules was not told of it.
        streams: The base must be from one of these streams; empty: any.
        languages: The base must be in one of these languages.
        other_streams: A second document is needed, from one of these streams and in the same language.
    """

    name: str
    make: Callable[[Draw, Base], Planted | None]
    unseen: bool = False
    streams: tuple[str, ...] = ()
    languages: tuple[str, ...] = ("en", "zh", "fr")
    other_streams: tuple[str, ...] = ()
