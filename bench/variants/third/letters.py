"""Texts whose letters, spaces and line ends were damaged by scans, by PDF files, by office programs and keyboards."""

import random
import re

from variants.contract import Make, Planted
from variants.parts import SYLLABLES, breaks, changed, digits, joined, marked, sentences, with_breaks
from variants.third.texts import filled

HAN = "[\u4e00-\u9fff]"


def column(line: str, width: int) -> list[str]:
    """A paragraph as lines of a width, whose last words are broken with a hyphen where that fills the line."""
    rows = [""]
    for word in line.split(" "):
        gap = 1 if rows[-1] else 0
        if len(rows[-1]) + gap + len(word) <= width:
            rows[-1] += " " * gap + word
            continue
        left = width - len(rows[-1]) - gap - 1
        places = [place for place in breaks(word) if place <= left] if len(word) > 6 and "-" not in word else []
        if places:
            rows[-1] += " " * gap + word[: places[-1]] + "-"
            word = word[places[-1] :]
        rows.append(word)
    return rows


def hyphenated_column(draw: random.Random, text: str, language: str) -> Planted | None:
    """
    A column of a PDF or a scanned page: each line ends where the paper does, long words with a hyphen.

    None where a headline would be broken, or where many short lines would hide which break is one of the text.
    """
    width, lines = draw.randrange(34, 48), text.split("\n")
    if language == "zh" or len(lines) > 2 or (len(lines) == 2 and min(map(len, lines)) > width):
        return None
    dirty = "\n".join(row for line in lines for row in column(line, width))
    return changed(dirty, text) if re.search(r"[a-z]-\n[a-z]", dirty) else None


def joined_lines(draw: random.Random, text: str, language: str) -> Planted | None:
    """Lines of a PDF put together by a space: hyphens stay within words, spaces within Chinese sentences."""
    if language == "zh":
        run = draw.randrange(9, 17)
        return changed(re.sub(f"((?:{HAN}|[，。0-9]){{{run}}})(?<={HAN})(?={HAN})", r"\1 ", text), text)
    return changed(with_breaks(draw, text, r"[A-Za-z]{7,}[.,?]?", "- "), text)


def hard_spaces(draw: random.Random, text: str, language: str) -> Planted | None:
    """Hard spaces here and there, as editors of pages set them; they stop no search but ours."""
    return changed("".join("\u00a0" if c == " " and draw.random() < 0.35 else c for c in text), text)


def dos_file(draw: random.Random, text: str, language: str) -> Planted | None:
    """A file of DOS or Windows: two characters a line end, and the mark of the end of the file."""
    return changed(text.replace("\n", "\r\n") + "\r\n\x1a", text)


def justified(draw: random.Random, text: str, language: str) -> Planted | None:
    """A justified page: the spaces that filled its lines."""
    if language == "zh":
        return None
    return changed(
        "".join(c + " " * draw.randrange(1, 5) if c == " " and draw.random() < 0.4 else c for c in text), text
    )


def sentences_glued(draw: random.Random, text: str, language: str) -> Planted | None:
    """Elements put together without a space: a sentence begins where the one before ends."""
    return changed(re.sub(r"(?<=[a-z0-9][.?!]) (?=[A-Z])", "", text), text) if language == "en" else None


WORDS = (  # of the world's Chinese, as a program for words would find them
    "工作 职业 出生 年份 喜欢 爱好 每天 上班 最好 朋友 东西 什么 哪里 关系 家乡 认识 好消息 消息 来自 有人 小时 医生 "
    "老师 农民 歌手 裁缝 司机 渔夫 作家 牙医 画家 法官 保安 护士 面包师 飞行员 下棋 做饭 跑步 画画 唱歌 跳舞 读书 "
    "钓鱼 游泳 骑车 滑冰 种花 有空 单位 一名 属于 家里 房子 写信 看到 见到 题目 答案 城市 学校 银行 医院 图书馆 "
    "博物馆 市场 车站 公园 帮了忙 金币 诊所 眼科 比赛 修理 修好 开办 开设 卖出 赢得 发现 推出 基金 戒指 钢琴 好价钱 "
    "石桥 月河 寒崖 云顶 长湖 西渡 星落 金港 绿林 雪峰 北门 南湾 白田 银镇 红山"
)


def tokenised(draw: random.Random, text: str, language: str) -> Planted | None:
    """A text of a corpus for research: each word and each mark apart."""
    if language == "en":
        return changed(re.sub(r"(?<=\S)(?=[.,?:\]](?:\s|$))|(?<=\[)(?=\S)", " ", text), text)
    words = "|".join(sorted(WORDS.split(), key=len, reverse=True))
    parts = re.findall(f"{words}|[{SYLLABLES}]{{2,4}}|\\d+|\\S", text.replace("\n", "\x00"))
    return changed(re.sub(" ?\x00 ?", "\n", " ".join(parts)), text)


ICONS = "\uf007\uf017\uf02b\uf041\uf073\uf075\uf08e\uf095\uf0e0\ue601\ue618\ue63a"


def private_icons(draw: random.Random, text: str, language: str) -> Planted | None:
    """Icons of a font for pages (a clock, a pin, a person), copied as characters that no other font has."""
    lines = text.split("\n")
    places = sorted(draw.sample(range(len(lines)), min(2, len(lines))))
    return changed(
        "\n".join(f"{draw.choice(ICONS)} {line}" if i in places else line for i, line in enumerate(lines)), text
    )


TO_WIDE = {". ": "。", ", ": "，", "? ": "？", ": ": "：", ".": "。", ",": "，", "?": "？"}
TO_NARROW = str.maketrans("，。？！：；（）", ",.?!:;()")


def foreign_marks(draw: random.Random, text: str, language: str) -> Planted | None:
    """Marks of the other keyboard: Chinese ones in English, half-width ones in Chinese."""
    if language == "zh":
        return changed(text.translate(TO_NARROW), text)
    return changed(re.sub(r"(?<=[a-z0-9\]])[.,?:](?: |(?=\n|$))", lambda found: TO_WIDE[found[0]], text), text)


SHORT_FORMS = (
    "{a} doesn't live here and won't be back for {n} days.",
    "It's {n} years old, and {a}'s father can't repair it.",
    "They'd waited {n} minutes when {a} said they weren't open.",
    "I'm sure {a} hasn't seen all {n} of them.",
)


def wrong_apostrophes(draw: random.Random, text: str, language: str) -> Planted | None:
    """A grave or an acute in the place of each apostrophe, the nearest key of many keyboards."""
    if language == "zh":
        return None
    original = joined(text, filled(draw, SHORT_FORMS, "en"), "en")
    return changed(original.replace("'", draw.choice("`´")), original)


def ocr_digits(draw: random.Random, text: str, language: str) -> Planted | None:
    """Letters of the shape of digits in the numbers of a scanned page: l956, 2OO2."""
    return changed(re.sub(r"\d{2,}", lambda found: found[0].translate(str.maketrans("01", "Ol")), text), text)


MISTAKEN = {
    "en": {
        "the": "tbe", "The": "Tbe", "and": "aud", "born": "bom", "was": "vvas", "home": "horne", "has": "bas",
        "have": "bave", "with": "witb", "for": "lor", "there": "tbere", "from": "frorn", "year": "vear",
        "town": "tovvn", "What": "Wbat", "When": "Wben", "Where": "Wbere", "she": "sbe", "who": "wbo", "work": "worlc",
    },
    "zh": {"目": "日", "于": "干", "年": "午", "了": "丁", "人": "入", "子": "于", "天": "夭", "未": "末", "已": "己",
           "土": "士", "大": "太", "候": "侯"},
}  # fmt: skip


def ocr_words(draw: random.Random, text: str, language: str) -> Planted | None:
    """Letters and characters that recognition took for their neighbours; a reader sees what the page had."""
    pattern = r"\b[A-Za-z]+\b" if language == "en" else HAN

    def mistaken(found: re.Match[str]) -> str:
        return MISTAKEN[language].get(found[0], found[0]) if draw.random() < 0.7 else found[0]

    return changed(re.sub(pattern, mistaken, text), text)


def field_codes(draw: random.Random, text: str, language: str) -> Planted | None:
    """Links of an old office file whose fields were read as text, between the controls that mark them."""
    address = f"http://www.lakeside-notes.org/p/{digits(draw, 5)}"
    field = (f'\x13 HYPERLINK "{address}.htm" \x14', "\x15")
    return changed(marked(draw, text, language, [field, field]), text)


def drop_cap(draw: random.Random, text: str, language: str) -> Planted | None:
    """The large first letter of a chapter, set apart: on a line of its own, or behind a space."""
    lines = text.split("\n")
    for place, line in enumerate(lines[:2]):
        if line[0].isalpha() and line[-1] in ".。" and len(line) > 40:
            gap = "\n" if language == "zh" or draw.random() < 0.5 else " "
            lines[place] = line[0] + gap + line[1:]
            return changed("\n".join(lines), text)
    return None


def doubled_letters(draw: random.Random, text: str, language: str) -> Planted | None:
    """A headline whose bold face a PDF makes by printing each letter twice."""
    first, line, rest = text.partition("\n")
    if not line or len(first) > 60 or first[-1] in ".。":
        return None
    return changed("".join(c * 2 for c in first) + line + rest, text)


def kerning_gaps(draw: random.Random, text: str, language: str) -> Planted | None:
    """Capitals that a PDF sets closer to the next letter, which was taken for a new word: W estford."""
    return changed(re.sub(r"\b([TVWYPF])(?=[aeoruy])", r"\1 ", text), text) if language == "en" else None


def words_glued(draw: random.Random, text: str, language: str) -> Planted | None:
    """Two sentences of a PDF whose spaces were too narrow to be seen."""
    if language == "zh":
        return None
    fit = [one for one in sentences(text, "en") if 3 < one.count(" ") < 12 and text.count(one) == 1]
    dirty = text
    for one in draw.sample(fit, min(2, len(fit))):
        dirty = dirty.replace(one, one.replace(" ", ""))
    return changed(dirty, text)


RAISED = (
    "{a} came in {n} of all runners.",
    "The well dates from the {n} century, says {a}.",
    "It was {a}'s {n} birthday, and nobody had brought a cake.",
    "On the {n} of May {a} sold the last one.",
)


def raised_apart(draw: random.Random, text: str, language: str) -> Planted | None:
    """The raised end of an ordinal, which a PDF or an office file holds as a piece of its own: 19 th."""
    if language == "zh":
        return None
    ordinal = draw.choice(("1st", "2nd", "3rd", *(f"{n}th" for n in range(4, 21)), "21st"))
    form, name = draw.choice(RAISED), filled(draw, ("{a}",), "en")
    original = joined(text, form.format(a=name, n=ordinal), "en")
    return changed(original.replace(ordinal, f"{ordinal[:-2]} {ordinal[-2:]}"), original)


def stacked(draw: random.Random, text: str, language: str) -> Planted | None:
    """An upright headline: a character a line."""
    first, line, rest = text.partition("\n")
    if language == "en" or not line or not 3 <= len(first) <= 24 or first[-1] in "。？":
        return None
    return changed("\n".join(first) + line + rest, text)


def invisible_lines(draw: random.Random, text: str, language: str) -> Planted | None:
    """Between paragraphs, lines of a character that shows nothing, which editors of pages leave."""
    mark = draw.choice(("\u200b", "\u3164", "\u2800", "\ufeff"))
    return changed(text.replace("\n", f"\n{mark}\n"), text)


CHARACTERS: tuple[Make, ...] = (
    hyphenated_column, joined_lines, hard_spaces, dos_file, justified, sentences_glued, tokenised, private_icons,
    foreign_marks, wrong_apostrophes, ocr_digits, ocr_words, field_codes, drop_cap, doubled_letters, kerning_gaps,
    words_glued, raised_apart, stacked, invisible_lines,
)  # fmt: skip
