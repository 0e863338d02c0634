"""escapes: what a program left escaped in prose is read, in three languages; code, addresses and formulas stay."""

import base64
import binascii
import quopri

import pytest

from llmpipe.corpus.escapes import escapes
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
