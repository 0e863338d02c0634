"""
Local files to records, tolerantly: one bad record is reported with its file and line, the rest is read.

Text is UTF-8, with or without a byte order mark; lines end with a newline only, so that U+2028 or form feeds inside
a text do not cut it.
"""

import csv
import glob
import gzip
import io
import re
import sys
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePath
from typing import IO, Any, Literal, cast

import orjson
import zstandard

from llmpipe.errors import DataError

TextSplit = Literal["file", "paragraph", "line", "wiki"]
HEAD_BYTES = 400  # kept of each record, for the report of a bad one
BLOCK = 2**20
_BOM = b"\xef\xbb\xbf"
_WIKI_OPEN = re.compile(r'<doc id="([^"]*)"[^>]*>\s*')


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
    """

    file: str
    stem: str
    line: int
    value: Any
    head: bytes
    reason: str = ""
    detail: str = ""


class BadRecord(Exception):
    """A record that cannot be used: a reason (a word that is counted) and a detail for people."""

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(detail)
        self.reason, self.detail = reason, detail


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


def expand(patterns: Sequence[str], where: str) -> list[tuple[Path, str]]:
    """
    Files of globs in sorted order, each with the name that outputs show.

    That name is the path as given when it is relative; below an absolute pattern it is relative to the pattern's
    fixed folder, so that no output depends on where a project lies.

    Raises:
        DataError: A file is missing, or a glob matches nothing.
    """
    found: dict[Path, str] = {}
    for pattern in patterns:
        matches = sorted(path for path in map(Path, glob.glob(pattern, recursive=True)) if path.is_file())
        if not matches:
            kind = "matches no file" if glob.has_magic(pattern) else "does not exist"
            raise DataError(
                f"{where}: '{pattern}' {kind}; paths start at the current folder, correct it in params.yaml."
            )
        for path in matches:
            found.setdefault(path, _shown_name(path, pattern))
    return list(found.items())


def _shown_name(path: Path, pattern: str) -> str:
    if not path.is_absolute():
        return path.as_posix()
    fixed: list[str] = []
    for part in PurePath(pattern).parts:
        if glob.has_magic(part):
            break
        fixed.append(part)
    folder = PurePath(*fixed)
    return path.name if folder == path else path.relative_to(folder).as_posix()


def read_file(path: Path, name: str, split: TextSplit = "file", columns: Sequence[str] = ()) -> Iterator[Record]:
    """
    The records of one file, by its ending.

    Args:
        path: A .txt, .md, .jsonl, .parquet, .csv or .tsv file, each also .gz or .zst.
        name: Its name in reports.
        split: What one document is in a text file.
        columns: Names of the columns of a .csv or .tsv file without a header line.

    Raises:
        DataError: The ending is unknown, the file cannot be read or is cut short.
    """
    endings = [ending for ending in path.suffixes if ending not in (".gz", ".zst")]
    ending = endings[-1] if endings else ""
    if ending not in READERS:
        raise DataError(
            f"{name}: files ending in '{path.suffix}' are not read; known: {' '.join(READERS)}, each also .gz and .zst."
        )
    stem = path.name
    while PurePath(stem).suffix in (".gz", ".zst", *READERS):
        stem = PurePath(stem).stem
    rows = READERS[ending](path, split, columns)
    try:
        for line, value, head, problem in rows:
            if problem is None:
                yield Record(name, stem, line, value, head)
            else:
                yield Record(name, stem, line, None, head, problem.reason, problem.detail)
    except (EOFError, zlib.error, gzip.BadGzipFile, zstandard.ZstdError) as error:
        raise DataError(f"{name} is cut short or damaged ({error}); fetch it again.") from None
    except OSError as error:
        raise DataError(f"{name} cannot be read: {error.strerror or error}.") from None


Row = tuple[int, Any, bytes, BadRecord | None]


class _ZstdReader(io.RawIOBase):
    """Decompressed bytes of a .zst file; unlike the library's reader it notices a file that was cut short."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream
        self._rest, self._ready = b"", b""
        self._frame: Any = None

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        while not self._ready:
            block = self._rest or self._stream.read(BLOCK)
            self._rest = b""
            if not block:
                if self._frame is not None:
                    raise EOFError("compressed file ended before the end-of-stream marker was reached")
                return 0
            self._frame = self._frame or zstandard.ZstdDecompressor().decompressobj()
            self._ready = self._frame.decompress(block)
            if self._frame.eof:
                self._rest = self._frame.unused_data
                self._frame = None
        size = min(len(buffer), len(self._ready))
        buffer[:size], self._ready = self._ready[:size], self._ready[size:]
        return size


@contextmanager
def open_bytes(path: Path) -> Iterator[IO[bytes]]:
    """Open a file for reading bytes, decompressed by its ending."""
    with path.open("rb") as raw:
        stream: IO[bytes]
        if path.suffix == ".gz":
            stream = cast(IO[bytes], gzip.GzipFile(fileobj=raw))
        elif path.suffix == ".zst":
            stream = io.BufferedReader(_ZstdReader(raw), BLOCK)
        else:
            stream = raw
        yield stream


def _lines(path: Path) -> Iterator[tuple[int, bytes]]:
    with open_bytes(path) as stream:
        for number, line in enumerate(stream, start=1):
            yield number, line.removeprefix(_BOM) if number == 1 else line


def decode(raw: bytes) -> str:
    """
    Bytes as UTF-8.

    Raises:
        BadRecord: They are not; the detail says where and what they may be.
    """
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError as error:
        byte = raw[error.start]
        raise BadRecord(
            "not_utf8", f"byte 0x{byte:02x} at position {error.start} is not UTF-8{_encoding_hint(raw)}"
        ) from None


def _encoding_hint(raw: bytes) -> str:
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "; the file looks like UTF-16, convert it: iconv -f UTF-16 -t UTF-8"
    try:
        text = raw.decode("gb18030")
    except UnicodeDecodeError:
        return ""
    if sum("\u4e00" <= character <= "\u9fff" for character in text) * 4 > len(text):
        return "; the file looks like GB18030, convert it: iconv -f GB18030 -t UTF-8"
    return ""


def _read_jsonl(path: Path, _split: TextSplit, _columns: Sequence[str]) -> Iterator[Row]:
    for number, line in _lines(path):
        if not line.strip():
            continue  # blank lines, most often the last one, hold nothing
        yield _row(number, line, _parse_json)


def _parse_json(raw: bytes) -> Any:
    decode(raw)  # for a better reason than orjson's
    try:
        value = orjson.loads(raw)
    except orjson.JSONDecodeError as error:
        raise BadRecord("not_json", f"not JSON: {error}") from None
    if not isinstance(value, dict):
        raise BadRecord("not_object", f"the line holds a {type(value).__name__}, not an object")
    return value


def _row(number: int, raw: bytes, parse: Callable[[bytes], Any]) -> Row:
    try:
        return number, parse(raw), raw[:HEAD_BYTES].rstrip(b"\r\n"), None
    except BadRecord as problem:
        return number, None, raw[:HEAD_BYTES].rstrip(b"\r\n"), problem


def _read_text(path: Path, split: TextSplit, _columns: Sequence[str]) -> Iterator[Row]:
    blocks: Iterator[tuple[int, bytes]]
    if split == "line":
        blocks = ((number, line) for number, line in _lines(path) if line.strip())
    elif split == "paragraph":
        blocks = _paragraphs(path)
    elif split == "wiki":
        yield from _wiki_articles(path)
        return
    else:
        with open_bytes(path) as stream:
            blocks = iter([(1, stream.read().removeprefix(_BOM))])
    for number, block in blocks:
        yield _row(number, block, lambda raw: {"text": decode(raw).strip("\r\n")})


def _paragraphs(path: Path) -> Iterator[tuple[int, bytes]]:
    first, block = 0, b""
    for number, line in _lines(path):
        if line.strip():
            first = first or number
            block += line
        elif block:
            yield first, block
            first, block = 0, b""
    if block:
        yield first, block


def _wiki_articles(path: Path) -> Iterator[Row]:
    """Articles of a WikiExtractor file: `<doc id="..." title="...">`, the text, `</doc>`."""
    first, block = 0, b""
    for number, line in _lines(path):
        if line.startswith(b"<doc ") and not block:
            first = number
        if first:
            block += line
        if first and line.startswith(b"</doc>"):
            yield _row(first, block, _parse_article)
            first, block = 0, b""
    if block:
        yield first, None, block[:HEAD_BYTES], BadRecord("not_closed", "<doc> without </doc>")


def _parse_article(raw: bytes) -> dict[str, str]:
    text = decode(raw)
    opening = _WIKI_OPEN.match(text)
    if opening is None:
        raise BadRecord("not_wiki", "the <doc> line has no id")
    return {"id": opening[1], "text": text[opening.end() :].rstrip().removesuffix("</doc>").strip()}


def _read_table(path: Path, columns: Sequence[str], dialect: dict[str, Any]) -> Iterator[Row]:
    csv.field_size_limit(sys.maxsize)
    with open_bytes(path) as stream:
        # surrogateescape: a row with bad bytes must not end the reading; it is found by its surrogates
        text = (line.removeprefix(_BOM).decode("utf-8", "surrogateescape") for line in stream)
        reader = csv.reader(text, strict=True, **dialect)
        names = list(columns)
        first = 1
        while True:
            try:
                cells = next(reader)
            except StopIteration:
                return
            except csv.Error as error:
                if "unexpected end of data" in str(error):
                    raise EOFError(f"a quote opened at line {first} is never closed") from None
                yield first, None, b"", BadRecord("not_csv", str(error))
                first = reader.line_num + 1
                continue
            line, first = first, reader.line_num + 1
            if not names:
                names = cells
            elif cells:
                yield _table_row(line, names, cells, dialect["delimiter"])


def _table_row(line: int, names: Sequence[str], cells: Sequence[str], delimiter: str) -> Row:
    raw = delimiter.join(cells).encode("utf-8", "surrogateescape")

    def parse(raw: bytes) -> dict[str, str]:
        decode(raw)
        if len(cells) != len(names):
            raise BadRecord("columns", f"{len(cells)} columns where the header has {len(names)}")
        return dict(zip(names, cells, strict=True))

    return _row(line, raw, parse)


def _read_csv(path: Path, _split: TextSplit, columns: Sequence[str]) -> Iterator[Row]:
    yield from _read_table(path, columns, {"delimiter": ","})


def _read_tsv(path: Path, _split: TextSplit, columns: Sequence[str]) -> Iterator[Row]:
    # no quoting: quotes are ordinary characters in the tab-separated files of this field
    yield from _read_table(path, columns, {"delimiter": "\t", "quoting": csv.QUOTE_NONE})


def _read_parquet(path: Path, _split: TextSplit, _columns: Sequence[str]) -> Iterator[Row]:
    import pyarrow
    from pyarrow import parquet

    try:
        if path.suffix in (".gz", ".zst"):
            with open_bytes(path) as stream:
                file = parquet.ParquetFile(pyarrow.BufferReader(stream.read()))
        else:
            file = parquet.ParquetFile(path)
        number = 0
        for batch in file.iter_batches(1000):
            try:
                rows: list[Any] = batch.to_pylist()
            except UnicodeDecodeError:
                rows = [_one_row(batch, index) for index in range(batch.num_rows)]
            for row in rows:
                number += 1
                problem = row if isinstance(row, BadRecord) else None
                yield (
                    number,
                    None if problem else row,
                    b"" if problem else str(row).encode("utf-8", "replace")[:HEAD_BYTES],
                    problem,
                )
    except pyarrow.ArrowInvalid as error:
        raise EOFError(f"not readable as Parquet: {error}") from None


def _one_row(batch: Any, index: int) -> Any:
    try:
        return batch.slice(index, 1).to_pylist()[0]
    except UnicodeDecodeError:
        return BadRecord("not_utf8", "a text of this row is not UTF-8")


READERS: dict[str, Callable[[Path, TextSplit, Sequence[str]], Iterator[Row]]] = {
    ".txt": _read_text,
    ".md": _read_text,
    ".jsonl": _read_jsonl,
    ".parquet": _read_parquet,
    ".csv": _read_csv,
    ".tsv": _read_tsv,
}
