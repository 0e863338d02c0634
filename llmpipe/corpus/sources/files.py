"""
Local files to records, tolerantly: one bad record is reported with its file, line and offset, the rest is read.

Text in another encoding becomes UTF-8 as it is read; lines end with a newline only, so that U+2028 or form feeds inside
a text do not cut it. No file and no record beyond `max_bytes` is ever held as a whole. `READERS` has a reader for each
ending of a file.
"""

import glob
import gzip
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path, PurePath

import zstandard

from llmpipe.corpus.sources.conll import read_conll
from llmpipe.corpus.sources.encodings import UTF8, file_encoding
from llmpipe.corpus.sources.json_objects import read_json, read_jsonl
from llmpipe.corpus.sources.parquet import read_parquet
from llmpipe.corpus.sources.records import Reading, Record, Row
from llmpipe.corpus.sources.streams import Damaged
from llmpipe.corpus.sources.table import read_csv, read_tsv
from llmpipe.corpus.sources.text import read_text, read_whole
from llmpipe.corpus.sources.tmx import read_tmx
from llmpipe.corpus.sources.warc import read_warc
from llmpipe.corpus.sources.wmt import read_wmt
from llmpipe.errors import DataError


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


READERS: dict[str, Callable[[Path, str, Reading], Iterator[Row]]] = {
    ".txt": read_text,
    ".md": read_text,
    ".html": read_whole,
    ".htm": read_whole,
    ".jsonl": read_jsonl,
    ".json": read_json,
    ".parquet": read_parquet,
    ".csv": read_csv,
    ".tsv": read_tsv,
    ".warc": read_warc,
    ".tmx": read_tmx,
    ".xml": read_wmt,
    ".conll": read_conll,
    ".bio": read_conll,
    ".iob2": read_conll,
}
BINARY = {".parquet", ".tmx", ".warc", ".xml"}  # each says its encoding itself
