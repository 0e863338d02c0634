"""Payment cards and bank accounts."""

import re
from collections.abc import Iterator

from stdnum import iban, luhn

from llmpipe.corpus.pii.found import Found, before

_CARD = re.compile(
    r"(?<![A-Za-z0-9_])(?<![A-Za-z_]\()(?<!\d[ .,-])\d(?:[ -]?\d){12,18}(?![ -]?\d)(?![.,]\d)(?![A-Za-z_*^])", re.ASCII
)
_CARD_GROUPS = re.compile(
    r"\d{13,19}|\d{4}([ -])\d{4}\1\d{4}\1\d{1,7}(?:\1\d{1,3})?|\d{4}([ -])\d{6}\2\d{4,5}", re.ASCII
)
_IIN = re.compile(
    # issuer prefixes with their lengths (ISO/IEC 7812, as the card networks publish them)
    r"4\d{12}(?:\d{3}){0,2}|5[1-5]\d{14}|2(?:22[1-9]|2[3-9]\d|[3-6]\d\d|7[01]\d|720)\d{12}|3[47]\d{13}|3(?:0[0-5]|[68]\d)\d{11}|"
    r"6(?:011|5\d\d|4[4-9]\d)\d{12}|62\d{14,17}|35(?:2[89]|[3-8]\d)\d{12}"
)
_CARD_WORD = re.compile(r"card|visa|mastercard|amex|credit|debit|carte|karte|tarjeta|pan\b|卡", re.IGNORECASE)
_RARE = re.compile(
    r"\d{13}|\d{18}|(?!62)\d{19}"
)  # cards of old, or of lengths that few issuers use: mostly other numbers
_OTHER_NUMBER = re.compile(
    r"(?:\b(?:order|serial|ticket|invoice|isbn|imei|doi|sku|ean|upc|gtin|tracking|part|item|seed|id|gmt|oclc)\b[^\n]{0,12}|"
    r"编号|订单号?|单号|序列号|流水号|条码)[\s.:：#=为是]{0,3}$",
    re.IGNORECASE,
)
_IBAN = re.compile(
    r"(?<![A-Za-z0-9])[A-Z]{2}\d{2}(?:[ -]?[A-Z0-9]{4}){2,7}(?:[ -]?[A-Z0-9]{1,3})?(?![A-Za-z0-9])", re.ASCII
)
_SHORTEST_IBAN = 15


def cards(text: str, start: int, end: int) -> Iterator[Found]:
    """Payment cards: written in a card's groups, of an issuer's prefix and length, with a right Luhn digit."""
    for match in _CARD.finditer(text, start, end):
        if is_card(match[0]):
            context = before(text, match.start())
            common = not _RARE.fullmatch(match[0]) and not _OTHER_NUMBER.search(context)
            if common or _CARD_WORD.search(context):
                yield Found("card", match.start(), match.end())


def is_card(number: str) -> bool:
    """Whether a number, with its separators, may be that of a card."""
    digits = re.sub(r"\D", "", number)
    return (
        _CARD_GROUPS.fullmatch(number) is not None
        and _IIN.fullmatch(digits) is not None
        and luhn.is_valid(digits)
        and len(set(digits)) > 1
    )


def ibans(text: str, start: int, end: int) -> Iterator[Found]:
    """International bank account numbers: the length and form of their country, with a right mod 97 (ISO 13616)."""
    for match in _IBAN.finditer(text, start, end):
        last = match.end()
        while last >= match.start() + _SHORTEST_IBAN:
            if iban.is_valid(text[match.start() : last], check_country=False):
                yield Found("iban", match.start(), last)
                break
            last = text.rfind(" ", match.start(), last)  # the match may have run into a following word in capitals
