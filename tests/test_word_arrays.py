"""Words as arrays: they are the words of `text.words`, told apart and counted without strings."""

import random
import unicodedata

import numpy as np
import pytest

from llmpipe.corpus import text as texts
from llmpipe.corpus.measures import measure
from llmpipe.corpus.word_arrays import num_words, numbered, table, words_of

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

    assert (found.num_odd(), measure(found.codes, ())[0].sayable) == (odd, sayable)


def test_equal_keys_share_a_number_in_order_of_their_first_places():
    keys = np.array([7, 2**64 - 1, 7, 0, 0, 7], dtype=np.uint64)

    numbers, counts, firsts = numbered(keys)

    assert numbers.tolist() == [0, 1, 0, 2, 2, 0]
    assert (counts.tolist(), firsts.tolist()) == ([3, 1, 2], [0, 1, 3])
    assert [len(found) for found in numbered(keys[:0])] == [0, 0, 0]


def test_hashes_of_tokens_and_ngrams_are_the_polynomials_of_their_definition():
    """Signatures on disk and the copies found by them depend on these very numbers."""
    base, multiplier, limit = 0xD6E8FEB86659FD93, 0x9E3779B97F4A7C15, 2**64

    def mixed(value):
        return int(texts.mix(np.array([value], dtype=np.uint64))[0])

    def token(word):
        return mixed(sum(ord(sign) * pow(base, place + 1, limit) for place, sign in enumerate(word)) % limit)

    def gram(hashes, n):
        total = 0
        for place in range(n):
            total = (total * multiplier + (hashes[place] if place < len(hashes) else 0)) % limit
        return mixed(total)

    samples = [*random_texts()[:50], "", "Don't 3x^2 你好", "one two three four five six"]
    # nobody's code points are Han characters for the regular expression only
    samples = ["".join(sign for sign in text if unicodedata.category(sign) not in ("Cn", "Cs")) for text in samples]
    split = [[token(word) for word in texts.match_tokens(text)] for text in samples]
    hashes, lengths = texts.token_hashes(samples)
    grams, offsets = texts.ngram_hashes(hashes, lengths, 5)

    assert hashes.tolist() == [value for found in split for value in found]
    assert lengths.tolist() == list(map(len, split))
    for number, found in enumerate(split):
        windows = [found[start : start + 5] for start in range(max(len(found) - 4, min(len(found), 1)))]
        assert grams[offsets[number] : offsets[number + 1]].tolist() == [gram(window, 5) for window in windows]


def test_words_between_two_places_are_counted_as_the_regular_expression_finds_them():
    for text in [*random_texts(), "don't don''t 'tis a'b’c 你好，world 你", "a'", "'"]:
        codes = texts.codes_of(text)

        assert num_words(codes, table(), 0, len(codes)) == len(texts.words(text)), text
        assert num_words(codes, table(), 1, len(codes)) == len(texts.words(text[1:])), text


def test_tables_look_at_all_planes_that_hold_letters():
    """A newer Unicode may need more: tags, selectors and private characters alone stand behind."""
    beyond = map(chr, range(texts.PLANES, 0x110000))

    assert {unicodedata.category(sign) for sign in beyond} <= {"Cn", "Co", "Cf", "Mn"}
