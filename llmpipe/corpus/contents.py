"""Texts without case and white space, as bytes: what exact copies share, and paragraphs that are repeated."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import xxhash

from llmpipe.corpus import word_arrays
from llmpipe.corpus.compiled import compiled
from llmpipe.corpus.text import codes_of
from llmpipe.corpus.word_arrays import WHITE


class Contents(NamedTuple):
    """
    What several texts hold, text after text.

    Args:
        data: Their characters in UTF-8, uint8.
        lines: Where each line begins in it, and the end, int64 (lines + 1,).
        texts: The first line of each text, and the number of lines, int64 (texts + 1,).
    """

    data: np.ndarray
    lines: np.ndarray
    texts: np.ndarray


def contents_of(folded: Sequence[str]) -> Contents:
    """Of texts in folded case."""
    texts = np.cumsum([0, *(text.count("\n") + 1 for text in folded)], dtype=np.int64)
    codes = codes_of("\n".join([*folded, ""]))
    return Contents(*_packed(codes, word_arrays.table(), int(texts[-1])), texts)


@compiled
def _packed(codes: np.ndarray, flags: np.ndarray, num_lines: int) -> tuple[np.ndarray, np.ndarray]:
    """Code points without white space in UTF-8, halves of characters as three bytes; and where each line begins."""
    data = np.empty(4 * len(codes), dtype=np.uint8)
    lines = np.zeros(num_lines + 1, dtype=np.int64)
    size = line = 0
    for code in codes:
        if flags[code] & WHITE:
            if code == 10:
                line += 1
                lines[line] = size
        elif code < 0x80:
            data[size] = code
            size += 1
        elif code < 0x800:
            data[size], data[size + 1] = 0xC0 | code >> 6, 0x80 | code & 0x3F
            size += 2
        elif code < 0x10000:
            data[size], data[size + 1], data[size + 2] = 0xE0 | code >> 12, 0x80 | code >> 6 & 0x3F, 0x80 | code & 0x3F
            size += 3
        else:
            data[size], data[size + 1] = 0xF0 | code >> 18, 0x80 | code >> 12 & 0x3F
            data[size + 2], data[size + 3] = 0x80 | code >> 6 & 0x3F, 0x80 | code & 0x3F
            size += 4
    return data[:size], lines


def keys(contents: Contents) -> np.ndarray:
    """128-bit hash (xxh3) of each text, high and low half: exact copies share it; uint64 (texts, 2)."""
    data = contents.data.data
    bounds = contents.lines[contents.texts].tolist()
    found = [xxhash.xxh3_128_intdigest(data[start:end]) for start, end in zip(bounds[:-1], bounds[1:], strict=True)]
    return np.array([(key >> 64, key & (2**64 - 1)) for key in found], dtype=np.uint64).reshape(len(found), 2)
