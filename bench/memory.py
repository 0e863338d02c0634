"""
Whether memory grows with the corpus: `encode` and `pretrain` on a corpus and on one that is many times larger.

`python bench/memory.py [--quick] [--mb 2000] [--folder DIR]` writes documents made of texts of the sample world, as
cleaned ones, and runs the real stages on them; the model is that of recipes/world.yaml, trained for a few steps. Peak
resident memory is that of the largest process.
"""

import argparse
import json
import random
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import yaml
from stage import ROOT, Cost, run_stage

from llmpipe.files import Layout, write_jsonl
from llmpipe.records import Document
from llmpipe.world.streams import document

MB = 10**6
SHARD_MB = 100
STEPS = 20
SMALLER = 20  # times, of the corpus that the large one is compared with


def corpus(texts: Sequence[str], size: int, seed: int) -> Iterator[Document]:
    """Documents of 3 to 40 texts, until they hold `size` bytes."""
    draw = random.Random(seed)
    written = number = 0
    while written < size:
        text = "\n".join(draw.choices(texts, k=draw.randrange(3, 41)))
        written += len(text.encode())
        yield Document(f"bench-{seed}-{number:07d}", text, "en", "bench")
        number += 1


def write_clean(data: Layout, megabytes: int) -> None:
    """Write data/clean as `clean` would: train of this size, and a little to validate and test."""
    texts = [found.text for found in (document(1, index) for index in range(3000)) if found.language]
    for split, size in (("train", megabytes), ("valid", 1), ("test", 1)):
        for shard in range(-(-size // SHARD_MB)):
            part = min(SHARD_MB, size - shard * SHARD_MB) * MB
            write_jsonl(data.clean / split / f"{shard:05d}.jsonl", corpus(texts, part, hash_of(split, shard)))


def hash_of(split: str, shard: int) -> int:
    """A seed for each shard."""
    return shard + 1000 * ("train", "valid", "test").index(split)


def params() -> dict[str, Any]:
    """The default recipe with few steps, and with a tokenizer that reads little."""
    values: dict[str, Any] = yaml.safe_load((ROOT / "recipes/world.yaml").read_text("utf-8"))
    values["tokenizer"]["max_bytes"] = 2 * MB
    values["pretrain"] |= {"steps": STEPS, "validate_every": STEPS, "checkpoint_every": STEPS}
    return values


def costs(folder: Path, megabytes: int) -> dict[str, Cost]:
    """What the stages took on a corpus of this size."""
    data = Layout(folder / "data")
    write_clean(data, megabytes)
    found = {stage: run_stage(folder, stage, params()) for stage in ("tokenizer", "encode", "pretrain")}
    del found["tokenizer"]
    shutil.rmtree(folder / "data")
    return found


@contextmanager
def _folder(given: Path | None) -> Iterator[Path]:
    if given is not None:
        given.mkdir(parents=True, exist_ok=True)
        yield given
        return
    with tempfile.TemporaryDirectory() as temporary:
        yield Path(temporary)


def main() -> None:
    """Measure, print a table and JSON."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="20 MB against 1 MB")
    parser.add_argument("--mb", type=int, default=2000, help="of the large corpus")
    parser.add_argument("--folder", type=Path, help="where to write it; a temporary folder by default")
    options = parser.parse_args()
    large = 20 if options.quick else options.mb
    result: dict[str, Any] = {}
    with _folder(options.folder) as folder:
        measured = {size: costs(folder, size) for size in (max(1, large // SMALLER), large)}
    print("stage     MB      seconds  peak MB")
    for size, found in measured.items():
        for stage, cost in found.items():
            print(f"{stage:9} {size:6,} {cost.wall_s:9.1f} {cost.peak_rss_mb:8.0f}")
            result.setdefault(stage, {})[str(size)] = round(cost.peak_rss_mb)
    print(json.dumps({"peak_rss_mb": result}))


if __name__ == "__main__":
    main()
