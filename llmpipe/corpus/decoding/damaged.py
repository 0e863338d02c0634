"""
UTF-8 that was read as cp1252 and then damaged once more: its controls were dropped, or it was written out.

`â€œsmallâ€` lost the byte 9D, which has no character in cp1252; `&aring;&sup3;&frac12;` is character references. Each
comes back to the character that it was, where no other explains it (`compatible_again` reads what NFKC made of it).
"""

import html
import re

import numpy as np

from llmpipe.corpus.characters import Characters
from llmpipe.corpus.compiled import compiled

# What stands behind `â€` for the last byte of a sign of U+2000 to U+203F
_LAST = dict(zip(("œ", "\x9d", "", "™", "˜"), "“””’‘", strict=True))
_LAST |= dict(zip("“”¦¢šž°¹º", "–—…•‚„‰‹›", strict=True))
_SIGN = re.compile("â€([œ\x9d™˜“”¦¢šž°¹º])?")
_DAMAGED = re.compile("â€(?=[\x00-\x7f]|â€|$)")  # what another page reads stays
_REFERENCES = re.compile(
    r"(?:&(?:#\d{2,4}|#[xX][0-9A-Fa-f]{2,4}|[A-Za-z][A-Za-z0-9]{1,7});|[\x80-\xff])*"
    r"&(?:#\d{2,4}|#[xX][0-9A-Fa-f]{2,4}|[A-Za-z][A-Za-z0-9]{1,7});"
    r"(?:&(?:#\d{2,4}|#[xX][0-9A-Fa-f]{2,4}|[A-Za-z][A-Za-z0-9]{1,7});|[\x80-\xff])+"
)
_REFERENCE = re.compile(r"&#(\d+);|&#[xX]([0-9A-Fa-f]+);|&[A-Za-z0-9]+;|.", re.DOTALL)
_A, _EURO, _SEMICOLON, _AND = 0xE2, 0x20AC, 59, 38


def damaged(text: str) -> str:
    """The text with the signs that misread bytes stood for before they were damaged."""
    if "&" in text:
        text = _REFERENCES.sub(lambda match: _of_references(match[0]) or match[0], text)
    if "â€" in text and _DAMAGED.search(text):
        text = _SIGN.sub(lambda match: _LAST[match[1] or ""], text)
    return text


def _of_references(run: str) -> str:
    """What the bytes of character references are in UTF-8, where they are that and not ASCII; else ""."""
    data = bytearray()
    for found in _REFERENCE.finditer(run):
        number = int(found[1] or "0") or int(found[2] or "0", 16)
        sign = chr(number) if 0 < number < 0x10000 else html.unescape(found[0])
        try:
            data += bytes((ord(sign),)) if len(sign) == 1 and ord(sign) < 0x100 else sign.encode("cp1252")
        except (UnicodeError, TypeError):
            return ""
    try:
        return data.decode() if not data.isascii() else ""
    except UnicodeError:
        return ""


def may_be_damaged(found: Characters) -> np.ndarray:
    """Which of several texts `damaged` may change, bool (texts,)."""
    return _may_be_damaged(found.codes, found.starts, found.ends)


@compiled
def _may_be_damaged(codes: np.ndarray, starts: np.ndarray, ends: np.ndarray) -> np.ndarray:
    likely = np.zeros(len(starts), dtype=np.bool_)
    for text in range(len(starts)):
        for place in range(starts[text] + 1, ends[text]):
            code, before = codes[place], codes[place - 1]
            signs = code == _EURO and before == _A
            is_behind = code == _AND and (before == _SEMICOLON or 0x80 <= before < 0x100)
            if signs or is_behind or (before == _SEMICOLON and 0x80 <= code < 0x100):
                likely[text] = True
                break
    return likely
