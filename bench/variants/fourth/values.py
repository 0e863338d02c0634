"""Personal data and secrets, weighed as one meets them: mostly mail and telephone; each number passes its check."""

import random
import string
from collections.abc import Callable

from variants.contract import Make, Planted
from variants.fourth.contexts import CONTEXTS, PEOPLE, ROWS
from variants.parts import ALPHANUMERIC, digits, grouped, iban, luhn, picked, resident, value_after

URL_SAFE = ALPHANUMERIC + "-_"
HOSTS = ("fernhill-partners.com", "alderwood.org", "stmarys-school.co.uk", "millbrook.net", "oldharbour.ie")
SCHOLARS = ("cs.fernhill.edu", "med.alderwood.ac.uk", "chem.millbrook.edu.au", "uni-talheim.de")
CHINESE_FIRMS = ("wanqu-tech.com.cn", "shanjia.cn", "beihu-group.com", "mail.wanqu.edu.cn")
COUNTRIES = ("yahoo.co.uk", "web.de", "gmx.net", "mail.ru", "naver.com", "yahoo.co.in", "live.com", "bigpond.com")

# --- check digits -----------------------------------------------------------------------------------

ODD = dict(zip(string.digits + string.ascii_uppercase, (
    1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22,
    25, 24, 23,
), strict=True))  # fmt: skip


def italian_person(draw: random.Random) -> str:
    """An Italian tax code: letters of the names, birth, town and a letter made of the rest (D.M. 23/12/1976)."""
    consonants, day = "BCDFGLMNPRSTVZ", draw.randrange(1, 29) + draw.choice((0, 40))
    town = draw.choice(("H501", "F205", "L219", "A944", "D612"))
    body = f"{picked(draw, consonants, 6)}{draw.randrange(50, 99)}{draw.choice('ABCDEHLMPRST')}{day:02}{town}"
    values = (ODD[c] if i % 2 == 0 else int(c) if c.isdigit() else ord(c) - 65 for i, c in enumerate(body))
    return body + chr(65 + sum(values) % 26)


def polish_person(draw: random.Random) -> str:
    """A Polish number of a person born before 2000 (PESEL): the weighed sum of all digits ends in zero."""
    body = f"{draw.randrange(50, 99)}{draw.randrange(1, 13):02}{draw.randrange(1, 29):02}{digits(draw, 4)}"
    return body + str(-sum(int(d) * w for d, w in zip(body, (1, 3, 7, 9, 1, 3, 7, 9, 1, 3), strict=True)) % 10)


def brazilian_person(draw: random.Random) -> str:
    """A Brazilian tax number (CPF) without its marks, with its two check digits."""
    body = digits(draw, 9)
    for size in (10, 11):
        body += str(-sum(int(d) * w for d, w in zip(body, range(size, 1, -1), strict=True)) % 11 % 10)
    return body


def south_african(draw: random.Random) -> str:
    """A South African number: birth, four digits, citizen, an eight, the check digit of cards."""
    return luhn(f"{draw.randrange(50, 99)}{draw.randrange(1, 13):02}{draw.randrange(1, 29):02}{digits(draw, 4)}08")


def indian_taxpayer(draw: random.Random) -> str:
    """An Indian tax number of a person (PAN): five letters, the fourth a P, four digits, a letter."""
    letters = string.ascii_uppercase
    return f"{picked(draw, letters, 3)}P{draw.choice(letters)}{draw.randrange(1, 9999):04}{draw.choice(letters)}"


def italian_account(draw: random.Random) -> str:
    """An Italian account with its own check letter (CIN) inside."""
    body = f"{draw.choice(('03069', '02008', '05034'))}{digits(draw, 5)}{digits(draw, 12)}"
    return chr(65 + sum(ODD[c] if i % 2 == 0 else int(c) for i, c in enumerate(body)) % 26) + body


# --- the values, and what stands around them --------------------------------------------------------


def office_mail(draw: random.Random, who: str) -> str:
    """The address of somebody at a firm or a school, as its scheme has it."""
    first, last = who.split(".")
    return f"{draw.choice((who, first, f'{first[0]}.{last}', f'{first}_{last}'))}@{draw.choice(HOSTS)}"


def scholar(draw: random.Random, who: str) -> str:
    """An address at a university."""
    first, last = who.split(".")
    name = draw.choice((f"{first[0]}.{last}", last, f"{first[0]}{last}{draw.randrange(2, 9)}"))
    return f"{name}@{draw.choice(SCHOLARS)}"


def country_mail(draw: random.Random, who: str) -> str:
    """An address at a free host of a country."""
    first, last = who.split(".")
    name = draw.choice((f"{first}{last}", f"{last}.{first}", f"{first}-{last}"))
    return f"{name}{digits(draw, 2)}@{draw.choice(COUNTRIES)}"


def firm_cn(draw: random.Random, who: str) -> str:
    """An address at a Chinese firm or university."""
    first, last = who.split(".")
    name = draw.choice((f"{last}{first}", f"{first[0]}{last}", f"{last}.{first}"))
    return f"{name}@{draw.choice(CHINESE_FIRMS)}"


def free_cn(draw: random.Random, who: str) -> str:
    """An address at a large Chinese host."""
    first, last = who.split(".")
    return f"{last}{first}{digits(draw, 3)}@{draw.choice(('163.com', '126.com', 'qq.com', 'sina.com.cn'))}"


def role(draw: random.Random, who: str) -> str:
    """The address of an office."""
    return f"{draw.choice(('info', 'office', 'bookings', 'secretary', 'admissions'))}@{draw.choice(HOSTS)}"


def us_area(draw: random.Random) -> str:
    """An American area code and the three digits behind it."""
    return f"{draw.choice((212, 303, 404, 503, 617, 713, 818))} {draw.choice((234, 347, 462, 586, 731, 867, 922))}"


def us(draw: random.Random, form: str) -> str:
    """An American number: {0} the area, {1} three digits, {2} four."""
    return form.format(*us_area(draw).split(), digits(draw, 4))


def cn_mobile(draw: random.Random) -> str:
    """A Chinese mobile number."""
    return f"{draw.choice((133, 135, 138, 150, 152, 177, 185, 187, 199))}{digits(draw, 8)}"


def household(draw: random.Random) -> str:
    """The address of a household on the internet."""
    first = draw.choice((31, 50, 68, 79, 84, 92, 108, 117, 174, 213))
    return ".".join(map(str, (first, *(draw.randrange(1, 255) for _ in range(3)))))


def home_ip6(draw: random.Random) -> str:
    """An address of a household, groups of zeros left out."""
    return f"2a02:{draw.randrange(4096, 65536):x}:{draw.randrange(256, 4096):x}::{draw.randrange(256, 65536):x}"


def social_security(draw: random.Random) -> str:
    """A US social security number that may have been given out."""
    return f"{draw.randrange(101, 600)}-{draw.randrange(10, 99)}-{draw.randrange(1000, 9999)}"


def german_account(draw: random.Random) -> str:
    """A German account in groups, as invoices print it."""
    bank = draw.choice(("20050550", "43060967", "70150000"))
    return grouped(iban("DE", f"{bank}{digits(draw, 10)}"), 4, 4, 4, 4, 4, 2)


def british_account(draw: random.Random) -> str:
    """A British account in groups."""
    return grouped(iban("GB", f"{draw.choice(('HBUK', 'MIDL', 'LOYD'))}{digits(draw, 14)}"), 4, 4, 4, 4, 4, 2)


def french_mobile(draw: random.Random) -> str:
    """A French mobile number in pairs."""
    return "06." + grouped(draw.choice("1258") + digits(draw, 7), 2, 2, 2, 2, mark=".")


Value = Callable[[random.Random, str], str]  # draw, who (`anna.reed`)
PERSONAL: dict[str, tuple[str, Value]] = {  # variant: what it stands in, how it is drawn
    "email_office": ("signature", office_mail),
    "email_role": ("imprint", role),
    "email_scholar": ("paper", scholar),
    "email_commit": ("commit", office_mail),  # the history of a program
    "email_country": ("email", country_mail),
    "email_free_cn": ("email", free_cn),
    "email_firm_cn": ("imprint", firm_cn),
    "email_row": ("row", country_mail),  # a table of values between commas
    "email_registrant": ("registry", office_mail),  # who owns a domain
    "email_link": ("link", office_mail),  # within an address of a page
    "email_square": ("email", lambda d, who: office_mail(d, who).replace("@", "[at]")),
    "email_hash": ("hash", lambda d, who: free_cn(d, who).replace("@", "#")),  # the usual guard on Chinese boards
    "email_wide": ("email_wide", lambda d, who: free_cn(d, who).replace("@", "＠")),
    "phone_us_ten": ("phone", lambda d, who: us(d, "{0}{1}{2}")),
    "phone_us_area": ("signature_phone", lambda d, who: us(d, "({0}) {1}-{2}")),
    "phone_us_plus": ("phone", lambda d, who: us(d, "+1 ({0}) {1}-{2}")),
    "phone_us_extension": ("extension", lambda d, who: us(d, "{0}-{1}-{2}")),
    "phone_us_row": ("row", lambda d, who: us(d, "+1{0}{1}{2}")),
    "phone_gb_mobile_plus": ("phone", lambda d, who: f"+44 7{d.choice((400, 811, 889, 968))} {digits(d, 6)}"),
    "phone_gb_mobile_eleven": ("phone", lambda d, who: f"07{d.choice((402, 711, 812, 979))}{digits(d, 6)}"),
    "phone_gb_london": ("imprint_phone", lambda d, who: f"020 7{digits(d, 3)} {digits(d, 4)}"),
    "phone_gb_zero": ("signature_phone", lambda d, who: f"+44 (0)161 2{digits(d, 2)} {digits(d, 4)}"),
    "phone_de_mobile": ("phone", lambda d, who: f"0{d.choice((151, 160, 170, 171))}/{d.randrange(2, 9)}{digits(d, 7)}"),
    "phone_fr_points": ("imprint_phone", lambda d, who: french_mobile(d)),
    "phone_es": ("phone", lambda d, who: f"+34 6{d.randrange(10, 90)} {digits(d, 3)} {digits(d, 3)}"),
    "phone_in_ten": ("phone", lambda d, who: f"98{d.choice((10, 11, 20, 30, 40, 90))}{digits(d, 6)}"),
    "phone_in_plus": ("imprint_phone", lambda d, who: f"+91-98{d.choice((10, 11, 20, 30))}{digits(d, 6)}"),
    "phone_hk": ("phone", lambda d, who: f"+852 {d.choice((6012, 9123, 9247, 9468, 9731))} {digits(d, 4)}"),
    "phone_sg": ("phone", lambda d, who: f"+65 {d.choice((81, 82, 91, 96, 97))}{digits(d, 2)} {digits(d, 4)}"),
    "phone_tw": ("phone", lambda d, who: f"09{d.choice((10, 12, 21, 33, 55))}-{digits(d, 3)}-{digits(d, 3)}"),
    "phone_cn_mobile_named": ("imprint_phone", lambda d, who: cn_mobile(d)),
    "phone_cn_mobile_plus": ("phone", lambda d, who: f"+86 {grouped(cn_mobile(d), 3, 4, 4)}"),
    "phone_cn_mobile_eight_six": ("phone", lambda d, who: f"86{cn_mobile(d)}"),
    "phone_cn_mobile_row": ("row", lambda d, who: cn_mobile(d)),
    "phone_cn_beijing": ("imprint_phone", lambda d, who: f"010-6{digits(d, 7)}"),
    "phone_cn_extension": ("extension_cn", lambda d, who: f"021-{d.choice('56')}{digits(d, 7)}"),
    "phone_cn_wide_area": ("imprint_phone", lambda d, who: f"（0571）8{digits(d, 7)}"),
    "ip_json": ("json", lambda d, who: household(d)),
    "ip_ban": ("ban", lambda d, who: household(d)),  # the log of a guard
    "ip_originating": ("originating", lambda d, who: household(d)),  # the head of a mail
    "ip_talk": ("talk", lambda d, who: household(d)),  # who changed a page of a wiki
    "ip6_short_home": ("talk", lambda d, who: home_ip6(d)),
    "card_form": ("card", lambda d, who: grouped(luhn("4" + digits(d, 14)), 4, 4, 4, 4)),
    "card_mastercard_plain": ("card", lambda d, who: luhn(f"5{d.randrange(1, 6)}{digits(d, 13)}")),
    "card_unionpay_sixteen": ("bank_card", lambda d, who: grouped(luhn("622588" + digits(d, 9)), 4, 4, 4, 4)),
    "national_id_us_form": ("us_person", lambda d, who: social_security(d)),
    "national_id_cn_card": ("cn_card", lambda d, who: resident(d)),
    "national_id_cn_notice": ("cn_notice", lambda d, who: resident(d)),  # notices of courts and shares
    "national_id_in_tax": ("in_tax", lambda d, who: indian_taxpayer(d)),
    "national_id_it": ("it_person", lambda d, who: italian_person(d)),
    "national_id_pl": ("pl_person", lambda d, who: polish_person(d)),
    "national_id_br_plain": ("br_person", lambda d, who: brazilian_person(d)),
    "national_id_za": ("za_person", lambda d, who: south_african(d)),
    "iban_de_invoice": ("invoice", lambda d, who: german_account(d)),
    "iban_gb_groups": ("iban", lambda d, who: british_account(d)),
    "iban_it": ("iban", lambda d, who: iban("IT", italian_account(d))),
    "key_env_password": ("env", lambda d, who: picked(d, ALPHANUMERIC + "!%_-", 16)),
    "key_openai_project": ("settings", lambda d, who: f"sk-proj-{picked(d, URL_SAFE, 48)}"),
    "key_gitlab": ("settings", lambda d, who: "glpat-" + picked(d, URL_SAFE, 20)),
    "key_github_fine": (
        "settings",
        lambda d, who: f"github_pat_{picked(d, ALPHANUMERIC, 22)}_{picked(d, ALPHANUMERIC, 59)}",
    ),
    "key_sendgrid": ("settings", lambda d, who: f"SG.{picked(d, URL_SAFE, 22)}.{picked(d, URL_SAFE, 43)}"),
    "key_wechat": ("wechat", lambda d, who: f"{d.randrange(16**32):032x}"),
    "key_anthropic": ("settings", lambda d, who: f"sk-ant-api03-{picked(d, URL_SAFE, 93)}AA"),
}


ONLY = {  # forms that pages of the other language do not have
    "phone_us_ten": "en", "phone_us_extension": "en", "phone_us_row": "en", "phone_gb_mobile_eleven": "en",
    "phone_gb_london": "en", "phone_de_mobile": "en", "phone_fr_points": "en", "phone_in_ten": "en",
    "email_hash": "zh", "email_wide": "zh", "phone_cn_wide_area": "zh",
}  # fmt: skip


def personal(name: str) -> Make:
    """A line or sentence with one value of a kind after the text; None in a language without this form."""
    context, drawn = PERSONAL[name]
    after = value_after(drawn, CONTEXTS[context], PEOPLE, 1 if context in ROWS else 0.6)

    def make(draw: random.Random, text: str, language: str) -> Planted | None:
        return after(draw, text, language) if ONLY.get(name, language) == language else None

    return make
