r"""
UTF-16 that was read a byte at a time: `T\x00h\x00e\x00` -> `The`; `\x19 ` is `’` there, so zeros alone are not enough.

A text has such bytes or none, so what comes out of one of the two orders must be text nearly everywhere.
"""

from functools import cache

import ftfy.bad_codecs  # noqa: F401  (sloppy-windows-1252: a byte without a character stays)
import numpy as np

from llmpipe.corpus.plausible import common_han
from llmpipe.corpus.text import codes_of

_SIGNS = "\x00\x01\x02"  # ASCII, `、` and `。` leave these, which no text has
_MIN_SENSE = 0.95  # of what comes out
_MIN_SIGNS = 8  # in two bytes each: of fewer a share is chance
_MARK = "\ufeff"


def wide_bytes(text: str) -> str:
    """The text of which these are the bytes, in either order; as it is when that makes no sense."""
    if not any(sign in text for sign in _SIGNS):
        return text
    data = _bytes(text)
    if data is None or len(data) < 2 * _MIN_SIGNS:
        return text
    turned = [data[: len(data) & ~1].decode(order, "replace") for order in ("utf-16-le", "utf-16-be")]
    best = max(turned, key=_sense)
    return best.lstrip(_MARK) if _sense(best) >= max(_MIN_SENSE, _sense(text)) else text


def _bytes(text: str) -> bytes | None:
    for encoding in ("latin-1", "sloppy-windows-1252"):
        try:
            return text.encode(encoding)
        except UnicodeError:
            continue
    return None


def _sense(text: str) -> float:
    """Share of characters that texts have."""
    codes = codes_of(text)
    if not len(codes):
        return 0.0
    known = _known()
    pictures = (codes >= 0x1F300) & (codes < 0x1FB00)
    return float((known[np.where(codes < len(known), codes, 0)] | pictures).mean())


@cache
def _known() -> np.ndarray:
    """Whether a code point is of ASCII, Western, a common Han character or a mark beside it, bool (65536,)."""
    found = common_han().copy()
    for first, last in ((0x20, 0x7E), (0xA0, 0x17F), (0x2010, 0x2026), (0x3000, 0x3017), (0xFF01, 0xFF5E)):
        found[first : last + 1] = True
    found[[*map(ord, "\t\n\r€™·"), ord(_MARK)]] = True
    return found
