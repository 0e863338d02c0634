"""
Wrong decoding that was brought to compatible forms afterwards: of `â€™` NFKC makes `â€TM`, of `Ã¼` `Ã1⁄4`.

The sign that became several letters is put back where the bytes before it ask for it: behind the first bytes of a mark
(`â€`) or of a letter (`Ã`, `Â`). Then it is wrong decoding as any other.
"""

import re
import unicodedata

_LEADS = {"â€": "™", "Ã": "¼½¾²³¹´¨¯¸", "Â": "¼½¾²³¹´¨¯¸"}
_FORMS = {
    lead + unicodedata.normalize("NFKC", sign): lead + sign for lead, signs in _LEADS.items() for sign in signs
}
_PLACE = re.compile("|".join(map(re.escape, sorted(_FORMS, key=len, reverse=True))))
_DIGIT = re.compile(r"[ÃÂ][123](?=\d)")  # a number behind a letter


def compatible_again(text: str) -> str:
    """The text with the signs that wrong decoding had."""
    if text.isascii() or ("â€TM" not in text and "Ã" not in text and "Â" not in text):
        return text
    return _PLACE.sub(lambda match: _FORMS[match[0]] if not _DIGIT.match(text, match.start()) else match[0], text)
