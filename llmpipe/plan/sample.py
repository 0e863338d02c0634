"""The data stages, run for real on a small part of the sources: how fast they are here, how much they leave."""

import io
import os
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from itertools import accumulate, takewhile
from pathlib import Path

from llmpipe.config import DocumentsSource, Params, WorldSource
from llmpipe.errors import DataError
from llmpipe.files import Layout, read_json
from llmpipe.plan.amounts import document_sizes
from llmpipe.progress import Reporter
from llmpipe.stages import clean, encode, ingest, tokenizer
from llmpipe.world import generate

MIN_COVERAGE = 0.98  # SentencePiece takes no less
SPLIT_RATIO = 0.1  # so that valid and test get some of the few documents


FEW_DOCUMENTS = 60  # of the sample world: tell what a stage takes whatever the amount
WORLD_DOCUMENTS = 1200
OWN_BYTES = 300_000  # of the user's own files; whole documents, at least one of each source
PACE_DOCUMENTS = 2000


@dataclass(frozen=True)
class Sample:
    """
    What the stages did to the sample, in one process.

    Args:
        byte_s: Seconds of each stage for one more byte of the raw documents.
        kept_ratio: Bytes of all splits after cleaning, of those of the raw documents.
        tokens_per_byte: Of cleaned text.
        disk_ratio: Bytes on disk of each output folder, to the bytes of the raw documents.
        pace_s: Seconds of `pace`.
        data: Where the outputs are, for the training that comes next.
    """

    byte_s: Mapping[str, float]
    kept_ratio: float
    tokens_per_byte: float
    disk_ratio: Mapping[str, float]
    pace_s: float
    data: Layout | None


def run(params: Params, folder: Path) -> Sample:
    """
    Run ingest, clean, tokenizer and encode on a sample below `folder`.

    Raises:
        LlmpipeError: As the stages.
    """
    few, data = Layout(folder / "few"), Layout(folder / "data")
    with _alone(folder):
        _stages(_shrunk(params, few=True), Layout(folder / "first"))  # loads lists and models, once
        short = _stages(_shrunk(params, few=True), few)
        long = _stages(_shrunk(params, few=False), data)
    raw_few, raw = (max(1, read_json(place.metrics("ingest"))["bytes"]) for place in (few, data))
    cleaned, encoded = (read_json(data.metrics(name)) for name in ("clean", "encode"))
    kept = sum(cleaned["bytes"].values())
    tokens = sum(encoded[split]["tokens"] for split in encoded)
    folders = {"ingest": data.raw, "clean": data.clean, "encode": data.tokens}
    return Sample(
        byte_s={name: _slope(short[name], long[name], raw_few, raw) for name in long},
        kept_ratio=kept / raw,
        tokens_per_byte=tokens / max(1, kept),
        disk_ratio={name: _size(path) / raw for name, path in folders.items()},
        pace_s=pace(),
        data=data,
    )


def pace() -> float:
    """Seconds of some plain Python, which writing documents of the sample world is: how busy and fast a core is."""
    world = WorldSource(kind="world", documents=PACE_DOCUMENTS, dirt_ratio=0)
    list(generate(world, 1).documents)  # loads what is loaded once
    start = time.perf_counter()
    for _ in range(3):
        list(generate(world, 1).documents)
    return time.perf_counter() - start


def _slope(short_s: float, long_s: float, few: int, many: int) -> float:
    """Seconds a byte; the mean where the longer run did not take longer."""
    return (long_s - short_s) / (many - few) if long_s > short_s and many > few else long_s / many


def _shrunk(params: Params, few: bool) -> Params:
    """The parameters for a sample: few documents of the world, or a part of what will be read."""
    own = [] if few else _own(params)
    world = WorldSource(
        kind="world",
        documents=FEW_DOCUMENTS if few or own else WORLD_DOCUMENTS,
        train_per_dataset=30,
        valid_per_dataset=10,
        test_per_set=8,
        dirt_ratio=0.3,
    )
    rules = params.clean
    split = rules.split.model_copy(update={"valid_ratio": SPLIT_RATIO, "test_ratio": SPLIT_RATIO})
    rules = rules.model_copy(
        update={
            "languages": (),
            "split": split,
            "decontaminate": rules.decontaminate.model_copy(update={"files": (), "max_leaked_ratio": None}),
            "quality_model": rules.quality_model.model_copy(update={"min_score": None}),
            "executor": rules.executor.model_copy(update={"name": "local"}),
        }
    )
    sources = params.ingest.model_copy(update={"sources": (*own, world), "max_bad_ratio": 1.0})
    return replace(params, ingest=sources, clean=rules)


def _own(params: Params) -> list[DocumentsSource]:
    """The first documents of the user's own files; what lies elsewhere is left out."""
    local = {
        number: source
        for number, source in enumerate(params.ingest.sources)
        if isinstance(source, DocumentsSource) and source.paths
    }
    found = []
    for number, source in local.items():
        sizes = accumulate(document_sizes(source, f"ingest.sources[{number}]"))
        limit = 1 + sum(1 for _ in takewhile(lambda size: size < OWN_BYTES / len(local), sizes))
        found.append(source.model_copy(update={"limit": min(limit, source.limit or limit)}))
    return found


def _stages(params: Params, data: Layout) -> dict[str, float]:
    """Run the data stages; seconds of each."""
    quiet = Reporter(stream=io.StringIO())
    seconds = {}
    for name, stage in (("ingest", ingest), ("clean", clean), ("tokenizer", tokenizer), ("encode", encode)):
        start = time.perf_counter()
        if name == "tokenizer":
            _tokenizer(params, data, quiet)
        else:
            stage.run(params, data, data, quiet)
        seconds[name] = time.perf_counter() - start
    return seconds


def _tokenizer(params: Params, data: Layout, quiet: Reporter) -> None:
    """Train one with as many pieces as so little text is enough for; rare characters become bytes."""
    config = params.tokenizer
    for vocab_size in (config.vocab_size, 2000, 1000, 600, 400):
        small = config.model_copy(update={"vocab_size": min(vocab_size, config.vocab_size), "single_han": False})
        if vocab_size < config.vocab_size:
            small = small.model_copy(update={"character_coverage": MIN_COVERAGE})
        try:
            tokenizer.run(replace(params, tokenizer=small), data, data, quiet)
            return
        except DataError:
            if vocab_size == 400:
                raise


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """One process, and no trace in the project: work folders lie in `folder`."""
    changed = {"LLMPIPE_WORKERS": "1", "DVC_ROOT": str(folder)}
    before = {name: os.environ.get(name) for name in changed}
    os.environ.update(changed)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name)
            else:
                os.environ[name] = value


def _size(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
