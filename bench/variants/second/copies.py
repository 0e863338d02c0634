"""Texts that are there already, in another dress or with an editor's touch, and test items in forms of their own."""

import csv
import io
import random
import re
import textwrap
from collections.abc import Callable

from llmpipe.records import Example
from variants.contract import Leak, Make, Planted, copied, near
from variants.parts import STOP, is_headline, is_prose, joined

# --- exact copies -----------------------------------------------------------------------------------

HALF_MARKS = str.maketrans({"，": ", ", "。": ". ", "？": "? ", "：": ": ", "；": "; "})


def other_spacing(draw: random.Random, text: str, language: str) -> Planted | None:
    """The spacing of another house: two spaces after a sentence; in Chinese, half-width marks and a space."""
    if language == "zh":
        dirty = "\n".join(line.translate(HALF_MARKS).rstrip() for line in text.split("\n"))
    else:
        dirty = STOP["en"].sub("  ", text)
    return Planted(dirty, "drop") if dirty != text else None


def narrow(text: str, width: int) -> str:
    """Each line broken at a width; lines without spaces wherever it ends."""
    return "\n".join(part for line in text.split("\n") for part in textwrap.wrap(line, width, break_on_hyphens=False))


EXACT: dict[str, Make] = {
    "mirror": copied(lambda text: text),  # another host serves the same page
    "other_spacing": other_spacing,
    "blank_lines": copied(
        lambda text: "\n" + text.replace("\n", "  \n\n\n") + " \n"
    ),  # pasted out of an office program
    "line_breaks": copied(lambda text: text.replace("\n", "<br />\n") + "<br />"),  # out of a forum's database
    "watermarked": copied(lambda text: re.sub(r"(.{9})", "\\1\u200b\u200d", text)),  # invisible marks against copying
    "columns": copied(lambda text: narrow(text, 44 if text[:40].isascii() else 20)),  # the plain part of a mail
    "forwarded": copied(lambda text: "\n".join(f">> {line}" for line in text.split("\n"))),  # a reply to a reply
    "emphasised": copied(lambda text: "**" + text.replace("\n", "**\n", 1) + ("" if "\n" in text else "**")),  # a chat
}

# --- near copies ------------------------------------------------------------------------------------


def figure_changed(draw: random.Random, text: str, language: str) -> str:
    """A reprint with one figure corrected, which the text names only once."""
    found = [place for place in re.finditer(r"\d+", text) if text.count(place[0]) == 1]
    if not found or not is_prose(text):
        return text
    place = draw.choice(found)
    return text[: place.start()] + str(int(place[0]) + draw.randrange(1, 9)) + text[place.end() :]


HOMOPHONES = {
    "在": "再",
    "工": "公",
    "作": "做",
    "有": "又",
    "家": "加",
    "书": "叔",
    "里": "理",
    "个": "各",
    "年": "念",
    "学": "雪",
}


def misspelt(draw: random.Random, text: str, language: str) -> str:
    """A slip of the hand: two letters change places; in Chinese, another character of the same sound."""
    pattern = f"[{''.join(HOMOPHONES)}]" if language == "zh" else r"\b[a-z]{4,}\b"
    found = list(re.finditer(pattern, text))
    if not found or not is_prose(text):
        return text
    place = draw.choice(found)
    word = place[0]
    slip = HOMOPHONES[word] if language == "zh" else word[0] + word[2] + word[1] + word[3:]
    return text[: place.start()] + slip + text[place.end() :]


def site_named(draw: random.Random, text: str, language: str) -> str:
    """The title of the page as the browser shows it, with the name of the site."""
    first, line, rest = text.partition("\n")
    name = draw.choice((" - Eastmere Online", " | Rivergate") if language == "en" else ("_东湖网", " - 河门论坛"))
    return first + name + line + rest if is_headline(first) and is_prose(rest) else text


def reposted(draw: random.Random, text: str, language: str) -> str:
    """Where somebody took it from, in the last line."""
    number = draw.randrange(1000, 9999)
    if not is_prose(text):
        return text
    return text + (f"\n(via Rivergate, post {number})" if language == "en" else f"\n（转自河门论坛{number}）")


def corrected(draw: random.Random, text: str, language: str) -> str:
    """A note at the end that a slip was mended."""
    day = draw.randrange(1, 29)
    if not is_prose(text):
        return text
    return joined(text, f"(Corrected {day} May.)" if language == "en" else f"（5月{day}日更正）", language)


def headline_lost(draw: random.Random, text: str, language: str) -> str:
    """The body without its headline, as in a feed."""
    first, _, rest = text.partition("\n")
    return rest if is_headline(first) and is_prose(rest) else text


def sentence_lost(draw: random.Random, text: str, language: str) -> str:
    """The last sentence cut for space."""
    places = list(STOP[language].finditer(text))
    rest = text[: places[-1].start()] if places else text
    return rest if rest[-1] in ".。" and is_prose(text) else text


SMALL = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
    "eighteen nineteen"
)
TENS = "twenty thirty forty fifty sixty seventy eighty ninety"


def spelled(number: int, language: str) -> str:
    """A number below a hundred in words."""
    if language == "en":
        if number < 20:
            return SMALL.split()[number]
        return TENS.split()[number // 10 - 2] + (f"-{SMALL.split()[number % 10]}" if number % 10 else "")
    signs = "零一二三四五六七八九"
    if number < 10:
        return signs[number]
    return (signs[number // 10] if number > 19 else "") + "十" + (signs[number % 10] if number % 10 else "")


def number_spelled(draw: random.Random, text: str, language: str) -> str:
    """A number in words, as another house writes it."""
    if not is_prose(text):
        return text
    return re.sub(r"(?<!\d)[1-9]\d?(?!\d)", lambda found: spelled(int(found[0]), language), text, count=1)


NEAR_COPIES: dict[str, Make] = {
    function.__name__: near(function)
    for function in (
        figure_changed,
        misspelt,
        site_named,
        reposted,
        corrected,
        headline_lost,
        sentence_lost,
        number_spelled,
    )
}

# --- leaks ------------------------------------------------------------------------------------------


def row(one: str, other: str) -> str:
    """A row of a file of flash cards."""
    out = io.StringIO()
    csv.writer(out, lineterminator="").writerow(("front", one, other))
    return out.getvalue()


def leak(form: Callable[[random.Random, str, str], str]) -> Leak:
    """A test item in a form, between two lines of a text or after it."""

    def of(example: Example) -> Make:
        question = " ".join(value for value in example.inputs.values() if isinstance(value, str))

        def make(draw: random.Random, text: str, language: str) -> Planted:
            lines = text.split("\n")
            place = draw.randrange(1, len(lines) + 1)
            return Planted(
                "\n".join([*lines[:place], form(draw, question, example.references[0]), *lines[place:]]), "drop"
            )

        return make

    return of


LEAKS: dict[str, Leak] = {
    "exam_paper": leak(
        lambda draw, one, other: f"{draw.randrange(2, 40)}. {one} (2 points)\n   Key: {other}"
    ),  # with its key
    "flash_cards": leak(lambda draw, one, other: row(one, other)),
    "answer_first": leak(lambda draw, one, other: f"{other} <- {one}"),  # learners' notes
    "definition_list": leak(
        lambda draw, one, other: f"<dl><dt>{one}</dt>\n<dd>{other}</dd></dl>"
    ),  # a page of questions
    "narrow_columns": leak(  # a printed workbook
        lambda draw, one, other: narrow(f"{one} {other}", 16 if re.search(r"[\u4e00-\u9fff]", one) else 34)
    ),
    "chat_log": leak(
        lambda draw, one, other: f"[09:{draw.randrange(10, 59)}] mia: {one}\n[09:59] teacher_bot: {other}"
    ),
    "unpunctuated": leak(  # a transcript
        lambda draw, one, other: " ".join(re.sub(r"[^\w\s]+", " ", f"{one} {other}").lower().split())
    ),
}
