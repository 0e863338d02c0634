"""Personal data and secrets: what must be found and what must stay, and stand-ins that are nobody's."""

import random
import re
import string

import phonenumbers
import pytest
from stdnum import iban, luhn
from stdnum.br import cpf
from stdnum.es import dni

from llmpipe.config import CleanConfig
from llmpipe.corpus import pii
from llmpipe.corpus.characters import Characters
from llmpipe.corpus.pii import fakes, internet, national
from llmpipe.corpus.pii import found as runs
from llmpipe.corpus.pii.credentials import bits_per_character
from llmpipe.corpus.pii.found import Found
from llmpipe.corpus.pii.looks import ALL, looks
from llmpipe.corpus.text import codes_of

POLICIES = dict(CleanConfig().pii)
FAKE = dict.fromkeys(POLICIES, "fake")
# letters and digits in disorder, cut to length: tokens are put together here so that no scanner takes them for real
DISORDER = "q7Zt2Xb9Kd4Wm8Rv5Ny3Hc6Ls1Pg0Fj7Ua4Ek9Oi2Tx5Bw8Dz3Mq6Vr1Yn0Ch4Sl7Gp2Jf5Au8Ke3Io6"
HEX = "9f86d081884c7d659a2feaa0c55ad015"


def test_every_kind_has_a_policy_and_a_placeholder():
    assert tuple(POLICIES) == pii.KINDS
    assert set(POLICIES.values()) == {"redact"}


# --- found ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "redacted"),
    [
        ("Write to ann.lee+x@mail.example.com.", "Write to [EMAIL]."),
        ("mailto:a@b.io, b@c.org", "mailto:[EMAIL], [EMAIL]"),
        ("邮箱：ann@example.com，谢谢", "邮箱：[EMAIL]，谢谢"),
        ("ann [at] example [dot] org", "[EMAIL]"),
        ("gael dot varoq at normal dot org, nico AT tek DOT net", "[EMAIL], [EMAIL]"),
        ("reach ann at example dot com or ANN AT EXAMPLE DOT ORG", "reach [EMAIL] or [EMAIL]"),
        ("Call (212) 555-0123 or 212-555-0199.", "Call [PHONE] or [PHONE]."),
        ("1.212.555.0123, 212.555.0123, 212 555 0123", "[PHONE], [PHONE], [PHONE]"),
        ("Call +1-555-0186 now", "Call [PHONE] now"),
        ("+44 20 7946 0958 or +44 (0)20 7946 0958 or 0044 20 7946 0958", "[PHONE] or [PHONE] or [PHONE]"),
        ("+290 8999", "[PHONE]"),
        ("手机13800138000，座机010-62551234", "手机[PHONE]，座机[PHONE]"),
        ("138-0013-8000", "[PHONE]"),
        ("Tél. 01 99 00 12 34", "Tél. [PHONE]"),
        ("Telefon: 030 / 23125 123", "Telefon: [PHONE]"),
        ("地址2001:db8::1，fe80::1。", "地址[IP]，fe80::1。"),
        ("Open 192.168.0.1 or 10.0.0.138, not 203.0.113.9.", "Open 192.168.0.1 or 10.0.0.138, not [IP]."),
        ("host 192.0.2.17 and 2001:db8::8a2e:370:7334", "host [IP] and [IP]"),
        ("card 4111 1111 1111 1111 ok", "card [CARD] ok"),
        ("卡号4111111111111111。", "卡号[CARD]。"),
        ("IBAN GB82 WEST 1234 5698 7654 32 THE END", "IBAN [IBAN] THE END"),
        ("DE89370400440532013000", "[IBAN]"),
        ("MT84MALT011000012345MTLCAST001S.", "[IBAN]."),
    ],
)
def test_personal_data_is_redacted(text, redacted):
    assert pii.redact(text, POLICIES, 1)[0] == redacted


@pytest.mark.parametrize(
    ("form", "text", "number"),
    [  # examples of the offices themselves, of Wikipedia and of python-stdnum
        ("CN", "身份证{}", "11010519491231002X"),
        ("CN 1984", "身份证号：{}，", "110105491231002"),
        ("HK", "身份證{}。", "A123456(3)"),
        ("TW", "身分證字號：{}", "A123456789"),
        ("US", "SSN {}", "123-45-6789"),
        ("US bare", "SSN: {}", "123456789"),
        ("FR", "NIR {}.", "2 95 10 99 126 111 93"),
        ("DE", "Steuer-ID: {}", "36 574 261 809"),
        ("ES", "DNI {}", "54362315-K"),
        ("ES", "dni {}", "54362315k"),
        ("ES foreign", "NIE {}", "X-2482300W"),
        ("IT", "c.f. {}", "RCCMNL83S18D969H"),
        ("PT", "Cartão de cidadão {}", "00000000 0 ZZ4"),
        ("NL", "BSN {}", "1112.22.333"),
        ("GB", "NI number {}", "AB 12 34 56 C"),
        ("GB health", "NHS number: {}", "943-476-5919"),
        ("BR", "({})", "390.533.447-05"),
        ("BR bare", "CPF {}", "39053344705"),
        ("IN", "Aadhaar: {}", "2341 2341 2346"),
        ("IN tax", "PAN {}", "ACUPA7085R"),
        ("JP", "マイナンバー：{}", "6214 9832 0257"),
        ("KR", "{}", "971013-2019903"),
        ("PL", "PESEL {}", "44051401359"),
        ("SE", "{}", "880320-0016"),
        ("FI", "hetu {}", "131052-308T"),
        ("BE", "{}", "85.07.30-033 28"),
        ("CH", "AHV {}", "756.9217.0769.85"),
        ("MX", "{}", "BOXW310820HNERXN09"),
        ("CL", "{}", "12.531.909-2"),
        ("ZA", "ID number: {}", "7503305044089"),
        ("passport", "护照号{}，", "E12345678"),
    ],
)
def test_national_numbers_are_found_in_their_form(form, text, number):
    sentence = text.format(number)
    start = sentence.index(number)

    assert pii.find(sentence) == [Found("national_id", start, start + len(number), form)]
    assert pii.redact(sentence, POLICIES, 1)[0] == text.format("[ID]")


@pytest.mark.parametrize(
    ("text", "redacted"),
    [
        ("王芳的SSN是152 84 6498。", "王芳的SSN是[ID]。"),
        ("美国社会安全号码：152846498", "美国社会安全号码：[ID]"),
        ("德国税务识别号82 514 046 975，姓名刘洋。", "德国税务识别号[ID]，姓名刘洋。"),
        ("他的NHS号码是943 476 5919。", "他的NHS号码是[ID]。"),
        ("加拿大SIN号123 456 782", "加拿大SIN号[ID]"),
        ("身份证 110105-19491231-002X", "身份证 [ID]"),
        ("codice fiscale RSS MRA 85T10 A562S", "codice fiscale [ID]"),
        ("办公室Tel：87654321", "办公室Tel：[PHONE]"),
        ("请Call 07123456789找他。", "请Call [PHONE]找他。"),
    ],
)
def test_words_for_a_number_stand_between_han_characters_too(text, redacted):
    assert pii.redact(text, dict.fromkeys(pii.KINDS, "redact"), 1)[0] == redacted


@pytest.mark.parametrize(
    "text",
    [
        "公司去年卖出152 84 6498件。",
        "共有82 514 046 975个字。",
        "L'hôtel 12345678 est là.",
        "税率为13%，12 345 678 901元。",
    ],
)
def test_without_such_a_word_they_stay(text):
    assert pii.redact(text, dict.fromkeys(pii.KINDS, "redact"), 1)[0] == text


@pytest.mark.parametrize(
    "token",
    [
        "AKIA" + "IOSFODNN7EXAMPLE",
        "ghp_" + DISORDER[:36],
        "github_pat_" + DISORDER[:22] + "_" + DISORDER[:59],
        "glpat-" + DISORDER[:20],
        "xoxb-" + "123456789012-" + DISORDER[:24],
        "sk_live_" + DISORDER[:24],
        "AIza" + DISORDER[:35],
        "sk-" + DISORDER[:48],
        "sk-proj-" + DISORDER[:48],
        "sk-" + HEX,
        "hf_" + DISORDER[:34],
        "npm_" + DISORDER[:36],
        "LTAI" + DISORDER[:20],
        "eyJhbGciOiJIUzI1NiJ9." + "eyJzdWIiOiIxMjM0NSJ9." + DISORDER[:43],
    ],
    ids=lambda token: token[:8],
)
def test_tokens_are_told_by_their_makers_prefix(token):
    assert pii.redact(f"用{token}，or ({token}).", POLICIES, 1)[0] == "用[SECRET]，or ([SECRET])."


@pytest.mark.parametrize(
    ("text", "redacted"),
    [
        (f'api_key = "{HEX}"', 'api_key = "[SECRET]"'),
        (f'{{"access_token": "{HEX}", "n": 1}}', '{"access_token": "[SECRET]", "n": 1}'),
        (f"AWS_SECRET_ACCESS_KEY={DISORDER[:40]}", "AWS_SECRET_ACCESS_KEY=[SECRET]"),
        (f"Authorization: Bearer {DISORDER[:30]}", "Authorization: Bearer [SECRET]"),
        (f"https://api.test/v1?token={HEX}&page=2", "https://api.test/v1?token=[SECRET]&page=2"),
        ("host=db password=s3cret-Pass user=x", "host=db password=[SECRET] user=x"),
        ("Your password: Tr0ub4dor&3.", "Your password: [SECRET]&3."),
        ('self.password: str = "correct horse 1"', 'self.password: str = "correct horse 1"'),
        ('password: str = "Tr0ub4dor&3"', 'password: str = "[SECRET]"'),
        ("The password is hunter2. 密码是abc12345。", "The password is [SECRET]. 密码是[SECRET]。"),
        ("密码：abc12345，请保密", "密码：[SECRET]，请保密"),
        ("postgres://app:s3cr3t@db.example.com:5432/main", "postgres://app:[SECRET]@db.example.com:5432/main"),
    ],
)
def test_values_that_are_called_secret_are_redacted(text, redacted):
    assert pii.redact(text, POLICIES, 1)[0] == redacted


@pytest.mark.parametrize(
    ("text", "redacted"),
    [
        ("Write to anna.reed @ gmail.com today.", "Write to [EMAIL] today."),
        ("Email: anna @ mill.example.org", "Email: [EMAIL]"),
        ("She is annareed77 @ yahoo . co . uk there.", "She is [EMAIL] there."),
        ("简历请发至 min.zhao @ 163.com ，赵敏收。", "简历请发至 [EMAIL] ，赵敏收。"),
        ("Call or text Anna: 0433 153 042", "Call or text Anna: [PHONE]"),
        ("Anna's new number is 07743 079760.", "Anna's new number is [PHONE]."),
        ("看房联系 07754 228263 孙志强，谢绝中介。", "看房联系 [PHONE] 孙志强，谢绝中介。"),
        ("080-1234-5678に電話してください", "[PHONE]に電話してください"),
        ("She is at 0912 345 678 in Taipei.", "She is at [PHONE] in Taipei."),
        ("Contact:Paul Jensen18871866997", "Contact:Paul Jensen[PHONE]"),
        (f"aws_secret_access_key = /{DISORDER[:39]}", "aws_secret_access_key = [SECRET]"),
    ],
)
def test_addresses_with_spaces_and_mobile_numbers_of_other_countries(text, redacted):
    assert pii.redact(text, dict.fromkeys(pii.KINDS, "redact"), 1)[0] == redacted
    assert looks(Characters([text]))[0] & ALL


@pytest.mark.parametrize(
    "text",
    [
        "See you @ example.com on Monday.",
        "Follow hello @example.com for news.",
        "We met @ Tom's at 5 p.m. in town.",
        "The mean was 0.433 (n @ 0.5) there.",
        "Part 0433 153 0423 of the list fits.",
        "Order no 0433 153 042 was sent.",
        "key = /usr/share/doc/mill/river/road/bridge/a",
        "Model07743079760 and file18871866997 are names.",
        "It took 0120 300 steps, 0433-153 of them up.",
    ],
)
def test_other_signs_and_numbers_stay(text):
    assert pii.redact(text, dict.fromkeys(pii.KINDS, "redact"), 1)[0] == text


@pytest.mark.parametrize("name", ["RSA PRIVATE KEY", "PRIVATE KEY", "OPENSSH PRIVATE KEY", "PGP PRIVATE KEY BLOCK"])
def test_private_keys_go_with_their_body(name):
    body = "\n".join([DISORDER[:64]] * 3 + ["abc="])
    block = f"-----BEGIN {name}-----\n{body}\n-----END {name}-----"

    assert pii.redact(f"my key:\n{block}\nkeep it", POLICIES, 1)[0] == "my key:\n[PRIVATE_KEY]\nkeep it"
    cut = block[: block.index("abc=")]
    assert pii.redact(f"{cut.strip()}\nkeep it", POLICIES, 1)[0] == "[PRIVATE_KEY]\nkeep it"


# --- left alone -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "version 2.13.0.1 and Firmware: 10.4.22.1",
        "In 1987-1995 the price was $1,234,567.89 for 12 items.",
        "f(x) = 13x^2 - 1234567x + 5",
        "a population of 13800138000, order no 13912345678",
        "ISBN 978-3-16-148410-0 and 10.1000/182",
        "card 4111 1111 1111 1112",
        "order 4111111111111111",
        "数字110105194912310021不是身份证",
        "at 12:30:45 on 2024-01-02",
        "std::vector::size and a::b::c",
        "pi is 3.14159265358979 and e 2.718281828459045",
        "0.1234567890123456 0.009947 0.126141",
        "sha 4f4045138584306e94 and F4045138584306E94",
        "follow @ann and see section 10.2.3.4",
        "127.0.0.1",
        "ObjectIdentifier('2.5.29.24') and ::ffff:127.0.0.1",
        "x.dot(a)-x.dot",
        "00 01 02 03 04 05 06 07",
        "a*x - 18153906250*y + 13453839654",
        "37.83 +63.25138759j and doi 10.1111/0081-1750.00098",
        "math-ph/0609050 and t.call(e)&&-2147483648<=e",
        "default_rng(4202165767276), int(19026377261), sin(2422020029, 702257080)",
        "1.410 606 7873 and 2.293 712 278 3963 and 0.000 000 000 0045",
        "x + 5608233007146",
        "access_key, secret_key = s3_example_simple; {key_1: password}",
        "postgresql://scott:tiger@localhost and http://user:password@host.com:80",
        "sk-ssh-ed25519-cert-v01",
        "GB00 WEST 1234 5698 7654 32",
        "2^31 = 2147483648",
        "git clone git@github.com:ann/repo.git, then open icon@2x.png",
        "he is at home dot by dot",
        "She called in 1995-2004 and the phone of 2004-05-06 rang.",
        "the numbers 36574261809 and 44051401359 have no name",
        "DNI 54362315-A and 390.533.447-06",
        "risk-averse-and-long-hyphenated-words-with-sk-learn-something-like-this",
        "The password is required, the password is not 123456 and 密码是六位数字",
        "Password: required. Password: (optional). password = input()",
        'password = os.environ["DB_PASSWORD"]; token = get_token(user)',
        "password=${PASSWORD1} pwd: /home/ann/dir1 secret: <your-secret-key-1>",
        "self.session_token = creds_2.session_token and RSAPrivateKey = rfc3447.RSAPrivateKey",
        "The token: a unit of 2048 characters. secret=aaaaaaaaaaaaaaaa1",
        "-----BEGIN PUBLIC KEY-----\n" + DISORDER[:64] + "\n-----END PUBLIC KEY-----",
        "-----BEGIN PRIVATE KEY-----\n...\n-----END PRIVATE KEY-----",
        "http://localhost:8080/a@b and https://user:${PASSWORD}@host",
    ],
)
def test_what_is_not_personal_stays(text):
    assert pii.redact(text, POLICIES, 1) == (text, [], "")


@pytest.mark.parametrize(
    "repeated", ["@", "=", "1-", "(a) ", "a AT ", "-----BEGIN PRIVATE KEY-----", "eyJaaaaaaaaaaaa"]
)
def test_long_rubbish_ends(repeated):
    """A pattern that tries all cuts of a long text would not come back from this in an hour."""
    assert pii.find(repeated * 20_000) == []


# --- policies and stand-ins -------------------------------------------------------------------------


def test_a_policy_for_each_kind():
    text = "ann@example.com 192.0.2.17"

    assert pii.redact(text, {**POLICIES, "email": "keep"}, 1) == ("ann@example.com [IP]", ["ip"], "")
    assert pii.redact(text, {**POLICIES, "ip": "drop"}, 1) == (text, [], "ip")


VALUES = {
    "email": "ann.lee@corp.io",
    "phone": "+86 138 0013 8000",
    "ip": "8.8.8.8",
    "card": "4111-1111-1111-1111",
    "national_id": "11010519491231002X",
    "iban": "GB82 WEST 1234 5698 7654 32",
    "secret": "ghp_" + DISORDER[:36],
    "private_key": f"-----BEGIN PRIVATE KEY-----\n{DISORDER[:64]}\n-----END PRIVATE KEY-----",
}
SHAPES = {
    "email": r"[a-z]{8}\d{1,3}@example\.(com|net|org)",
    "phone": r"\+86 16[1348] \d{4} \d{4}",
    "ip": r"(192\.0\.2|198\.51\.100|203\.0\.113)\.\d{1,3}",
    "card": r"4\d{3}-\d{4}-\d{4}-\d{4}",
    "national_id": r"\d{17}X",
    "iban": r"GB00 [A-Z]{4} \d{4} \d{4} \d{4} \d\d",
    "secret": r"ghp_[A-Za-z0-9]{36}",
    "private_key": r"-----BEGIN PRIVATE KEY-----\n[A-Za-z0-9]{64}\n-----END PRIVATE KEY-----",
}


@pytest.mark.parametrize("kind", VALUES)
def test_a_stand_in_has_the_form_of_its_value_and_is_the_same_everywhere(kind):
    value = VALUES[kind].replace("8.8.8.8", "88.8.8.8")

    text, kinds, dropped = pii.redact(f"a {value} b\n{value}", FAKE, seed=3)

    first, second = text.removeprefix("a ").split(" b\n")
    assert first == second != value
    assert re.fullmatch(SHAPES[kind], first)
    assert (kinds, dropped) == ([kind], "")
    assert pii.redact(value, FAKE, seed=3)[0] == first
    assert pii.redact(value, FAKE, seed=4)[0] != first


def test_one_number_in_two_forms_has_one_stand_in():
    text = pii.redact("+86 13800138000, 138-0013-8000; ANN@corp.io, ann@corp.io", FAKE, 1)[0]
    phones, mails = (part.split(", ") for part in text.split("; "))

    assert re.sub(r"\D", "", phones[0]) == "86" + re.sub(r"\D", "", phones[1])
    assert mails[0] == mails[1]


def test_nothing_of_a_password_is_kept():
    made = pii.redact('password = "ann_secret-1"', FAKE, 1)[0]

    assert re.fullmatch(r'password = "[a-z]{3}_[a-z]{6}-\d"', made)
    assert "ann_" not in made


def test_stand_ins_of_different_values_differ():
    mails = [f"user{number}@corp.io" for number in range(500)]

    assert len(set(pii.redact("\n".join(mails), FAKE, 1)[0].split("\n"))) == 500


def stand_in(kind: str, value: str, form: str = "") -> str:
    return fakes.fake(Found(kind, 0, len(value), form), value, 1)


def test_stand_ins_have_wrong_checksums():
    for number in range(200):
        card = stand_in("card", f"4{number:015d}")
        account = stand_in("iban", f"DE89{number:018d}")
        resident = stand_in("national_id", f"11010519{number:09d}X", "CN")
        assert not luhn.is_valid(card)
        assert not iban.is_valid(account)
        assert not national.is_id(resident, "CN")
        assert not cpf.is_valid(stand_in("national_id", f"{number:011d}", "BR"))
        assert not dni.is_valid(stand_in("national_id", f"{number:08d}A", "ES"))


@pytest.mark.parametrize("form", sorted(national.FORMS))
def test_no_stand_in_passes_the_check_of_its_form(form):
    """Or it begins as no number of the kind does."""
    length = 9 if form in ("passport", "US bare", "NL") else 13
    shape = {"GB": "AB123456C", "IN tax": "ACUPA7085R", "HK": "A123456(3)", "TW": "A123456789", "FI": "131052-308T"}
    value = shape.get(form, "1" * length)

    found = stand_in("national_id", value, form)

    assert len(found) == len(value)
    if national.FORMS[form].void:
        assert all(
            fixed in ("?", character) for fixed, character in zip(national.FORMS[form].void, found, strict=False)
        )
    else:
        assert not national.is_id(found, form)


@pytest.mark.parametrize(
    ("number", "shape"),
    [
        ("(212) 664-7665", r"\(\d{3}\) 555-01\d\d"),
        ("+1 212 664 7665", r"\+1 \d{3} 555 01\d\d"),
        ("06 12 34 56 78", r"0(1 99 00|6 39 98) \d\d \d\d"),
        ("+33 6 12 34 56 78", r"\+33 (1 99 00|6 39 98) \d\d \d\d"),
        ("+44 (0)20 7123 4567", r"\+44 \(0\)(20 7946 0\d{3}|77 0090 0\d{3})"),
        ("13912345678", r"16[1348]\d{8}"),
        ("010-62551234", r"010-1\d{7}"),
        ("Tel: 089 1234567", r"Tel: \d{3}-555-01\d\d"),
    ],
)
def test_telephone_stand_ins_lie_in_ranges_kept_free(number, shape):
    assert re.fullmatch(shape, pii.redact(number, FAKE, 1)[0])


@pytest.mark.parametrize("kind", [phonenumbers.PhoneNumberType.FIXED_LINE, phonenumbers.PhoneNumberType.MOBILE])
def test_in_other_countries_a_telephone_stand_in_is_outside_the_plan(kind):
    """Of the same shape, behind the same country code. Italy's numbers begin with a zero that is a part of them."""
    for region in ("AU", "BR", "DE", "IN", "IT", "JP", "KR", "MX", "RU", "ZA"):
        number = phonenumbers.example_number_for_type(region, kind)
        written = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.INTERNATIONAL)

        made = pii.redact(written, FAKE, 1)[0]

        assert re.sub(r"\d", "0", made) == re.sub(r"\d", "0", written)
        assert made.startswith(f"+{number.country_code} ")
        assert not phonenumbers.is_valid_number(phonenumbers.parse(made))


def test_entropy_by_hand():
    assert bits_per_character("abab") == 1
    assert bits_per_character(string.hexdigits[:16]) == 4


def test_a_look_misses_no_address_that_the_expressions_find():
    draw = random.Random(2)
    for _ in range(20_000):
        text = "".join(draw.choice("19.:.:aFgx ") for _ in range(draw.randint(3, 16)))
        points, colons = internet.looked(codes_of(text), 0, len(text))
        assert points or not internet._IPV4.search(text), text
        assert colons == bool(internet._TWO_COLONS.search(text)), text
    assert internet.looked(codes_of("3.14 and 2.7.1"), 0, 14) == (False, False)
    assert internet.looked(codes_of("10:12:"), 0, 6) == (False, True)


def test_a_look_at_several_texts_misses_nothing_that_the_finders_find():
    """Random texts of what numbers, secrets and addresses are made of, and the expression for runs of digits itself."""
    draw = random.Random(5)
    parts = [
        "password",
        "Key",
        "密钥",
        "=",
        ":",
        "：",
        " ",
        "\n",
        "a",
        "(at)",
        " AT ",
        " dot ",
        "@",
        "corp.io",
        "hunter22!",
    ]
    parts += ["_", "1", "23", "4-5", "67 8", "A", "Bc", ".", "+", "é", "10.2.3.4", "fe80::1f", "sk-", "ß", "FR76", "二"]
    texts = ["".join(draw.choice(parts) for _ in range(draw.randint(1, 30))) for _ in range(8_000)]
    sought = looks(Characters(texts)).tolist()

    assert [pii.find(text, one) for text, one in zip(texts, sought, strict=True)] == [pii.find(text) for text in texts]
    assert {0, ALL} < set(sought)
    for text in texts:
        assert [m.span() for m in runs._runs(text)] == [m.span() for m in runs._RUN.finditer(text)], text
    assert sum(runs._RUN.search(text) is not None for text in texts) > 500
