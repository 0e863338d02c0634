"""Numbers that a state gives to a person: identity cards, social security, taxes, passports."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date

from stdnum import luhn
from stdnum.bg import egn
from stdnum.br import cpf
from stdnum.ca import sin
from stdnum.ch import ssn as ahv
from stdnum.cl import rut
from stdnum.cz import rc
from stdnum.de import idnr
from stdnum.do import cedula
from stdnum.ec import ci
from stdnum.ee import ik
from stdnum.es import dni, nie
from stdnum.fi import hetu
from stdnum.fr import nif as french_nif
from stdnum.fr import nir
from stdnum.gb import nhs
from stdnum.gr import amka
from stdnum.hr import oib
from stdnum.id import nik
from stdnum.ie import pps
from stdnum.il import idnr as israeli
from stdnum.in_ import aadhaar
from stdnum.is_ import kennitala
from stdnum.iso7064 import mod_11_2
from stdnum.it import codicefiscale
from stdnum.jp import in_ as my_number
from stdnum.kr import rrn
from stdnum.mx import curp
from stdnum.my import nric
from stdnum.nl import bsn
from stdnum.pk import cnic
from stdnum.pl import pesel
from stdnum.pt import cc, nif
from stdnum.ro import cnp
from stdnum.th import pin
from stdnum.tr import tckimlik

from llmpipe.corpus.pii.found import Found, bounded


@dataclass(frozen=True, slots=True)
class Form:
    """
    How one country writes one number.

    Args:
        pattern: The number with its separators; a letter, digit or decimal beside it is refused anyway.
        is_valid: Check of the number without separators, in capitals.
        words: One of these must stand shortly before the number: for those whose form and checksum say too little.
        void: What a stand-in begins with, so that it is nobody's ("?" leaves a character); "" where a wrong checksum
            does that.
    """

    pattern: str
    is_valid: Callable[[str], bool] = lambda number: True
    words: str = ""
    void: str = ""


def _is_date(digits: str) -> bool:
    """Whether eight digits are a day, year first."""
    try:
        date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
    except ValueError:
        return False
    return True


def _is_chinese(number: str) -> bool:
    return bool(mod_11_2.is_valid(number)) and _is_date(number[6:14])  # GB 11643-1999


def _is_hong_kong(number: str) -> bool:
    """Weights 9 to 2 and 1, a space (36) before a single letter, A = 10 also as check character; mod 11."""
    values = [int(character, 36) for character in number]
    values = [36] * (9 - len(values)) + values
    return sum(weight * value for weight, value in zip((9, 8, 7, 6, 5, 4, 3, 2, 1), values, strict=True)) % 11 == 0


def _is_taiwanese(number: str) -> bool:
    """The letter stands for two digits, in an order of its own; weights 1, 9 to 1 and 1; mod 10."""
    value = "ABCDEFGHJKLMNPQRSTUVXYWZIO".index(number[0]) + 10
    digits = [value // 10, value % 10, *map(int, number[1:])]
    return (
        sum(weight * digit for weight, digit in zip((1, 9, 8, 7, 6, 5, 4, 3, 2, 1, 1), digits, strict=True)) % 10 == 0
    )


def _is_belgian(number: str) -> bool:
    """Mod 97, with a 2 before the number of a person born since 2000 (stdnum's check reads the clock)."""
    return int(number[9:]) in (97 - int(number[:9]) % 97, 97 - int("2" + number[:9]) % 97)


# What a number is called in texts about another country, in English and Chinese
_IDENTITY = (
    r"身[份分][证證]|身[份分][号號]|个人(?:识别|身份)|個人(?:識別|身份)|公民[号號]|identity (?:card|n)|national id"
)
_TAX = r"税[号號]|[税稅][务務](?:识别|識別|编|編|id)|纳税人|納稅人|\btax (?:id|n|code)|taxpayer"
_INSURANCE = r"社会?保[险障]|社會保[險障]|国民保险|國民保險|social insurance"
_SECURITY = r"\bSSN\b|social security|社会安全|社會安全|社安[号號]|社会?保障?[号號]|社会保险[号號]"
_MMDD = r"(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])"
_DDMM = r"(?:0[1-9]|[12]\d|3[01])(?:0[1-9]|1[0-2])"
FORMS: dict[str, Form] = {
    "BE": Form(r"\d{2}\.\d{2}\.\d{2}-\d{3}[. ]\d{2}", _is_belgian),
    "BG": Form(r"\d{6} ?\d{3} ?\d", egn.is_valid, rf"\bEGN\b|ЕГН|{_IDENTITY}"),
    "BR": Form(r"\d{3}\.\d{3}\.\d{3}-\d{2}", cpf.is_valid),
    "BR bare": Form(r"\d{11}", cpf.is_valid, rf"\bCPF\b|{_TAX}"),
    "CA": Form(
        r"\d{3}[ -]?\d{3}[ -]?\d{3}",
        sin.is_valid,
        rf"(?-i:\bSIN\b|\bNAS\b)|assurance sociale|{_INSURANCE}",
    ),
    "CH": Form(r"756\.?\d{4}\.?\d{4}\.?\d{2}", ahv.is_valid),
    "CL": Form(r"\d{1,2}\.\d{3}\.\d{3}-[\dKk]", rut.is_valid),
    "CL bare": Form(r"\d{7,8}-[\dKk]", rut.is_valid, r"\bR\.?U\.?[TN]\b|rol único"),
    "CN": Form(rf"\d{{6}}[ -]?(?:18|19|20)\d{{2}}{_MMDD}[ -]?\d{{3}}[\dXx]", _is_chinese),
    "CN 1984": Form(rf"\d{{8}}{_MMDD}\d{{3}}", lambda number: _is_date("19" + number[6:12]), "身[份分][证證]", "99"),
    "CZ": Form(r"\d{2}[0-35-8]\d[0-3]\d/\d{4}", rc.is_valid),
    "DE": Form(r"\d{2} ?\d{3} ?\d{3} ?\d{3}", idnr.is_valid, rf"steuer|id-?nr|identifikationsnummer|{_TAX}"),
    "DK": Form(rf"{_DDMM}\d{{2}}[- ]?\d{{4}}", words=r"\bCPR\b|personnummer|丹麦.{0,6}(?:身份|人[号口])", void="00"),
    "DO": Form(r"\d{3}-?\d{7}-?\d", cedula.is_valid, rf"c[ée]dula|{_IDENTITY}"),
    "EC": Form(r"\d{9}-?\d", ci.is_valid, r"c[ée]dula|(?-i:\bC\.?I\b)|厄瓜多尔.{0,6}身份"),
    "EE": Form(rf"[1-8]\d{{2}}{_MMDD}\d{{4}}", ik.is_valid, rf"isikukood|asmens kod|{_IDENTITY}"),  # and LT
    "ES": Form(r"\d{8}-?[A-Za-z]|\d{2}\.\d{3}\.\d{3}-?[A-Z]", dni.is_valid),
    "ES foreign": Form(r"[XYZxyz]-?\d{7}-?[A-Za-z]", nie.is_valid),
    "FI": Form(rf"{_DDMM}\d{{2}}[-+A-F]\d{{3}}[0-9A-Y]", hetu.is_valid),
    "FR": Form(r"[12] ?\d{2} ?(?:0[1-9]|1[0-2]|[2-9]\d) ?(?:\d{2}|2[AB]) ?\d{3} ?\d{3} ?\d{2}", nir.is_valid),
    "FR tax": Form(r"[0-3]\d ?\d{2} ?\d{3} ?\d{3} ?\d{3}", french_nif.is_valid, rf"\bNIF\b|fiscal|\bSPI\b|{_TAX}"),
    "GB": Form(r"(?!BG|GB|KN|NK|NT|TN|ZZ)[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z] ?\d{2} ?\d{2} ?\d{2} ?[A-D]", void="QQ"),
    "GB health": Form(r"\d{3}[ -]?\d{3}[ -]?\d{4}", nhs.is_valid, r"\bNHS\b|国民保健|國民保健"),
    "GR": Form(rf"{_DDMM}\d{{7}}", amka.is_valid, rf"\bAMKA\b|ΑΜΚΑ|{_INSURANCE}"),
    "HK": Form(r"[A-Z]{1,2}\d{6} ?\([0-9A]\)", _is_hong_kong),
    "HR": Form(r"(?:HR ?)?\d{11}", oib.is_valid, rf"\bOIB\b|{_IDENTITY}"),
    "ID": Form(r"\d{16}", nik.is_valid, rf"(?-i:\bNIK\b)|\bKTP\b|kependudukan|{_IDENTITY}"),
    "IE": Form(r"\d{7}[A-W][A-IW]?", pps.is_valid, r"\bPPS|公共服务号"),
    "IL": Form(r"\d{5,8}-?\d", israeli.is_valid, "זהות|teudat zehut|israeli id|以色列.{0,6}身份"),
    "IN": Form(r"[2-9]\d{3}[ -]?\d{4}[ -]?\d{4}", aadhaar.is_valid, rf"aadhaa?r|आधार|\bUID|{_IDENTITY}"),
    "IN tax": Form(r"[A-Z]{3}P[A-Z]\d{4}[A-Z]", void="???X"),
    "IS": Form(rf"{_DDMM}\d{{2}}-?\d{{3}}[09]", kennitala.is_valid, rf"kennit|{_IDENTITY}"),
    "IT": Form(
        r"[A-Z]{3} ?[A-Z]{3} ?[\dL-NP-V]{2}[A-EHLMPRST][\dL-NP-V]{2} ?[A-Z][\dL-NP-V]{3}[A-Z]", codicefiscale.is_valid
    ),
    "JP": Form(r"\d{4}[ -]?\d{4}[ -]?\d{4}", my_number.is_valid, r"マイナンバー|個人番号|my number|individual number"),
    "KR": Form(rf"\d{{2}}{_MMDD}-[1-8]\d{{6}}", rrn.is_valid),
    "KR 2020": Form(  # numbers given since then have no checksum
        rf"\d{{2}}{_MMDD}-?[0-9]\d{{6}}",
        words=r"주민|외국인등록|resident registration|\bRRN\b|韩国.{0,6}(?:身份|居民)",
        void="??00",
    ),
    "MX": Form(r"[A-Z][AEIOUX][A-Z]{2}\d{6}[HMX][A-Z]{5}[A-Z\d]\d", curp.is_valid),
    "MY": Form(rf"\d{{2}}{_MMDD}-\d{{2}}-\d{{4}}", nric.is_valid, void="??00"),
    "NL": Form(
        r"\d{9}|\d{4}[. ]\d{2}[. ]\d{3}", bsn.is_valid, r"\bBSN\b|burgerservice|sofi-?nummer|荷兰.{0,6}(?:身份|公民|税)"
    ),
    "NO": Form(
        rf"{_DDMM}\d{{2}} ?\d{{5}}",
        words=r"f[øo]dselsnummer|personnummer|\bfnr\b|挪威.{0,6}(?:身份|人[号口])",
        void="00",
    ),
    "PK": Form(r"[1-7]\d{4}-\d{7}-\d", cnic.is_valid, void="0"),
    "PL": Form(r"\d{11}", pesel.is_valid, rf"pesel|{_IDENTITY}"),
    "PT": Form(
        r"\d{8} ?\d ?[A-Z\d]{2}\d",
        cc.is_valid,
        rf"cart[ãa]o|cidad[ãa]o|citizen|identidade|(?-i:\bCC\b)|{_IDENTITY}",
    ),
    "PT tax": Form(r"(?:PT ?)?\d{3} ?\d{3} ?\d{3}", nif.is_valid, rf"\bNIF\b|contribuinte|{_TAX}"),
    "RO": Form(r"[1-9]\d{12}", cnp.is_valid, rf"\bCNP\b|cod numeric|{_IDENTITY}"),
    "SE": Form(rf"(?:19|20)?\d{{2}}{_MMDD}[-+]\d{{4}}", lambda number: bool(luhn.is_valid(number[-10:]))),
    "TH": Form(r"\d-\d{4}-\d{5}-\d{2}-\d", pin.is_valid),
    "TR": Form(r"[1-9]\d{10}", tckimlik.is_valid, rf"\bT\.?C\.?\b|kimlik|{_IDENTITY}"),
    "TW": Form(r"[A-Z][1289]\d{8}", _is_taiwanese, r"身[分份][證证]|\b(?:id|identity|identification)\b"),
    "US": Form(r"(?!000|666)\d{3}-(?!00)\d{2}-(?!0000)\d{4}", void="000"),
    "US bare": Form(r"(?!000|666)\d{3} ?(?!00)\d{2} ?(?!0000)\d{4}", words=_SECURITY, void="000"),
    "ZA": Form(
        rf"\d{{2}}{_MMDD} ?\d{{4}} ?[01]\d ?\d", luhn.is_valid, r"south african|\bID (?:no|num)|identity (?:no|num|doc)"
    ),
    "passport": Form(r"[A-Z]{1,2}\d{7,8}|\d{9}", words=r"passport|passeport|pasaporte|护照|護照|通行证", void="XX"),
}
# a letter, digit or decimal beside a number is a part of it
_BEGIN, _END = r"(?=[A-Za-z0-9])(?<![A-Za-z0-9_])(?<![0-9][.,/-])", r"(?![A-Za-z0-9_])(?![.,/-][0-9])"
_PATTERNS = {name: re.compile(f"(?:{form.pattern}){_END}", re.ASCII) for name, form in FORMS.items()}
_ANY = re.compile(f"{_BEGIN}(?:{'|'.join(form.pattern for form in FORMS.values())}){_END}", re.ASCII)
_WORDS = {name: re.compile(bounded(form.words), re.IGNORECASE) for name, form in FORMS.items() if form.words}
_REACH = 80  # characters before a number in which its word is looked for


def compact(number: str) -> str:
    """A number without separators, in capitals."""
    return re.sub(r"[^0-9A-Za-z]", "", number).upper()


def is_id(number: str, form: str) -> bool:
    """Whether the checks of a form accept a number."""
    return FORMS[form].is_valid(number if form == "FI" else compact(number))  # a Finnish sign tells the century


def national_ids(text: str, start: int, end: int) -> Iterator[Found]:
    """Numbers of the forms in `FORMS` that pass their check, and stand behind a word for them where one is asked."""
    position = start
    while (candidate := _ANY.search(text, position, end)) is not None:
        found = _first_id(text, candidate.start(), end)
        if found is not None:
            yield found
        position = found.end if found is not None else candidate.start() + 1


def _first_id(text: str, start: int, end: int) -> Found | None:
    """The number that begins here, in the first form that it satisfies."""
    for form, pattern in _PATTERNS.items():
        match = pattern.match(text, start, end)
        if match is None or not is_id(match[0], form):
            continue
        if form not in _WORDS or _WORDS[form].search(text, max(0, start - _REACH), start):
            return Found("national_id", start, match.end(), form)
    return None
