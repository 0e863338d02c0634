"""
Texts that are still a row of an export: an object of JSON (RFC 8259), a literal of Python, a row of SQL or a table.

Each is read by the grammar of its format. What is prose among its values is the text; a row without any stays.
"""

import ast
import csv
import json
import re
import warnings
from collections.abc import Callable, Iterator
from typing import Any

_JSON = re.compile(r"\s*(?:\[\s*)?\{\s*\"[\w@$ .-]{1,60}\"\s*:|\s*\[\s*\"")
_PYTHON = re.compile(r"\s*(?:[\[({]\s*(?:b?['\"]|\d+, |\{)|b['\"]|['\"](?=.*\\[n'\"tux]))", re.DOTALL)
_PAIR = re.compile(r"\"((?:[^\"\\]|\\.)*)\"\s*(:?)")
_CUT = re.compile(r"\s*\{\s*\"\w+\"\s*:\s*(?:\"|[\d.]+,|true,|false,|null,)")
_SQL = re.compile(r"\s*(?:INSERT|REPLACE)\s+INTO\s+[`\"'\w.]+\s*(?:\([^()]*\)\s*)?VALUES?\s*\(", re.IGNORECASE)
_SQL_STRING = re.compile(r"'((?:[^'\\]|\\.|'')*)'(?=\s*[,)])")
_PHP = re.compile(r"\s*(?:a:\d+:\{|O:\d+:\")")
_PHP_STRING = re.compile(rb"s:(\d+):\"")
_ESCAPE = re.compile(r"\\(.)|''", re.DOTALL)
_ESCAPES = {"n": "\n", "r": "", "t": "\t", "0": ""}
_FIELDS = 3  # of a row of a table
_NO_PROSE = re.compile(r"[\d\s.,:/+TZ-]*|\w{1,20}|[a-z]+://\S*|true|false|null", re.IGNORECASE)
_HAN = re.compile("[\u3400-\u9fff]")
_END = re.compile(r"[.!?…。！？](?=[\s\"'”’」）)]|$)|[。！？]")
_MIN_SIZE = 8  # words or Han characters of a text; of a title and the like, with it, half of them
_MIN_SHARE = 0.25  # of a row is text; what has less is settings
_TITLES = re.compile(r"title|headline|subject|summary|question|answer|标题|題目|题目", re.IGNORECASE)


def records(text: str) -> str:
    """The prose of a text that is a row of an export, or a few; the text itself where it is none."""
    for form, read in _FORMS:
        if form.match(text):
            strings = list(read(text))
            found = _prose(strings)
            is_most = len(found) + 2 * len(_HAN.findall(found)) >= _MIN_SHARE * len(text)
            if found and (is_most or len(strings) == 1):
                return found
    return text if "\t" not in text and '"' not in text else _of_table(text) or text


def _prose(strings: list[tuple[str, str]]) -> str:
    """The longest string where it is a text, with others that are prose or titles, in their order; else ""."""
    if not strings or max(_size(string) for _, string in strings) < _MIN_SIZE:
        return ""
    kept = [string for name, string in strings if _is_kept(name, string)]
    return "\n".join(dict.fromkeys(string.strip("\n") for string in kept))


def _is_kept(name: str, string: str) -> bool:
    size = _size(string)
    if not size or _NO_PROSE.fullmatch(string):
        return False
    return size >= _MIN_SIZE or bool(_TITLES.search(name) or _END.search(string) or name == "-")


def _size(string: str) -> int:
    """Words, Han characters one each; none of an address or a number."""
    return 0 if _NO_PROSE.fullmatch(string) else len(_HAN.findall(string)) + len(string.split())


def _json(text: str) -> Iterator[tuple[str, str]]:
    for part in (text, *_rows(text)):
        try:
            yield from _strings(json.loads(part, strict=False))
        except (ValueError, RecursionError):
            if part is text and not _are_rows(text):
                yield from _of_cut(text)
                return
            continue
        if part is text:
            return


def _rows(text: str) -> list[str]:
    return [line for line in text.split("\n") if line.strip()] if _are_rows(text) else []


def _are_rows(text: str) -> bool:
    """Whether each line is an object of its own."""
    lines = [line.strip() for line in text.split("\n") if line.strip()]
    return len(lines) > 1 and all(line[0] == "{" and line.endswith(("}", "},")) for line in lines)


def _of_cut(text: str) -> Iterator[tuple[str, str]]:
    """The strings of an object whose end was cut off, by their keys."""
    if not _CUT.match(text):
        return
    name = ""
    closed = text if text.rstrip().endswith(("}", "]")) else text + '"'
    for match in _PAIR.finditer(closed):
        try:
            string = json.loads(f'"{match[1]}"', strict=False)
        except ValueError:
            continue
        if match[2]:
            name = string
        else:
            yield name, string


def _strings(value: Any, name: str = "") -> Iterator[tuple[str, str]]:
    """All strings of a value, however deep, in order, each with the name that it stands under."""
    if isinstance(value, bytes):
        value = _decoded(value)
    if isinstance(value, str):
        yield name, value
    elif isinstance(value, dict):
        for key, part in value.items():
            yield from _strings(part, str(key))
    elif isinstance(value, list | tuple):
        for part in value:
            yield from _strings(part, name or "-")


def _decoded(data: bytes) -> str:
    """Bytes in UTF-8 or GB 18030; nothing where they are neither."""
    for encoding in ("utf-8", "gb18030"):
        try:
            return data.decode(encoding)
        except UnicodeError:
            continue
    return ""


def _python(text: str) -> Iterator[tuple[str, str]]:
    try:
        with warnings.catch_warnings(action="ignore"):  # of escapes that are none
            value = ast.literal_eval(text.strip())
    except (ValueError, SyntaxError, MemoryError, RecursionError, TypeError):
        return
    yield from _strings(value, "" if isinstance(value, dict) else "-")


def _sql(text: str) -> Iterator[tuple[str, str]]:
    for match in _SQL_STRING.finditer(text):
        yield "", _ESCAPE.sub(lambda escape: "'" if escape[0] == "''" else _ESCAPES.get(escape[1], escape[1]), match[1])


def _php(text: str) -> Iterator[tuple[str, str]]:
    """The strings of PHP's serialize: each says how many bytes it has."""
    data, place, strings = text.encode("utf-8", "surrogatepass"), 0, []
    while match := _PHP_STRING.search(data, place):
        place = match.end() + int(match[1])
        strings.append(data[match.end() : place].decode("utf-8", "replace"))
        if data[place : place + 1] != b'"':
            return  # not its grammar, or it was cut
    yield from (("", string) for string in strings)


def _of_table(text: str) -> str:
    """The field of a row of a table (RFC 4180, or tabs) that is most of it, where all others are numbers and names."""
    delimiter = "\t" if text.count("\t") >= _FIELDS - 1 else ","
    try:
        rows = list(csv.reader([line + "\n" for line in text.split("\n")], delimiter=delimiter, strict=True))
    except csv.Error:
        return ""
    if len(rows) != 1 or len(rows[0]) < _FIELDS:
        return ""
    longest = max(rows[0], key=len)
    others = [field for field in rows[0] if field is not longest]
    is_text = _size(longest) >= _MIN_SIZE and 2 * len(longest) > len(text) and bool(_END.search(longest))
    return longest.strip("\n") if is_text and all(map(_NO_PROSE.fullmatch, others)) else ""


_FORMS: tuple[tuple[re.Pattern[str], Callable[[str], Iterator[tuple[str, str]]]], ...] = (
    (_JSON, _json),
    (_PYTHON, _python),
    (_SQL, _sql),
    (_PHP, _php),
)
