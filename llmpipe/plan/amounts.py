"""How much text and how many examples the sources give: from file sizes, and a few documents of the sample world."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from llmpipe.config import DocumentsSource, ExampleFiles, ExamplesSource, Hub, IngestConfig, WorldSource
from llmpipe.corpus.sources.documents import UniqueIds, read_documents
from llmpipe.corpus.sources.files import expand
from llmpipe.corpus.sources.records import Reading
from llmpipe.world import generate
from llmpipe.world.examples import TEST_SETS, datasets

PACKED = {".gz": 3, ".zst": 3, ".parquet": 3, ".xz": 4}  # text bytes to file bytes: an assumption
MAX_RECORD_BYTES = 2**26  # of what is looked at
LOOKED_AT = 200  # documents that tell the mean size
HUB_DOCUMENT_BYTES = 3000  # of a document that lies elsewhere: an assumption
LINE_BYTES = 400  # of an example in files that have no lines: an assumption


@dataclass(frozen=True)
class Dataset:
    """How many labelled examples a data set of a task has; `tests` is a number for each test set."""

    task: str
    train: int
    valid: int
    tests: tuple[int, ...]


@dataclass(frozen=True)
class Amounts:
    """What ingest will find; `unknown` names the sources whose size cannot be known before they are read."""

    num_bytes: int
    datasets: tuple[Dataset, ...]
    unknown: tuple[str, ...]


def look(config: IngestConfig) -> Amounts:
    """
    Sizes of all sources.

    Raises:
        DataError: A file is missing.
    """
    num_bytes, found, unknown = 0, list[Dataset](), list[str]()
    for number, source in enumerate(config.sources):
        where = f"ingest.sources[{number}]"
        if isinstance(source, WorldSource):
            num_bytes += _world_bytes(source, config.seed)
            tests = (source.test_per_set,) * len(TEST_SETS)
            sizes = source.train_per_dataset, source.valid_per_dataset, tests
            found += [Dataset(dataset.task, *sizes) for dataset in datasets(config.seed).values()]
        elif isinstance(source, DocumentsSource):
            size = _document_bytes(source, where)
            num_bytes += (source.limit or 0) * HUB_DOCUMENT_BYTES if size is None else size
            unknown += [source.name] if size is None else []
        else:
            found.append(_dataset(source, where))
            parts = (source.train, source.valid, *source.test.values())
            if any(part is not None and _paths(part, where) is None for part in parts):
                unknown.append(source.name)
    return Amounts(num_bytes, tuple(found), tuple(unknown))


def _world_bytes(source: WorldSource, seed: int) -> int:
    """Bytes of all documents, from the mean of some."""
    small = source.model_copy(update={"documents": min(LOOKED_AT, source.documents)})
    sizes = [len(document.text.encode()) for document in generate(small, seed).documents]
    return round(sum(sizes) * source.documents / small.documents)


def _document_bytes(source: DocumentsSource, where: str) -> int | None:
    """Bytes of its files, less when it has a limit; None when they are elsewhere."""
    paths = _paths(source, where)
    if paths is None:
        return None
    size = sum(path.stat().st_size * PACKED.get(path.suffix, 1) for path in paths)
    if source.limit is None:
        return size
    sizes = list(islice(document_sizes(source, where), min(source.limit, LOOKED_AT)))
    return min(size, sum(sizes) * source.limit // max(1, len(sizes)))


def document_sizes(source: DocumentsSource, where: str) -> Iterator[int]:
    """UTF-8 bytes of its documents, one after the other."""
    reading = Reading(MAX_RECORD_BYTES)
    for document in read_documents(source, where, UniqueIds(), lambda *_: None, reading=reading):
        yield len(document.text.encode())


def _paths(source: DocumentsSource | ExampleFiles, where: str) -> list[Path] | None:
    """Its local files; None when they are on the Hugging Face Hub."""
    if source.hub is None:
        return [path for path, _ in expand(source.paths, where)]
    return _local(source.hub)


def _local(hub: Hub) -> list[Path] | None:
    folder = Path(hub.repository)
    return [path for path in folder.rglob("*") if path.is_file()] if folder.is_dir() else None


def _dataset(source: ExamplesSource, where: str) -> Dataset:
    train = _count(source.train, where)
    valid = round(source.valid_ratio * train) if source.valid is None else _count(source.valid, where)
    return Dataset(source.task, train, valid, tuple(_count(files, where) for files in source.test.values()))


def _count(files: ExampleFiles, where: str) -> int:
    """Lines of its files, at most its limit; a data set elsewhere counts with its limit."""
    paths = _paths(files, where)
    if paths is None:
        return files.limit or 0
    count = sum(_records(path) for path in paths)
    return count if files.limit is None else min(count, files.limit)


def _records(path: Path) -> int:
    if path.suffix in PACKED:
        return path.stat().st_size * PACKED[path.suffix] // LINE_BYTES
    return sum(block.count(b"\n") for block in _blocks(path))


def _blocks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as stream:
        while block := stream.read(2**20):
            yield block
