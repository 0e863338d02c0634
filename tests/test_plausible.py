"""Compiled loops over characters count what the expressions that define them find."""

import random
import re

import numpy as np
import pytest
from ftfy.badness import badness, is_bad

from llmpipe.corpus import normalize, plausible
from llmpipe.corpus.measures import Counts, measure
from llmpipe.corpus.text import codes_of

MARKS = "，。、；：！？"
LEAD = r"\xa0-\xff\u0102-\u0107\u0139\u0152\u0153\u0160\u0161\u0178\u017d\u017e\u0192\u02c6\u02dc"
CJK = r"\u2e80-\uffef"
MISREAD = re.compile(rf"[\x80-\x9fÃÂ]|[{LEAD}](?=[^\x00-\x7f{CJK}])|(?<=[^\x00-\x7f{CJK}{LEAD}])[{LEAD}]")


def counts_of(text: str) -> Counts:
    return measure(codes_of(text), ())[0]


def random_texts(signs: str, number: int = 2000) -> list[str]:
    draw = random.Random(7)
    return ["".join(draw.choice(signs) for _ in range(draw.randint(0, 8))) for _ in range(number)]


def test_marks_that_never_follow_one_another_are_counted():
    wrong = re.compile(
        "(?<=，)(?=[。、；：！？])|(?<=、)(?=[，。；：！？])|(?<=[；：])(?=[，。！？])|(?<=。)(?=[，、；：])"
        f"|(?<=\n)(?=[{MARKS}])|(?<=[{MARKS}\n])(?=的(?![确士当卢])|们)"
    )
    for text in random_texts(MARKS + "\n的确们x"):
        assert counts_of(text).misplaced == len(wrong.findall(text)), text
        assert counts_of(text).places == sum(text.count(mark) for mark in MARKS)


def test_words_that_never_follow_one_another_count_with_a_space_between_them_alone():
    assert counts_of("the of a to an").misplaced == 2
    assert counts_of("the, of. The to-do, of\nand of  is the of").misplaced == 1
    assert counts_of("the").misplaced == counts_of("").misplaced == 0


def test_han_characters_are_counted_once_each_beyond_the_basic_plane_too():
    text = "的的你龘龘𠀀𠀀\U000323af x"

    assert (counts_of(text).rare_han, counts_of(text).different_han) == (3, 5)
    assert (counts_of(text[:3]).rare_han, counts_of(text[:3]).different_han) == (0, 2)


def test_capitals_behind_small_letters():
    assert plausible.num_raised(codes_of("aB cDe éF GH iphoneX")) == 3


def test_signs_of_wrong_decoding_are_those_of_their_expression():
    for text in random_texts("Ãéà\xa0ƒ˜\x85 a€”你\uffefж", 4000):
        assert normalize.has_signs(codes_of(text)) == bool(MISREAD.search(text)), text


def test_han_characters_that_bytes_of_gbk_make_in_utf_8_are_counted():
    for text in random_texts("浣犲ソ你a€龘\U0002a6e0Ж鎴", 3000):
        encoded = text.replace("€", "").encode("gbk", "ignore")
        expected = len(re.findall(rb"[\xe4-\xe9][\x80-\xbf][\x80-\xbf]", encoded))

        assert normalize._most_ideographs(codes_of(text), normalize._gbk()) == expected, text
    assert normalize._most_ideographs(np.empty(0, dtype=np.uint32), normalize._gbk()) == 0


def test_unlikely_sequences_are_found_as_often_beside_the_characters_that_make_them():
    draw = random.Random(11)
    pieces = [
        "Ã©",
        "â€™",
        "Â ",
        "œ",
        "Œ",
        "вЂ",
        "ØªÙ\u201e",
        "à²",
        " É€",
        "a Ã ",
        "É°",
        "\ufffd",
        "├",
        "ГўВЂВ.",
        "naïve",
    ]
    pieces += ["plain words ", "你好，世界", "\n", " ", "x", "3²", "«", "»", "Ó\u201cw", "\u0085", "\uf8ff"]
    for _ in range(3000):
        text = "".join(draw.choice(pieces) for _ in range(draw.randint(1, 9)))
        whole = normalize._LETTER.sub("", text)

        assert badness(normalize._suspects(text)) == badness(whole), text
        assert is_bad(normalize._suspects(text)) == is_bad(whole), text


def test_lines_that_begin_as_utf8_read_as_gbk_are_numbered():
    lines = ["", "plain", "浣犲ソ", "x 浣犲ソ", "你好", "é浣犲ソ"]
    found = normalize._begin_as_gbk(codes_of("\n".join(lines)), normalize._gbk_starts())

    assert found.tolist() == [2, 3]
    assert normalize.mojibake("\n".join(lines)).split("\n") == ["", "plain", "你好", "x 你好", "你好", "é浣犲ソ"]


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("The part of her brand???", 0),
        ("真的???你去哪儿???", 3),  # a letter behind them
        ("他说，????，??????。", 10),
        ("1998??????。", 6),
        ("wh???t", 3),
        ("so????????", 8),
    ],
)
def test_a_few_question_marks_behind_a_word_ask(text, count):
    assert plausible.lost_characters(text) == count


@pytest.mark.parametrize("fill", ["锟斤拷", "ï¿½", "烫烫烫", "屯屯屯", "aEUR"])
def test_what_became_of_lost_characters_in_other_encodings_counts_as_lost(fill):
    assert plausible.lost_characters(f"the mill{fill}") == len(fill)
    assert plausible.lost_characters("烫手，屯田，the EUR and an ï in naïve") == 0


def test_a_text_without_doubtful_places_has_lost_no_character():
    draw = random.Random(3)
    parts = ["?", "??", "a", "b ", "_", "1", " ", "EUR", "锟斤拷", "ï¿½", "烫烫烫", "屯", "□", "\ufffd", "是", "？"]
    texts = ["".join(draw.choice(parts) for _ in range(draw.randint(1, 5))) for _ in range(5000)]
    doubtful = [plausible.num_doubtful(codes_of(text)) > 0 for text in texts]

    assert all(plausible.lost_characters(text) == 0 or one for text, one in zip(texts, doubtful, strict=True))
    assert plausible.num_doubtful(codes_of("Is it so? Yes? 是吗？ Euros, an EUR.")) == 0
