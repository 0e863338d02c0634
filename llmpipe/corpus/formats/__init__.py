"""
Texts that are still in the format of another program: of typesetters, players, feeds, wikis, manuals, forums and mail.

A file a family of formats. Each function asks for signs that the format's grammar needs and writing does not have,
and gives back the text it was given when they are not there; so their order matters little.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

import numpy as np

from llmpipe.corpus.characters import Characters
from llmpipe.corpus.compiled import compiled
from llmpipe.corpus.formats.assigned import assigned
from llmpipe.corpus.formats.chat import chat
from llmpipe.corpus.formats.forum import forum
from llmpipe.corpus.formats.heads import heads
from llmpipe.corpus.formats.latex import latex
from llmpipe.corpus.formats.light import asciidoc, gemtext, markdown, org, restructured, textile
from llmpipe.corpus.formats.manuals import pod, texinfo, troff
from llmpipe.corpus.formats.notes import notes
from llmpipe.corpus.formats.prefixes import prefixes
from llmpipe.corpus.formats.records import records
from llmpipe.corpus.formats.rich_text import rich_text
from llmpipe.corpus.formats.scripts import scripts
from llmpipe.corpus.formats.strings import calendar, gettext, page_text
from llmpipe.corpus.formats.subtitles import subtitles
from llmpipe.corpus.formats.wiki import wiki
from llmpipe.corpus.formats.xml import xml
from llmpipe.corpus.text import codes_of

_SMALL, _LETTERS = "abcdefghijklmnopqrstuvwxyz", "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_DIGITS, _ANY = "0123456789", "".join(map(chr, range(9, 127)))


@dataclass(frozen=True, slots=True)
class Format:
    """
    What reads a format, and which two signs say that it may be there; each is (first sign, second signs).

    Args:
        read: A text to what it says.
        opens: At the beginning of the text.
        lines: At the beginning of a line.
        pairs: Anywhere.
    """

    read: Callable[[str], str]
    opens: tuple[tuple[str, str], ...] = ()
    lines: tuple[tuple[str, str], ...] = ()
    pairs: tuple[tuple[str, str], ...] = ()


_HEAD_NAMES = (
    "From|To|Cc|Subject|Date|Sent|Message|Return|Received|Path|News|X-|Delivered|MIME|Reply|"
    "Title|Category|Tags|Slug|Status|Author|title|date|tags|slug|layout|De"
)
FORMATS: tuple[Format, ...] = (
    Format(rich_text, opens=(("{", "\\"),)),
    Format(
        records,
        opens=(
            *((sign, _ANY) for sign in "{[(\"'"),
            *((sign, _DIGITS + ",\t") for sign in _DIGITS),
            *((name[0], name[1]) for name in ("b'", 'b"', "a:", "O:", "IN", "in", "RE")),
        ),
    ),
    Format(assigned, pairs=(("=", "\"'`"), ('"', ':}"'), ("'", "}"), ("\\", '"u'), (" ", "|"), ("}", ";"))),
    Format(scripts, pairs=((";", "\n"), ("}", "\n])"), ("<", "%?"), ("=", '"'))),
    Format(chat, pairs=(("<", "h@#!:a"),)),
    Format(
        heads,
        opens=(
            ("-", "-"),
            ("+", "+"),
            ("{", _ANY),
            ("*", "FST"),
            *((name[0], name[1]) for name in _HEAD_NAMES.split("|")),
        ),
        lines=(("-", "-"), ("_", "_"), ("=", "="), ("B", "e"), ("F", "o")),
    ),
    Format(
        prefixes,
        opens=(
            *((sign, _ANY) for sign in ">|#;%"),
            ("/", "/*"),
            ("-", "-"),
            ("R", "E"),
            *((sign, ">") for sign in _LETTERS),
        ),
        pairs=tuple((sign, ">") for sign in _LETTERS[:26]),
    ),
    Format(xml, opens=(("<", "?!" + _LETTERS),)),
    Format(
        subtitles,
        lines=(*((sign, _DIGITS + ":") for sign in _DIGITS), ("[", _DIGITS), ("(", _DIGITS), ("D", "i")),
        pairs=(("-", ">"),),
    ),
    Format(latex, pairs=(("\\", _LETTERS),)),
    Format(troff, lines=((".", _LETTERS + "\\"),)),
    Format(texinfo, lines=(("@", _SMALL),)),
    Format(pod, lines=(("=", _SMALL),)),
    Format(restructured, lines=((".", "."),), pairs=((":", "`"),)),
    Format(org, lines=(("#", "+"), (":", "P"))),
    Format(asciidoc, lines=((":", _SMALL + "!"),)),
    Format(textile, lines=(("p", ".("), ("b", "q"), ("h", "123456"))),
    Format(gemtext, lines=(("=", ">"),)),
    Format(gettext, lines=(("m", "s"),)),
    Format(page_text, lines=(("B", "T"),)),
    Format(calendar, opens=(("B", "E"),)),
    Format(
        wiki,
        pairs=(("{", "{|*_" + _SMALL), ("[", "[h"), ("|", "h"), ("<", "<r"), ("~", "~"), ("_", "_"), ("-", "{")),
    ),
    Format(notes, pairs=(("[", _DIGITS + "eEcCnNaw "),)),
    Format(forum, pairs=(("[", "/"),)),
    Format(markdown, pairs=(("]", "([:"), ("[", "^T"), ("*", "*"), ("_", "_"), ("{", ":"), ("!", "["))),
)
_FIELD_CODES = tuple(map(ord, "发收寄主日抄时送"))  # what the names of fields begin with in Chinese
_HEADS_BIT = next(1 << number for number, form in enumerate(FORMATS) if form.read is heads)
_NOTES_BIT = next(1 << number for number, form in enumerate(FORMATS) if form.read is notes)
_BRACKET = 91


def formats(text: str) -> str:
    """What a text says, without the format that it is stored in."""
    found = _signs_of(text)
    for number, form in enumerate(FORMATS):
        if found >> number & 1:
            before, text = text, form.read(text)
            found |= _signs_of(text) if text != before else 0
    return text


def may_be_formatted(found: Characters) -> np.ndarray:
    """Which of several texts `formats` may change, bool (texts,)."""
    return np.asarray(_signs(found.codes, found.starts, found.ends, *_tables()) > 0)


def _signs_of(text: str) -> int:
    codes = codes_of(text)
    return int(_signs(codes, np.zeros(1, dtype=np.int64), np.array([len(codes)]), *_tables())[0])


@cache
def _tables() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The bits of two signs that open a text, that begin a line, that stand anywhere; uint32 (128, 128) each."""
    tables = np.zeros((3, 128, 128), dtype=np.uint32)
    for number, form in enumerate(FORMATS):
        for table, signs in zip(tables, (form.opens, form.lines, form.pairs), strict=True):
            for first, seconds in signs:
                table[ord(first), list(map(ord, seconds))] |= 1 << number
    return tables[0] | tables[1], tables[1], tables[2]


@compiled
def _signs(
    codes: np.ndarray, starts: np.ndarray, ends: np.ndarray, opens: np.ndarray, lines: np.ndarray, pairs: np.ndarray
) -> np.ndarray:
    """The bits of the formats of which a text has a sign, uint32 (texts,)."""
    signs = np.zeros(len(starts), dtype=np.uint32)
    for text in range(len(starts)):
        found = np.uint32(0)
        before, at_line, at_start = np.uint32(10), True, True
        for place in range(starts[text], ends[text]):
            code = codes[place]
            if code == 10:
                at_line = True
            if code < 128:
                found |= pairs[before, code] if before < 128 else np.uint32(0)
            elif before == _BRACKET:
                found |= np.uint32(_NOTES_BIT)
            if at_line and code > 32:
                after = codes[place + 1] if place + 1 < ends[text] else np.uint32(10)
                if code < 128:
                    second = after if after < 128 else np.uint32(97)
                    found |= opens[code, second] if at_start else lines[code, second]
                elif at_start:
                    found |= _begins_field(code)
                at_line = at_start = False
            before = code
        found |= pairs[before, 10] if before < 128 else np.uint32(0)
        signs[text] = found
    return signs


@compiled
def _begins_field(code: np.uint32) -> np.uint32:
    for sign in _FIELD_CODES:
        if code == sign:
            return np.uint32(_HEADS_BIT)
    return np.uint32(0)
