"""The lists beside the cleaned documents: who copies whom, what lines sites repeat, which documents held test items."""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from llmpipe.corpus import blocks, decontaminate
from llmpipe.corpus.decisions import Decision, Leak
from llmpipe.corpus.workspace import Texts, Workspace
from llmpipe.files import write_jsonl
from llmpipe.records import Example

MAX_LINES = 10_000  # of boilerplate that are listed


def write_duplicates(folder: Path, work: Workspace, decision: Decision) -> None:
    """Who duplicates whom: a line for each removed copy, with the copy kept, in the order of the kept ids."""
    texts = Texts(work)
    rows = [
        {
            "kept": texts.id_of(removal.favoured),
            "removed": texts.id_of(number),
            "reason": removal.reason,
            "similarity": float(removal.detail or 1.0),
            "cluster": texts.id_of(int(decision.leaders[number])),
        }
        for number, removal in sorted(decision.removals.items())
        if removal.favoured >= 0
    ]
    texts.close()
    write_jsonl(
        folder / "duplicates.jsonl", sorted(rows, key=lambda row: (row["cluster"], row["kept"], row["removed"]))
    )


def write_boilerplate(folder: Path, work: Workspace) -> None:
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


def write_leaks(
    folder: Path, work: Workspace, decision: Decision, items: Sequence[Example]
) -> dict[str, dict[str, int]]:
    """
    Which document held which test item and what became of it; counts by test set.

    `removed` is the reason for which the document went, whatever it was, or `leak_span` where only the words that it
    shared with the item went; these are then listed.
    """
    texts = Texts(work)
    outcomes = _outcomes(work, texts)
    cuts = work.config.decontaminate.on_ngram == "span"
    rows: list[dict[str, Any]] = []
    for leak in decision.leaks:
        reason, spans = outcomes[leak.document]
        own = [span for span in spans if any(_is(items[number], leak) for number in span["items"])]
        row = {
            "set": leak.set,
            "item": leak.item,
            "document": texts.id_of(leak.document),
            "by": leak.by,
            "ngrams": leak.ngrams,
            "removed": reason or (blocks.SPAN if own else ""),
        }
        listed = [{name: span[name] for name in ("text", "characters")} for span in own]
        rows.append({**row, "spans": listed} if cuts else row)
    texts.close()
    write_jsonl(folder / "leaks.jsonl", sorted(rows, key=lambda row: (row["set"], row["item"], row["document"])))
    counts = {name: {"items": size} for name, size in sorted(Counter(map(decontaminate.set_of, items)).items())}
    for name, found in counts.items():
        for by in ("item", "ngram"):
            found[f"by_{by}"] = len({row["item"] for row in rows if row["set"] == name and row["by"] == by})
        if cuts:
            found["cut"] = len({row["item"] for row in rows if row["set"] == name and row["spans"]})
    return counts


def _outcomes(work: Workspace, texts: Texts) -> dict[int, tuple[str, list[dict[str, Any]]]]:
    """By number of each document that held test items: the reason for which it went, or "", and the spans it lost."""
    return {
        texts.first_of(task) + number: (reason, spans)
        for task in range(work.num_tasks)
        for number, reason, spans in work.read_lines("leaking", task)
    }


def _is(item: Example, leak: Leak) -> bool:
    return item.id == leak.item and decontaminate.set_of(item) == leak.set
