"""
Light markup: reStructuredText, Org, AsciiDoc, Textile, Gemini, and of Markdown what is no text.

Lists, headings and code of Markdown are text; its pictures, addresses, definitions and footnotes' marks are none.
"""

import re
from collections.abc import Sequence

Subs = Sequence[tuple[re.Pattern[str], str]]


def _sub(pattern: str, by: str = "", flags: int = re.MULTILINE) -> tuple[re.Pattern[str], str]:
    return re.compile(pattern, flags), by


_RST = re.compile(
    r"^\.\. (?:[\w-]+::|_[^:\n]+:|\[[^\]\n]+\] |\|[^|\n]+\| )|(?<![A-Za-z0-9_]):[a-z]+(?::[a-z]+)?:`[^`\n]+`",
    re.MULTILINE,
)
_RST_SUBS: Subs = (
    _sub(
        r"^\.\. (?:note|warning|tip|important|caution|hint|attention|danger|error|epigraph|pull-quote|seealso)::[ \t]*"
    ),
    _sub(r"^\.\. (?:code-block|code|sourcecode|highlight|parsed-literal)::.*\n"),
    _sub(r"^\.\. .*(?:\n[ \t]+\S.*|\n(?=\n[ \t]+\S))*\n?"),
    _sub(r":[a-z]+(?::[a-z]+)?:`!?~?([^`<\n]+?)(?:[ \t]*<[^<>`\n]*>)?`", r"\1"),
    _sub(r"(?<!`)`([^`<\n]+?)(?:[ \t]*<[^<>`\n]*>)?`__?", r"\1"),
    _sub(r"``([^`\n]+)``", r"\1"),
    _sub(r"(?<![A-Za-z0-9*])(\*\*?)(?=\S)([^*\n]+?)(?<=\S)\1(?![A-Za-z0-9*])", r"\2"),
    _sub(r"(?<=\S\n)([=~^\"'`#*+-])\1{2,}[ \t]*\n", ""),
    _sub(r"(?<=\w)::$", ":"),
)
_ORG = re.compile(r"^#\+[A-Za-z_]+(?::|$|[ \t])|^:PROPERTIES:$", re.MULTILINE)
_ORG_SUBS: Subs = (
    _sub(r"^:[A-Z_]+:\n(?:.*\n)*?:END:[ \t]*\n?"),
    _sub(r"^#\+(?:TITLE|SUBTITLE|CAPTION):[ \t]*(?=\S)"),
    _sub(r"^#\+.*\n?"),
    _sub(r"^# .*\n?"),
    _sub(r"^[ \t]*(?:CLOSED|SCHEDULED|DEADLINE):.*\n?"),
    _sub(r"^\*+ (?:(?:TODO|DONE|WAITING) )?(?:\[#[A-C]\] )?"),
    _sub(r"\[\[[^\[\]]+\]\[([^\[\]]+)\]\]", r"\1"),
    _sub(r"\[\[[^\[\]]+\]\]"),
    _sub(r"(?<![A-Za-z0-9/*=~+:.])([/*=~+])(?=[^\s/])([^\n/*=~+]+?)(?<=\S)\1(?![A-Za-z0-9/*=~+])", r"\2"),
)
_ADOC = (
    re.compile(r"^:!?[\w-]+!?:(?:[ \t].*)?$", re.MULTILINE),
    re.compile(
        r"^(?:image|include|video|toc)::\S*\[.*\]$|^\[\[[\w-]+\]\]$|^\[(?:quote|source|NOTE|TIP|verse|"
        r"abstract|#|\.).*\]$|^(?:_{4}|-{4}|={4}|\*{4})$",
        re.MULTILINE,
    ),
)
_ADOC_SUBS: Subs = (
    _sub(r"^:!?[\w-]+!?:(?:[ \t].*)?\n?"),
    _sub(r"^\[[^\n]*\][ \t]*\n?"),
    _sub(r"^(?:_{4,}|-{4,}|={4,}|\*{4,}|\.{4,}|\+{4,}|/{4,})[ \t]*\n?"),
    _sub(r"^(?:include|video|toc)::\S*\[.*\]\n?|image::?\S+\[[^\[\]\n]*\]"),
    _sub(r"(?:link:|https?://|xref:)[^\s\[\]]+\[([^\[\]\n]+)\]", r"\1"),
    _sub(r"<<[^<>,\n]+,([^<>\n]+)>>", r"\1"),
    _sub(r"^//.*\n?"),
    _sub(r"^={1,5} (?=\S)"),
    _sub(r"(?<![A-Za-z0-9_*`])([_*`])(?=\S)([^_*`\n]+?)(?<=\S)\1(?![A-Za-z0-9_*`])", r"\2"),
)
_TEXTILE = re.compile(r"^(?:p|bq|h[1-6])(?:\([^()\n]*\))?\. (?=\S)", re.MULTILINE)
_TEXTILE_SUBS: Subs = (
    _sub(r"^(?:p|bq|h[1-6])(?:\([^()\n]*\))?\. (?=\S)"),
    _sub(r"\"([^\"\n]+)\":(?:https?://|/)[^\s。，]+?(?=[.,;:!?]?(?:\s|$)|[\u4e00-\u9fff])", r"\1"),
    _sub(r"(?<![\w!])![^\s!]+\.(?:png|jpe?g|gif)!(?::\S+)?"),
)
_GEMINI = re.compile(r"^=>[ \t]+(?:[a-z]+://|/|\.)\S*.*\n?", re.MULTILINE)

_TARGET = r"(?:<[^<>\n]*>|(?:[^\s()\[\]]*[/#.:][^\s()\[\]]*))(?:[ \t]+(?:\"[^\"\n]*\"|'[^'\n]*'))?"
_BADGE = re.compile(rf"\[!\[[^\[\]\n]*\]\({_TARGET}\)\](?:\({_TARGET}\)|\[[^\[\]\n]*\])")
_IMAGE = re.compile(rf"!\[[^\[\]\n]*\](?:\({_TARGET}\)|\[[^\[\]\n]*\])(?:\{{[^{{}}\n]*\}})?")
_MARKDOWN_LINK = re.compile(
    rf"(?<![\w\])])\[([^\[\]\n]*[^\W_][^\[\]\n]*)\]\({_TARGET}\)|(?<=[\u4e00-\u9fff])\[([^\[\]\n]+)\]\({_TARGET}\)"
)
_DEFINITION = re.compile(
    r"^ {0,3}\[(?!\^)([^\[\]\n]+)\]:[ \t]+(?:<[^<>\n]*>|\S*[/#.]\S*)(?:[ \t]+(?:\"[^\"\n]*\"|"
    r"'[^'\n]*'|\([^()\n]*\)))?[ \t]*\n?",
    re.MULTILINE,
)
_NOTE = re.compile(r"^\[\^[\w-]+\]:.*\n?(?:[ ]{4}.*\n?)*", re.MULTILINE)
_NOTE_MARK = re.compile(r"\[\^[\w-]+\]")
_CONTENTS = re.compile(r"^(?:\[TOC\]|\[\[_?TOC_?\]\]|\{:[^{}\n]*\})[ \t]*\n?", re.MULTILINE | re.IGNORECASE)
_BOLD = re.compile(r"(?<![A-Za-z0-9*\\])\*\*(?=[^\s*])([^*\n]+?)(?<=[^\s*])\*\*(?![A-Za-z0-9*])")
_STRONG = re.compile(r"(?<![A-Za-z0-9_\\])__(?=[A-Z\u4e00-\u9fff]|\S[^_\n]* )([^_\n]+?)(?<=\S)__(?![A-Za-z0-9_])")
_CODE = re.compile(r"```.*?```|`[^`\n]+`", re.DOTALL)


def _changed(text: str, subs: Subs) -> str:
    for pattern, by in subs:
        text = pattern.sub(by, text)
    return text


def restructured(text: str) -> str:
    """reStructuredText: directives but admonitions go, roles and links come to their text."""
    return _changed(text, _RST_SUBS) if _RST.search(text) else text


def org(text: str) -> str:
    """Org: keywords, drawers and planning go, links come to their text."""
    return _changed(text, _ORG_SUBS) if _ORG.search(text) else text


def asciidoc(text: str) -> str:
    """AsciiDoc: attributes and delimiters go; a line `:name:` alone may be anything."""
    return _changed(text, _ADOC_SUBS) if all(sign.search(text) for sign in _ADOC) else text


def textile(text: str) -> str:
    """Textile: marks of blocks go, links come to their text."""
    return _changed(text, _TEXTILE_SUBS) if _TEXTILE.search(text) else text


def gemtext(text: str) -> str:
    """Gemini: lines that are links go."""
    return _GEMINI.sub("", text)


def markdown(text: str) -> str:
    """What of Markdown is no text goes, outside of code."""
    parts, end = [], 0
    for code in _CODE.finditer(text):
        parts += [text[end : code.start()], code[0]]
        end = code.end()
    parts.append(text[end:])
    names = {name.lower() for part in parts[::2] for name in _DEFINITION.findall(part)}
    has_notes = any(map(_NOTE.search, parts[::2]))
    parts[::2] = [_plain_markdown(part, names, has_notes) for part in parts[::2]]
    return "".join(parts)


def _plain_markdown(text: str, names: set[str], has_notes: bool) -> str:
    text = _CONTENTS.sub("", text)
    if "](" in text or "![" in text:
        text = _IMAGE.sub("", _BADGE.sub("", text))
        text = _MARKDOWN_LINK.sub(lambda match: match[1] or match[2], text)
    if names:
        text = _DEFINITION.sub("", text)
        used = re.compile(rf"\[([^\[\]\n]+)\] ?\[(?:{'|'.join(map(re.escape, sorted(names)))}|)\]", re.IGNORECASE)
        text = used.sub(r"\1", text)
    if has_notes:
        text = _NOTE_MARK.sub("", _NOTE.sub("", text))
    if "__" in text:
        text = _STRONG.sub(r"\1", text)
    return _BOLD.sub(r"\1", text) if "**" in text else text
