"""Bytes of one page of signs read as another, escapes of a whole text, and numbers of persons in two languages."""

# ruff: noqa: E501  (a line of noise is a line)

import json
import random
from collections.abc import Iterator
from functools import partial
from urllib.parse import quote, quote_plus

from stdnum import luhn
from stdnum.de import idnr
from stdnum.es import dni
from stdnum.fr import nir
from stdnum.gb import nhs
from stdnum.in_ import aadhaar
from stdnum.it import codicefiscale

from llmpipe.corpus.text import stable_hash
from llmpipe.world.draws import Draw
from variants.shaping import Make, Variant

# --- bytes -------------------------------------------------------------------------------------------

_PROSE = (  # what English prose has beyond ASCII; the number says which pages read it
    "“We’ll be late,” he said — “don’t wait…” It was Renée’s idea.",
    "She couldn’t find the crêpe pan; it’s in Zoë’s kitchen.",
    "The sign said “café – 20¢ a cup”, and nobody believed it.",
    "I’m told that they’ve moved to Málaga, where it’s warmer.",
    "‘The garçon isn’t here,’ said Jürgen, ‘and hasn’t been since May.’",
    "That wasn’t naïve: they’d paid £30 for the façade.",
)
_SINGLE = (
    *(("cp1252", wrong) for wrong in ("mac_roman", "cp437", "cp850", "cp1251", "cp1250", "mac_cyrillic", "koi8-r")),
    *(("mac_roman", wrong) for wrong in ("cp1252", "cp437", "cp850", "cp1251", "cp1250", "latin-1", "koi8-r")),
    *(("utf-8", wrong) for wrong in ("cp437", "cp850", "cp852", "cp866", "koi8-r", "mac_roman", "cp1254", "cp1257", "cp1253", "cp1255", "cp1256", "cp775", "mac_greek", "mac_turkish")),
)  # fmt: skip


def _with_prose(number: int, text: str) -> str:
    return f"{text} {_PROSE[number % len(_PROSE)]}"


def _browser(right: str, wrong: str) -> Make:
    """Misread as browsers do: a byte without a character is the control of its number."""

    def made(draw: Draw, text: str) -> str | None:
        try:
            data = text.encode(right)
        except UnicodeError:
            return None
        return "".join(
            chr(byte) if (sign := bytes((byte,)).decode(wrong, "replace")) == "\ufffd" else sign for byte in data
        )

    return made


def _bytes() -> Iterator[Variant]:
    for number, (right, wrong) in enumerate(_SINGLE):
        for other in range(2):
            carrier = partial(_with_prose, number + 3 * other)
            yield Variant("pages", f"page_{right}_{wrong}_{other}", "en", _browser(right, wrong), "repair", carrier)
    for right in ("utf-8", "gb18030", "big5"):
        for wrong in ("cp1251", "cp850", "koi8-r", "cp1250", "mac_roman", "cp1253", "cp866"):
            yield Variant("pages", f"page_zh_{right}_{wrong}", "zh", _browser(right, wrong), "repair")


# --- escapes of whole texts --------------------------------------------------------------------------


def _form(key: str, plus: bool) -> Make:
    def made(draw: Draw, text: str) -> str:
        return key + (quote_plus(text) if plus else quote(text))

    return made


def _some(make: Make) -> Make:
    """The last sentence only."""

    def made(draw: Draw, text: str) -> str | None:
        head, stop, rest = text.rstrip().rpartition(". ")
        dirty = make(draw, rest) if stop else None
        return None if dirty is None else f"{head}. {dirty}"

    return made


def _json(draw: Draw, text: str) -> str:
    return json.dumps(text)[1:-1]


def _json_slashes(draw: Draw, text: str) -> str:
    return json.dumps(text)[1:-1].replace("/", "\\/")


def _doubled(draw: Draw, text: str) -> str:
    return json.dumps(json.dumps(text)[1:-1])[1:-1]


def _entities(base: str, twice: bool = False) -> Make:
    def made(draw: Draw, text: str) -> str:
        dirty = "".join(c if c.isascii() else f"&#{format(ord(c), base)};".replace("&#", "&#x" if base != "d" else "&#") for c in text)  # fmt: skip
        return dirty.replace("&", "&amp;") if twice else dirty

    return made


def _wide_bytes(order: str) -> Make:
    """UTF-16 read a byte at a time."""
    return lambda draw, text: text.encode(order).decode("latin-1")


def _zoned(draw: Draw, text: str) -> str | None:
    try:
        return text.encode("hz").decode("ascii")
    except UnicodeError:
        return None


def _shifted_out(draw: Draw, text: str) -> str | None:
    """ISO-2022-CN (RFC 1922): GB 2312 between shift-out and shift-in."""
    try:
        parts = [(part.isascii(), part.encode("gb2312")) for part in _runs(text)]
    except UnicodeError:
        return None
    body = b"".join(data if plain else b"\x0e" + bytes(b & 0x7F for b in data) + b"\x0f" for plain, data in parts)
    return "\x1b$)A" + body.decode("ascii")


def _runs(text: str) -> Iterator[str]:
    """A text cut where ASCII begins or ends."""
    run = ""
    for sign in text:
        if run and sign.isascii() != run[-1].isascii():
            yield run
            run = ""
        run += sign
    if run:
        yield run


def _utf7(draw: Draw, text: str) -> str:
    return text.encode("utf-7").decode("ascii")


_WHOLE: tuple[tuple[str, str, Make], ...] = (
    ("whole_percent", "en zh", _form("", False)),
    ("whole_plus", "en zh", _form("", True)),
    ("whole_percent_key", "en zh", _form("comment=", False)),
    ("whole_plus_key", "en zh", _form("body=", True)),
    ("whole_json", "en zh", _json),
    ("whole_json_slashes", "en zh", _json_slashes),
    ("whole_json_twice", "en zh", _doubled),
    ("whole_hex_entities", "en zh", _entities("X")),
    ("whole_entities_twice", "en zh", _entities("d", True)),
    ("whole_hex_entities_twice", "en zh", _entities("x", True)),
    ("whole_utf16le", "en zh", _wide_bytes("utf-16-le")),
    ("whole_utf16be", "en zh", _wide_bytes("utf-16-be")),
    ("whole_utf7", "en zh", _utf7),
    ("whole_hz", "zh", _zoned),
    ("whole_iso2022cn", "zh", _shifted_out),
    ("part_percent", "en", _some(_form("", False))),
    ("part_plus", "en", _some(_form("", True))),
    ("part_json", "en", _some(_json)),
)


def _escapes() -> Iterator[Variant]:
    for name, languages, make in _WHOLE:
        for language in languages.split():
            carrier = partial(_with_prose, stable_hash("prose", name)) if language == "en" else None
            yield Variant("whole", f"{name}_{language}", language, make, "repair", carrier)


# --- persons -----------------------------------------------------------------------------------------


def _digits(draw: random.Random, count: int) -> str:
    return "".join(draw.choice("0123456789") for _ in range(count))


def _german(draw: random.Random) -> str:
    while True:  # one digit comes twice among the first ten
        body = draw.sample("123456789", 9)
        body.insert(draw.randrange(1, 9), draw.choice(body))
        number = "".join(body)
        for last in "0123456789":
            if idnr.is_valid(number + last):
                return number + last


def _french(draw: random.Random) -> str:
    body = f"{draw.choice('12')}{draw.randrange(45, 99)}{draw.randrange(1, 13):02}{draw.randrange(10, 95):02}{_digits(draw, 3)}{_digits(draw, 3)}"
    number: str = body + nir.calc_check_digits(body)
    return number


def _italian(draw: random.Random) -> str:
    body = f"{draw.choice(('RSSMRA', 'BNCLCU', 'VRDGPP'))}{draw.randrange(45, 99)}{draw.choice('ABCDEHLMPRST')}{draw.randrange(10, 29)}H{draw.randrange(100, 800)}"
    number: str = body + codicefiscale.calc_check_digit(body)
    return number


def _spanish(draw: random.Random) -> str:
    number = f"{draw.randrange(10, 99)}{_digits(draw, 6)}"
    return number + str(dni.calc_check_digit(number))


def _social(draw: random.Random) -> str:
    return f"{draw.randrange(100, 660)}{draw.randrange(10, 99)}{draw.randrange(1000, 9999)}"


def _insurance(draw: random.Random) -> str:
    return f"{draw.choice(('AB', 'CE', 'JM', 'SW'))}{_digits(draw, 6)}{draw.choice('ABCD')}"


def _health(draw: random.Random) -> str:
    while True:
        number = "4" + _digits(draw, 9)
        if nhs.is_valid(number):
            return number


def _indian(draw: random.Random) -> str:
    while True:
        number = str(draw.randrange(2, 9)) + _digits(draw, 11)
        if aadhaar.is_valid(number):
            return number


def _canadian(draw: random.Random) -> str:
    body = f"{draw.choice('12457')}{_digits(draw, 7)}"
    return body + str(luhn.calc_check_digit(body))


_PERSONS = {  # name: how it is made, how it is grouped, phrases in English and Chinese
    "de": (_german, (2, 3, 3, 3), ("My German tax number is {v}.", "Tax ID (Germany): {v}"), ("我的德国税号是{v}。", "德国纳税人识别号：{v}", "他的德国税务ID是{v}。")),
    "fr": (_french, (1, 2, 2, 2, 3, 3, 2), ("French social security: {v}",), ("法国社保号码{v}。", "他的INSEE号码为{v}。")),
    "it": (_italian, (16,), ("Codice fiscale {v}", "Her Italian tax code is {v}."), ("意大利税号{v}。",)),
    "es": (_spanish, (9,), ("DNI {v}", "Spanish identity card {v}"), ("西班牙身份证{v}。",)),
    "us": (_social, (3, 2, 4), ("Social security number: {v}", "Her SSN was {v}."), ("他的社会安全号码是{v}。", "社安号：{v}", "他在美国的SSN为{v}。", "社会保障号{v}已登记。")),
    "uk": (_insurance, (2, 2, 2, 2, 1), ("National Insurance number {v}",), ("英国国民保险号{v}。", "他的NI号码：{v}")),
    "nhs": (_health, (3, 3, 4), ("NHS number {v}",), ("他的NHS号码是{v}。",)),
    "in": (_indian, (4, 4, 4), ("Aadhaar {v}",), ("印度的Aadhaar号码是{v}。",)),
    "ca": (_canadian, (3, 3, 3), ("Canadian SIN {v}",), ("他的加拿大SIN号是{v}。", "加拿大社会保险号：{v}")),
    "passport_cn": (lambda draw: "E" + _digits(draw, 8), (9,), ("Chinese passport no. {v}",), ("护照号{v}。", "他的护照是{v}，下月到期。")),
    "passport_us": (lambda draw: _digits(draw, 9), (9,), ("Passport number: {v}",), ("美国护照号码：{v}",)),
    "phone_tel_zh": (lambda draw: "8" + _digits(draw, 7), (8,), ("Tel. {v}",), ("办公室Tel：{v}", "联系电话{v}。", "手机/微信{v}")),
    "phone_uk": (lambda draw: "+447" + _digits(draw, 9), (3, 4, 6), ("Ring {v}",), ("英国手机{v}。",)),
    "phone_call": (lambda draw: "07" + _digits(draw, 9), (5, 6), ("Mobile: {v}",), ("请Call {v}找他。",)),
}  # fmt: skip


def _grouped(value: str, sizes: tuple[int, ...], mark: str) -> str:
    parts, place = [], 0
    for size in sizes:
        parts.append(value[place : place + size])
        place += size
    return mark.join(part for part in parts if part)


def _personal(name: str, mark: str) -> Make:
    """A number in the place of the mark that cleaning leaves."""

    def made(draw: Draw, text: str) -> str:
        make, sizes = _PERSONS[name][:2]
        drawn = random.Random(f"{name} {mark} {stable_hash('person', text)}")
        value = _grouped(make(drawn), sizes, mark)
        return text.replace("[PHONE]" if "phone" in name else "[ID]", value)

    return made


def _persons() -> Iterator[Variant]:
    for name, (_, sizes, english, chinese) in _PERSONS.items():
        placeholder = "[PHONE]" if "phone" in name else "[ID]"
        for language, phrases in (("en", english), ("zh", chinese)):
            for number, phrase in enumerate(phrases):
                for mark in ("", " ") if len(sizes) > 1 else ("",):
                    line = phrase.format(v=placeholder)
                    carrier = lambda text, line=line: f"{text} {line}"  # noqa: E731
                    title = f"id_{name}_{language}{number}{'_spaces' if mark else ''}"
                    yield Variant("person", title, language, _personal(name, mark), "repair", carrier)


# --- what must stay ----------------------------------------------------------------------------------

_STAYS = {
    "en": {
        "stay_printer": "The printer needs version {a}.{b}.{c}.{d} and refuses {a}.{b2}.0.{d}, they say.",
        "stay_server": "The server runs version {a}.{b}.{c}.{d}; with {a}.{b}.{c2}.{d} the network was slow.",
        "stay_login": "Since {a}.{b}.{c}.{d} (build 7) nobody can log in; version {a}.{b}.{c2}.1 mends it.",
        "stay_between": "Between release {a}.{b}.{c}.{d} and {a2}.0.0.{d} the address book was rewritten.",
        "stay_rc": "Version {a}.{b}.{c}.{d}-rc1 connects to the camera, {a}.{b}.{c}.{d}-beta does not.",
        "stay_windows": "The host has Windows 10.0.19045.{k}, the client 10.0.22631.{k}.",
        "stay_dll": "The file netapi.dll, version 6.1.{k}.{d}, was from the server's disk.",
        "stay_doi": "See doi:10.1093/nar/gk{a}{b}.{k} for the tables, and ISBN 978-0-306-40615-7.",
        "stay_hash": "The sum is d41d8cd98f00b204e9800998ecf8427e for the empty file of {k} names.",
        "stay_place": "The hut is at 46.{k}, 7.{k}9 or 46°{b}′{c}″N 7°{b}′{c}″E, a day from the road.",
        "stay_order": "Order no. 1129-{k}-{k}71 and parcel 1Z999AA1012345{k} came on the same day.",
        "stay_time": "2024-03-1{z}T12:3{z}:45.{k}Z is when it stopped; 12:3{z}:45.{k} is when it went on.",
        "stay_percent": "It rose by 20%ee in some prints, and by 10%-15% in the rest; 100%+ is rare.",
        "stay_search": "The link /search?q=how+to+bake+%22rye%22+bread+at+home+in+winter was shared often.",
        "stay_sum": "He wrote a+b+c+d+e+f+g+h+i+j+k and asked for the sum of all of these letters.",
        "stay_c": "In C the text \"one\\ntwo\\n\" has two lines, and \"\\u00e9\" is a letter in many languages.",
        "stay_path": "Open C:\\new\\users\\table and then C:\\temp\\notes in the window on the left.",
        "stay_accents": "The words città, perché, Ångström, ñandú and Łódź have letters of their own; à la mode.",
    },
    "zh": {
        "stay_zh_printer": "打印机在{a}.{b}.{c}.{d}版下能用，{a}.{b2}.0.{d}反而不行。",
        "stay_zh_server": "服务器装的是{a}.{b}.{c}.{d}版本，网络从{a}.{b}.{c2}.{d}起变慢了。",
        "stay_zh_login": "升到{a}.{b}.{c}.{d}以后登录不了，{a}.{b}.{c2}.1版修好了。",
        "stay_zh_from": "春天出的{a}.{b}.{c}.{d}版和秋天出的{a2}.0.0.{d}都能连接。",
        "stay_zh_windows": "主机是Windows 10.0.19045.{k}，客户端是10.0.22631.{k}。",
        "stay_zh_order": "订单1129-{k}-{k}71和运单SF{k}{k}{k}同一天到。",
        "stay_zh_place": "小屋在北纬46.{k}度、东经7.{k}度，海拔{k}米。",
        "stay_zh_time": "2024年3月1{z}日12:3{z}:45.{k}停的，ISBN是978-7-302-0{k}-1。",
        "stay_zh_hash": "校验码是d41d8cd98f00b204e9800998ecf8427e，共{k}个文件。",
        "stay_zh_tax": "公司税号的旧写法有15位，现在是18位，全国有{k}万家。",
    },
}  # fmt: skip


def _stays(form: str) -> Make:
    def made(draw: Draw, text: str) -> str:
        a, b, c, d = draw.between(1, 9), draw.between(1, 20), draw.between(1, 28), draw.between(0, 99)
        values = {"a": a, "a2": a + 1, "b": b, "b2": b + 1, "c": c, "c2": c + 1, "d": d, "k": draw.between(1000, 9999), "z": draw.between(1, 8)}  # fmt: skip
        line = form
        for name, value in values.items():
            line = line.replace(f"{{{name}}}", str(value))
        return f"{text} {line}"

    return made


def codes() -> Iterator[Variant]:
    """All of them."""
    yield from _bytes()
    yield from _escapes()
    yield from _persons()
    for language, lines in _STAYS.items():
        for name, form in lines.items():
            yield Variant("stays", name, language, _stays(form), "keep")
