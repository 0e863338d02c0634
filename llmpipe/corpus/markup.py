"""
Markup that is left in text: of wikis, forums and templates, escapes of JSON, lines of scripts and style sheets.

Each rule is gated by a sign that it needs, and code in backticks or fences stops those that would touch it.
"""

import json
import re
from collections.abc import Iterator
from functools import cache
from typing import Any

import numpy as np

from llmpipe.corpus.characters import Characters
from llmpipe.corpus.compiled import compiled
from llmpipe.corpus.quoting import announces, speaks_of_code

_WRAPPED = re.compile(r"\s*\{\s*\"\w+\"\s*:")
_MIN_SHARE = 0.5  # of the characters of a JSON object, for its strings to be the text
_UNICODE = re.compile(r"(?:\\u[0-9a-fA-F]{4})+")
_MIN_ESCAPES = 8
_LITERAL_END = re.compile(r"(?<=[.!?。！？”\"])(?:\\r)?\\n")
_LITERALS = re.compile(r"\\r\\n|\\n|\\r|\\t|\\(?=[\"'/])")
_LITERAL_OF = {"\\n": "\n", "\\r\\n": "\n", "\\r": "\n", "\\t": "\t", "\\": ""}
_FORUM_TAG = (
    r"b|i|u|s|url|img|quote|color|size|font|code|center|list|align|email|spoiler|caption|gallery|embed|video|audio"
)
_FORUM_CLOSED = re.compile(rf"\[/(?:{_FORUM_TAG})\]", re.IGNORECASE)
_FORUM = re.compile(rf"\[img\][^\[\]\s]*\[/img\]|\[/?(?:{_FORUM_TAG})(?:[= ][^\[\]\n]*)?\]", re.IGNORECASE)
_SHORTCODE = re.compile(r"\[(?:gallery|embed|video|audio|caption|vc_\w+)(?: \w+=[^\[\]\n]*)\]", re.IGNORECASE)
_TEMPLATE = re.compile(r"\{\{[^{}]*\}\}|\{%[^{}]*%\}")
_CATEGORY = re.compile(r"\[\[(?:Category|File|Image|分类|分類|文件|图像)\s*:[^\[\]]*\]\]\s*", re.IGNORECASE)
_WIKI_LINK = re.compile(r"\[\[(?:[^\[\]|\n]{1,200}\|)?([^\W\d_][^\[\]|\n]{0,200})\]\]")
_EMPHASIS = re.compile(r"(?<!')('{2,3}|'{5})(?!')([^'\n]+?)(?<!')\1(?!')")
_HEADING = re.compile(r"^(={2,5}) *([^=\n]+?) *\1$", re.MULTILINE)
_IMAGE = re.compile(r"!\[[^\[\]\n]*\]\([^()\n]*\)")
_LINK = re.compile(r"\[([^\[\]\n]+)\]\((?:https?:)?//[^()\s]+\)")
_TAIL = re.compile(r"(?<!\w)(?:(?:[\w-]+=)?\"[^\"\n<>]*\"\s*)+>(?!\")")  # of a tag whose head is lost; no `"T">"H"`
_HEAD = re.compile(r"<(?:a|img|div|span|p|td|table|font|link|script)\s[^<>]*$", re.IGNORECASE)
_STYLE_LINE = re.compile(r"(?:[^{}\"]*\{(?:[^{}]*[\w-]+\s*:\s*[^{};]+;?\s*|[^{}]*\{[^{}]*\}\s*)\}\s*)+$")
_SCRIPT = re.compile(
    r"function\s*\w*\(|\bdocument\.\w|\bwindow\.\w|\$\(|\.push\(|\bvar \w+\s*=|\bconst \w+\s*=|addEventListener"
)
_MAX_CODE = 0.5  # of the lines; where there are more, the document is about code, but for
_FEW_CODE = 4  # lines at the ends of a short text
_MIN_PROSE = 60  # characters that must be left
_REFERENCE = re.compile(r"<ref[ >][^<>]*/>|<ref(?: [^<>]*)?>[^<>]*</ref>")


def markup(text: str) -> str:
    """A text without the markup that other systems than HTML left in it."""
    if "{" in text:
        text = _unwrap_json(text)
    if "\\" in text:
        text = _unescape(text)
    if "`" in text:
        return text
    if "<ref" in text:
        text = _REFERENCE.sub("", text)
    if "[" in text:
        text = _brackets(text)
    if "''" in text:
        text = _EMPHASIS.sub(r"\2", text)
    if "==" in text:
        text = _HEADING.sub(r"\2", text)
    if "{" in text or "$(" in text or "();" in text:
        text = _without_code(text)
    if '">' in text:
        text = _TAIL.sub(_headless, text)
    return _HEAD.sub("", text) if "<" in text else text


def may_have_markup(found: Characters) -> np.ndarray:
    """Which of several texts `markup` may change, bool (texts,)."""
    return _may_have_markup(found.codes, found.starts, found.ends, *_first_signs())


@cache
def _first_signs() -> tuple[np.ndarray, np.ndarray]:
    """Signs of ASCII that say enough, bool (128,); pairs of these that do, bool (128, 128)."""
    signs, pairs = np.zeros(128, dtype=np.bool_), np.zeros((128, 128), dtype=np.bool_)
    signs[list(map(ord, "{\\<"))] = True
    for left, right in ("[[", "[/", '="', "](", "''", "==", "$(", ");", '">'):
        pairs[ord(left), ord(right)] = True
    return signs, pairs


@compiled
def _may_have_markup(
    codes: np.ndarray, starts: np.ndarray, ends: np.ndarray, signs: np.ndarray, pairs: np.ndarray
) -> np.ndarray:
    likely = np.zeros(len(starts), dtype=np.bool_)
    for text in range(len(starts)):
        before = np.uint32(0)
        for place in range(starts[text], ends[text]):
            code = codes[place]
            if code >= 128:
                before = np.uint32(0)
                continue
            if signs[code] or pairs[before, code]:
                likely[text] = True
                break
            before = code
    return likely


def _headless(tail: re.Match[str]) -> str:
    """Nothing for the tail of a tag whose head is lost; a tag that a text speaks of has its head."""
    text, start = tail.string, tail.start()
    head = text.rfind("<", 0, start)
    return tail[0] if head > text.rfind(">", 0, start) and text[head + 1].isalpha() else ""


def strings_of(text: str) -> str:
    r"""A text with the escapes of JSON (`\n`, `\u4f60`) read: what its records say, whatever `markup` takes of them."""
    if "\\" not in text:
        return text
    text = _UNICODE.sub(lambda match: _from_codes(match[0]), text)
    return _LITERALS.sub(lambda match: _LITERAL_OF[match[0]], text)


def _unwrap_json(text: str) -> str:
    """The strings of an object that are prose, when they are most of it: a record whose text was not taken out."""
    if not _WRAPPED.match(text):
        return text
    try:
        record = json.loads(text)
        found = "\n".join(filter(_is_prose, _strings(record)))
    except (ValueError, RecursionError):  # no JSON, or deeper than anyone writes
        return text
    return found if len(found) > _MIN_SHARE * len(text) else text


def _is_prose(text: str) -> bool:
    """No id, link or label."""
    return len(text.split()) > 1 or not text.isascii()


def _strings(value: Any) -> Iterator[str]:
    """All strings of a record, however deep, in order."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for part in value.values() if isinstance(value, dict) else value:
            yield from _strings(part)


def _unescape(text: str) -> str:
    r"""`\n` and `\u4f60` written out, as strings of programs have them, where they are strewn over prose."""
    if "\\u" in text and text.count("\\u") >= _MIN_ESCAPES:
        text = _UNICODE.sub(lambda match: _from_codes(match[0]), text)
    if _LITERAL_END.search(text) and "`" not in text and "$" not in text:  # formulas have commands like \nu and \theta
        text = _LITERALS.sub(lambda match: _LITERAL_OF[match[0]], text)
    return text


def _from_codes(codes: str) -> str:
    units = bytes.fromhex("".join(codes.split("\\u")))
    return units.decode("utf-16-be", "replace")


def _brackets(text: str) -> str:
    if "[[" in text:
        text = _WIKI_LINK.sub(r"\1", _CATEGORY.sub("", text))
    if "[/" in text and _FORUM_CLOSED.search(text):
        text = _FORUM.sub("", text)
    if '="' in text:
        text = _SHORTCODE.sub("", text)
    if "](" in text:
        text = _LINK.sub(r"\1", _IMAGE.sub("", text))
    return text


def _without_code(text: str) -> str:
    """
    Lines of style sheets, scripts and records go where most lines are prose; templates go in lines of prose.

    A line that the one above announces is shown.
    """
    lines = text.split("\n")
    code = [_is_code(line.strip()) for line in lines]
    for number in range(1, len(lines)):
        if code[number] and not code[number - 1] and announces(lines[number - 1]):
            code[number] = False
    if any(code) and sum(code) <= max(_MAX_CODE * len(lines), _FEW_CODE):
        prose = "\n".join(line for line, is_code in zip(lines, code, strict=True) if not is_code)
        shown = [line for line, is_code in zip(lines, code, strict=True) if is_code]
        text = prose if len(prose) >= _MIN_PROSE and not speaks_of_code(prose, shown) else text
    return _TEMPLATE.sub("", text) if "{{" in text or "{%" in text else text


def _is_code(line: str) -> bool:
    if len(line) > 2000 or not line.endswith((";", "}", ",", "]")):
        return False
    if "{" in line and (line.startswith(('{"', '[{"')) or (":" in line and _STYLE_LINE.match(line) is not None)):
        return True
    return line.endswith((";", "}")) and _SCRIPT.search(line) is not None
