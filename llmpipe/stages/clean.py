"""
clean: data/raw/ -> data/clean/ (documents by split, examples, what was removed and changed and why, who copies whom).

Steps over tasks (corpus/blocks.py) run on the engine; between them duplicates, leaks and splits are decided on the
arrays of all documents. What is unfinished lies in a work folder outside the outputs, from which a killed run goes on.
"""

import fcntl
import hashlib
import json
import os
import shutil
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import orjson

from llmpipe.config import CleanConfig, Params
from llmpipe.corpus import blocks, decontaminate, duplicates, ledger, overlap, pipeline, score
from llmpipe.corpus.blocks import SPLITS
from llmpipe.corpus.engine import Engine
from llmpipe.corpus.normalize import normalize
from llmpipe.corpus.paragraphs import repeated
from llmpipe.corpus.sources import Reading, expand, read_file
from llmpipe.corpus.workspace import Texts, Workspace, ranges
from llmpipe.errors import DataError
from llmpipe.files import (
    Layout,
    atomic_directory,
    atomic_file,
    digest,
    digest_value,
    fingerprint,
    join_shards,
    project_root,
    read_jsonl,
    shards,
    write_json,
    write_jsonl,
    write_text,
)
from llmpipe.progress import Reporter
from llmpipe.records import Example

MAX_LINES = 10_000  # of boilerplate that are listed
MAX_EXAMPLE_BYTES = 2**24  # of a text that teaches the quality score
CODE = ("corpus", "stages/clean.py")  # what a finished task depends on


@dataclass(frozen=True, slots=True)
class Removal:
    """Why a document goes: the reason, a detail, and the number of the copy kept in its place (-1: none)."""

    reason: str
    detail: str
    favoured: int = -1


@dataclass(frozen=True, slots=True)
class Leak:
    """A document that holds a test item: all of it (`item`), or runs of its words (`ngram`, and how many)."""

    document: int
    item: str
    set: str
    by: str
    ngrams: int = 0


@dataclass(frozen=True, slots=True)
class Decision:
    """What was decided on all documents: removals, leaks and lost paragraphs by number, leaders of the clusters."""

    removals: Mapping[int, Removal]
    leaks: Sequence[Leak]
    paragraphs: Mapping[int, list[int]]
    leaders: np.ndarray


def run(params: Params, data: Layout, out: Layout, reporter: Reporter) -> None:
    """Clean documents and examples."""
    config = params.clean
    raw = shards(data.raw / "documents")
    tests = [_normalized(example) for example in _examples(data, "test")]
    entries = list(read_jsonl(data.raw / "ledger.jsonl")) if (data.raw / "ledger.jsonl").exists() else []
    named = list(map(_normalized, _named_items(config.decontaminate.files if config.decontaminate.enabled else ())))
    quality = _quality(config, reporter)
    with _work_folder(config, data, quality, named) as work:
        _prepare(work, raw, entries)
        with Engine(config.executor, work.folder / "done", reporter) as engine:
            engine.run("repair", blocks.repair, work, work.num_tasks)
            blocks.write_shared(work, _shared(work, tests + named, quality))
            engine.run("rules", blocks.rules, work, work.num_tasks)
            decision = _decide(work, engine, tests + named, reporter)
            _write_decision(work, decision)
            engine.run("write", blocks.write, work, work.num_tasks)
        with atomic_directory(out.clean) as folder:
            counts = _collect(folder, work, entries)
            _write_duplicates(folder, work, decision)
            _write_boilerplate(folder, work)
            counts["decontamination"] = _write_leaks(folder, work, decision, tests + named)
            if quality is not None:
                counts["quality_model"] = {"accuracy": quality.accuracy, "held_out": quality.held_out}
            counts["examples"] = _clean_examples(folder, config, data, tests)
        shutil.rmtree(work.folder)
    reporter.say(_summary(counts))
    write_json(out.metrics("clean"), counts)


# --- the work folder --------------------------------------------------------------------------------


@contextmanager
def _work_folder(
    config: CleanConfig, data: Layout, quality: score.Model | None, named: Sequence[Example]
) -> Iterator[Workspace]:
    """The folder of this configuration on these inputs; of its own when another process works in that one."""
    read = {name: digest(data.raw / name) for name in ("documents", "examples/test")}
    read |= {path.name: digest(path) for path in [data.raw / "ledger.jsonl"] if path.exists()}
    read["named"] = digest_value({example.id: dict(example.inputs) for example in named})
    read["quality"] = "" if quality is None else hashlib.sha256(quality.weights.tobytes()).hexdigest()
    key = fingerprint(read, config.model_dump(mode="json", exclude={"executor"}), CODE)
    parent = project_root() / ".llmpipe"
    parent.mkdir(exist_ok=True)
    for number in range(1000):
        folder = parent / (f"clean-{key}" if number == 0 else f"clean-{key}-{number}")
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
                yield Workspace(folder, config)
            finally:
                lock.unlink(missing_ok=True)
            return


def _prepare(work: Workspace, raw: list[Path], entries: Sequence[Mapping[str, Any]]) -> None:
    """Write what the tasks go by."""
    tasks = ranges([path.resolve() for path in raw])
    if not tasks:
        raise DataError(f"{raw[0].parent} holds no document; check ingest.sources in params.yaml.")
    write_text(work.folder / "ranges.json", json.dumps(tasks))
    write_text(work.folder / "named.json", json.dumps(sorted(entry["id"] for entry in entries)))


def _shared(work: Workspace, items: list[Example], quality: score.Model | None) -> pipeline.Shared:
    settings = work.config.decontaminate
    items = items if settings.enabled else []
    texts = [[*decontaminate.input_texts(example.inputs), *example.references] for example in items]
    return pipeline.Shared(
        items=decontaminate.build_index(items, settings.min_words),
        runs=overlap.build(texts, (settings.ngram, settings.ngram_han), decontaminate.MAX_DOCUMENTS),
        learned=blocks.learn(work),
        quality=quality,
    )


def _named_items(paths: Sequence[str]) -> Iterator[Example]:
    """Items of the files that the user names as test sets: a line each in .txt, all texts of a record elsewhere."""
    for path, name in expand(paths, "clean.decontaminate.files"):
        for record in read_file(path, name, Reading(MAX_EXAMPLE_BYTES, split="line")):
            texts = decontaminate.record_texts(record.value or {})
            if not texts:
                problem = record.detail or "has no text"
                raise DataError(f"clean.decontaminate.files: {name} line {record.line}: {problem}; correct it.")
            yield Example(f"{name}:{record.line}", "named", name, "file", "", texts, ())


def _quality(config: CleanConfig, reporter: Reporter) -> score.Model | None:
    """The quality score that the user's examples teach."""
    settings = config.quality_model
    if settings.min_score is None:
        return None
    good, bad = (_texts(paths, f"clean.quality_model.{name}") for name, paths in settings.examples.items())
    model = score.train(good, bad, config.seed)
    reporter.say(
        f"quality score from {len(good):,} good and {len(bad):,} bad texts: {model.accuracy:.1%} of "
        f"{model.held_out:,} held-out ones on the right side"
    )
    return model


def _texts(paths: Sequence[str], where: str) -> list[str]:
    """Texts of files: a line each in .txt, the field `text` elsewhere."""
    found = []
    for path, name in expand(paths, where):
        for record in read_file(path, name, Reading(MAX_EXAMPLE_BYTES, split="line")):
            if not isinstance((record.value or {}).get("text"), str):
                raise DataError(f"{where}: {name} line {record.line} has no text; give .txt, or records with `text`.")
            found.append(record.value["text"])
    return found


# --- decisions --------------------------------------------------------------------------------------


def _decide(work: Workspace, engine: Engine, items: list[Example], reporter: Reporter) -> Decision:
    """What goes, on the arrays of all documents; and the leader of each document's cluster."""
    config = work.config
    ids, keys, kept = work.gathered("cleaned", ("ids", "keys", "kept"))
    ranks = np.empty(len(ids), dtype=np.int64)
    ranks[np.lexsort((keys[:, 1], keys[:, 0], ids))] = np.arange(len(ids))  # by hash of the id, never by position
    clusters = duplicates.Clusters(len(ids))
    removals: dict[int, Removal] = {}
    if config.duplicates.exact:
        for copy, original in duplicates.exact_copies(keys, ranks, kept).items():
            removals[copy] = Removal("exact_duplicate", "", original)
            clusters.join(copy, original)
            kept[copy] = False
    leaks = _leaks(work, kept, items)
    _check_leaks(leaks, items, config.decontaminate.max_leaked_ratio)
    for document, (reason, held) in _leaked(leaks, config.decontaminate.on_ngram).items():
        removals[document] = Removal(reason, " ".join(held))
        kept[document] = False
    if config.duplicates.near:
        reporter.say(f"comparing {int(kept.sum()):,} documents for near duplicates")
        pairs = _near_pairs(work, engine, kept, ranks)
        for left, right, _ in pairs:
            clusters.join(left, right)
        for copy, (original, similarity) in duplicates.near_copies(pairs, ranks).items():
            removals[copy] = Removal("near_duplicate", f"{similarity:.2f}", original)
    kept[list(removals)] = False
    return Decision(removals, leaks, _repeated_paragraphs(work, kept, ranks), _leaders(clusters, ranks))


def _repeated_paragraphs(work: Workspace, kept: np.ndarray, ranks: np.ndarray) -> dict[int, list[int]]:
    """Paragraphs that kept documents lose, as another one holds them."""
    parts, first = [], 0
    for task in range(work.num_tasks):
        arrays = work.read_arrays("cleaned", task)
        parts.append(arrays["paragraphs"] + np.array([first, 0], dtype=np.uint64))
        first += len(arrays["kept"])
    entries = np.concatenate(parts)
    documents, hashes = entries[:, 0].astype(np.int64), entries[:, 1]
    usable = kept[documents]
    lost: dict[int, list[int]] = {}
    for document, paragraph in zip(
        *map(np.ndarray.tolist, repeated(documents[usable], hashes[usable], ranks)), strict=True
    ):
        lost.setdefault(document, []).append(paragraph)
    return lost


def _leaders(clusters: duplicates.Clusters, ranks: np.ndarray) -> np.ndarray:
    """For each document the one of smallest rank in its cluster."""
    roots = np.array([clusters.find(document) for document in range(len(ranks))], dtype=np.int64)
    order = np.lexsort((ranks, roots))
    first = np.concatenate([[True], roots[order][1:] != roots[order][:-1]])
    leader_of = np.empty(len(ranks), dtype=np.int64)
    leader_of[roots[order][first]] = order[first]
    return np.asarray(leader_of[roots])


def _leaks(work: Workspace, kept: np.ndarray, items: Sequence[Example]) -> list[Leak]:
    """Documents that hold test items; what many documents hold is a common text, no leak."""
    shared = blocks.read_shared(work)
    whole: list[tuple[int, int]] = []
    runs = [np.empty((0, 2), dtype=np.int64)]
    first = 0
    for task in range(work.num_tasks):
        arrays = work.read_arrays("cleaned", task)
        whole += [(first + row, item) for row, item in arrays["leaks"].tolist() if kept[first + row]]
        runs.append(arrays["runs"] + np.array([first, 0]))
        first += len(arrays["kept"])
    holders = Counter(item for _, item in whole)
    names, sets = shared.items.ids, shared.items.sets
    found = [
        Leak(document, names[item], sets[item], "item")
        for document, item in whole
        if holders[item] <= decontaminate.MAX_DOCUMENTS
    ]
    known = {(leak.document, leak.item) for leak in found}
    pairs = np.concatenate(runs)
    pairs = overlap.rare(shared.runs, pairs[kept[pairs[:, 0]]], decontaminate.MAX_DOCUMENTS)
    counts = overlap.shared(shared.runs, pairs)
    for (document, item), ngrams in sorted(counts.items()):
        example = items[item]
        if (document, example.id) not in known:
            found.append(Leak(document, example.id, decontaminate.set_of(example), "ngram", ngrams))
    return found


def _leaked(leaks: Sequence[Leak], on_ngram: str) -> dict[int, tuple[str, list[str]]]:
    """Documents that go for the items they hold: the reason, and the ids of the items."""
    found: dict[int, tuple[str, list[str]]] = {}
    for by, reason in (("item", "leak"), ("ngram", "leak_ngram")):
        for leak in leaks:
            if leak.by == by and (by == "item" or on_ngram == "drop"):
                known, held = found.setdefault(leak.document, (reason, []))
                if known == reason:
                    held.append(leak.item)
    return found


def _check_leaks(leaks: Sequence[Leak], items: Sequence[Example], limit: float | None) -> None:
    """
    A gate: training text that holds much of a test set comes from where the test set comes from.

    Raises:
        DataError: It holds more of a test set's items than the limit.
    """
    sizes = Counter(map(decontaminate.set_of, items))
    for name, size in sorted(sizes.items()):
        held = len({leak.item for leak in leaks if leak.set == name and leak.by == "item"})
        if limit is not None and held > limit * size:
            raise DataError(
                f"the documents hold {held} of {size} items of test set {name} ({held / size:.1%}, more than "
                f"clean.decontaminate.max_leaked_ratio {limit:g}); find the source that repeats it, or raise the limit "
                "to have those documents removed."
            )


def _near_pairs(work: Workspace, engine: Engine, kept: np.ndarray, ranks: np.ndarray) -> list[tuple[int, int, float]]:
    settings = work.config.duplicates
    for name, array in (("kept", kept), ("ranks", ranks)):
        with atomic_file(work.folder / f"{name}.npy", "wb") as stream:
            np.save(stream, array)
    num_bands = settings.num_hashes // duplicates.rows_per_band(settings.num_hashes, settings.threshold)
    engine.run("bands", blocks.bands, work, num_bands)
    codes = np.unique(np.concatenate([work.map_array("pairs", band) for band in range(num_bands)]))
    tasks = -(-len(codes) // blocks.VERIFY_PAIRS)
    for task in range(tasks):
        work.write_array("candidates", task, codes[task * blocks.VERIFY_PAIRS : (task + 1) * blocks.VERIFY_PAIRS])
    engine.run("verify", blocks.verify, work, tasks)
    pairs: list[tuple[int, int, float]] = []
    for task in range(tasks):
        found = work.read_arrays("verified", task)
        pairs += [
            (left, right, similarity)
            for (left, right), similarity in zip(found["pairs"].tolist(), found["similarity"].tolist(), strict=True)
        ]
    return pairs


def _write_decision(work: Workspace, decision: Decision) -> None:
    """Hand the decisions to the tasks, with ids in the place of numbers."""
    texts = Texts(work)
    for task in range(work.num_tasks):
        first, end = texts.first_of(task), texts.first_of(task + 1)
        led = first + np.flatnonzero(decision.leaders[first:end] != np.arange(first, end))
        leaders = {str(number - first): texts.row(int(decision.leaders[number]))["id"] for number in led.tolist()}
        removals = {
            str(number - first): (removal.reason, removal.detail, _id(texts, removal.favoured))
            for number, removal in decision.removals.items()
            if first <= number < end
        }
        lost = {str(number - first): found for number, found in decision.paragraphs.items() if first <= number < end}
        with atomic_file(work.path("decisions", task, "json"), "wb") as stream:
            stream.write(orjson.dumps({"removals": removals, "leaders": leaders, "paragraphs": lost}))
    texts.close()


def _id(texts: Texts, number: int) -> str:
    return str(texts.row(number)["id"]) if number >= 0 else ""


# --- outputs ----------------------------------------------------------------------------------------


def _collect(folder: Path, work: Workspace, entries: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Join what the tasks wrote, and count; later stages need text in every split."""
    for name in blocks.PARTS:
        join_shards([work.path(name, task) for task in range(work.num_tasks)], folder / name)
    counts: dict[str, Counter[str]] = {name: Counter() for name in blocks.COUNTS}
    for task in range(work.num_tasks):
        for name, counted in next(work.read_lines("counts", task)).items():
            counts[name].update(counted)
    total = sum(len(work.read_arrays("cleaned", task)["kept"]) for task in range(work.num_tasks))
    _check_splits(counts, total, work.config)
    result = _metrics(counts, total)
    if entries:
        outcomes = {
            name: ledger.Outcome(reason, changed, text, favoured)
            for task in range(work.num_tasks)
            for name, reason, changed, text, favoured in work.read_lines("outcomes", task)
        }
        result["dirt"] = ledger.score(entries, outcomes)
        result["damage"] = ledger.damage(entries, outcomes, total)
    return result


def _metrics(counts: Mapping[str, Counter[str]], total: int) -> dict[str, Any]:
    """Counts for data/metrics/clean.json."""
    documents, removed = counts["documents"], counts["removed"]
    return {
        "documents": {"raw": total, "kept": documents.total(), **{name: documents[name] for name in SPLITS}},
        "bytes": {name: counts["bytes"][name] for name in SPLITS},
        "languages": dict(counts["languages"]),
        "removed": {"total": removed.total(), "reasons": dict(removed)},
        "changed": {"total": counts["total"]["changed"], "reasons": dict(counts["changed"])},
    }


def _check_splits(counts: Mapping[str, Counter[str]], total: int, config: CleanConfig) -> None:
    """
    Later stages need text in every split.

    Raises:
        DataError: Cleaning removed all documents, or a split got none.
    """
    documents = counts["documents"]
    if not documents.total():
        reason, count = counts["removed"].most_common(1)[0]
        raise DataError(
            f"cleaning removed all {total} documents, {count} of them for '{reason}'; "
            "loosen that rule in the clean section of params.yaml, or check what ingest reads."
        )
    for split, ratio in (("train", 1.0), ("valid", config.split.valid_ratio), ("test", config.split.test_ratio)):
        if ratio > 0 and not documents[split]:
            raise DataError(
                f"of {documents.total()} documents left by cleaning none fell into the {split} split; give "
                "ingest more documents (split: paragraph cuts large text files) or change clean.split in params.yaml."
            )


def _write_duplicates(folder: Path, work: Workspace, decision: Decision) -> None:
    """Who duplicates whom: a line for each removed copy, with the copy kept, in the order of the kept ids."""
    texts = Texts(work)
    rows = [
        {
            "kept": _id(texts, removal.favoured),
            "removed": _id(texts, number),
            "reason": removal.reason,
            "similarity": float(removal.detail or 1.0),
            "cluster": _id(texts, int(decision.leaders[number])),
        }
        for number, removal in sorted(decision.removals.items())
        if removal.favoured >= 0
    ]
    texts.close()
    write_jsonl(
        folder / "duplicates.jsonl", sorted(rows, key=lambda row: (row["cluster"], row["kept"], row["removed"]))
    )


def _write_boilerplate(folder: Path, work: Workspace) -> None:
    """The lines that sites were found to repeat, with the number of documents that lost them."""
    found: Counter[tuple[str, str]] = Counter()
    for task in range(work.num_tasks):
        for name, line, count in next(work.read_lines("boilerplate", task)):
            found[name, line] += count
    ranked = sorted(found.items(), key=lambda item: (-item[1], item[0]))
    write_jsonl(
        folder / "boilerplate.jsonl",
        ({"site": name, "line": line, "documents": count} for (name, line), count in ranked[:MAX_LINES]),
    )


def _write_leaks(
    folder: Path, work: Workspace, decision: Decision, items: Sequence[Example]
) -> dict[str, dict[str, int]]:
    """Which document held which test item and what became of it; counts by test set."""
    texts = Texts(work)
    rows = []
    for leak in decision.leaks:
        removal = decision.removals.get(leak.document)
        rows.append(
            {
                "set": leak.set,
                "item": leak.item,
                "document": _id(texts, leak.document),
                "by": leak.by,
                "ngrams": leak.ngrams,
                "removed": removal.reason if removal else "",
            }
        )
    texts.close()
    write_jsonl(folder / "leaks.jsonl", sorted(rows, key=lambda row: (row["set"], row["item"], row["document"])))
    counts = {name: {"items": size} for name, size in sorted(Counter(map(decontaminate.set_of, items)).items())}
    for name, found in counts.items():
        for by in ("item", "ngram"):
            found[f"by_{by}"] = len({row["item"] for row in rows if row["set"] == name and row["by"] == by})
    return counts


# --- examples ---------------------------------------------------------------------------------------


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
