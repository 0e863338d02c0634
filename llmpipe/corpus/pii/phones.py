"""Telephone numbers."""

import re
from collections.abc import Iterator

import phonenumbers

from llmpipe.corpus.pii.found import PHONE_WORD, Found, before

_BEHIND_NAME = " behind a name"
_FORMS = {
    "international": r"(?<![\w+])(?:\+|(?<![.,/])00(?=[1-9]))\d{1,3}(?:[ .\-/‑–]?\(?\d{1,5}\)?){2,6}(?![\da-wyz*])",
    # no end of a decimal, no group of a long number
    "american": r"(?<![\w.+/-])(?<!\d\.)(?!(?<=\d )\d{3} \d{3} )"
    r"(?:[178][ -]|1\.(?=\d{3}\.))?(?:\(\d{3}\) ?|\d{3}([ .-]))\d{3}(?(1)\1|[ .-])\d{4}(?![\w-])(?!\.\d)",
    "american local": r"(?<![\w.+/()-])555[ -]01\d{2}(?![\w-])",
    # no term of a sum
    "chinese mobile": r"(?<![\w.+-])(?<![\w)] [*/+-] )(?<![A-Za-z_]\()1[3-9]\d([ -]?)\d{4}\1\d{4}(?![\w*/^-])(?!\.\d)",
    "chinese landline": r"(?<![\w.-])(?:\(0\d{2,3}\)|（0\d{2,3}）|0\d{2,3}[ -]) ?[2-9]\d{2,3}[ -]?\d{4}(?![\d-])",
    # of several countries, in the groups that they write; behind a name in Latin letters where a word tells
    "mobile": r"(?<![\w.+/*-])(?<!\d[ .])0[1-9]\d{0,3}([ -])\d{3,8}(?:\1\d{3,5}){0,2}(?![\w*/^-])(?![.,]\d)(?! \d)",
    "chinese mobile" + _BEHIND_NAME: r"(?<=[A-Z][a-z])1[3-9]\d{9}(?!\w)|(?<=[a-z]{2})1[3-9]\d{9}(?!\w)",
    "french": r"(?<![\w.-])(?<!\d[ .])0[1-9]([ .-])\d{2}(?:\1\d{2}){3}(?![\w-])(?![ .]\d)",
}
# ASCII: a Han character beside a number is no part of it
_PATTERNS = {form: re.compile(pattern, re.ASCII) for form, pattern in _FORMS.items()}
_ANY = re.compile(r"(?<![\w+.])[+(]{0,2}\d(?:[ ./()‑–-]{0,3}\d){6,14}(?![\d%])(?![.,]\d)", re.ASCII)
_YEARS = re.compile(r"(?:1[5-9]|20)\d\d\s*[-–/ ]\s*(?:1[5-9]|20)\d\d|(?:1[5-9]|20)\d\d[-./]\d\d?[-./]\d\d?", re.ASCII)
_NUMBER_BEFORE = re.compile(
    r"(?:\b(?:ids?|no|number of|order|serial|ticket|invoice|isbn|issn|doi|sku|ref|balance|seed|code|item|case|"
    r"commande|population(?: of)?)|"
    r"[#$€£¥№]|编号|订单号?|单号|序列号|流水号|学号|工号|货号|共计|总计|人口)[\s.:：#=为是]{0,3}$",
    re.IGNORECASE | re.ASCII,
)


_MOBILE_COUNTRIES = ("GB", "AU", "IE", "NZ", "DE", "JP", "KR", "TW", "ZA")
_CALLED = re.compile(r"\b(?:contact|call|phone|tel|mobile|text|mob|cell|ring)\b[^\n.!?]{0,40}$", re.IGNORECASE)


def phones(text: str, start: int, end: int) -> Iterator[Found]:
    """Telephone numbers in the forms of several countries, or any number right after a word such as `tel`."""
    for form, pattern in _PATTERNS.items():
        for match in pattern.finditer(text, start, end):
            if form == "international" and not _is_international(match[0]):
                continue
            if form == "mobile" and not _is_mobile(match[0]):
                continue
            if form.endswith(_BEHIND_NAME) and not _CALLED.search(before(text, match.start())):
                continue
            if form in ("chinese mobile", "american", "mobile") and _NUMBER_BEFORE.search(before(text, match.start())):
                continue
            yield Found("phone", match.start(), match.end(), form.removesuffix(_BEHIND_NAME))
    for match in _ANY.finditer(text, start, end):
        if PHONE_WORD.search(before(text, match.start())) and not _YEARS.match(match[0]):
            yield Found("phone", match.start(), match.end(), "any")


def _is_international(number: str) -> bool:
    """A plus is sign enough for a number of a possible length; two zeros are not."""
    try:
        parsed = phonenumbers.parse(re.sub(r"^00", "+", number))
    except phonenumbers.NumberParseException:
        return False
    return bool((phonenumbers.is_possible_number if number[0] == "+" else phonenumbers.is_valid_number)(parsed))


def _is_mobile(number: str) -> bool:
    """Whether a number with its zero is one of a mobile telephone, in the groups in which its country writes it."""
    for country in _MOBILE_COUNTRIES:
        try:
            parsed = phonenumbers.parse(number, country)
        except phonenumbers.NumberParseException:
            continue
        if not phonenumbers.is_valid_number_for_region(parsed, country):
            continue
        written = phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.NATIONAL)
        is_written = written.replace("-", " ") == number.replace("-", " ")
        if is_written and phonenumbers.number_type(parsed) == phonenumbers.PhoneNumberType.MOBILE:
            return True
    return False
