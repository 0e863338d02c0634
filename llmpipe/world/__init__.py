"""
The built-in sample corpus: a small invented world, written by a grammar, with known answers.

It needs no network and no download, it is the same for the same seed on every machine, and its test
sets hold nothing that training text holds. It is a proving ground, not a claim about the world.
"""

import multiprocessing
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, TypeVar

from llmpipe.records import Document, Example
from llmpipe.sections.ingest import WorldSource
from llmpipe.world.draws import Draw
from llmpipe.world.examples import examples
from llmpipe.world.plant import num_planted, plant
from llmpipe.world.streams import document

T = TypeVar("T")

BLOCK = 1000  # clean documents a task of a worker

Task = tuple[WorldSource, int, int]  # source, seed, number of the block


@dataclass(frozen=True)
class World:
    """A world to read: each attribute starts again from the beginning every time it is read."""

    source: WorldSource
    seed: int
    workers: int = 1

    @property
    def documents(self) -> Iterator[Document]:
        """Clean documents, with the planted dirt among them."""
        return self._map(_documents)

    @property
    def examples(self) -> Iterator[Example]:
        """Labelled examples of all data sets and splits."""
        return examples(self.source, self.seed)

    @property
    def ledger(self) -> Iterator[dict[str, Any]]:
        """What was planted: one entry for each dirty document and each hard negative."""
        return self._map(_ledger)

    def _map(self, function: Callable[[Task], list[T]]) -> Iterator[T]:
        """What `function` makes of each block, in order, for any number of processes."""
        tasks = [(self.source, self.seed, block) for block in range(-(-self.source.documents // BLOCK))]
        if self.workers == 1 or len(tasks) == 1:
            for task in tasks:
                yield from function(task)
            return
        with multiprocessing.get_context("spawn").Pool(min(self.workers, len(tasks))) as pool:
            for block in pool.imap(function, tasks):
                yield from block


def generate(source: WorldSource, seed: int, workers: int = 1) -> World:
    """The world of this seed. The same documents, byte for byte, for any number of `workers`."""
    return World(source, seed, workers)


def _numbers(total: int, source: WorldSource, block: int) -> range:
    """The share of `total` items that belongs to a block, in proportion to its clean documents."""
    start, stop = block * BLOCK, min((block + 1) * BLOCK, source.documents)
    return range(total * start // source.documents, total * stop // source.documents)


def _documents(task: Task) -> list[Document]:
    source, seed, block = task
    clean = [document(seed, index) for index in _numbers(source.documents, source, block)]
    planted = [plant(source, seed, number)[0] for number in _numbers(num_planted(source), source, block)]
    return Draw(seed, "order", block).shuffled(clean + planted)


def _ledger(task: Task) -> list[dict[str, Any]]:
    source, seed, block = task
    return [plant(source, seed, number)[1] for number in _numbers(num_planted(source), source, block)]
