"""
Named arrays in a file: a line of JSON that says what they are, then their bytes, one after another.

A run of cleaning reads thousands of small arrays (each task, each band of its signatures). numpy's archives take some
200 microseconds for one of them, its memory maps 150; this takes 20.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
import orjson

ALIGNED = 64  # bytes; at a multiple of them the first array begins, as it may be mapped and is read faster so


def save(stream: BinaryIO, arrays: Mapping[str, np.ndarray]) -> None:
    """Write arrays of numbers or truth values, in this machine's order of bytes."""
    head = orjson.dumps([(name, array.dtype.str, array.shape) for name, array in arrays.items()])
    stream.write(head.ljust(len(head) + -(len(head) + 1) % ALIGNED) + b"\n")
    for array in arrays.values():
        stream.write(np.ascontiguousarray(array).data)


def load(path: Path, *names: str) -> dict[str, np.ndarray]:
    """
    Read those of some names, or all.

    Raises:
        KeyError: One of them is not there.
    """
    with path.open("rb") as stream:
        places = _places(stream)
        return {name: _read(stream, *places[name]) for name in names or places}


def load_rows(path: Path, name: str, first: int, end: int) -> np.ndarray:
    """
    Some rows of an array of two dimensions.

    Args:
        path: The file.
        name: Of the array.
        first: Number of the first row.
        end: Behind the last one.
    """
    with path.open("rb") as stream:
        start, dtype, (_, width) = _places(stream)[name]
        return _read(stream, start + first * width * dtype.itemsize, dtype, (end - first, width))


def mapped(path: Path, name: str) -> np.ndarray:
    """An array that stays on disk until its parts are read."""
    with path.open("rb") as stream:
        start, dtype, shape = _places(stream)[name]
    return np.memmap(path, dtype, "r", start, shape) if 0 not in shape else np.empty(shape, dtype)


def _places(stream: BinaryIO) -> dict[str, tuple[int, np.dtype[Any], tuple[int, ...]]]:
    """Where each array begins in the file, its type and its shape."""
    found = {}
    head = orjson.loads(stream.readline())
    start = stream.tell()
    for name, form, shape in head:
        dtype = np.dtype(form)
        found[name] = start, dtype, tuple(shape)
        start += dtype.itemsize * int(np.prod(shape, dtype=np.int64))
    return found


def _read(stream: BinaryIO, start: int, dtype: np.dtype[Any], shape: tuple[int, ...]) -> np.ndarray:
    array = np.empty(shape, dtype)
    stream.seek(start)
    if array.size:
        stream.readinto(array.data.cast("B"))  # type: ignore[attr-defined]
    return array
