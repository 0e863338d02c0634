"""Chinese read in encodings of other countries, and Western prose written in those of East Asia, are read again."""

import pytest

from llmpipe.corpus.decoding.east_asian import east_asian
from llmpipe.corpus.decoding.recode import recode

CHINESE = "河边的老磨坊已经没有人了，可是每到下雨的时候，水还是会从那里流过去。"
TRADITIONAL = "河邊的老磨坊已經沒有人了，可是每到下雨的時候，水還是會從那裡流過去。"
ENGLISH = "“It’s the old mill,” she said – “and it’s mine… isn’t it?”"


@pytest.mark.parametrize("wrong", ["cp1251", "koi8-r", "mac_roman", "cp437", "cp1250", "iso8859-5", "cp866", "latin-1"])
def test_chinese_is_read_again(wrong):
    text = f"磨坊\n{CHINESE}\n1931年"

    assert east_asian("\n".join(line.encode("gb18030").decode(wrong) for line in text.split("\n"))) == text


def test_a_line_is_read_again_that_is_chinese_in_big5_too():
    line = "扬蚯埃是一名作家。扬蚯埃的家在红山。扬蚯埃最喜欢的东西是什么？"

    assert east_asian(line.encode("gb18030").decode("big5")) == line


def test_traditional_chinese_is_read_again():
    assert east_asian(TRADITIONAL.encode("big5hkscs").decode("latin-1")) == TRADITIONAL


def test_other_lines_of_a_text_stay():
    wrong = CHINESE.encode("gb18030").decode("cp1251")

    assert east_asian(f"{TRADITIONAL}\nMill 12\n{wrong}") == f"{TRADITIONAL}\nMill 12\n{CHINESE}"


@pytest.mark.parametrize(
    "text",
    [
        CHINESE,
        TRADITIONAL,
        "拉姆·巴兰·亚达夫",
        "哈维尔·佩雷斯·德奎利亚尔\n克里斯蒂娜·费尔南德斯·基什内尔",
        "川の古い水車小屋にはもう誰もいませんが、雨が降ると水が流れます。",
        "강가의 오래된 방앗간에는 이제 아무도 없지만 비가 오면 물이 흐른다.",
        "У реки стоит старая мельница, и никто не знает, кто её построил.",
        "佛圖關碑記石刻、巴縣志、蜀碑記補、涪陵金石錄、龍脊石題名",
        "Å, Ä och Ö är bokstäver.",
        "★☆★☆★☆★☆★☆ → ←",
    ],
)
def test_what_was_read_rightly_stays(text):
    assert east_asian(text) == text


@pytest.mark.parametrize(
    ("right", "wrong"), [("gb18030", "latin-1"), ("gb18030", "cp437"), ("cp949", "cp1252"), ("euc_jp", "latin-1")]
)
def test_western_signs_of_east_asian_encodings(right, wrong):
    text = ENGLISH if right == "gb18030" else ENGLISH.replace(" –", "")  # the others have no such dash

    assert recode(text.encode(right).decode(wrong)) == text


def test_french_and_signs_of_money_stay():
    for text in ("Le prix: £5 ¡olé! ±3 °C « oui »", "C’est l’été à la forêt… « Où ? »", ENGLISH):
        assert recode(text) == text
