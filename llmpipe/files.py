"""
Files: atomic writes, digests, JSON with sorted keys, JSONL shards, and where each artifact lives.

Every output is written under a temporary name beside its final one and moved at the end, so a kill at
any moment leaves the old output or the new one, never half of either.
"""

import dataclasses
import fcntl
import hashlib
import json
import os
import shutil
import tempfile
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, TextIO

import orjson

from llmpipe.errors import DataError

YOUNG_S = 60  # a temporary folder is left alone so long
SHARD_BYTES = 64 * 2**20  # few big shards: DVC and file systems are slow with thousands of files


@dataclasses.dataclass(frozen=True)
class Layout:
    """Where each artifact lives below a data folder. Stages use these names only."""

    root: Path = Path("data")

    raw = property(lambda self: self.root / "raw")
    clean = property(lambda self: self.root / "clean")
    tokenizer = property(lambda self: self.root / "tokenizer")
    tokens = property(lambda self: self.root / "tokens")
    baselines = property(lambda self: self.root / "baselines")
    pretrained = property(lambda self: self.root / "pretrained")
    finetuned = property(lambda self: self.root / "finetuned")
    evaluation = property(lambda self: self.root / "evaluation")
    transfer = property(lambda self: self.root / "transfer")
    report = property(lambda self: self.root / "report")

    def metrics(self, stage: str) -> Path:
        """Deterministic metrics of a stage: `data/metrics/STAGE.json`."""
        return self.root / "metrics" / f"{stage}.json"


@contextmanager
def atomic_file(path: Path, mode: str = "w") -> Iterator[Any]:
    """Open a temporary file beside `path` for writing; move it onto `path` when the block ends well."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    temporary = Path(name)
    try:
        with os.fdopen(
            handle, mode, encoding=None if "b" in mode else "utf-8", newline=None if "b" in mode else "\n"
        ) as stream:
            yield stream
            stream.flush()
            os.fsync(stream.fileno())
        temporary.chmod(0o644)
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


@contextmanager
def atomic_directory(path: Path) -> Iterator[Path]:
    """
    Yield an empty temporary folder beside `path`; move it onto `path` when the block ends well.

    Those that killed processes left there are removed first: a living process holds a lock on its own.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    prefix = f".{path.name}."
    for folder in path.parent.iterdir():
        if folder.name.startswith(prefix) and folder.is_dir() and _is_abandoned(folder):
            shutil.rmtree(folder, ignore_errors=True)
    temporary = Path(tempfile.mkdtemp(dir=path.parent, prefix=prefix))
    lock = os.open(temporary, os.O_RDONLY)
    try:
        with suppress(OSError):  # a file system without locks: nothing is removed there either
            fcntl.flock(lock, fcntl.LOCK_EX)
        temporary.chmod(0o755)
        yield temporary
        if path.exists():
            shutil.rmtree(path)
        temporary.replace(path)
    except BaseException:
        shutil.rmtree(temporary, ignore_errors=True)
        raise
    finally:
        os.close(lock)


def _is_abandoned(folder: Path) -> bool:
    """Whether nobody holds a lock on it; a folder is safe for a while, until its process has locked it."""
    try:
        if time.time() - folder.stat().st_mtime < YOUNG_S:
            return False
        handle = os.open(folder, os.O_RDONLY)
    except OSError:  # another process removed it
        return False
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:  # locked, or a file system without locks
        return False
    finally:
        os.close(handle)
    return True


def write_text(path: Path, text: str) -> None:
    """Write `text` as UTF-8, atomically."""
    with atomic_file(path) as stream:
        stream.write(text)


def write_json(path: Path, value: Any) -> None:
    """Write `value` as indented JSON with sorted keys, atomically. NaN and infinity are refused."""
    write_text(path, json.dumps(value, ensure_ascii=False, indent=2, sort_keys=True, allow_nan=False) + "\n")


def read_json(path: Path) -> Any:
    """
    Read a JSON file.

    Raises:
        DataError: The file is missing or is not JSON.
    """
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise DataError(f"{path} is missing; run the stage that writes it (`dvc repro` runs all of them).") from None
    except ValueError as error:
        raise DataError(f"{path} is not valid JSON ({error}); delete it and run its stage again.") from None


def to_line(record: Any) -> str:
    """One record (dataclass or mapping) as one line of JSON with sorted keys; empty `labels` are left out."""
    value = (
        {f.name: getattr(record, f.name) for f in dataclasses.fields(record)}
        if dataclasses.is_dataclass(record)
        else dict(record)
    )
    if not value.get("labels", True):
        del value["labels"]
    return json.dumps(value, ensure_ascii=False, sort_keys=True, allow_nan=False) + "\n"


def write_jsonl(path: Path, records: Iterable[Any]) -> int:
    """Write records (dataclasses or mappings) one per line, atomically; returns how many."""
    count = 0
    with atomic_file(path) as stream:
        for record in records:
            stream.write(to_line(record))
            count += 1
    return count


def read_jsonl(path: Path, kind: type | None = None) -> Iterator[Any]:
    """
    Read one of our own JSONL files (lines end with LF only), as `kind` or as dicts.

    Raises:
        DataError: The file is missing or a line is not the JSON of a `kind`.
    """
    if not path.exists():
        raise DataError(f"{path} is missing; run the stage that writes it (`dvc repro` runs all of them).")
    with path.open(encoding="utf-8", newline="\n") as stream:
        for number, line in enumerate(stream, start=1):
            try:
                value = json.loads(line)
                if kind is not None:
                    if "references" in value:
                        value["references"] = tuple(value["references"])
                    value = kind(**value)
            except (ValueError, TypeError) as error:
                raise DataError(
                    f"{path}, line {number}: {error}; the file was edited or cut, run its stage again."
                ) from None
            yield value


class ShardWriter:
    """Write records to FOLDER/00000.jsonl, ... of at most `max_bytes` each, inside `atomic_directory`."""

    def __init__(self, folder: Path, max_bytes: int = SHARD_BYTES) -> None:
        self.folder, self.max_bytes = folder, max_bytes
        self.count = 0
        self._size, self._number = 0, -1
        self._stream: TextIO | None = None
        folder.mkdir(parents=True, exist_ok=True)
        self._next()

    def write(self, record: Any) -> None:
        """Append one record."""
        line = to_line(record)
        size = len(line.encode())
        if self._size and self._size + size > self.max_bytes:
            self._next()
        assert self._stream is not None
        self._stream.write(line)
        self._size += size
        self.count += 1

    def _next(self) -> None:
        self.close()
        self._number += 1
        self._size = 0
        self._stream = (self.folder / f"{self._number:05d}.jsonl").open("w", encoding="utf-8", newline="\n")

    def close(self) -> None:
        """Finish the last shard."""
        if self._stream is not None:
            self._stream.close()
            self._stream = None

    def __enter__(self) -> "ShardWriter":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def join_shards(parts: Sequence[Path], folder: Path) -> None:
    """Join files of lines, in order, into FOLDER/00000.jsonl, ... of at most `SHARD_BYTES` where the parts allow it."""
    folder.mkdir(parents=True, exist_ok=True)
    number, size = 0, 0
    (folder / "00000.jsonl").touch()
    for part in parts:
        length = part.stat().st_size
        if size and size + length > SHARD_BYTES:
            number, size = number + 1, 0
        with part.open("rb") as stream, (folder / f"{number:05d}.jsonl").open("ab") as target:
            shutil.copyfileobj(stream, target, 2**20)
        size += length


def shards(folder: Path, suffix: str = ".jsonl") -> list[Path]:
    """
    The shards of a folder in order.

    Raises:
        DataError: The folder is missing or holds none.
    """
    found = sorted(path for path in folder.glob(f"*{suffix}") if not path.name.startswith("."))
    if not found:
        raise DataError(
            f"{folder} holds no *{suffix} shard; run the stage that writes it (`dvc repro` runs all of them)."
        )
    return found


def read_shards(folder: Path, kind: type | None = None) -> Iterator[Any]:
    """All records of a sharded folder, in order."""
    for path in shards(folder):
        yield from read_jsonl(path, kind)


Range = tuple[Path, int, int]  # a shard, and the first byte and the end of some of its lines


def byte_ranges(paths: Iterable[Path], size: int) -> list[Range]:
    """Cut JSONL shards into ranges of about `size` bytes that end at line ends: tasks of worker processes."""
    ranges: list[Range] = []
    for path in paths:
        total, start = path.stat().st_size, 0
        with path.open("rb") as stream:
            while start < total:
                stream.seek(min(start + size, total) - 1)
                stream.readline()
                ranges.append((path, start, stream.tell()))
                start = stream.tell()
    return ranges


def read_range(task: Range, kind: type) -> Iterator[Any]:
    """
    The records of a range of a shard, as `kind`.

    Raises:
        DataError: A line is not the JSON of a `kind`.
    """
    path, place, end = task
    with path.open("rb") as stream:
        stream.seek(place)
        while place < end:
            line = stream.readline()
            try:
                yield kind(**orjson.loads(line))
            except (ValueError, TypeError) as error:
                stream.seek(0)
                number = sum(1 for _ in iter(stream.readline, b"") if stream.tell() <= place) + 1
                raise DataError(
                    f"{path}, line {number}: {error}; the file was edited or cut, run its stage again."
                ) from None
            place += len(line)


def digest(path: Path) -> str:
    """SHA-256 of a file, or of a folder: of the sorted (relative path, file digest) pairs below it."""
    total = hashlib.sha256()
    if path.is_dir():
        for child in sorted(p for p in path.rglob("*") if p.is_file() and "__pycache__" not in p.parts):
            total.update(f"{child.relative_to(path).as_posix()}\0{digest(child)}\n".encode())
    else:
        with path.open("rb") as stream:
            while block := stream.read(2**20):
                total.update(block)
    return total.hexdigest()


def digest_value(value: Mapping[str, Any]) -> str:
    """SHA-256 of a JSON value, independent of the order of its keys."""
    return hashlib.sha256(json.dumps(value, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def fingerprint(inputs: Mapping[str, str], params: Mapping[str, Any], code: Sequence[str]) -> str:
    """12 hexadecimal digits that differ when inputs (digests by name), parameters or code (below llmpipe/) differ."""
    package = Path(__file__).parent
    digests = {name: digest(package / name) for name in code}
    return digest_value({"inputs": dict(inputs), "params": dict(params), "code": digests})[:12]


def dvc_digest(path: Path) -> str:
    """
    The digest that DVC writes into dvc.lock: MD5 of a file's bytes, or of the listing of a folder plus ".dir".

    The listing is JSON, `[{"md5": ..., "relpath": ...}, ...]` sorted by `relpath` (dvc_data, `Tree.as_bytes`).
    """
    if not path.is_dir():
        total = hashlib.md5(usedforsecurity=False)
        with path.open("rb") as stream:
            while block := stream.read(2**20):
                total.update(block)
        return total.hexdigest()
    children = {
        child.relative_to(path).as_posix(): child
        for child in path.rglob("*")
        if child.is_file() and "__pycache__" not in child.parts
    }
    listing = [{"md5": dvc_digest(children[name]), "relpath": name} for name in sorted(children)]
    return hashlib.md5(json.dumps(listing, sort_keys=True).encode(), usedforsecurity=False).hexdigest() + ".dir"


def project_root() -> Path:
    """
    The project's folder; checkpoints and tracking live below it.

    DVC's when DVC started us (also from a temporary workspace), else the first one upwards that holds
    .dvc or .git, else the current one.
    """
    if os.environ.get("DVC_ROOT"):
        return Path(os.environ["DVC_ROOT"])
    here = Path.cwd()
    return next(
        (folder for folder in (here, *here.parents) if (folder / ".dvc").is_dir() or (folder / ".git").exists()), here
    )
