"""Files of text: a document is the file, a paragraph, a line or an article of Wikipedia."""

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from llmpipe.corpus.sources.lines import Block, Line, decode, line_of, lines_of, paragraphs, row_of
from llmpipe.corpus.sources.records import BadRecord, Reading, Row, too_long
from llmpipe.corpus.sources.streams import HEAD_BYTES, open_bytes

_WIKI_OPEN = re.compile(r'<doc id="([^"]*)"[^>]*>\s*')


def read_text(path: Path, encoding: str, reading: Reading) -> Iterator[Row]:
    """Documents of a file of text, by `reading.split`."""
    if reading.split == "file":
        yield from read_whole(path, encoding, reading)
        return
    lines: Iterator[Line] = lines_of(path, encoding, reading.max_bytes)
    if reading.split == "wiki":
        for article in _wiki_articles(lines, reading.max_bytes):
            yield row_of(article, _parse_article)
        return
    if reading.split == "paragraph":
        lines = paragraphs(lines, reading.max_bytes)
    for line in lines:
        if line.problem or line.raw.strip():
            yield row_of(line, parse_text)


def read_whole(path: Path, encoding: str, reading: Reading) -> Iterator[Row]:
    """A file that is one document."""
    with open_bytes(path) as stream:
        raw = stream.read(reading.max_bytes + 1)
    problem = None
    if len(raw) > reading.max_bytes:
        raw = raw[:HEAD_BYTES]
        problem = too_long(reading.max_bytes, "; cut text files with `split`, or raise it")
    yield row_of(line_of(1, 0, raw, encoding, problem), parse_text)


def parse_text(raw: bytes) -> dict[str, str]:
    """A document of a text, without the line ends around it."""
    return {"text": decode(raw).strip("\r\n")}


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
