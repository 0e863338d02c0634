"""The data card, data.md: where the text comes from, what cleaning did to it with examples, and what is left."""

from collections.abc import Mapping, Sequence
from typing import Any

from llmpipe.config import DocumentsSource, ExamplesSource, Params, WorldSource
from llmpipe.pages import numbers, plots
from llmpipe.pages.blocks import Block, Figure, Heading, Table, Text
from llmpipe.pages.data import NOTHING, cleaned, dirt, read
from llmpipe.pages.results import Results
from llmpipe.records import SPLITS

NOT_STATED = "not stated"


def card(params: Params, results: Results, facts: Mapping[str, Any], figures: Sequence[Figure]) -> list[Block]:
    """
    The whole card.

    Args:
        params: Of the run.
        results: Its metrics.
        facts: What `corpus.statistics.describe` counted.
        figures: What is drawn of cleaning.
    """
    return [
        Heading(1, f"Data card: {params.report.title}"),
        Heading(2, "Sources"),
        *sources(params),
        *read(results.metrics["ingest"]),
        Heading(2, "What cleaning did"),
        *waterfall(results.metrics),
        *cleaned(results.metrics["clean"]),
        *dirt(results.metrics["clean"]),
        *figures,
        Heading(2, "Removed, by reason"),
        *removed(facts["removed"]),
        Heading(2, "Changed, by rule"),
        *changed(facts["changed"]),
        Heading(2, "Copies and boilerplate"),
        *copies(facts),
        Heading(2, "Test items in training text"),
        *contamination(results.metrics["clean"].get("decontamination", {})),
        Heading(2, "What is left"),
        *left(results.metrics["clean"], facts),
    ]


def sources(params: Params) -> list[Block]:
    """Each source of params.yaml, with the licence and address that it states."""
    rows, silent = [], []
    for source in params.ingest.sources:
        match source:
            case WorldSource():
                rows.append(["world", "sample world", "en, zh, fr", "made by llmpipe", "Apache-2.0", NOTHING])
            case DocumentsSource() | ExamplesSource():
                places = ", ".join(source.paths) if isinstance(source, DocumentsSource) else source.task
                stated = [source.license or NOT_STATED, source.url or NOT_STATED]
                rows.append(
                    [source.name, source.kind, source.language or "detected", places or "Hugging Face", *stated]
                )
                silent += [] if source.license else [source.name]
    blocks: list[Block] = [Table(["source", "kind", "language", "from", "licence", "address"], rows)]
    if silent:
        names = ", ".join(silent)
        blocks.append(Text(f"Without a licence: {names}. State `license` and `url` of a source in params.yaml."))
    return blocks


def waterfall(metrics: Mapping[str, Any]) -> list[Block]:
    """Documents left after each reason, largest first, and bytes before and after."""
    documents, size = metrics["clean"]["documents"], metrics["clean"]["bytes"]
    ranked = _ranked(metrics["clean"]["removed"]["reasons"])
    rows, remaining = [["raw", numbers.plain(documents["raw"]), ""]], documents["raw"]
    for reason, count in ranked:
        remaining -= count
        rows.append([reason, f"{remaining:,}", f"{count:,}"])
    before, after = metrics["ingest"]["bytes"], sum(size.values())
    return [
        Text(
            "A document has one reason, that of the first rule that would not have it. The reasons stand by size, the "
            "commonest first, not in the order in which cleaning looks."
        ),
        Table(["without", "documents left", "removed"], rows),
        plots.waterfall(documents["raw"], ranked),
        Text(f"{before:,} bytes of text before, {after:,} after ({after / max(1, before):.1%})."),
    ]


def removed(examples: Mapping[str, Sequence[Mapping[str, str]]]) -> list[Block]:
    """Up to ten documents for each reason."""
    blocks: list[Block] = []
    for reason, rows in examples.items():
        table = [[row["id"], row["detail"], row["text"]] for row in rows]
        blocks += [Heading(3, reason), Table(["document", "detail", "beginning"], table)]
    return blocks or [Text("Nothing was removed.")]


def changed(examples: Mapping[str, Sequence[Mapping[str, str]]]) -> list[Block]:
    """A few documents for each rule, where the text begins to differ."""
    rows = [[rule, row["id"], row["before"], row["after"]] for rule, found in examples.items() for row in found]
    return [Table(["rule", "document", "before", "after"], rows)] if rows else [Text("Nothing was changed.")]


def copies(facts: Mapping[str, Any]) -> list[Block]:
    """Clusters of copies, their similarity, and the lines that sites repeat."""
    blocks: list[Block] = []
    if facts["clusters"]:
        blocks.append(Table(["cluster of", "copies removed"], [[name, f"{n:,}"] for name, n in facts["clusters"]]))
        tenths = [
            [f"{low / 10:.1f} to {low / 10 + 0.1:.1f}", f"{n:,}"] for low, n in enumerate(facts["similarity"]) if n
        ]
        blocks.append(Table(["similarity to the copy kept", "removed"], tenths))
    if facts["boilerplate"]:
        rows = [[row["site"], row["line"], f"{row['documents']:,}"] for row in facts["boilerplate"]]
        blocks.append(Table(["site", "line that it repeats", "documents"], rows))
    return blocks or [Text("No copies, and no lines that a site repeats.")]


def contamination(counts: Mapping[str, Mapping[str, int]]) -> list[Block]:
    """How much of each test set the raw documents held."""
    if not counts:
        return [Text("There is no test set.")]
    columns = {"items": "items", "by_item": "held whole", "by_ngram": "share a run"}
    if any("cut" in found for found in counts.values()):
        columns["cut"] = "cut out"
    rows = [[name, *(f"{found[column]:,}" for column in columns)] for name, found in counts.items()]
    return [
        Text(
            "Items that documents held before cleaning: whole (those documents were removed), or a run of their words. "
            "`data/clean/leaks.jsonl` lists them."
        ),
        Table(["test set", *columns.values()], rows),
    ]


def left(metrics: Mapping[str, Any], facts: Mapping[str, Any]) -> list[Block]:
    """Languages, lengths, diversity, and how far test lies from train."""
    languages = [[name, f"{count:,}"] for name, count in _ranked(metrics["languages"])]
    diversity = [[split, *(f"{facts['diversity'][split][n]:.3f}" for n in "123")] for split in SPLITS]
    apart, share = facts["divergence"], facts["share"]
    seen = "train" if share == 1 else f"the {share:.1%} of train, chosen by hash, that this page looks at"
    blocks: list[Block] = [
        Table(["language", "documents"], languages),
        plots.document_lengths(facts["lengths"]),
        Table(["split", "different words", "pairs", "threes"], diversity),
        Text(
            f"Test and train: {apart['bits']:.4f} bits of Jensen-Shannon divergence between their words (0: the same, "
            f"1: nothing in common); {apart['unseen_3']:.1%} of the different 3-grams of test and "
            f"{apart['unseen_5']:.1%} of its 5-grams are not in {seen}."
        ),
    ]
    if facts["hosts"]:
        blocks.append(Table(["host", "training documents"], [[name, f"{n:,}"] for name, n in facts["hosts"]]))
    return blocks


def _ranked(counts: Mapping[str, int]) -> list[tuple[str, int]]:
    return sorted(counts.items(), key=lambda item: (-item[1], item[0]))
