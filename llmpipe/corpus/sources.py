"""
Local files to records, tolerantly: one bad record is reported with its file, line and offset, the rest is read.

Text in another encoding becomes UTF-8 as it is read; lines end with a newline only, so that U+2028 or form feeds inside
a text do not cut it. No file and no record beyond `max_bytes` is ever held as a whole.
"""

import codecs
import csv
import glob
import gzip
import re
import shutil
import sys
import tempfile
import zlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path, PurePath
from typing import Any, Literal, NamedTuple

import orjson
import zstandard

from llmpipe.corpus.encodings import UTF8, detect, file_encoding, marked, named
from llmpipe.corpus.json_list import list_items
from llmpipe.corpus.streams import BLOCK, HEAD_BYTES, Bounded, Damaged, open_bytes, read_line
from llmpipe.corpus.tmx import read_units
from llmpipe.corpus.warc import Page, read_pages
from llmpipe.errors import DataError

TextSplit = Literal["file", "paragraph", "line", "wiki"]
BATCH_BYTES = 16 * 2**20  # of Parquet rows at once
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


class BadRecord(Exception):
    """A record that cannot be used: a reason (a word that is counted) and a detail for people."""

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(detail)
        self.reason, self.detail = reason, detail


_KINDS = {bool: "true or false", int: "a number", float: "a number", str: "text", list: "a list", dict: "an object"}


def kind_of(value: Any) -> str:
    """What a value of a record is, in the words of JSON: `5` -> `"a number"`, `None` -> `"nothing"`."""
    return "nothing" if value is None else _KINDS.get(type(value), f"a {type(value).__name__}")


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
            if Path(pattern).is_dir():
                kind = f"is a folder, name its files ('{pattern.rstrip('/')}/*')"
            raise DataError(
                f"{where}: '{pattern}' {kind}; paths start at the current folder, correct it in params.yaml."
            )
        for path in matches:
            found.setdefault(path, _shown_name(path, pattern))
    return list(found.items())


def _shown_name(path: Path, pattern: str) -> str:
    if not path.is_absolute():
        return _printable(path.as_posix())
    fixed: list[str] = []
    for part in PurePath(pattern).parts:
        if glob.has_magic(part):
            break
        fixed.append(part)
    folder = PurePath(*fixed)
    return _printable(path.name if folder == path else path.relative_to(folder).as_posix())


def _printable(name: str) -> str:
    """A file name with its bytes that are not UTF-8 escaped: outputs are UTF-8."""
    return name.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")


def read_file(path: Path, name: str, reading: Reading) -> Iterator[Record]:
    """
    The records of one file, by its ending or the format that is named.

    Args:
        path: A file with an ending of `READERS`, each also .gz or .zst; with any other one where the format is named.
        name: Its name in reports.
        reading: How to read it.

    Raises:
        DataError: The ending is unknown, the file cannot be read or is cut short.
    """
    endings = [ending for ending in path.suffixes if ending not in (".gz", ".zst")]
    ending = endings[-1].lower() if endings else ""
    if reading.format:
        ending = f".{reading.format}"
    if ending not in READERS:
        raise DataError(
            f"{name}: files ending in '{path.suffix}' are not read; known: {' '.join(READERS)}, each also .gz and .zst."
            " Say under `format` of the source what is in it (conll, tsv, ...)."
        )
    stem = path.name
    while PurePath(stem).suffix.lower() in (".gz", ".zst", *READERS):
        stem = PurePath(stem).stem
    stem = _printable(stem)
    with readable(name):
        encoding = UTF8
        if ending not in BINARY:
            encoding = file_encoding(path, reading.encoding, html=ending in (".html", ".htm"))
            reading.notes.encoding(name, encoding)
        for row in READERS[ending](path, encoding, reading):
            if row.problem is None:
                yield Record(name, stem, row.line, row.value, row.head, offset=row.offset)
            else:
                reason, detail = row.problem.reason, row.problem.detail
                yield Record(name, stem, row.line, None, row.head, reason, detail, row.offset)


@contextmanager
def readable(name: str) -> Iterator[None]:
    """
    What goes wrong with a file as a whole, in one sentence.

    Raises:
        DataError: It cannot be read or is cut short.
    """
    try:
        yield
    except (Damaged, EOFError, zlib.error, gzip.BadGzipFile, zstandard.ZstdError) as error:
        raise DataError(f"{name} is cut short or damaged ({error}); fetch it again.") from None
    except OSError as error:
        raise DataError(f"{name} cannot be read: {error.strerror or error}.") from None


class Row(NamedTuple):
    """A record of a reader: `Record` without the file."""

    line: int
    offset: int | None
    value: Any
    head: bytes
    problem: BadRecord | None = None


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


def _too_long(limit: int, hint: str = "") -> BadRecord:
    return BadRecord("too_long", f"more than the {limit:,} bytes of ingest.max_record_bytes{hint}")


def lines_of(path: Path, encoding: str, limit: int) -> Iterator[Line]:
    """The lines of a file, in UTF-8, blank ones too."""
    newline, offset = "\n".encode(encoding), 0
    with open_bytes(path) as stream:
        for number in count(1):
            raw, size = read_line(stream, newline, limit)
            if not size:
                return
            yield _line(number, offset, raw, encoding, _too_long(limit) if size > limit else None)
            offset += size


def _line(number: int, offset: int, raw: bytes, encoding: str, problem: BadRecord | None) -> Line:
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


def _read_jsonl(path: Path, encoding: str, reading: Reading) -> Iterator[Row]:
    for line in lines_of(path, encoding, reading.max_bytes):
        if line.problem or line.raw.strip():  # blank lines, most often the last one, hold nothing
            yield _row(line, _parse_json)


def _read_json(path: Path, encoding: str, reading: Reading) -> Iterator[Row]:
    """A list of objects; else an object a line."""
    with open_bytes(path) as stream:
        start = stream.read(BLOCK).decode(encoding, "replace").lstrip("\ufeff \t\r\n")[:1]
    if start != "[":
        yield from _read_jsonl(path, encoding, reading)
        return
    for number, item in enumerate(list_items(_utf8_blocks(path, encoding), reading.max_bytes), start=1):
        problem = None if item.closed else BadRecord("not_closed", "the list is not closed: cut short, or not JSON")
        if item.size > reading.max_bytes:
            problem = _too_long(reading.max_bytes)
        yield _row(Line(number, item.offset, item.raw, problem), _parse_json)


def _utf8_blocks(path: Path, encoding: str) -> Iterator[bytes]:
    with open_bytes(path) as stream:
        blocks = iter(lambda: stream.read(BLOCK), b"")
        if encoding == UTF8:
            yield from blocks
            return
        try:
            for text in codecs.iterdecode(blocks, encoding):
                yield text.encode()
        except UnicodeError as error:
            raise Damaged(f"not {encoding}: {error}") from None


def _parse_json(raw: bytes) -> Any:
    decode(raw)  # for a better reason than orjson's
    try:
        value = orjson.loads(raw)
    except orjson.JSONDecodeError as error:
        raise BadRecord("not_json", f"not JSON: {error}") from None
    if not isinstance(value, dict):
        raise BadRecord("not_object", f"the line holds {kind_of(value)}, not an object")
    return value


def _row(line: Line, parse: Callable[[bytes], Any]) -> Row:
    head = line.raw[:HEAD_BYTES].rstrip(b"\r\n")
    if line.problem is not None:
        return Row(line.number, line.offset, None, head, line.problem)
    try:
        return Row(line.number, line.offset, parse(line.raw), head)
    except BadRecord as problem:
        return Row(line.number, line.offset, None, head, problem)


def _read_text(path: Path, encoding: str, reading: Reading) -> Iterator[Row]:
    if reading.split == "file":
        yield from _read_whole(path, encoding, reading)
        return
    lines: Iterator[Line] = lines_of(path, encoding, reading.max_bytes)
    if reading.split == "wiki":
        for article in _wiki_articles(lines, reading.max_bytes):
            yield _row(article, _parse_article)
        return
    if reading.split == "paragraph":
        lines = _paragraphs(lines, reading.max_bytes)
    for line in lines:
        if line.problem or line.raw.strip():
            yield _row(line, _parse_text)


def _read_whole(path: Path, encoding: str, reading: Reading) -> Iterator[Row]:
    """A file that is one document."""
    with open_bytes(path) as stream:
        raw = stream.read(reading.max_bytes + 1)
    problem = None
    if len(raw) > reading.max_bytes:
        raw = raw[:HEAD_BYTES]
        problem = _too_long(reading.max_bytes, "; cut text files with `split`, or raise it")
    yield _row(_line(1, 0, raw, encoding, problem), _parse_text)


def _parse_text(raw: bytes) -> dict[str, str]:
    return {"text": decode(raw).strip("\r\n")}


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
        problem = self._problem or (_too_long(self._limit) if size > self._limit else problem)
        block = Line(self._first.number, self._first.offset, raw, problem)
        self._first = self._problem = None
        return block


def _paragraphs(lines: Iterable[Line], limit: int) -> Iterator[Line]:
    block = Block(limit)
    for line in lines:
        if line.problem or line.raw.strip():
            block.add(line)
        elif block:
            yield block.take()
    if block:
        yield block.take()


def _wiki_articles(lines: Iterable[Line], limit: int) -> Iterator[Line]:
    """Articles of a WikiExtractor file: `<doc id="..." title="...">`, the text, `</doc>`."""
    block = Block(limit)
    for line in lines:
        if block or line.raw.startswith(b"<doc "):
            block.add(line)
        if block and line.raw.startswith(b"</doc>"):
            yield block.take()
    if block:
        yield block.take(BadRecord("not_closed", "<doc> without </doc>"))


def _parse_article(raw: bytes) -> dict[str, str]:
    text = decode(raw)
    opening = _WIKI_OPEN.match(text)
    if opening is None:
        raise BadRecord("not_wiki", "the <doc> line has no id")
    return {"id": opening[1], "text": text[opening.end() :].rstrip().removesuffix("</doc>").strip()}


class _Feed:
    """
    Lines for csv.reader, which asks for more while a quote is open.

    An object, not a generator: it goes on after a record that is too long.
    """

    def __init__(self, lines: Iterator[Line], limit: int) -> None:
        self._lines, self._limit = lines, limit
        self.begin()

    def begin(self) -> None:
        """Begin a record."""
        self.first: Line | None = None
        self.problem: BadRecord | None = None
        self._size = 0

    def __iter__(self) -> "_Feed":
        return self

    def __next__(self) -> str:
        line = next(self._lines)
        self.first = self.first or line
        self._size += len(line.raw)
        if self._size > self._limit or (line.problem and line.problem.reason == "too_long"):
            raise _too_long(self._limit)
        try:
            if line.problem:
                raise line.problem
            return decode(line.raw)
        except BadRecord as problem:
            self.problem = self.problem or problem
            return line.raw.decode("utf-8", "replace")


def _read_table(path: Path, encoding: str, reading: Reading, dialect: dict[str, Any]) -> Iterator[Row]:
    csv.field_size_limit(sys.maxsize)
    feed = _Feed(lines_of(path, encoding, reading.max_bytes), reading.max_bytes)
    rows = csv.reader(feed, strict=True, **dialect)
    names = list(reading.columns)
    while True:
        feed.begin()
        cells: list[str] = []
        try:
            cells = next(rows)
            problem = feed.problem
        except StopIteration:
            return
        except BadRecord as found:
            problem = found
        except csv.Error as error:
            if "unexpected end of data" in str(error):
                line = feed.first.number if feed.first else 0
                raise Damaged(f"a quote opened at line {line} is never closed") from None
            problem = BadRecord("not_csv", str(error))
        assert feed.first is not None
        if problem is None and not names:
            names = cells
        elif problem or cells:
            yield _table_row(feed.first, names, cells, problem)


def _table_row(first: Line, names: Sequence[str], cells: Sequence[str], problem: BadRecord | None) -> Row:
    def parse(_: bytes) -> dict[str, str]:
        if len(cells) != len(names):
            raise BadRecord("columns", f"{len(cells)} columns where the header has {len(names)}")
        return dict(zip(names, cells, strict=True))

    return _row(first._replace(problem=problem), parse)


def _read_csv(path: Path, encoding: str, reading: Reading) -> Iterator[Row]:
    yield from _read_table(path, encoding, reading, {"delimiter": ","})


def _read_tsv(path: Path, encoding: str, reading: Reading) -> Iterator[Row]:
    # no quoting: quotes are ordinary characters in the tab-separated files of this field
    yield from _read_table(path, encoding, reading, {"delimiter": "\t", "quoting": csv.QUOTE_NONE})


def _read_tmx(path: Path, _encoding: str, reading: Reading) -> Iterator[Row]:
    for number, texts in enumerate(read_units(path, reading.max_bytes), start=1):
        yield Row(number, None, texts, head_of(texts))


def _read_conll(path: Path, encoding: str, reading: Reading) -> Iterator[Row]:
    """Sentences between blank lines, a token a line: its columns as lists."""
    for block in _paragraphs(lines_of(path, encoding, reading.max_bytes), reading.max_bytes):
        row = _row(block, lambda raw: _parse_conll(raw, reading.columns))
        if row.problem or row.value:
            yield row


def _parse_conll(raw: bytes, columns: Sequence[str]) -> dict[str, list[str]]:
    """
    The columns of a sentence; without names the first (`tokens`) and the last (`tags`).

    Comments (`# sent_id`) and the lines that begin a document (`-DOCSTART-`) are none. {} when there is nothing else.

    Raises:
        BadRecord: Lines have fewer columns than they must, or not all the same number.
    """
    lines = (line for line in decode(raw).splitlines() if not line.startswith(("# ", "-DOCSTART-")))
    rows = [line.split("\t") if "\t" in line else line.split() for line in lines]
    if not rows:
        return {}
    widths, needed = {len(row) for row in rows}, len(columns) or 2
    if len(widths) > 1 or min(widths) < needed:
        raise BadRecord("columns", f"lines have {', '.join(map(str, sorted(widths)))} columns; {needed} are needed")
    cells = list(zip(*rows, strict=True))
    if not columns:
        return {"tokens": list(cells[0]), "tags": list(cells[-1])}
    return {name: list(found) for name, found in zip(columns, cells, strict=False)}


def _read_warc(path: Path, _encoding: str, reading: Reading) -> Iterator[Row]:
    with open_bytes(path) as stream:
        for number, page in enumerate(read_pages(stream, reading.max_bytes, reading.notes.skip), start=1):
            problem = BadRecord("not_closed", "the archive ends inside this record") if page.cut else None
            if page.size > reading.max_bytes:
                problem = _too_long(reading.max_bytes)
            line = _line(1, page.offset, page.payload, _page_encoding(page), problem)._replace(number=number)
            row = _row(line, _parse_text)
            yield row._replace(value=row.value and {"id": page.url, **row.value})


def _page_encoding(page: Page) -> str:
    """What the mark says, else UTF-8 if it is, else what the HTTP header says, else what the bytes look like."""
    if found := marked(page.payload):
        return found
    try:
        page.payload.decode()
    except UnicodeDecodeError:
        return named(page.charset) or detect(page.payload[:BLOCK], len(page.payload) <= BLOCK, html=page.html)
    return UTF8


def _read_parquet(path: Path, _encoding: str, reading: Reading) -> Iterator[Row]:
    import pyarrow
    from pyarrow import parquet

    with tempfile.TemporaryFile() as unpacked:
        try:
            if path.suffix in (".gz", ".zst"):  # the reader has to seek
                with open_bytes(path) as stream:
                    shutil.copyfileobj(stream, unpacked, BLOCK)
                file = parquet.ParquetFile(unpacked, buffer_size=BLOCK)
            else:
                file = parquet.ParquetFile(path, buffer_size=BLOCK)
            rows = (row for batch in file.iter_batches(_batch_rows(file.metadata)) for row in _batch(batch))
            for number, row in enumerate(rows, start=1):
                if isinstance(row, BadRecord):
                    yield Row(number, None, None, b"", row)
                elif sum(len(cell) for cell in row.values() if isinstance(cell, str)) > reading.max_bytes:
                    yield Row(number, None, None, head_of(row), _too_long(reading.max_bytes))
                else:
                    yield Row(number, None, row, head_of(row))
        except pyarrow.ArrowInvalid as error:
            raise Damaged(f"not readable as Parquet: {error}") from None


def _batch_rows(metadata: Any) -> int:
    """Rows to hold at once, 1 to 1000: so many that they stay near BATCH_BYTES."""
    groups = [metadata.row_group(number) for number in range(metadata.num_row_groups)]
    mean_bytes = max((group.total_byte_size // max(1, group.num_rows) for group in groups), default=0)
    return max(1, min(1000, BATCH_BYTES // max(1, mean_bytes)))


def _batch(batch: Any) -> list[Any]:
    try:
        rows: list[Any] = batch.to_pylist()
    except UnicodeDecodeError:
        return [_one_row(batch, index) for index in range(batch.num_rows)]
    return rows


def _one_row(batch: Any, index: int) -> Any:
    try:
        return batch.slice(index, 1).to_pylist()[0]
    except UnicodeDecodeError:
        return BadRecord("not_utf8", "a text of this row is not UTF-8")


def head_of(row: dict[str, Any]) -> bytes:
    """The first bytes of a row that comes as values."""
    short = {key: cell[:HEAD_BYTES] if isinstance(cell, str) else cell for key, cell in row.items()}
    return str(short).encode("utf-8", "replace")[:HEAD_BYTES]


READERS: dict[str, Callable[[Path, str, Reading], Iterator[Row]]] = {
    ".txt": _read_text,
    ".md": _read_text,
    ".html": _read_whole,
    ".htm": _read_whole,
    ".jsonl": _read_jsonl,
    ".json": _read_json,
    ".parquet": _read_parquet,
    ".csv": _read_csv,
    ".tsv": _read_tsv,
    ".warc": _read_warc,
    ".tmx": _read_tmx,
    ".conll": _read_conll,
    ".bio": _read_conll,
    ".iob2": _read_conll,
}
BINARY = {".parquet", ".tmx", ".warc"}  # each says its encoding itself
