"""A dictionary of the names in the training examples: what remembering them alone finds."""

import re
from collections import Counter
from collections.abc import Sequence

from llmpipe.baselines.simple import Item
from llmpipe.entities import Entity, parsed, written

_LETTERS = re.compile(r"[^\W_]")
_HAN = re.compile("[\u3400-\u9fff]")


def lexicon(train: Sequence[Item], test: Sequence[Item]) -> list[str]:
    """
    Each name of the training examples that a text holds, the longest first, with its most frequent type.

    Names that are more often something else in the training texts (parts of words in Chinese) are left out.
    """
    kinds: dict[str, Counter[str]] = {}
    for item in train:
        for kind, name in parsed(item.reference):
            kinds.setdefault(name, Counter())[kind] += 1
    names = {name: min(found, key=lambda kind: (-found[kind], kind)) for name, found in kinds.items()}
    longest = max(map(len, names), default=0)
    held = Counter(name for item in train for _, name in _found(item.body, names, longest))
    names = {name: kind for name, kind in names.items() if 2 * kinds[name][kind] >= held[name]}
    return [written(_found(item.body, names, longest)) for item in test]


def _found(text: str, names: dict[str, str], longest: int) -> list[Entity]:
    """From left to right; a name of letters ends where a word ends, but for Han characters."""
    found: list[Entity] = []
    place = 0
    while place < len(text):
        end = next(
            (
                end
                for end in range(min(len(text), place + longest), place, -1)
                if text[place:end] in names and _whole(text, place) and _whole(text, end)
            ),
            0,
        )
        if end:
            found.append((names[text[place:end]], text[place:end]))
        place = end or place + 1
    return found


def _whole(text: str, place: int) -> bool:
    """Whether no word goes on over a place; each Han character is a word."""
    pair = text[max(0, place - 1) : place + 1]
    return len(_LETTERS.findall(pair)) < 2 or place in (0, len(text)) or _HAN.search(pair) is not None
