"""The report's part about data: what was read, what cleaning did and how well, what the tokenizer makes of it."""

from collections.abc import Mapping
from typing import Any

from llmpipe.pages import numbers, plots
from llmpipe.pages.blocks import Block, Heading, Table, Text
from llmpipe.pages.results import Results
from llmpipe.records import SPLITS

NOTHING = "–"


def data(results: Results) -> list[Block]:
    """All of it, in the order of the pipeline."""
    figure = plots.cleaning(results)
    return [
        Heading(3, "Read"),
        *read(results.metrics["ingest"]),
        Heading(3, "Cleaned"),
        *cleaned(results.metrics["clean"]),
        *dirt(results.metrics["clean"]),
        *([figure] if figure else []),
        Heading(3, "Tokenizer"),
        *tokenizer(results),
    ]


def read(metrics: Mapping[str, Any]) -> list[Block]:
    """Documents by source, examples by data set and split, records that could not be read."""
    sources = [
        [name, numbers.plain(s.get("documents", 0)), numbers.plain(s.get("bytes", 0))]
        for name, s in metrics["sources"].items()
    ]
    splits = sorted({split for counts in metrics["examples"].values() for split in counts}, key=_split_order)
    examples = [
        [name, *(numbers.plain(counts.get(split, 0)) for split in splits)]
        for name, counts in metrics["examples"].items()
    ]
    bad = metrics["quarantined"]
    blocks: list[Block] = [Table(["source", "documents", "bytes"], sources)] if sources else []
    blocks += [Table(["labelled examples", *splits], examples)] if examples else []
    if bad["total"]:
        reasons = ", ".join(f"{reason} {count:,}" for reason, count in bad["reasons"].items())
        blocks.append(Text(f"{bad['total']:,} records could not be read and were put aside ({reasons})."))
    return blocks


def _split_order(name: str) -> tuple[int, str]:
    return (SPLITS.index(name) if name in SPLITS else len(SPLITS), name)


def cleaned(metrics: Mapping[str, Any]) -> list[Block]:
    """How many documents came through, and why the others did not."""
    documents, removed, changed = metrics["documents"], metrics["removed"], metrics["changed"]
    kept = ", ".join(f"{split} {documents[split]:,}" for split in SPLITS)
    blocks: list[Block] = [
        Text(
            f"Of {documents['raw']:,} documents {documents['kept']:,} were kept ({kept}), {removed['total']:,} "
            "removed and "
            f"{changed['total']:,} changed. {metrics['examples']['removed']:,} training examples went because a test "
            "set has them."
        )
    ]
    for title, reasons in (("removed because of", removed["reasons"]), ("changed because of", changed["reasons"])):
        ranked = sorted(reasons.items(), key=lambda item: (-item[1], item[0]))
        if ranked:
            blocks.append(Table([title, "documents"], [[reason, f"{count:,}"] for reason, count in ranked]))
    return blocks


def dirt(metrics: Mapping[str, Any]) -> list[Block]:
    """Cleaning judged by the sample world's ledger; nothing when the data have none."""
    kinds = {kind: found for kind, found in sorted(metrics.get("dirt", {}).items()) if kind != "kept"}
    if not kinds:
        return []
    rows = [
        [kind, share(k.get("precision")), share(k["recall"]), f"{k['recall']['n']:,}", weakest(k)]
        for kind, k in kinds.items()
    ]
    blocks: list[Block] = [
        Text(
            "The sample world plants dirt and keeps a ledger, so cleaning can be judged. Precision: of the documents "
            "that rules "
            "of the kind touched, the share that was planted so. Recall: of the planted documents, the share handled "
            "as it should be."
        ),
        Table(["planted dirt", "precision", "recall", "n", "weakest variant (recall)"], rows),
    ]
    kept, damage = metrics["dirt"].get("kept"), metrics.get("damage")
    if kept:
        recall = kept["recall"]
        blocks.append(
            Text(
                f"Hard negatives, documents that look dirty and are not: {share(recall)} of {recall['n']:,} were left "
                "alone."
            )
        )
    if damage:
        blocks.append(
            Text(
                f"Of {damage['removed']['n']:,} clean documents, {share(damage['removed'], 4)} were removed and "
                f"{share(damage['changed'], 4)} changed without need."
            )
        )
    return blocks


def share(proportion: Mapping[str, Any] | None, digits: int = 2) -> str:
    """`0.98 [0.95, 0.99]`; a dash where nothing was counted."""
    if not proportion or not proportion["n"]:
        return NOTHING
    return f"{proportion['value']:.{digits}f} [{proportion['low']:.{digits}f}, {proportion['high']:.{digits}f}]"


def weakest(kind: Mapping[str, Any]) -> str:
    """The variant of a kind of dirt that cleaning handles worst."""
    variants = kind.get("variants", {})
    if len(variants) < 2:
        return NOTHING
    name = min(variants, key=lambda variant: (variants[variant]["value"], variant))
    return f"{name} {variants[name]['value']:.2f} (n = {variants[name]['n']:,})"


def tokenizer(results: Results) -> list[Block]:
    """What a token holds, by language, and how many there are."""
    trained, encoded = results.metrics["tokenizer"], results.metrics["encode"]
    usage = {"all": trained["valid"]["all"], **trained["valid"]["languages"]}
    rows = [
        [
            name,
            f"{u['documents']:,}",
            f"{u['bytes_per_token']:.2f}",
            f"{u['fertility']:.2f}",
            f"{u['byte_fallback_ratio']:.4f}",
        ]
        for name, u in usage.items()
    ]
    totals = [[split, *(f"{encoded[split][key]:,}" for key in ("documents", "tokens", "bytes"))] for split in SPLITS]
    return [
        Text(
            f"{trained['vocab_size']:,} pieces. Fertility is tokens a word (a Han character is a word), on the valid "
            "split, where "
            "every text survived encoding and decoding."
        ),
        Table(["language", "documents", "bytes a token", "fertility", "share of byte tokens"], rows),
        Table(["split", "documents", "tokens, with two for the ends", "bytes"], totals),
    ]
