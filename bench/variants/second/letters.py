"""Texts whose bytes were read in a wrong encoding or never decoded, and texts in other characters than they need."""

import json
import quopri
import random
import re
import unicodedata
from collections.abc import Callable
from urllib.parse import quote, quote_plus

from variants.contract import Make, Planted
from variants.parts import browser, changed, joined, marked, sentences, wrapped_rows
from variants.second.texts import ACCENTED_NAMES, quotation


def with_quotation(draw: random.Random, text: str, language: str) -> str:
    """An English text with a sentence that ASCII does not hold; a Chinese text as it is."""
    return joined(text, quotation(draw, language), language) if language == "en" else text


# --- encodings --------------------------------------------------------------------------------------


def misread(written: str, read: str, languages: tuple[str, ...] = ("en", "zh"), times: int = 1) -> Make:
    """A text written in one encoding and read in another of eight bits, `times` over; None where that cannot be."""

    def make(draw: random.Random, text: str, language: str) -> Planted | None:
        original = dirty = with_quotation(draw, text, language)
        if language not in languages:
            return None
        try:
            for _ in range(times):
                dirty = browser(dirty.encode(written), read)
        except UnicodeError:
            return None
        return changed(dirty, original)

    return make


APOSTROPHES = (
    "It’s {n} miles and she hasn’t come.",
    "That’s what he’d paid: {n} coins.",
    "They’re {n} by now, aren’t they?",
    "We’ve {n} left and can’t sell any.",
)


def read_as_chinese(draw: random.Random, text: str, language: str) -> Planted | None:
    """
    UTF-8 read as GBK, as by editors and scripts on a Chinese desktop.

    English loses nothing where a letter follows each apostrophe. Chinese loses what did not pair up, so that nobody
    can restore it.
    """
    if language == "zh":
        dirty = text.encode().decode("gbk", "replace")
        return Planted(dirty, "drop") if "\ufffd" in dirty else Planted(dirty, "repair", text)
    original = joined(text, draw.choice(APOSTROPHES).format(n=draw.randrange(3, 90)), "en")
    return changed(original.encode().decode("gbk"), original)


def half_read(draw: random.Random, text: str, language: str) -> Planted | None:
    """A right headline over a body read as Windows-1252, where a template and its database disagree."""
    first, line, rest = with_quotation(draw, text, language).partition("\n")
    return changed(first + line + browser(rest.encode(), "cp1252"), first + line + rest)


def zero_bytes(draw: random.Random, text: str, language: str) -> Planted | None:
    """UTF-16 read a byte at a time: a zero behind each letter, in exports of Windows programs."""
    return changed(text.encode("utf-16-le").decode("latin-1"), text) if language == "en" else None


def quoted_printable(draw: random.Random, text: str, language: str) -> Planted | None:
    """The body of a mail that an archive never decoded."""
    original = with_quotation(draw, text, language)
    return changed(quopri.encodestring(original.encode()).decode("ascii"), original)


def script_escapes(draw: random.Random, text: str, language: str) -> Planted | None:
    r"""A string out of a JSON answer, with its `\u4e2d` and `\n` left as they are."""
    original = with_quotation(draw, text, language)
    return changed(json.dumps(original)[1:-1], original)


def address_escapes(draw: random.Random, text: str, language: str) -> Planted | None:
    """A text out of a log of form posts, percent-encoded."""
    original = with_quotation(draw, text, language)
    return changed(quote_plus(original) if draw.random() < 0.5 else quote(original), original)


def hex_entities(draw: random.Random, text: str, language: str) -> Planted | None:
    """Every character above 127 as a hexadecimal entity, as XML writers emit them."""
    original = with_quotation(draw, text, language)
    return changed("".join(c if c.isascii() else f"&#x{ord(c):X};" for c in original), original)


def seven_bits(draw: random.Random, text: str, language: str) -> Planted | None:
    """Chinese in the HZ coding of old mail and Usenet."""
    if language == "en":
        return None
    try:
        return changed(text.encode("hz").decode("ascii"), text)
    except UnicodeError:
        return None


def lost_twice(draw: random.Random, text: str, language: str) -> Planted | None:
    """Characters that were lost to U+FFFD and whose bytes were then read as GBK: 锟斤拷."""
    if language == "en":
        return None
    lost = "".join(c if c.isascii() or draw.random() < 0.2 else "\ufffd" for c in text)
    return Planted(lost.replace("\ufffd\ufffd", "锟斤拷").replace("\ufffd", "锟�"), "drop")


def white_boxes(draw: random.Random, text: str, language: str) -> Planted | None:
    """A slide or a scan whose font lacked most of the characters, so that boxes were copied."""
    if language == "en":
        return None
    return Planted("".join(c if c.isascii() or draw.random() < 0.25 else "□" for c in text), "drop")


MOJIBAKE: dict[str, Make] = {
    "utf8_as_cp1252": misread("utf-8", "cp1252"),  # a server without a charset header
    "utf8_as_cp1252_twice": misread("utf-8", "cp1252", times=2),  # a dump that was imported as Latin and dumped again
    "utf8_as_cp850": misread("utf-8", "cp850"),  # the output of a Windows console
    "utf8_as_koi8_r": misread("utf-8", "koi8-r"),  # a Russian host
    "utf8_as_cp1250": misread("utf-8", "cp1250"),  # a Polish or Czech desktop
    "utf8_as_gbk": read_as_chinese,
    "cp1252_as_latin1": misread("cp1252", "latin-1", ("en",)),  # curly quotes as controls, in pages of the nineties
    "cp1252_as_mac": misread("cp1252", "mac-roman", ("en",)),  # a page made on Windows, kept on an old Mac
    "mac_as_cp1252": misread("mac-roman", "cp1252", ("en",)),  # the other way round: ItÕs
    "gbk_as_cp1251": misread("gbk", "cp1251", ("zh",)),  # Chinese file names and notes on a Russian desktop
    "gbk_as_cp850": misread("gbk", "cp850", ("zh",)),  # Chinese text in a Western console
    "half_read": half_read,
    "zero_bytes": zero_bytes,
    "quoted_printable": quoted_printable,
    "script_escapes": script_escapes,
    "address_escapes": address_escapes,
    "hex_entities": hex_entities,
    "seven_bits": seven_bits,
    "lost_twice": lost_twice,
    "white_boxes": white_boxes,
}

# --- characters -------------------------------------------------------------------------------------


def full_width(draw: random.Random, text: str, language: str) -> Planted | None:
    """Latin letters and digits as wide as Han characters, from an East Asian keyboard or form."""
    dirty = "".join(
        chr(ord(c) + 0xFEE0)
        if c.isascii() and (c.isalnum() or (language == "en" and c.isprintable() and c != " "))
        else c
        for c in text
    )
    return changed(dirty.replace(" ", "\u3000") if language == "en" else dirty, text)


def joiners(draw: random.Random, text: str, language: str) -> Planted | None:
    """Joiners and non-joiners of phone keyboards between the letters."""
    return changed(
        "".join(c + draw.choice("\u200c\u200d") if c.isalpha() and draw.random() < 0.05 else c for c in text), text
    )


def isolated_words(draw: random.Random, text: str, language: str) -> Planted | None:
    """Names between marks of direction, as messengers write them."""
    pairs = [("\u2068", "\u2069"), ("\u202a", "\u202c"), ("\u2068", "\u2069")]
    return changed(marked(draw, text, language, pairs), text)


def vertical_tabs(draw: random.Random, text: str, language: str) -> Planted | None:
    """Line breaks of a slide, which office programs keep as vertical tabs."""
    return changed(text.replace("\n", "\x0b"), text)


def next_lines(draw: random.Random, text: str, language: str) -> Planted | None:
    """Line breaks of a mainframe (U+0085)."""
    return changed(text.replace("\n", "\x85"), text)


def doubled_returns(draw: random.Random, text: str, language: str) -> Planted | None:
    """Line ends that were converted to those of DOS twice."""
    return changed(text.replace("\n", "\r\r\n"), text)


def terminal_colours(draw: random.Random, text: str, language: str) -> Planted | None:
    """A captured terminal: sequences that switch a colour on and off."""
    colour = draw.choice((1, 31, 32, 36))
    return changed(
        marked(draw, text, language, [(f"\x1b[{colour}m", "\x1b[0m"), (f"\x1b[1;{colour}m", "\x1b[m")]), text
    )


def overstruck(draw: random.Random, text: str, language: str) -> Planted | None:
    """Bold letters of a manual page: each letter, a backspace, the letter again; in the first line."""
    first, line, rest = text.partition("\n")
    if not line:
        return None
    return changed("".join(f"{c}\b{c}" if c.isalpha() else c for c in first) + line + rest, text)


def circled(draw: random.Random, text: str, language: str) -> Planted | None:
    """Letters in circles, as in profiles and posts."""
    small = {ord("a") + i: 0x24D0 + i for i in range(26)}
    return changed(text.translate(small | {ord("A") + i: 0x24B6 + i for i in range(26)}), text)


SMALL_CAPITALS = str.maketrans("abcdefghijklmnopqrtuvwyz", "ᴀʙᴄᴅᴇꜰɢʜɪᴊᴋʟᴍɴᴏᴘǫʀᴛᴜᴠᴡʏᴢ")


def small_capitals(draw: random.Random, text: str, language: str) -> Planted | None:
    """Lower case as small capitals, as in captions of shared pictures."""
    return changed(text.translate(SMALL_CAPITALS), text)


LOOKALIKES = dict(zip("aceopxyABCEHKMOPTX", "асеорхуАВСЕНКМОРТХ", strict=True))


def lookalikes(draw: random.Random, text: str, language: str) -> Planted | None:
    """Some Latin letters as Cyrillic ones of the same shape, which a bilingual keyboard or a spammer leaves."""
    if language == "zh":
        return None
    return changed("".join(LOOKALIKES.get(c, c) if draw.random() < 0.15 else c for c in text), text)


COMPATIBILITY = {
    unicodedata.normalize("NFC", chr(code)): chr(code)
    for code in range(0xF900, 0xFA6E)
    if unicodedata.normalize("NFC", chr(code)) != chr(code)
}


def korean_forms(draw: random.Random, text: str, language: str) -> Planted | None:
    """Han characters in the second forms that Korean fonts and PDF files use (U+F900 to U+FA6D)."""
    return changed("".join(COMPATIBILITY.get(c, c) for c in text), text)


LOOSE = {"\u0301": "´", "\u0300": "`", "\u0308": "¨", "\u0303": "˜", "\u0302": "ˆ", "\u0327": "¸"}
ACCENTED = (
    "{a} sent a naïve résumé from Zürich with {n} pages.",
    "Señora Peña met {a} {n} times at the fête.",
    "The café près du musée, number {n}, was {a}'s favourite.",
    "{a} read {n} letters of Gödel and Poincaré in Málaga.",
)


def loose_accents(draw: random.Random, text: str, language: str) -> Planted | None:
    """Accents set before their letters, as they come out of papers that TeX made: na¨ıve."""
    if language == "zh":
        return None
    original = joined(text, draw.choice(ACCENTED).format(a=draw.choice(ACCENTED_NAMES), n=draw.randrange(3, 90)), "en")
    parts = (unicodedata.normalize("NFD", c) for c in original)
    dirty = "".join(LOOSE[p[1]] + ("ı" if p[0] == "i" else p[0]) if len(p) == 2 and p[1] in LOOSE else p for p in parts)
    return changed(dirty, original)


def object_marks(draw: random.Random, text: str, language: str) -> Planted | None:
    """U+FFFC where pictures stood in a document from which the text was copied."""
    lines = text.split("\n")
    places = draw.sample(range(len(lines)), min(2, len(lines)))
    return changed("\n".join(("\ufffc" if i in places else "") + line for i, line in enumerate(lines)), text)


def sheet_returns(draw: random.Random, text: str, language: str) -> Planted | None:
    """Carriage returns as a library writes them into cells of a spreadsheet."""
    return changed(text.replace("\n", "_x000D_\n"), text)


def stored_escapes(draw: random.Random, text: str, language: str) -> Planted | None:
    r"""A row of a database dump: line breaks as `\n` of two characters, quotes behind a back slash."""
    said = {"en": '"Don\'t wait," they said, "it\'s {n} miles."', "zh": '他们说："没关系，{n}号再来。"'}[language]
    original = joined(text, said.format(n=draw.randrange(3, 29)), language)
    return changed(
        original.replace("'", "\\'").replace('"', '\\"').replace("\n", draw.choice(("\\n", "\\r\\n"))), original
    )


def wrapped(draw: random.Random, text: str, language: str) -> Planted | None:
    """A paragraph broken into short lines, as in plain mail, old text files and PDF columns."""
    rows = wrapped_rows(text, language, draw.randrange(42, 60) if language == "en" else draw.randrange(15, 22))
    return changed("\n".join(rows), text) if rows else None


def spaced_out(draw: random.Random, text: str, language: str) -> Planted | None:
    """Letter-spacing of a layout program kept as spaces: in Chinese the whole text, in English the headline."""
    if language == "zh":
        return changed(re.sub(r"(?<=[\u4e00-\u9fff]) ?(?=[\u4e00-\u9fff])", " ", text), text)
    first, line, rest = text.partition("\n")
    if not line or len(first) > 70 or first.endswith("."):
        return None
    return changed("   ".join(" ".join(word) for word in first.split(" ")) + line + rest, text)


def indented(draw: random.Random, text: str, language: str) -> Planted | None:
    """Paragraphs indented by hard or ideographic spaces, which a page uses in place of a style."""
    mark = "\u3000\u3000" if language == "zh" else "\u00a0" * draw.choice((4, 6))
    return changed("\n".join(mark + line for line in text.split("\n")), text)


def lone_returns(draw: random.Random, text: str, language: str) -> Planted | None:
    """Sentences broken by carriage returns alone, as on old Macs and in dictation; each is a line."""
    lines = sentences(text, language)
    return changed("\r".join(lines), "\n".join(lines)) if len(lines) > 1 else None


CHARACTERS: tuple[Callable[[random.Random, str, str], Planted | None], ...] = (
    full_width,
    joiners,
    isolated_words,
    vertical_tabs,
    next_lines,
    doubled_returns,
    lone_returns,
    terminal_colours,
    overstruck,
    circled,
    small_capitals,
    lookalikes,
    korean_forms,
    loose_accents,
    object_marks,
    sheet_returns,
    stored_escapes,
    wrapped,
    spaced_out,
    indented,
)
