"""Characters that stand for others, or for nothing."""

import unicodedata
from collections.abc import Callable

from llmpipe.world.dirt.planted import Base, Planted, Variant
from llmpipe.world.draws import Draw


def _full_width(draw: Draw, base: Base) -> Planted | None:
    """ASCII letters and digits in their full-width forms; punctuation stays, Chinese writes it wide anyway."""
    text = "".join(chr(ord(c) + 0xFEE0) if c.isascii() and c.isalnum() else c for c in base.document.text)
    return Planted(text, "repair", base.document.text) if text != base.document.text else None


def _decomposed(draw: Draw, base: Base) -> Planted | None:
    text = unicodedata.normalize("NFD", base.document.text)
    return Planted(text, "repair", base.document.text) if text != base.document.text else None


def _sprinkle(characters: str, low: int, high: int) -> Callable[[Draw, Base], Planted]:
    """A variant that puts some of the characters between others."""

    def make(draw: Draw, base: Base) -> Planted:
        text = base.document.text
        for _ in range(draw.between(low, high)):
            at = draw.between(1, len(text) - 1)
            text = text[:at] + draw.choice(characters) + text[at:]
        return Planted(text, "repair", base.document.text)

    return make


def _crlf(draw: Draw, base: Base) -> Planted | None:
    text = base.document.text
    return Planted(text.replace("\n", draw.choice(("\r\n", "\r"))), "repair", text) if "\n" in text else None


def _hard_spaces(draw: Draw, base: Base) -> Planted | None:
    text = base.document.text.replace(" ", draw.choice("\u00a0\u2009\u3000"))
    return Planted(text, "repair", base.document.text) if text != base.document.text else None


VARIANTS = (
    Variant("full_width", _full_width),
    Variant("decomposed", _decomposed, languages=("fr",)),
    Variant("zero_width", _sprinkle("\u200b\ufeff", 1, 6)),
    Variant("control", _sprinkle("\x00\x07\x08\x1b\x7f", 1, 4)),
    Variant("crlf", _crlf),
    Variant("hard_spaces", _hard_spaces, unseen=True, languages=("en", "fr")),
    Variant("soft_hyphen", _sprinkle("\xad\u2060", 1, 5), unseen=True),
)
