"""What the rules of cleaning would do to a sample of the raw documents."""

import heapq
from collections import Counter
from typing import Any

import orjson

from llmpipe.config import CleanConfig
from llmpipe.corpus import pipeline
from llmpipe.corpus.text import stable_hash
from llmpipe.files import Layout, shards

HEAD = 60  # characters of an example


def table(config: CleanConfig, data: Layout, sample: int) -> str:
    """
    A line for each rule that does something: documents it changes or removes, their share, one of them.

    The sample is the one of smallest hashes, so it is the same each time. `alone` counts what a filter would remove
    if it were the only one.
    """
    documents = _sample(data, sample)
    changed: Counter[str] = Counter()
    removed: Counter[str] = Counter()
    alone: Counter[str] = Counter()
    shown: dict[str, str] = {}
    for document in documents:
        found = pipeline.clean_text(document["text"], document["language"], config)
        changed.update(found.changed)
        for name in pipeline.all_reasons(found, config):
            alone[name] += 1
        if found.reason:
            removed[found.reason] += 1
        for name in (found.reason,) if found.reason else found.changed:
            shown.setdefault(name, f"{document['id']}: {_head(document['text'])}")
    total = len(documents)
    lines = [
        f"{total:,} documents of {data.raw / 'documents'}, nothing written. Not looked at: lines that sites repeat, "
        "the learned quality score, the corpus as a whole, duplicates, leaks.",
        f"kept {total - removed.total():,} ({(total - removed.total()) / max(total, 1):.1%})",
        "",
        f"{'rule':<28}{'changes':>9}{'removes':>9}{'alone':>9}  example",
    ]
    for name in sorted({*changed, *removed, *alone}, key=lambda rule: (-removed[rule], -changed[rule], rule)):
        counts = "".join(f"{_number(counter[name]):>9}" for counter in (changed, removed, alone))
        lines.append(f"{name:<28}{counts}  {shown.get(name, '')}".rstrip())
    return "\n".join(lines) + "\n"


def _sample(data: Layout, sample: int) -> list[dict[str, Any]]:
    chosen: list[tuple[int, int, bytes]] = []  # a heap whose first entry has the largest hash
    for path in shards(data.raw / "documents"):
        with path.open("rb") as stream:
            for number, line in enumerate(stream):
                entry = (-stable_hash("dry run", orjson.loads(line)["id"]), number, line)
                if len(chosen) < sample:
                    heapq.heappush(chosen, entry)
                elif entry > chosen[0]:
                    heapq.heapreplace(chosen, entry)
    return [orjson.loads(line) for _, _, line in sorted(chosen, reverse=True)]


def _head(text: str) -> str:
    return " ".join(text.split())[:HEAD]


def _number(count: int) -> str:
    return f"{count:,}" if count else "–"
