"""Parquet: some rows at once, never a whole file."""

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from llmpipe.corpus.sources.records import BadRecord, Reading, Row, head_of, too_long
from llmpipe.corpus.sources.streams import BLOCK, Damaged, open_bytes

BATCH_BYTES = 16 * 2**20  # of rows at once


def read_parquet(path: Path, _encoding: str, reading: Reading) -> Iterator[Row]:
    """A row of the table each; a compressed file is unpacked first."""
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
                    yield Row(number, None, None, head_of(row), too_long(reading.max_bytes))
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
