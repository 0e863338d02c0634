"""Words as arrays: they are the words of `text.words`, told apart and counted without strings."""

import random

import numpy as np
import pytest

from llmpipe.corpus import text as texts
from llmpipe.corpus.word_arrays import words_of

SIGNS = "ab’'K ſ.ßçñÇ1٣²Ⅷx bcdf\n_あ한𠀀\U0002a6e0\U0002fa20\ud800"  # letters, digits and signs of all kinds


def random_texts() -> list[str]:
    draw = random.Random(1)
    return ["".join(draw.choice(SIGNS) for _ in range(draw.randint(1, 60))) for _ in range(500)]


def test_words_are_those_of_the_regular_expression_and_equal_ones_share_a_number():
    for text in [*random_texts(), "don't don''t 'tis a'b’c 你好，world 你", "...", "x"]:
        found, expected = words_of(text), texts.words(text)
        vocabulary = found.vocabulary

        assert found.strings(np.arange(len(found))) == expected
        assert [vocabulary[number] for number in found.numbers] == expected
        assert len(vocabulary) == len(set(expected))
        assert found.lengths.tolist() == list(map(len, expected))
        assert found.num_decimal() == sum(map(str.isdecimal, expected))
        assert found.num_present(("a", "b", "你")) == len({"a", "b", "你"} & set(expected))


@pytest.mark.parametrize(
    ("text", "odd", "sayable"),
    [
        ("strength sdfghjkl brrr brr", 2, 3),  # too short; ngth are four in a row
        ("HTML SDFGH sdfgh Sdfgha", 2, 4),  # capitals are acronyms
        ("xkcd's x1kcd bcdf_ghjk", 2, 2),  # words of letters only; a low line parts words
        ("Ñçßk über Kſtrq", 2, 3),
        ("", 0, 0),
    ],
)
def test_odd_words_have_no_vowel_or_five_consonants_in_a_row(text, odd, sayable):
    found = words_of(text)

    assert (found.num_odd(), found.num_sayable()) == (odd, sayable)
