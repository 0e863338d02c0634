"""What the numbered sets of noise build with: parts of texts, and ways to put something behind one."""

import random
import re
from collections.abc import Callable, Mapping, Sequence

from variants.contract import Make, Planted

SYLLABLES = "泰戈费帕亨根温皮柯梅喀贝塔韦玛蒙柏佩邦菲凯泽沃德铎伽哈丹托凡赞瓦"  # of the world's Chinese names
WORD = {  # names and places, which pages link and emphasise
    "en": re.compile(r"\b(?!Answer|Title|Which|Where|Every|Since|There|About)[A-Z][a-z]{4,}\b"),
    "zh": re.compile(f"[{SYLLABLES}]{{2,4}}"),
}
STOP = {"en": re.compile(r"(?<=[.?!]) "), "zh": re.compile(r"(?<=[。？！]) ?(?=.)")}
Say = Callable[[random.Random, str], str]  # draw, language: a sentence or some lines
Drawn = Callable[[random.Random, str], str]  # draw, a name as in an address: a value


def sentences(text: str, language: str) -> list[str]:
    """The sentences of a text, in order; each line begins one."""
    return [part.strip() for line in text.split("\n") for part in STOP[language].split(line) if part.strip()]


def marked(draw: random.Random, text: str, language: str, forms: list[tuple[str, str]]) -> str:
    """The text with a word put between each pair of marks; each pair takes a word of its own, as far as there are."""
    found = list(WORD[language].finditer(text))
    places = sorted(draw.sample(found, min(len(forms), len(found))), key=lambda match: -match.start())
    for place, (opening, closing) in zip(places, forms, strict=False):
        text = text[: place.start()] + opening + place[0] + closing + text[place.end() :]
    return text


def joined(text: str, addition: str, language: str) -> str:
    """A text and a sentence that goes on in its last paragraph; on a line of its own where the text ends in a title."""
    ends = text[-1:] in ".!?。！？"
    return text + ("\n" if not ends else " " if language == "en" else "") + addition


def digits(draw: random.Random, count: int) -> str:
    """Random digits."""
    return "".join(draw.choice("0123456789") for _ in range(count))


def changed(dirty: str, original: str) -> Planted | None:
    """A text to repair; None where nothing was damaged."""
    return Planted(dirty, "repair", original) if dirty != original else None


def kept_after(say: Say) -> Make:
    """A sentence, or lines, that must stay, behind the text."""

    def make(draw: random.Random, text: str, language: str) -> Planted:
        addition = say(draw, language)
        whole = text + addition if addition.startswith("\n") else joined(text, addition, language)
        return Planted(whole, "keep", whole)

    return make


def value_after(
    drawn: Drawn, forms: Mapping[str, Sequence[str]], people: Mapping[str, Mapping[str, str]], own_line: float
) -> Make:
    """
    A line or sentence with a personal value behind the text.

    Args:
        drawn: Makes the value.
        forms: Language -> what is written around it: {v} the value, {who} a name, {n}, {m}, {y} numbers.
        people: Language -> name as written -> as in an address.
        own_line: Share of these that stand on a line of their own; 1: all.
    """

    def make(draw: random.Random, text: str, language: str) -> Planted:
        who = draw.choice(tuple(people[language]))
        value = drawn(draw, people[language][who])
        form = draw.choice(forms[language])
        numbers = {"n": draw.randrange(10, 29), "m": draw.randrange(1, 10), "y": draw.randrange(26, 34)}
        addition = form.format(v=value, who=who, **numbers)
        apart = own_line == 1 or draw.random() < own_line
        return Planted(f"{text}\n{addition}" if apart else joined(text, addition, language), "redact", "", (value,))

    return make
