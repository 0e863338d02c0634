"""
clean: data/raw/ -> data/clean/ (documents by split, examples, what was removed and changed and why).

Two passes. The first cleans each document in worker processes, spools the result to disk and keeps hashes in arrays;
then duplicates, leaks and splits are decided on the arrays; the second reads the spool and writes.
"""

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import IO, Any

import numpy as np
import orjson

from llmpipe.config import CleanConfig, Params
from llmpipe.corpus import decontaminate, duplicates, ledger, pipeline
from llmpipe.corpus.normalize import normalize
from llmpipe.corpus.split import split_of
from llmpipe.errors import DataError
from llmpipe.files import Layout, ShardWriter, atomic_directory, read_jsonl, shards, write_json, write_jsonl
from llmpipe.processes import num_workers, ordered_map
from llmpipe.progress import Reporter
from llmpipe.records import Document, Example

SPLITS = ("train", "valid", "test")


@dataclass
class Pass:
    """What the first pass leaves: arrays over all documents, and where each lies in the spool."""

    starts: list[int] = field(default_factory=list)
    keys: list[np.ndarray] = field(default_factory=list)
    ids: list[np.ndarray] = field(default_factory=list)
    kept: list[np.ndarray] = field(default_factory=list)
    leaks: list[tuple[int, int]] = field(default_factory=list)
    rows: int = 0


@dataclass(frozen=True, slots=True)
class Removal:
    """Why a document goes: the reason, a detail, and the index of the copy kept in its place (-1: none)."""

    reason: str
    detail: str
    favoured: int = -1


def run(params: Params, data: Layout, out: Layout, reporter: Reporter) -> None:
    """Clean documents and examples."""
    config = params.clean
    raw = shards(data.raw / "documents")
    tests = [_normalized(example) for example in _examples(data, "test")]
    with atomic_directory(out.clean) as folder:
        with _spool(folder) as spool, _spool(folder) as signature_file:
            index = decontaminate.build_index(
                tests if config.decontaminate.enabled else [], config.decontaminate.min_words
            )
            first = _first_pass(raw, config, index, spool, signature_file, reporter)
            removals, clusters = _decide(first, config, index, spool, signature_file, reporter)
            counts = _second_pass(folder, config, data, spool, first, removals, clusters)
        counts["examples"] = _clean_examples(folder, config, data, tests)
    reporter.say(_summary(counts))
    write_json(out.metrics("clean"), counts)


@contextmanager
def _spool(folder: Path) -> Iterator[IO[bytes]]:
    """A file that is gone afterwards, on the disk that the outputs need anyway."""
    path = folder / f".spool{len(list(folder.glob('.spool*')))}"
    with path.open("w+b") as stream:
        yield stream
    path.unlink()


def _first_pass(
    raw: list[Path],
    config: CleanConfig,
    index: decontaminate.Index,
    spool: IO[bytes],
    signature_file: IO[bytes],
    reporter: Reporter,
) -> Pass:
    tasks = pipeline.ranges(raw, pipeline.TASK_BYTES)
    total = sum(end - start for _, start, end in tasks)
    first, done = Pass(), 0
    blocks = ordered_map(pipeline.setup, (config, index), pipeline.clean_range, tasks, num_workers())
    for (_, start, end), block in zip(tasks, blocks, strict=True):
        first.leaks += [(first.rows + document, item) for document, item in block.leaks]
        for line in block.lines:
            first.starts.append(spool.tell())
            spool.write(line)
        signature_file.write(block.signatures.tobytes())
        first.keys.append(block.keys)
        first.ids.append(block.ids)
        first.kept.append(block.kept)
        first.rows += len(block.lines)
        done += end - start
        reporter.progress(done, total, "bytes", documents=first.rows)
    if not first.rows:
        raise DataError(f"{raw[0].parent} holds no document; check ingest.sources in params.yaml.")
    return first


def _decide(
    first: Pass,
    config: CleanConfig,
    index: decontaminate.Index,
    spool: IO[bytes],
    signature_file: IO[bytes],
    reporter: Reporter,
) -> tuple[dict[int, Removal], np.ndarray]:
    """What goes, on the arrays of all documents; and the representative of each document's cluster."""
    ids, keys, kept = np.concatenate(first.ids), np.concatenate(first.keys), np.concatenate(first.kept)
    ranks = np.empty(len(ids), dtype=np.int64)
    ranks[np.lexsort((keys[:, 1], keys[:, 0], ids))] = np.arange(len(ids))  # by hash of the id, never by position
    clusters = duplicates.Clusters(len(ids))
    removals: dict[int, Removal] = {}
    if config.duplicates.exact:
        for copy, original in duplicates.exact_copies(keys, ranks, kept).items():
            removals[copy] = Removal("exact_duplicate", "", original)
            clusters.join(copy, original)
            kept[copy] = False
    for document, items in _leaked(first.leaks, kept, index).items():
        removals[document] = Removal("leak", items)
        kept[document] = False
    if config.duplicates.near:
        reporter.say(f"comparing {int(kept.sum()):,} documents for near duplicates")
        pairs = _near_pairs(first, config, kept, ranks, spool, signature_file)
        for left, right, _ in pairs:
            clusters.join(left, right)
        for copy, (original, similarity) in duplicates.near_copies(pairs, ranks).items():
            removals[copy] = Removal("near_duplicate", f"{similarity:.2f}", original)
    roots = np.array([clusters.find(document) for document in range(len(ids))])
    order = np.lexsort((ranks, roots))
    leaders = order[np.concatenate([[True], roots[order][1:] != roots[order][:-1]])]  # smallest rank of each cluster
    leader_of = dict(zip(roots[leaders].tolist(), leaders.tolist(), strict=True))
    return removals, np.array([leader_of[root] for root in roots.tolist()])


def _leaked(leaks: list[tuple[int, int]], kept: np.ndarray, index: decontaminate.Index) -> dict[int, str]:
    """Documents that hold test items, with the ids of the items; items held by many documents are common texts."""
    leaks = [(document, item) for document, item in leaks if kept[document]]
    holders = Counter(item for _, item in leaks)
    found: dict[int, list[str]] = {}
    for document, item in leaks:
        if holders[item] <= decontaminate.MAX_DOCUMENTS:
            found.setdefault(document, []).append(index.ids[item])
    return {document: " ".join(items) for document, items in found.items()}


def _near_pairs(
    first: Pass, config: CleanConfig, kept: np.ndarray, ranks: np.ndarray, spool: IO[bytes], signature_file: IO[bytes]
) -> list[tuple[int, int, float]]:
    settings = config.duplicates
    signature_file.flush()
    stored = np.memmap(signature_file, dtype=np.uint32, mode="r", shape=(first.rows, settings.num_hashes))
    documents = np.flatnonzero(kept)
    table = np.asarray(stored[documents])
    rows = duplicates.rows_per_band(settings.num_hashes, settings.threshold)
    pairs = duplicates.likely(duplicates.candidates(table, ranks[documents], rows), table, settings.threshold)
    return duplicates.verified(
        documents[pairs],
        lambda document: _read(spool, first.starts[document])["text"],
        settings.ngram,
        settings.threshold,
    )


def _read(spool: IO[bytes], start: int) -> dict[str, Any]:
    spool.seek(start)
    return dict(orjson.loads(spool.readline()))


def _second_pass(
    folder: Path,
    config: CleanConfig,
    data: Layout,
    spool: IO[bytes],
    first: Pass,
    removals: Mapping[int, Removal],
    clusters: np.ndarray,
) -> dict[str, Any]:
    entries = list(read_jsonl(data.raw / "ledger.jsonl")) if (data.raw / "ledger.jsonl").exists() else []
    named = {entry["id"] for entry in entries}
    outcomes: dict[str, ledger.Outcome] = {}
    counts = Counts()
    writers = {name: ShardWriter(folder / name) for name in (*SPLITS, "removed", "changed")}
    names = _Names(spool, first.starts)
    spool.seek(0)
    for number in range(first.rows):
        spool.seek(first.starts[number])
        row = orjson.loads(spool.readline())
        removal = removals.get(number) or (Removal(row["reason"], row["detail"]) if row["reason"] else None)
        favoured = names(removal.favoured) if removal and removal.favoured >= 0 else ""
        if removal:
            writers["removed"].write(_removed(row, removal, favoured))
            counts.removed[removal.reason] += 1
        else:
            split = split_of(names(int(clusters[number])), config.seed, config.split)
            document = Document(row["id"], row["text"], row["language"], row["source"], row["labels"])
            writers[split].write(document)
            counts.add(document, split, row["changed"])
            if row["changed"]:
                writers["changed"].write(
                    {"id": row["id"], "reasons": row["changed"], "before": row["before"], "after": row["after"]}
                )
        if entries and (removal or row["changed"] or row["id"] in named):
            text = "" if removal else row["text"]
            outcomes[row["id"]] = ledger.Outcome(removal.reason if removal else "", row["changed"], text, favoured)
    for writer in writers.values():
        writer.close()
    result = counts.metrics(first.rows)
    _check_splits(counts, first.rows, config)
    if entries:
        result["dirt"] = ledger.score(entries, outcomes)
        result["damage"] = ledger.damage(entries, outcomes, first.rows)
    return result


class _Names:
    """Ids of documents by their number, read from the spool."""

    def __init__(self, spool: IO[bytes], starts: list[int]) -> None:
        self._spool, self._starts = spool, starts

    def __call__(self, number: int) -> str:
        return str(_read(self._spool, self._starts[number])["id"])


@dataclass
class Counts:
    """Counts of the second pass."""

    removed: Counter[str] = field(default_factory=Counter)
    changed: Counter[str] = field(default_factory=Counter)
    documents: Counter[str] = field(default_factory=Counter)
    bytes: Counter[str] = field(default_factory=Counter)
    languages: Counter[str] = field(default_factory=Counter)
    num_changed: int = 0

    def add(self, document: Document, split: str, changed: list[str]) -> None:
        """Count a kept document."""
        self.documents[split] += 1
        self.bytes[split] += len(document.text.encode())
        self.languages[document.language or "unknown"] += 1
        self.changed.update(changed)
        self.num_changed += bool(changed)

    def metrics(self, total: int) -> dict[str, Any]:
        """Counts for data/metrics/clean.json."""
        return {
            "documents": {
                "raw": total,
                "kept": self.documents.total(),
                **{name: self.documents[name] for name in SPLITS},
            },
            "bytes": {name: self.bytes[name] for name in SPLITS},
            "languages": dict(self.languages),
            "removed": {"total": self.removed.total(), "reasons": dict(self.removed)},
            "changed": {"total": self.num_changed, "reasons": dict(self.changed)},
        }


def _removed(row: Mapping[str, Any], removal: Removal, favoured: str) -> dict[str, str]:
    return {
        "id": row["id"],
        "reason": removal.reason,
        "source": row["source"],
        "language": row["language"],
        "detail": " ".join(part for part in (removal.detail, f"of {favoured}" if favoured else "") if part),
        "text": row["raw"],
    }


def _check_splits(counts: Counts, total: int, config: CleanConfig) -> None:
    """
    Later stages need text in every split.

    Raises:
        DataError: Cleaning removed all documents, or a split got none.
    """
    if not counts.documents.total():
        reason, count = counts.removed.most_common(1)[0]
        raise DataError(
            f"cleaning removed all {total} documents, {count} of them for '{reason}'; "
            "loosen that rule in the clean section of params.yaml, or check what ingest reads."
        )
    for split, ratio in (("train", 1.0), ("valid", config.split.valid_ratio), ("test", config.split.test_ratio)):
        if ratio > 0 and not counts.documents[split]:
            raise DataError(
                f"of {counts.documents.total()} documents left by cleaning none fell into the {split} split; give "
                "ingest more documents (split: paragraph cuts large text files) or change clean.split in params.yaml."
            )


def _examples(data: Layout, split: str) -> Iterator[Example]:
    for path in sorted((data.raw / "examples" / split).glob("*.jsonl")):
        yield from read_jsonl(path, Example)


def _clean_examples(folder: Path, config: CleanConfig, data: Layout, tests: list[Example]) -> dict[str, Any]:
    """Normalise the texts of all examples; remove train and valid ones with the prompt of a test example."""
    prompts = {decontaminate.prompt_key(example): example.id for example in tests}
    removed: list[dict[str, str]] = []
    counts: dict[str, dict[str, int]] = {}
    for split in SPLITS:
        (folder / "examples" / split).mkdir(parents=True)
        for path in sorted((data.raw / "examples" / split).glob("*.jsonl")):
            kept = []
            for example in map(_normalized, read_jsonl(path, Example)):
                test_item = None if split == "test" else prompts.get(decontaminate.prompt_key(example))
                if test_item is None or not config.decontaminate.enabled:
                    kept.append(example)
                else:
                    removed.append(_removed_example(example, test_item))
            counts.setdefault(path.stem, {})[split] = write_jsonl(folder / "examples" / split / path.name, kept)
    number = len(list((folder / "removed").glob("*.jsonl")))
    if removed:
        write_jsonl(folder / "removed" / f"{number:05d}.jsonl", removed)
    return {"datasets": counts, "removed": len(removed)}


def _normalized(example: Example) -> Example:
    inputs = {key: _normalized_value(value) for key, value in example.inputs.items()}
    return replace(example, inputs=inputs, references=tuple(map(normalize, example.references)))


def _normalized_value(value: Any) -> Any:
    if isinstance(value, str):
        return normalize(value)
    return [_normalized_value(item) for item in value] if isinstance(value, list) else value


def _removed_example(example: Example, test_item: str) -> dict[str, str]:
    text = json.dumps(example.inputs, ensure_ascii=False, sort_keys=True)
    return {
        "id": example.id,
        "reason": "test_example",
        "source": example.dataset,
        "language": example.language,
        "detail": f"same prompt as {test_item}",
        "text": text[: pipeline.SHOWN],
    }


def _summary(counts: Mapping[str, Any]) -> str:
    documents, removed = counts["documents"], counts["removed"]["reasons"]
    reasons = ", ".join(
        f"{name} {count:,}" for name, count in sorted(removed.items(), key=lambda item: (-item[1], item[0]))
    )
    splits = ", ".join(f"{name} {documents[name]:,}" for name in SPLITS)
    return f"kept {documents['kept']:,} of {documents['raw']:,} documents ({splits}); removed: {reasons or 'none'}"
