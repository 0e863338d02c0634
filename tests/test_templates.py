"""Lines of a site that hold values are learned; what stands between them goes along; text and titles stay."""

import numpy as np
import pytest

from llmpipe.corpus.site_lines.edges import lines_gone
from llmpipe.corpus.site_lines.learned import learn, line_hashes
from llmpipe.corpus.site_lines.templates import strip_templates, template_hashes
from llmpipe.sections.clean import BoilerplateConfig

MONTHS = ("January", "March", "May", "July", "August", "October", "November", "December")
WRITERS = ("Anna Hill", "T. Ode", "Li Wen", "Joe King", "Mia Lund", "Ruth Day", "Sam Poe", "Ada Gray")
AUTHORS = ("李娜", "王小明", "张建", "刘洋", "赵敏", "孙立", "何静", "周平")
TEXT = "The mill {} stands at the river, and nobody knows who built it.\nIts {} wheel turned until the war."
HAN = "{}磨坊立在河边，没有人知道是谁建的。\n{}水轮一直转到战争那年。"
KINDS = ("north", "old", "red", "tall", "last", "stone", "lower", "new")


def made(form, text=TEXT, number=8):
    """Documents of one site in which the values differ, and what each should become."""
    bodies = [text.format(KINDS[n], KINDS[-n]) for n in range(number)]
    values = [
        {
            "month": MONTHS[n],
            "n": n * 7 + 3,
            "who": WRITERS[n],
            "author": AUTHORS[n],
            "id": f"{(n + 3) * 987654321:x}",
            "text": bodies[n],
            "first": bodies[n].split("\n")[0],
            "second": bodies[n].split("\n")[1],
        }
        for n in range(number)
    ]
    return [form.format(**row) for row in values], bodies


def learned(texts, **changes):
    config = BoilerplateConfig(
        **{"min_documents": 5, "min_long_sentence_ratio": 0.1, "min_short_ratio": 0.1, "min_ratio": 0.1} | changes
    )
    rows = np.concatenate([line_hashes(texts, True)[0], template_hashes(texts)[0]])
    return frozenset(learn(rows, len(texts), config).tolist())


def stripped(texts, rules=None):
    rules = learned(texts) if rules is None else rules
    return [strip_templates(text, rules) for text in texts]


@pytest.mark.parametrize(
    "form",
    [
        "Modified {month} {n}, 2014\n\n{text}",
        "{text}\n\nDownloaded from press.org on {n} {month} 2020. For personal use only in class.",
        "{text}\n\nYou have {n} free articles left in this month of the year.",
        "By {who}, The River Courier\n\n{text}",
        "{text}\n\nRequest number {id} of this site",
        "{text}\n\nFollow us here\nanswered {month} {n}, 2015 at 14:{n}\n{who}\nBrowse other questions tagged",
        "Source of this page: {id}\nHidden rows: all of them | short ones\n\n{text}",
    ],
)
def test_values_do_not_hide_a_line(form):
    texts, bodies = made(form)

    assert stripped(texts) == bodies


@pytest.mark.parametrize(
    "form",
    [
        "河谷晚报 记者 {author}\n\n{text}",
        "{text}\n\n收稿日期：20{n}年10月{n}日 编号{id}\n（责任编辑 {author}）",
        "{text}\n\n本页面最后修订于20{n}年{n}月{n}日，以原文为准。",
    ],
)
def test_chinese_values_do_not_either(form):
    texts, bodies = made(form, HAN)

    assert stripped(texts) == bodies


@pytest.mark.parametrize("head", ["{n} | {who}: Notes from the field", "Annals of the old river · {n}"])
def test_a_running_head_goes_from_within(head):
    form = "{text}\nIt was: {first}\n\n" + head + "\n\n{text}\nIt is: {second}"
    texts, _ = made(form)
    kept = ["\n".join(line for line in text.split("\n") if "It" in line or "The mill" in line) for text in texts]

    assert ["\n".join(filter(None, text.split("\n"))) for text in stripped(texts)] == kept


def test_a_heading_within_stays():
    texts, _ = made("{text}\nIt was: {first}\n\n3. Results and discussion\n\n{text}\nIt is: {second}")

    assert stripped(texts) == texts


def test_a_title_above_a_learned_line_stays():
    texts, bodies = made("Mill of {first}\nModified {month} {n}, 2014\n\n{text}")

    assert stripped(texts) == texts != bodies


def test_speakers_and_rows_that_all_paragraphs_have_stay():
    play, _ = made("MENENIUS:\n{first}\n\nSICINIUS:\n{second}\n\nMENENIUS:\nAnd {first}")
    record, _ = made(
        "Kind of mill: water\nPlace of it: river\n\nText of it: {first}\n\nYear of mill: 18{n}\nKind of it: old one"
    )

    assert stripped(play) == play
    assert stripped(record) == record


def test_few_documents_are_no_evidence():
    texts, _ = made("Modified {month} {n}, 2014\n\n{text}", number=4)

    assert learned(texts) == frozenset()
    assert stripped(texts) == texts


def test_drills_are_no_evidence():
    """Sentences of which the numbers differ are the text of a drill, unless a blank line parts them from it."""
    texts = [
        f"What is the sum of {n} and {n + 2} here?\nThe sum of {n} and {n + 2} here is {2 * n + 2}." for n in range(9)
    ]

    assert stripped(texts) == texts


def test_a_page_of_nothing_else_goes_whole():
    texts = [
        f"{name}.com is yours!\nBuy it today for {n * 731} coins\nThis name is kept here for its owner."
        for n, name in enumerate(KINDS)
    ]
    own, _ = made("Buy it today for {n} coins\nThis name is kept here for its owner.\n\n{text}")

    assert stripped(texts) == [""] * 8
    assert all(stripped(own, learned(texts + own)))


def test_a_chinese_page_of_nothing_else_goes_too():
    texts = [
        f"您访问的域名 {name}.com 正在出售！\n一口价：{n * 731}元 立即购买\n本域名由米市场代为展示和管理"
        for n, name in enumerate(KINDS)
    ]

    assert stripped(texts) == [""] * 8


def test_a_page_that_is_the_same_but_for_its_values_goes():
    form = "Weather of the lake\nTemp: {}°C Wind: {} km/h\nHumidity: {} % Dew point: {}°C\nSunrise: 5:{} Sunset: 21:{}"
    texts = [form.format(*range(n, n + 6)) for n in range(11, 19)]
    drills = [f"What is {n} + {n}?\n{2 * n}\nRight." for n in range(9)]

    assert stripped(texts) == [""] * 8
    assert stripped(texts[:3] * 4) == texts[:3] * 4  # copies of three pages
    assert stripped(drills) == drills


def test_names_need_no_blank_line_beside_enough_words():
    texts, bodies = made("{text}\nSigned off by {who}, head of the school")

    assert stripped(texts) == bodies
    short, _ = made("{text}\nBy {who}")
    assert stripped(short) == short


def test_a_line_alone_has_no_template():
    assert template_hashes(["Modified May 3, 2014", ""])[0].shape == (0, 2)
    assert strip_templates("", frozenset({1})) == ""


def test_the_lines_that_go_are_named():
    texts, _ = made("Modified {month} {n}, 2014\n\n{text}")

    assert lines_gone(texts[0], strip_templates(texts[0], learned(texts))) == ["Modified January 3, 2014"]
