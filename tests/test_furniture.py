"""A quick look at a line spares the long expression of furniture, and misses nothing that it would find."""

import random

from llmpipe.corpus.literals import most_held
from llmpipe.corpus.site_lines import furniture


def words_found(line: str) -> set[str]:
    words = (match["word"] for match in furniture._FURNITURE.finditer(line))
    return {word.casefold() for word in words if word and len(word) > 1}


def test_every_alternative_of_two_characters_and_more_has_a_stem():
    for alternative in furniture._alternatives():
        assert len(furniture._stem(alternative)) > 1 or len(alternative) == 1, alternative


def test_a_line_holds_as_many_stems_as_it_has_words_of_furniture():
    draw = random.Random(2)
    pieces = [furniture._stem(alternative) for alternative in furniture._alternatives()]
    pieces += ["login", "log in", "SIGN UP", "Forgotten", "replies", "e-mail", "EMAIL", "advert\u0131sing", "\u212aids"]
    pieces += ["发布时间", "上一页", "关键字", "星期三", "许可证", "备案号", "的", "中", "é", "word", "l\u0130kes"]
    for _ in range(3000):
        line = draw.choice(("", " ")).join(draw.choice(pieces) for _ in range(draw.randint(1, 6)))
        line = draw.choice((str, str.upper, str.title))(line)

        assert most_held(line, furniture._stems()) >= len(words_found(line)), line
