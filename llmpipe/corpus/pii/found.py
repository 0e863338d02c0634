"""What is found, and the spans of a text that are worth a closer look because they hold a long number."""

import re
from dataclasses import dataclass

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
_BESIDE_LETTER = re.compile(r"(?:[A-Z]-?|[+a-z])[0-9]|[0-9](?:[ )(-]{0,2}[A-Z]|[a-z])")
_MANY_DIGITS = 9  # fewer are mostly dates and years: they count after a word, beside a letter or plus, or as 555-01xx
PHONE_WORD = re.compile(
    r"(?:\b(?:phone|telephone|t[ée]l|t[ée]l[ée]phone|tel[ée]fon[oe]?|mobile|mob|cell|fax|whatsapp|call|appelez|hotline|"
    r"handy|portable)\b|电话|手机|致电|热线|拨打|传真|座机|電話|手機|傳真)"
    r"[^0-9\n&=*/<>{}]{0,12}$",
    re.IGNORECASE,
)


def before(text: str, start: int) -> str:
    """What stands before a place."""
    return text[max(0, start - CONTEXT) : start]


def number_spans(text: str) -> list[tuple[int, int]]:
    """Spans around the long numbers of a text, merged where they touch; each ends at the end of a word."""
    spans: list[tuple[int, int]] = []
    for match in _RUN.finditer(text):
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
