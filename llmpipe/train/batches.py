"""
Batches: which tokens a step sees, as a pure function of the data, the seed and the step number.

A stream of sequences (documents or examples, drawn from a weighted mixture) is packed into rows of
`context_length` positions, window by window, best fit first; a segment number keeps each sequence to
itself. Sequences longer than a row are cut into several. Nothing here depends on the number of processes,
the micro-batch size or on when training was interrupted: `batches(start)` replays the order without
touching tokens.
"""

import bisect
import hashlib
import heapq
import queue
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Protocol

import numpy as np
import torch
from torch import Tensor

from llmpipe.errors import DataError
from llmpipe.tokenizer import TokenShards

IGNORE = -100  # target of a position without loss
WINDOW = 1024  # sequences packed together: enough to fill rows, few enough to stay a stream


def random_stream(seed: int, purpose: str, index: int = 0) -> np.random.Generator:
    """A random generator keyed by (seed, purpose, index), independent of call order."""
    key = hashlib.sha256(f"{seed}\0{purpose}\0{index}".encode()).digest()[:16]
    return np.random.Generator(np.random.Philox(key=np.frombuffer(key, dtype=np.uint64)))


class Sequences(Protocol):
    """Token sequences of known length, with the targets that count."""

    lengths: np.ndarray  # int64: (input, target) pairs of each sequence, its tokens less one

    def sequence(self, index: int) -> tuple[np.ndarray, int]:
        """Token ids (int64) and the number of leading targets without loss."""
        ...

    def num_ignored(self, index: int) -> int:
        """The number of leading targets without loss, without touching tokens."""
        ...


class DocumentSequences:
    """Whole documents of token shards; every target counts."""

    def __init__(self, shards: TokenShards) -> None:
        self.shards = shards
        self.lengths = shards.lengths - 1

    def sequence(self, index: int) -> tuple[np.ndarray, int]:
        """Tokens of a document; no target is ignored."""
        return self.shards.document(index), 0

    def num_ignored(self, index: int) -> int:
        """None."""
        return 0


class ExampleSequences:
    """Prompts and completions; only targets inside the completion count."""

    def __init__(self, pairs: Sequence[tuple[list[int], list[int]]]) -> None:
        self.tokens = [np.asarray(prompt + completion, dtype=np.int64) for prompt, completion in pairs]
        self.prompt_lengths = [len(prompt) for prompt, _ in pairs]
        self.lengths = np.asarray([len(tokens) - 1 for tokens in self.tokens], dtype=np.int64)

    def sequence(self, index: int) -> tuple[np.ndarray, int]:
        """Tokens of prompt and completion; targets inside the prompt are ignored."""
        return self.tokens[index], self.num_ignored(index)

    def num_ignored(self, index: int) -> int:
        """Those inside the prompt."""
        return self.prompt_lengths[index] - 1


@dataclass(frozen=True)
class Batch:
    """
    One optimizer step's data.

    Args:
        inputs: Token ids, int64 (B, T).
        targets: Next token ids, int64 (B, T); IGNORE where there is no loss.
        segments: Number of the sequence within its row, int64 (B, T); padding is a segment of its own.
        num_targets: Targets with a loss, of the whole step also in its parts; of preference pairs their number.
        reference: Of preference pairs only: log-probability of each row's answer at the start, float32 (B).
    """

    inputs: Tensor
    targets: Tensor
    segments: Tensor
    num_targets: int
    reference: Tensor | None = None

    def to(self, device: torch.device) -> "Batch":
        """The same batch on a device."""
        return self._map(lambda tensor: tensor.to(device, non_blocking=True))

    def pinned(self) -> "Batch":
        """The same batch in memory that a GPU can copy from while it computes."""
        return self._map(Tensor.pin_memory)

    def _map(self, change: Callable[[Tensor], Tensor]) -> "Batch":
        reference = None if self.reference is None else change(self.reference)
        return Batch(change(self.inputs), change(self.targets), change(self.segments), self.num_targets, reference)

    def split(self, rows: int) -> list["Batch"]:
        """Micro-batches of at most `rows` rows."""
        parts = list(zip(self.inputs.split(rows), self.targets.split(rows), self.segments.split(rows), strict=True))
        references = [None] * len(parts) if self.reference is None else self.reference.split(rows)
        return [Batch(*part, self.num_targets, found) for part, found in zip(parts, references, strict=True)]


Piece = tuple[str, int, int, int]  # source, sequence, first pair, number of pairs


class Mixture:
    """
    Sequences of several sources, drawn by weight.

    Args:
        sources: Sequences by name; each is passed over in a fresh random order every epoch.
        weights: Share of each source in *positions*, not in sequences.
        seed: Of all orders.
        context_length: Positions of a row (T).
    """

    def __init__(
        self, sources: Mapping[str, Sequences], weights: Mapping[str, float], seed: int, context_length: int
    ) -> None:
        self.sources = {name: source for name, source in sources.items() if weights.get(name, 0) > 0}
        for name, source in self.sources.items():
            if not len(source.lengths):
                raise DataError(f"'{name}' holds no sequence to train on; remove it from the mixture or give it data.")
        if not self.sources:
            raise DataError("no sequences to train on; check the mixture weights and the stages before this one.")
        self.weights = {name: weights[name] for name in self.sources}
        self.seed, self.context_length = seed, context_length

    def num_tokens(self) -> int:
        """Positions of all sequences of all sources together."""
        return sum(int(source.lengths.sum()) for source in self.sources.values())

    def _order(self, name: str) -> Iterator[int]:
        """Sequence numbers of one source, epoch after epoch."""
        count = len(self.sources[name].lengths)
        epoch = 0
        while True:
            yield from random_stream(self.seed, f"order/{name}", epoch).permutation(count).tolist()
            epoch += 1

    def _stream(self) -> Iterator[tuple[str, int]]:
        """(source, sequence) so that each source's share of positions follows its weight at every moment."""
        orders = {name: self._order(name) for name in self.sources}
        credit = [(0.0, name) for name in sorted(self.sources)]
        heapq.heapify(credit)
        while True:
            used, name = heapq.heappop(credit)
            index = next(orders[name])
            heapq.heappush(credit, (used + max(1, int(self.sources[name].lengths[index])) / self.weights[name], name))
            yield name, index

    def _pieces(self) -> Iterator[Piece]:
        for name, index in self._stream():
            length = int(self.sources[name].lengths[index])
            for first in range(0, length, self.context_length):
                yield name, index, first, min(self.context_length, length - first)

    def rows(self) -> Iterator[list[Piece]]:
        """Packed rows, for ever: best-fit decreasing within windows, then shuffled within the window."""
        pieces = self._pieces()
        window = 0
        while True:
            rows = pack(list(islice(pieces, WINDOW)), self.context_length)
            order = random_stream(self.seed, "rows", window).permutation(len(rows))
            yield from (rows[i] for i in order)
            window += 1

    def batches(self, batch_rows: int, start: int = 0, part: slice = slice(None)) -> Iterator[Batch]:
        """Batches of `batch_rows` rows, from batch number `start` on; of each, the part that this process takes."""
        rows = self.rows()
        for _ in islice(rows, start * batch_rows):
            pass
        while True:
            batch = list(islice(rows, batch_rows))
            yield self._batch(batch[part], self._num_targets(batch))

    def _num_targets(self, rows: Sequence[Sequence[Piece]]) -> int:
        return sum(
            length - max(0, min(length, self.sources[name].num_ignored(index) - first))
            for row in rows
            for name, index, first, length in row
        )

    def _batch(self, rows: Sequence[Sequence[Piece]], num_targets: int | None = None) -> Batch:
        shape = (len(rows), self.context_length)
        inputs = np.zeros(shape, dtype=np.int64)
        targets = np.full(shape, IGNORE, dtype=np.int64)
        segments = np.zeros(shape, dtype=np.int64)
        for r, row in enumerate(rows):
            position = 0
            for segment, (name, index, first, length) in enumerate(row):
                tokens, ignored = self.sources[name].sequence(index)
                span = slice(position, position + length)
                inputs[r, span] = tokens[first : first + length]
                targets[r, span] = tokens[first + 1 : first + length + 1]
                targets[r, position : position + max(0, min(length, ignored - first))] = IGNORE
                segments[r, span] = segment
                position += length
            segments[r, position:] = len(row)
        count = self._num_targets(rows) if num_targets is None else num_targets
        return Batch(torch.from_numpy(inputs), torch.from_numpy(targets), torch.from_numpy(segments), count)


def prefetched(batches: Iterator[Batch], device: torch.device, ahead: int = 4) -> Iterator[Batch]:
    """
    The same batches; for a GPU a thread assembles them ahead, so that it never waits.

    On a CPU a thread would take time from the computation itself.
    """
    if device.type == "cpu":
        return batches
    return _from_thread(batches, ahead)


def _from_thread(batches: Iterator[Batch], ahead: int) -> Iterator[Batch]:
    ready: queue.Queue[Batch | BaseException] = queue.Queue(ahead)
    stopped = threading.Event()

    def fill() -> None:
        try:
            for batch in batches:
                ready.put(batch.pinned())
                if stopped.is_set():
                    return
        except BaseException as error:
            ready.put(error)

    threading.Thread(target=fill, daemon=True).start()
    try:
        while True:
            item = ready.get()
            if isinstance(item, BaseException):
                raise item
            yield item
    finally:
        stopped.set()
        while not ready.empty():  # a thread that waits for room must see the end
            ready.get_nowait()


def pack(pieces: Sequence[Piece], capacity: int) -> list[list[Piece]]:
    """Best-fit decreasing: the longest piece first, each into the fullest row that still holds it."""
    rows: list[list[Piece]] = []
    free: list[tuple[int, int]] = []  # (room, row), sorted
    for piece in sorted(pieces, key=lambda p: -p[3]):  # stable: ties keep stream order
        at = bisect.bisect_left(free, (piece[3], -1))
        if at == len(free):
            rows.append([])
            room, row = capacity, len(rows) - 1
        else:
            room, row = free.pop(at)
        rows[row].append(piece)
        bisect.insort(free, (room - piece[3], row))
    return rows
