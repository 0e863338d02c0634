"""
Documents that another one continues: cut copies, previews, pages saved while they loaded.

Their n-grams are few beside those of the whole text, so near duplicates do not find them. Those that begin alike are
compared in the order of their tokens: what begins with a text stands right behind it.
"""

from bisect import bisect_left
from collections.abc import Sequence

import numpy as np

from llmpipe.corpus.text import Tokens, ngram_hashes

_CLOSE = 16  # longer texts looked at for each


def heads(tokens: Tokens, words: int) -> np.ndarray:
    """A hash of the first tokens of each text, uint64 (texts,); 0 for a text with fewer."""
    hashes, offsets = ngram_hashes(tokens.hashes, tokens.lengths, words)
    found = np.zeros(len(tokens.lengths), dtype=np.uint64)
    long = np.flatnonzero(tokens.lengths >= words)
    found[long] = hashes[offsets[long]] | np.uint64(1)  # not 0
    return found


def continued(texts: Sequence[np.ndarray], ranks: Sequence[int]) -> dict[int, int]:
    """
    Texts that another one begins with, each with the longest such one; of equals the one of smaller rank.

    The last token is left out, as a cut goes through a word. What is named as longer is itself not continued.

    Args:
        texts: Token hashes of each, uint64.
        ranks: All different.
    """
    ordered = sorted((text.astype(">u8").tobytes(), -ranks[number], number) for number, text in enumerate(texts))
    keys = [key for key, _, _ in ordered]
    found: dict[int, int] = {}
    for number in sorted(range(len(texts)), key=lambda n: (-len(texts[n]), ranks[n])):  # the longest first
        beginning = texts[number][:-1].astype(">u8").tobytes()
        first = bisect_left(keys, beginning)
        longer = [
            other
            for key, _, other in ordered[first : first + _CLOSE]
            if key.startswith(beginning) and len(texts[other]) > len(texts[number])
        ]
        if longer:
            whole = {found.get(other, other) for other in longer}
            found[number] = min(whole, key=lambda n: (-len(texts[n]), ranks[n]))
    return found
