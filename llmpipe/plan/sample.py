"""The data stages, run for real on a small part of the sources: how fast they are here, how much they leave."""

import io
import os
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from llmpipe.config import DocumentsSource, Params, WorldSource
from llmpipe.errors import DataError
from llmpipe.files import Layout, read_json
from llmpipe.progress import Reporter
from llmpipe.stages import clean, encode, ingest, tokenizer

WORLD_DOCUMENTS = 1200
WARM_UP_DOCUMENTS = 60  # the first documents pay for lists and models that are loaded once
FILE_DOCUMENTS = 300  # of each source of one's own
SPLIT_RATIO = 0.1  # so that valid and test get some of the few documents


@dataclass(frozen=True)
class Sample:
    """
    What the stages did to the sample, in one process.

    Args:
        byte_s: Seconds of each stage for a byte of the raw documents.
        kept_ratio: Bytes of all splits after cleaning, of those of the raw documents.
        tokens_per_byte: Of cleaned text.
        disk_ratio: Bytes on disk of each output folder, to the bytes of the raw documents.
        data: Where the outputs are, for the training that comes next.
    """

    byte_s: Mapping[str, float]
    kept_ratio: float
    tokens_per_byte: float
    disk_ratio: Mapping[str, float]
    data: Layout | None


def run(params: Params, folder: Path) -> Sample:
    """
    Run ingest, clean, tokenizer and encode on a sample below `folder`.

    Raises:
        LlmpipeError: As the stages.
    """
    with _alone(folder):
        _stages(_shrunk(params, WARM_UP_DOCUMENTS), Layout(folder / "warm-up"))
        data = Layout(folder / "data")
        seconds = _stages(_shrunk(params, WORLD_DOCUMENTS), data)
    found, cleaned, encoded = (read_json(data.metrics(name)) for name in ("ingest", "clean", "encode"))
    raw, kept = max(1, found["bytes"]), sum(cleaned["bytes"].values())
    tokens = sum(encoded[split]["tokens"] for split in encoded)
    folders = {"ingest": data.raw, "clean": data.clean, "encode": data.tokens}
    return Sample(
        byte_s={name: value / raw for name, value in seconds.items()},
        kept_ratio=kept / raw,
        tokens_per_byte=tokens / max(1, kept),
        disk_ratio={name: _size(path) / raw for name, path in folders.items()},
        data=data,
    )


def _shrunk(params: Params, documents: int) -> Params:
    """The parameters for a sample; sources elsewhere are left out, and the world lends its examples."""
    world = WorldSource(
        kind="world",
        documents=documents,
        train_per_dataset=30,
        valid_per_dataset=10,
        test_per_set=8,
        dirt_ratio=0.3,
    )
    own = [
        source.model_copy(update={"limit": min(source.limit or FILE_DOCUMENTS, FILE_DOCUMENTS, documents)})
        for source in params.ingest.sources
        if isinstance(source, DocumentsSource) and source.paths
    ]
    if own:
        world = world.model_copy(update={"documents": WARM_UP_DOCUMENTS})
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
    return params.model_copy(update={"ingest": sources, "clean": rules})


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
            small = small.model_copy(update={"character_coverage": 0.9})
        try:
            tokenizer.run(params.model_copy(update={"tokenizer": small}), data, data, quiet)
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
