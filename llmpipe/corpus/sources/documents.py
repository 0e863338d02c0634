"""Records to documents and examples: field mappings, ids, samples, and what makes a record bad."""

import heapq
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from llmpipe.corpus.sources.files import expand, read_file
from llmpipe.corpus.sources.hub import read_hub
from llmpipe.corpus.sources.parallel import read_pairs
from llmpipe.corpus.sources.records import BadRecord, Reading, Record, kind_of
from llmpipe.corpus.text import stable_hash
from llmpipe.errors import ParamsError, unknown_name
from llmpipe.records import Document
from llmpipe.sections import languages
from llmpipe.sections.ingest import DocumentsSource, ExampleFiles, Hub

_SURROGATE = re.compile("[\ud800-\udfff]")
DOCUMENT_FIELDS = {"text": "text", "id": "id", "language": ""}
Report = Callable[[Record, BadRecord], None]


class UniqueIds:
    """Makes ids unique by a suffix in order of arrival: `a`, `a~2`, `a~3`. Remembers 64-bit hashes, not the ids."""

    def __init__(self) -> None:
        self._seen: dict[int, int] = {}
        self.repeated = 0

    def __call__(self, given: str) -> str:
        """The id itself, or with the next free suffix."""
        key = stable_hash(given)
        count = self._seen[key] = self._seen.get(key, 0) + 1
        if count == 1:
            return given
        self.repeated += 1
        return self(f"{given}~{count}")


def read_records(paths: Sequence[str], hub: Hub | None, where: str, reading: Reading) -> Iterator[Record]:
    """Records of local files or of a Hugging Face data set, in order of the file names."""
    if hub is not None:
        yield from read_hub(hub, where)
        return
    for path, name in expand(paths, where):
        yield from read_file(path, name, reading)


def field_names(given: Mapping[str, str], known: Mapping[str, str], where: str) -> dict[str, str]:
    """
    The mapping from our names to record fields: defaults overridden by what was given.

    Raises:
        ParamsError: A given name is not ours.
    """
    for name in given:
        if name not in known:
            raise ParamsError(f"{where}.fields: {unknown_name('field', name, known)}")
    return {**known, **given}


def lookup(value: Any, dotted: str) -> Any:
    """
    A field of a nested record by its dotted name; list items by number: `answers.text.0`.

    Raises:
        BadRecord: There is no such field.
    """
    if isinstance(value, dict) and dotted in value:
        return value[dotted]
    current = value
    for part in dotted.split("."):
        if isinstance(current, dict) and part in current:
            current = current[part]
        elif isinstance(current, list) and part.isdigit() and int(part) < len(current):
            current = current[int(part)]
        else:
            known = ", ".join(map(str, value)) if isinstance(value, dict) else "nothing"
            raise BadRecord("missing_field", f"field '{dotted}' is missing; the record has: {known}")
    return current


def text_field(value: Any, dotted: str) -> str:
    """
    A field that must hold text.

    Raises:
        BadRecord: It is missing, empty or not text.
    """
    text = lookup(value, dotted)
    if text is None or text == "" or (isinstance(text, str) and not text.strip()):
        raise BadRecord("empty_text", f"field '{dotted}' is empty")
    if not isinstance(text, str):
        raise BadRecord("wrong_type", f"field '{dotted}' holds {kind_of(text)}, not text")
    if not text.isascii() and _SURROGATE.search(text):
        raise BadRecord("not_utf8", f"field '{dotted}' holds half of a surrogate pair")
    return text


def given_id(value: Any, dotted: str) -> str:
    """The id a record carries, or "" when it has none that can be used."""
    if not dotted:
        return ""
    try:
        found = lookup(value, dotted)
    except BadRecord:
        return ""
    return str(found).strip() if isinstance(found, str | int) and not isinstance(found, bool) else ""


def given_language(value: Any, dotted: str) -> str:
    """
    The code of the language that a record names, as a code or in words; "" when it names none, for `clean` to detect.

    Raises:
        BadRecord: There is no such field.
    """
    found = lookup(value, dotted)
    return languages.code_of(found) if isinstance(found, str) else ""


def read_documents(
    source: DocumentsSource, where: str, unique: UniqueIds, report: Report, *, reading: Reading
) -> Iterator[Document]:
    """The documents of a source; the first `limit` good ones. Bad ones go to `report`, notes to those of `reading`."""
    reading = replace(
        reading, split=source.split, columns=source.columns, encoding=source.encoding, format=source.format
    )
    fields = field_names(source.fields, DOCUMENT_FIELDS, where)
    count = 0
    for record in read_records(source.paths, source.hub, where, reading):
        if source.limit is not None and count == source.limit:
            return
        try:
            yield _document(record, source, fields, unique)
            count += 1
        except BadRecord as problem:
            report(record, problem)


def _document(record: Record, source: DocumentsSource, fields: Mapping[str, str], unique: UniqueIds) -> Document:
    raise_if_bad(record)
    text = text_field(record.value, fields["text"])
    name = given_id(record.value, fields["id"]) or f"{source.name}-{record.stem}-{record.line}"
    language = given_language(record.value, fields["language"]) if fields["language"] else source.language
    return Document(unique(name), text, language, source.name)


def raise_if_bad(record: Record) -> None:
    """Raise BadRecord for a record that its reader could not parse."""
    if record.reason:
        raise BadRecord(record.reason, record.detail)


class Sample:
    """A uniform sample of at most `limit` items, by hash of their keys: adding items moves few others. Keeps order."""

    def __init__(self, limit: int | None, seed: int) -> None:
        self._limit, self._seed = limit, seed
        self._heap: list[tuple[int, int, Any]] = []
        self._count = 0

    def add(self, key: str, item: Any) -> None:
        """Offer an item."""
        entry = (-stable_hash(self._seed, "sample", key), -self._count, item)
        self._count += 1
        if self._limit is None or len(self._heap) < self._limit:
            heapq.heappush(self._heap, entry)
        else:
            heapq.heappushpop(self._heap, entry)

    def items(self) -> list[Any]:
        """What was chosen, in the order it was offered."""
        return [item for _, _, item in sorted(self._heap, key=lambda entry: -entry[1])]


def files_of(files: ExampleFiles, where: str, reading: Reading) -> Iterator[Record]:
    """Records of one split of an example source."""
    if files.targets:
        yield from read_pairs(files.paths, files.targets, where, reading)
    else:
        yield from read_records(files.paths, files.hub, where, reading)
