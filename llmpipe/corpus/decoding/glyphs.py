"""
Ligatures that a font of TeX holds at numbers of its own, which a reader of PDF gave back as such: `o(cid:14)ce`.

The fonts of Knuth (OT1) have them at 11 to 15, those of the Cork encoding (T1) at 27 to 31; in a word they stand where
letters do. Some readers write the number as `(cid:14)`, others as the control character that it is.
"""

import re
from functools import cache

import numpy as np

from llmpipe.corpus.characters import Characters
from llmpipe.corpus.literals import Literals, literals, may_hold_each

_LIGATURES = ("ff", "fi", "fl", "ffi", "ffl")
_FIRST = {"OT1": 11, "T1": 27}
_CID = re.compile(r"\(cid:(\d{1,3})\)")
_IN_WORD = re.compile(r"(?:(?<=[A-Za-z])|(?<![^\s“‘\"'(—–-]))\(cid:(\d{1,3})\)(?=[A-Za-z,.;:!?\s’”)]|$)")
_BEGINS = r"(?:(?<=[a-z])|(?<![^ \n“‘\"'(—–-]))"  # behind a letter, or where a word begins
_CONTROLS = {
    name: re.compile(rf"{_BEGINS}[{signs}](?=[a-z])|(?<=[a-z])[{signs}](?=[ ,.;:!?\n]|$)")
    for name, signs in (("OT1", "\x0b-\x0f"), ("T1", "\x1b-\x1f"))
}
_MIN_CONTROLS = 2  # a page break may part a word, too
_LINE_END = 13


def glyphs(text: str) -> str:
    """The text with its ligatures as letters; as it is where its numbers are those of another font."""
    if "(cid:" in text:
        text = _of_numbers(text)
    for name, pattern in _CONTROLS.items():
        found = [match[0] for match in pattern.finditer(text)]
        first = _FIRST[name]
        if len(found) >= _MIN_CONTROLS and any(ord(sign) not in (first, _LINE_END) for sign in found):
            text = pattern.sub(lambda match, first=first: _LIGATURES[ord(match[0]) - first], text)  # type: ignore[misc]
    return text


def _of_numbers(text: str) -> str:
    numbers = {int(number) for number in _CID.findall(text)}
    for first in _FIRST.values():
        if numbers <= set(range(first, first + len(_LIGATURES))):
            return _IN_WORD.sub(lambda match, first=first: _LIGATURES[int(match[1]) - first], text)  # type: ignore[misc]
    return text


def may_have_glyphs(found: Characters) -> np.ndarray:
    """Which of several texts `glyphs` may change, bool (texts,)."""
    return may_hold_each(found, _signs())


@cache
def _signs() -> Literals:
    return literals(["cid:", *(chr(code) for code in range(11, 32) if code != _LINE_END)])
