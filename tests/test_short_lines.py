"""Lines of one word are learned from a site where blank lines part them from the text, and only there."""

import pytest

from llmpipe.corpus.site_lines.learned import learn, line_hashes, strip_learned
from llmpipe.sections.clean import BoilerplateConfig

ENGLISH = "The mill number {} stands at the river, and nobody knows who built it."
CHINESE = "第{}座磨坊在河边，没有人知道是谁在什么时候把它建起来的。"


def learned(texts, ratio=0.1):
    config = BoilerplateConfig(min_documents=5, min_short_ratio=ratio)
    rows, _ = line_hashes(texts, ratio is not None)
    return frozenset(learn(rows, len(texts), config).tolist())


def texts(form, text=ENGLISH, number=8):
    names = ("one", "two", "ten", "old", "new", "tall", "red", "last")
    return [form.replace("TEXT", text.format(names[n])).replace("N", str(n + 1)) for n in range(number)]


@pytest.mark.parametrize("text", [ENGLISH, CHINESE])
@pytest.mark.parametrize("line", ["Upvotes", "推广", "1 2 3 ... N >>", "热度 N", "❤ N"])
def test_it_goes_where_it_stands_apart(line, text):
    for form in (f"{line}\n\nTEXT", f"TEXT\n\n{line}"):
        found = texts(form, text)
        rules = learned(found)

        assert [strip_learned(one, rules) for one in found] == texts("TEXT", text)


def test_it_stays_beside_the_text():
    apart = learned(texts("TEXT\n\nUpvotes"))

    assert strip_learned("Who built it?\nUpvotes", apart) == "Who built it?\nUpvotes"
    assert learned(texts("TEXT\nUpvotes")) == frozenset()


def test_it_goes_with_a_longer_learned_line():
    found = texts("TEXT\n\nMore of the mills\nUpvotes")

    assert strip_learned(found[0], learned(found)) == texts("TEXT")[0]


def test_sentences_and_few_documents_are_no_evidence():
    assert learned(texts("TEXT\n\nYes.")) == frozenset()
    assert learned(texts("TEXT\n\nUpvotes", number=4)) == frozenset()


def test_it_is_off_by_default():
    assert BoilerplateConfig().min_short_ratio is None
    assert learned(texts("TEXT\n\nUpvotes"), None) == frozenset()
