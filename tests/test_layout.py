"""Line ends spelled out, accents, letters, columns and indents as a writer had them; what only looks so stays."""

import random
import textwrap

import pytest

from llmpipe.config import CleanConfig
from llmpipe.corpus.characters import Characters
from llmpipe.corpus.layout import columns, layout, may_have_columns, may_have_layout
from llmpipe.corpus.pipeline import clean_text

CHANGED = {
    "sheet": ("The mill_x000D_\nwas sold.", "The mill\nwas sold."),
    "sheet_row": ("磨坊_x000D__x000A_卖掉了。", "磨坊\n卖掉了。"),
    "caret": ("The mill^M\nwas sold.^M", "The mill\nwas sold."),
    "symbols": ("磨坊␤卖掉了。", "磨坊\n卖掉了。"),
    "stored": ('The mill\\nWas sold. \\"Don\\\'t wait,\\" he said.', 'The mill\nWas sold. "Don\'t wait," he said.'),
    "stored_zh": ("磨坊\\r\\n他说：\\\"再来。\\\"", "磨坊\n他说：\"再来。\""),
    "apostrophe": ("It isn\\'t here.", "It isn't here."),
    "json": ('"The mill.\\n\\"It\'s late,\\" he said."', 'The mill.\n"It\'s late," he said.'),
    "cell": ('"She said ""no"" to me."', 'She said "no" to me.'),
    "before": ("a na¨ıve r´esum´e from Z¨urich, Se˜nora", "a naïve résumé from Zürich, Señora"),
    "after": ("a nai¨ve re´sume´ from Zu¨rich", "a naïve résumé from Zürich"),
    "parted": ("M ¨uller and Universit´ e", "Müller and Université"),
    "combining": ("cafe \u0301 in Zu \u0308rich", "café in Zürich"),
    "apart": ("T h e   o l d   m i l l\nIt was sold.", "The old mill\nIt was sold."),
    "hyphens": ("T-h-e o-l-d m-i-l-l\nIt was sold.", "The old mill\nIt was sold."),
    "known": ("t h e o l d m i l l\nIt is the old one, and a mill.", "the old mill\nIt is the old one, and a mill."),
    "name": ("M a l d o r\nMaldor was born in May.", "Maldor\nMaldor was born in May."),
    "han": ("磨  坊  的  故  事\n它在五月卖掉了。", "磨坊的故事\n它在五月卖掉了。"),
}  # fmt: skip
KEPT = {
    "path": "The folder is C:\\new\\table on the machine.",
    "sign": "The sign \\n stands for a line end, and \\t for a tab.",
    "code": 'printf("one\\nTwo\\nThree");',
    "formula": 'The angle $\\nu$ is \\"small\\" here.',
    "field": "The name of the field is _x000D_ or so.",
    "apostrophe": "It´s late, and that´s what the Lees´ house is.",
    "elision": "The word l´eau is French, and so is d´accord.",
    "accents": "The signs ´ and ¨ and ˆ are accents.",
    "letters": "a b c d e f\nx y z\nare letters.",
    "digits": "1 9 9 8\n2 0 0 1\nare years.",
    "initials": "J. R. R. Lee\nU. S. A.\nare no words.",
    "spelled": "The word is spelled h-o-u-s-e, he said.",
    "quotes": '"One" and ""two"" are quoted.',
    "pilcrow": "The sign ¶ begins a paragraph.\nIt is old.",
}


@pytest.mark.parametrize("name", CHANGED)
def test_the_shape_is_undone(name):
    """Each sign of a program comes to what the writer had."""
    dirty, clean = CHANGED[name]

    assert layout(dirty) == clean
    assert may_have_layout(Characters([dirty])).all()


@pytest.mark.parametrize("name", KEPT)
def test_what_only_looks_so_stays(name):
    """A text about such signs, or with one of them, is the same after."""
    assert layout(KEPT[name]) == KEPT[name]


ENGLISH = "Maldor was born in 1968 in the old town. The work place of Maldor is a market at the river, and he likes it."
CHINESE = "磨坊在五月卖掉了，买它的人是一个木匠。他从前住在河的那一边，每天要走三里路。后来他把房子修好了。"


@pytest.mark.parametrize("width", range(24, 60, 3))
def test_narrow_columns_of_english_become_a_line(width):
    """At any width at which some line breaks within a sentence."""
    lines = textwrap.wrap(ENGLISH, width)

    assert columns("\n".join(lines)) == ENGLISH


@pytest.mark.parametrize("width", [*range(10, 18), *range(20, 24)])
def test_narrow_columns_of_chinese_become_a_line(width):
    """A mark may hang over the margin."""
    lines, rest = [], CHINESE
    while rest:
        cut = width + (rest[width : width + 1] in "，。")
        lines, rest = [*lines, rest[:cut]], rest[cut:]

    assert columns("\n".join(lines)) == CHINESE


def test_a_headline_keeps_its_line():
    """Before and behind columns."""
    body = "\n".join(textwrap.wrap(ENGLISH, 40))

    assert columns(f"{body}\nMaldor sells the mill") == f"{ENGLISH}\nMaldor sells the mill"
    assert (
        columns("磨坊的故事\n" + CHINESE[:20] + "\n" + CHINESE[20:40] + "\n" + CHINESE[40:]) == "磨坊的故事\n" + CHINESE
    )


LINES = {
    "verse": "The river runs,\nthe river turns,\nand all the summer long\nit sings its song.",
    "poem": "床前明月光，\n疑是地上霜。\n举头望明月，\n低头思故乡。",
    "list": "bread of the house\nmilk and butter\ntwo eggs and a cup of the flour\nsalt",
    "dialogue": "Where is he?\nat home\nand the others?\nthey went to the river",
    "answers": "问：费帕亨住在哪里？答：月河\n他拨打了119，51分钟后车就到了。",
    "address": "Ann Lee\nthe old mill\n12 river road\nMoonriver",
    "menu": "上一章 章节目录 下一章\n一秒记住【月影小说网】，更新快！",
    "items": "- the old mill of the town was\n- sold in May to a man of the river.",
    "code": "for item in the_list_of_items:\n    print(item)\nreturn the_list_of_items.",
    "speech": "“雨伞在哪儿呢，你说？”\n“问推车旁边那个人。”",
    "paragraphs": "The mill was sold in May.\nIt was old.\nNobody had lived there.",
}


@pytest.mark.parametrize("name", LINES)
def test_lines_that_are_lines_stay(name):
    """Verse, lists, turns, menus and paragraphs are no columns."""
    assert columns(LINES[name]) == LINES[name]


def test_indents_of_all_lines_go():
    """Wide spaces of Chinese pages, and a margin of spaces."""
    assert columns("\u3000\u3000磨坊卖掉了。\n\u3000\u3000后来呢？") == "磨坊卖掉了。\n后来呢？"
    assert columns("    The mill.\n      Old.") == "The mill.\n  Old."


def test_the_looks_miss_none():
    """A text that a rule changes is always looked at, by itself or among others."""
    draw = random.Random(3)
    texts = [dirty for dirty, _ in CHANGED.values()] + list(KEPT.values()) + list(LINES.values())
    texts += ["\n".join(textwrap.wrap(ENGLISH, draw.randrange(24, 70))) for _ in range(20)]
    found = Characters(texts)

    assert all(looked for looked, text in zip(may_have_layout(found), texts, strict=True) if layout(text) != text)
    assert all(looked for looked, text in zip(may_have_columns(found), texts, strict=True) if columns(text) != text)


def test_it_is_off_by_default():
    """Without the parameters a text stays; with them the rules that changed it are named."""
    text = "The mill_x000D_\nwas sold in May, and the river ran on."
    on = clean_text(text, "en", CleanConfig(layout=True, filters={"min_words": None}))

    assert clean_text(text, "en", CleanConfig(unwrap=False)).text == text
    assert (
        on.text == "The mill was sold in May, and the river ran on."
        or on.text == "The mill\nwas sold in May, and the river ran on."
    )
    assert "layout" in on.changed
