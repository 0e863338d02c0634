"""Many literal texts looked for at once are found as `in` finds them."""

import random

import pytest

from llmpipe.corpus.literals import held, literals

SOUGHT = ["a", "ab", "bab", "bc", "caab", "你好", "好", "b 你", "cookie"]


def test_texts_held_are_those_that_in_finds():
    draw = random.Random(1)
    sought = literals(SOUGHT)
    for _ in range(2000):
        text = "".join(draw.choice("abc 你好x") for _ in range(draw.randint(0, 12)))

        assert held(text, sought).tolist() == [part in text for part in SOUGHT], text


def test_folded_texts_are_found_in_any_case():
    sought = literals(["kiss", "straße".casefold(), "été"], fold=True)

    assert held("\u212aI\u017fs, ÉTÉ", sought).tolist() == [True, False, True]
    assert held("STRAẞE", sought).tolist() == [False, True, False]


def test_surrogates_and_the_last_code_points_are_read():
    assert held("\ud800\U0010ffffbc", literals(SOUGHT))[3]


def test_too_many_characters_are_refused():
    with pytest.raises(ValueError, match="too many"):
        literals([chr(code) for code in range(0x4E00, 0x4F00)])
