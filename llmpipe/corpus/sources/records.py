"""What a reader makes of a file: records and bad ones, how to read, and what is worth noting on the way."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple

from llmpipe.corpus.sources.encodings import UTF8
from llmpipe.corpus.sources.streams import HEAD_BYTES

TextSplit = Literal["file", "paragraph", "line", "wiki"]


@dataclass(frozen=True, slots=True)
class Record:
    """
    One record of a file.

    Args:
        file: The file's name as reports show it.
        stem: The file's name without folder and endings, for ids.
        line: Its first line, or its row, from 1.
        value: The parsed record; None when `reason` is set.
        head: Its first bytes.
        reason: Why it could not be parsed, or "".
        detail: The same, for people.
        offset: Bytes before it in the decompressed file; None where rows have no place (Parquet).
    """

    file: str
    stem: str
    line: int
    value: Any
    head: bytes
    reason: str = ""
    detail: str = ""
    offset: int | None = None


class BadRecord(Exception):
    """A record that cannot be used: a reason (a word that is counted) and a detail for people."""

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(detail)
        self.reason, self.detail = reason, detail


class Row(NamedTuple):
    """A record of a reader: `Record` without the file."""

    line: int
    offset: int | None
    value: Any
    head: bytes
    problem: BadRecord | None = None


def too_long(limit: int, hint: str = "") -> BadRecord:
    """A record of more bytes than are read."""
    return BadRecord("too_long", f"more than the {limit:,} bytes of ingest.max_record_bytes{hint}")


@dataclass
class Notes:
    """What is worth saying of the files that were read, beside bad records."""

    encodings: Counter[str] = field(default_factory=Counter)  # files of text in each
    converted: dict[str, str] = field(default_factory=dict)  # file -> encoding, when that is not UTF-8
    skipped: Counter[str] = field(default_factory=Counter)  # parts of files that are no records, by reason

    def encoding(self, file: str, encoding: str) -> None:
        """Note the encoding of a file."""
        self.encodings[encoding] += 1
        if encoding != UTF8:
            self.converted[file] = encoding

    def skip(self, reason: str) -> None:
        """Note a part of a file that is no record and no mistake."""
        self.skipped[reason] += 1


@dataclass(frozen=True)
class Reading:
    """
    How to read files.

    Args:
        max_bytes: The most bytes of a record.
        split: What one document is in a text file.
        columns: Names of the columns of a .csv or .tsv file without a header line.
        encoding: Of text files; "auto" finds out.
        format: An ending of `READERS` without its dot, whatever the files' own is; "": their own says it.
        notes: Takes what is found.
    """

    max_bytes: int
    split: TextSplit = "file"
    columns: Sequence[str] = ()
    encoding: str = "auto"
    format: str = ""
    notes: Notes = field(default_factory=Notes)


_KINDS = {bool: "true or false", int: "a number", float: "a number", str: "text", list: "a list", dict: "an object"}


def kind_of(value: Any) -> str:
    """What a value of a record is, in the words of JSON: `5` -> `"a number"`, `None` -> `"nothing"`."""
    return "nothing" if value is None else _KINDS.get(type(value), f"a {type(value).__name__}")


def head_of(row: dict[str, Any]) -> bytes:
    """The first bytes of a row that comes as values."""
    short = {key: cell[:HEAD_BYTES] if isinstance(cell, str) else cell for key, cell in row.items()}
    return str(short).encode("utf-8", "replace")[:HEAD_BYTES]


def escape(head: bytes, length: int = 80) -> str:
    """The first `length` characters of raw bytes; backslashes, controls and bytes that are not UTF-8 escaped."""
    text = head.decode("utf-8", "surrogateescape")[:length]
    return "".join(_escape_character(character) for character in text)


def _escape_character(character: str) -> str:
    if character == "\\":
        return "\\\\"
    code = ord(character)
    if 0xDC80 <= code <= 0xDCFF:
        return f"\\x{code - 0xDC00:02x}"
    return character if character.isprintable() else character.encode("unicode_escape").decode()
