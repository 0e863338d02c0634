"""Keys of contents and of paragraphs are hashes of what is left of a text without white space and case."""

import random

import xxhash

from llmpipe.corpus.contents import contents_of, keys
from llmpipe.corpus.paragraphs import paragraph_hashes, without
from llmpipe.corpus.text import words

SIGNS = "aB'’ \t\u3000\x1c\n\n.ßİſ1٣あ한你\U0002a6e0\U0001f600\ud800"


def texts() -> list[str]:
    draw = random.Random(3)
    return ["", "\n", " \n ", *("".join(draw.choice(SIGNS) for _ in range(draw.randint(0, 60))) for _ in range(400))]


def packed(text: str) -> bytes:
    return "".join(text.casefold().split()).encode("utf-8", "surrogatepass")


def test_a_key_is_the_hash_of_the_text_without_white_space_and_case():
    found = keys(contents_of([text.casefold() for text in texts()]))

    assert [int(high) << 64 | int(low) for high, low in found] == [
        xxhash.xxh3_128_intdigest(packed(text)) for text in texts()
    ]
    assert keys(contents_of([])).shape == (0, 2)


def test_paragraphs_are_lines_of_so_many_words_whatever_their_case_and_spaces():
    """Word by word as they are written: folded, a dotted capital I is a letter and a mark."""
    contents = contents_of([text.casefold() for text in texts()])

    assert paragraph_hashes(contents, texts(), 4) == [
        sorted({xxhash.xxh3_64_intdigest(packed(line)) for line in text.split("\n") if len(words(line)) >= 4})
        for text in texts()
    ]


def test_a_paragraph_is_taken_out_by_its_hash():
    (found,) = paragraph_hashes(contents_of(["a b c d\ne f g\nh i j k"]), ["a b c d\ne f g\nh i j k"], 4)

    assert len(found) == 2
    assert without("A  b c\td\ne f g", found, 4) == "e f g"
