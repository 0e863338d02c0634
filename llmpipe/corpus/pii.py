"""
Personal data: found by form, confirmed by checksum or plan, replaced by a typed placeholder such as [EMAIL].

Version numbers, years, prices and polynomials have no such form; what looks like an address or a telephone number but
is called a version or an order number is left alone.
"""

import ipaddress
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date

import phonenumbers
from stdnum import iban, luhn
from stdnum.iso7064 import mod_11_2


@dataclass(frozen=True, slots=True)
class Found:
    """One piece of personal data: its kind and where it stands."""

    kind: str
    start: int
    end: int


PLACEHOLDERS = {
    "email": "[EMAIL]",
    "phone": "[PHONE]",
    "ip": "[IP]",
    "card": "[CARD]",
    "national_id": "[ID]",
    "iban": "[IBAN]",
}

_EMAIL = re.compile(
    r"(?<![A-Za-z0-9._%+-])(?:mailto:)?[A-Za-z0-9][A-Za-z0-9._%+-]{0,63}[@＠](?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.){1,8}[A-Za-z]{2,24}(?![A-Za-z0-9])"
)
_SPELLED_EMAIL = re.compile(
    r"(?<![\w.])[A-Za-z0-9][A-Za-z0-9._%+-]{1,63} ?[\[({] ?(?:at|AT|arobase) ?[\])}] ?"
    r"[A-Za-z0-9-]{2,}(?:(?: ?[\[({] ?(?:dot|DOT|point) ?[\])}] ?|\.)[A-Za-z0-9-]{2,})+",
    re.ASCII,
)
_IPV4 = re.compile(r"(?<![\d.])(?<![\d.][A-Za-z])(?:\d{1,3}\.){3}\d{1,3}(?!\.?\d)(?![A-Za-z])")
_IPV6 = re.compile(r"(?<![\w:.])(?:[0-9A-Fa-f]{0,4}:){2,7}[0-9A-Fa-f]{0,4}(?![\w:])", re.ASCII)
_CARD = re.compile(r"(?<!\d)(?<!\d[ .,-])\d(?:[ -]?\d){12,18}(?![ -]?\d)(?![.,]\d)")
_CARD_GROUPS = re.compile(r"\d{13,19}|\d{4}([ -])\d{4}\1\d{4}\1\d{1,7}(?:\1\d{1,3})?|\d{4}([ -])\d{6}\2\d{4,5}")
_CHINESE_ID = re.compile(
    r"(?<![\dA-Za-z])\d{6}(?:18|19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}[\dXx](?![\dA-Za-z])"
)
_SSN = re.compile(r"(?<![\d-])(?!000|666)\d{3}-(?!00)\d{2}-(?!0000)\d{4}(?![\d-])")
_FRENCH_ID = re.compile(r"(?<!\d)[12] ?\d{2} ?(?:0[1-9]|1[0-2]|[2-9]\d) ?(?:\d{2}|2[AB]) ?\d{3} ?\d{3} ?\d{2}(?!\d)")
_IBAN = re.compile(r"(?<![A-Za-z0-9])[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?(?![A-Za-z0-9])")
_PHONE_FORMS = {
    "international": r"(?<![\w+])(?:\+|00(?=[1-9]))\d{1,3}(?:[ .\-]?\(?\d{1,5}\)?){2,6}(?!\d)",
    "american": r"(?<![\w.+/-])(?:1[ .-])?(?:\(\d{3}\) ?|\d{3}([ .-]))\d{3}(?(1)\1|[ .-])\d{4}(?![\w-])(?!\.\d)",
    "local": r"(?<![\w.+/()-])555[ -]01\d{2}(?![\w-])",
    "chinese mobile": r"(?<![\w.+-])1[3-9]\d([ -]?)\d{4}\1\d{4}(?![\w-])(?!\.\d)",
    "chinese landline": r"(?<![\w.-])(?:\(0\d{2,3}\)|（0\d{2,3}）|0\d{2,3}[ -]) ?[2-9]\d{2,3}[ -]?\d{4}(?![\d-])",
    "french": r"(?<![\w.-])0[1-9]([ .-])\d{2}(?:\1\d{2}){3}(?![\w-])(?!\.\d)",
}
# ASCII: a Han character beside a number is no part of it
_PHONES = {form: re.compile(pattern, re.ASCII) for form, pattern in _PHONE_FORMS.items()}
_AFTER_PHONE_WORD = re.compile(
    r"(?:\b(?:phone|telephone|tel|t[éÉ]l|t[éÉ]l[éÉ]phone|mobile|cell|fax|whatsapp|call|appelez|hotline)\b|电话|手机|致电|热线|拨打|联系电话|传真)"
    r"[^\d\n]{0,12}(\+?\d[\d .-]{5,16}\d)(?![\d%])",
    re.IGNORECASE | re.ASCII,
)
_VERSION_BEFORE = re.compile(
    r"(?:\b(?:versions?|ver|v|releases?|firmware|build|revision|rev|sections?|chapter|oid|kernel|clause|figure|fig|table)|"
    r"§|版本|版|固件|章|节|条)[\s.:：号为是]{0,3}$",
    re.IGNORECASE | re.ASCII,
)
_NUMBER_BEFORE = re.compile(
    r"(?:\b(?:ids?|no|number of|order|serial|ticket|invoice|isbn|issn|doi|sku|ref|balance|seed|code|item|case|"
    r"commande|population(?: of)?)|"
    r"[#$€£¥№]|编号|订单号?|单号|序列号|流水号|学号|工号|货号|共计|总计|人口)[\s.:：#=为是]{0,3}$",
    re.IGNORECASE | re.ASCII,
)
_DIGIT = re.compile(r"\d")
_SEVEN_DIGITS = re.compile(r"\d(?:[^\w\n]{0,2}\d){6}")  # every number that is personal has as many, close together
_IIN = re.compile(
    # issuer prefixes with their lengths (ISO/IEC 7812, as the card networks publish them)
    r"4\d{12}(?:\d{3}){0,2}|5[1-5]\d{14}|2(?:22[1-9]|2[3-9]\d|[3-6]\d\d|7[01]\d|720)\d{12}|3[47]\d{13}|3(?:0[0-5]|[68]\d)\d{11}|"
    r"6(?:011|5\d\d|4[4-9]\d)\d{12}|62\d{14,17}|35(?:2[89]|[3-8]\d)\d{12}"
)
_CONTEXT = 24  # characters looked at before a number


def emails(text: str) -> Iterator[Found]:
    """Addresses, also written with (at) and (dot)."""
    if "@" in text or "＠" in text:
        for match in _EMAIL.finditer(text):
            yield Found("email", match.start() + 7 * match[0].startswith("mailto:"), match.end())
    if any(bracket in text for bracket in "[({"):
        for match in _SPELLED_EMAIL.finditer(text):
            yield Found("email", match.start(), match.end())


def ips(text: str) -> Iterator[Found]:
    """IPv4 and IPv6 addresses; not versions, and not addresses that name no machine (loopback, any)."""
    if text.count(".") >= 3:
        for match in _IPV4.finditer(text):
            octets = [int(octet) for octet in match[0].split(".")]
            named = not (octets[0] in (0, 127, 255) or _VERSION_BEFORE.search(_before(text, match.start())))
            if named and max(octets) <= 255 and max(octets) >= 10 and not re.search(r"(?:^|\.)0\d", match[0]):
                yield Found("ip", match.start(), match.end())
    if text.count(":") >= 2:
        for match in _IPV6.finditer(text):
            if _is_ipv6(match[0]):
                yield Found("ip", match.start(), match.end())


def _is_ipv6(candidate: str) -> bool:
    groups = [group for group in candidate.split(":") if group]
    # a time of day has short groups, a scope in code no digits
    if len(groups) < 2 or not any(len(group) > 2 and not group.isalpha() for group in groups):
        return False
    try:
        ipaddress.IPv6Address(candidate)
    except ValueError:
        return False
    return True


def cards(text: str) -> Iterator[Found]:
    """Payment cards: written in a card's groups, of an issuer's prefix and length, with a right Luhn digit."""
    for match in _CARD.finditer(text):
        digits = re.sub(r"\D", "", match[0])
        if (
            _CARD_GROUPS.fullmatch(match[0])
            and _IIN.fullmatch(digits)
            and luhn.is_valid(digits)
            and len(set(digits)) > 1
        ):
            yield Found("card", match.start(), match.end())


def national_ids(text: str) -> Iterator[Found]:
    """Chinese identity numbers (date and ISO 7064 checksum), US social security numbers, French NIR (mod 97)."""
    for match in _CHINESE_ID.finditer(text):
        number = match[0].upper()
        if mod_11_2.is_valid(number) and _is_date(number[6:14]):
            yield Found("national_id", match.start(), match.end())
    if "-" in text:
        for match in _SSN.finditer(text):
            yield Found("national_id", match.start(), match.end())
    for match in _FRENCH_ID.finditer(text):
        number = match[0].replace(" ", "").replace("2A", "19").replace("2B", "18")
        if len(number) == 15 and number.isdigit() and 97 - int(number[:13]) % 97 == int(number[13:]):
            yield Found("national_id", match.start(), match.end())


def _is_date(digits: str) -> bool:
    try:
        date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
    except ValueError:
        return False
    return True


def ibans(text: str) -> Iterator[Found]:
    """International bank account numbers: the length and form of their country, with a right mod 97 (ISO 13616)."""
    for match in _IBAN.finditer(text):
        end = match.end()
        while end > match.start() + 14:
            number = text[match.start() : end].replace(" ", "")
            if iban.is_valid(number, check_country=False):
                yield Found("iban", match.start(), end)
                break
            cut = text.rfind(" ", match.start(), end)  # the match may have run into a following word in capitals
            if cut < 0:
                break
            end = cut


def phones(text: str) -> Iterator[Found]:
    """Telephone numbers in the forms of several countries, or any number right after a word such as `tel`."""
    for form, pattern in _PHONES.items():
        for match in pattern.finditer(text):
            if form == "international" and not _is_possible(match[0]):
                continue
            if form in ("chinese mobile", "american") and _NUMBER_BEFORE.search(_before(text, match.start())):
                continue
            yield Found("phone", match.start(), match.end())
    for match in _AFTER_PHONE_WORD.finditer(text):
        digits = len(_DIGIT.findall(match[1]))
        if 7 <= digits <= 15 and not re.fullmatch(r"(?:19|20)\d\d\s*[-–]\s*(?:19|20)\d\d", match[1]):
            yield Found("phone", match.start(1), match.end(1))


def _is_possible(number: str) -> bool:
    number = re.sub(r"^00", "+", number)
    try:
        return phonenumbers.is_possible_number(phonenumbers.parse(number))
    except phonenumbers.NumberParseException:
        return False


def _before(text: str, start: int) -> str:
    return text[max(0, start - _CONTEXT) : start]


# In this order: a longer number may hold what looks like a shorter kind
FINDERS: dict[str, Callable[[str], Iterator[Found]]] = {
    "email": emails,
    "iban": ibans,
    "national_id": national_ids,
    "card": cards,
    "ip": ips,
    "phone": phones,
}


def find(text: str) -> list[Found]:
    """All personal data of a text in order, without overlaps; the kind that comes first in `FINDERS` wins."""
    found: list[Found] = []
    has_number = _SEVEN_DIGITS.search(text) is not None
    for kind, finder in FINDERS.items():
        if kind not in ("email", "ip") and not has_number:
            continue
        for item in finder(text):
            if all(item.end <= other.start or item.start >= other.end for other in found):
                found.append(item)
    return sorted(found, key=lambda item: item.start)


def redact(text: str, policies: Mapping[str, str]) -> tuple[str, list[str], str]:
    """
    Apply a policy to each kind.

    Args:
        text: The text.
        policies: kind -> "redact", "drop" or "keep".

    Returns:
        The text with placeholders, the kinds replaced in order, and the kind that drops the document ("" if none).
    """
    pieces: list[str] = []
    kinds: list[str] = []
    end = 0
    for item in find(text):
        if policies[item.kind] == "drop":
            return text, [], item.kind
        if policies[item.kind] == "redact":
            pieces += [text[end : item.start], PLACEHOLDERS[item.kind]]
            kinds.append(item.kind)
            end = item.end
    return "".join(pieces) + text[end:] if pieces else text, list(dict.fromkeys(kinds)), ""
