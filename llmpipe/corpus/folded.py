"""Texts in folded case as code points: without a string for each, where no character is several then."""

from collections.abc import Sequence

import numpy as np

from llmpipe.corpus.compiled import compiled
from llmpipe.corpus.text import codes_of
from llmpipe.corpus.word_arrays import folds


def folded_codes(texts: Sequence[str]) -> tuple[np.ndarray, np.ndarray]:
    """
    The code points of case-folded texts.

    Returns:
        Text after text, uint32; where each begins and the end of the last, int64 (texts + 1,).
    """
    starts = np.cumsum([0, *map(len, texts)], dtype=np.int64)
    codes, told = _folded(codes_of("".join(texts)), starts, folds())
    if told.all():
        return codes, starts
    parts = np.split(codes, starts[1:-1])
    for number in np.flatnonzero(~told).tolist():
        parts[number] = codes_of(texts[number].casefold())
    return np.concatenate(parts), np.cumsum([0, *map(len, parts)], dtype=np.int64)


@compiled
def _folded(codes: np.ndarray, starts: np.ndarray, folds: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Each code point folded, and whether those of a text can be told: none becomes several."""
    folded = np.empty_like(codes)
    told = np.ones(len(starts) - 1, dtype=np.bool_)
    for text in range(len(told)):
        fine = True
        for place in range(starts[text], starts[text + 1]):
            code = codes[place]
            other = folds[code] if code < len(folds) else code
            fine &= other != 0 or code == 0
            folded[place] = other
        told[text] = fine
    return folded, told
