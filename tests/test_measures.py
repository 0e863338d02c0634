"""What the quality rules count at once is what Python's strings and expressions count one by one."""

import random
import re

import pytest

from llmpipe.corpus import text as texts
from llmpipe.corpus.measures import SHORT_LINE, measure
from llmpipe.corpus.text import codes_of

SIGNS = 'aB1 \n\n\n\t\u3000你々カ한é٣²#{*•-….!?。」"’\x85\x1c\ud800𠀀'
BULLETS, ENDS = "-*•‣▪◦·●○■", tuple(".!?…。！？；;\"'”’」』）)")


def counts_of(text, stop_words=()):
    return measure(codes_of(text), stop_words)[0]


def random_texts(number=400, longest=120):
    draw = random.Random(3)
    return ["".join(draw.choice(SIGNS) for _ in range(draw.randint(0, longest))) for _ in range(number)]


def test_characters_and_words_are_those_of_the_expressions():
    for text in random_texts():
        found, expected = counts_of(text, ("a", "B1", "你")), texts.words(text)

        assert found.spaces == len(re.findall(r"\s", text))
        assert (found.han, found.kana, found.hangul) == (texts.num_han(text), text.count("カ"), text.count("한"))
        assert found.digits == len(re.findall(r"\d", text))
        assert found.symbols == sum(map(text.count, "#{*"))
        assert found.raised == len(re.findall("(?<=[a-z])[A-Z]", text))
        assert found.longest_part == max(map(len, re.split(rf"[\s{texts.HAN}{texts.KANA}]", text)))
        assert (found.words, found.letters) == (len(expected), sum(map(len, expected)))
        assert found.decimals == sum(map(str.isdecimal, expected))
        assert found.stop_words == len({"a", "B1", "你"} & set(expected))
        assert found.marks == sum(map(text.count, ".,;:!?，。、；：！？…"))


def test_lines_are_looked_at_without_white_space_at_their_ends():
    for text in random_texts():
        found = counts_of(text)
        lines = [line for line in map(str.strip, text.split("\n")) if line]
        paragraphs = [part for part in map(str.strip, text.split("\n\n")) if part]

        assert found.lines == len(lines)
        assert found.bullets == sum(line[0] in BULLETS for line in lines)
        assert found.ellipses == sum(line.endswith(("...", "…")) for line in lines)
        assert found.ended == sum(line.endswith(ENDS) for line in lines)
        assert found.short == sum(len(line) + texts.num_han(line) <= SHORT_LINE for line in lines)
        assert found.lines_differ == (len(set(lines)) == len(lines))
        assert found.paragraphs_differ == (len(set(paragraphs)) == len(paragraphs))


@pytest.mark.parametrize(
    ("text", "lines_differ", "paragraphs_differ"),
    [
        ("", 1, 1),
        ("a", 1, 1),
        ("a\nb\n a", 0, 1),
        ("a\nb\n\n\n a\nb\n", 0, 0),
        ("a\nb\n\na\nc", 0, 1),
        ("a\n \na", 0, 1),  # a blank line of spaces parts no paragraphs
        ("ab\nba\n\nabba", 1, 1),
    ],
)
def test_what_stands_twice_is_seen(text, lines_differ, paragraphs_differ):
    found = counts_of(text)

    assert (found.lines_differ, found.paragraphs_differ) == (lines_differ, paragraphs_differ)


def test_dots_count_as_an_ellipsis_from_three_on():
    assert [counts_of(text).ellipses for text in ("x..", "x...", "x....", "...", "..", "x… ")] == [0, 1, 1, 1, 0, 1]
