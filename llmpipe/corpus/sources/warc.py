"""Web archives (WARC, ISO 28500): the pages of their response records."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO, Any, NamedTuple

from warcio.archiveiterator import ArchiveIterator
from warcio.bufferedreaders import BufferedReader
from warcio.exceptions import ArchiveLoadFailed
from warcio.statusandheaders import StatusAndHeadersParser, StatusAndHeadersParserException

from llmpipe.corpus.sources.encodings import UTF8, detect, marked, named
from llmpipe.corpus.sources.lines import line_of, row_of
from llmpipe.corpus.sources.records import BadRecord, Reading, Row, too_long
from llmpipe.corpus.sources.streams import BLOCK, Damaged, open_bytes
from llmpipe.corpus.sources.text import parse_text

TEXT_TYPES = ("text/html", "application/xhtml+xml", "text/plain")
_HEADER_BYTES = 2**20  # between two payloads; more is no header


class Page(NamedTuple):
    """
    A response.

    Args:
        offset: Where its record begins in the decompressed stream.
        url: Its target URI.
        charset: What the HTTP header says of its encoding, or "".
        html: Whether it is HTML.
        payload: Its bytes, decompressed; at most one more than the limit.
        size: The bytes it has at least.
        cut: Whether the file ends inside it.
    """

    offset: int
    url: str
    charset: str
    html: bool
    payload: bytes
    size: int
    cut: bool


def read_warc(path: Path, _encoding: str, reading: Reading) -> Iterator[Row]:
    """A page each, with its address as id."""
    with open_bytes(path) as stream:
        for number, page in enumerate(read_pages(stream, reading.max_bytes, reading.notes.skip), start=1):
            problem = BadRecord("not_closed", "the archive ends inside this record") if page.cut else None
            if page.size > reading.max_bytes:
                problem = too_long(reading.max_bytes)
            line = line_of(1, page.offset, page.payload, _page_encoding(page), problem)._replace(number=number)
            row = row_of(line, parse_text)
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


class _Guarded:
    """A stream for warcio, which reads lines of any length: outside payloads only so many bytes may come."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream
        self._at = 0
        self.budget: int | None = None

    def read(self, size: int) -> bytes:
        try:
            block = self._stream.read(size)
        except EOFError as error:
            raise Damaged(str(error)) from None  # warcio takes EOFError for the end of the archive
        self._at += len(block)
        if self.budget is not None:
            self.budget -= len(block)
            if self.budget < 0:
                raise Damaged(f"no record begins within {_HEADER_BYTES} bytes")
        return block

    def tell(self) -> int:
        return self._at


def read_pages(stream: IO[bytes], limit: int, skip: Callable[[str], None]) -> Iterator[Page]:
    """
    The responses that are HTML or plain text; `skip` is told why each other record is none.

    Raises:
        Damaged: The archive cannot be read any further.
    """
    guarded = _Guarded(stream)
    archive = ArchiveIterator(guarded, no_record_parse=True, check_digests=False)
    while True:
        guarded.budget = _HEADER_BYTES
        try:
            record = next(archive, None)
            if record is None:
                return
            offset = archive.offset
            page = _page(record, offset, limit, skip, guarded)
        except (ArchiveLoadFailed, StatusAndHeadersParserException) as error:
            raise Damaged(" ".join(str(error).split())[:200]) from None
        guarded.budget = None
        while record.raw_stream.read(BLOCK):
            pass
        if page is not None:
            yield page._replace(cut=getattr(record.raw_stream, "limit", 0) > 0)


def _page(record: Any, offset: int, limit: int, skip: Callable[[str], None], guarded: _Guarded) -> Page | None:
    if record.rec_type != "response":
        skip(f"warc_{record.rec_type}")
        return None
    try:
        http = StatusAndHeadersParser(["HTTP/1.0", "HTTP/1.1"], verify=False).parse(record.raw_stream)
    except EOFError:
        skip("http_empty")
        return None
    if http.get_statuscode() != "200":
        skip("http_status")
        return None
    kind, _, rest = (http.get_header("Content-Type") or "").lower().partition(";")
    if kind.strip() not in TEXT_TYPES:
        skip("http_not_text")
        return None
    packing = (http.get_header("Content-Encoding") or "identity").lower()
    if packing not in ("identity", *BufferedReader.get_supported_decompressors()):
        skip("http_compression")
        return None
    record.http_headers = http
    guarded.budget = None
    large = (record.length or 0) > limit  # not touched: a chunk of it would be held as a whole
    payload = b"" if large else record.content_stream().read(limit + 1)
    charset = rest.partition("charset=")[2].partition(";")[0].strip(" \"'")
    url = record.rec_headers.get_header("WARC-Target-URI") or ""
    return Page(
        offset, url, charset, kind.strip() != "text/plain", payload, record.length if large else len(payload), False
    )
