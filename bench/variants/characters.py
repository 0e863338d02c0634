"""Characters that look like others."""

# ruff: noqa: E501  (a line of noise is a line)

import re
import unicodedata
from collections.abc import Iterator

import ftfy.bad_codecs  # noqa: F401  (sloppy-windows-1252)

from llmpipe.world.draws import Draw
from variants.shaping import Make, Variant


def _mapped(table: dict[str, str], share: int = 100) -> Make:
    """Characters replaced by others, `share` % of them."""

    def make(draw: Draw, text: str) -> str | None:
        for plain, odd in table.items():
            text = re.sub(re.escape(plain), lambda m, odd=odd: odd if draw.chance(share) else m[0], text)
        return text

    return make


def _styled(first_upper: int, first_lower: int) -> Make:
    """A tenth of the words in the letters of an alphabet of styles."""
    table = {65 + i: first_upper + i for i in range(26)} | {97 + i: first_lower + i for i in range(26)}
    return lambda draw, text: re.sub(r"[A-Za-z]+", lambda m: m[0].translate(table) if draw.chance(15) else m[0], text)


def _strewn(characters: str, times: int = 8) -> Make:
    def make(draw: Draw, text: str) -> str:
        for _ in range(times):
            at = draw.between(1, len(text) - 1)
            text = text[:at] + draw.choice(characters) + text[at:]
        return text

    return make


def _after(pattern: str, sign: str, share: int = 100) -> Make:
    return lambda draw, text: re.sub(pattern, lambda m: m[0] + sign if draw.chance(share) else m[0], text)


def _radicals() -> dict[str, str]:
    return {unicodedata.normalize("NFKC", chr(code)): chr(code) for code in range(0x2F00, 0x2FD6)}


_CONFUSED = dict(zip("aeopcxy", "аеорсху", strict=True))


def _cyrillic(draw: Draw, text: str) -> str:
    table = str.maketrans(_CONFUSED)
    return re.sub(r"\b[a-z]{4,}\b", lambda m: m[0].translate(table) if draw.chance(25) else m[0], text)


def characters() -> Iterator[Variant]:
    """All of them."""

    def add(name: str, languages: str, make: Make, expected: str = "repair") -> Variant:
        return Variant("characters", name, languages, make, expected)

    yield add("latin_ligatures", "en", _mapped({"ffi": "ﬃ", "fi": "ﬁ", "fl": "ﬂ", "ff": "ﬀ"}))
    yield add("long_s_ligature_st", "en", _mapped({"st": "ﬆ"}))
    yield add("math_bold", "en", _styled(0x1D400, 0x1D41A))
    yield add("math_sans_italic", "en", _styled(0x1D608, 0x1D622))
    yield add("circled_letters", "en", _styled(0x24B6, 0x24D0))
    yield add("kangxi_radicals", "zh", _mapped(_radicals()))
    yield add("vertical_forms", "zh", _mapped({"，": "︐", "。": "︒", "、": "︑", "：": "︓"}))
    yield add("half_width_punctuation", "zh", _mapped({"。": "｡", "、": "､", "「": "｢", "」": "｣"}))
    yield add("small_forms", "zh", _mapped({"，": "﹐", "：": "﹕", "；": "﹔", "？": "﹖"}))
    yield add("wide_english", "en", lambda d, t: "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in t))
    yield add("non_breaking_hyphen", "en", _mapped({"-": "\u2011"}))
    yield add("hyphen_u2010", "en", _mapped({"-": "\u2010"}))
    yield add("figure_spaces", "en", lambda d, t: re.sub(" ", lambda m: d.choice("\u2007\u200a\u2008\u205f "), t))
    yield add("ideographic_spaces", "en", _mapped({" ": "\u3000"}, 30))
    yield add("braille_blanks", "en", _mapped({" ": "\u2800"}, 20))
    yield add("hangul_fillers", "zh", _strewn("\u3164\uffa0"))
    yield add("variation_selectors", "zh", _after("[\u4e00-\u9fff]", "\ufe00", 20))
    yield add("emoji_selectors_on_letters", "en", _after("[a-z]", "\ufe0f", 5))
    yield add("object_replacement", "enzh", _strewn("\ufffc"))
    yield add("word_private_use", "enzh", _strewn("\uf0b7\uf0a7\uf020\ue5e5"))
    yield add("directional_isolates", "en", _after("[A-Z][a-z]+", "\u2069\u200e", 40))
    yield add("bom_at_lines", "enzh", lambda d, t: "\ufeff" + t.replace("\n", "\n\ufeff"))
    yield add("next_line_signs", "enzh", _mapped({"\n": "\x85"}))
    yield add("paragraph_separators", "enzh", _mapped({"\n": "\u2029"}))
    yield add(
        "overstrikes",
        "en",
        lambda d, t: re.sub(r"\b[a-z]\w+", lambda m: "".join(f"{c}\b{c}" for c in m[0]), t, count=4),
    )
    yield add("strikethrough_overlay", "en", _after("[a-z]", "\u0336", 10))
    yield add("cyrillic_lookalikes", "en", _cyrillic)
    yield add("greek_question_mark", "en", _mapped({";": "\u037e", "·": "\u0387"}))
    yield add(
        "terminal_colours", "en", lambda d, t: re.sub(r"\b[A-Z]\w+", lambda m: f"\x1b[1;3{d.below(8)}m{m[0]}\x1b[0m", t)
    )
    yield add("decomposed_all", "en", lambda d, t: unicodedata.normalize("NFD", t))
