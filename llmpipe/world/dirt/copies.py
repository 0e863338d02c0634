"""Copies of documents of the corpus, exact and nearly so."""

import re

from llmpipe.world.dirt.planted import Base, Planted, Variant
from llmpipe.world.draws import Draw
from llmpipe.world.names import SYLLABLES

_HANZI_OF_NAMES = frozenset(SYLLABLES.values())


def _copy(draw: Draw, base: Base) -> Planted:
    return Planted(base.document.text, "drop")


def _trailing_space(draw: Draw, base: Base) -> Planted:
    lines = base.document.text.split("\n")
    return Planted("\n".join(line + " " * draw.between(1, 3) for line in lines) + "\n\n", "drop")


def _crlf_copy(draw: Draw, base: Base) -> Planted:
    return Planted("\ufeff" + base.document.text.replace("\n", "\r\n"), "drop")


_PIECE = re.compile(r"[\u4e00-\u9fff]|[^\W_\u4e00-\u9fff]+")
LONG_ENOUGH = 30  # words (Han characters count one each): a shorter text changes too much with one word
FILLERS = {
    "en": ("also", "indeed", "now", "even", "really"),
    "fr": ("aussi", "encore", "alors"),
    "zh": tuple("也就还又都"),
}


def _edited(draw: Draw, base: Base) -> Planted | None:
    """One to six per cent of the words deleted, doubled or preceded by a filler; names stay as they are."""
    text = base.document.text
    pieces = list(_PIECE.finditer(text))
    plain = [
        p
        for p in pieces
        if (p[0] >= "\u4e00" and p[0] not in _HANZI_OF_NAMES) or (p[0].islower() and len(p[0]) > 2 and p[0].isalpha())
    ]
    edits = max(1, round(len(pieces) * draw.between(1, 6) / 100))
    if len(pieces) < LONG_ENOUGH or len(plain) < edits:
        return None
    for piece in sorted(draw.sample(plain, edits), key=lambda p: -p.start()):
        start, end, word = piece.start(), piece.end(), piece[0]
        chinese = word >= "\u4e00"
        filler = draw.choice(FILLERS["zh" if chinese else base.document.language.replace("zh", "en")])
        space = "" if chinese else " "
        new = draw.choice(("", word + space + word, filler + space + word))
        text = text[:start] + new + text[end:]
    return Planted(text, "drop")


def _recased(draw: Draw, base: Base) -> Planted | None:
    text = draw.choice((str.upper, str.lower, str.title))(base.document.text)
    return Planted(text, "drop") if text != base.document.text and len(_PIECE.findall(text)) >= LONG_ENOUGH else None


def _trimmed(draw: Draw, base: Base) -> Planted | None:
    """Three to twelve per cent of the characters cut from one end."""
    text = base.document.text
    cut = len(text) * draw.between(3, 12) // 100
    if len(_PIECE.findall(text)) < LONG_ENOUGH:
        return None
    return Planted(text[cut:] if draw.chance(40) else text[: len(text) - cut], "drop")


def _typos(draw: Draw, base: Base) -> Planted | None:
    """Two neighbouring letters swapped in one or two lower-case words."""
    text = base.document.text
    words = [p for p in _PIECE.finditer(text) if len(p[0]) > 3 and p[0].islower() and p[0][1] != p[0][2]]
    if len(_PIECE.findall(text)) < LONG_ENOUGH or len(words) < 3:
        return None
    for word in draw.sample(words, 1 if len(words) < 20 else draw.between(1, 2)):
        at = word.start() + 1
        text = text[:at] + text[at + 1] + text[at] + text[at + 2 :]
    return Planted(text, "drop")


SOURCE_LINES = {
    "en": ("(from the morning paper)", "[copied from page {n}]", "Source: reader number {n}"),
    "zh": ("（来自晨报）", "［摘自第{n}页］", "来源：读者{n}"),
    "fr": ("(du journal)", "[copie de la page {n}]"),
}


def _source_added(draw: Draw, base: Base) -> Planted | None:
    if len(_PIECE.findall(base.document.text)) < LONG_ENOUGH:
        return None
    line = draw.choice(SOURCE_LINES[base.document.language]).format(n=draw.between(2, 99))
    return Planted(f"{base.document.text}\n{line}", "drop")


EXACT = (
    Variant("copy", _copy),
    Variant("trailing_space", _trailing_space),
    Variant("crlf", _crlf_copy, unseen=True),
)

NEAR = (
    Variant("edited", _edited),
    Variant("recased", _recased, languages=("en", "fr")),
    Variant("trimmed", _trimmed),
    Variant("typos", _typos, unseen=True, languages=("en", "fr")),
    Variant("source_added", _source_added, unseen=True),
)
