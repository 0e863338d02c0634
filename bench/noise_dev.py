"""
Noise for developing the cleaning rules: how much of it the stage `clean` repairs or removes, and what it costs.

Half of the variants (A) may be looked at while rules are written, the other half (B) is only counted: which half a
variant is in depends on its name alone. The held-out measurement is bench/noise.py.

    python bench/noise_dev.py [--quick] [--recipe files] [--half A|B|AB] [--strange|--families] [--background N] [--set KEY=VALUE] [--show]
"""

# ruff: noqa: E501  (a line of noise is a line)

import argparse
import json
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import ftfy.bad_codecs  # noqa: F401  (sloppy-windows-1252)
from stage import ROOT, Result, change, clean_section, read_result, run_clean, write_raw
from variants import FAMILIES, STRANGE, VARIANTS
from variants.shaping import Variant, curled, plain

from llmpipe.config import CleanConfig
from llmpipe.corpus.pipeline import clean_text
from llmpipe.records import Document
from llmpipe.world.draws import Draw
from llmpipe.world.streams import document

SEED = 20


SHORTEST = {"en": 150, "zh": 60, "fr": 150}  # characters of a carrier


_GROUPS = {"": VARIANTS, "strange": STRANGE, "families": FAMILIES}
SHARED = ROOT.parent / "shared/data"


# Look like dirt and are not
KEPT = (
    "The area of a square is x² and that of the field is 12 m². Add ½ cup of milk ① and mix ② it well, said Acme™ of the town.",
    "In C, a pointer is declared as `int *p = &x;` and the tag `<br>` breaks a line. We write a < b and c > d when we compare the two.",
    "Chapter Ⅳ says that the angle is 30° and the price was €5 № 7, which is more than the 10 ‰ that they had paid to the mill.",
    "She looked at the menu and asked whether the share of the home cooks had gone up. The next page of the book was about privacy.",
    "Please reply to this letter by the end of the month, he wrote, and follow us to the river where the comments were made by all.",
    "In an array, a[i] and b[j] are read in the loop, and the sum is stored to c[i][j] when the work of the machine is over.",
    "他说：“首页上的新闻说的是去年的事。”①大家都在看，②没有人回答。面积是12㎡，温度是30℃，这在当地是很少见的。",
    "责任编辑是报社里的一个职位，负责看稿子和改稿子。转载的文章要注明出处，这是大家都知道的规矩。",
    "The poet’s lines — “O naïve café!” — are in the Ænglisc of old, with þ and ð, and with the ſ of the printers that nobody uses.",
    "Москва is the Russian name of the city, and Αθήνα is the Greek one; both of them were written on the wall of the school.",
)


def carriers(count: int) -> dict[str, list[str]]:
    """Clean texts by language: of the sample world, and of the shared sets where they are."""
    found: dict[str, list[str]] = {language: [] for language in SHORTEST}
    number = 500_000
    streams = ("passage", "news", "wiki")
    while min(map(len, found.values())) < count:
        made = document(SEED, number, streams[number % 3])
        number += 1
        if made.language in found and len(found[made.language]) < count and len(made.text) > SHORTEST[made.language]:
            found[made.language].append(made.text)
    for language in found:
        path = SHARED / f"lm_{language}wiki/train.jsonl"
        if path.exists():
            with path.open(encoding="utf-8") as lines:
                texts = [json.loads(line)["text"][:900].rpartition("\n")[0] for line in lines]
            # half of them from the world, half real
            real = [text.strip() for text in texts if len(text) > 200 and "�" not in text][: count // 2]
            found[language][1 : 2 * len(real) : 2] = real[: len(found[language][1 : 2 * len(real) : 2])]
    return found


def background(count: int) -> list[str]:
    """Clean texts for the rules that learn from a corpus: of all streams of the sample world, and encyclopedia articles."""
    made = [document(SEED, number).text for number in range(600_000, 600_000 + count)]
    for language in ("en", "zh"):
        path = SHARED / f"lm_{language}wiki/train.jsonl"
        if path.exists():
            with path.open(encoding="utf-8") as lines:
                made += [json.loads(line)["text"][900:2900] for line in lines]
    return [text for text in dict.fromkeys(made) if len(text) > 40]


def planted(each: int, halves: str, only: str = "", group: str = "") -> Iterator[tuple[str, Variant, str, str]]:
    """
    (id, variant, clean text, dirty text) of every document; a variant that suits no text is left out.

    `only` a kind, where one is named; "" for all; `group`: STRANGE or FAMILIES alone, by its name; "" for all.
    """
    needed = 1 + max(len(VARIANTS), each) * each // 2
    pool = carriers(min(needed, 400))
    members = {variant.name for variant in _GROUPS[group]}
    for position, variant in enumerate(VARIANTS):
        if variant.half not in halves or only not in ("", variant.kind) or variant.name not in members:
            continue
        languages = [language for language in SHORTEST if language in variant.languages]
        made = 0
        for number in range(each * 12):
            texts = pool[languages[number % len(languages)]]
            clean = texts[(position * 7 + number) % len(texts)]
            clean = variant.carrier(clean) if variant.carrier else clean
            dirty = variant.make(Draw(SEED, variant.name, number), clean)
            if (
                variant.kind == "mojibake"
                and variant.languages == "en"
                and not variant.carrier
                and "caf" in (dirty or "")
            ):
                clean = curled(clean)
            if dirty is None or dirty == clean:
                continue
            yield f"{variant.kind}-{variant.name}-{number}", variant, clean, dirty
            made += 1
            if made == each:
                break


def cost_ms_per_mb(config: CleanConfig, texts: list[str]) -> float:
    """Processor time of all rules for one document on clean text."""
    size = sum(len(text.encode()) for text in texts)
    times = []
    for _ in range(3):
        started = time.process_time()
        for text in texts:
            clean_text(text, "", config)
        times.append(time.process_time() - started)
    return min(times) * 1000 / (size / 1e6)


def main() -> None:
    """Run the stage on planted noise and print what became of it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--recipe", default="files")
    parser.add_argument("--kind", default="", help="one kind of noise only")
    parser.add_argument("--half", default="AB", help="A is open for developing, B only to be counted")
    parser.add_argument("--background", type=int, default=6000, help="documents of the sample world beside the noise")
    parser.add_argument("--set", action="append", default=[], help="another value below clean: outliers.min_order=0.15")
    parser.add_argument("--show", action="store_true", help="one failure of each variant of half A")
    group = parser.add_mutually_exclusive_group()
    group.add_argument(
        "--strange", dest="group", action="store_const", const="strange", default="", help="those by another hand only"
    )
    group.add_argument(
        "--families", dest="group", action="store_const", const="families", help="those of families only"
    )
    options = parser.parse_args()
    each = 3 if options.quick else 8
    section = _section(options.recipe, options.set)
    rows = list(planted(each, options.half, options.kind, options.group))
    documents = [Document(f"d-{name}", dirty, "", "noise") for name, _, _, dirty in rows]
    cleans = {clean: f"c-{number}" for number, clean in enumerate(dict.fromkeys(clean for _, _, clean, _ in rows))}
    documents += [Document(name, clean, "", "clean") for clean, name in cleans.items()]
    documents += [Document(f"k-{number}", text, "", "kept") for number, text in enumerate(KEPT)]
    behind = background(options.background) if options.background else []
    documents += [Document(f"b-{number}", text, "", "background") for number, text in enumerate(behind)]
    with tempfile.TemporaryDirectory() as folder:
        write_raw(Path(folder), documents)
        cost = run_clean(Path(folder), section)
        result = read_result(Path(folder))
    hits = _hits(rows, cleans, result, options.show)
    removed = [name for name in cleans.values() if name in result.removed]
    changed = [
        (name, result.changed[name])
        for clean, name in cleans.items()
        if plain(result.kept.get(name, clean)) != plain(clean)
    ]
    damaged = [f"k-{n}" for n, text in enumerate(KEPT) if plain(result.kept.get(f"k-{n}", "")) != plain(text)]
    summary = _summary(hits)
    _print_kinds(summary, hits, options.half)
    reasons = Counter(result.removed[name] for name in removed)
    wrong = Counter(rule for _, rules in changed for rule in rules)
    print(f"clean: {len(cleans)}, removed {len(removed)} {dict(reasons)}, changed {len(changed)} {dict(wrong)}")
    print(f"hard negatives damaged: {damaged} {[result.removed.get(k) or result.changed.get(k) for k in damaged]}")
    lost = Counter(result.removed[f"b-{n}"] for n in range(len(behind)) if f"b-{n}" in result.removed)
    print(f"background: {len(behind)}, removed {dict(lost)}")
    per_mb = cost_ms_per_mb(CleanConfig(**section), list(cleans)[:300])
    print(f"rules on clean text: {per_mb:.0f} ms a MB; stage {cost.cpu_s:.1f} s")
    handled = sum(map(sum, hits.values()))
    wrongly = len(removed) + len(changed) + len(damaged)
    print(json.dumps({
        "recall": summary, "clean": len(cleans), "removed": len(removed), "changed": len(changed),
        "background": len(behind), "background_removed": lost, "damaged": len(damaged), "precision": round(handled / max(1, handled + wrongly), 4), "ms_per_mb": round(per_mb),
    }))  # fmt: skip


def _section(recipe: str, settings: list[str]) -> dict[str, Any]:
    """The clean section of a recipe without what looks at several documents, so that each stands for itself."""
    section = clean_section(recipe) | {"languages": ["en", "zh", "fr"]}
    section["duplicates"] = section["duplicates"] | {
        "exact": False,
        "near": False,
        "paragraph_words": None,
        "prefix_words": None,
    }
    section["boilerplate"] = section["boilerplate"] | {"learned": False}
    section["decontaminate"] = section["decontaminate"] | {"enabled": False}
    change(section, settings)
    return section


def _hits(
    rows: list[tuple[str, Variant, str, str]], cleans: dict[str, str], result: Result, show: bool
) -> dict[tuple[str, str], list[bool]]:
    """Whether each planted document came out as it should, by kind and variant; shows one failure of each of half A."""
    hits: dict[tuple[str, str], list[bool]] = defaultdict(list)
    shown: set[str] = set()
    for name, variant, clean, dirty in rows:
        after = result.kept.get(f"d-{name}")
        if variant.expected != "drop" and cleans[clean] not in result.kept:
            continue
        if variant.expected == "keep" and plain(result.kept[cleans[clean]]) != plain(clean):
            continue  # changed for another reason
        repaired = after is not None and plain(after) == plain(result.kept.get(cleans[clean], ""))
        good = {
            "repair": repaired,
            "drop": after is None,
            "either": repaired or after is None,
            "keep": plain(after or "") == plain(dirty),
        }[variant.expected]
        hits[variant.kind, variant.name].append(good)
        if show and not good and variant.half == "A" and variant.name not in shown:
            shown.add(variant.name)
            reason = result.removed.get(f"d-{name}")
            print(f"--- {variant.kind} {variant.name} {reason}\n{dirty[:250]!r}\n{(after or '')[:250]!r}")
    return hits


def _print_kinds(summary: dict[str, dict[str, Any]], hits: dict[tuple[str, str], list[bool]], halves: str) -> None:
    """Recall of each kind, and the variants of half A that are not always found."""
    for kind, row in summary.items():
        print(f"{kind:12} " + "  ".join(f"{half}: {row[half]:.3f}" for half in "AB" if half in row))
        if "A" in halves:
            found = {v.name: hits[kind, v.name] for v in VARIANTS if (kind, v.name) in hits and v.half == "A"}
            print("   " + ", ".join(f"{n} {sum(good)}/{len(good)}" for n, good in found.items() if not all(good)))


def _summary(hits: dict[tuple[str, str], list[bool]]) -> dict[str, dict[str, Any]]:
    """Recall by kind and half: the mean over variants."""
    half = {variant.name: variant.half for variant in VARIANTS}
    found: dict[str, dict[str, list[float]]] = defaultdict(lambda: defaultdict(list))
    for (kind, name), good in hits.items():
        found[kind][half[name]].append(sum(good) / len(good))
    return {k: {h: round(sum(v) / len(v), 3) for h, v in sorted(row.items())} for k, row in found.items()}


if __name__ == "__main__":
    main()
