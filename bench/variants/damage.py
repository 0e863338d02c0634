"""Wrong decoding as it is found in crawls: in one line only, with bytes lost, escaped, escaped twice, twice wrong."""

# ruff: noqa: E501  (a line of noise is a line)

import base64
import binascii
import codecs
import html.entities
import quopri
import re
import unicodedata
from collections.abc import Callable, Iterator

import ftfy.bad_codecs  # noqa: F401  (sloppy-windows-1252)

from llmpipe.world.draws import Draw
from variants.shaping import Make, Variant, curled, each_han, misread, twice

_ODD = re.compile(r"[^\x00-\x7f]")
_WINDOWS, _MAC, _DOS = "sloppy-windows-1252", "mac_roman", "cp437"


def priced(text: str) -> str:
    """A text with the signs of prices, measures and lists, and accents; another carrier of English mojibake."""
    words = text.split(" ")
    words[len(words) // 3] += " …"
    return (
        " ".join(words).replace(" and ", " – and ")
        + " At 20 °C the “crème brûlée” cost £5 (€6.50) — señor García’s too."
    )


def _escaped(form: Callable[[str], str], share: int = 100) -> Make:
    """Each sign beyond ASCII in another writing."""
    return lambda draw, text: _ODD.sub(lambda m: form(m[0]) if draw.chance(share) else m[0], text)


def _bytes(form: str, encoding: str = "utf-8") -> Make:
    return _escaped(lambda sign: "".join(form.format(byte) for byte in sign.encode(encoding, "ignore")))


def _units(form: str) -> Make:
    """Code points, those beyond 16 bits left out."""
    return _escaped(lambda sign: form.format(ord(sign)))


def _named(sign: str) -> str:
    name = html.entities.codepoint2name.get(ord(sign))
    return f"&{name};" if name else f"&#{ord(sign)};"


def _then(one: Make, *others: Make) -> Make:
    for other in others:
        one = twice(one, other)
    return one


def _replaced(pattern: str, by: str) -> Make:
    return lambda draw, text: re.sub(pattern, by, text)


def _one_line(make: Make) -> Make:
    """One sentence of the text, the one with the most signs beyond ASCII in the second half."""

    def made(draw: Draw, text: str) -> str | None:
        parts = re.split(r"(?<=[。.!?！？\n])", text)
        later = range(len(parts) // 2, len(parts))
        at = max(later, key=lambda number: len(_ODD.findall(parts[number])))
        parts[at] = make(draw, parts[at]) or parts[at]
        return "".join(parts)

    return made


def _one_run(make: Make) -> Make:
    """The first run of signs beyond ASCII only."""
    return lambda draw, text: re.sub(r"[^\x00-\x7f]+", lambda m: make(draw, m[0]) or m[0], text, count=1)


def _by_turns(one: Make, other: Make) -> Make:
    """One half of the text so, the other otherwise."""

    def made(draw: Draw, text: str) -> str:
        middle = len(text) // 2
        return (one(draw, text[:middle]) or "") + (other(draw, text[middle:]) or "")

    return made


def _unaccented(draw: Draw, text: str) -> str:
    """As programs that know ASCII only spell what is left."""
    for sign, plain in {"€": "EUR", "™": "(tm)", "œ": "oe", "˜": "~", "Å“": "oe", "¦": "|", "©": "(c)"}.items():
        text = text.replace(sign, plain)
    return unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()


def _quoted(encoding: str) -> Make:
    return lambda draw, text: quopri.encodestring(text.encode(encoding, "ignore")).decode("ascii")


def _mime(form: str) -> Make:
    """The words with signs beyond ASCII as a mail's head writes them."""

    def word(found: str) -> str:
        encoded = (
            base64.b64encode(found.encode()).decode()
            if form == "B"
            else quopri.encodestring(found.encode(), header=True).decode().replace("=\n", "")
        )
        return f"=?UTF-8?{form}?{encoded}?="

    return lambda draw, text: re.sub(r"[\w’]*[^\x00-\x7f]+[\w’]*", lambda m: word(m[0]), text)


def _attached(draw: Draw, text: str) -> str:
    """A picture of a mail, as letters, behind its text."""
    body = base64.b64encode(bytes(draw.below(256) for _ in range(900))).decode()
    return text + "\n" + "\n".join(body[n : n + 76] for n in range(0, len(body), 76))


def _uuencoded(draw: Draw, text: str) -> str:
    body = bytes(draw.below(256) for _ in range(700))
    lines = "".join(binascii.b2a_uu(body[n : n + 45]).decode() for n in range(0, len(body), 45))
    return f"{text}\nbegin 644 photo.gif\n{lines}`\nend"


def _all_base64(draw: Draw, text: str) -> str:
    body = base64.b64encode(text.encode()).decode()
    return "\n".join(body[n : n + 76] for n in range(0, len(body), 76))


def _cut(size: int) -> Make:
    """Read in blocks of bytes, each decoded for itself."""

    def made(draw: Draw, text: str) -> str:
        data = text.encode()
        return "".join(data[n : n + size].decode("utf-8", "replace") for n in range(0, len(data), size))

    return made


def _add(name: str, languages: str, make: Make, carrier: Callable[[str], str] | None = None) -> Variant:
    return Variant("mojibake", name, languages, make, "either", carrier)


_AS_1252, _AS_LATIN = misread("utf-8", _WINDOWS), misread("utf-8", "latin-1")
_NBSP_LOST = _replaced("\xa0", " ")
_C1_LOST = _replaced("[\x80-\x9f\xad]", "")


def english() -> Iterator[Variant]:
    """In English, on two carriers."""
    for suffix, carrier in (("", curled), ("_priced", priced)):

        def add(name: str, make: Make, carrier: Callable[[str], str] = carrier, suffix: str = suffix) -> Variant:
            return _add(name + suffix, "en", make, carrier)

        yield add("entities_of_mojibake", _then(_AS_1252, _escaped(_named)))
        yield add("entities_of_bytes", _bytes("&#{};"))
        yield add("quoted_printable_en", _quoted("utf-8"))
        yield add("quoted_printable_1252", _quoted("cp1252"))
        yield add("quoted_printable_joined", _bytes("={:02X}"))
        yield add("percent_escapes_en", _bytes("%{:02X}"))
        yield add("percent_1252", _bytes("%{:02X}", "cp1252"))
        yield add("u_escapes_en", _units("\\u{:04x}"))
        yield add("u_escapes_doubled", _units("\\\\u{:04x}"))
        yield add("u_without_backslash", _units("u{:04x}"))
        yield add("percent_u", _units("%u{:04X}"))
        yield add("angle_code_points", _units("<U+{:04X}>"))
        yield add("angle_bytes", _bytes("<{:02x}>"))
        yield add("hex_literals_en", _bytes("\\x{:02x}"))
        yield add("octal_literals_en", _bytes("\\{:03o}"))
        yield add("rtf_escapes", _bytes("\\'{:02x}", "cp1252"))
        yield add("utf7_en", lambda d, t: t.encode("utf-7").decode("ascii"))
        yield add("entities_thrice", _units("&amp;amp;#{};"))
        yield add("named_twice", _then(_escaped(_named), _replaced("&(?=[a-z#])", "&amp;")))
        yield add("named_unclosed", _then(_escaped(_named), _replaced("(&[a-z]+);", r"\1")))
        yield add("nbsp_as_space", _then(_AS_LATIN, _C1_LOST, _NBSP_LOST))
        yield add("windows_nbsp_as_space", _then(_AS_1252, _C1_LOST, _NBSP_LOST))
        yield add("windows_question_marks", _then(_AS_1252, _replaced("[\x80-\x9f\xad]", "?")))
        yield add("ascii_question_marks", _then(_AS_1252, _replaced(r"[^\x00-\x7f]", "?")))
        yield add("twice_lost", _then(_AS_LATIN, _C1_LOST, _AS_LATIN, _C1_LOST))
        yield add("twice_windows_lost", _then(_AS_1252, _C1_LOST, _AS_1252, _C1_LOST))
        yield add("mojibake_lower", _then(_AS_1252, lambda d, t: t.lower()))
        yield add("mojibake_upper_signs", _then(_AS_1252, _escaped(str.upper)))
        yield add("mojibake_to_ascii", _then(_AS_1252, _unaccented))
        yield add("mojibake_spaced", _then(_AS_1252, lambda d, t: re.sub(r"(?<=[^\x00-\x7f])(?=[^\x00-\x7f])", " ", t)))
        yield add("one_run_1252", _one_run(_AS_1252))
        yield add("one_run_dos", _one_run(misread("utf-8", _DOS)))
        yield add("one_line_1252", _one_line(_AS_1252))
        yield add("one_line_mac", _one_line(misread("utf-8", _MAC)))
        yield add("one_line_latin1_lost", _one_line(_then(_AS_LATIN, _C1_LOST)))
        yield add("one_line_cp1251", _one_line(misread("utf-8", "cp1251")))
        yield add("windows_then_mac", _by_turns(_AS_1252, misread("utf-8", _MAC)))
        yield add("windows_then_dos", _by_turns(_AS_1252, misread("utf-8", "cp850")))
        yield add("once_then_twice", _by_turns(_AS_1252, _then(_AS_1252, _AS_1252)))
        yield add("replacement_thrice", _escaped(lambda sign: "\ufffd" * len(sign.encode())))
        yield add("replacement_misread", _then(_escaped(lambda sign: "\ufffd"), _AS_1252))
        yield add("replacement_sparse", _escaped(lambda sign: "\ufffd", 40))
        yield add("mac_as_cp1252", misread("mac_roman", _WINDOWS))
        yield add("mac_as_latin1_lost", _then(misread("mac_roman", "latin-1"), _C1_LOST))
        yield add("cp850_as_cp1252", misread("cp850", _WINDOWS))
        yield add("cp437_as_cp1252", misread("cp437", _WINDOWS))
        yield add("blocks", _cut(23))
    yield _add("bom_misread", "en", lambda d, t: "ï»¿" + t)
    yield _add("nbsp_misread", "en", _replaced(r"(?<=[.!?]) ", "\xc2\xa0 "))
    yield _add("nbsp_misread_lost", "en", _replaced(r"(?<=[.!?]) ", "Â "))
    yield _add("ebcdic", "en", misread("cp500", "latin-1"))
    yield _add("utf16_be_as_1252", "en", lambda d, t: "þÿ" + t.encode("utf-16-be").decode(_WINDOWS))
    yield _add("attached_base64", "en", _attached)
    yield _add("uuencoded", "en", _uuencoded)
    yield _add("all_base64", "enzh", _all_base64)
    yield _add("mime_words_q", "en", _mime("Q"), curled)
    yield _add("mime_words_b", "en", _mime("B"), priced)


def french() -> Iterator[Variant]:
    """In French, whose accents suffer."""
    makes: dict[str, Make] = {
        "as_1252": _AS_1252,
        "as_latin1": _AS_LATIN,
        "as_latin1_lost": _then(_AS_LATIN, _C1_LOST),
        "nbsp_as_space": _then(_AS_LATIN, _C1_LOST, _NBSP_LOST),
        "as_mac": misread("utf-8", _MAC),
        "as_dos": misread("utf-8", _DOS),
        "as_cp850": misread("utf-8", "cp850"),
        "as_cp1251": misread("utf-8", "cp1251"),
        "as_cp1250": misread("utf-8", "cp1250"),
        "as_gbk": misread("utf-8", "gb18030"),
        "as_shift_jis": misread("utf-8", "cp932"),
        "latin1_as_utf8": misread("latin-1", "utf-8"),
        "latin1_as_gbk": misread("latin-1", "gb18030"),
        "latin1_as_mac": misread("latin-1", _MAC),
        "latin1_as_cp1251": misread("latin-1", "cp1251"),
        "latin1_as_cp437": misread("latin-1", _DOS),
        "mac_as_1252": misread(_MAC, _WINDOWS),
        "cp850_as_1252": misread("cp850", _WINDOWS),
        "questions": _replaced(r"[^\x00-\x7f]", "?"),
        "accents_gone": _replaced(r"[éèêàçùâîô]", ""),
        "twice": _then(_AS_1252, _AS_1252),
        "entities": _then(_AS_1252, _escaped(_named)),
        "entities_twice": _then(_escaped(_named), _replaced("&(?=[a-z#])", "&amp;")),
        "quoted_printable": _quoted("utf-8"),
        "quoted_printable_1252": _quoted("cp1252"),
        "percent": _bytes("%{:02X}"),
        "u_escapes": _units("\\u{:04x}"),
        "u_bare": _units("u{:04x}"),
        "one_line_1252": _one_line(_AS_1252),
        "one_line_mac": _one_line(misread("utf-8", _MAC)),
        "one_run": _one_run(_AS_1252),
        "lower": _then(_AS_1252, lambda d, t: t.lower()),
        "half_lost": _escaped(lambda sign: "\ufffd", 50),
        "blocks": _cut(31),
    }
    for name, make in makes.items():
        yield _add(f"fr_{name}", "fr", make)


def chinese() -> Iterator[Variant]:
    """In Chinese."""
    makes: dict[str, Make] = {
        "one_line_1252": _one_line(_AS_1252),
        "one_line_latin1_lost": _one_line(_then(_AS_LATIN, _C1_LOST)),
        "one_line_gbk": _one_line(misread("utf-8", "gb18030")),
        "one_line_big5": _one_line(misread("gbk", "big5")),
        "one_line_gbk_latin1": _one_line(misread("gbk", "latin-1")),
        "one_line_gbk_utf8": _one_line(misread("gbk", "utf-8")),
        "one_line_shift_jis": _one_line(misread("utf-8", "cp932")),
        "one_line_mac": _one_line(misread("utf-8", _MAC)),
        "one_line_questions": _one_line(_replaced("[\u3000-\u9fff\uff00-\uffef]", "?")),
        "entities_of_mojibake": _then(_AS_1252, _escaped(_named)),
        "entities_of_bytes": _bytes("&#{};"),
        "entities_thrice": _units("&amp;amp;#{};"),
        "u_escapes": _units("\\u{:04x}"),
        "u_escapes_doubled": _units("\\\\u{:04x}"),
        "u_bare": _units("u{:04x}"),
        "percent_u": _units("%u{:04X}"),
        "angle_code_points": _units("<U+{:04X}>"),
        "angle_bytes": _bytes("<{:02x}>"),
        "quoted_printable_broken": _quoted("utf-8"),
        "gbk_quoted": _quoted("gbk"),
        "gbk_percent": _bytes("%{:02X}", "gbk"),
        "gbk_hex": _bytes("\\x{:02x}", "gbk"),
        "octal": _bytes("\\{:03o}"),
        "hz": lambda d, t: t.encode("hz", "ignore").decode("ascii"),
        "iso2022": lambda d, t: t.encode("iso2022_jp_2", "ignore").decode("ascii").replace("\x1b", ""),
        "twice": _then(_AS_1252, _AS_1252),
        "twice_gbk": _then(misread("utf-8", "gb18030"), misread("utf-8", "gb18030")),
        "gbk_then_1252": _then(misread("utf-8", "gb18030"), _AS_1252),
        "nbsp_as_space": _then(_AS_LATIN, _NBSP_LOST),
        "gbk_nbsp_as_space": _then(misread("gbk", "latin-1"), _NBSP_LOST),
        "gbk_lower": _then(misread("gbk", "latin-1"), lambda d, t: t.lower()),
        "gbk_as_mac_one_line": _one_line(misread("gbk", _MAC)),
        "replacement_half": each_han(lambda d, c: "\ufffd", 50),
        "replacement_sparse": each_han(lambda d, c: "\ufffd", 4),
        "replacement_thrice": each_han(lambda d, c: "\ufffd\ufffd\ufffd", 10),
        "saved_replacements": each_han(lambda d, c: "锟斤拷", 10),
        "saved_replacements_once": _replaced("[，。]", "锟斤拷"),
        "debug_strewn": each_han(lambda d, c: "烫烫", 8),
        "boxes_sparse": each_han(lambda d, c: "□", 5),
        "questions_sparse": each_han(lambda d, c: "?", 8),
        "marks_as_questions": _replaced("[，。、；：！？“”]", "?"),
        "marks_as_1252": lambda d, t: re.sub("[，。、；：！？“”]+", lambda m: m[0].encode().decode(_WINDOWS), t),
        "marks_as_gbk": lambda d, t: re.sub(
            "[，。、；：！？“”]", lambda m: m[0].encode().decode("gb18030", "replace"), t
        ),
        "marks_as_replacement": _replaced("[，。、；：！？“”]", "\ufffd"),
        "blocks": _cut(40),
        "third_bytes_lost": lambda d, t: each_han(lambda d, c: c.encode()[:2].decode(_WINDOWS), 30)(d, t),
        "rot13_hex": lambda d, t: codecs.encode(t.encode(), "hex").decode(),
    }
    for name, make in makes.items():
        yield _add(f"zhd_{name}", "zh", make)
