r"""
Line ends and quotes spelled out: `_x000D_` of sheets (ECMA-376, ST_Xstring), `^M`, `\n` and `\"` of dumps.

A text that is about them has one or two, or stands on lines of its own; a stored row has no other line end, or has the
sign at the end of nearly all of its lines.
"""

import re
from itertools import islice

from llmpipe.corpus.mentions import is_mentioned

_HEX = re.compile(r"_x([0-9A-Fa-f]{4})_")
_HEX_BREAK = re.compile(r"_x000[dD]_(?:_x000[aA]_|\n)?|_x000[aA]_")
_AT_ENDS = re.compile(r"(?:_x000[dD]_|\^M|&#(?:13|x0*[dD]);|\\r|␍␊?|␊|␤|↵|¶|<CR>|\[CR\])[ \t]*(?=\n|$)")
_MOST_LINES = 0.6  # of the lines but the last end with the sign
_SYMBOLS = re.compile(r"␍␊|␍|␊|␤|&#(?:13;&#)?10;|&#x0*[aA];|↵(?=\S)")
_CODE = re.compile(r"`|\$|printf|[{;]\s*$|\\(?:begin|frac|text\w*|emph|[a-z]{3,}\{)|[A-Z]:\\|\\\\\w+\\", re.MULTILINE)
_BREAK = re.compile(r"(?:\\{1,2}r)?\\{1,2}n(?:\\{1,2}[rnt])*")
_MOST_MENTIONED = 3
_BETWEEN = re.compile(
    r"(?<=\S)(?:\\{1,2}r)?\\{1,2}n(?:\\{1,2}[rnt])*(?=[A-Z0-9\u3000-\u9fff\uff01-\uff60“‘\"'(\\ ]|[a-z]{2})"
)
_SURE = re.compile(
    r"[.!?。！？”\"](?:\\{1,2}r)?\\{1,2}n|\\{1,2}r\\{1,2}n|\\n\\n|"
    r"[\u4e00-\u9fff]\\{1,2}n(?=[\u4e00-\u9fff])|[a-z]\\{1,2}n[A-Z][a-z]"
)
_QUOTED = re.compile(r"(?:^|[\s（(：:，,])\\[\"“].+?[^\s\\]\\[\"”](?=[\s.,!?;:)。，）\\]|$)", re.MULTILINE | re.DOTALL)
_APOSTROPHE = re.compile(r"[A-Za-z]\\'(?:s|t|re|ll|ve|d|m)\b")
_ESCAPED = re.compile(r"(?:\\{1,2}r)?\\{1,2}n|\\{1,2}r|\\{1,2}t|\\([\"'/\\])")
_CELL = re.compile(r"\"(?:[^\"]|\"\")*\"")


def spelled_out(text: str) -> str:
    """The text with its line ends and quotes as signs of their own."""
    if "_x0" in text and _HEX.search(text):
        text = _sheet(text)
    text = _at_ends(text)
    if "\n" not in text and len(_SYMBOLS.findall(text)) >= 1 and "`" not in text:
        text = _SYMBOLS.sub("\n", text)
    if "\\" in text:
        text = _stored(text)
    if '""' in text:
        text = _cell(text)
    return text


def _sheet(text: str) -> str:
    """`_xHHHH_` of a cell: where it stands for a line end, all of them are read."""
    found = list(_HEX_BREAK.finditer(text))
    if not found or any(
        text[match.end() - 1] != "\n" and text[match.start() - 1 : match.start()] == " " for match in found
    ):
        return text  # one in a sentence is spoken of
    return _HEX.sub(lambda match: chr(int(match[1], 16)), _HEX_BREAK.sub("\n", text))


def _at_ends(text: str) -> str:
    """Without a sign for a line end that stands before nearly all line ends."""
    breaks = text.count("\n")
    found = _AT_ENDS.findall(text) if breaks else []
    return _AT_ENDS.sub("", text) if found and len(found) >= max(1, _MOST_LINES * breaks) else text


def _are_mentioned(text: str) -> bool:
    r"""Whether a text speaks of its few line ends: `the escape \n stands for a line end`."""
    found = list(islice(_BREAK.finditer(text), _MOST_MENTIONED + 1))
    return 0 < len(found) <= _MOST_MENTIONED and all(is_mentioned(text, *match.span()) for match in found)


def _stored(text: str) -> str:
    """A row of a database or a string of a program, read."""
    if _CODE.search(text) or _are_mentioned(text):
        return text
    row = "\n" not in text.strip() and _BETWEEN.search(text) and (_SURE.search(text) or len(_BETWEEN.findall(text)) > 1)
    quoted = _QUOTED.search(text) is not None or _APOSTROPHE.search(text) is not None
    if not (row or quoted):
        return text
    if text[:1] == text[-1:] == '"' and len(text) > 2 and not re.search(r'(?<!\\)"', text[1:-1]):
        text = text[1:-1]
    return _ESCAPED.sub(lambda match: match[1] or ("\n" if "n" in match[0] or "r" in match[0] else "\t"), text)


def _cell(text: str) -> str:
    """A cell of CSV (RFC 4180): in quotes whole, and each quote inside doubled."""
    return text[1:-1].replace('""', '"') if _CELL.fullmatch(text) and len(text) > 2 else text
