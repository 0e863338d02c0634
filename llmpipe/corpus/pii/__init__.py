"""
Personal data and secrets: found by form, confirmed by checksum, plan or context, replaced as a policy says.

Version numbers, years, prices and polynomials have no such form; what looks like an address or a telephone number but
is called a version or an order number is left alone. One module a family of kinds; `fakes` makes stand-ins.
"""

from bisect import bisect
from collections.abc import Callable, Iterator, Mapping, Sequence

from llmpipe.corpus.characters import Characters
from llmpipe.corpus.pii import fakes, internet, national, payment, phones
from llmpipe.corpus.pii.credentials import credentials
from llmpipe.corpus.pii.found import Found, number_spans
from llmpipe.corpus.pii.looks import ADDRESSES, ALL, NUMBERS, WORDS, looks

PLACEHOLDERS = {
    "email": "[EMAIL]",
    "phone": "[PHONE]",
    "ip": "[IP]",
    "card": "[CARD]",
    "national_id": "[ID]",
    "iban": "[IBAN]",
    "secret": "[SECRET]",
    "private_key": "[PRIVATE_KEY]",
}
KINDS = tuple(PLACEHOLDERS)

# In these orders: what comes first may hold what looks like a later kind (the password of a link an e-mail address)
WORD_FINDERS: tuple[Callable[[str], Iterator[Found]], ...] = (credentials, internet.emails)
NUMBER_FINDERS: tuple[Callable[[str, int, int], Iterator[Found]], ...] = (
    payment.ibans,
    national.national_ids,
    payment.cards,
)
LAST_FINDERS: tuple[Callable[[str], Iterator[Found]], ...] = (internet.ips,)


def find(text: str, sought: int = ALL) -> list[Found]:
    """
    All personal data of a text in order, without overlaps; of two that overlap, the finder that comes first wins.

    Args:
        text: The text.
        sought: What it may hold (`looks`).
    """
    found: list[Found] = []
    for item in _candidates(text, sought):
        place = bisect(found, item.start, key=lambda other: other.start)
        if (place == 0 or found[place - 1].end <= item.start) and (
            place == len(found) or found[place].start >= item.end
        ):
            found.insert(place, item)
    return found


def _candidates(text: str, sought: int) -> Iterator[Found]:
    spans = number_spans(text) if sought & NUMBERS else []
    if sought & WORDS:
        for finder in WORD_FINDERS:
            yield from finder(text)
    for number_finder in NUMBER_FINDERS:
        for start, end in spans:
            yield from number_finder(text, start, end)
    if sought & ADDRESSES:
        for finder in LAST_FINDERS:
            yield from finder(text)
    for start, end in spans:
        yield from phones.phones(text, start, end)


def redact(text: str, policies: Mapping[str, str], seed: int) -> tuple[str, list[str], str]:
    """What `redact_all` makes of one text."""
    return redact_all([text], policies, seed)[0]


def redact_all(texts: Sequence[str], policies: Mapping[str, str], seed: int) -> list[tuple[str, list[str], str]]:
    """
    Apply a policy to each kind.

    Args:
        texts: The texts.
        policies: kind -> "redact" (a typed placeholder), "fake" (a stand-in, the same for the same value), "drop" (the
            document) or "keep".
        seed: Key of the stand-ins.

    Returns:
        For each the new text, the kinds replaced in order, and the kind that drops the document ("" if none).
    """
    found = looks(Characters(texts)).tolist()
    return [
        _redacted(text, find(text, sought), policies, seed) if sought else (text, [], "")
        for text, sought in zip(texts, found, strict=True)
    ]


def _redacted(text: str, found: Sequence[Found], policies: Mapping[str, str], seed: int) -> tuple[str, list[str], str]:
    pieces: list[str] = []
    kinds: list[str] = []
    end = 0
    for item in found:
        policy = policies[item.kind]
        if policy == "drop":
            return text, [], item.kind
        if policy == "keep":
            continue
        value = text[item.start : item.end]
        pieces += [
            text[end : item.start],
            PLACEHOLDERS[item.kind] if policy == "redact" else fakes.fake(item, value, seed),
        ]
        kinds.append(item.kind)
        end = item.end
    return "".join(pieces) + text[end:] if pieces else text, list(dict.fromkeys(kinds)), ""
