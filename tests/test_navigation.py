"""Navigation: what only the form tells goes from the ends of a text, and nothing else does."""

import pytest

from llmpipe.corpus.site_lines.boilerplate import boilerplate
from llmpipe.corpus.site_lines.navigation import is_navigation

ENGLISH = "The mill stands at the river, and nobody knows who built it."
CHINESE = "磨坊在河边，没有人知道是谁在什么时候把它建起来的。"


def cleaned(text):
    return boilerplate(text, navigation=True)


@pytest.mark.parametrize("text", [ENGLISH, CHINESE])
@pytest.mark.parametrize(
    "line",
    [
        "Magazine > Travel > Alps",
        "Shop / Boots / Leather",
        "You are here: Start - Library - Maps",
        "资讯 > 财经 > 股票",
        "所在位置：社区 / 摄影 / 器材",
        "< Back to all recipes",
        "« 3 4 5 6 ... 19 »",
        "Prev 1 2 3 Next",
        "Page 7 of 12",
        "第7页 共12页",
        "末页 3 2 1",
        "7 Nov 2011 | K. Berger",
        "By Karl Berger, Nov 7, 2011",
        "2011-11-07 08:15",
        "2011/11/07 08:15 来源：河边",
        "310 views 12 comments",
        "Category: Old Mills",
        "栏目：古建筑",
        "Maps · 4 min",
        "#oldmills #rivers",
        "#磨坊# #河流#",
        "River Gazette © 2011",
        "❤ 310  💬 12",
        "Read this too: Mills of the north",
        "下一篇推荐：北方的磨坊",
        "Subject: your letter",
    ],
)
def test_navigation_goes_from_both_ends(line, text):
    assert is_navigation(line)
    assert cleaned(f"{line}\n\n{text}") == text
    assert cleaned(f"{text}\n\n{line}") == text


@pytest.mark.parametrize(
    "line",
    [
        "7 November 1911",  # heads a letter
        "Chapter 3",
        "a > b > c",
        "x -> 2x -> 4x",
        "Anna Miller",
        "1 2 3 4 5",
        "King: Who is there",
        "The Mill / A Poem",
        "See, where he comes: so please you, step aside;",
        "5 + 3 = 8",
        "# mill",
        "[see_doctor] Anna: on Monday at the mill",
        "He came by night, and she was there at 10:30.",
        "1911年11月7日",
        "磨坊的故事",
    ],
)
def test_what_may_be_text_stays(line):
    assert not is_navigation(line)
    assert cleaned(f"{line}\n\n{ENGLISH}") == f"{line}\n\n{ENGLISH}"


def test_counts_go_beside_navigation_only():
    assert cleaned(f"7 Nov 2011 | K. Berger\nKarma 310\n\n{ENGLISH}") == ENGLISH
    assert cleaned(f"Karma 310\n\n{ENGLISH}") == f"Karma 310\n\n{ENGLISH}"


def test_a_title_may_stand_outside():
    assert cleaned(f"The Mill\n7 Nov 2011 | K. Berger\n\n{ENGLISH}") == f"The Mill\n\n{ENGLISH}"


def test_rows_of_a_record_and_texts_without_sentences_stay():
    record = f"Owner: Anna\nDate: 7 Nov 2011\n\n{ENGLISH}"

    assert cleaned(f"{ENGLISH}\nOwner: Anna\nDate: 7 Nov") == f"{ENGLISH}\nOwner: Anna\nDate: 7 Nov"
    assert cleaned(record) in (record, f"Owner: Anna\n\n{ENGLISH}")
    assert cleaned("Shop / Boots / Leather\nred boots") == "Shop / Boots / Leather\nred boots"


def test_rows_of_a_record_stay_at_the_end():
    text = f"{CHINESE}\n年份：2016年\n时间：上午2点\n名字：王小明"

    assert cleaned(text) == text


def test_it_is_off_by_default():
    text = f"Shop / Boots / Leather\n\n{ENGLISH}"

    assert boilerplate(text) == text
