"""Files of JSON: an object a line, or a list of them."""

import codecs
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson

from llmpipe.corpus.sources.encodings import UTF8
from llmpipe.corpus.sources.json_list import list_items
from llmpipe.corpus.sources.lines import Line, decode, lines_of, row_of
from llmpipe.corpus.sources.records import BadRecord, Reading, Row, kind_of, too_long
from llmpipe.corpus.sources.streams import BLOCK, Damaged, open_bytes


def read_jsonl(path: Path, encoding: str, reading: Reading) -> Iterator[Row]:
    """An object a line."""
    for line in lines_of(path, encoding, reading.max_bytes):
        if line.problem or line.raw.strip():  # blank lines, most often the last one, hold nothing
            yield row_of(line, _parse_json)


def read_json(path: Path, encoding: str, reading: Reading) -> Iterator[Row]:
    """A list of objects; else an object a line."""
    with open_bytes(path) as stream:
        start = stream.read(BLOCK).decode(encoding, "replace").lstrip("\ufeff \t\r\n")[:1]
    if start != "[":
        yield from read_jsonl(path, encoding, reading)
        return
    for number, item in enumerate(list_items(_utf8_blocks(path, encoding), reading.max_bytes), start=1):
        problem = None if item.closed else BadRecord("not_closed", "the list is not closed: cut short, or not JSON")
        if item.size > reading.max_bytes:
            problem = too_long(reading.max_bytes)
        yield row_of(Line(number, item.offset, item.raw, problem), _parse_json)


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
