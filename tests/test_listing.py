"""listing: long lists in a sentence."""

import pytest

from llmpipe.listing import first_few


@pytest.mark.parametrize(
    ("items", "most", "said"),
    [
        ([], 2, ""),
        (["a"], 2, "a"),
        (["a", "b"], 2, "a, b"),
        (["a", "b", "c"], 2, "a, b and 1 more"),
        (["a"] + ["b"] * 1200, 1, "a and 1,200 more"),
    ],
)
def test_first_few_and_how_many_more(items, most, said):
    assert first_few(items, most) == said
