"""
Stand-ins for personal data: of the same form, the same for the same value everywhere, and nobody's.

A stand-in is a function of the seed and the value. It lies in ranges kept for documentation and fiction, or has a wrong
checksum. It cannot be turned back by eye; who knows the seed can still try all telephone numbers, so keep the seed as
secret as the data, or redact.
"""

import re
import string
from collections.abc import Callable

import phonenumbers
from stdnum import iban, luhn

from llmpipe.corpus.pii import national
from llmpipe.corpus.pii.found import Found
from llmpipe.corpus.text import stable_hash

Pick = Callable[[int], int]  # the next number below a limit

# Numbers of the national plan, # is free: kept for fiction (NANPA, ARCEP, Ofcom), not allocated (China)
_RESERVED = {
    "1": ("???55501##",),
    "33": ("19900####", "63998####"),
    "44": ("2079460###", "7700900###"),
    "86": ("161########", "163########", "164########", "168########"),
}
_COUNTRY = {"american": "1", "chinese mobile": "86", "french": "33"}
_NATIONAL_DIGITS = {"american": 10, "american local": 7, "chinese mobile": 11, "french": 9}
_PREFIX = re.compile(r"AKIA|ASIA|LTAI|AKID|AIza|eyJ|SG\.|ya29\.|[A-Za-z]{2,6}[_-](?:(?:pat|live|test|proj|ant)[_-])?")
_TRIES = 64
_BY_KIND: dict[str, Callable[[Found, str, int], str]]


def fake(item: Found, value: str, seed: int) -> str:
    """The stand-in of a value that was found."""
    return _BY_KIND[item.kind](item, value, seed)


def _picker(*key: object) -> Pick:
    """Numbers that depend on the key only."""
    count = 0

    def pick(limit: int) -> int:
        nonlocal count
        count += 1
        return stable_hash("stand-in", *key, count) % limit

    return pick


def _same_form(value: str, pick: Pick) -> str:
    """Each digit and ASCII letter replaced by one of its class; hexadecimal stays hexadecimal."""
    lower = string.hexdigits[10:16] if re.fullmatch(r"[^g-z]*", value) else string.ascii_lowercase
    upper = string.hexdigits[16:] if re.fullmatch(r"[^G-Z]*", value) else string.ascii_uppercase
    classes = (string.digits, lower, upper)
    pieces = []
    for character in value:
        choices = next((choices for choices in classes if character in choices), "")
        pieces.append(choices[pick(len(choices))] if choices else character)
    return "".join(pieces)


def _fill(template: str, digits: str) -> str:
    """The digits of a text replaced by others, its separators kept."""
    source = iter(digits)
    return re.sub(r"[0-9]", lambda _: next(source), template)


def _email(item: Found, value: str, seed: int) -> str:
    pick = _picker(seed, "email", value.casefold())
    syllables = ["bdfgklmnprstvz"[pick(14)] + "aeiou"[pick(5)] for _ in range(4)]
    name, domain = "".join(syllables) + str(pick(1000)), ("com", "net", "org")[pick(3)]
    return f"{name} [at] example [dot] {domain}" if item.form == "spelled" else f"{name}@example.{domain}"


def _ip(item: Found, value: str, seed: int) -> str:
    """Documentation ranges (RFC 5737, RFC 3849). There are 762 IPv4 addresses, so that some are shared."""
    pick = _picker(seed, "ip", value.lower())
    if item.form == "v6":
        return f"2001:db8:{pick(2**16):x}:{pick(2**16):x}::{1 + pick(2**16 - 1):x}"
    return f"{('192.0.2', '198.51.100', '203.0.113')[pick(3)]}.{1 + pick(254)}"


def _card(_: Found, value: str, seed: int) -> str:
    """The issuer's first digit, and a wrong check digit."""
    digits = re.sub(r"\D", "", value)
    pick = _picker(seed, "card", digits)
    for _try in range(_TRIES):
        number = digits[0] + _same_form(digits[1:], pick)
        if not luhn.is_valid(number):
            break
    return _fill(value, number)


def _iban(_: Found, value: str, seed: int) -> str:
    """The country, and check digits 00, which no account has (one in 97 would still add up: it is passed over)."""
    pick = _picker(seed, "iban", national.compact(value))
    for _try in range(_TRIES):
        number = f"{value[:2]}00{_same_form(value[4:], pick)}"
        if not iban.is_valid(number, check_country=False):
            break
    return number


def _national_id(item: Found, value: str, seed: int) -> str:
    form = national.FORMS[item.form]
    pick = _picker(seed, "national_id", national.compact(value))
    for _try in range(_TRIES):
        number = _same_form(value[:-1], pick) + value[-1]  # a check character of the right alphabet
        if form.void or not national.is_id(number, item.form):
            break
    return "".join(
        fixed if fixed not in ("?", "") else character
        for fixed, character in zip(form.void.ljust(len(number), "?"), number, strict=True)
    )


def _phone(item: Found, value: str, seed: int) -> str:
    """A number of a range that is kept free in its country; where none is known, one that its plan has no place for."""
    digits = re.sub(r"\D", "", value)
    country, national_digits = _country_and_digits(item, value, digits)
    pick = _picker(seed, "phone", digits[len(digits) - national_digits :])
    if item.form == "american local":
        return _fill(value, f"55501{pick(100):02d}")
    ranges = [pattern for pattern in _RESERVED.get(country, ()) if len(pattern) == national_digits]
    if ranges:
        return _fill(value, digits[:-national_digits] + _in_range(ranges[pick(len(ranges))], pick))
    if item.form == "chinese landline":  # no subscriber's number begins with 1
        area = len(digits) - national_digits
        return _fill(value, f"{digits[:area]}1{_same_form(digits[area + 1 :], pick)}")
    for _try in range(_TRIES if country else 0):
        made = _fill(value, digits[:-national_digits] + _same_form(digits[-national_digits:], pick))
        if not phonenumbers.is_valid_number(phonenumbers.parse(re.sub(r"^00", "+", made))):
            return made
    number = _in_range(_RESERVED["1"][0], pick)
    return f"{number[:3]}-{number[3:6]}-{number[6:]}"


def _country_and_digits(item: Found, value: str, digits: str) -> tuple[str, int]:
    """The country code, "" where nothing says it, and how many of the last digits are the number within the country."""
    if item.form == "international":
        parsed = phonenumbers.parse(re.sub(r"^00", "+", value))
        return str(parsed.country_code), len(str(parsed.national_number))
    if item.form == "chinese landline":
        return "", len(re.sub(r"\D", "", re.split(r"[ )）-]", value.strip("(（"), maxsplit=1)[1]))
    if item.form == "any" and re.fullmatch(r"1[3-9]\d{9}", digits):
        return "86", 11
    return _COUNTRY.get(item.form, ""), _NATIONAL_DIGITS.get(item.form, len(digits))


def _in_range(pattern: str, pick: Pick) -> str:
    """Free digits filled in; ??? is an area code of North America, none of which has 1 in the middle here."""
    area = f"{2 + pick(8)}{(0, 2, 3, 4, 5, 6, 7, 8)[pick(8)]}{pick(10)}"
    return re.sub("#", lambda _: str(pick(10)), pattern.replace("???", area))


def _secret(item: Found, value: str, seed: int) -> str:
    """A maker's prefix is kept: a stand-in is told as what it stands for. Nothing of a password is."""
    prefix = None if item.form else _PREFIX.match(value)
    kept = prefix[0] if prefix else ""
    return kept + _same_form(value[len(kept) :], _picker(seed, "secret", value))


def _private_key(_: Found, value: str, seed: int) -> str:
    pick = _picker(seed, "private_key", value)
    parts = re.split(r"(-----[A-Z0-9 ]+-----)", value)
    return "".join(part if part.startswith("-----") else _same_form(part, pick) for part in parts)


_BY_KIND = {
    "email": _email,
    "ip": _ip,
    "phone": _phone,
    "card": _card,
    "iban": _iban,
    "national_id": _national_id,
    "secret": _secret,
    "private_key": _private_key,
}
