"""Values and names are cut out of lines as these expressions say, which are the definition and too slow to use."""

import random
import re

import pytest

from llmpipe.corpus.site_lines.values import NAME, SENTENCE, VALUE, signs_of, without_names, without_values

MONTH = (
    r"(?:Jan(?:uary)?|Feb(?:ruary)?|Mar(?:ch)?|Apr(?:il)?|May|June?|July?|Aug(?:ust)?|Sept?(?:ember)?|Oct(?:ober)?|"
    r"Nov(?:ember)?|Dec(?:ember)?|janvier|février|mars|avril|mai|juin|juillet|août|septembre|octobre|novembre|décembre)"
)
VALUES = re.compile(
    rf"""
    https?://\S+ | \S+@\S+\.\w+ | (?<![A-Za-z\d])(?:[A-Za-z\d-]+\.)+[a-z]{{2,6}}\b(?:/\S*)?
    | (?<![A-Za-z\d])(?=[A-Za-z]*\d)[A-Za-z\d]{{8,}}(?![A-Za-z\d])
    | \b{MONTH}\b(?=\.?,?\s\d) | (?<=\d\s){MONTH}\b | (?<=\d(?:st|nd|rd|th)\s){MONTH}\b
    | \b(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day\b | (?:星期|周)[一二三四五六日天]
    | \d+(?:[.,:/-]\d+)*(?:[kKmM]\b|[万亿])?
    """,
    re.VERBOSE,
)
LIKELY = re.compile(r"\d|@|[A-Za-z]\.[a-z]|://|day\b|星期")
NAMES = re.compile(
    r"\b(?!(?:By|The|From|In|On|At|To|For|Posted|Written|Reach|Photo|Text|Story)\b)"
    r"(?:[A-Z][a-zé]+|[A-Z]\.)(?: [A-Z]\.)?[ ](?:[a-z]{2,3} )?[A-Z][a-zé]+\b(?! [A-Z])|"
    r"(?<![\u4e00-\u9fff])[\u4e00-\u9fff]{2,3}(?![\u4e00-\u9fff])"
)
END = re.compile(r"[.!?。！？;；][\"'”’)）」』]*$")
PARTS = r"""
    http:// https:// http htt s a@b.co @ . www .org /x Jan January May é février 1st 2nd 12 3 4.5 k M 万 亿 星期 周 三
    天 Monday day \t \u3000 \ud800 - _ abc ABC12345 12ab34cd9 王海 记者 李小明 大家好啊 A. B. Anna Hill van By The
    McDonald Émile ! 。 " ) , : ٣ ² ½ Sept. 4 ß 𠀀 ﬁ
    """


def lines(seed):
    draw = random.Random(seed)
    spelled = {r"\t": "\t", r"\u3000": "\u3000", r"\ud800": "\ud800"}
    parts = [*(spelled.get(part, part) for part in PARTS.split()), " ", " ", "  ", "de ", "Sep., 4"]
    return ["".join(draw.choice(parts) for _ in range(draw.randint(0, 9))) for _ in range(8000)]


@pytest.mark.parametrize("seed", range(3))
def test_values_and_names_are_what_the_expressions_find(seed):
    drawn = lines(seed)

    assert without_values(drawn) == [VALUES.sub("", line).strip() if LIKELY.search(line) else line for line in drawn]
    assert without_names(drawn) == [line if END.search(line) else NAMES.sub("", line).strip() for line in drawn]
    assert signs_of(drawn).tolist() == [
        VALUE * bool(LIKELY.search(line)) + NAME * bool(NAMES.search(line)) + SENTENCE * bool(END.search(line))
        for line in drawn
    ]


@pytest.mark.parametrize(
    ("line", "left"),
    [
        ("Modified October 22, 2014", "Modified  ,"),
        ("Write to anna.hill@post.org, or see https://post.org/a?b=1 now", "Write to , or see  now"),
        ("Seen 1,204 times on Monday", "Seen  times on"),
        ("阅读 3.2万 次，星期五更新", "阅读  次，更新"),
        ("Order 7f3a99c21b of 3 March", "Order  of"),
        ("May I have March?", "May I have March?"),
        ("", ""),
    ],
)
def test_what_a_line_is_without_its_values(line, left):
    assert without_values([line, "beside"]) == [left, "beside"]


@pytest.mark.parametrize(
    ("line", "left"),
    [
        ("By Anna B. Hill", "By"),
        ("Jan van Eyck writes", "writes"),
        ("记者 王海波", ""),
        ("Anna Hill came.", "Anna Hill came."),
        ("The Mill", "The Mill"),
        ("The Mill House Road", "The Mill"),
    ],
)
def test_what_a_line_is_without_names(line, left):
    assert without_names([line]) == [left]
