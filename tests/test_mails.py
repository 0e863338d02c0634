"""A mail's own text is kept, and a text that is quoted whole; what is no mail stays as it is."""

import pytest

from llmpipe.corpus.site_lines.mails import mails

TEXT = "The mill stands at the river, and nobody knows who built it.\nIts wheel turned until the war."
HAN = "磨坊立在河边，没有人知道是谁在什么时候把它建起来的，镇上的老人也说不清。\n水轮一直转到战争那年。"
WROTE = "On 3 May 2010 at 4:15, Ruth Day <ruth@mill.org> wrote:"
WROTE_HAN = "周平 于 2010年10月12日 写道："
HEAD = "From: Ruth Day\nSent: 3 May 2010\nTo: list\nSubject: the mill"
HEAD_HAN = "发件人：周平\n发送时间：2010年5月3日\n收件人：列表\n主题：磨坊"


def quoted(text, mark="> "):
    return "\n".join(mark + line for line in text.split("\n"))


@pytest.mark.parametrize(
    "mail",
    [
        f"{WROTE}\n{quoted(TEXT)}",
        f"{WROTE}\n\n{quoted(TEXT, '>')}",
        quoted(TEXT, ">> "),
        quoted(TEXT, "> > "),
        f"{WROTE}\n{quoted(TEXT)}\n______________________\nmill mailing list\nhttp://lists.mill.org/mill",
        f"{TEXT}\n\n{WROTE}\n{quoted('I do not know either.')}",
        f"{WROTE}\n{quoted('Who built it?')}\n\n{TEXT}",
        f"{HEAD}\n\n{TEXT}",
        f"---------- Forwarded message ---------\n{HEAD}\n\n{TEXT}",
        f"{TEXT}\n\n-----Original Message-----\n{HEAD}\n\nWho built it?",
        f"{TEXT}\n-- \nRuth Day\nThe Mill, room 3",
        f"{TEXT}\n------------------------\nTo leave write to mill-leave@mill.org",
        f"{TEXT}\n\n{WROTE}\n{quoted('Who?')}\n--\nRuth",
    ],
)
def test_english(mail):
    assert mails(mail) == TEXT


@pytest.mark.parametrize(
    "mail",
    [
        f"{WROTE_HAN}\n{quoted(HAN)}",
        f"{HAN}\n\n{WROTE_HAN}\n{quoted('是谁建的？')}",
        f"{HEAD_HAN}\n\n{HAN}",
        f"------------------ 原始邮件 ------------------\n{HEAD_HAN}\n\n{HAN}",
        f"{HAN}\n_________________________\n磨坊邮件列表\nhttp://lists.mill.org",
    ],
)
def test_chinese(mail):
    assert mails(mail) == HAN


@pytest.mark.parametrize(
    "text",
    [
        TEXT,
        "> One line of an essay is no mail.",
        f"{TEXT}\n> Who built it?\nThis nobody knows.\n> And when?\nIn the year of the flood, as it seems.",
        ">>> 2 + 3\n5\n>>> 4 + 4\n8",
        "We compare them:\n> 3 < 4 and so on in the list of the year 2010\nThis is what the book says of it.",
        "From: the mill\nTo: the river\nit is a mile.",
        f"{TEXT}\n--\nRuth Day",
        f"{TEXT}\n------------------------\nThe war came in the year of the flood.",
        ">seq1 of mill\nACGTACGT\n>seq2 of mill\nACGTAAAA",
    ],
)
def test_what_is_no_mail_stays(text):
    assert mails(text) == text


def test_nothing_is_left_of_nothing():
    assert mails("") == ""
    assert mails("-- \nRuth Day") == "-- \nRuth Day"
