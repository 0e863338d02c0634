"""
What is decided on all documents of a cleaning at once, between its steps: which go, for which copy or test item.

On arrays of hashes, never on texts. A decision depends on ids and contents only, not on the order of the documents nor
on how they are cut into tasks.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import orjson

from llmpipe.corpus import blocks, decontaminate, duplicates, outliers, overlap
from llmpipe.corpus.engine import Engine
from llmpipe.corpus.paragraphs import repeated
from llmpipe.corpus.text import different
from llmpipe.corpus.workspace import Texts, Workspace
from llmpipe.errors import DataError
from llmpipe.files import atomic_file
from llmpipe.progress import Reporter
from llmpipe.records import Example

DOCUMENTS_AT_ONCE = 2**16  # whose paragraphs are in memory together: some ten each, of which sorting makes copies


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
    """
    What was decided on all documents.

    Args:
        removals: By number.
        leaks: Documents that hold test items.
        runs: n-grams of test items that each document loses, by number.
        paragraphs: Hashes of the paragraphs that each document loses, by number.
        leaders: The leader of each document's cluster, int64.
    """

    removals: Mapping[int, Removal]
    leaks: Sequence[Leak]
    runs: Mapping[int, list[int]]
    paragraphs: Mapping[int, list[int]]
    leaders: np.ndarray


def decide(work: Workspace, engine: Engine, items: list[Example], reporter: Reporter) -> Decision:
    """What goes, on the arrays of all documents; and the leader of each document's cluster."""
    config = work.config
    ids, keys, kept = work.gathered("ids", "keys", "kept")
    ranks = np.empty(len(ids), dtype=np.int64)
    ranks[np.lexsort((keys[:, 1], keys[:, 0], ids))] = np.arange(len(ids))  # by hash of the id, never by position
    clusters = duplicates.Clusters(len(ids))
    removals: dict[int, Removal] = {}
    if config.outliers.on:
        for number, (reason, detail) in _outliers(work, engine, kept, reporter).items():
            removals[number] = Removal(reason, detail)
            kept[number] = False
    if config.duplicates.exact:
        for copy, original in duplicates.exact_copies(keys, ranks, kept).items():
            removals[copy] = Removal("exact_duplicate", "", original)
            clusters.join(copy, original)
            kept[copy] = False
    leaks, runs = _leaks(work, kept, items)
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
    if config.duplicates.prefix_words is not None:
        for short, whole in _continued(work, engine, kept, ranks):
            removals[short] = Removal("prefix_duplicate", "", whole)
            clusters.join(short, whole)
            kept[short] = False
    return Decision(removals, leaks, runs, _repeated_paragraphs(work, kept, ranks), _leaders(clusters, ranks))


def _outliers(work: Workspace, engine: Engine, kept: np.ndarray, reporter: Reporter) -> dict[int, tuple[str, str]]:
    """Documents that do not fit the others: the rule and the value that did it."""
    reporter.say(f"comparing {int(kept.sum()):,} documents with the corpus as a whole")
    blocks.sum_counts(work)
    engine.run("fit", blocks.fit, work, work.num_tasks)
    return outliers.outliers(blocks.scores(work), kept, work.config.outliers)


def _repeated_paragraphs(work: Workspace, kept: np.ndarray, ranks: np.ndarray) -> dict[int, list[int]]:
    """Paragraphs that kept documents lose, as another one holds them; looked at in parts, by hash."""
    lost: dict[int, list[int]] = {}
    num_parts = 1 + len(kept) // DOCUMENTS_AT_ONCE
    for part in range(num_parts):
        entries = work.numbered("paragraphs", part, num_parts)
        documents, hashes = entries[:, 0].astype(np.int64), entries[:, 1]
        usable = kept[documents]
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


def _leaks(work: Workspace, kept: np.ndarray, items: Sequence[Example]) -> tuple[list[Leak], dict[int, list[int]]]:
    """
    Documents that hold test items; what many documents hold is a common text, no leak.

    Returns:
        The leaks, and the n-grams that each document is to lose, by number.
    """
    shared = blocks.read_shared(work)
    whole = [(document, item) for document, item in work.numbered("leaks").tolist() if kept[document]]
    holders = Counter(item for _, item in whole)
    names, sets = shared.items.ids, shared.items.sets
    found = [
        Leak(document, names[item], sets[item], "item")
        for document, item in whole
        if holders[item] <= decontaminate.MAX_DOCUMENTS
    ]
    known = {(leak.document, leak.item) for leak in found}
    pairs = work.numbered("runs")
    pairs = overlap.rare(shared.runs, pairs[kept[pairs[:, 0]]], decontaminate.MAX_DOCUMENTS)
    counts = overlap.shared(shared.runs, pairs)
    for (document, item), ngrams in sorted(counts.items()):
        example = items[item]
        if (document, example.id) not in known:
            found.append(Leak(document, example.id, decontaminate.set_of(example), "ngram", ngrams))
    return found, overlap.grams_of(pairs) if work.config.decontaminate.on_ngram == "span" else {}


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
    _save(work, kept=kept, ranks=ranks)
    num_bands = settings.num_hashes // duplicates.rows_per_band(settings.num_hashes, settings.threshold)
    engine.run("bands", blocks.bands, work, num_bands)
    codes = different(np.concatenate([work.map_array("pairs", band) for band in range(num_bands)]))
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


def _continued(work: Workspace, engine: Engine, kept: np.ndarray, ranks: np.ndarray) -> list[list[int]]:
    """Pairs of a document and the one that continues it."""
    (heads,) = work.gathered("heads")
    usable = np.flatnonzero(kept & (heads > 0))
    _, place, counts = np.unique(heads[usable], return_inverse=True, return_counts=True)
    members = usable[counts[place] > 1]
    tasks = -(-len(members) // blocks.CONTINUED_TEXTS)
    _save(work, members=members, heads=heads, ranks=ranks, tasks=np.array(tasks))
    engine.run("continued", blocks.continued, work, tasks)
    return [pair for task in range(tasks) for pair in work.map_array("continued", task).tolist()]


def _save(work: Workspace, **arrays: np.ndarray) -> None:
    for name, array in arrays.items():
        with atomic_file(work.folder / f"{name}.npy", "wb") as stream:
            np.save(stream, array)


def hand_over(work: Workspace, decision: Decision) -> None:
    """Hand the decisions to the tasks, with ids in the place of numbers."""
    texts = Texts(work)
    for task in range(work.num_tasks):
        first, end = texts.first_of(task), texts.first_of(task + 1)
        led = first + np.flatnonzero(decision.leaders[first:end] != np.arange(first, end))
        leaders = {str(number - first): texts.id_of(int(decision.leaders[number])) for number in led.tolist()}
        removals = {
            str(number - first): (removal.reason, removal.detail, texts.id_of(removal.favoured))
            for number, removal in decision.removals.items()
            if first <= number < end
        }
        lost, runs = (
            {str(number - first): found for number, found in held.items() if first <= number < end}
            for held in (decision.paragraphs, decision.runs)
        )
        leaking = sorted({leak.document - first for leak in decision.leaks if first <= leak.document < end})
        with atomic_file(work.path("decisions", task, "json"), "wb") as stream:
            decided = {"removals": removals, "leaders": leaders, "paragraphs": lost, "runs": runs, "leaking": leaking}
            stream.write(orjson.dumps(decided))
    texts.close()
