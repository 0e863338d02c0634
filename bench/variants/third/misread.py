"""Texts whose bytes were read in a wrong encoding, in whole or in part, or were written out and never read again."""

import base64
import quopri
import random
import re
import unicodedata
from html.entities import codepoint2name

from variants.contract import Make, Planted
from variants.parts import browser, changed, joined
from variants.third.texts import filled, with_accents, with_curly


def read_as(encoding: str) -> Make:
    """UTF-8 read as the eight bits of a place."""

    def make(draw: random.Random, text: str, language: str) -> Planted | None:
        original = with_curly(draw, text, language)
        return changed(browser(original.encode(), encoding), original)

    return make


def read_as_pairs(encoding: str) -> Make:
    """
    UTF-8 read in an East Asian encoding of pairs of bytes.

    Bytes that pair with no other are lost: then nobody can restore the text, else it is all there. Of English only the
    typographic marks are damaged.
    """

    def make(draw: random.Random, text: str, language: str) -> Planted | None:
        original = joined(text, filled(draw, CONTRACTED, "en"), "en") if language == "en" else text
        dirty = original.encode().decode(encoding, "replace")
        if "\ufffd" in dirty:
            return Planted(dirty, "drop") if language == "zh" else None
        return changed(dirty, original)

    return make


CONTRACTED = (  # a letter follows each mark, with which its last byte makes a pair
    "They’re sure that {a} won’t wait {n} days.",
    "It’s {n} years since {a} left, and she hasn’t written.",
    "{a} couldn’t lift it; that’s {n} stone.",
    "We’ve asked {a} {n} times and don’t know why.",
)


def one_line(draw: random.Random, text: str, language: str) -> Planted | None:
    """A right page with one line out of another database, which was read as Windows-1252: a title, a comment."""
    lines = text.split("\n")
    if language == "en":
        addition = filled(draw, CURLIES, "en")
        return Planted("\n".join([*lines, browser(addition.encode(), "cp1252")]), "repair", f"{text}\n{addition}")
    if len(lines) < 2:
        return None
    place = draw.randrange(len(lines))
    dirty = [browser(line.encode(), "cp1252") if i == place else line for i, line in enumerate(lines)]
    return changed("\n".join(dirty), text)


CURLIES = (
    "{a} wrote: “I’ve been there {n} times – never again!”",
    "“{n} stars,” says {a}, “and I don’t regret it…”",
    "{a}: that’s not what we’d call a ‘quiet’ street; {n} cars before breakfast.",
)


def controls_lost(draw: random.Random, text: str, language: str) -> Planted | None:
    """UTF-8 read as Windows-1252, and the bytes without a letter taken away: a closing quote keeps two of its three."""
    if language == "zh":
        return None
    original = joined(text, filled(draw, CLOSED, "en"), "en")
    dirty = browser(original.encode(), "cp1252")
    return changed(re.sub(r"[\x80-\x9f]", "", dirty), original)


CLOSED = (
    "{a} called it “a perfect day” after {n} hours of rain.",
    "The word “soon” meant {n} weeks, as {a} learned.",
    "“Sold out” was all that {a} read, {n} times.",
    "They gave {a} the “small” room, number {n}.",
)


def hard_space_shown(draw: random.Random, text: str, language: str) -> Planted | None:
    """Two spaces after each sentence, one of them a hard one, whose first byte was read as a letter: Â."""
    if language == "zh":
        return None
    return changed(re.sub(r"(?<=[.?!]) (?=\S)", "\u00c2\u00a0 ", text), text)


SIGNS = (
    "The room cost £{n} a night and was {n} °F warmer than {a} likes.",
    "{a} needed ½ cup of milk and {n}¾ cups of flour, ±1.",
    "Entry is £{n}, says {a}; photographs © {a}.",
    "It was −{n}° outside, and {a} had paid €{n} for a thin coat.",
)


def signs_doubled(draw: random.Random, text: str, language: str) -> Planted | None:
    """Prices, degrees and fractions read as Windows-1252: £ with an Â before it."""
    if language == "zh":
        return None
    original = joined(text, filled(draw, SIGNS, "en"), "en")
    return changed(browser(original.encode(), "cp1252"), original)


def accents_lost(draw: random.Random, text: str, language: str) -> Planted | None:
    """A page of Latin letters read as UTF-8: each accented letter became U+FFFD, which a reader can put right."""
    if language == "zh":
        return None
    original = with_accents(draw, text)
    return changed(original.encode("latin-1").decode("utf-8", "replace"), original)


def gbk_as_utf8(draw: random.Random, text: str, language: str) -> Planted | None:
    """A Chinese page without a declaration, read as UTF-8: hardly a character is left."""
    return Planted(text.encode("gbk").decode("utf-8", "replace"), "drop") if language == "zh" else None


def misread_then_escaped(draw: random.Random, text: str, language: str) -> Planted | None:
    """What was read as Windows-1252 and then stored with entities: &acirc;&euro;&trade;."""
    original = with_curly(draw, text, language)
    dirty = browser(original.encode(), "cp1252")
    named = (c if c.isascii() else f"&{codepoint2name.get(ord(c), f'#{ord(c)}')};" for c in dirty)
    return changed("".join(named), original)


def misread_then_normalised(draw: random.Random, text: str, language: str) -> Planted | None:
    """What was read as Windows-1252 and then brought to compatible forms: the trade mark became two letters."""
    if language == "zh":
        return None
    original = with_curly(draw, text, language)
    return changed(unicodedata.normalize("NFKC", browser(original.encode(), "cp1252")), original)


FRENCH = (
    "{a} ordered {n} crêpes à la carte, voilà.",
    "“Déjà vu,” said {a}: tête-à-tête number {n}.",
    "{a} walked from the Gare de Lyon à pied, {n} minutes, là-bas and back.",
)


def hard_space_lost(draw: random.Random, text: str, language: str) -> Planted | None:
    """Read as Latin, and hard spaces made plain: of à only a letter and a space are left, as of every byte A0."""
    if language == "zh":
        return None
    original = joined(text, filled(draw, FRENCH, "en"), "en")
    return changed(browser(original.encode(), "cp1252").replace("\u00a0", " "), original)


PICTURES = "😀😂😍🎉👍🙏🌧🚌🍰📷🔥💪"


def picture_misread(draw: random.Random, text: str, language: str) -> Planted | None:
    """A post whose little picture alone left ASCII, and was read as Windows-1252: ðŸ˜€."""
    if language == "zh":
        return None
    said = filled(draw, ("So happy for {a}, {n} today!", "{a} made {n} of them", "See you in {n} days, {a}!"), "en")
    original = joined(text, f"{said} {''.join(draw.sample(PICTURES, 2))}", "en")
    return changed(browser(original.encode(), "cp1252"), original)


def bytes_repr(draw: random.Random, text: str, language: str) -> Planted | None:
    r"""Bytes that a script wrote into a table as they were printed: b'\xe2\x80\x99'."""
    original = with_curly(draw, text, language)
    return changed(repr(original.encode()), original)


def base64_body(draw: random.Random, text: str, language: str) -> Planted | None:
    """The body of a mail that an archive kept as it was sent."""
    original = with_curly(draw, text, language)
    return changed(base64.encodebytes(original.encode()).decode("ascii").rstrip("\n"), original)


def subject_words(draw: random.Random, text: str, language: str) -> Planted | None:
    """The headline as a subject of a mail, in the words of RFC 2047; the body is right."""
    first, line, rest = text.partition("\n")
    if not line or len(first) > 60 or first[-1] in ".。":
        return None
    if language == "zh":
        return changed(f"=?UTF-8?B?{base64.b64encode(first.encode()).decode()}?={line}{rest}", text)
    original = f"{draw.choice(('Café news', 'Fête', 'Résumé', 'Déjà vu'))} – {first}"
    word = quopri.encodestring(original.encode(), header=True).decode("ascii").replace("=\n", "").replace("?", "=3F")
    return changed(f"=?utf-8?Q?{word}?={line}{rest}", f"{original}{line}{rest}")


def statistics_escapes(draw: random.Random, text: str, language: str) -> Planted | None:
    """Characters by number, as a program for statistics prints what its encoding lacks: <U+2019>."""
    original = with_curly(draw, text, language)
    return changed("".join(c if c.isascii() else f"<U+{ord(c):04X}>" for c in original), original)


GLYPHS = {"ffi": 14, "ffl": 15, "ff": 11, "fi": 12, "fl": 13}  # of the fonts that TeX sets


def glyph_numbers(draw: random.Random, text: str, language: str) -> Planted | None:
    """A PDF whose font says not which letters it holds: ligatures as numbers; in Chinese every character."""
    if language == "zh":
        numbers = {c: draw.randrange(300, 9000) for c in sorted(set(text))}
        return Planted("".join(c if c.isascii() else f"(cid:{numbers[c]})" for c in text), "drop")
    return changed(re.sub("ffi|ffl|ff|fi|fl", lambda found: f"(cid:{GLYPHS[found[0]]})", text), text)


MOJIBAKE: dict[str, Make] = {
    "one_line": one_line,
    "controls_lost": controls_lost,
    "hard_space_shown": hard_space_shown,
    "signs_doubled": signs_doubled,
    "accents_lost": accents_lost,
    "gbk_as_utf8": gbk_as_utf8,
    "utf8_as_cp932": read_as_pairs("cp932"),  # a Japanese desktop
    "utf8_as_cp949": read_as_pairs("cp949"),  # a Korean one
    "utf8_as_latin9": read_as("iso8859-15"),  # servers in France and Germany
    "utf8_as_cp1254": read_as("cp1254"),  # Turkish hosts
    "utf8_as_cp1256": read_as("cp1256"),  # Arabic ones
    "misread_then_escaped": misread_then_escaped,
    "misread_then_normalised": misread_then_normalised,
    "hard_space_lost": hard_space_lost,
    "picture_misread": picture_misread,
    "bytes_repr": bytes_repr,
    "base64_body": base64_body,
    "subject_words": subject_words,
    "statistics_escapes": statistics_escapes,
    "glyph_numbers": glyph_numbers,
}
