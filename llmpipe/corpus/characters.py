"""
Rules applied to several texts, each to those that it may change: one compiled look at all code points tells which.

A call takes microseconds, whatever it does, and so does an array; most rules have nothing to do with most texts.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence

import numpy as np

from llmpipe.corpus.compiled import compiled
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
        self._bits: np.ndarray | None = None
        self._stale: list[int] = []

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
        self._stale.append(number)

    def codes_at_starts(self, number: int) -> np.ndarray:
        """The first code points of each text, uint32 (texts, number); 0 behind the end of a short one."""
        places = self.starts[:, None] + np.arange(number)
        return np.where(places < self.ends[:, None], self.codes[np.minimum(places, self._size - 1)], np.uint32(0))

    def bits(self, table: np.ndarray) -> np.ndarray:
        """
        The bits of all characters of each text, uint16 (texts,); read once, with one table.

        Args:
            table: The bits of each code point, uint16.
        """
        if self._bits is None:
            self._bits = _bits_of(self.codes, self.starts, self.ends, table)
        elif self._stale:
            self._bits[self._stale] = _bits_of(self.codes, self.starts[self._stale], self.ends[self._stale], table)
        self._stale = []
        return self._bits


@compiled
def _bits_of(codes: np.ndarray, starts: np.ndarray, ends: np.ndarray, table: np.ndarray) -> np.ndarray:
    found = np.zeros(len(ends), dtype=np.uint16)
    for text in range(len(ends)):
        seen = np.uint16(0)
        for place in range(starts[text], ends[text]):
            seen |= table[codes[place]]
        found[text] = seen
    return found


Rule = Callable[[str], str]  # a text to what it becomes; the same text where it has nothing to do
Look = Callable[[Characters], np.ndarray]  # which texts a rule may have something to do with, bool (texts,)


def apply(text: str, rules: Mapping[str, Rule], looks: Mapping[str, Look]) -> tuple[str, list[str]]:
    """Apply rules in order; the text and the names of those that changed it."""
    return apply_all([text], rules, looks)[0]


def apply_all(
    texts: Iterable[str], rules: Mapping[str, Rule], looks: Mapping[str, Look]
) -> list[tuple[str, list[str]]]:
    """
    The same for several texts, rule by rule: what a rule needs stays in the cache of the processor.

    Args:
        texts: The texts.
        rules: In their order.
        looks: What tells for some rules which texts they may change.
    """
    found: list[tuple[str, list[str]]] = [(text, []) for text in texts]
    seen: Characters | None = None
    for name, rule in rules.items():
        chosen: Iterable[int] = range(len(found))
        if name in looks:
            seen = seen or Characters([text for text, _ in found])
            chosen = np.flatnonzero(looks[name](seen)).tolist()
        for number in chosen:
            text, changed = found[number]
            result = rule(text)
            if result != text:
                found[number] = result, [*changed, name]
                if seen:
                    seen.put(number, result)
    return found
