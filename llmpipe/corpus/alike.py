"""What two texts have in common: the terms by which they are ranked, and the longest run of words that both hold."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from llmpipe.corpus.text import HAN, match_tokens

_PAIR = re.compile(f"(?=([{HAN}]{{2}}))")


@dataclass(frozen=True)
class Run:
    """
    Words that two texts hold in the same order, nothing but punctuation between them.

    Args:
        words: How many; a Han character is one.
        text: Where they stand in the second text, as it is written there.
    """

    words: int
    text: str


def terms(text: str) -> list[str]:
    """
    What a text is found by: its `match_tokens`, and the pairs of Han characters that stand side by side.

    A Han character alone says little; Lucene's CJK analyzer takes pairs for the same reason.
    """
    return match_tokens(text) + ([] if text.isascii() else _PAIR.findall(text))


def longest_run(sought: Sequence[str], text: str) -> Run:
    """
    The longest run of words that `text` shares with one of several texts; of equal ones the first.

    Args:
        sought: The parts of an item; no run goes from one into the next.
        text: A document; time grows with its words times how often each stands in a part.
    """
    folded = text.casefold()
    shown = text if len(folded) == len(text) else folded  # some letters fold to two
    words = match_tokens(text)
    best, first, end = 0, 0, 0
    for part in sought:
        found = SequenceMatcher(None, words, match_tokens(part), autojunk=False).find_longest_match()
        if found.size > best:
            best, first, end = found.size, found.a, found.a + found.size
    places = _places(folded, words[:end])
    return Run(best, shown[places[first] : places[end - 1] + len(words[end - 1])] if best else "")


def _places(folded: str, words: Sequence[str]) -> list[int]:
    """Where the words of a text begin; between them stands nothing that could be a word."""
    places: list[int] = []
    end = 0
    for word in words:
        places.append(folded.index(word, end))
        end = places[-1] + len(word)
    return places
