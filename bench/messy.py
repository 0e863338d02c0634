"""
The cleaner scored on the labelled records of web_messy: held out, so a measurement and never a guide for rules.

`python bench/messy.py [--data DIR]` runs the real stage with the clean section of recipes/files.yaml and prints, for
each defect, recall and precision with Wilson intervals, then damage to clean records, then a JSON line. The truth names
a record's one defect but not its repaired text, so a repair counts when a rule of the defect changed the record and no
trace of the defect is left that the patterns below, written for this script alone, can see.
"""

import argparse
import html
import json
import re
import tempfile
import unicodedata
from collections import Counter
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from stage import ROOT, Result, clean_section, read_result, run_clean, write_raw

from llmpipe.corpus.ledger import KINDS, proportion
from llmpipe.records import Document

COPIES = {
    "exact_dup": ("exact_duplicate",),
    "exact_dup_after_whitespace_norm": ("exact_duplicate",),
    "near_dup": ("near_duplicate", "exact_duplicate"),
    "prefix_dup": ("near_duplicate", "exact_duplicate"),
}
JUNK = ("empty", "gibberish", "repetition", "spam_urls", "too_short")  # defects of which nothing is worth keeping
REPAIRS = {  # defect: rules of it, and what shows that it is still there
    "boilerplate": (KINDS["boilerplate"], None),
    "control_chars": (("controls", "invisible"), re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u200b\ufeff]")),
    "fullwidth_mix": (("width",), re.compile("[\uff10-\uff19\uff21-\uff3a\uff41-\uff5a]")),
    "html": (
        KINDS["html"],
        re.compile(
            r"</?(?:p|div|br|span|a|b|i|script|style|li|ul|td|h\d)\b[^<>]*>|&[a-z]{2,6};"
            r"|-\{[^{}]*\}-"  # of wikis: one word for each script
        ),
    ),
    "mojibake": (KINDS["mojibake"], re.compile("[ÃÂâ][\u0080-\u00bf€™œ]|锛|銆|鐨|\ufffd")),
    "pii_synthetic": (KINDS["pii"], re.compile(r"@example\.|555-01\d\d")),
    "whitespace": (("whitespace", "spaces", "controls"), re.compile(r"[ \t\u00a0\u3000]{2,}|\n{4,}|[ \t]+$", re.M)),
}  # fmt: skip
NATURAL = re.compile(
    "&#?[a-z0-9]+;|[\x00-\x08\x0b-\x1f\x7f-\xa0\u00ad\u200b-\u200f\u2028\u2029\u2060\ufeff\ufffd]|[ \t]$|  "
)
OTHER_REASONS = {"exact_duplicate", "near_duplicate", "leak", *KINDS["mojibake"]}


def junk_reason(reason: str) -> bool:
    """Whether a record went because it is worthless in itself."""
    return bool(reason) and reason not in OTHER_REASONS and not reason.startswith("pii_")


def essence(text: str) -> str:
    """A text without what any repair may touch: entities, forms of characters, invisible ones, white space."""
    plain = unicodedata.normalize("NFKC", html.unescape(text))
    return "".join(c for c in plain if unicodedata.category(c) not in ("Cc", "Cf", "Zs", "Zl", "Zp") and c != "\ufffd")


def families(truth: Mapping[str, Mapping[str, Any]]) -> dict[str, str]:
    """For each record the first one that it copies, over any number of steps."""
    roots: dict[str, str] = {}
    for name, row in truth.items():  # "of" is always an earlier record
        roots[name] = roots[row["of"]] if "of" in row else name
    return roots


def copy_handled(row: Mapping[str, Any], result: Result) -> bool:
    """Whether of a copy and its original at most one is left."""
    return row["id"] in result.removed or row["of"] in result.removed


def repaired(name: str, defect: str, result: Result) -> bool:
    """Whether a rule of the defect acted on the record and nothing of the defect can be seen in what is left."""
    rules, trace = REPAIRS[defect]
    acted = any(rule in rules or defect == "pii_synthetic" and rule.startswith("pii_") for rule in acts(name, result))
    return acted and (name in result.removed or trace is None or not trace.search(result.kept[name]))


def acts(name: str, result: Result) -> tuple[str, ...]:
    """Names of the rules that removed or changed a record."""
    return (result.removed[name],) if name in result.removed else result.changed.get(name, ())


def score(
    truth: Mapping[str, Mapping[str, Any]], raw: Mapping[str, str], result: Result
) -> dict[str, dict[str, dict[str, Any]]]:
    """Recall and precision of each defect, and of the junk together."""
    members: dict[str, list[str]] = {}
    for name, row in truth.items():
        members.setdefault(row["defect"], []).append(name)
    table: dict[str, dict[str, dict[str, Any]]] = {}
    for defect in sorted(members.keys() - {"none"}):
        names = members[defect]
        if defect in COPIES:
            good = sum(copy_handled(truth[name], result) for name in names)
        elif defect in JUNK:
            good = sum(name in result.removed for name in names)
        else:
            good = sum(repaired(name, defect, result) for name in names)
        lost = sum(name in result.removed for name in names)
        table[defect] = {"recall": proportion(good, len(names)), "removed": proportion(lost, len(names))}
        if defect in REPAIRS:
            table[defect] |= repair_precision(defect, truth, raw, result)
    table["(all junk)"] = {
        "recall": proportion(
            sum(n in result.removed for d in JUNK for n in members.get(d, ())),
            sum(len(members.get(d, ())) for d in JUNK),
        ),
        "precision": right(
            [n for n, reason in result.removed.items() if junk_reason(reason)], lambda n: truth[n]["defect"] in JUNK
        ),
    }
    roots = families(truth)
    for kind in ("exact_duplicate", "near_duplicate"):
        rows = [row for row in result.duplicates if row["reason"] == kind]
        same = [roots[row["kept"]] == roots[row["removed"]] for row in rows]
        table[f"({kind} pairs)"] = {"precision": proportion(sum(same), len(same))}
    return table


def right(names: list[str], good: Callable[[str], bool]) -> dict[str, Any]:
    """The share of names that are good."""
    return proportion(sum(map(good, names)), len(names))


def repair_precision(
    defect: str, truth: Mapping[str, Mapping[str, Any]], raw: Mapping[str, str], result: Result
) -> dict[str, dict[str, Any]]:
    """Of the records that a rule of the defect touched, those labelled with it; and with natural residue allowed."""
    rules, trace = REPAIRS[defect]
    touched = [
        name
        for name in truth
        if any(rule in rules or defect == "pii_synthetic" and rule.startswith("pii_") for rule in acts(name, result))
    ]

    def good(name: str) -> bool:
        return (
            truth[name]["defect"] == defect
            or bool(trace and trace.search(raw[name]))
            or residue_only(name, raw, result)
        )

    labelled = right(touched, lambda name: truth[name]["defect"] == defect)
    return {"precision": right(touched, good), "labelled": labelled}


def residue_only(name: str, raw: Mapping[str, str], result: Result) -> bool:
    """Whether the raw text has ordinary residue and a kept record lost nothing else."""
    return name in result.kept and bool(NATURAL.search(raw[name])) and essence(raw[name]) == essence(result.kept[name])


def damage(
    truth: Mapping[str, Mapping[str, Any]], raw: Mapping[str, str], result: Result
) -> tuple[dict[str, Any], dict[str, dict[str, int]]]:
    """Clean records removed, and those changed beyond their natural residue; and the rules that did it."""
    clean = [name for name, row in truth.items() if row["defect"] == "none"]
    of_family = {row["of"] for row in truth.values() if "of" in row}
    gone = {name: result.removed[name] for name in clean if name in result.removed}
    excused = {n for n, reason in gone.items() if n in of_family and reason in ("exact_duplicate", "near_duplicate")}
    natural = {n for n, reason in gone.items() if n not in excused and reason in ("exact_duplicate", "near_duplicate")}
    lost = [name for name in gone if name not in excused | natural]
    hurt = [name for name in clean if name in result.kept and essence(raw[name]) != essence(result.kept[name])]
    figures = {
        "removed": proportion(len(lost), len(clean)),
        "removed_as_natural_copies": proportion(len(natural), len(clean)),
        "changed": proportion(len(hurt), len(clean)),
        "touched_at_all": proportion(sum(name in result.changed for name in clean), len(clean)),
    }
    causes = {
        "removed_by": dict(Counter(gone[name] for name in lost)),
        "changed_by": dict(Counter(rule for name in hurt for rule in result.changed[name])),
    }
    return figures, causes


def interval(value: Mapping[str, Any] | None) -> str:
    """A share as `0.950 [0.900, 0.970]`."""
    return f"{value['value']:.3f} [{value['low']:.3f}, {value['high']:.3f}]" if value and value["n"] else "-"


def macro(table: Mapping[str, Mapping[str, Mapping[str, Any]]], column: str) -> float:
    """Mean over defects that have the column; the groups in brackets not counted."""
    values = [row[column]["value"] for kind, row in table.items() if column in row and not kind.startswith("(")]
    return sum(values) / len(values)


def main() -> None:
    """Score and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=ROOT.parent / "shared/data")
    parser.add_argument("--quick", action="store_true", help="accepted for symmetry: the set is small anyway")
    folder = parser.parse_args().data / "web_messy"
    if not (folder / "messy_truth.jsonl").exists():
        print(f"SKIPPED: {folder} is not here; nothing was measured.")
        print(json.dumps({"skipped": True}))
        return
    rows = [json.loads(line) for line in (folder / "messy.jsonl").read_text("utf-8").split("\n") if line]
    lines = (folder / "messy_truth.jsonl").read_text("utf-8").split("\n")
    truth = {row["id"]: row for row in map(json.loads, filter(None, lines))}
    raw = {row["id"]: row["text"] for row in rows}
    with tempfile.TemporaryDirectory() as temporary:
        write_raw(Path(temporary), [Document(name, text, "", "web_messy") for name, text in raw.items()])
        run_clean(Path(temporary), clean_section("files"))
        result = read_result(Path(temporary))
    table = score(truth, raw, result)
    print(f"{'defect':34}{'n':>5}  {'recall':24}{'precision':24}{'removed':24}of touched, labelled")
    for kind, row in table.items():
        number = row["recall"]["n"] if "recall" in row else row["precision"]["n"]
        cells = (interval(row.get(column)) for column in ("recall", "precision", "removed", "labelled"))
        print(f"{kind:34}{number:5}  " + "".join(f"{cell:24}" for cell in cells).rstrip())
    figures, causes = damage(truth, raw, result)
    print(f"\n{'clean records':34}{figures['removed']['n']:5}")
    for name, value in figures.items():
        print(f"  {name:32}       {interval(value)}")
    for name, counts in causes.items():
        print(f"  {name}: {counts or 'none'}")
    print(
        json.dumps(
            {
                "macro_recall": macro(table, "recall"),
                "macro_precision": macro(table, "precision"),
                "exact_duplicate_recall": table["exact_dup"]["recall"]["value"],
                "damage": {name: value["value"] for name, value in figures.items()},
                "causes": causes,
                "kinds": table,
            },
            sort_keys=True,
        )
    )


if __name__ == "__main__":
    main()
