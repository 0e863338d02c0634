"""
Letters and signs of one byte that were read in another page of signs: `ItÕs` -> `It’s`, `mйtier` -> `métier`.

Any byte is a character in such a page, so the proof is what no language writes: a sign or a capital inside of a word,
a letter in the place of the apostrophe of an English contraction. One pair of pages must explain all of them, and what
comes out must stand where prose has it.
"""

import re
import unicodedata
from collections.abc import Callable
from functools import cache

import ftfy.bad_codecs  # noqa: F401  (sloppy-windows-125x: a byte without a character stays)

_WINDOWS, _LATIN = "sloppy-windows-1252", "latin-1"
_SHOWN = (
    *(_WINDOWS, _LATIN, "mac_roman", "sloppy-windows-1251", "cp437", "cp850", "cp866", "koi8-r", "mac_cyrillic"),
    *("mac_latin2", "iso8859-2", "sloppy-windows-1250", "sloppy-windows-1253", "iso8859-7"),
)
_PAIRS = tuple(  # right encoding first
    (right, wrong)
    for right in ("cp1252", "mac_roman", "cp850", "cp437")
    for wrong in _SHOWN
    if right.removeprefix("cp") not in wrong
)
_LETTERS = "\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u017f"
_SIGNS = "‘’“”„–—…•‹›«»€£¢¥©®™°·×½¼¾±²³§¡¿\xa0"
# What is often inside of words or beside them, the likelier the more
_COMMON = dict(zip("éèàê’çâîôûùëïüöäñóíáœ“”–—…‘", (9, 5, 5, 4, 9, 4, *[2] * 21), strict=True))
_COMMON |= dict.fromkeys("åøãõæìòúýßÉÀÈÇÖÜÄÅØÑÁÍ£€¢", 1)
# Inside of a Latin word
_ODD = "À-ÖØ-ÞŸŽŠŒ¢-¬®-±´¶¸¹º¿ˆ˜†‡‰‚„ƒ™\u0370-\u03ff\u0400-\u045f\u2200-\u22ff\u2320-\u25ff"
IN_WORD = re.compile(f"(?<=[a-z])(?:[{_ODD}](?=[a-z])|[À-ÖØ-ÞŽŠ‚\u0391-\u03a9\u0400-\u045f](?![^\\W_]))")
# The apostrophe of an English contraction, and what stands before it: no language has a letter there. A quotation mark
# beside it may be a letter now, so only those of ASCII end it
_APOSTROPHE = re.compile(r"[^\x00-\x7f’‘´ʼ′＇](?=(s|t|m|d|ve|ll|re)(?![A-Za-z]))")
_SUBJECTS = r"(?<![A-Za-z])(?:i|you|we|they|s?he|who)\Z"
_CONTRACTED = {
    "s": re.compile(r"(?<![A-Za-z])(?:it|s?he|that|what|who|there|here|let|where|how)\Z", re.IGNORECASE),
    "t": re.compile(
        r"(?<![A-Za-z])(?:do|does|did|is|was|are|were|ca|[cw]ould|should|have|has|had|wo|need|must)n\Z", re.IGNORECASE
    ),
    "m": re.compile(r"(?<![A-Za-z])I\Z"),
    **dict.fromkeys(("d", "ve", "ll", "re"), re.compile(_SUBJECTS, re.IGNORECASE)),
}
_STEM = 8  # characters of the longest of them, and one before it
_ACCENTS = dict(zip("´`¨˜ˆ¸˚", "\u0301\u0300\u0308\u0303\u0302\u0327\u030a", strict=True))
_ACCENT = re.compile(f"[{''.join(_ACCENTS)}](?=(.?))")
# Written for Latin letters, as `odd_letters` knows
_LOOKALIKES = frozenset(
    "аеорсухіјѕѵһԁԛԝАВЕКМНОРСТХІЈЅοαενρτυχικΑΒΕΖΗΙΚΜΝΟΡΤΥΧ"
)  # written for Latin ones: `odd_letters`
FOREIGN = "бгджзийлпфцчшщъыьэюяβγδζθλμξπσφψω"  # no lookalikes of Latin letters
_FOREIGN = re.compile(f"(?<=[A-Za-z])[{FOREIGN}](?=[a-z]{{2}})")
_BEYOND = re.compile("[^\x00-\x7f]")
_C1 = re.compile("[\x80-\x84\x86-\x9f]")
_SYMBOL_IN_WORD = re.compile("[a-z][€£¢¥©®™°·×½¼¾±²³§¡¿«»‹›•][a-z]")
_ENOUGH = 2  # proofs; one beside a control, a contraction or a letter of a script of its own
_MISPLACED = 4  # marks in a wrong place cost as much as a common letter


def one_byte(text: str) -> str:
    """The text in the page of signs that explains all that is odd in its words; as it is where none does."""
    odd = IN_WORD.findall(text) + _FOREIGN.findall(text)
    apostrophes = _apostrophes(text)
    if not apostrophes and len(odd) < (1 if _C1.search(text) or _FOREIGN.search(text) else _ENOUGH):
        return text
    if not apostrophes and _LOOKALIKES.issuperset(odd):
        return text
    if not apostrophes and _ACCENTS.keys() >= set(odd) and _are_loose(text):
        return text
    best, most = text, 0
    for right, wrong in _PAIRS:
        table = _letters(right, wrong)
        if any(table.get(ord(sign)) != "’" for sign in apostrophes):
            continue
        if not all(table.get(ord(sign)) in _COMMON for sign in odd):
            continue
        turned = text.translate(table)
        if IN_WORD.search(turned) or _SYMBOL_IN_WORD.search(turned):
            continue
        score = sum(_COMMON.get(sign, 0) for sign in _BEYOND.findall(turned)) - _MISPLACED * _misplaced(turned)
        if score > most:
            best, most = turned, score
    return best


def _apostrophes(text: str) -> set[str]:
    """What stands for the apostrophe in English contractions, but for apostrophes."""
    return {
        match[0]
        for match in _APOSTROPHE.finditer(text)
        if _CONTRACTED[match[1]].search(text[max(0, match.start() - _STEM) : match.start()])
    }


def _are_loose(text: str) -> bool:
    """Whether all accents stand before a letter that takes them: `na¨ıve`, out of TeX, is no wrong page."""
    return all(
        len(unicodedata.normalize("NFC", match[1].replace("ı", "i") + _ACCENTS[match[0]])) == 1
        for match in _ACCENT.finditer(text)
    )


def _misplaced(text: str) -> int:
    """Quotation marks and dashes that stand where such do not."""
    return sum(
        not _PLACES[match[0]](
            text[match.start() - 1 : match.start()] or " ", text[match.end() : match.end() + 1] or " "
        )
        for match in _PLACED.finditer(text)
    )


_PLACES: dict[str, Callable[[str, str], bool]] = {
    "’": lambda before, after: bool(before.strip()),
    "‘": lambda before, after: not before.isalnum() and bool(after.strip()),
    "“": lambda before, after: not before.isalnum() and bool(after.strip()),
    "”": lambda before, after: bool(before.strip()) and not after.isalnum(),
    "–": lambda before, after: before.isspace() == after.isspace() or before.isdigit(),
    "—": lambda before, after: before.isspace() == after.isspace() or not before.isalnum(),
    "…": lambda before, after: bool(before.strip()) or bool(after.strip()),
}
_PLACED = re.compile("[‘’“”–—…]")


@cache
def _letters(right: str, wrong: str) -> dict[int, str]:
    """The code point of what each letter and sign of one encoding looks like in another -> which it is."""
    found: dict[int, str] = {}
    for byte in range(0x80, 0x100):
        one, other = (bytes((byte,)).decode(name, "ignore") for name in (right, wrong))
        if one and other and one != other and _is_prose(one):
            found[ord(other)] = one
    return found


_is_prose: Callable[[str], object] = re.compile(f"[{_SIGNS}{_LETTERS}]").fullmatch
