"""
The steps of cleaning as tasks over a workspace: repair, rules, fit, bands, verify, continued, write.

Each function does one numbered task: it reads the files of earlier steps and writes its own. What needs all documents
at once (which lines a site repeats, which copy stays) is decided between the steps, in corpus/decisions.py.
"""

import pickle
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import lru_cache, partial
from pathlib import Path
from typing import Any

import numpy as np
import orjson

from llmpipe.corpus import (
    characters,
    duplicates,
    filters,
    outlier_counts,
    outliers,
    overlap,
    paragraphs,
    pipeline,
    prefixes,
)
from llmpipe.corpus.arrays import mapped, save
from llmpipe.corpus.pipeline import Shared
from llmpipe.corpus.site_lines.frames import frame_hashes
from llmpipe.corpus.site_lines.learned import learn as learned_lines
from llmpipe.corpus.site_lines.learned import line_hashes, site
from llmpipe.corpus.site_lines.templates import template_hashes
from llmpipe.corpus.split import split_of
from llmpipe.corpus.text import share_hash, tokens_of, words
from llmpipe.corpus.vocabulary import counts as vocabulary_counts
from llmpipe.corpus.workspace import Texts, Workspace, joined
from llmpipe.files import atomic_file, read_range
from llmpipe.records import SPLITS

REPAIR_CHARACTERS = 2**17  # of documents repaired together, rule by rule, or scored: what they need stays in the cache
BATCH_CHARACTERS = 2**20  # of documents cleaned together: arrays of many documents are faster than many arrays
VERIFY_PAIRS = 2**14  # a task
CONTINUED_TEXTS = 20_000  # a task, about
MAX_ALIKE = 10_000  # documents with the same first words that are compared; all their tokens are in memory
REPEATED = "repeated_paragraph"
LEAKING, SPAN = "leak_ngram", "leak_span"
WORDS = "vocabulary"  # of the corpus, in the work folder and in data/clean
PARTS = (*SPLITS, "removed", "changed")


def write_shared(work: Workspace, shared: Shared) -> None:
    """
    Store it in the work folder, from which each process loads it once.

    As a pickle, like the step that the executor hands to its processes: it lives as long as the run that wrote it.
    """
    (work.folder / "shared.pickle").write_bytes(pickle.dumps(shared))


def read_shared(work: Workspace) -> Shared:
    """What `write_shared` stored."""
    return _load_shared(work.folder)


@lru_cache(maxsize=1)
def _load_shared(folder: Path) -> Shared:
    shared = pickle.loads((folder / "shared.pickle").read_bytes())
    assert isinstance(shared, Shared)
    return shared


# --- repair -----------------------------------------------------------------------------------------


def repair(work: Workspace, task: int) -> None:
    """Repair the characters of the raw documents of a task, strip markup, and note the lines that a site may repeat."""
    rules = pipeline.repair_rules(work.config)
    boilerplate = work.config.boilerplate
    lines: list[bytes] = []
    sites: Counter[str] = Counter()
    rows: dict[str, list[np.ndarray]] = {}
    tally = vocabulary_counts.Tally() if work.config.vocabulary.on else None
    for batch in _batches(read_range(work.ranges[task], dict), REPAIR_CHARACTERS):
        repaired = characters.apply_all((document["text"] for document in batch), rules, pipeline.REPAIR_LOOKS)
        if tally is not None:
            _count_words(tally, work, batch, [text for text, _ in repaired])
        for document, (text, changed) in zip(batch, repaired, strict=True):
            lines.append(_line({**document, "text": text, "changed": changed, **_raw_of(document, changed)}))
        if boilerplate.learned:
            _note_lines(work, batch, [text for text, _ in repaired], sites, rows)
    work.write_lines("repaired", task, lines)
    work.write_lines("sites", task, [_line(sites)])
    work.write_arrays("lines", task, **{name: np.concatenate(found) for name, found in _encoded(rows).items()})
    if tally is not None:
        work.write_arrays("words", task, **vocabulary_counts.packed(tally))


def _count_words(
    tally: vocabulary_counts.Tally, work: Workspace, batch: list[dict[str, Any]], texts: list[str]
) -> None:
    """Count the words of repaired texts, of a sample by hash where the corpus is large."""
    chosen = outlier_counts.counted([document["id"] for document in batch], work.config.seed, work.count_share)
    tally.add([text for text, counts in zip(texts, chosen.tolist(), strict=True) if counts])


def _note_lines(
    work: Workspace,
    batch: Sequence[dict[str, Any]],
    texts: Sequence[str],
    sites: Counter[str],
    rows: dict[str, list[np.ndarray]],
) -> None:
    """Count documents by site, of the share that is learned from, and gather the lines that each site may repeat."""
    boilerplate = work.config.boilerplate
    chosen = [n for n, row in enumerate(batch) if share_hash(work.config.seed, "learn", row["id"]) < work.learn_share]
    if not chosen:
        return
    names = [site(batch[number]["id"], batch[number]["source"]) for number in chosen]
    sites.update(names)
    numbers = {name: number for number, name in enumerate(dict.fromkeys(names))}
    of_site = np.array([numbers[name] for name in names], dtype=np.int64)
    learners: list[Callable[[Sequence[str]], tuple[np.ndarray, np.ndarray]]] = [
        partial(line_hashes, short=boilerplate.min_short_ratio is not None)
    ]
    if boilerplate.learned_values:
        learners.append(template_hashes)
    if boilerplate.learned_blocks:
        learners.append(frame_hashes)
    for learner in learners:
        found, owners = learner([texts[number] for number in chosen])
        order = np.argsort(of_site[owners], kind="stable")
        ends = np.cumsum(np.bincount(of_site[owners], minlength=len(numbers)))
        for name, part in zip(numbers, np.split(found[order], ends[:-1]), strict=True):
            rows.setdefault(name, []).append(part)


def _raw_of(document: dict[str, Any], changed: list[str]) -> dict[str, str]:
    return {"raw": document["text"]} if changed else {}


def _encoded(rows: dict[str, list[np.ndarray]]) -> dict[str, list[np.ndarray]]:
    """Arrays named by the bytes of their site, as an archive takes no slash in a name."""
    return {name.encode().hex(): found for name, found in rows.items()}


def learn(work: Workspace) -> dict[str, frozenset[int]]:
    """The lines that each site repeats, from what `repair` noted."""
    documents: Counter[str] = Counter()
    rows: dict[str, list[np.ndarray]] = {}
    for task in range(work.num_tasks):
        documents.update(next(work.read_lines("sites", task)))
        for name, found in work.read_arrays("lines", task).items():
            rows.setdefault(bytes.fromhex(name).decode(), []).append(found)
    learned = {
        name: frozenset(learned_lines(np.concatenate(rows[name]), documents[name], work.config.boilerplate).tolist())
        for name in sorted(rows)
    }
    return {name: hashes for name, hashes in learned.items() if hashes}


def sum_words(work: Workspace) -> None:
    """Add up the words that the tasks counted, for `clean.vocabulary`."""
    if work.config.vocabulary.on:
        found = vocabulary_counts.summed(work.read_arrays("words", task) for task in range(work.num_tasks))
        write_words(work.path(WORDS, 0, "arrays"), found)


def write_words(path: Path, found: vocabulary_counts.Vocabulary) -> None:
    """Write a vocabulary."""
    with atomic_file(path, "wb") as stream:
        save(stream, {name: getattr(found, name) for name in vocabulary_counts.TABLES})


def read_words(path: Path) -> vocabulary_counts.Vocabulary:
    """Read it again, into memory that all processes of a machine share."""
    tables = {name: np.asarray(mapped(path, name)) for name in vocabulary_counts.TABLES}
    return vocabulary_counts.Vocabulary(**tables)


# --- rules ------------------------------------------------------------------------------------------


def rules(work: Workspace, task: int) -> None:
    """Apply the rules that need one document only, and hash what they leave."""
    shared = read_shared(work)
    tally = outlier_counts.Tally() if work.config.outliers.on else None
    known = read_words(work.path(WORDS, 0, "arrays")) if work.config.vocabulary.on else None
    blocks = [
        pipeline.clean_block(batch, work.config, shared, tally, known)
        for batch in _batches(work.read_lines("repaired", task), BATCH_CHARACTERS)
    ]
    stripped = sum((block.stripped for block in blocks), Counter())
    ranked = sorted(stripped.items(), key=lambda item: (-item[1], item[0]))
    work.write_lines("boilerplate", task, [_line([(*line, count) for line, count in ranked])])
    lines = [line for block in blocks for line in block.lines]
    sizes = [len(block.lines) for block in blocks]
    work.write_lines("cleaned", task, lines)
    work.write_arrays(
        "cleaned",
        task,
        starts=np.cumsum([0, *map(len, lines)])[:-1].astype(np.int64),
        keys=np.concatenate([block.keys for block in blocks]),
        ids=np.concatenate([block.ids for block in blocks]),
        kept=np.concatenate([block.kept for block in blocks]),
        heads=np.concatenate([block.heads for block in blocks]),
        leaks=joined([block.leaks for block in blocks], sizes),
        runs=joined([block.runs for block in blocks], sizes),
        paragraphs=joined([block.paragraphs for block in blocks], sizes),
    )
    work.write_array("signatures", task, np.concatenate([block.signatures for block in blocks]).T)
    if tally is not None:
        work.write_arrays("counts", task, **outlier_counts.packed(tally))


def _batches(rows: Iterable[dict[str, Any]], characters: int) -> Iterator[list[dict[str, Any]]]:
    batch: list[dict[str, Any]] = []
    size = 0
    for row in rows:
        batch.append(row)
        size += len(row["text"])
        if size > characters:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


# --- outliers -----------------------------------------------------------------------------------------


def sum_counts(work: Workspace) -> None:
    """Add up what the tasks counted."""
    counts = outlier_counts.summed(work.read_arrays("counts", task) for task in range(work.num_tasks))
    for name, table in outlier_counts.tables(counts).items():
        work.write_array(f"counts_{name}", 0, table)


def _counts(work: Workspace) -> outlier_counts.Counts:
    """The sums, in memory that all processes of a machine share."""
    tables = {name: np.asarray(work.map_array(f"counts_{name}", 0)) for name in outlier_counts.TABLES}
    return outlier_counts.Counts(**tables)


def fit(work: Workspace, task: int) -> None:
    """Score the documents of a task under the counts of all."""
    counts = _counts(work)
    found = []
    for batch in _batches(work.read_lines("cleaned", task), REPAIR_CHARACTERS):
        kept = np.array([not row["reason"] for row in batch])
        texts = [row["text"] if not row["reason"] else "" for row in batch]
        counted = kept & outlier_counts.counted([row["id"] for row in batch], work.config.seed, work.count_share)
        prepared, han = outlier_counts.first_of(texts, [row["language"] for row in batch])
        found.append(outliers.scores(counts, prepared, counted, han))
    work.write_arrays("scores", task, **outliers.columns(outliers.joined(found)))


def scores(work: Workspace) -> outliers.Scores:
    """What `fit` wrote of all documents."""
    return outliers.joined([outliers.Scores(**work.read_arrays("scores", n)) for n in range(work.num_tasks)])


# --- near duplicates --------------------------------------------------------------------------------


def bands(work: Workspace, band: int) -> None:
    """Find pairs of documents that share a band of their signatures; one task a band."""
    settings = work.config.duplicates
    rows = duplicates.rows_per_band(settings.num_hashes, settings.threshold)
    chosen = np.load(work.folder / "kept.npy"), np.load(work.folder / "ranks.npy")
    parts = [work.read_rows("signatures", task, band * rows, (band + 1) * rows) for task in range(work.num_tasks)]
    work.write_array("pairs", band, duplicates.band_pairs(np.concatenate(parts, axis=1), *chosen))


def verify(work: Workspace, task: int) -> None:
    """Compute the exact similarity of candidate pairs."""
    settings = work.config.duplicates
    codes = work.map_array("candidates", task)
    texts = Texts(work)
    total = texts.first_of(work.num_tasks)
    pairs = np.stack([codes // total, codes % total], axis=1)
    likely = pairs[_estimates(work, pairs, texts) >= settings.threshold - duplicates.SLACK]
    found = duplicates.verified(
        likely, lambda n: str(texts.row(n)["text"]), settings.ngram, settings.ngram_han, settings.threshold
    )
    texts.close()
    work.write_arrays(
        "verified",
        task,
        pairs=np.array([pair[:2] for pair in found], dtype=np.int64).reshape(-1, 2),
        similarity=np.array([pair[2] for pair in found], dtype=np.float64),
    )


def _estimates(work: Workspace, pairs: np.ndarray, texts: Texts) -> np.ndarray:
    """Share of equal hashes in the signatures of each pair."""
    numbers, places = np.unique(pairs, return_inverse=True)
    places = places.reshape(pairs.shape)
    table = np.empty((len(numbers), work.config.duplicates.num_hashes), dtype=np.uint32)
    for task in range(work.num_tasks):
        low, high = np.searchsorted(numbers, (texts.first_of(task), texts.first_of(task + 1)))
        if high > low:
            table[low:high] = work.map_array("signatures", task)[:, numbers[low:high] - texts.first_of(task)].T
    return np.asarray((table[places[:, 0]] == table[places[:, 1]]).mean(axis=1))


# --- texts that others continue -----------------------------------------------------------------------


def continued(work: Workspace, task: int) -> None:
    """Find the documents that another one continues, among those whose first words fall to this task."""
    members, heads, ranks, tasks = (
        np.load(work.folder / f"{name}.npy") for name in ("members", "heads", "ranks", "tasks")
    )
    mine = members[heads[members] // np.uint64(2) % tasks.astype(np.uint64) == task]
    order = mine[np.argsort(heads[mine], kind="stable")]
    texts = Texts(work)
    pairs: list[tuple[int, int]] = []
    for group in np.split(order, np.flatnonzero(np.diff(heads[order])) + 1):
        numbers = group[np.argsort(ranks[group])][:MAX_ALIKE].tolist()
        tokens = [tokens_of([texts.row(number)["text"]]).hashes for number in numbers]
        found = prefixes.continued(tokens, ranks[numbers].tolist())
        pairs += [(numbers[short], numbers[whole]) for short, whole in sorted(found.items())]
    texts.close()
    work.write_array("continued", task, np.array(pairs, dtype=np.int64).reshape(-1, 2))


# --- write ------------------------------------------------------------------------------------------


def write(work: Workspace, task: int) -> None:
    """Sort the documents of a task into splits, removed and changed, by what was decided about them."""
    decided = orjson.loads(work.path("decisions", task, "json").read_bytes())
    removals, leaders, repeated = decided["removals"], decided["leaders"], decided["paragraphs"]
    runs, leaking = decided["runs"], frozenset(decided["leaking"])
    named = _named(work.folder)
    lines: dict[str, list[bytes]] = {name: [] for name in (*PARTS, "outcomes", "leaking")}
    counts: dict[str, Counter[str]] = {name: Counter() for name in COUNTS}
    for number, row in enumerate(work.read_lines("cleaned", task)):
        reason, detail, favoured = removals.get(str(number), (row["reason"], row["detail"], ""))
        if not reason and str(number) in repeated:
            reason = _drop_paragraphs(row, repeated[str(number)], work)
        spans: list[overlap.Span] = []
        if not reason and str(number) in runs:
            reason, detail, spans = _cut_spans(row, runs[str(number)], work)
        if number in leaking:
            lines["leaking"].append(_line([number, reason, list(map(_span_row, spans))]))
        if reason:
            lines["removed"].append(_line(removed_row(row, reason, detail, favoured)))
            counts["removed"][reason] += 1
        else:
            split = split_of(leaders.get(str(number), row["id"]), work.config.seed, work.config.split)
            lines[split].append(_line(_document(row)))
            _count(counts, row, split)
            if row["changed"]:
                lines["changed"].append(_line(_changed_row(row)))
        if named and (reason or row["changed"] or row["id"] in named):
            text = "" if reason else row["text"]
            lines["outcomes"].append(_line([row["id"], reason, row["changed"], text, favoured]))
    for name, content in lines.items():
        work.write_lines(name, task, content)
    work.write_lines("counts", task, [_line(counts)])


COUNTS = ("removed", "changed", "documents", "bytes", "languages", "total")


def _drop_paragraphs(row: dict[str, Any], hashes: list[int], work: Workspace) -> str:
    """Take paragraphs out of a row; the reason to remove it when less than a paragraph is left, or ""."""
    min_words = work.config.duplicates.paragraph_words or 1
    rest = paragraphs.without(row["text"], frozenset(hashes), min_words)
    if len(words(rest)) < min_words:
        return REPEATED
    _change(row, rest, REPEATED)
    return ""


def _cut_spans(row: dict[str, Any], grams: list[int], work: Workspace) -> tuple[str, str, list[overlap.Span]]:
    """
    Take the words that a row shares with test items out of it; the quality rules judge what is left.

    Returns:
        The reason to remove all of it, or ""; the detail; the spans that went, none when all goes.
    """
    margin = work.config.decontaminate.span_margin
    spans = overlap.spans(read_shared(work).runs, row["text"], grams, margin)
    if not spans:
        return "", "", []  # a repeated paragraph took them along
    pieces = overlap.without(row["text"], spans, margin)
    if len(pieces) > overlap.MAX_PIECES:
        return LEAKING, f"cut into {len(pieces)} pieces", []
    rest = "\n".join(pieces)
    if not rest:
        return LEAKING, "nothing is left", []
    rule, value = filters.first_reason(rest, row["language"], work.config.filters)
    if rule:
        return LEAKING, f"what is left: {rule} {value}", []
    _change(row, rest, SPAN)
    return "", "", spans


def _span_row(span: overlap.Span) -> dict[str, Any]:
    """What `leaks.jsonl` says of a span; with the items that it belongs to."""
    return {"items": span.items, "text": span.text[: pipeline.SHOWN], "characters": span.end - span.start}


def _change(row: dict[str, Any], text: str, rule: str) -> None:
    """Give a row another text, and note the rule."""
    if not row["changed"]:
        row["before"], row["after"] = pipeline.excerpts(row["text"], text)
    row["text"] = text
    row["changed"].append(rule)


def _count(counts: dict[str, Counter[str]], row: dict[str, Any], split: str) -> None:
    counts["documents"][split] += 1
    counts["bytes"][split] += len(row["text"].encode())
    counts["languages"][row["language"] or "unknown"] += 1
    counts["changed"].update(row["changed"])
    counts["total"]["changed"] += bool(row["changed"])


def _line(value: Any) -> bytes:
    return orjson.dumps(value, option=orjson.OPT_APPEND_NEWLINE | orjson.OPT_SORT_KEYS)


def _document(row: dict[str, Any]) -> dict[str, Any]:
    document = {key: row[key] for key in ("id", "text", "language", "source")}
    return {**document, "labels": row["labels"]} if row["labels"] else document


def _changed_row(row: dict[str, Any]) -> dict[str, Any]:
    return {"id": row["id"], "reasons": row["changed"], "before": row["before"], "after": row["after"]}


def removed_row(row: dict[str, Any], reason: str, detail: str, favoured: str) -> dict[str, str]:
    """A line of data/clean/removed."""
    return {
        "id": row["id"],
        "reason": reason,
        "source": row["source"],
        "language": row["language"],
        "detail": " ".join(part for part in (detail, f"of {favoured}" if favoured else "") if part),
        "text": row["raw"],
    }


@lru_cache(maxsize=1)
def _named(folder: Path) -> frozenset[str]:
    return frozenset(orjson.loads((folder / "named.json").read_bytes()))
