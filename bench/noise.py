"""
Held-out noise: kinds of dirt that the cleaning rules were not written against, planted into the sample world.

`python bench/noise.py [--noise SET] [--quick] [--copies N] [--seed S]` prints recall of each variant in each language,
recall and precision of each kind with Wilson intervals, damage to clean documents and hard negatives, and a JSON line.
SET is first, second, third or fourth. Each set was written from what crawls, files and exports hold, without a look at
the rules or at any result, was measured once before anybody looked at it, and must stay as it is: a variant that fails
is a finding, never a reason to change the variant. README.md says which are known since when.
A document that no rule of a single document caught and that went as a copy of another planted one counts as missed.
"""

import argparse
import json
import random
import re
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from stage import Result, change, clean_section, read_result, run_clean, write_raw
from variants import first, fourth, second, third
from variants.contract import Make, Noise

from llmpipe.corpus import ledger
from llmpipe.corpus.text import match_tokens
from llmpipe.records import Document, Example
from llmpipe.world.examples import split_examples
from llmpipe.world.streams import document

SETS: dict[str, Noise] = {"first": first.NOISE, "second": second.NOISE, "third": third.NOISE, "fourth": fourth.NOISE}
COPIES = ("exact_duplicate", "near_duplicate")
PROSE = ("passage", "news", "wiki")


def bases(seed: int, first: int, language: str) -> Iterator[tuple[int, str]]:
    """Prose documents of the world in a language, by number from `first` on."""
    number = first
    while True:
        found = document(seed, number, PROSE[number % len(PROSE)])
        if found.language == language and len(match_tokens(found.text)) >= 25:
            yield number, found.text
        number += 1


def corpus(
    seed: int, clean: int, copies: int, noise: Noise
) -> tuple[list[Document], list[dict[str, Any]], list[Example]]:
    """Clean documents of the world with planted ones, their ledger, and the test examples that leak."""
    documents = [document(seed, index) for index in range(clean)]
    tests = [
        e for name in ("translation", "reading") for e in split_examples(name, "T1", seed, copies * len(noise.leaks))
    ]
    streams = {language: bases(seed, clean, language) for language in ("en", "zh")}
    origins = {
        lang: [d for d in documents if d.language == lang and len(match_tokens(d.text)) >= 30] for lang in ("en", "zh")
    }
    entries: list[dict[str, Any]] = []
    used: set[str] = set()

    def plant(kind: str, name: str, make: Make, language: str, copy: int) -> bool:
        draw = random.Random(f"{seed} {kind} {name} {language} {copy}")
        origin = ""
        if kind in COPIES:
            found = draw.choice(origins[language])
            if found.id in used:
                return False
            origin, text = found.id, found.text
        else:
            text = next(streams[language])[1]
        made = make(draw, text, language)
        if made is None:
            return False
        used.add(origin)
        identifier = f"noise-{len(entries):06d}"
        documents.append(Document(identifier, made.text, "" if kind == "wrong_language" else language, "noise"))
        spans = [[made.text.index(value), made.text.index(value) + len(value), value] for value in made.personal]
        entries.append(
            {"id": identifier, "kind": kind, "variant": f"{name}_{language}", "unseen": True, "expected": made.expected,
             "original": made.original, "origin": origin, "spans": spans}
        )  # fmt: skip
        return True

    for kind, variants in noise.variants.items():
        for name, make in variants.items():
            for language in ("en",) if kind == "wrong_language" else ("en", "zh"):
                planted = 0
                for copy in range(copies * 8):  # some texts do not suit
                    planted += plant(kind, name, make, language, copy)
                    if planted == copies:
                        break
    for number, (name, leaked) in enumerate(noise.leaks.items()):
        for copy, example in enumerate(tests[number :: len(noise.leaks)]):
            if len(match_tokens(" ".join([*map(str, example.inputs.values()), example.references[0]]))) >= 16:
                plant("leak", name, leaked(example), "en" if copy % 2 else "zh", copy)
    random.Random(seed).shuffle(documents)
    return documents, entries, tests


def spaced(text: str) -> str:
    """A text in which spaces count, blank lines and a space behind a Chinese mark do not."""
    return re.sub(r"[ \t]*(\n[ \t]*)+", "\n", re.sub(r"([，。？！：；]) ", r"\1", text)).strip(" \n")


def lacks_spacing(entry: dict[str, Any], dirty: str, cleaned: str) -> bool:
    """Whether white space is all that was wrong, which the ledger does not compare, and it is still wrong."""
    original = entry["original"]
    if entry["expected"] not in ("repair", "strip") or "".join(dirty.split()) != "".join(original.split()):
        return False
    return spaced(cleaned) != spaced(original)


def outcomes(documents: list[Document], entries: list[dict[str, Any]], result: Result) -> dict[str, ledger.Outcome]:
    """
    What happened to each document.

    One that only went as a copy, and was planted as something else, was missed; so was one whose damage is white space
    alone and whose white space is still wrong.
    """
    dirty = {document.id: document.text for document in documents}
    favoured = {row["removed"]: row["kept"] for row in result.duplicates}
    found = {name: ledger.Outcome(reason, (), "", favoured.get(name, "")) for name, reason in result.removed.items()}
    found |= {name: ledger.Outcome("", rules, result.kept.get(name, "")) for name, rules in result.changed.items()}
    for entry in entries:
        name = entry["id"]
        if name not in found:
            found[name] = ledger.Outcome("", (), result.kept[name])
        elif found[name].reason in COPIES and entry["kind"] not in COPIES:
            found[name] = ledger.Outcome("", (), "")
            found[name].text = " ".join(span[2] for span in entry["spans"])
        if name in result.kept and lacks_spacing(entry, dirty[name], result.kept[name]):
            found[name] = ledger.Outcome("", (), "")
    return found


def interval(value: dict[str, Any] | None) -> str:
    """A share as `0.950 [0.900, 0.970] of 40`."""
    return f"{value['value']:.3f} [{value['low']:.3f}, {value['high']:.3f}] of {value['n']}" if value else "-"


def main() -> None:
    """Plant, clean, score and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--noise", choices=tuple(SETS), default="fourth", help="which set of variants")
    parser.add_argument("--quick", action="store_true", help="few documents: whether it works, not how well")
    parser.add_argument("--copies", type=int, default=30, help="planted documents a variant and language")
    parser.add_argument("--seed", type=int, default=97)
    parser.add_argument(
        "--set", action="append", default=[], help="another value below clean: filters.max_rare_han_ratio=0.1"
    )
    options = parser.parse_args()
    copies, clean = (2, 400) if options.quick else (options.copies, 200 * options.copies)
    documents, entries, tests = corpus(options.seed, clean, copies, SETS[options.noise])
    with tempfile.TemporaryDirectory() as temporary:
        write_raw(Path(temporary), documents, entries, tests)
        section = clean_section("world")
        change(section, options.set)
        run_clean(Path(temporary), section)
        result = read_result(Path(temporary))
    found = outcomes(documents, entries, result)
    scores = ledger.score(entries, found)
    harm = ledger.damage(entries, found, len(documents))
    print(f"{len(documents):,} documents, {len(entries):,} of them planted; one that only went as a copy is a miss")
    for kind, row in scores.items():
        print(f"\n{kind:40}recall {interval(row['recall'])}   precision {interval(row.get('precision'))}")
        for name, value in row["variants"].items():
            print(f"  {name:38}{interval(value)}" + ("   MISSED" if value["value"] < 0.5 else ""))
    print(f"\nclean documents removed {interval(harm['removed'])} {harm['removed_by']}")
    print(f"clean documents changed {interval(harm['changed'])} {harm['changed_by']}")
    missed = sorted(n for kind, row in scores.items() for n, v in row["variants"].items() if v["value"] < 0.5)
    kinds = {
        kind: {part: {k: v for k, v in row[part].items()} for part in ("recall", "precision") if part in row}
        for kind, row in scores.items()
    }
    recalls = [row["recall"]["value"] for kind, row in scores.items() if kind != "kept"]
    precisions = [row["precision"]["value"] for row in scores.values() if "precision" in row]
    print(
        json.dumps(
            {
                "noise": options.noise,
                "macro_recall": sum(recalls) / len(recalls),
                "macro_precision": sum(precisions) / len(precisions),
                "kinds": kinds,
                "damage": {name: harm[name]["value"] for name in ("removed", "changed")},
                "missed": missed,
            },
            sort_keys=True,
        )
    )


if __name__ == "__main__":
    main()
