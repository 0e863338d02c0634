"""
Wrong decoding that was brought to compatible forms afterwards: of `â€™` NFKC makes `â€TM`, of `Ã¼` `Ã1⁄4`.

The sign that became several letters is put back where the bytes before it ask for it: behind the first bytes of a mark
(`â€`) or of a letter (`Ã`, `Â`). Then it is wrong decoding as any other.
"""

import re
import unicodedata

import numpy as np

from llmpipe.corpus.characters import Characters
from llmpipe.corpus.compiled import compiled

_LEADS = {"â€": "™", "Ã": "¼½¾²³¹´¨¯¸", "Â": "¼½¾²³¹´¨¯¸"}
_FORMS = {lead + unicodedata.normalize("NFKC", sign): lead + sign for lead, signs in _LEADS.items() for sign in signs}
_PLACE = re.compile("|".join(map(re.escape, sorted(_FORMS, key=len, reverse=True))))
_DIGIT = re.compile(r"[ÃÂ][123](?=\d)")  # a number behind a letter


def compatible_again(text: str) -> str:
    """The text with the signs that wrong decoding had."""
    return _PLACE.sub(lambda match: _FORMS[match[0]] if not _DIGIT.match(text, match.start()) else match[0], text)


def may_be_compatible(found: Characters) -> np.ndarray:
    """Which of several texts `compatible_again` may change, bool (texts,)."""
    return _may_be_compatible(found.codes, found.starts, found.ends)


@compiled
def _may_be_compatible(codes: np.ndarray, starts: np.ndarray, ends: np.ndarray) -> np.ndarray:
    likely = np.zeros(len(starts), dtype=np.bool_)
    for text in range(len(starts)):
        for place in range(starts[text], ends[text]):
            if 0xC2 <= codes[place] <= 0xE2 and (codes[place] <= 0xC3 or codes[place] == 0xE2):  # Â, Ã, â
                likely[text] = True
                break
    return likely
