"""
Chinese in pieces: spaces where a page was broken, a character a line, a large first character; characters mistaken.

There is no word to ask for; what tells is whether the two characters at a place stand side by side in other documents
more often than by accident. Names of two lists do not.
"""

import itertools
import re

from llmpipe.corpus.vocabulary.confusions import alike
from llmpipe.corpus.vocabulary.counts import SPACED, Vocabulary
from llmpipe.corpus.vocabulary.looks import FEW, MIN_REPAIRS, mistaken_places

_HAN = "\u3400-\u4dbf\u4e00-\u9fff"
_MARKS = "，。？！：；、（）《》“”‘’「」"
_SPACED = re.compile(rf"(?<=[{_HAN}]) (?=[{_HAN}])")
_MOST = 0.6  # of the places are pairs that others have
_TOKENS = 0.12  # spaces a character: every word stands apart
_ALL_SPACES = re.compile(rf"(?<=[{_HAN}{_MARKS}0-9A-Za-z]) (?=[{_HAN}{_MARKS}])|(?<=[{_HAN}{_MARKS}]) (?=[0-9A-Za-z])")
_STACK = re.compile(rf"(?:^[{_HAN}0-9{_MARKS}]\n){{2,31}}[{_HAN}0-9{_MARKS}]$", re.MULTILINE)
_LARGE = re.compile(rf"(?:\A|(?<=\n))([{_HAN}])([\n ])([{_HAN}])(?=.{{12}})")
_BRACKETS = re.compile(r"(?<=[\[(]) | (?=[\])])")
_BY_MARK = re.compile(rf"[{_MARKS}] (?=[{_HAN}])|(?<=[{_HAN}]) [{_MARKS}]")  # a space for a quotation mark that is lost
_IN_SENTENCE = re.compile(rf"[{_HAN}]{{3}} [{_HAN}]{{3}}[{_HAN}，、]*[。？！]")
_FEW_SPACES = 2
_TOKEN = re.compile(rf"[{_HAN}]|[^\W{_HAN}_]+|.|\n")
_NEAR = 24  # characters that are looked at on each side of one
_SHORT = 200  # characters of a text, in which two kinds are enough
_SURE = 4  # times the ratio, for one pair of neighbours
_TIMES = 5  # as many documents have two characters side by side as have a space there


def han_apart(text: str, vocabulary: Vocabulary, min_ratio: float) -> str:
    """The text without spaces and line ends inside of its sentences."""
    if not vocabulary.han:
        return text
    text = _STACK.sub(lambda match: _stacked(match, vocabulary), text)
    text = _LARGE.sub(lambda match: _begun(match, text, vocabulary), text)
    places = [match.start() for match in _SPACED.finditer(text)]
    han = len(re.findall(f"[{_HAN}]", text))
    all_apart = len(places) >= _TOKENS * han
    if not places or (not all_apart and _BY_MARK.search(text)) or (len(places) == 1 and not _IN_SENTENCE.search(text)):
        return text
    times = _TIMES if len(places) > _FEW_SPACES else _TIMES * _TIMES
    if sum(_expected(vocabulary, [(text[place - 1], text[place + 1]) for place in places], times)) < _MOST * len(
        places
    ):
        return text
    return _BRACKETS.sub("", _ALL_SPACES.sub("", text)) if all_apart else _SPACED.sub("", text)


def _stacked(match: re.Match[str], vocabulary: Vocabulary) -> str:
    """A character a line, as one line, if half of the neighbours are those of other texts."""
    signs = match[0].split("\n")
    known = sum(count >= FEW for count in vocabulary.of_pairs(list(itertools.pairwise(signs))))
    return "".join(signs) if 2 * known >= len(signs) - 1 else match[0]


def _begun(match: re.Match[str], text: str, vocabulary: Vocabulary) -> str:
    """A large first character with the one behind it, if the text or others have them side by side."""
    both = match[1] + match[3]
    times = _TIMES if match[2] == "\n" else _TIMES * _TIMES
    return both if both in text or _expected(vocabulary, [(match[1], match[3])], times)[0] else match[0]


def _expected(vocabulary: Vocabulary, pairs: list[tuple[str, str]], times: int = _TIMES) -> list[bool]:
    """Whether so many times more documents have the pairs side by side as have a space between them, and some do."""
    both, spaced = vocabulary.of_pairs(pairs), vocabulary.of_pairs(pairs, SPACED)
    return [count >= max(FEW, times * (apart + 1)) for count, apart in zip(both, spaced, strict=True)]


def han_mistaken(text: str, vocabulary: Vocabulary, min_ratio: float) -> str:
    """The text with characters that recognition took for those that look alike: 题日 -> 题目."""
    if not vocabulary.han:
        return text
    table = alike()
    signs, changes = list(text), set[int]()
    kinds: set[str] = set()
    sure = 0
    for _ in range(2):  # what is mended tells of its neighbours
        for place in mistaken_places("".join(signs), vocabulary, min_ratio):
            better, times = _better(signs, place, table[signs[place]], vocabulary, min_ratio)
            if better and place not in changes:
                kinds.add(signs[place])
                signs[place] = better
                changes.add(place)
                sure += times > 1
    enough = MIN_REPAIRS if len(signs) > _SHORT else MIN_REPAIRS - 1
    if not changes or (not sure and len(kinds) < enough):
        return text
    for place, sign in enumerate(signs):
        if sign in kinds and place not in changes:
            signs[place] = _beside(signs, place, table[sign], vocabulary, min_ratio)
    return "".join(signs)


def _beside(signs: list[str], place: int, others: str, vocabulary: Vocabulary, min_ratio: float) -> str:
    """For one that was mistaken elsewhere: the character that one neighbour expects and none expects less."""
    rows = _pairs(_around(signs, place), signs[place] + others, vocabulary)
    best = max(rows[1:], key=lambda row: max(row[1:]))
    now = rows[0]
    better = max(best[1:]) >= max(FEW, min_ratio * (max(now[1:]) + 1)) and min(best[1:]) >= min(now[1:])
    return str(best[0] if better else signs[place])


def _around(signs: list[str], place: int) -> list[str]:
    """The two tokens before a place, the character there, and the two behind it."""
    before = _TOKEN.findall("".join(signs[max(0, place - _NEAR) : place]))[-2:]
    behind = _TOKEN.findall("".join(signs[place + 1 : place + 1 + _NEAR]))[:2]
    return [*["\n"] * (2 - len(before)), *before, signs[place], *behind, *["\n"] * (2 - len(behind))]


def _pairs(around: list[str], choices: str, vocabulary: Vocabulary) -> list[tuple[str, int, int]]:
    """How many documents have each of the choices behind its left neighbour, and before its right one."""
    left, right = around[1], around[3]
    counts = vocabulary.of_pairs([pair for sign in choices for pair in ((left, sign), (sign, right))])
    return list(zip(choices, counts[::2], counts[1::2], strict=True))


def _better(signs: list[str], place: int, others: str, vocabulary: Vocabulary, min_ratio: float) -> tuple[str, int]:
    """The character that stands so in other documents, or ""; and how much speaks for it, from 1 on."""
    around = _around(signs, place)
    choices = signs[place] + others
    counts = iter(
        vocabulary.of_triples(
            [
                (row[first], row[first + 1], row[first + 2])
                for sign in choices
                for row in [[*around[:2], sign, *around[3:]]]
                for first in range(3)
            ]
        )
    )
    rows = [[next(counts) for _ in range(3)] for _ in choices]
    now = rows[0]
    best = max(range(1, len(choices)), key=lambda n: sum(rows[n]))
    times = sum(new >= max(FEW, min_ratio * (old + 1)) for new, old in zip(rows[best], now, strict=True))
    if not times or max(rows[best]) < min_ratio * (max(now) + 1):
        return "", 0
    old, new = (max(row[1:]) for row in _pairs(around, signs[place] + choices[best], vocabulary))
    return choices[best], times + (new >= _SURE * min_ratio * (old + 1))
