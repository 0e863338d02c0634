"""
Wrong decoding that was brought to compatible forms afterwards: of `â€™` NFKC makes `â€TM`, of `Ã¼` `Ã1⁄4`.

The sign that became other letters is put back where the bytes before it ask for it: behind the first bytes of a mark
(`â€`), of a letter (`Ã`, `Â`) or of a face (`ðŸ`); a form that other texts have, too (`Ão`), only beside a sure one.
Then it is wrong decoding as any other.
"""

import re
import unicodedata
from functools import cache

import numpy as np

from llmpipe.corpus.characters import Characters
from llmpipe.corpus.literals import Literals, literals, may_hold_each

_LEADS = {"â€": "™˜", "ðŸ": "˜", "Ã": "¼½¾²³¹´¨¯¸", "Â": "¼½¾²³¹´¨¯¸"}
_OTHERS = {"Ãa": "Ãª", "Ão": "Ãº", "Ãμ": "Ãµ"}  # forms that other texts have, too
_FORMS = {lead + unicodedata.normalize("NFKC", sign): lead + sign for lead, signs in _LEADS.items() for sign in signs}
_PLACE = re.compile("|".join(map(re.escape, sorted(_FORMS, key=len, reverse=True))))
_SURE = re.compile("â€(?:TM| \u0303)")
_OTHER = re.compile("|".join(_OTHERS))
_DIGIT = re.compile(r"[ÃÂ][123](?=\d)")  # a number behind a letter


def compatible_again(text: str) -> str:
    """The text with the signs that wrong decoding had."""
    if _SURE.search(text):
        text = _OTHER.sub(lambda match: _OTHERS[match[0]], text)
    return _PLACE.sub(lambda match: _FORMS[match[0]] if not _DIGIT.match(text, match.start()) else match[0], text)


def may_be_compatible(found: Characters) -> np.ndarray:
    """Which of several texts `compatible_again` may change, bool (texts,)."""
    return may_hold_each(found, _leads())


@cache
def _leads() -> Literals:
    return literals(list(_LEADS))
