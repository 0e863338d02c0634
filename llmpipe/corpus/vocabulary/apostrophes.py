"""Apostrophes of the wrong key, don`t, it´s: to come before accents and wrong decoding are looked for."""

import re

import numpy as np

from llmpipe.corpus.characters import Characters
from llmpipe.corpus.compiled import compiled

_TICK = re.compile(r"(?<=[A-Za-z])[`´](?=(?:s|t|re|ve|ll|d|m)\b)|(?<=\b[OD])[`´](?=[A-Z])")
_ANY = re.compile("[`´]")
_GRAVE, _ACUTE = 0x60, 0xB4


def apostrophes(text: str) -> str:
    """The text with its apostrophes; one with such signs elsewhere, as code and quotes have, stays as it is."""
    if not _ANY.search(text) or len(_TICK.findall(text)) != len(_ANY.findall(text)):
        return text
    return _TICK.sub("'", text)


def may_have_ticks(found: Characters) -> np.ndarray:
    """Which of several texts `apostrophes` may change, bool (texts,)."""
    return _may_have_ticks(found.codes, found.starts, found.ends)


@compiled
def _may_have_ticks(codes: np.ndarray, starts: np.ndarray, ends: np.ndarray) -> np.ndarray:
    likely = np.zeros(len(starts), dtype=np.bool_)
    for text in range(len(starts)):
        for place in range(starts[text], ends[text]):
            if codes[place] == _GRAVE or codes[place] == _ACUTE:
                likely[text] = True
                break
    return likely
