"""What is found, and the spans of a text that are worth a closer look because they hold a long number."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from llmpipe.corpus.compiled import compiled
from llmpipe.corpus.text import codes_of
from llmpipe.corpus.word_arrays import ALPHABETIC, LETTER, table

CONTEXT = 40  # characters looked at before a number
_AFTER = 32  # and after it


@dataclass(frozen=True, slots=True)
class Found:
    """
    One piece of personal data.

    Args:
        kind: Its kind, as in params.yaml.
        start: Where it begins.
        end: Where it ends.
        form: Which form of the kind it has, for stand-ins ("french", "CN").
    """

    kind: str
    start: int
    end: int
    form: str = ""


# Seven digits close together, or a few before a capital. It begins with a digit, so that the search skips prose fast
_RUN = re.compile(
    r"[0-9](?:(?:[^\w\n]{0,3}[0-9]){6,}|[0-9] ?[0-9]{1,2}[ -]?[A-Z](?![a-z])|(?<=[A-Z]{2}[0-9]{2})[ -]?[A-Z](?![a-z]))"
)
_MIN_DIGITS, _MOST_BETWEEN = 7, 3  # of such a run: digits, and other characters between two of them
_NEWLINE, _LOW_LINE, _SPACE, _HYPHEN = 10, 95, 32, 45
_BESIDE_LETTER = re.compile(r"(?:[A-Z]-?|[+a-z])[0-9]|[0-9](?:[ )(-]{0,2}[A-Z]|[a-z])")
_MANY_DIGITS = 9  # fewer are mostly dates and years: they count after a word, beside a letter or plus, or as 555-01xx
_LETTER = r"[^\W\u3400-\u9fff]"


def bounded(pattern: str) -> str:
    r"""A pattern in which `\b` stands between letters and Han characters, too: `的SSN是` has the word SSN."""
    return pattern.replace(r"\b", rf"(?:(?<!{_LETTER})(?={_LETTER})|(?<={_LETTER})(?!{_LETTER}))")


PHONE_WORD = re.compile(
    bounded(
        r"(?:\b(?:phone|telephone|t[ée]l|t[ée]l[ée]phone|tel[ée]fon[oe]?|mobile|mob|cell|fax|whatsapp|call|appelez|"
        r"hotline|handy|portable)\b|(?:电话|手机)(?:[/／]微信)?|致电|热线|拨打|传真|座机|電話|手機|傳真)"
        r"[^0-9\n&=*/<>{}]{0,12}$"
    ),
    re.IGNORECASE,
)


def before(text: str, start: int) -> str:
    """What stands before a place."""
    return text[max(0, start - CONTEXT) : start]


@compiled
def has_run(codes: np.ndarray, begin: int, end: int, flags: np.ndarray) -> bool:
    """Whether code points from `begin` to `end` may hold a run of digits that is worth a closer look."""
    return next_run(codes, begin, end, flags)[0] < end


@compiled
def next_run(codes: np.ndarray, begin: int, end: int, flags: np.ndarray) -> tuple[int, int]:
    """
    Where the next run of digits stands that `_RUN` may match.

    Args:
        codes: Code points, uint32.
        begin: Where to begin.
        end: Where the text ends.
        flags: `word_arrays.table`.

    Returns:
        Its begin, `end` if there is none; and a place behind all that a match of it, and what is behind it, can hold.
    """
    digits, between, start = 0, 0, begin
    for place in range(begin, end):
        code = codes[place]
        if 48 <= code <= 57:
            if not digits:
                start = place
            digits += 1
            between = 0
            continue
        between += 1
        flag = flags[code]
        if not (between > _MOST_BETWEEN or flag & LETTER or flag & ALPHABETIC or code in (_LOW_LINE, _NEWLINE)):
            continue
        if digits >= _MIN_DIGITS or (digits > 1 and 65 <= code <= 90 and _is_before_capital(codes, start, place)):
            return start, min(end, place + 2)
        digits = 0
    return (start, end) if digits >= _MIN_DIGITS else (end, end)


@compiled
def _is_before_capital(codes: np.ndarray, begin: int, place: int) -> bool:
    """Whether two digits stand right before a place or one sign before it, a space between them or none."""
    last = place - 1
    if codes[last] == _SPACE or codes[last] == _HYPHEN:
        last -= 1
    if last <= begin or not _is_digit(codes[last]):
        return False
    return _is_digit(codes[last - 1]) or (
        codes[last - 1] == _SPACE and last - 2 >= begin and _is_digit(codes[last - 2])
    )


@compiled
def _is_digit(code: int) -> bool:
    return bool(48 <= code <= 57)


def _runs(text: str) -> Iterator[re.Match[str]]:
    codes = codes_of(text)
    begin = 0
    while begin < len(text):
        begin, end = next_run(codes, begin, len(codes), table())
        yield from _RUN.finditer(text, begin, end)
        begin = max(end - 1, begin + 1)


def number_spans(text: str) -> list[tuple[int, int]]:
    """Spans around the long numbers of a text, merged where they touch; each ends at the end of a word."""
    spans: list[tuple[int, int]] = []
    for match in _runs(text):
        start, end = match.span()
        if not _is_worth_a_look(text, start, end):
            continue
        end = min(len(text), end + _AFTER)
        while end < len(text) and text[end].isascii() and text[end].isalnum():
            end += 1
        start = max(0, start - CONTEXT)
        if spans and start <= spans[-1][1]:
            spans[-1] = (spans[-1][0], max(end, spans[-1][1]))
        else:
            spans.append((start, end))
    return spans


def _is_worth_a_look(text: str, start: int, end: int) -> bool:
    run = text[start:end]
    return (
        sum(map(str.isdigit, run)) >= _MANY_DIGITS
        or "555" in run
        or _BESIDE_LETTER.search(text, max(0, start - 2), end + 3) is not None
        or PHONE_WORD.search(before(text, start)) is not None
    )
