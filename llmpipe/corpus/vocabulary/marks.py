"""
Marks as another hand sets them: apart from their words, as corpora for research keep them, or of the other keyboard.

Only where the rest of the corpus does otherwise, and all of a text is so: a corpus that stands apart throughout is made
that way.
"""

import re
from collections import Counter

from llmpipe.corpus.vocabulary.counts import APART_TEXTS, NARROW_TEXTS, Vocabulary
from llmpipe.corpus.vocabulary.looks import MIN_REPAIRS

_MAX_SHARE = 0.1  # of the documents, that do the same
_APART = re.compile(r"(?<=[^\s.,?!]) +(?=(?:[.,?!:;%)\]}]|\.{3}|'')(?:\s|$))(?!\. \.)")
_SIGN = re.compile(r" @([-,.:/])@ ")
_ENDING = re.compile(r"(?<=[A-Za-z]) +(?=(?:n['’]t|['’](?:s|re|ve|ll|d|m))(?![A-Za-z]))")
_OPENS = re.compile(r"((?:^|(?<=\s))[(\[{]) +(?=\S)", re.MULTILINE)
_BEGINS = re.compile(r"(?:^|(?<=\s))`` *", re.MULTILINE)
_ENDS = re.compile(r" *''(?=[\s.,?!;:]|$)", re.MULTILINE)
_QUOTED = re.compile(r'(?:^|(?<=\s))" ([^"\n]+?) "(?=[\s.,?!;:]|$)', re.MULTILINE)
_BRACKETS = {"-LRB-": "(", "-RRB-": ")", "-LSB-": "[", "-RSB-": "]"}
_HAN = "\u3400-\u4dbf\u4e00-\u9fff"
_WIDE_BEHIND = re.compile(r"(?<=[A-Za-z0-9)\]\"”'’%])[ ]?([，。？！：；、])[ ]?(?=(\s|$|.))")
_TO_NARROW = str.maketrans("，。？！：；、", ",.?!:;,")
_TO_WIDE = dict(zip(",.?!:;", "，。？！：；", strict=True))
_NARROW = re.compile(
    rf"(?<=[{_HAN}”’）》」])[,.?!:;] ?(?=[{_HAN}A-Za-z0-9“‘（《「\n]|$)|"
    rf"(?<=[A-Za-z0-9%)\]])(?:[,?!:;] ?(?=[{_HAN}“‘（《「])|[,.?!:;](?=\n|$))"
)
_COMMA = re.compile(rf"(?<=[{_HAN}0-9])[,.?!;:] ?(?=[{_HAN}])")
_WIDE = re.compile("[，。？！：；]")
_NARROW_BRACKETS = re.compile(rf"\(([^()\n]*[{_HAN}][^()\n]*)\)")


def marks_apart(text: str, vocabulary: Vocabulary, min_ratio: float) -> str:
    """The text of a tokenised corpus, `did n't , she`, with its marks and endings at their words."""
    if not vocabulary.latin or vocabulary.texts[APART_TEXTS] > _MAX_SHARE * vocabulary.latin:
        return text
    if len(_APART.findall(text)) < MIN_REPAIRS:
        return text
    for name, sign in _BRACKETS.items():
        text = text.replace(name, sign)
    text = _OPENS.sub(r"\1", _SIGN.sub(r"\1", text))
    text = _ENDS.sub('"', _BEGINS.sub('"', text))
    text = _QUOTED.sub(r'"\1"', text)
    return _ENDING.sub("", _APART.sub("", text))


def foreign_marks(text: str, vocabulary: Vocabulary, min_ratio: float) -> str:
    """Latin text with the marks of Latin, Chinese with those of Chinese."""
    if not re.search(f"[{_HAN}\u3041-\u30ff]", text):
        return _WIDE_BEHIND.sub(_narrowed, text)
    if not vocabulary.han or vocabulary.texts[NARROW_TEXTS] > _MAX_SHARE * vocabulary.han:
        return text
    found = Counter(match[0][0] for match in _NARROW.finditer(text))
    between = Counter(match[0][0] for match in _COMMA.finditer(text))
    others = Counter(_WIDE.findall(text))
    all_narrow = found.total() >= MIN_REPAIRS and others.total() <= _MAX_SHARE * found.total()
    signs = {
        sign
        for sign, wide in _TO_WIDE.items()
        if (all_narrow and between) or (between[sign] >= MIN_REPAIRS and not others[wide])
    }
    if not signs:
        return text
    spaced = 2 * sum(match[0].endswith(" ") for match in _NARROW.finditer(text)) > found.total()
    text = _NARROW.sub(lambda match: _widened(match[0], signs, spaced), text)
    return _NARROW_BRACKETS.sub(r"（\1）", text) if all_narrow else text


def _widened(found: str, signs: set[str], spaced: bool) -> str:
    """A mark with the space behind it, which goes where most marks have one: wide ones bring their own."""
    if found[0] not in signs:
        return found
    return _TO_WIDE[found[0]] + ("" if spaced else found[1:])


def _narrowed(match: re.Match[str]) -> str:
    return match[1].translate(_TO_NARROW) + ("" if match[2].isspace() or not match[2] else " ")
