"""
How well BM25 finds the passage that a question was asked about: SQuAD (English) and CMRC2018 (Chinese).

Each test question is searched for among the contexts of all splits of its set. Beside BM25 stand two baselines on the
same questions: an order by chance, and the number of different words that a passage shares with the question.
"""

import argparse
import json
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from llmpipe.config import RetrievalConfig
from llmpipe.metrics.ranking import recall_at, reciprocal_rank
from llmpipe.metrics.statistics import generator
from llmpipe.retrieval.index import Index
from llmpipe.retrieval.passages import Passage
from llmpipe.retrieval.words import words

DATA = Path(__file__).parents[2] / "shared" / "data"
SETS = {"en": "qa_squad_en", "zh": "qa_cmrc2018_zh"}
SPLITS = ("train", "valid", "test")
K = (1, 5, 10)
QUICK = 60  # questions with --quick
RESAMPLES = 1000

Rank = Callable[[str, int], int | None]  # question, position of its passage -> rank from 1; None: not found


def main() -> None:
    """Print a table and a line of JSON; skip sets that are not here, and say so."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="few questions: shows that it works")
    parser.add_argument("--data", type=Path, default=DATA, help="folder with the sets")
    options = parser.parse_args()
    found = {}
    for language, name in SETS.items():
        folder = options.data / name
        if not folder.exists():
            print(f"SKIPPED: {folder} is not here; the figures of '{language}' are missing below", file=sys.stderr)
            continue
        found[language] = measure(folder, QUICK if options.quick else None)
        show(name, found[language])
    print(json.dumps(found))


def measure(folder: Path, limit: int | None) -> dict[str, Any]:
    """Recall at 1, 5 and 10 and MRR of each way to rank, on the test questions of one set."""
    rows = {split: read(folder / f"{split}.jsonl") for split in SPLITS}
    contexts = list(dict.fromkeys(row["context"] for split in SPLITS for row in rows[split]))
    place = {context: i for i, context in enumerate(contexts)}
    asked = [(row["question"], place[row["context"]]) for row in rows["test"][:limit]]
    settings = RetrievalConfig()
    start = time.perf_counter()
    index = Index([Passage(str(i), context) for i, context in enumerate(contexts)], settings.k1, settings.b)
    built = time.perf_counter() - start
    ways = {"bm25": by_bm25(index), "overlap": by_overlap(contexts), "random": by_chance(len(contexts), folder.name)}
    scores = {name: score([rank(question, gold) for question, gold in asked]) for name, rank in ways.items()}
    return {"passages": len(contexts), "questions": len(asked), "index_s": round(built, 2), **scores}


def read(path: Path) -> list[dict[str, Any]]:
    """The questions of a split."""
    return [json.loads(line) for line in path.read_text("utf-8").split("\n") if line]


def by_bm25(index: Index) -> Rank:
    """The rank that the pipeline's own search gives."""

    def rank(question: str, gold: int) -> int | None:
        hits = index.search(question, max(K))
        return next((i for i, hit in enumerate(hits, start=1) if hit.passage.id == str(gold)), None)

    return rank


def by_overlap(contexts: Sequence[str]) -> Rank:
    """Most different words in common; ties in the order of the passages."""
    held = [set(words(context)) for context in contexts]

    def rank(question: str, gold: int) -> int:
        asked = set(words(question))
        shared = np.array([len(asked & passage) for passage in held])
        return int((shared > shared[gold]).sum() + (shared[:gold] == shared[gold]).sum()) + 1

    return rank


def by_chance(size: int, name: str) -> Rank:
    """A rank drawn at random."""
    random = generator(1, "rank", name)
    return lambda question, gold: int(random.integers(1, size + 1))


def score(ranks: Sequence[int | None]) -> dict[str, list[float]]:
    """Value and interval of each number."""
    found = [recall_at(ranks, k, "bench") for k in K]
    found.append(reciprocal_rank(ranks, max(K), "bench", resamples=RESAMPLES, key=(1, "bootstrap")))
    return {s.name: [round(s.value, 4), round(s.low, 4), round(s.high, 4)] for s in found}


def show(name: str, numbers: dict[str, Any]) -> None:
    """A table for people."""
    print(f"{name}: {numbers['questions']:,} test questions, {numbers['passages']:,} passages")
    for way in ("bm25", "overlap", "random"):
        cells = [f"{key} {value:.3f} [{low:.3f}, {high:.3f}]" for key, (value, low, high) in numbers[way].items()]
        print(f"  {way:8}", "  ".join(cells))


if __name__ == "__main__":
    main()
