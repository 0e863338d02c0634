"""What a text quotes, shows or counts as a step stays, though it has the form of a notice."""

import pytest

from llmpipe.corpus.markup import markup
from llmpipe.corpus.quoting import announces, is_within_quotation, unquoted
from llmpipe.corpus.site_lines.boilerplate import boilerplate
from llmpipe.corpus.site_lines.notices import notices

STORY = "The old map of the harbour hung in the hall for years, and nobody knew who had drawn it."
SAID = "On the back of it one reads “© 1968 Alder Press, all rights reserved”, so it is not so old."
SAID_ZH = "地图背面印着“© 1984 青木出版社 版权所有”，所以并没有他说的那么旧。"


@pytest.mark.parametrize("said", [SAID, SAID_ZH])
def test_a_quoted_notice_stays_on_its_own_line_and_behind_text(said: str) -> None:
    for text in (f"{STORY}\n{said}", f"{STORY} {said}"):
        assert boilerplate(text) == text
        assert notices(text) == text


def test_the_notice_itself_goes() -> None:
    for notice in ("© 1968 Alder Press, all rights reserved.", "“© 1968 Alder Press, all rights reserved”"):
        assert boilerplate(f"{STORY}\n{notice}") == STORY


def test_numbered_steps_stay() -> None:
    steps = "1. 点击“文件”>“打印”。\n2. 输入24，按Ctrl+P。\n3. 点击“下一步”，再点“完成”。"
    text = f"在长湖发现旧瓶子的人都想把照片印出来。\n{steps}"
    assert notices(text) == text


def test_a_record_that_is_announced_stays() -> None:
    record = '{"name": "bridge", "visitors": 69, "days": [1, 3, 5]}'
    shown = f"{STORY}\nThe service answers with the number of visitors:\n{record}"
    assert markup(shown) == shown
    assert markup(f"{STORY}\nMany came to the bridge.\n{record}") == f"{STORY}\nMany came to the bridge."


def test_places_within_quotations() -> None:
    line = 'It says “no entry”, and "closed" below.'
    assert is_within_quotation(line, line.index("entry"))
    assert is_within_quotation(line, line.index("closed"))
    assert not is_within_quotation(line, line.index("and"))
    assert not is_within_quotation("It says “no entry", 12)
    assert unquoted(line) == "It says , and  below."


def test_what_announces() -> None:
    assert announces("The service answers with: ")
    assert announces("服务会返回访客人数：")
    assert not announces("Note:")
    assert not announces("The service answers")
