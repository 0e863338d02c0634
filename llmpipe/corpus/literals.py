"""
Which of many short texts a text holds, told in one look at its characters (Aho and Corasick 1975).

Rules that are dear ask for what any of their matches holds first; a hundred such texts cost as much as one.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from llmpipe.corpus.characters import Characters
from llmpipe.corpus.compiled import compiled
from llmpipe.corpus.text import codes_of
from llmpipe.corpus.word_arrays import folds

_DOTLESS = 0x131  # expressions that ignore case take it for an i, folding does not
UNFOLDED = 1  # class of code points that fold to several: a text with one is to be folded first


class Literals(NamedTuple):
    """
    The automaton of several texts, different ones and none empty.

    Args:
        classes: Class of each code point, 0 for those in none of the texts, uint8 (code points,).
        steps: For each state and class the next state as the place of its first class in this array, doubled, and one
            more where it completes a text; 0 is the start; uint32 (states * classes,). So a step is one look.
        ends: The text that a state completes, -1 where none, int16 (states,).
        shorter: The state of the next shorter text that a state completes, too, 0 where none, int16 (states,).
        width: Number of classes.
        size: Number of texts.
    """

    classes: np.ndarray
    steps: np.ndarray
    ends: np.ndarray
    shorter: np.ndarray
    width: int
    size: int


def literals(texts: Sequence[str], fold: bool = False) -> Literals:
    """
    The automaton that looks for these texts; with `fold` for case-folded ones, whatever the case of what it reads.

    Raises:
        ValueError: They have too many different characters, or too many states.
    """
    characters = sorted(set("".join(texts)))
    class_of = {character: number for number, character in enumerate(characters, start=UNFOLDED + 1)}
    classes = np.zeros(0x110000, dtype=np.uint8)
    if len(characters) + UNFOLDED + 1 > 256 or sum(map(len, texts)) >= 2**15:
        raise ValueError("too many characters for one automaton")
    classes[list(map(ord, characters))] = list(class_of.values())
    if fold:
        for code, folded in enumerate(folds().tolist()):
            told = folded or not code  # of those that are several in folded case it is 0
            classes[code] = class_of.get(chr(folded), 0) if told and code != _DOTLESS else UNFOLDED
    children: list[dict[int, int]] = [{}]
    ends = [-1]
    for number, text in enumerate(texts):
        state = 0
        for character in text:
            if class_of[character] not in children[state]:
                children[state][class_of[character]] = len(children)
                children.append({})
                ends.append(-1)
            state = children[state][class_of[character]]
        ends[state] = number
    width = len(characters) + UNFOLDED + 1
    steps, shorter = _linked(children, ends, width)
    completes = (np.array(ends) >= 0) | (shorter > 0)
    flat = (2 * width * steps + completes[steps]).astype(np.uint32).ravel()
    return Literals(classes, flat, np.array(ends, dtype=np.int16), shorter, width, len(texts))


def _linked(children: list[dict[int, int]], ends: list[int], width: int) -> tuple[np.ndarray, np.ndarray]:
    """Next states and shorter ends of a tree of states; each state goes on where its longest suffix would."""
    steps = np.zeros((len(children), width), dtype=np.int64)
    shorter = np.zeros(len(children), dtype=np.int16)
    suffix = [0] * len(children)
    waiting = [0]
    for state in waiting:
        if state:
            steps[state] = steps[suffix[state]]
            shorter[state] = suffix[state] if ends[suffix[state]] >= 0 else shorter[suffix[state]]
        for symbol, child in children[state].items():
            suffix[child] = int(steps[state, symbol]) if state else 0
            waiting.append(child)
        for symbol, child in children[state].items():
            steps[state, symbol] = child
    return steps, shorter


@compiled
def mark(
    codes: np.ndarray,
    begin: int,
    end: int,
    classes: np.ndarray,
    steps: np.ndarray,
    ends: np.ndarray,
    shorter: np.ndarray,
    width: int,
    found: np.ndarray,
) -> bool:
    """
    Mark in `found`, bool (texts,), those that code points from `begin` to `end` hold.

    Returns:
        Whether all could be told: no code point is `UNFOLDED`.
    """
    step, told = np.uint32(0), True
    for place in range(begin, end):
        symbol = classes[codes[place]]
        told &= symbol != UNFOLDED
        step = steps[(step >> np.uint32(1)) + symbol]
        if step & np.uint32(1):
            state = np.int64(step >> np.uint32(1)) // width
            hit = state if ends[state] >= 0 else np.int64(shorter[state])
            while hit:
                found[ends[hit]] = True
                hit = np.int64(shorter[hit])
    return told


@compiled
def may_hold(codes: np.ndarray, begin: int, end: int, classes: np.ndarray, steps: np.ndarray) -> bool:
    """Whether code points from `begin` to `end` hold one of the sought texts, or that cannot be told."""
    step = np.uint32(0)
    for place in range(begin, end):
        symbol = classes[codes[place]]
        step = steps[(step >> np.uint32(1)) + symbol]
        if symbol == UNFOLDED or step & np.uint32(1):
            return True
    return False


def may_hold_each(found: Characters, sought: Literals) -> np.ndarray:
    """Which of several texts may hold one of the sought ones, bool (texts,)."""
    return _may_hold_each(found.codes, found.starts, found.ends, sought.classes, sought.steps)


@compiled
def _may_hold_each(
    codes: np.ndarray, starts: np.ndarray, ends: np.ndarray, classes: np.ndarray, steps: np.ndarray
) -> np.ndarray:
    likely = np.zeros(len(starts), dtype=np.bool_)
    for text in range(len(starts)):
        likely[text] = may_hold(codes, starts[text], ends[text], classes, steps)
    return likely


def held(text: str, sought: Literals) -> np.ndarray:
    """Which of the sought texts a text holds, bool (texts,)."""
    found = np.zeros(sought.size, dtype=np.bool_)
    codes = codes_of(text)
    if not mark(codes, 0, len(codes), *sought[:5], found):  # a character is several in folded case
        codes = codes_of(text.casefold())
        mark(codes, 0, len(codes), *sought[:5], found)
    return found


def most_held(text: str, sought: Literals) -> int:
    """How often at most a text holds one of the sought ones: as often as it does, but where that cannot be told."""
    codes = codes_of(text)
    number, told = _num_held(codes, *sought[:5])
    return int(number) if told else len(text)


@compiled
def _num_held(
    codes: np.ndarray, classes: np.ndarray, steps: np.ndarray, ends: np.ndarray, shorter: np.ndarray, width: int
) -> tuple[int, bool]:
    number, step, told = 0, np.uint32(0), True
    for code in codes:
        symbol = classes[code]
        told &= symbol != UNFOLDED
        step = steps[(step >> np.uint32(1)) + symbol]
        if step & np.uint32(1):
            state = np.int64(step >> np.uint32(1)) // width
            number += ends[state] >= 0
            state = np.int64(shorter[state])
            while state:
                number += 1
                state = np.int64(shorter[state])
    return number, told
