"""What personal data each of several texts may hold, told by one compiled look: most hold none."""

from functools import cache

import numpy as np

from llmpipe.corpus import word_arrays
from llmpipe.corpus.characters import Characters
from llmpipe.corpus.compiled import compiled
from llmpipe.corpus.literals import Literals, literals, may_hold
from llmpipe.corpus.pii import internet
from llmpipe.corpus.pii.credentials import NAME_STEMS, SIGNS
from llmpipe.corpus.pii.found import CONTEXT, has_run

WORDS, NUMBERS, ADDRESSES = 1, 2, 4  # secrets and e-mail; what has many digits; IP addresses
ALL = WORDS | NUMBERS | ADDRESSES
_EQUALS, _COLON, _WIDE_COLON = 61, 58, 0xFF1A


def looks(texts: Characters) -> np.ndarray:
    """What each text may hold, as bits, uint8 (texts,)."""
    signs, stems = _signs(), _stems()
    automata = signs.classes, signs.steps, stems.classes, stems.steps
    return _looks(texts.codes, texts.starts, texts.ends, word_arrays.table(), *automata)


@cache
def _signs() -> Literals:
    """What secrets hold but those with a name before them, and e-mail addresses."""
    opened = [f"{sign}{space}{at}" for sign in "([{" for space in ("", " ") for at in ("at", "AT", "aro")]
    return literals(sorted({*SIGNS, *internet.SIGNS, *opened}))


@cache
def _stems() -> Literals:
    return literals(NAME_STEMS, fold=True)


@compiled
def _looks(
    codes: np.ndarray,
    starts: np.ndarray,
    ends: np.ndarray,
    flags: np.ndarray,
    sign_classes: np.ndarray,
    sign_steps: np.ndarray,
    classes: np.ndarray,
    steps: np.ndarray,
) -> np.ndarray:
    likely = np.zeros(len(starts), dtype=np.uint8)
    for text in range(len(starts)):
        begin, end = starts[text], ends[text]
        points, colons = internet.looked(codes, begin, end)
        words = may_hold(codes, begin, end, sign_classes, sign_steps) or _may_be_named(
            codes, begin, end, classes, steps
        )
        numbers = has_run(codes, begin, end, flags)
        likely[text] = WORDS * words | NUMBERS * numbers | ADDRESSES * (points or colons)
    return likely


@compiled
def _may_be_named(codes: np.ndarray, begin: int, end: int, classes: np.ndarray, steps: np.ndarray) -> bool:
    """Whether a sign of assignment stands behind a stem of a name of secrets, or that cannot be told."""
    for place in range(begin, end):
        is_sign = codes[place] in (_EQUALS, _COLON, _WIDE_COLON)
        if is_sign and may_hold(codes, max(begin, place - CONTEXT), place, classes, steps):
            return True
    return False
