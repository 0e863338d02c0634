"""The columns of CoNLL: a token a line, a blank line after each sentence."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from llmpipe.corpus.sources.lines import decode, lines_of, paragraphs, row_of
from llmpipe.corpus.sources.records import BadRecord, Reading, Row


def read_conll(path: Path, encoding: str, reading: Reading) -> Iterator[Row]:
    """Sentences between blank lines, a token a line: its columns as lists."""
    for block in paragraphs(lines_of(path, encoding, reading.max_bytes), reading.max_bytes):
        row = row_of(block, lambda raw: _parse_conll(raw, reading.columns))
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
