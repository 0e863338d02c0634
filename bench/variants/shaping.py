"""A way to make clean text dirty, and what several of them share."""

# ruff: noqa: E501  (a line of noise is a line)

import re
from collections.abc import Callable
from dataclasses import dataclass

import ftfy.bad_codecs  # noqa: F401  (sloppy-windows-1252)

from llmpipe.corpus.text import stable_hash
from llmpipe.world.draws import Draw

Make = Callable[[Draw, str], str | None]


@dataclass(frozen=True, slots=True)
class Variant:
    """
    One way to be dirty.

    Args:
        kind: What a table of results calls it.
        name: Unique; decides the half.
        languages: Of the documents it is made from.
        make: The text made dirty; None when this one does not suit.
        expected: "repair", "drop", "either" for what may be repaired or removed, "keep" for what only looks dirty.
        carrier: Makes the clean text richer first, in what this variant damages.
    """

    kind: str
    name: str
    languages: str
    make: Make
    expected: str = "repair"
    carrier: Callable[[str], str] | None = None

    @property
    def half(self) -> str:
        """A or B, by the name alone."""
        return "AB"[stable_hash("half", self.name) % 2]


def worthless(name: str, languages: str, make: Make) -> Variant:
    """A variant of which nothing is worth keeping."""
    return Variant("low_quality", name, languages, make, "drop")


def plain(text: str) -> str:
    """A text with one space for all white space, which says nothing here."""
    return " ".join(text.split())


def misread(right: str, wrong: str, errors: str = "replace") -> Make:
    """Encoded rightly, decoded wrongly."""

    def make(draw: Draw, text: str) -> str:
        return text.encode(right, "ignore").decode(wrong, errors)

    return make


def curled(text: str) -> str:
    """A text with “quotes” round its second word, a dash and an apostrophe; the carrier of English mojibake."""
    words = text.split(" ")
    words[1] = f"“{words[1]}”"
    words[len(words) // 2] += " –"
    return " ".join(words).replace("'", "’") + " It’s a café — naïve, isn’t it?"


def curly(make: Make) -> Make:
    """English with typographic quotes and dashes first: there is nothing to misread in ASCII."""

    def made(draw: Draw, text: str) -> str | None:
        return make(draw, curled(text))

    return made


def some_lines(make: Make) -> Make:
    """Only every second line or sentence is misread."""

    def made(draw: Draw, text: str) -> str:
        parts = re.split(r"(?<=[。.!?！？\n])", text)
        return "".join((make(draw, part) or part) if number % 2 else part for number, part in enumerate(parts))

    return made


def twice(one: Make, other: Make) -> Make:
    """One after the other."""
    return lambda draw, text: other(draw, one(draw, text) or text)


def framed(before: str, after: str) -> Make:
    """The same before and after each text."""
    return lambda draw, text: before + text + after


def in_rows(make: Callable[[Draw, int], str], low: int = 15, high: int = 40, end: str = "\n") -> Make:
    """Rows in place of the text."""
    return lambda draw, text: end.join(make(draw, number) for number in range(draw.between(low, high)))


def word_list(text: str) -> list[str]:
    """Words of three letters and more, pairs of Han characters."""
    return re.findall(r"[A-Za-z]{3,}|[\u4e00-\u9fff]{2}", text)


def letters(draw: Draw, low: int, high: int, letters: str = "abcdefghijklmnopqrstuvwxyz") -> str:
    """A run of letters, of some length."""
    return "".join(draw.choice(letters) for _ in range(draw.between(low, high)))


HAN_RANGE = (0x4E00, 0x9FA5)


def each_han(change: Callable[[Draw, str], str], share: int) -> Make:
    """A share of the Han characters, each changed."""
    return lambda draw, text: re.sub(
        "[\u4e00-\u9fff]", lambda m: change(draw, m[0]) if draw.chance(share) else m[0], text
    )
