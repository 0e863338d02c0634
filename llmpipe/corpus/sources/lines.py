"""Lines of a file in UTF-8, whatever its encoding, alone or several as one record."""

from collections.abc import Callable, Iterable, Iterator
from itertools import count
from pathlib import Path
from typing import Any, NamedTuple

from llmpipe.corpus.sources.encodings import UTF8
from llmpipe.corpus.sources.records import BadRecord, Row, too_long
from llmpipe.corpus.sources.streams import HEAD_BYTES, Bounded, open_bytes, read_line

_BOM = b"\xef\xbb\xbf"


class Line(NamedTuple):
    """
    A line, or a block of lines.

    Args:
        number: Of the first line, from 1.
        offset: Bytes before it in the decompressed file.
        raw: Its bytes in UTF-8; the first ones only when it is too long.
        problem: Why it cannot be used.
    """

    number: int
    offset: int
    raw: bytes
    problem: BadRecord | None = None


def lines_of(path: Path, encoding: str, limit: int) -> Iterator[Line]:
    """The lines of a file, in UTF-8, blank ones too."""
    newline, offset = "\n".encode(encoding), 0
    with open_bytes(path) as stream:
        for number in count(1):
            raw, size = read_line(stream, newline, limit)
            if not size:
                return
            yield line_of(number, offset, raw, encoding, too_long(limit) if size > limit else None)
            offset += size


def line_of(number: int, offset: int, raw: bytes, encoding: str, problem: BadRecord | None) -> Line:
    """A line in UTF-8, without the mark at the start of a file."""
    if encoding != UTF8:
        try:
            raw = raw.decode(encoding).encode()
        except UnicodeError as error:
            problem = problem or BadRecord(f"not_{encoding}", f"not {encoding}: {error}")
            raw = raw.decode(encoding, "replace").encode("utf-8", "replace")
    return Line(number, offset, raw.removeprefix(_BOM) if number == 1 else raw, problem)


def decode(raw: bytes) -> str:
    """
    Bytes as UTF-8.

    Raises:
        BadRecord: They are not, and where; or they are no text.
    """
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        raise BadRecord(
            "not_utf8",
            f"byte 0x{raw[error.start]:02x} at position {error.start} is not UTF-8; if all of the file is in another "
            "encoding, name it (encoding) in its source",
        ) from None
    if "\0" in text and text.count("\0") * 4 > len(text):
        raise BadRecord("binary", "a quarter of the characters are NUL: binary data, or UTF-16 without its mark")
    return text


def row_of(line: Line, parse: Callable[[bytes], Any]) -> Row:
    """What `parse` makes of a line, or what is wrong with it."""
    head = line.raw[:HEAD_BYTES].rstrip(b"\r\n")
    if line.problem is not None:
        return Row(line.number, line.offset, None, head, line.problem)
    try:
        return Row(line.number, line.offset, parse(line.raw), head)
    except BadRecord as problem:
        return Row(line.number, line.offset, None, head, problem)


class Block:
    """Lines that make one record."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._bytes = Bounded(limit)
        self._first: Line | None = None
        self._problem: BadRecord | None = None

    def __bool__(self) -> bool:
        return self._first is not None

    def add(self, line: Line) -> None:
        """Append a line."""
        self._first = self._first or line
        self._problem = self._problem or line.problem
        self._bytes.add(line.raw)

    def take(self, problem: BadRecord | None = None) -> Line:
        """All of them as one, with its problem or theirs; then begin anew."""
        assert self._first is not None
        raw, size = self._bytes.take()
        problem = self._problem or (too_long(self._limit) if size > self._limit else problem)
        block = Line(self._first.number, self._first.offset, raw, problem)
        self._first = self._problem = None
        return block


def paragraphs(lines: Iterable[Line], limit: int) -> Iterator[Line]:
    """Lines between blank ones, as one."""
    block = Block(limit)
    for line in lines:
        if line.problem or line.raw.strip():
            block.add(line)
        elif block:
            yield block.take()
    if block:
        yield block.take()
