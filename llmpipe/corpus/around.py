"""The part of a text that stands near some of its characters: slow expressions look at no more than that."""

import numpy as np

from llmpipe.corpus.compiled import compiled


def around(codes: np.ndarray, chosen: np.ndarray, reach: int) -> str:
    """
    What stands near the chosen characters of a text.

    Args:
        codes: Its code points, uint32 (characters,).
        chosen: Bool (characters,).
        reach: Characters on each side that are near.

    Returns:
        Part after part, with NUL, neither a letter, a space nor the beginning of a text, in the place of the rest.
    """
    return _around(codes, chosen, reach).tobytes().decode("utf-32-le", "surrogatepass")


@compiled
def _around(codes: np.ndarray, chosen: np.ndarray, reach: int) -> np.ndarray:
    kept = np.empty(len(codes) + 1, dtype=np.uint32)
    size = end = 0
    for place in range(len(codes)):
        if not chosen[place]:
            continue
        start = max(end, place - reach)
        if start > end:
            kept[size] = 0
            size += 1
        end = min(len(codes), place + reach + 1)
        for near in range(start, end):
            kept[size] = codes[near]
            size += 1
    return kept[:size].copy()
