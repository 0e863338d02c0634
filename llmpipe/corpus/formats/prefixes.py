"""The same mark before every line: of quoted mail (`>`, `|`, `AL>`), of a program's comment (`//`, `#`, ` *`)."""

import re

_QUOTE = re.compile(r"[ \t]*(?:[A-Z]{0,3}>[ \t]?)+|[ \t]*(?:\|[ \t])+(?!.*\|)|[ \t]*\|$")
# marks, and the lines that must have one: a single line with `#` is a heading
_COMMENTS = tuple(
    (re.compile(rf"[ \t]*{mark}(?:[ \t]|$)"), least)
    for mark, least in (("//+", 1), ("#+", 3), (";+", 2), ("%+", 2), ("--+", 2), ("REM", 2))
)
_BLOCK = re.compile(r"\s*/\*+[ \t]*\n?(.*?)\s*\*+/\s*", re.DOTALL)
_STAR = re.compile(r"[ \t]*\*[ \t]?")


def prefixes(text: str) -> str:
    """The text without a mark that begins all of its lines; lists keep theirs, and quotations within a text."""
    block = _BLOCK.fullmatch(text)
    if block is not None:
        lines = block[1].split("\n")
        return "\n".join(_STAR.sub("", line, count=1) for line in lines)
    lines = text.split("\n")
    filled = [line for line in lines if line and not line.isspace()]
    if filled and all(map(_QUOTE.match, filled)) and "|" not in {line.rstrip()[-1] for line in filled if len(line) > 2}:
        return "\n".join(_QUOTE.sub("", line, count=1) for line in lines)
    for mark, least in _COMMENTS:
        found = [mark.match(line) for line in filled]
        if len(filled) >= least and len({match and match[0].strip() for match in found}) == 1 and found[0]:
            return "\n".join(mark.sub("", line, count=1) for line in lines)
    return text
