"""
The code points of several texts in one array: a compiled loop looks at all of them in one call.

A call takes microseconds, whatever it does, and so does an array; most rules have nothing to do with most texts.
"""

from collections.abc import Callable, Sequence

import numpy as np

from llmpipe.corpus.text import codes_of


class Characters:
    """
    The characters of several texts, some of which become others.

    Args:
        texts: The texts.
    """

    def __init__(self, texts: Sequence[str]) -> None:
        self._codes = codes_of("".join(texts))
        self.ends = np.cumsum(np.array(list(map(len, texts)), dtype=np.int64))
        self.starts = np.concatenate([[0], self.ends[:-1]]).astype(np.int64)
        self._size = len(self._codes)

    @property
    def codes(self) -> np.ndarray:
        """All code points, uint32; those of text n are `codes[starts[n] : ends[n]]`."""
        return self._codes[: self._size]

    def put(self, number: int, text: str) -> None:
        """Exchange a text; its characters stand behind all others then."""
        codes = codes_of(text)
        end = self._size + len(codes)
        if end > len(self._codes) or not self._codes.flags.writeable:
            self._codes = np.concatenate([self.codes, codes, np.empty(end, dtype=np.uint32)])
        else:
            self._codes[self._size : end] = codes
        self.starts[number], self.ends[number] = self._size, end
        self._size = end


Look = Callable[[Characters], np.ndarray]  # which texts a rule may have something to do with, bool (texts,)
