"""
Parallel text in two files: line by line (Moses, OPUS), or `<seg>` by `<seg>` (the .sgm files of WMT).

The files must have the same number of segments: one line too few in the middle would make all later pairs wrong.
"""

import html
import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import zip_longest
from pathlib import Path, PurePath

from llmpipe.corpus.sources.encodings import file_encoding
from llmpipe.corpus.sources.files import expand, readable
from llmpipe.corpus.sources.lines import Block, Line, decode, lines_of
from llmpipe.corpus.sources.records import BadRecord, Reading, Record
from llmpipe.corpus.sources.streams import HEAD_BYTES
from llmpipe.errors import DataError

_SEGMENT = re.compile(rb"<seg\b[^>]*>(.*?)</seg>", re.DOTALL | re.IGNORECASE)
_TAG = re.compile(rb"<(/?)seg\b", re.IGNORECASE)


def read_pairs(sources: Sequence[str], targets: Sequence[str], where: str, reading: Reading) -> Iterator[Record]:
    """
    Records `{"source": ..., "target": ...}` of files that are translations of each other.

    Args:
        sources: Files or globs.
        targets: As many files, in the same order.
        where: The parameter that names them.
        reading: How to read them.

    Raises:
        DataError: There are not as many of both, or two of them do not have the same number of segments.
    """
    files, others = expand(sources, f"{where}.paths"), expand(targets, f"{where}.targets")
    if len(files) != len(others):
        raise DataError(f"{where}: {len(files)} files in paths and {len(others)} in targets; give a target for each.")
    for (path, name), (other_path, other_name) in zip(files, others, strict=True):
        with readable(name), readable(other_name):
            pairs = zip_longest(_segments(path, name, reading), _segments(other_path, other_name, reading))
            for number, (source, target) in enumerate(pairs, start=1):
                if source is None or target is None:
                    short, long = (name, other_name) if source is None else (other_name, name)
                    raise DataError(
                        f"{where}: {short} ends after {number - 1} segments and {long} goes on; they must be aligned, "
                        "so check that they belong together and are complete."
                    )
                yield _record(name, PurePath(path.name).stem, number, source, target)


def _record(name: str, stem: str, number: int, source: Line, target: Line) -> Record:
    try:
        value = {"source": _text(source), "target": _text(target)}
    except BadRecord as problem:
        return Record(name, stem, number, None, source.raw[:HEAD_BYTES], problem.reason, problem.detail, source.offset)
    return Record(name, stem, number, value, source.raw[:HEAD_BYTES], offset=source.offset)


def _text(line: Line) -> str:
    if line.problem:
        raise line.problem
    return decode(line.raw).strip()


def _segments(path: Path, name: str, reading: Reading) -> Iterator[Line]:
    encoding = file_encoding(path, reading.encoding)
    reading.notes.encoding(name, encoding)
    lines = lines_of(path, encoding, reading.max_bytes)
    if not any(suffix.lower() in (".sgm", ".sgml") for suffix in path.suffixes):
        yield from lines
        return
    for block in _closed(lines, reading.max_bytes):
        if block.problem:
            yield block
        for segment in _SEGMENT.findall(block.raw) if not block.problem else ():
            text = html.unescape(segment.decode("utf-8", "surrogateescape"))
            yield block._replace(raw=" ".join(text.split("\n")).encode("utf-8", "surrogateescape"))


def _closed(lines: Iterable[Line], limit: int) -> Iterator[Line]:
    """Lines with segments; one that goes on in the next lines together with these."""
    block = Block(limit)
    for line in lines:
        tags = _TAG.findall(line.raw)
        if block or tags:
            block.add(line)
        if tags and tags[-1]:
            yield block.take()
    if block:
        yield block.take(BadRecord("not_closed", "<seg> without </seg>"))
