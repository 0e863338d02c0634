"""Four numbers with points: what is a version stays, what is an address goes."""

import pytest

from llmpipe.corpus import pii

POLICIES = dict.fromkeys(pii.KINDS, "redact")


def redacted(text):
    return pii.redact(text, POLICIES, 1)[0]


@pytest.mark.parametrize(
    "text",
    [
        "Version 7.2.18.4 came first, and 7.2.18.5 was its repair.",
        "They moved the kitchen display from 9.12.30.1 to 9.13.0.2 with an update.",
        "Mozilla/5.0 (X11) Chrome/120.0.0.0 Edg/120.0.12.0",
        "Opera/12.16.24.8 is what the visitor's browser called itself.",
        "Get cakebox-3.11.20.7.zip and unpack it.",
        "6.4.12.1\n- opens old files again\n- no longer beeps",
        "pin it: cakebox==3.11.20.7",
        "The fault was reported for 5.17.11.2; it is gone in build 5.17.11.9.",
        "They run Postgres 14.12.33.1 on the old machine.",
        "本周发布了6.14.20.3，修复了旧版6.14.19.8的问题。",
        "固件已升级到 2.10.44.7。",
        "按照第4.12.13.2节的规定办理。",
        "The printer works with version 1.6.14.3 but not with 1.6.15.0, which came out in spring.",
        "The server of the network ran release 4.2.18.10, then 5.0.0.12.",
        "Nobody can log in to the host with 7.2.18.4-rc1, and 7.2.19.1 (build 7) has the same fault.",
        "这台打印机在1.7.18.6版下能用，春天出的1.7.19.0反而不行。",
        "版本1.7.9.4下能用，春天出的1.7.19.0反而不行。",
        "服务器装的是5.3.14.69版，网络从6.0.0.69起变慢了。",
    ],
)
def test_versions_stay(text):
    assert redacted(text) == text


@pytest.mark.parametrize(
    ("text", "result"),
    [
        ("Somebody at 88.12.30.1 keeps asking.", "Somebody at [IP] keeps asking."),
        ("Try telnet 9.12.30.14 first.", "Try telnet [IP] first."),
        ("It listens on 9.12.30.14:5432.", "It listens on [IP]:5432."),
        ("Allow 9.12.30.0/24 only.", "Allow [IP]/24 only."),
        ("See http://9.12.30.14/help.", "See http://[IP]/help."),
        ("A new version of the list was saved by 9.12.30.14.", "A new version of the list was saved by [IP]."),
        ("I wrote to Anna 203.0.113.41 last year.", "I wrote to Anna [IP] last year."),
        ("She updated her page from 203.0.113.41 today.", "She updated her page from [IP] today."),
        ("The file logs/88.12.30.1 is full.", "The file logs/[IP] is full."),
        ("Ask Server/9.12.30.14 first.", "Ask Server/[IP] first."),
        ("Look at host-9.12.30.14 first.", "Look at host-[IP] first."),
        ("The version 2 server 9.12.30.14 is down.", "The version 2 server [IP] is down."),
        ("Both 203.0.113.41 and 203.0.113.42 are hers.", "Both [IP] and [IP] are hers."),
        ("The host is 9.12.30.14, its version 7.2.18.4.", "The host is [IP], its version 7.2.18.4."),
        ("The server 9.2.30.14 runs version 10.1.2.3.", "The server [IP] runs version 10.1.2.3."),
        ("Version 2.1.4.3 runs on the server 203.0.113.41.", "Version 2.1.4.3 runs on the server [IP]."),
        ("更新之后主机仍是9.12.30.14。", "更新之后主机仍是[IP]。"),
        ("昨天来自9.12.30.14的请求最多。", "昨天来自[IP]的请求最多。"),
    ],
)
def test_addresses_go(text, result):
    assert redacted(text) == result


def test_a_version_does_not_excuse_an_address_beside_it():
    text = "Release 7.2.18.4 is out. The server is 203.0.113.41."

    assert redacted(text) == "Release 7.2.18.4 is out. The server is [IP]."
