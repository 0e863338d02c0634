"""What the numbered sets of noise build with: parts of texts, and ways to put something behind one."""

import html
import random
import re
import string
import textwrap
from collections.abc import Callable, Mapping, Sequence

from llmpipe.records import Example
from variants.contract import Leak, Make, Planted

SYLLABLES = "泰戈费帕亨根温皮柯梅喀贝塔韦玛蒙柏佩邦菲凯泽沃德铎伽哈丹托凡赞瓦"  # of the world's Chinese names
WORD = {  # names and places, which pages link and emphasise
    "en": re.compile(r"\b(?!Answer|Title|Which|Where|Every|Since|There|About)[A-Z][a-z]{4,}\b"),
    "zh": re.compile(f"[{SYLLABLES}]{{2,4}}"),
}
STOP = {"en": re.compile(r"(?<=[.?!]) "), "zh": re.compile(r"(?<=[。？！]) ?(?=.)")}
Say = Callable[[random.Random, str], str]  # draw, language: a sentence or some lines
Drawn = Callable[[random.Random, str], str]  # draw, a name as in an address: a value
Form = Callable[[random.Random, str, str], tuple[str, str]]  # what stands within the text, what at its end
ALPHANUMERIC = string.digits + string.ascii_uppercase + string.ascii_lowercase


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


def is_prose(text: str) -> bool:
    """Whether sentences make up the text, so that an edit leaves it the same piece; formulas and tables are not."""
    return not re.search(r"\^|->|=", text) and bool(re.search(r"[.。]", text))


def is_headline(line: str) -> bool:
    """Whether a line is a title: short, without the end of a sentence."""
    return len(line) < 70 and not re.search(r"[.?!。？！]|[^e]: |[^目]：", line)


def either(language: str, english: str, chinese: str) -> str:
    """One of two, by language."""
    return english if language == "en" else chinese


CONSONANT = "[bcdfghjklmnpqrstvwxyz]"
BROKEN = re.compile(  # ga-rden is no break, gar-den and sa-lad are; sh, th and ck stay together
    f"(?<=[aeiou])(?={CONSONANT}[aeiou])|(?<=[aeiou]{CONSONANT})(?<![cgpstw](?=h))(?<!c(?=k))(?={CONSONANT}[aeiouy])"
)


def breaks(word: str) -> list[int]:
    """Where a word may be broken: before a consonant and a vowel, with three letters or more on each side."""
    return [found.start() for found in BROKEN.finditer(word) if 3 <= found.start() <= len(word) - 3]


def with_breaks(draw: random.Random, text: str, form: str, mark: str) -> str:
    """A text with a mark where some three of its words of a form may be broken."""
    words = text.split(" ")
    long = [i for i, word in enumerate(words) if re.fullmatch(form, word) and breaks(word)]
    for place in draw.sample(long, min(3, len(long))):
        cut = draw.choice(breaks(words[place]))
        words[place] = words[place][:cut] + mark + words[place][cut:]
    return " ".join(words)


def digits(draw: random.Random, count: int) -> str:
    """Random digits."""
    return "".join(draw.choice("0123456789") for _ in range(count))


def picked(draw: random.Random, letters: str, count: int) -> str:
    """Random letters out of some."""
    return "".join(draw.choice(letters) for _ in range(count))


def grouped(text: str, *sizes: int, mark: str = " ") -> str:
    """A text in groups of the sizes given."""
    parts, start = [], 0
    for size in sizes:
        parts.append(text[start : start + size])
        start += size
    return mark.join(parts)


def luhn(body: str) -> str:
    """Digits with the check digit of payment cards (ISO/IEC 7812-1)."""
    total = sum(sum(divmod(int(d) * (2 - i % 2), 10)) for i, d in enumerate(reversed(body)))
    return body + str(-total % 10)


def iban(country: str, account: str) -> str:
    """An account number with the check digits of ISO 13616: the whole is 1 modulo 97."""
    number = "".join(str(int(c, 36)) for c in account + country)
    return f"{country}{98 - int(number + '00') % 97:02}{account}"


def resident(draw: random.Random) -> str:
    """A Chinese resident number (GB 11643) of a district that was there at birth; an X in upper or lower case."""
    place = draw.choice(("110108", "310104", "440106", "330106", "420111", "370203", "610103"))
    body = f"{place}{draw.randrange(1986, 2008)}{draw.randrange(1, 13):02}{draw.randrange(1, 29):02}{digits(draw, 3)}"
    check = "10X98765432"[sum(int(d) * 2 ** (17 - i) for i, d in enumerate(body)) % 11]
    return body + draw.choice((check, check.lower()))


def browser(data: bytes, encoding: str) -> str:
    """Bytes read as browsers do: those that a page of eight bits leaves undefined become the control of that number."""
    return "".join(
        chr(byte) if (read := bytes([byte]).decode(encoding, "replace")) == "\ufffd" else read for byte in data
    )


def elements(text: str, opening: str = "<p>", closing: str = "</p>") -> str:
    """Each line in an element."""
    return "\n".join(opening + html.escape(line, quote=False) + closing for line in text.split("\n") if line.strip())


def wrapped_rows(text: str, language: str, width: int) -> list[str] | None:
    """
    The lines of a text broken at a width, within sentences too.

    None for texts of many short lines, and where the headline would be broken: there, nobody could tell which break is
    one of the text; and where every break is one between sentences.
    """
    lines, parts = text.split("\n"), []
    if len(lines) > 2 or (len(lines) == 2 and min(map(len, lines)) > width):
        return None
    narrow = f".{{{width}}}(?:(?<=\\d)\\d+)?[，。？！：]?|.+$"  # no break in a number or before a mark
    for line in lines:
        cut = re.findall(narrow, line)
        parts.append(textwrap.wrap(line, width, break_on_hyphens=False) if language == "en" else cut)
    inside = any(part[-1] not in ".?!。？！" for broken in parts for part in broken[:-1])
    return [part for broken in parts for part in broken] if inside else None


def otherwise(function: Callable[[str, str], str]) -> Make:
    """The same words in another dress, by text and language; None where nothing changes."""

    def make(draw: random.Random, text: str, language: str) -> Planted | None:
        dirty = function(text, language)
        return Planted(dirty, "drop") if dirty != text else None

    return make


def changed(dirty: str, original: str) -> Planted | None:
    """A text to repair; None where nothing was damaged."""
    return Planted(dirty, "repair", original) if dirty != original else None


def foreign_page(lines: Sequence[str], towns: Sequence[str]) -> Make:
    """Three of some sentences in another language, one of them with a number: {p} is a place, {n} a number."""

    def make(draw: random.Random, text: str, language: str) -> Planted:
        numbered = draw.choice([line for line in lines if "{n}" in line])
        chosen = [numbered, *draw.sample([line for line in lines if line != numbered], 2)]
        draw.shuffle(chosen)
        filled = (line.format(p=draw.choice(towns), n=draw.randrange(12, 90)) for line in chosen)
        return Planted(draw.choice((" ", "\n")).join(filled), "drop")

    return make


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


def leak(form: Form) -> Leak:
    """A test item after a line of a text, or in two pieces, the second at the end."""

    def of(example: Example) -> Make:
        question = " ".join(value for value in example.inputs.values() if isinstance(value, str))

        def make(draw: random.Random, text: str, language: str) -> Planted:
            lines = text.split("\n")
            place = draw.randrange(1, len(lines) + 1)
            inside, end = form(draw, question, example.references[0])
            return Planted("\n".join([*lines[:place], inside, *lines[place:], *([end] if end else [])]), "drop")

        return make

    return of
