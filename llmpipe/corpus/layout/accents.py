"""
Accents beside their letters, as they come out of papers that TeX made: `na¨ıve`, `cafe´`, `M ¨uller`.

An acute is an apostrophe in many a text (`it´s`, `l´eau`): such a one tells nothing, and is read as an accent only
where others are one.
"""

import re
import unicodedata

_TO_COMBINING = {
    "´": "\u0301",
    "`": "\u0300",
    "¨": "\u0308",
    "˜": "\u0303",
    "ˆ": "\u0302",
    "¸": "\u0327",
    "˚": "\u030a",
    "ˇ": "\u030c",
    "˘": "\u0306",
    "˝": "\u030b",
    "˛": "\u0328",
    "˙": "\u0307",
}
_COMBINING = "".join(_TO_COMBINING.values())
_SPACING = "".join(mark for mark in _TO_COMBINING if mark != "`")
MARKS = _SPACING + _COMBINING
_ANY = re.compile(f"[{_SPACING}]|[{_COMBINING}]")
_PLACE = re.compile(
    rf"(?P<left>[A-Za-z]?)(?P<before> ?)(?P<mark>[{_SPACING}]|"
    rf"(?<=[A-Za-z])`(?=[A-Za-z]))(?P<after> ?)(?P<right>[A-Za-zıȷ]?)"
)
_APART = re.compile(rf"([A-Za-z]) ([{_COMBINING}])|(?<![^\W\d_]) ?([{_COMBINING}]) ?([A-Za-zı])")
_APOSTROPHE = re.compile(r"(?:s|t|re|ve|ll|d|m)\b")
_ELISION = re.compile(r"\b(?:[ldjnmtscLDJNMTSC]|[Qq]u)$")
_PLAIN = str.maketrans("ıȷ", "ij")
# the letters that a mark stands on in languages of Western and Central Europe
_LETTERS = {
    "\u0301": "aeiouycnszlr",
    "\u0300": "aeiou",
    "\u0308": "aeiouy",
    "\u0303": "ano",
    "\u0302": "aeiou",
    "\u0327": "c",
    "\u030a": "au",
    "\u030c": "cszernd",
    "\u0306": "ag",
    "\u030b": "ou",
    "\u0328": "ae",
    "\u0307": "zge",
}


def loose_accents(text: str) -> str:
    """The text with its accents on their letters; as it is when they make no letter of Western and Central Europe."""
    if text.isascii() or not _ANY.search(text):
        return text
    if any(mark in text for mark in _COMBINING):
        text = _APART.sub(_joined, text)
    if not any(mark in text for mark in _SPACING):
        return text
    places = list(_PLACE.finditer(text))
    sides = [_side(match, text) for match in places]
    if not any(sure for _, sure in sides):
        return text
    behind = sum(sure and side == "left" for side, sure in sides) > sum(
        sure and side == "right" for side, sure in sides
    )
    parts, end = [], 0
    for match, (side, _) in zip(places, sides, strict=True):
        found = _letter(match, ("left" if behind else "right") if side == "both" else side)
        if found is not None and match.start() >= end:
            parts += [text[end : match.start()], found]
            end = match.end()
    return "".join([*parts, text[end:]])


def _compose(letter: str, mark: str) -> str | None:
    plain, combining = letter.translate(_PLAIN), _TO_COMBINING.get(mark, mark)
    return unicodedata.normalize("NFC", plain + combining) if plain and plain.lower() in _LETTERS[combining] else None


def _joined(match: re.Match[str]) -> str:
    if match[1]:
        return _compose(match[1], match[2]) or match[0]
    return _compose(match[4], match[3]) or match[0]


def _side(match: re.Match[str], text: str) -> tuple[str, bool]:
    """Whose accent it may be (left, right, both or neither), and whether that is sure."""
    left, right = match["left"], match["right"]
    if match.start() and text[match.start() - 1] > "\x7f" and not left:
        return "", False
    of_left = _compose(left, match["mark"]) is not None and not match["before"]
    of_right = _compose(right, match["mark"]) is not None and not (match["before"] and match["after"])
    if match["before"] and match["after"]:
        return "", False
    if match["after"] and of_left and of_right and left:
        of_left = left not in "aeiouAEIOU" or right not in "aeiou"  # `Universit´ e`: the space is in the word
    if match["mark"] == "´" and left and left not in "aeiouyAEIOUY" and (not right or match["after"]):
        of_left, of_right = False, of_right and left not in "sS"  # `the Lees´ old house`
    if not (of_left or of_right):
        return "", False
    side = "both" if of_left and of_right else "left" if of_left else "right"
    if match["mark"] == "´" and not match["before"] and not match["after"]:
        behind = text[match.end("mark") :]
        if _APOSTROPHE.match(behind) or (left and _ELISION.search(text[max(0, match.start() - 3) : match.end("left")])):
            return ("right" if of_right and not _APOSTROPHE.match(behind) else ""), False
        if not right or not left:
            return side, False  # it may be a quotation mark
    return side, bool(left or right) and match["mark"] != "`"


def _letter(match: re.Match[str], side: str) -> str | None:
    if side == "right":
        made = _compose(match["right"], match["mark"])
        # the space before the accent is one between words only where no letter stands before
        return (
            None
            if made is None
            else match["left"]
            + ("" if match["left"] and match["before"] and _inside(match) else match["before"])
            + made
        )
    if side == "left":
        made = _compose(match["left"], match["mark"])
        return None if made is None else made + match["after"] + match["right"]
    return None


def _inside(match: re.Match[str]) -> bool:
    """Whether the letter before the space ends a part of a word: what follows is not a capital."""
    return match["right"].islower() or match["right"] in "ıȷ"
