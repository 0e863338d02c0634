"""
How fast documents become token shards, beside SentencePiece alone, and whether the ids are the same.

`python bench/encode.py [--quick]`: text of the sample world and, where it lies beside the checkout, of ../shared/data.
The long form also trains a tokenizer on 1 GB of lines, and on 1 GB in few lines of 64 MB, and reports the memory.
"""

import argparse
import json
import os
import random
import re
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import sentencepiece

from llmpipe.config import TokenizerConfig, WorldSource, validate
from llmpipe.files import Layout, ShardWriter, digest
from llmpipe.progress import Reporter
from llmpipe.records import Document
from llmpipe.stages import encode, tokenizer
from llmpipe.tokenizer import Tokenizer, TokenShards
from llmpipe.tokenizer.training import sample_lines, train
from llmpipe.world import generate

SHARED = Path(__file__).parents[2] / "shared/data"
REAL = ("lm_*", "qa_*", "sum_*", "mt_*", "dlg_*")
BATCH = 512  # documents
MB = 1e6
LETTERS = bytes(97 + value % 26 for value in range(256))  # any byte -> a letter


def real_texts() -> Iterator[str]:
    """A text for each record of the data beside the checkout: all its strings."""
    for folder in sorted(path for pattern in REAL for path in SHARED.glob(pattern)):
        for path in sorted(folder.glob("*.jsonl")):
            for line in path.read_text("utf-8").split("\n"):
                if line:
                    yield "\n".join(strings(json.loads(line)))


def strings(value: Any) -> list[str]:
    """The strings inside a JSON value."""
    if isinstance(value, str):
        return [value]
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else []
    return [text for item in inner for text in strings(item)]


def corpus(size: int) -> list[str]:
    """Texts of about `size` bytes in a mixed order, two thirds of them real where there are any."""
    world = (item.text for item in generate(WorldSource(kind="world", documents=100_000, dirt_ratio=0), 1).documents)
    real = list(real_texts())
    random.Random(2).shuffle(real)
    found: list[str] = []
    for texts, share in ((iter(real), 2 * size // 3), (world, size)):
        while sum_bytes(found) < share and (some := [text for _, text in zip(range(500), texts, strict=False)]):
            found += some
    random.Random(1).shuffle(found)
    return found


def sum_bytes(texts: list[str]) -> int:
    """UTF-8 bytes of all texts."""
    return sum(len(text.encode()) for text in texts)


def timed(work: Callable[[], Any], clock: Callable[[], float] = time.process_time) -> tuple[Any, float]:
    """What `work` gives, and the seconds it took on `clock`: processor time, or wall time."""
    start = clock()
    result = work()
    return result, clock() - start


def batches(texts: list[str]) -> Iterator[list[str]]:
    """The texts in runs of `BATCH`."""
    return (texts[start : start + BATCH] for start in range(0, len(texts), BATCH))


def write_clean(folder: Path, texts: list[str]) -> None:
    """The texts as data/clean, all but two in the train split."""
    for split, some in (("train", texts), ("valid", texts[:1]), ("test", texts[:1])):
        with ShardWriter(folder / split) as writer:
            for number, text in enumerate(some):
                writer.write(Document(f"{split}-{number}", text, "en"))


def run_stage(data: Layout, out: Layout, workers: int, times: int) -> tuple[float, float]:
    """Seconds of the stage encode in a number of processes, best of `times`: wall time, and time of all processors."""
    os.environ["LLMPIPE_WORKERS"] = str(workers)
    found = []
    for _ in range(times):
        with open(os.devnull, "w") as nowhere:
            work = partial(encode.run, validate({"encode": {}}, ["encode"]), data, out, Reporter(stream=nowhere))
            before = sum(os.times()[:4])
            found.append((timed(work, time.monotonic)[1], sum(os.times()[:4]) - before))
    return min(wall for wall, _ in found), min(processors for _, processors in found)


def speeds(texts: list[str], vocab_size: int, folder: Path) -> dict[str, Any]:
    """
    All speeds in MB of UTF-8 text a second, and whether all ids are the same.

    Work of one process is timed on its processor, which other programs disturb least; the
    stage and 2 threads on the wall, and the stage also by the time of all its processors.
    """
    documents = [Document(str(number), text) for number, text in enumerate(texts)]
    sample = min(1.0, 20 * MB / sum_bytes(texts))
    model = train(sample_lines(documents, sample, 1), TokenizerConfig(vocab_size=vocab_size, character_coverage=0.9995))
    ours, processor = Tokenizer(model), sentencepiece.SentencePieceProcessor(model_proto=model)
    size = sum_bytes(texts) / MB
    whole, loop_s = timed(lambda: [processor.encode_as_numpy(text, add_bos=True, add_eos=True) for text in texts])
    _, batch_s = timed(
        lambda: [processor.encode(batch, add_bos=True, add_eos=True, num_threads=1) for batch in batches(texts)]
    )
    _, threads_s = timed(
        lambda: [processor.encode(batch, add_bos=True, add_eos=True, num_threads=2) for batch in batches(texts)],
        time.monotonic,
    )
    blocks, cold_s = timed(lambda: [ours.block(batch)[0] for batch in batches(texts)])
    _, warm_s = timed(lambda: [ours.block(batch) for batch in batches(texts)])
    expected = np.concatenate(whole)
    identical = np.array_equal(np.concatenate(blocks), expected)

    data, one, two = Layout(folder / "data"), Layout(folder / "one"), Layout(folder / "two")
    write_clean(data.clean, texts)
    ours.save(data.tokenizer)
    one_s, one_processor_s = run_stage(data, one, 1, times=3)
    two_s, two_processors_s = run_stage(data, two, 2, times=3)
    shards = TokenShards(two.tokens / "train")
    written = np.concatenate([shards.document(index) for index in range(shards.num_documents)])
    identical = identical and np.array_equal(written, expected) and digest(one.tokens) == digest(two.tokens)
    return {
        "mb": round(size, 1),
        "vocab_size": vocab_size,
        "sentencepiece_loop": size / loop_s,
        "sentencepiece_batch": size / batch_s,
        "sentencepiece_2_threads": size / threads_s,
        "encoder_first_time": size / cold_s,
        "encoder_again": size / warm_s,
        "stage_1_process": size / one_s,
        "stage_1_process_per_processor_s": size / one_processor_s,
        "stage_2_processes": size / two_s,
        "stage_2_processes_per_processor_s": size / two_processors_s,
        "ids_identical": bool(identical),
    }


def fresh_lines(texts: list[str]) -> Iterator[str]:
    """The lines of the texts again and again, each with a new word and one more character: no two are the same."""
    draw = random.Random(1)
    while True:
        for text in texts:
            for line in text.split("\n"):
                if line.strip():
                    place = int(draw.random() * len(line))
                    word = draw.randbytes(8).translate(LETTERS).decode()
                    yield f"{word} {line[:place]}{line[place // 2]}{line[place:]}"


def write_gigabyte(folder: Path, texts: list[str], characters: int, between: str) -> None:
    """1 GB of training text in documents of at least so many characters, with something between the lines."""
    lines, total, number = fresh_lines(texts), 0, 0
    with ShardWriter(folder / "train") as writer:
        while total < 1000 * MB:
            parts, size = list[str](), 0
            while size < characters:
                parts.append(next(lines))
                size += len(parts[-1])
            text = between.join(parts)
            writer.write(Document(str(number), text, "en"))
            total, number = total + len(text.encode()), number + 1
    with ShardWriter(folder / "valid") as writer:
        writer.write(Document("valid", texts[0], "en"))


def training(texts: list[str], characters: int, between: str, single_han: bool) -> dict[str, float]:
    """Train on 1 GB in a process of its own: its peak memory, and seconds of the whole stage."""
    with tempfile.TemporaryDirectory() as name:
        write_gigabyte(Layout(Path(name)).clean, texts, characters, between)
        command = [sys.executable, __file__, "--train", name, *(["--joined-han"] if not single_han else [])]
        result = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    return dict(json.loads(result.stdout.splitlines()[-1]))


def peak_rss_mb() -> float:
    """Peak memory of this program; `ru_maxrss` would count the program that started it (Linux, across exec)."""
    status = Path("/proc/self/status")
    found = re.search(r"VmHWM:\s+(\d+) kB", status.read_text()) if status.exists() else None
    if found is None:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (2**20 if sys.platform == "darwin" else 2**10)
    return int(found[1]) / 1024


def train_stage(root: Path, single_han: bool) -> dict[str, float]:
    """The stage tokenizer on prepared text."""
    data = Layout(root)
    values = {"vocab_size": 32_000, "character_coverage": 0.9995, "single_han": single_han}
    _, seconds = timed(
        lambda: tokenizer.run(validate({"tokenizer": values}, ["tokenizer"]), data, data, Reporter()), time.monotonic
    )
    trained = json.loads(data.metrics("tokenizer").read_text())["training"]
    return {
        "peak_rss_mb": round(peak_rss_mb()),
        "seconds": round(seconds, 1),
        "sampled_mb": round(trained["bytes"] / MB, 1),
    }


def main() -> None:
    """Print a table and one line of JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="less text, a smaller vocabulary, no training on 1 GB")
    parser.add_argument("--train", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--joined-han", action="store_true", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.train:
        print(json.dumps(train_stage(arguments.train, not arguments.joined_han)))
        return
    with tempfile.TemporaryDirectory() as name:
        texts = corpus(int((8 if arguments.quick else 60) * MB))
        found = speeds(texts, 8000 if arguments.quick else 32_000, Path(name))
        for key, value in found.items():
            print(f"{key:36}{value:10.1f}" if isinstance(value, float) else f"{key:36}{value!s:>10}")
        trained = {}
        if not arguments.quick:
            han = [text for text in texts if len(text.encode()) > 2 * len(text)]
            cases = {
                "lines": (texts, 5_000, "\n", True),
                "long_lines": (texts, 64_000_000, " ", True),
                "han_lines_joined": (han, 5_000, "\n", False),  # no spaces: to the trainer a line is one long word
            }
            for case, settings in cases.items():
                trained[case] = training(*settings)
                print(f"training on 1 GB, {case}: {trained[case]}")
    summary = {key: round(value, 1) if isinstance(value, float) else value for key, value in found.items()}
    print(
        json.dumps(
            {
                "mb_per_s": summary["stage_2_processes"],
                "sentencepiece_mb_per_s": summary["sentencepiece_batch"],
                "ratio": round(found["stage_2_processes"] / found["sentencepiece_batch"], 2),
                **summary,
                "training": trained,
            }
        )
    )


if __name__ == "__main__":
    main()
