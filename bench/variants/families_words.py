"""Words whose letters, spaces and marks scans, PDF files, fonts and programs for research changed."""

# ruff: noqa: E501  (a line of noise is a line)

import re
from collections.abc import Callable, Iterator

from llmpipe.world.draws import Draw
from variants.shaping import Make, Variant

_HAN = "[\u4e00-\u9fff]"
_WORD = re.compile(r"[A-Za-z]{3,}")


def _changed(text: str, made: str) -> str | None:
    return None if made == text else made


def _each(pattern: str, change: Callable[[Draw, str], str], share: int, least: int = 3) -> Make:
    """A share in a hundred of what a pattern finds, each changed; None where fewer than `least` are."""

    def made(draw: Draw, text: str) -> str | None:
        number = 0

        def one(match: re.Match[str]) -> str:
            nonlocal number
            found = change(draw, match[0]) if draw.between(1, 100) <= share else match[0]
            number += found != match[0]
            return found

        result = re.sub(pattern, one, text)
        return result if number >= least else None

    return made


def _taken(wrong: dict[str, str], share: int, least: int = 3) -> Make:
    """Letters of words taken for others, one in a word."""

    def change(draw: Draw, word: str) -> str:
        places = [(n, old) for old in wrong for n in range(len(word)) if word.startswith(old, n)]
        if not places:
            return word
        n, old = draw.choice(places)
        return word[:n] + wrong[old] + word[n + len(old) :]

    return _each(_WORD.pattern, change, share, least)


_ENGLISH_SCANS: dict[str, tuple[dict[str, str], int]] = {
    "m_rn": ({"m": "rn"}, 80),
    "rn_m": ({"rn": "m", "in": "m"}, 90),
    "h_b": ({"h": "b"}, 60),
    "h_li": ({"h": "li"}, 50),
    "e_c": ({"e": "c"}, 30),
    "c_e": ({"c": "e"}, 80),
    "n_u": ({"n": "u"}, 40),
    "u_n": ({"u": "n"}, 70),
    "w_vv": ({"w": "vv"}, 80),
    "d_cl": ({"d": "cl"}, 70),
    "l_one": ({"l": "1"}, 60),
    "i_l": ({"i": "l"}, 60),
    "o_zero": ({"o": "0"}, 50),
    "s_five": ({"s": "5"}, 50),
    "s_f": ({"s": "f"}, 60),
    "t_f": ({"t": "f"}, 40),
    "k_lc": ({"k": "lc"}, 90),
    "y_v": ({"y": "v"}, 90),
    "g_q": ({"g": "q"}, 90),
    "t_l": ({"t": "l"}, 40),
    "mixed": ({"m": "rn", "h": "b", "e": "c", "n": "u", "l": "1", "w": "vv", "d": "cl"}, 40),
    "mixed_light": ({"m": "rn", "h": "b", "e": "c", "n": "u", "l": "i", "w": "vv", "o": "e"}, 12),
}


def _scans() -> Iterator[Variant]:
    for name, (wrong, share) in _ENGLISH_SCANS.items():
        yield Variant("word", f"word_scan_{name}_en", "en", _taken(wrong, share))
    for share in (3, 8):
        yield Variant("word", f"word_scan_{share}_zh", "zh", _each(_HAN, lambda d, c: _ALIKE.get(c, c), share * 4, 2))
    yield Variant("word", "word_scan_parts_zh", "zh", _each(_HAN, lambda d, c: _PARTS.get(c, c), 80, 2))
    yield Variant(
        "word", "word_scan_year_en", "en", _each(r"\d{3,}", lambda d, n: n.replace("1", "I").replace("0", "o"), 100, 1)
    )
    yield Variant(
        "word", "word_scan_year_zh", "zh", _each(r"\d{3,}", lambda d, n: n.replace("1", "l").replace("0", "O"), 100, 1)
    )


_ALIKE = dict(
    zip(
        "人大日目未末土己于千名的是了在有子天国和中上个我",
        "入太曰自末未士已干干各旳昰丁任冇孑夭囯利申土介找",
        strict=True,
    )
)
_PARTS = {
    "好": "女子",
    "明": "日月",
    "林": "木木",
    "的": "白勺",
    "他": "亻也",
    "她": "女也",
    "信": "亻言",
    "什": "亻十",
    "作": "亻乍",
    "时": "日寸",
}


def _split(between: str, share: int, least: int = 3) -> Make:
    """Long words with something in them."""

    def change(draw: Draw, word: str) -> str:
        cut = draw.between(2, len(word) - 2)
        return word[:cut] + between + word[cut:]

    return _each(r"[a-z]{6,}", change, share, least)


def _parted() -> Iterator[Variant]:
    for name, between, share in (
        ("space", " ", 40), ("space_all", " ", 100), ("line", "\n", 40), ("hyphen_space", "- ", 40), ("not_sign", "\u00ac\n", 40),
        ("hyphen_lines", "-\n\n", 25), ("soft", "\u00ad\n", 40), ("dash", "\u2010 ", 40), ("equals", "=\n", 40),
    ):  # fmt: skip
        yield Variant("word", f"word_part_{name}_en", "en", _split(between, share))
    yield Variant("word", "word_part_first_en", "en", _each(r"\b[A-Z](?=[a-z]{2})", lambda d, c: c + " ", 100))
    yield Variant("word", "word_part_last_en", "en", _each(r"(?<=[a-z]{4})[a-z]\b", lambda d, c: " " + c, 40))
    yield Variant("word", "word_part_large_en", "en", lambda d, t: f"{t[0]}\n\n{t[1:]}" if t[1:3].islower() else None)
    yield Variant("word", "word_part_large_zh", "zh", lambda d, t: f"{t[0]} {t[1:]}")
    yield Variant("word", "word_part_line_zh", "zh", _each(f"(?<={_HAN})(?={_HAN})", lambda d, c: "\n", 6, 2))
    yield Variant("word", "word_part_space_zh", "zh", _each(f"(?<={_HAN})(?={_HAN})", lambda d, c: " ", 8, 2))
    yield Variant(
        "word",
        "word_part_upright_zh",
        "zh",
        lambda d, t: "\n".join(t.split("\n")[0][:30]) + "\n" + t[len(t.split("\n")[0][:30]) :],
    )


def _glued() -> Iterator[Variant]:
    yield Variant("word", "word_glued_some_en", "en", _each(r"(?<=[a-z]) (?=[a-z])", lambda d, c: "", 12))
    yield Variant("word", "word_glued_half_en", "en", _each(r"(?<=[a-z]) (?=[a-z])", lambda d, c: "", 50))
    yield Variant(
        "word",
        "word_glued_line_en",
        "en",
        lambda d, t: re.sub(r"[^.\n]{30,}?[.\n]", lambda m: m[0].replace(" ", ""), t, count=1),
    )
    yield Variant("word", "word_glued_all_en", "en", lambda d, t: re.sub(r"(?<=\S) (?=\S)", "", t))
    yield Variant(
        "word", "word_glued_stops_en", "en", lambda d, t: _changed(t, re.sub(r"([a-z][.?!]) (?=[A-Z])", r"\1", t))
    )
    yield Variant(
        "word", "word_glued_commas_en", "en", lambda d, t: _changed(t, re.sub(r"([a-z],) (?=[a-z])", r"\1", t))
    )
    for name, sign in (("under", "_"), ("plus", "+"), ("dot", "·"), ("percent", "%20")):
        yield Variant("word", f"word_glued_{name}_en", "en", lambda d, t, sign=sign: t.replace(" ", sign))


def _marked() -> Iterator[Variant]:
    yield Variant(
        "word", "word_mark_apart_en", "en", lambda d, t: _changed(t, re.sub(r"(?<=\w)([.,;:?!])(?=\s|$)", r" \1", t))
    )
    yield Variant(
        "word",
        "word_mark_bank_en",
        "en",
        lambda d, t: _changed(
            t, re.sub(r"(?<=\w)([.,;:?!)])(?=\s|$)", r" \1", t).replace("(", "-LRB- ").replace(" )", " -RRB-")
        ),
    )
    yield Variant(
        "word",
        "word_mark_wide_en",
        "en",
        lambda d, t: _changed(t, re.sub(r"(?<=\w)([.,])(?=\s|$)", lambda m: {".": "．", ",": "，"}[m[1]], t)),
    )
    yield Variant(
        "word",
        "word_mark_narrow_zh",
        "zh",
        lambda d, t: _changed(t, t.translate(str.maketrans("，。：；？！", ",.:;?!"))),
    )
    yield Variant(
        "word",
        "word_mark_narrow_space_zh",
        "zh",
        lambda d, t: _changed(
            t,
            re.sub("[，。：；？！]", lambda m: dict(zip("，。：；？！", ",.:;?!", strict=True))[m[0]] + " ", t).strip(),
        ),
    )
    yield Variant("word", "word_mark_commas_zh", "zh", lambda d, t: _changed(t, t.replace("，", ",")))
    yield Variant(
        "word", "word_mark_half_stop_zh", "zh", lambda d, t: _changed(t, t.replace("。", "｡").replace("，", "､"))
    )


def _doubled() -> Iterator[Variant]:
    for name, times in (("twice", 2), ("thrice", 3)):
        yield Variant(
            "word",
            f"word_line_{name}_en",
            "en",
            lambda d, t, times=times: re.sub(
                r"^.{12,80}$", lambda m: "".join(c * (times if c != " " else 1) for c in m[0]), t, count=1, flags=re.M
            ),
        )
        yield Variant(
            "word",
            f"word_line_{name}_zh",
            "zh",
            lambda d, t, times=times: re.sub(
                r"^.{6,40}$", lambda m: "".join(c * times for c in m[0]), t, count=1, flags=re.M
            ),
        )
    yield Variant("word", "word_capitals_doubled_en", "en", _each(r"\b[A-Z](?=[a-z])", lambda d, c: c + c, 100))


_KEPT = (
    ("dialect", "Och aye, wha wad hae thocht it? The bairns wis greetin an the auld wife couldna thole it nae mair."),
    ("middle_english", "Whan that Aprille with his shoures soote the droghte of Marche hath perced to the roote, and bathed every veyne in swich licour."),
    ("french", "Les hommes ont vu la mer et nous avons bu un peu de vin dans la maison de son oncle, où il fait bon vivre."),
    ("german", "Der Mann hat das Haus im Tal und die Frau hat ein Rad; das Bad ist alt, und der Hof war einst ein Lager."),
    ("latin", "Gallia est omnis divisa in partes tres, quarum unam incolunt Belgae, aliam Aquitani, tertiam qui ipsorum lingua Celtae appellantur."),
    ("species", "C elegans and E coli were grown with S aureus; T cruzi was not, and P aeruginosa was lost."),
    ("formulas", "The reaction of 3O2 with H2O2 gives CO2; the isotopes are U235 and C14, and O157 is a strain."),
    ("drugs", "She took hydroxychloroquine, acetylsalicylic acid and dexamethasone, and later methylprednisolone and tocilizumab."),
    ("code", "The function getElementByIdAndName calls setTimeoutForTheNextStep, and the file is in src.Main.Program of the tree."),
    ("stutter", "I- I don't know, he said. Th- that is not wh- what we had agreed, B- Ben."),
    ("letters", "Plan B is in room A; size S fits, but not M or L. Vitamin C and D help, hepatitis B does not, and X marks the place."),
    ("ellipsis", "Well . . . I do not know . . . perhaps . . . we shall see . . . or not."),
    ("units", "He is 6 ft tall, weighs 12 st 4 lb and lives at 21 St James street; his dog weighs 2 st."),
    ("typewriter", "ii iii iv and vi are numbers; so are xiv and lxxx, and the town of Ilium has Il and Ill in its name."),
    ("welsh", "Mae hen wlad fy nhadau yn annwyl i mi, gwlad beirdd a chantorion, enwogion o fri."),
    ("pun", "The modem is modern, the bom in bombom was born, and the cornpone is no compone of the com."),
)  # fmt: skip
_KEPT_ZH = (
    ("couplet", "白日依山尽 黄河入海流\n欲穷千里目 更上一层楼"),
    ("names", "出席的有 王大于 李千 丁未 人们把他们叫作己未年的四位先生"),
    ("chapters", "第一章 总则 第二章 分则 第三章 附则"),
    ("sky_stems", "甲子 乙丑 丙寅 丁卯 戊辰 己巳 庚午 辛未"),
    ("cities", "北京 上海 广州 深圳 天津 重庆 成都 武汉"),
    ("single", "家\n我的家在一个小村子里，门前有一条小河。"),
)


def _kept() -> Iterator[Variant]:
    for name, text in _KEPT:
        yield Variant("kept", f"kept_word_{name}", "en", lambda d, t, text=text: f"{t}\n{text}", "keep")
    for name, text in _KEPT_ZH:
        yield Variant("kept", f"kept_word_{name}", "zh", lambda d, t, text=text: f"{t}\n{text}", "keep")


def words() -> Iterator[Variant]:
    """All of them."""
    for made in (_scans, _parted, _glued, _marked, _doubled, _kept):
        yield from made()
