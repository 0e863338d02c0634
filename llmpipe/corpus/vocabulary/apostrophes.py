"""Apostrophes of the wrong key, don`t, it´s: to come before accents and wrong decoding are looked for."""

import re
from functools import cache

import numpy as np

from llmpipe.corpus.characters import Characters
from llmpipe.corpus.literals import Literals, literals, may_hold_each

_TICK = re.compile(r"(?<=[A-Za-z])[`´](?=(?:s|t|re|ve|ll|d|m)\b)|(?<=\b[OD])[`´](?=[A-Z])")
_TICKS = "`´"
_ANY = re.compile(f"[{_TICKS}]")


def apostrophes(text: str) -> str:
    """The text with its apostrophes; one with such signs elsewhere, as code and quotes have, stays as it is."""
    if not _ANY.search(text) or len(_TICK.findall(text)) != len(_ANY.findall(text)):
        return text
    return _TICK.sub("'", text)


def may_have_ticks(found: Characters) -> np.ndarray:
    """Which of several texts `apostrophes` may change, bool (texts,)."""
    return may_hold_each(found, _ticks())


@cache
def _ticks() -> Literals:
    return literals(_TICKS)
