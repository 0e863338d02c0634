"""The table of a compression: size, speed, bits per byte and task scores before and after, as Markdown."""

from collections.abc import Mapping, Sequence
from typing import Any


def markdown(found: Mapping[str, Any]) -> str:
    """The page of `comparison` (commands/compress.py)."""
    lines = [f"# {found['kind']}: before and after", "", *_table(("", "before", "after", "ratio"), _sizes(found))]
    lines += ["", "Tokens a second are the best of five rounds in turn; their ratio is that of processor time.", ""]
    lines += _table(("bits per byte", "before", "after", "difference"), [_bits(row) for row in found["bits_per_byte"]])
    head = ("score", "before", "after", "difference", "p")
    lines += ["", *_table(head, [_score(row) for row in (*found["means"], *found["scores"])]), ""]
    lines.append(
        f"{found['same_answers']:.1%} of the {found['num_examples']:,} answers are the same. Intervals are of 95 %, of "
        "differences by bootstrap in pairs; p is Holm's over all rows that have one."
    )
    return "\n".join(lines) + "\n"


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    rule = ["---", *["---:"] * (len(head) - 1)]
    return [f"| {' | '.join(cells)} |" for cells in (head, rule, *rows)]


def _sizes(found: Mapping[str, Any]) -> list[list[str]]:
    before, after = found["size"]["before"], found["size"]["after"]
    names = {
        "parameters": "parameters",
        "disk_bytes": "weights on disk, bytes",
        "memory_bytes": "weights in memory, bytes",
    }
    rows = [
        [label, f"{before[name]:,}", f"{after[name]:,}", f"{after[name] / before[name]:.3f}"]
        for name, label in names.items()
    ]
    labels = {"generate_1": "generate, one row", "generate_32": "generate, 32 rows", "score": "read held-out text"}
    for name, label in labels.items():
        first, then = found["speed"][name]["before"], found["speed"][name]["after"]
        speeds = [f"{speed['tokens_per_s']:,.0f}" for speed in (first, then)]
        rows.append([f"{label}, tokens/s", *speeds, f"{first['cpu_s'] / then['cpu_s']:.2f}"])
    return rows


def _bits(row: Mapping[str, Any]) -> list[str]:
    return [row["test_set"], *(_number(row[name], 4) for name in ("before", "after")), _number(row["difference"], 4)]


def _score(row: Mapping[str, Any]) -> list[str]:
    digits = 1 if row["before"]["unit"] == "points" else 3
    name = f"{row['dataset']}/{row['test_set']} {row['metric']}"
    difference = {"value": row["difference"], "low": row["low"], "high": row["high"]}
    p = f"{row['p_holm']:.3f}" if "p_holm" in row else ""
    return [name, *(_number(row[side], digits) for side in ("before", "after")), _number(difference, digits, True), p]


def _number(score: Mapping[str, float], digits: int, signed: bool = False) -> str:
    sign = "+" if signed else ""
    value, low, high = (f"{score[name]:{sign}.{digits}f}" for name in ("value", "low", "high"))
    return f"{value} [{low}, {high}]"
