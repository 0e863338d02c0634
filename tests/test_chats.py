"""Heads of chats go, before a message and above it; schedules, logs, diaries and plays stay."""

import pytest

from llmpipe.corpus.characters import Characters
from llmpipe.corpus.site_lines.chats import chats, may_be_chats

SAID = ("The mill is open again.", "Then we go there on Sunday.", "Bring the old map.")


@pytest.mark.parametrize(
    "head",
    [
        "[16/03/2018, 14:21:33] {who}: ",
        "16/03/2018, 14:21 - {who}: ",
        "2018-03-16 14:21:33 {who}：",
        "14:21 <{who}> ",
        "[14:21:05] <@{who}> ",
        "2018-03-16 14:21:33 {who}\n",
        "{who}, [16.03.18 14:21]\n",
        "{who} [2:21 PM]\n",
        "2021年3月7日 下午2:21 {who}\n",
    ],
)
def test_heads_go(head):
    people = ("Anna", "Joe", "Anna")
    text = "\n".join(head.format(who=who) + line for who, line in zip(people, SAID, strict=True))
    assert chats(text) == "\n".join(SAID)
    assert may_be_chats(Characters([text])).all()


def test_lines_of_the_program_go_and_long_messages_keep_their_lines():
    text = (
        "[16/03/18, 14:20:01] Messages are encrypted. Nobody can read them.\n"
        "[16/03/18, 14:21:33] Anna: The mill is open again.\nSee you there.\n"
        "[16/03/18, 14:22:07] Joe: Then we go.\n[16/03/18, 14:22:09] Joe: On Sunday.\n[16/03/18, 14:22:40] Joe left"
    )
    assert chats(text) == "The mill is open again.\nSee you there.\nThen we go.\nOn Sunday."


@pytest.mark.parametrize(
    "text",
    [
        "10:00 Opening: the mayor speaks\n11:30 Lunch: soup\n14:00 Walk: along the river",  # a schedule
        "2018-03-16 14:21:33 INFO: started\n2018-03-16 14:21:34 WARN: slow\n2018-03-16 14:21:35 INFO: done",  # a log
        "4 May 1911\nSnow again, and at 9:15 the lamp failed.\n5 May 1911\nWe slept until 10:30.",  # a diary
        "ANNA: At 14:21 it rang.\nJOE: It did not.",  # a play
        "The train leaves at 14:21.\nIt is late.",
        "14:21\n14:35\n14:50",
        "2018-03-16 14:21 Leeds: rain\n2018-03-16 15:21 Hull: sun\n2018-03-16 16:21 York: fog",  # a report of places
        "",
    ],
)
def test_what_is_no_chat_stays(text):
    assert chats(text) == text
