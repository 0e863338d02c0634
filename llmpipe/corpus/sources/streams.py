"""Bytes of files: decompressed as they are read, never more of them held than a limit allows."""

import gzip
import io
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, cast

import zstandard

BLOCK = 2**20
HEAD_BYTES = 400  # kept of each record, for the report of a bad one
_ZSTD_PIECE = 2**10  # compressed bytes at once: they can hold 32,768 times as many (RFC 8878: 4 bytes, 128 KiB)


class Damaged(Exception):
    """A file that is cut short or damaged, so that the rest of it cannot be read."""


class _ZstdReader(io.RawIOBase):
    """Decompressed bytes of a .zst file; unlike the library's reader it notices a file that was cut short."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream
        self._block, self._at, self._ready = b"", 0, b""
        self._frame: Any = None

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        while not self._ready:
            if self._at == len(self._block):
                self._block, self._at = self._stream.read(BLOCK), 0
            piece = self._block[self._at : self._at + _ZSTD_PIECE]
            if not piece:
                if self._frame is not None:
                    raise EOFError("compressed file ended before the end-of-stream marker was reached")
                return 0
            self._frame = self._frame or zstandard.ZstdDecompressor().decompressobj()
            self._ready = self._frame.decompress(piece)
            self._at += len(piece)
            if self._frame.eof:
                self._at -= len(self._frame.unused_data)
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


class Bounded:
    """Bytes that arrive in parts, held while they are within a limit; beyond it only the first ones are kept."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._kept = bytearray()
        self.size = 0

    def add(self, part: bytes) -> None:
        """Append a part."""
        self.size += len(part)
        if self.size <= self._limit:
            self._kept += part
        else:
            self._kept += part[:HEAD_BYTES]
            del self._kept[HEAD_BYTES:]

    def take(self) -> tuple[bytes, int]:
        """What was kept, and how many bytes there were; then begin anew."""
        kept, size = bytes(self._kept), self.size
        self._kept, self.size = bytearray(), 0
        return kept, size


def read_line(stream: IO[bytes], newline: bytes, limit: int) -> tuple[bytes, int]:
    """
    The next line with its end, and its length in bytes; 0 at the end of the stream.

    Of a line longer than `limit` only the first bytes are returned; the stream then stands behind all of it.

    Args:
        stream: Where to read.
        newline: The bytes of a newline; as many as each character has in UTF-16 and UTF-32, else one.
        limit: The most bytes to hold.
    """
    width = len(newline)
    line = Bounded(limit)
    while part := stream.readline(BLOCK):
        if width > 1:
            part += stream.read(-len(part) % width)  # a byte 0x0A may be half of a character
        if part.endswith(newline) and not line.size and len(part) <= limit:
            return part, len(part)
        line.add(part)
        if part.endswith(newline):
            break
    return line.take()
