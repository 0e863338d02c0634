"""
Words that a hyphen broke at a line's end, in a text that is not hard-wrapped otherwise: `exam-` + `ple` -> `example`.

Programs that take text from pages join most lines and forget some. `unwrap` asks for a margin that several lines show;
here a break stands for itself: a hyphen right behind a word, the line's end, a small letter. What was a compound keeps
its hyphen: where the text has it elsewhere, or both parts as words, or the first part makes compounds.
"""

import re
from collections.abc import Callable, Mapping

from llmpipe.corpus.terms import FUNCTION_WORDS
from llmpipe.corpus.unwrap import COMPOUND_HEADS, KNOWN_WORD, SUSPENDED

_AT_END = re.compile(r"(?<![\w-])([^\W\d_]{2,})[-\u2010][ \t]*\n\s*([^\W\d_]{2,})(?![\w-])")
_IN_LINE = re.compile(r"(?<![\w-])([^\W\d_]{2,})[-\u2010] ([^\W\d_]{2,})(?![\w-])")
_SIGNS = ("-\n", "- ", "\u2010")
# any of them; begins with the hyphen, so that prose is skipped fast
_HINT = re.compile(r"[-\u2010](?<=[^\W\d_][-\u2010])(?: (?=[a-z])|[ \t]*\n)")
_MIN_LETTERS = 5  # of a whole word
_MIN_WORD, _LONG = 4, 5  # letters of a part that may be a word of the text; of one that hardly is a part
_COMPOUND_TAIL = re.compile(  # what hardly any word ends with, and many a compound
    r"based|free|like|wise|specific|aware|level|wide|style|type|oriented|driven|dependent|independent|invariant|scale|time|"
    r"out|up|off|down|world|known|made|born|old|year|term|being|range|length|sized?|shaped|called|speaking|sensitive|efficient|order"
)
_SUFFIX = re.compile(  # what ends words and is none
    r"(?:\w{0,4}(?:tions?|sions?|ments?|ness|ities|ity|ously|ingly|edly|ally|fully|ences?|ances?|ibly|ably|ional)|"
    r"ings?|ers?|ors?|ly|ed|ism|ists?|ous|ive|able|ible|ial|ical|ized?|ising|izing)"
)
_WORD_LIKE_ENDING = re.compile(  # words that look like one of these, and begin behind a hyphen themselves
    r"documents?|elements?|moments?|segments?|comments?|cements?|nations?|stations?|sections?|questions?|functions?|"
    r"actions?|motions?|options?|relations?|missions?|versions?|sessions?|visions?|pensions?|sciences?|sentences?|"
    r"sequences?|distances?|instances?|evidence|presence|audiences?|balance|witness|harness|business|cit(?:y|ies)|"
    r"entit(?:y|ies)|qualit(?:y|ies)"
)
# Keep their hyphen before such a word
_COUNTING = frozenset(("multi", "anti", "pseudo", "quasi", "meta", "mega", "ultra", "intra"))


def broken_words(text: str) -> str:
    """The text with its broken words joined."""
    if not any(sign in text for sign in _SIGNS) or not _HINT.search(text):
        return text
    known: dict[str, int] = {}

    def words() -> dict[str, int]:
        if not known:
            for word in KNOWN_WORD.findall(text.lower()):
                known[word] = known.get(word, 0) + 1
        return known

    if _AT_END.search(text):
        text = _AT_END.sub(lambda match: _at_end(match, words), text)
    return _IN_LINE.sub(lambda match: _in_line(match, words), text) if _IN_LINE.search(text) else text


def _at_end(match: re.Match[str], words: Callable[[], dict[str, int]]) -> str:
    """Two parts of a word around a line's end as one; as they are where the second begins something else."""
    head, tail = match[1], match[2]
    if not tail.islower() or tail in SUSPENDED or not tail.isascii() or len(head + tail) < _MIN_LETTERS:
        return match[0]
    known, first = words(), head.lower()
    if first + tail in known:
        return head + tail
    is_compound = f"{first}-{tail}" in known or first in COMPOUND_HEADS or _COMPOUND_TAIL.fullmatch(tail)
    return f"{head}-{tail}" if is_compound or _are_words(first, tail, known) else head + tail


def _are_words(first: str, tail: str, known: Mapping[str, int]) -> bool:
    """Whether the parts are words of their own: long ones, or one that the text has elsewhere."""
    if _is_ending(first, tail):
        return False
    long = min(len(first), len(tail)) >= _LONG
    return long or any(len(part) >= _MIN_WORD and known.get(part, 0) > 1 for part in (first, tail))


def _is_ending(first: str, tail: str) -> bool:
    """Whether a part ends words and is none; `document` behind `multi` is one."""
    if not _SUFFIX.fullmatch(tail):
        return False
    return first not in _COUNTING or not _WORD_LIKE_ENDING.fullmatch(tail)


def _in_line(match: re.Match[str], words: Callable[[], dict[str, int]]) -> str:
    """
    The same with a space in the place of the line's end: `pre- and post-war` has it, too, so more must tell.

    The text has the whole word; or what is behind the hyphen is an ending; or what is before it, two letters, is none.
    """
    head, tail = match[1], match[2]
    if not tail.islower() or tail in SUSPENDED or tail in FUNCTION_WORDS or not tail.isascii():
        return match[0]
    known, first = words(), head.lower()
    if first + tail in known:
        return head + tail
    if known.get(first, 0) > 1 or known.get(tail, 0) > 1:
        return match[0]
    is_part = _is_ending(first, tail) or (len(first) == 2 and first not in FUNCTION_WORDS)
    return head + tail if is_part and len(first + tail) >= _MIN_LETTERS else match[0]
