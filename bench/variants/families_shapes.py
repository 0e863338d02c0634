"""Texts in the shape that a program gave them: line ends spelled out, letters apart, accents loose, columns, indents."""

# ruff: noqa: E501  (a line of noise is a line)

import json
import re
import textwrap
import unicodedata
from collections.abc import Callable, Iterator

from llmpipe.world.draws import Draw
from variants.shaping import Make, Variant

_ACCENTED = (
    " The naïve résumé of Zoë from Zürich lay in the café.",
    " Señora Peña met Chloé at the fête of Málaga.",
    " Gödel, Poincaré and Ampère read it in Besançon.",
    " He was born in Köln, lived in Genève and died in São Paulo.",
)


def _with_accents(text: str) -> str:
    return text + _ACCENTED[len(text) % len(_ACCENTED)]


def _spelled_ends(spelled: str, keep: bool = True) -> Make:
    """The line ends of a text spelled out, and still there or not."""
    return lambda draw, text: text.replace("\n", spelled + ("\n" if keep else "")) if "\n" in text else None


_SPACING = {"\u0301": "´", "\u0300": "`", "\u0308": "¨", "\u0303": "˜", "\u0302": "ˆ", "\u0327": "¸"}


def _loose(form: str) -> Make:
    """Each accented letter as its letter {l}, its accent {a} (spacing) or {c} (combining)."""

    def one(sign: str) -> str:
        parts = unicodedata.normalize("NFD", sign)
        if len(parts) != 2 or parts[1] not in _SPACING or not parts[0].isascii():
            return sign
        letter = "ı" if parts[0] == "i" and form.startswith("{a}") else parts[0]
        return form.format(l=letter, a=_SPACING[parts[1]], c=parts[1])

    return lambda draw, text: "".join(map(one, text))


def _apart(between: str, gap: str, lines: int = 1, upper: bool = False) -> Make:
    """The first lines with their letters apart; None for long ones."""

    def made(draw: Draw, text: str) -> str | None:
        parts = text.split("\n")
        if len(parts) <= lines or len(parts[0]) > 80:
            return None
        for number in range(lines):
            parts[number] = gap.join(between.join(word) for word in parts[number].split(" "))
        return "\n".join(parts)

    return made


def _titled(text: str) -> str:
    return text if len(text.split("\n")[0]) < 60 else "The old house of the river\n" + text


def _titled_zh(text: str) -> str:
    return text if len(text.split("\n")[0]) < 30 else "河边的老房子\n" + text


def _stored(form: Callable[[str], str]) -> Make:
    return lambda draw, text: form(text)


def _said(text: str) -> str:
    return text + (
        ' "It\'s late," he said, "and we\'ll go."' if text.isascii() or " " in text else '\n他说："太晚了，我们走。"'
    )


def _columns(low: int, high: int, indent: str = "", blank: bool = False) -> Make:
    """Paragraphs in lines of a width, in English; None where no line breaks within a sentence."""

    def made(draw: Draw, text: str) -> str | None:
        width = draw.between(low, high)
        paragraphs = [textwrap.wrap(line, width, break_on_hyphens=False) for line in text.split("\n") if line.strip()]
        if not any(line[-1] not in ".!?:;" for lines in paragraphs for line in lines[:-1]):
            return None
        return ("\n\n" if blank else "\n").join("\n".join(indent + line for line in lines) for lines in paragraphs)

    return made


def _columns_zh(low: int, high: int, indent: str = "", blank: bool = False) -> Make:
    def made(draw: Draw, text: str) -> str | None:
        width = draw.between(low, high)
        paragraphs = [
            re.findall(rf".{{1,{width}}}[，。！？：；、”]?", line) for line in text.split("\n") if line.strip()
        ]
        if not any(re.search(r"[\u4e00-\u9fff]$", line) for lines in paragraphs for line in lines[:-1]):
            return None
        return ("\n\n" if blank else "\n").join("\n".join(indent + line for line in lines) for lines in paragraphs)

    return made


def _paragraphs(text: str) -> str:
    """A carrier of two paragraphs of prose, shorter than `unwrap` needs."""
    sentences = re.split(r"(?<=[.!?]) (?=[A-Z])", text.split("\n")[-1])
    return " ".join(sentences[:4])


def _paragraphs_zh(text: str) -> str:
    return re.sub(r"[A-Za-z0-9 ]", "", max(text.split("\n"), key=len))[:70].rpartition("。")[0] + "。"


_BOTH = "en zh"


def _ends() -> Iterator[Variant]:
    """Line ends and quotes that a program wrote as it stores them."""
    for name, spelled in (
        ("sheet", "_x000D_"),
        ("caret", "^M"),
        ("entity", "&#13;"),
        ("backslash", "\\r"),
        ("symbol", "␍␊"),
        ("arrow", "↵"),
        ("pilcrow", "¶"),
        ("angle", "<CR>"),
    ):
        yield Variant("shape", f"shape_end_{name}", _BOTH, _spelled_ends(spelled))
    for name, spelled in (
        ("sheet_feed", "_x000A_"),
        ("sheet_both", "_x000D__x000A_"),
        ("symbol_one", "␤"),
        ("feed", "&#10;"),
        ("n", "\\n"),
        ("rn", "\\r\\n"),
        ("nn", "\\n\\n"),
        ("double", "\\\\n"),
    ):
        yield Variant("shape", f"shape_row_{name}", _BOTH, _spelled_ends(spelled, False))
    yield Variant(
        "shape",
        "shape_row_quoted",
        _BOTH,
        _stored(lambda t: t.replace('"', '\\"').replace("'", "\\'").replace("\n", "\\n")),
        "repair",
        _said,
    )
    yield Variant(
        "shape", "shape_row_json", _BOTH, _stored(lambda t: json.dumps(t, ensure_ascii=False)), "repair", _said
    )
    yield Variant(
        "shape",
        "shape_row_tabs",
        _BOTH,
        _stored(lambda t: t.replace("\n", "\\n\\t").replace('"', '\\"')),
        "repair",
        _said,
    )
    yield Variant(
        "shape",
        "shape_row_quotes_only",
        _BOTH,
        _stored(lambda t: t.replace('"', '\\"').replace("'", "\\'")),
        "repair",
        _said,
    )
    yield Variant("shape", "shape_row_csv", _BOTH, _stored(lambda t: '"' + t.replace('"', '""') + '"'), "repair", _said)


def _accents() -> Iterator[Variant]:
    """Accents beside their letters."""
    for name, form in (
        ("before", "{a}{l}"),
        ("after", "{l}{a}"),
        ("spaced_before", " {a}{l}"),
        ("combining_space", "{l} {c}"),
        ("spaced_after", "{a} {l}"),
    ):
        yield Variant("shape", f"shape_accent_{name}", "en", _loose(form), "repair", _with_accents)


def _letters_apart() -> Iterator[Variant]:
    """Letters set apart."""
    for name, between, gap in (
        ("two", " ", "  "),
        ("three", " ", "   "),
        ("wide", "\u2002", "\u2003"),
        ("hard", "\xa0", "\xa0\xa0\xa0"),
        ("one", " ", " "),
        ("tab", " ", "\t"),
        ("dots", ".", " "),
        ("hyphens", "-", " "),
        ("underline", "_", " "),
    ):
        yield Variant("shape", f"shape_apart_{name}", "en", _apart(between, gap), "repair", _titled)
    for name, between in (("plain", " "), ("wide", "\u3000"), ("two", "  "), ("dot", "·"), ("bar", "|")):
        yield Variant("shape", f"shape_apart_zh_{name}", "zh", _apart(between, between), "repair", _titled_zh)


def _narrow() -> Iterator[Variant]:
    """Narrow columns."""
    for low, high in ((22, 34), (36, 44), (45, 60), (62, 78)):
        yield Variant("shape", f"shape_columns_{low}", "en", _columns(low, high), "repair", _paragraphs)
        yield Variant("shape", f"shape_columns_blank_{low}", "en", _columns(low, high, "", True), "repair", _paragraphs)
    yield Variant("shape", "shape_columns_indent", "en", _columns(40, 60, "    "), "repair", _paragraphs)
    for low, high in ((10, 14), (15, 22), (23, 34), (36, 45)):
        yield Variant("shape", f"shape_columns_zh_{low}", "zh", _columns_zh(low, high), "repair", _paragraphs_zh)
    yield Variant("shape", "shape_columns_zh_indent", "zh", _columns_zh(15, 22, "\u3000"), "repair", _paragraphs_zh)


def _kept() -> Iterator[Variant]:
    """Texts that only look so."""
    for name, text in _KEPT:
        yield Variant("kept", f"kept_shape_{name}", "en", lambda d, t, text=text: f"{t}\n{text}", "keep")


_KEPT = (  # text, though it has signs of these shapes
    ("verse", "The river runs,\nthe river turns,\nand all the summer long\nit sings its song."),
    ("letters", "The letters are A B C D E F, the notes c d e f g a h, and the word is spelled h-o-u-s-e."),
    ("initials", "J. R. R. Lee and U. S. A. are not words, but A. B. C. is the name of the shop."),
    ("vector", "The vector is x y z and the row of the table is a b c d e f g h."),
    ("backslash", "The folder is C:\\new\\table and the share is \\\\server\\notes on the machine of the office."),
    ("escape_named", "The sign \\n stands for a line end, and \\t for a tab; both are written with a backslash."),
    ("acute", "It´s late, and the shop of the Lees´ is shut; that´s what he said in the end of the day."),
    ("french_acute", "The word l´eau is French, and so is d´accord, which he had read in a book of the school."),
    ("underscores", "The name of the field is _x000D_ or so, and the file is a_x_b.txt in the folder of the user."),
    ("list", "bread of the house\nmilk and butter\ntwo eggs and a cup of the flour\nsalt"),
    ("address", "Ann Lee\nthe old mill\n12 river road\nMoonriver"),
    ("dialogue", "Where is he?\nat home\nand the others?\nthey went to the river"),
    ("stars", "ratings: 1 2 3 4 5\nplaces: a b c d\nyears: 1 9 9 8"),
    ("accents_named", "The signs ´ and ¨ and ˆ are accents, and the mark ` is called grave or back tick."),
)


def shapes() -> Iterator[Variant]:
    """All of them."""
    for made in (_ends, _accents, _letters_apart, _narrow, _kept):
        yield from made()
