"""Tables with commas or tabs between their cells; a cell in quotes may have lines."""

import csv
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from llmpipe.corpus.sources.lines import Line, decode, lines_of, row_of
from llmpipe.corpus.sources.records import BadRecord, Reading, Row, too_long
from llmpipe.corpus.sources.streams import Damaged


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
            raise too_long(self._limit)
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

    return row_of(first._replace(problem=problem), parse)


def read_csv(path: Path, encoding: str, reading: Reading) -> Iterator[Row]:
    """Cells between commas."""
    yield from _read_table(path, encoding, reading, {"delimiter": ","})


def read_tsv(path: Path, encoding: str, reading: Reading) -> Iterator[Row]:
    """Cells between tabs."""
    # no quoting: quotes are ordinary characters in the tab-separated files of this field
    yield from _read_table(path, encoding, reading, {"delimiter": "\t", "quoting": csv.QUOTE_NONE})
