"""
The work folder of cleaning: what its steps leave for each other, one file a task, and documents by their number.

Documents are numbered in the order of the tasks. A file is written under a temporary name and moved, so a task that was
killed leaves none, and one that runs again writes the same bytes.
"""

import fcntl
import json
import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from itertools import count
from pathlib import Path
from typing import Any

import numpy as np
import orjson

from llmpipe.corpus.arrays import load, load_rows, mapped, save
from llmpipe.files import Range, atomic_file, byte_ranges
from llmpipe.sections.clean import CleanConfig

MIN_TASK_BYTES = 2**19  # of raw shards
MAX_TASK_BYTES = 2**24  # a worker holds the lines of a task: with tasks of 16 MB it takes up to 600 MB
AIMED_TASKS = 64
LEARN_BYTES = 2**29  # of raw documents, from which repeated lines are learned; of more, a sample by hash
COUNT_BYTES = 2**26  # the same, of which n-grams are counted: more would fill the tables


@dataclass(frozen=True)
class Workspace:
    """
    A folder that only its own run uses.

    Args:
        folder: Where it is.
        config: Of the stage.
    """

    folder: Path
    config: CleanConfig

    def path(self, kind: str, task: int, ending: str = "jsonl") -> Path:
        """The file of one task: `folder/kind/00007.ending`."""
        return self.folder / kind / f"{task:05d}.{ending}"

    @cached_property
    def ranges(self) -> list[Range]:
        """The raw documents of each task."""
        return [(Path(path), start, end) for path, start, end in json.loads((self.folder / "ranges.json").read_text())]

    @property
    def num_tasks(self) -> int:
        """Tasks of the steps that go through all documents."""
        return len(self.ranges)

    @cached_property
    def learn_share(self) -> float:
        """Share of the documents from which repeated lines are learned."""
        return min(1.0, LEARN_BYTES / self._size_bytes)

    @cached_property
    def count_share(self) -> float:
        """Share of the documents whose n-grams are counted."""
        return min(1.0, COUNT_BYTES / self._size_bytes)

    @cached_property
    def _size_bytes(self) -> int:
        return sum(end - start for _, start, end in self.ranges)

    def write_lines(self, kind: str, task: int, lines: Iterable[bytes]) -> None:
        """Write the lines of one task."""
        with atomic_file(self.path(kind, task), "wb") as stream:
            stream.writelines(lines)

    def read_lines(self, kind: str, task: int) -> Iterator[Any]:
        """Read them again, parsed."""
        with self.path(kind, task).open("rb") as stream:
            for line in stream:
                yield orjson.loads(line)

    def write_arrays(self, kind: str, task: int, **arrays: np.ndarray) -> None:
        """Write named arrays of one task."""
        with atomic_file(self.path(kind, task, "arrays"), "wb") as stream:
            save(stream, arrays)

    def read_arrays(self, kind: str, task: int, *names: str) -> dict[str, np.ndarray]:
        """Read those of some names again, or all."""
        return load(self.path(kind, task, "arrays"), *names)

    def write_array(self, kind: str, task: int, array: np.ndarray) -> None:
        """Write one array that is read in parts."""
        self.write_arrays(kind, task, all=array)

    def map_array(self, kind: str, task: int) -> np.ndarray:
        """Map it (to memory)."""
        return mapped(self.path(kind, task, "arrays"), "all")

    def read_rows(self, kind: str, task: int, first: int, end: int) -> np.ndarray:
        """Rows `first` to `end` of it."""
        return load_rows(self.path(kind, task, "arrays"), "all", first, end)

    def numbered(self, name: str, part: int = 0, num_parts: int = 1) -> np.ndarray:
        """
        An array of pairs of all tasks, joined; the first of a pair is the number of a document (see `joined`).

        Args:
            name: Of the array.
            part: Which of the pairs: those whose second number leaves this rest when divided by `num_parts`.
            num_parts: More, and less is in memory at once.
        """
        found, sizes = [], []
        for task in range(self.num_tasks):
            arrays = self.read_arrays("cleaned", task, name, "kept")
            pairs = arrays[name]
            found.append(pairs[pairs[:, 1] % pairs.dtype.type(num_parts) == part] if num_parts > 1 else pairs)
            sizes.append(len(arrays["kept"]))
        return joined(found, sizes)

    def gathered(self, *names: str) -> list[np.ndarray]:
        """Arrays of the cleaned documents of all tasks, each joined."""
        parts = [self.read_arrays("cleaned", task, *names) for task in range(self.num_tasks)]
        return [np.concatenate([part[name] for part in parts]) for name in names]


@contextmanager
def own_folder(parent: Path, name: str) -> Iterator[Path]:
    """The folder `parent/name`, which may hold an interrupted run; another one while another process works in that."""
    parent.mkdir(parents=True, exist_ok=True)
    for number in count():
        folder = parent / (f"{name}-{number}" if number else name)
        lock = parent / f"{folder.name}.lock"
        with lock.open("w") as stream:
            try:
                fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                continue
            if not lock.exists() or lock.stat().st_ino != os.fstat(stream.fileno()).st_ino:
                continue  # its owner has just finished and removed it
            folder.mkdir(exist_ok=True)
            try:
                yield folder
            finally:
                lock.unlink(missing_ok=True)
            return


class Texts:
    """Rows of the cleaned documents by their number, read from disk one at a time."""

    def __init__(self, work: Workspace) -> None:
        starts = [work.read_arrays("cleaned", task, "starts")["starts"] for task in range(work.num_tasks)]
        self._paths = [work.path("cleaned", task) for task in range(work.num_tasks)]
        self._first = np.concatenate([[0], np.cumsum([len(part) for part in starts])])
        self._starts = np.concatenate(starts) if starts else np.empty(0, dtype=np.int64)
        self._open: tuple[int, Any] = (-1, None)

    def row(self, number: int) -> dict[str, Any]:
        """What the first steps made of document `number`."""
        task = int(np.searchsorted(self._first, number, side="right")) - 1
        if self._open[0] != task:
            self.close()
            self._open = (task, self._paths[task].open("rb"))
        stream = self._open[1]
        stream.seek(int(self._starts[number]))
        return dict(orjson.loads(stream.readline()))

    def id_of(self, number: int) -> str:
        """Id of document `number`; "" for -1."""
        return str(self.row(number)["id"]) if number >= 0 else ""

    def first_of(self, task: int) -> int:
        """Number of the first document of a task; of task `num_tasks` the number of documents."""
        return int(self._first[task])

    def close(self) -> None:
        """Close the file that is open."""
        if self._open[1] is not None:
            self._open[1].close()
        self._open = (-1, None)


def joined(parts: Sequence[np.ndarray], sizes: Sequence[int]) -> np.ndarray:
    """
    Join pairs whose first number counts the documents of its part, so that it counts those of all.

    Args:
        parts: Integers (n, 2) each, at least one part.
        sizes: Documents of each part.
    """
    firsts = np.cumsum([0, *sizes])
    return np.concatenate(
        [part + np.array([first, 0], dtype=part.dtype) for part, first in zip(parts, firsts, strict=False)]
    )


def ranges(shards: Sequence[Path]) -> list[Range]:
    """
    Cut shards at line ends, in tasks whose size follows from that of all.

    About `AIMED_TASKS` tasks, but none smaller than `MIN_TASK_BYTES` nor, single lines aside, larger than
    `MAX_TASK_BYTES`.
    """
    size = sum(path.stat().st_size for path in shards) // AIMED_TASKS
    return byte_ranges(shards, min(max(size, MIN_TASK_BYTES), MAX_TASK_BYTES))
