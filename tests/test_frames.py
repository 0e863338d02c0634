"""Blocks around a text go with the lines that their site repeats; titles, verse, letters, lists and turns stay."""

import numpy as np
import pytest

from llmpipe.corpus.characters import Characters
from llmpipe.corpus.pipeline import Cleaned, _lost_lines, clean_text
from llmpipe.corpus.site_lines.frames import Cut, frame_hashes, may_have_frames, strip_frames
from llmpipe.corpus.site_lines.learned import learn, line_hashes
from llmpipe.corpus.site_lines.templates import template_hashes
from llmpipe.sections.clean import BoilerplateConfig, CleanConfig

TITLES = (
    "Bridge closed until spring", "Choir wins a county prize", "Bakery sold for one pound", "Ferry runs at night again",
    "Glass works hire again", "Parking fees go down", "Swimming pool shut early", "Farmers fear dry summers",
)  # fmt: skip
HAN_TITLES = (
    "大桥封闭到明春", "合唱队获县里奖", "面包房一元出售", "渡船夜里又开了", "玻璃厂重新招人", "停车收费要下调",
    "泳池提早关门了", "农户担心夏季旱",
)  # fmt: skip
WRITERS = ("Anna Hill", "Tom Ode", "Li Wen", "Joe King", "Mia Lund", "Ruth Day", "Sam Poe", "Ada Gray")
KINDS = ("north", "old", "red", "tall", "last", "stone", "lower", "newest")
TEXT = "The {} mill stands at the river, and nobody knows who built it.\nIts {} wheel turned until the war."
HAN = "{}磨坊立在河边，没有人知道是谁建的。\n{}水轮一直转到战争那年。"


def made(form, text=TEXT):
    """Documents of one site in which the values differ, and what each should become."""
    bodies = [text.format(KINDS[n], KINDS[-n]) for n in range(8)]
    values = [
        {
            "n": n * 7 + 3,
            "kind": KINDS[n],
            "who": WRITERS[n],
            "title": TITLES[n],
            "other": TITLES[n - 3],
            "han": HAN_TITLES[n],
            "text": bodies[n],
            "first": bodies[n].split("\n")[0],
            "second": bodies[n].split("\n")[1],
        }
        for n in range(8)
    ]
    return [form.format(**row) for row in values], bodies


def learned(texts, **changes):
    config = BoilerplateConfig(**{"min_documents": 5, "min_short_ratio": 0.1, "min_ratio": 0.1} | changes)
    rows = [line_hashes(texts, True)[0], template_hashes(texts)[0], frame_hashes(texts)[0]]
    return frozenset(learn(np.concatenate(rows), len(texts), config).tolist())


def stripped(texts, cut=Cut()):  # noqa: B008  (immutable)
    rules = learned(texts)
    return [strip_frames(text, rules, cut) for text in texts]


@pytest.mark.parametrize(
    ("form", "text"),
    [
        ("{who}\n·\nFollow this writer\n{n} min read\n{n}\n\n{text}", TEXT),
        ("{text}\n\nYou may also like\n{title}\n{other}\nMore from the Tarn Courier", TEXT),
        ("{text}\n\nPrevious: {title}\nNext: {other}", TEXT),
        ("{first}\nREAD ALSO: {title}\n{second}", TEXT),
        ("{text}\n\n{who} is a staff writer who covers towns for the Courier.\nFollow the staff writer", TEXT),
        ("Tarn Parish Council\n\n{first}\nPage {n} of 70\nTarn Parish Council\n{second}\n\nPage {n} of 70", TEXT),
        ("{text}\nMore from this desk\n{title}\nSent from the Tarn Courier", TEXT),
        ("{n}\n\n{text}\n\nFiled in the Tarn archive\n{title}", TEXT),
        ("{text}\n\n上一条：{han}\n下一条：{han}县", HAN),
        ("{first}\n延伸阅读：{han}\n{second}", HAN),
        ("{first}\n【相关新闻】{han}\n{second}", HAN),
        ("塔恩日报网 正文\n{n}\n\n{text}\n\n相关报道\n{han}\n塔恩日报编辑部", HAN),
    ],
)
def test_a_frame_goes_with_its_own_values(form, text):
    texts, bodies = made(form, text)
    assert stripped(texts) == bodies


def test_lost_lines_are_those_of_the_site_not_what_other_rules_changed():
    """The text is redacted and its lines are joined afterwards: neither is a line of the site."""
    texts, _ = made("{text}\n\nYou may also like\n{title}\n{other}\nMore from the Tarn Courier")
    document = {"text": texts[0], "raw": texts[0], "changed": []}
    cleaned = Cleaned("The [EMAIL] mill stands until the war.", "en", ("learned_blocks", "unwrap", "pii_email"))

    lost = _lost_lines([document], ["web"], [cleaned], {"web": learned(texts)})

    assert lost == {
        ("web", line): 1 for line in ("You may also like", TITLES[0], TITLES[-3], "More from the Tarn Courier")
    }


def test_headlines_go_where_lines_of_a_listed_form_went_below_them():
    text = "{}\n\n· {}\n· {}".format(TEXT.format("old", "red"), *TITLES[:2])
    assert strip_frames(text, frozenset(), Cut(tail=True)) == TEXT.format("old", "red")
    assert strip_frames(text, frozenset(), Cut()) == text


@pytest.mark.parametrize(
    "form",
    [
        "The {kind} mill\n\n{text}",  # a title of the text
        "Tarn Courier, page {n}\nThe {kind} mill\n\n{text}",  # a title below a known line
        "{first}\nTitle: the mill and its wheel, {title}\n{second}",  # a label of the text
        "{first}\nAnna: it was {title}\nJoe: no\nAnna: yes it was {other}\n{second}",  # turns
        "{first}\n    Note: {title} today\n{second}",  # indented: code and verse
        "{text}\n\nShe took three things from the mill:\n\nA sack of flour\n{title}\nA lamp",  # announced
        "ANNA HILL:\n{first}\n\nJOE KING:\n{second}",  # speakers
        "Anna: {title}\n\nJoe: Not {kind}\n\nAnna: {first}\n\nJoe: {other}",  # turns that blank lines part
        "{first}\n\n{second}",
    ],
)
def test_what_belongs_to_the_text_stays(form):
    texts, _ = made(form)
    kept = [text.removeprefix(f"Tarn Courier, page {n * 7 + 3}\n") for n, text in enumerate(texts)]
    assert stripped(texts) == kept


def test_a_hard_wrapped_paragraph_is_not_cut():
    notice = (
        "Permission is hereby granted, free of charge, to any person\n"
        "who obtains a copy of this text from the archive\nof the town, to read it aloud in any room of house {}."
    )
    texts = [f"{notice.format(n)}\n\n{TEXT.format(KINDS[n], KINDS[-n])}" for n in range(8)]
    assert stripped(texts) == texts


def test_a_text_is_never_emptied_by_its_frame():
    texts = ["More from this desk\n\nSent from the Tarn Courier"] * 8
    assert stripped(texts) == texts


LOGIN = ("Sign up", "Password", "Remember me", "Continue as guest", "Date of birth", "Resend the code", "Confirm mail")
SHELF = ("Lamp", "Scarf", "Kettle", "Pillow", "Mug", "Bowl", "Rug", "Clock")


def pages():
    doors = ["\n".join([*(LOGIN[(n + k) % 7] for k in range(5)), f"Tarn{n}"]) for n in range(8)]
    goods = ["\n".join(f"{SHELF[(n + k) % 8]} {k * n}\n${n}{k}.99 Quick view" for k in range(6)) for n in range(8)]
    cells = "_c{0}\tads{1}{0}.com\t{1} days\tHTTP cookie (needed)"
    tables = ["\n".join(cells.format(k, n + k) for k in range(5)) for n in range(8)]
    return {"doors": doors, "goods": goods, "tables": tables}


@pytest.mark.parametrize("name", ["doors", "goods"])
def test_a_page_of_what_many_pages_hold_goes(name):
    assert set(stripped(pages()[name])) == {""}


def test_texts_that_are_cut_off_say_nothing():
    teasers = (
        "The mill at the river [...]\n2014-03-19\nNobody knows who built [...]\nIts old wheel turned [...]\n2011-02-01"
    )
    assert strip_frames(teasers, frozenset(), Cut()) == ""


@pytest.mark.parametrize(
    "page",
    [
        "{a}: 12\n{b}: 17\n{c}: 4\n{a} = 12\n{c} = 4",  # a record and its questions
        "The derivative of {n}x is {n}.\nThe derivative of 3x is 3.\nOf 5x it is 5.",
        "call {a} now\n  call_person\nwake me at {n}\n  set_alarm\nopen the {b} door\n  open_door",  # with labels
        "The {a} sleeps below the town\nThe ropes of {b} are black\nAnd what the {c} carries down\nIt keeps",
    ],
)
def test_records_drills_and_verse_are_no_pages(page):
    texts = [page.format(a=KINDS[n], b=WRITERS[n], c=SHELF[n], n=n + 2) for n in range(8)]
    assert stripped(texts) == texts


def test_the_look_misses_nothing():
    texts = [text for group in pages().values() for text in group]
    for form in ("{text}\n\nPrevious: {title}\nNext: {other}", "{first}\nREAD ALSO: {title}\n{second}"):
        texts += made(form)[0]
    texts += ["", "\n", "one line", "One. Two.\nThree went home and nobody saw him again."]
    rules = learned(texts)
    may = may_have_frames(Characters(texts))
    for text, likely in zip(texts, may.tolist(), strict=True):
        assert likely or (strip_frames(text, rules, Cut()) == text and len(frame_hashes([text])[0]) == 0)
    assert not may_have_frames(
        Characters(["One. Two.\nThree of them went home that night and nobody ever saw him again."])
    ).any()


def test_chats_are_a_part_of_mails():
    config = CleanConfig(boilerplate=BoilerplateConfig(mails=True))
    chat = (
        "[16/03/2018, 14:21:33] Anna: The mill is open again.\n[16/03/2018, 14:22:07] Joe: Then we go there on Sunday."
    )
    assert clean_text(chat, "en", config).text == "The mill is open again.\nThen we go there on Sunday."
