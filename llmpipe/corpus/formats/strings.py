"""Texts as strings of programs and files: catalogues of translations, pages in PostScript and PDF, calendars."""

import re

_ENTRY = re.compile(r"^(msgid|msgstr(?:\[\d\])?)[ \t]+((?:\"(?:[^\"\\\n]|\\.)*\"\s*)+)", re.MULTILINE)
_STRING = re.compile(r"\"((?:[^\"\\\n]|\\.)*)\"")
_ESCAPE = re.compile(r"\\(.)")
_ESCAPES = {"n": "\n", "t": "\t", "r": ""}
_SHOWN = re.compile(r"\(((?:[^()\\]|\\.)*)\)[ \t]*(?:Tj|')")
_BEGINS, _ENDS = re.compile(r"^BT\b", re.MULTILINE), re.compile(r"^ET\b", re.MULTILINE)
_CARD = re.compile(r"^(?:DESCRIPTION|SUMMARY|NOTE)(?:;[^:\n]*)?:(.*(?:\n[ \t].*)*)", re.MULTILINE)


def _read(text: str) -> str:
    return _ESCAPE.sub(lambda match: _ESCAPES.get(match[1], match[1]), text)


def gettext(text: str) -> str:
    """The translations of a catalogue, or what is to be translated where nothing is."""
    found = [(name, _read("".join(_STRING.findall(body)))) for name, body in _ENTRY.findall(text)]
    told = [body for name, body in found if name != "msgid" and body.strip()]
    asked = [body for name, body in found if name == "msgid" and body.strip()]
    return "\n".join(line.rstrip("\n") for line in told or asked) or text


def page_text(text: str) -> str:
    """The strings that a page's content shows, a line each."""
    begins = _BEGINS.search(text)
    if begins is None or not _ENDS.search(text, begins.end()):
        return text
    return "\n".join(_read(found) for found in _SHOWN.findall(text)) or text


def calendar(text: str) -> str:
    """The descriptions of a calendar or the notes of a card (RFC 5545, 6350)."""
    found = [_read(re.sub(r"\n[ \t]", "", body)) for body in _CARD.findall(text)]
    return "\n".join(found) or text
