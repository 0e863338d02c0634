"""escapes: what a program left escaped in prose is read, in three languages; code, addresses and formulas stay."""

import base64
import binascii
import json
import quopri
from urllib.parse import quote, quote_plus

import pytest

from llmpipe.corpus.decoding.escapes import escapes
from llmpipe.corpus.pipeline import clean_text
from llmpipe.sections.clean import CleanConfig

TEXT = "He said: “It’s late – isn’t it?” The café was closed, and they’d been naïve."
FRENCH = "L’élève a été reçu à l’école ; où était-il « hier » ?"
CHINESE = "他说：“时间不早了。”咖啡馆已经关门，大家都很失望。"


def _each(text: str, form: str) -> str:
    return "".join(c if c.isascii() else "".join(form.format(byte) for byte in c.encode()) for c in text)


def _points(text: str, form: str) -> str:
    return "".join(c if c.isascii() else form.format(ord(c)) for c in text)


@pytest.mark.parametrize("text", [TEXT, FRENCH, CHINESE])
@pytest.mark.parametrize("form", ["={:02X}", "%{:02X}", "%{:02x}", "\\x{:02x}", "\\\\x{:02x}", "\\{:03o}", "<{:02x}>"])
def test_bytes_of_utf8(text, form):
    assert escapes(_each(text, form)) == text


@pytest.mark.parametrize("text", [TEXT, FRENCH, CHINESE])
@pytest.mark.parametrize("form", ["\\u{:04x}", "\\u{:04X}", "\\\\u{:04x}", "%u{:04X}", "<U+{:04X}>"])
def test_code_points(text, form):
    assert escapes(_points(text, form)) == text


@pytest.mark.parametrize("text", [TEXT, CHINESE.replace("“", "").replace("”", "")])
def test_code_points_that_lost_their_backslash(text):
    assert escapes(_points(text, "u{:04x}")) == text


@pytest.mark.parametrize(
    ("text", "encoding"), [(TEXT, "utf-8"), (TEXT, "cp1252"), (FRENCH, "cp1252"), (CHINESE, "gbk")]
)
def test_quoted_printable_with_its_soft_line_breaks(text, encoding):
    encoded = quopri.encodestring((text + "\n" + text).encode(encoding)).decode("ascii")

    assert "=\n" in encoded
    assert escapes(encoded) == text + "\n" + text


@pytest.mark.parametrize("text", [TEXT, CHINESE])
def test_utf7(text):
    assert escapes(text.encode("utf-7").decode("ascii")) == text


def test_hz_is_chinese_in_seven_bits():
    assert escapes("他说".encode("hz").decode("ascii") + " (he said)") == "他说 (he said)"


def test_hz_has_tildes_and_backticks_inside():
    text = "哈柯铎的朋友在这里，凯戈亨和伽德亨也来了。"

    encoded = f"{text}1998\n{text}".encode("hz").decode("ascii")
    assert "~?" in encoded.replace("~{", "")
    assert escapes(encoded) == f"{text}1998\n{text}"


def test_iso_2022_cn():
    body = "".join(chr(byte & 0x7F) for byte in "咖啡馆已经关门。".encode("gb2312"))

    assert escapes(f"\x1b$)AThe sign: \x0e{body}\x0f, it said.") == "The sign: 咖啡馆已经关门。, it said."


@pytest.mark.parametrize("text", [TEXT, FRENCH, CHINESE, f"{TEXT}\nAnd this is 100% of it, and/or more."])
@pytest.mark.parametrize("encoded", [quote, quote_plus])
@pytest.mark.parametrize("field", ["", "comment="])
def test_a_text_that_a_form_sent(text, encoded, field):
    assert escapes(f"Before:\n{field}{encoded(text)}\nbehind.") == f"Before:\n{text}\nbehind."


def test_short_lines_of_what_a_form_sent():
    half = TEXT.replace("“", '"').replace("”", '"').replace(" ", "+").replace("’", quote("’")).replace("–", quote("–"))

    assert escapes(half) == TEXT.replace("“", '"').replace("”", '"')
    assert escapes(f"Late+again%21\n{quote_plus(TEXT)}\na=b+c") == f"Late again!\n{TEXT}\na=b+c"


@pytest.mark.parametrize("text", [TEXT, CHINESE, f'{TEXT}\n"Yes," he said; a\tb, and/or c.'])
def test_a_string_of_json_whole(text):
    text += "\n" + CHINESE

    assert escapes(json.dumps(text)[1:-1]) == text
    assert escapes(json.dumps(text)[1:-1].replace("/", "\\/")) == text


@pytest.mark.parametrize(
    "text",
    [
        "/search?q=how+to+bake+%22rye%22+bread+%26+rolls+at+home",
        "Look at https://example.org/?q=how+to+bake+%22rye%22+bread+%26+rolls today.",
        "The file Annual%20report%20of%20the%20town%20%282019%29%2C%20final.pdf is lost.",
        "docs/my%20old%20notes%2Ffor%20the%20new%20house%20in%20town%21",
        "It fell by 10%-15%, then by 20%-25%, and rose by 30%+40%+50%.",
        "a+b+c+d+e+f+g+h+i+j+k+l",
        'In C the text "one\\ntwo" has two lines, and "\\u00e9" is a letter.',
        "The path C:\\new\\table and the sign \\u2019 are on one page.".replace("\\u2019", "u-2019"),
    ],
)
def test_addresses_files_and_sums_are_not_what_a_form_sent(text):
    assert escapes(text) == text


@pytest.mark.parametrize("text", [f"{TEXT} 😀", f"{CHINESE}😀"])
@pytest.mark.parametrize(
    "encoded",
    [
        lambda text: json.dumps(text)[1:-1],
        lambda text: text.encode("unicode_escape").decode(),
        lambda text: "".join(c if c.isascii() else f"\\u{{{ord(c):x}}}" for c in text),
        lambda text: quote(quote(text)),
        lambda text: base64.b64encode((text * 3).encode()).decode(),
        lambda text: _each(text, "\\x{:02x}"),
    ],
)
def test_forms_of_programs_with_an_emoji(text, encoded):
    assert escapes(encoded(text)) in (text, text * 3)


def test_what_escape_of_ecmascript_leaves():
    sent = "".join(
        c if c.isalnum() and c.isascii() else f"%u{ord(c):04X}" if ord(c) > 255 else f"%{ord(c):02X}" for c in TEXT
    )

    assert escapes(sent) == TEXT


def test_a_broken_encoded_word_stays():
    assert escapes("Subject: =?utf-8?B?5LuW6K+07?= is cut") == "Subject: =?utf-8?B?5LuW6K+07?= is cut"


def test_rtf_and_entities_without_an_end():
    assert escapes("It\\'92s \\'93late\\'94") == "It’s “late”"
    assert escapes("&ldquoYes&rdquo &mdash it&rsquos caf&eacute") == "“Yes” — it’s café"


def test_encoded_words_of_a_head():
    assert escapes("Re: =?UTF-8?Q?caf=C3=A9?= and =?utf-8?B?" + base64.b64encode("你好".encode()).decode() + "?=") == (
        "Re: café and 你好"
    )


def test_entities_of_wrongly_decoded_text_are_read_before_it_is_decoded():
    odd = "It&acirc;&euro;&trade;s the caf&Atilde;&copy; of the town, and that is where they have been with us."

    assert clean_text(odd, "en", CleanConfig(escapes=True)).text.startswith("It’s the café of")


def test_files_in_letters_go():
    body = base64.b64encode(bytes(range(256))).decode()
    lines = "\n".join(body[n : n + 76] for n in range(0, len(body), 76))
    coded = "".join(binascii.b2a_uu(bytes(range(n, n + 45))).decode() for n in range(0, 200, 45))

    assert escapes(f"{TEXT}\n{lines}\n{TEXT}") == f"{TEXT}\n{TEXT}"
    assert escapes(f"{TEXT}\nbegin 644 a.gif\n{coded}`\nend").strip() == TEXT


@pytest.mark.parametrize(
    "text",
    [
        "In JSON the sign is written `\\u2019`, and in a mail `=E2=80=99`.",
        "See https://example.com/%E4%BD%A0%E5%A5%BD and www.example.com/caf%C3%A9 for more.",
        "Search for q=caf%C3%A9&page=2 or /wiki/Caf%C3%A9.",
        "With n=95 and p=0.05 the rate was A=A1+A2, b=92 and id=93A.",
        "In LaTeX, Fr\\'echet and \\'etude are written so; \\citep{du2019width} shows it.",
        "Medium with 10%FCS and 50%DMEM, 30%ee; Sun+IBM and C++ABC are firms, 1+1=2.",
        "AT&T, R&D, &c., a < b && c > d; <b> is a tag, and Q&A is short.",
        "C:\\x86\\users\\310 and \\new lines; the regex \\d{3}\\200 is odd.",
        "The bus u2018 left; RFC <80> says a u4 type is an unsigned int.",
        "https://example.com/" + "a1B2" * 30 + "\nis one long address on a line.",
    ],
)
def test_what_only_looks_like_escapes_stays(text):
    assert escapes(text) == text


def test_off_by_default():
    assert "escapes" not in clean_text(_each(TEXT, "={:02X}"), "en", CleanConfig()).changed
