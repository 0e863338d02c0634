"""ingest: sources -> data/raw/ (documents, task examples, quarantine, ledger)."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from llmpipe.corpus.sources.documents import UniqueIds, read_documents
from llmpipe.corpus.sources.examples import read_examples
from llmpipe.corpus.sources.records import BadRecord, Notes, Reading, Record, escape
from llmpipe.errors import DataError, ParamsError
from llmpipe.files import Layout, ShardWriter, atomic_directory, to_line, write_json
from llmpipe.listing import first_few
from llmpipe.processes import num_workers
from llmpipe.progress import Reporter
from llmpipe.records import Document, Example
from llmpipe.sections.ingest import DocumentsSource, IngestConfig, Source, WorldSource
from llmpipe.sections.params import Params
from llmpipe.world import generate

SPLITS = ("train", "valid")
SAY_EVERY = 1000  # records
SHOWN_REASONS = 3
SHOWN_FILES = 5
DETAIL_LENGTH = 300


def run(params: Params, data: Layout, out: Layout, reporter: Reporter) -> None:
    """Read all sources and write their documents and examples."""
    config = params.ingest
    _check_names(config)
    with atomic_directory(out.raw) as folder, RawWriter(folder, config.max_quarantined) as writer:
        for number, source in enumerate(config.sources):
            _read_source(source, f"ingest.sources[{number}]", config, writer, reporter)
        if not writer.num_documents:
            raise DataError("ingest.sources give no document; add a source of kind world or documents to params.yaml.")
    if writer.quarantined:
        total, reasons = sum(writer.quarantined.values()), _counts(writer.quarantined)
        reporter.say(f"quarantined {total} bad records ({reasons}); see {out.raw / 'quarantine.jsonl'}")
    for sentence in writer.unseen_labels():
        reporter.say(sentence)
    write_json(out.metrics("ingest"), writer.metrics())


def _counts(counter: Counter[str]) -> str:
    return ", ".join(f"{name} {count}" for name, count in sorted(counter.items()))


def _check_names(config: IngestConfig) -> None:
    names = Counter(source.name for source in config.sources if not isinstance(source, WorldSource))
    for name, count in names.items():
        if count > 1:
            raise ParamsError(f"ingest.sources: {count} sources are named '{name}'; give each its own name.")


class RawWriter:
    """The files of data/raw, and what they hold in numbers."""

    def __init__(self, folder: Path, max_quarantined: int) -> None:
        self._folder, self._max_quarantined = folder, max_quarantined
        self._documents = ShardWriter(folder / "documents")
        self._examples: dict[tuple[str, str], _File] = {}
        for split in (*SPLITS, "test"):
            (folder / "examples" / split).mkdir(parents=True)
        self._quarantine, self._ledger = _File(folder / "quarantine.jsonl"), _File(folder / "ledger.jsonl")
        self.unique = UniqueIds()
        self.num_documents = self.num_examples = 0
        self.quarantined: Counter[str] = Counter()
        self._kept: Counter[tuple[str, str]] = Counter()
        self.encodings: Counter[str] = Counter()
        self.skipped: Counter[str] = Counter()
        self._by_source: Counter[tuple[str, str]] = Counter()
        self._by_language: Counter[tuple[str, str]] = Counter()
        self._by_dataset: Counter[tuple[str, str]] = Counter()
        self._labels: defaultdict[tuple[str, str], Counter[Sequence[str]]] = defaultdict(Counter)

    def __enter__(self) -> "RawWriter":
        return self

    def __exit__(self, *_: object) -> None:
        self._documents.close()
        for file in (*self._examples.values(), self._quarantine, self._ledger):
            file.close()

    def document(self, document: Document) -> None:
        """Add a document."""
        self._documents.write(document)
        self.num_documents += 1
        size = len(document.text.encode())
        for counter, key in ((self._by_source, document.source), (self._by_language, document.language or "unknown")):
            counter[key, "documents"] += 1
            counter[key, "bytes"] += size

    def example(self, example: Example) -> None:
        """Add an example to the file of its data set; all test sets share one."""
        folder = example.split if example.split in SPLITS else "test"
        key = (folder, example.dataset)
        if key not in self._examples:
            self._examples[key] = _File(self._folder / "examples" / folder / f"{example.dataset}.jsonl")
        self._examples[key].write(example)
        self._by_dataset[example.dataset, example.split] += 1
        if example.task == "classification":
            self._labels[example.dataset, example.split][example.references] += 1
        self.num_examples += 1

    def bad(self, source: str, record: Record, problem: BadRecord) -> None:
        """Count a bad record of a source, and add it to the quarantine when that holds few of its kind."""
        self.quarantined[problem.reason] += 1
        self._kept[source, problem.reason] += 1
        if self._kept[source, problem.reason] > self._max_quarantined:
            return
        row = {
            "file": record.file,
            "line": record.line,
            "offset": record.offset,
            "reason": problem.reason,
            "detail": problem.detail[:DETAIL_LENGTH],
            "head": escape(record.head),
        }
        self._quarantine.write(row)

    def notes(self, notes: Notes) -> None:
        """Add what was noted while reading a source."""
        self.encodings.update(notes.encodings)
        self.skipped.update(notes.skipped)

    def planted(self, entries: Iterable[object]) -> None:
        """Add entries of the ledger of planted dirt."""
        for entry in entries:
            self._ledger.write(entry)

    def unseen_labels(self) -> Iterator[str]:
        """A sentence for each set of a data set with labels that none of its training examples has."""
        for (dataset, split), given in sorted(self._labels.items()):
            known = {label for references in self._labels.get((dataset, "train"), ()) for label in references}
            unseen = {references: count for references, count in given.items() if known.isdisjoint(references)}
            if known and unseen:
                labels = sorted({f"'{references[0]}'" for references in unseen})
                yield (
                    f"{dataset}/{split}: {sum(unseen.values())} of {sum(given.values())} examples have a label that no "
                    f"training example has: {first_few(labels)}"
                )

    def metrics(self) -> dict[str, object]:
        """Counts for data/metrics/ingest.json."""
        return {
            "documents": self.num_documents,
            "bytes": sum(count for (_, unit), count in self._by_source.items() if unit == "bytes"),
            "sources": _nested(self._by_source),
            "languages": _nested(self._by_language),
            "examples": _nested(self._by_dataset),
            "quarantined": {"total": sum(self.quarantined.values()), "reasons": dict(self.quarantined)},
            "skipped": dict(self.skipped),
            "encodings": dict(self.encodings),
            "repeated_ids": self.unique.repeated,
        }


class _File:
    """One JSONL file inside an atomic folder."""

    def __init__(self, path: Path) -> None:
        self._stream = path.open("w", encoding="utf-8", newline="\n")

    def write(self, record: object) -> None:
        """Append one record."""
        self._stream.write(to_line(record))

    def close(self) -> None:
        """Finish the file."""
        self._stream.close()


def _nested(counter: Counter[tuple[str, str]]) -> dict[str, dict[str, int]]:
    nested: dict[str, dict[str, int]] = {}
    for (outer, inner), count in counter.items():
        nested.setdefault(outer, {})[inner] = count
    return nested


class Bad:
    """The bad records of one source: counted, quarantined, the first ones kept for the message."""

    def __init__(self, writer: RawWriter, source: str) -> None:
        self._writer, self._source = writer, source
        self.by_file: Counter[str] = Counter()
        self.reasons: Counter[str] = Counter()
        self.first: list[str] = []

    def __call__(self, record: Record, problem: BadRecord) -> None:
        """Take one bad record."""
        self.by_file[record.file] += 1
        self.reasons[problem.reason] += 1
        if len(self.first) < SHOWN_REASONS:
            place = f" (byte {record.offset})" if record.offset else ""
            self.first.append(f"{record.file} line {record.line}{place}: {problem.detail[:DETAIL_LENGTH]}")
        self._writer.bad(self._source, record, problem)


def _read_source(source: Source, where: str, config: IngestConfig, writer: RawWriter, reporter: Reporter) -> None:
    if isinstance(source, WorldSource):
        _read_world(source, config.seed, writer, reporter)
        return
    where = f"{where} ('{source.name}')"
    bad, count, splits = Bad(writer, source.name), 0, Counter[str]()
    reading = Reading(config.max_record_bytes)
    if isinstance(source, DocumentsSource):
        for document in read_documents(source, where, writer.unique, bad, reading=reading):
            writer.document(document)
            count += 1
    else:
        for example in read_examples(source, config.seed, where, bad, reading=reading):
            writer.example(example)
            splits[example.split] += 1
        count = splits.total()
    num_bad = bad.by_file.total()
    if num_bad > config.max_bad_ratio * (count + num_bad):
        raise DataError(_too_many(where, bad, count + num_bad, config.max_bad_ratio))
    if num_bad and not count:
        raise DataError(f"{where}: all {num_bad} records are bad. The first: {'; '.join(bad.first)}. Repair the files.")
    if splits and not splits["train"]:
        raise DataError(_no_training(where, splits))
    if not count:
        raise DataError(f"{where} is empty: its files hold no record; check its paths in params.yaml.")
    reporter.say(f"{source.name}: {count:,} {source.kind}" + (f", {num_bad} quarantined" if num_bad else ""))
    writer.notes(reading.notes)
    _say_notes(source.name, reading.notes, reporter)


def _say_notes(name: str, notes: Notes, reporter: Reporter) -> None:
    files = [f"{file} as {encoding}" for file, encoding in sorted(notes.converted.items())]
    if files:
        reporter.say(f"{name}: read {first_few(files, SHOWN_FILES)}")
    if notes.skipped:
        reporter.say(f"{name}: {notes.skipped.total():,} parts of files are no documents ({_counts(notes.skipped)})")


def _no_training(where: str, splits: Counter[str]) -> str:
    counts = ", ".join(f"{name} {count:,}" for name, count in sorted(splits.items()))
    return (
        f"{where} has no training example ({counts}); give its `train` more records, or lower `valid_ratio`: "
        "records with the same text stay together."
    )


def _too_many(where: str, bad: Bad, total: int, limit: float) -> str:
    file, in_file = max(bad.by_file.items(), key=lambda item: (item[1], item[0]))
    num_bad = bad.by_file.total()
    other_names = bad.reasons["missing_field"] == total  # nothing to repair: all of the records are made so
    advice = (
        "Say under `fields` of the source which field holds what; under `columns`, when a table has no line of names."
        if other_names
        else "Repair the file, or raise ingest.max_bad_ratio."
    )
    return (
        f"{where}: {num_bad} of {total} records are bad ({num_bad / total:.1%}, more than ingest.max_bad_ratio "
        f"{limit:g}), {in_file} of them in {file}. The first: {'; '.join(bad.first)}. {advice}"
    )


def _read_world(source: WorldSource, seed: int, writer: RawWriter, reporter: Reporter) -> None:
    world = generate(source, seed, num_workers())
    total = round(source.documents * (1 + source.dirt_ratio))
    for number, document in enumerate(world.documents, start=1):
        writer.document(document)
        if number % SAY_EVERY == 0:
            reporter.progress(min(number, total), total, "documents")
    for example in world.examples:
        writer.example(example)
    writer.planted(world.ledger)
    reporter.say(f"sample world: {writer.num_documents:,} documents, {writer.num_examples:,} examples")
