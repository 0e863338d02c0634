"""UTF-16 that was read a byte at a time becomes text again; other controls stay for their rule."""

import pytest

from llmpipe.corpus.decoding.wide_bytes import wide_bytes
from llmpipe.corpus.pipeline import clean_text
from llmpipe.sections.clean import CleanConfig

ENGLISH = "He said: “It’s late – isn’t it?”\nThe café was closed."
CHINESE = "他说，时间不早了。\n咖啡馆已经关门，1998年的事。"


@pytest.mark.parametrize("text", [ENGLISH, CHINESE])
@pytest.mark.parametrize("order", ["utf-16-le", "utf-16-be", "utf-16"])
def test_both_orders(text, order):
    assert wide_bytes(text.encode(order).decode("latin-1")) == text


def test_a_cut_last_byte():
    assert wide_bytes(ENGLISH.encode("utf-16-le")[:-1].decode("latin-1")).startswith(ENGLISH[:-1])


@pytest.mark.parametrize(
    "text", ["A field\x00and another\x00of a database.", "中文\x00和英文", "\x01\x02", "“quoted”\x00"]
)
def test_single_zeros_stay(text):
    assert wide_bytes(text) == text


def test_part_of_recode():
    dirty = ENGLISH.encode("utf-16-le").decode("latin-1")

    assert clean_text(dirty, "en", CleanConfig(recode=True)).text == ENGLISH
    assert clean_text(dirty, "en", CleanConfig()).text != ENGLISH
