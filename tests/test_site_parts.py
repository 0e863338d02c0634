"""What a site repeats in lines that differ: learned from its pages, taken from their ends, and never from the text."""

import numpy as np
import pytest
from test_clean import _one_process, kept, raw, run  # noqa: F401  (a fixture)

from llmpipe.corpus.learned import learn, line_hashes
from llmpipe.corpus.site_parts import part_hashes, strip_parts
from llmpipe.records import Document
from llmpipe.sections.clean import BoilerplateConfig

CONFIG = BoilerplateConfig(min_documents=10, min_long_sentence_ratio=0.0003)
NOUNS = "kettle harbour orchard chimney saddle lantern quarry meadow anchor button copper ladder".split()  # noqa: SIM905
TITLES = (
    "Five quiet beaches",
    "Why tomatoes split",
    "Slow cookers",
    "Buses of the north",
    "Myths about sleep",
    "Old hedges",
)
NAMES = ("Dana Whitlock", "Omar Reyes", "Helen Marsh", "Pete Duffy")
PLACES = "东南西北中前后左右上下高"
NOUNS_ZH = ("水壶", "港口", "果园", "烟囱", "马鞍", "灯笼", "采石场", "草地", "船锚", "纽扣", "铜器", "梯子")


def english(number: int) -> str:
    one, two = NOUNS[number % 12], NOUNS[(number * 5 + 3) % 12]
    return (
        f"The {one} of {one}ville{number} was built in stone by people who knew the {two} well. "
        f"Nobody in the valley had seen a {two} of that size, and many came to look at the {one}."
    )


def chinese(number: int) -> str:
    one, two = NOUNS_ZH[number % 12], NOUNS_ZH[(number * 5 + 3) % 12]
    return (
        f"{PLACES[number % 12]}村的{one}是用石头做的，大家都很熟悉{two}。"
        f"山谷里没有人见过那么大的{two}，很多人来看{one}。"
    )


def learned(texts: list[str]) -> frozenset[int]:
    rows = np.concatenate([*map(line_hashes, texts), *part_hashes(texts)])
    return frozenset(learn(rows, len(texts), CONFIG).tolist())


def filled(form: str, number: int) -> str:
    return form.format(title=TITLES[number % 6], name=NAMES[number % 4], n=number + 2)


@pytest.mark.parametrize(
    "tail",
    [
        "\nRead next: {title}",
        "\nWords by {name}",
        "\n{title} | Harbour Post",
        "\nYou could also try\n{title}\n{title}",
        "\nRevision {n}, by {name}",
        "\nSend",
        "\n☰ {n} ›",
        " Members of the Post save twenty percent on all our tickets.",
        " A version of this piece first ran in the spring issue of {name}.",
        " MORE: {title}",
    ],
)
def test_ends_of_pages(tail: str) -> None:
    pages = [english(number) + filled(tail, number) for number in range(40)]
    known = learned(pages)

    assert [strip_parts(page, known) for page in pages] == list(map(english, range(40)))


@pytest.mark.parametrize(
    "tail",
    [
        "\n延伸：{title}",
        "\n推荐给您 · {title}",
        "\n滑动看下页",
        "（文/{name}）",
        "喜欢这类故事的话记得把海港设为星标。",
    ],
)
def test_ends_of_chinese_pages(tail: str) -> None:
    pages = [chinese(number) + filled(tail, number) for number in range(40)]
    known = learned(pages)

    assert [strip_parts(page, known) for page in pages] == list(map(chinese, range(40)))


@pytest.mark.parametrize("head", ["Harbour Post / Food / {title}\n", "Photo: {name}\n", "[Advertisement] "])
def test_heads_of_pages(head: str) -> None:
    pages = [filled(head, number) + english(number) for number in range(40)]
    known = learned(pages)

    stripped = [strip_parts(page, known) for page in pages]

    if head.startswith("["):  # one word in brackets is not told from the sentence behind it
        assert stripped == pages
    else:
        assert stripped == list(map(english, range(40)))


def dialogue(number: int) -> str:
    noun = NOUNS[number % 12]
    return (
        f"User: Where is the {noun}{number} of the old town?\nHelper: Behind the {noun}.\n"
        "User: Thanks for all of that\nHelper: Anything else"
    )


def record(number: int) -> str:
    return f"{english(number)}\nName: {NAMES[number % 4]}\nTrade: baker\nTown: Leith number {number}"


def titled(number: int) -> str:
    return f"Title: the {NOUNS[number % 12]} of {NOUNS[number % 12]}ville{number}\n{english(number)}"


def headed(number: int) -> str:
    return f"Work of {NAMES[number % 4]} {number}\n{english(number)}"


def sentences(number: int) -> str:
    return f"{english(number)} The work took {number} days. Thank you all."


def indented(number: int) -> str:
    return f"{english(number)}\n  positive\nit was bad, said {NAMES[number % 4]} {number}\n  negative"


@pytest.mark.parametrize("make", [dialogue, record, titled, headed, sentences, indented])
def test_what_people_repeat_stays(make) -> None:
    pages = list(map(make, range(60)))
    known = learned(pages)

    assert [strip_parts(page, known) for page in pages] == pages


def test_copies_of_one_page_teach_nothing() -> None:
    pages = [
        english(7).replace("many", f"many{number}") + " It stands beside a lamp post until someone moves it."
        for number in range(30)
    ]
    known = learned(pages)

    assert [strip_parts(page, known) for page in pages] == pages


def test_a_page_of_nothing_else_stays() -> None:
    pages = [english(number) + "\nWords by " + NAMES[number % 4] for number in range(40)]
    known = learned(pages)

    assert strip_parts("Short.\nWords by Dana Whitlock", known) == "Short.\nWords by Dana Whitlock"
    assert strip_parts("", known) == ""
    assert strip_parts("\n \n", known) == "\n \n"
    assert [len(rows) for rows in part_hashes(["", "one line"])] == [0, 0]


@pytest.mark.parametrize("parts", [True, False])
def test_the_stage_learns_them_when_it_should(tmp_path, parts) -> None:
    """Whatever the tasks; and letters are made plain on the way."""
    pages = [
        Document(f"p{number:02d}", english(number) + f"\nLately: {TITLES[number % 6]} \U000f0001", "en", "post")
        for number in range(54)
    ]
    layout = raw(tmp_path, pages)

    run(
        layout,
        odd_letters=True,
        boilerplate={"learned_parts": parts},
        duplicates={"exact": False, "near": False},
    )

    assert {name: page.text for name, page in kept(layout).items()} == {
        page.id: english(number) if parts else page.text.removesuffix(" \U000f0001")
        for number, page in enumerate(pages)
    }
