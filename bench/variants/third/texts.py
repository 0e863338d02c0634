"""Sentences that hold what ASCII does not, for the variants of the third set."""

import random

from variants.parts import joined

NAMES = {
    "en": ("Marta", "Oliver", "Denise", "Rafael", "Ingrid", "Tobias", "Leila", "Victor", "Noor", "Elsie"),
    "zh": ("小周", "老吴", "阿芳", "林姐", "孙叔", "何医生", "高老师", "钱大爷", "小唐", "冯奶奶"),
}
CURLY = (  # with the marks that word processors set
    "“You’ll need {n} eggs,” {a} said – “and don’t forget the salt.”",
    "{a}’s note said “back in {n} minutes”, but the shop didn’t open again…",
    "It wasn’t {a}’s fault — the bus hadn’t come for {n} days.",
    "“That’s {n} pounds too much,” {a} replied, “and you know it’s true.”",
    "{a} doesn’t read the “letters” page; it’s been dull for {n} weeks.",
    "The sign – “No. {n}, ring twice” – isn’t {a}’s work.",
)
ACCENTED = (  # with letters that only other languages have; no mark that a word processor sets
    "{a} had a café crème and {n} éclairs in Montréal.",
    "The naïve fiancé from Zürich sent {a} {n} résumés.",
    "In São Paulo {a} danced with Señor Núñez for {n} hours.",
    "{a} paid {n} kronor for a smörgåsbord in Malmö.",
    "The rôle of José was given to {a} after {n} auditions in Bogotá.",
)
QUOTED = (
    "{a}说：“第{n}号窗口已经关了。”",
    "信封上写着《{n}封旧信》——那是{a}的笔迹……",
    "“你怎么才来？”{a}问，“我等了{n}分钟。”",
    "{a}在本子上写道：“{n}月，有雨；路很远。”",
)


def filled(draw: random.Random, forms: tuple[str, ...], language: str) -> str:
    """One of some sentences with a name and a number."""
    return draw.choice(forms).format(a=draw.choice(NAMES[language]), n=draw.randrange(3, 60))


def with_curly(draw: random.Random, text: str, language: str) -> str:
    """A text with a sentence of typographic marks; in Chinese, of full quotation marks."""
    return joined(text, filled(draw, CURLY if language == "en" else QUOTED, language), language)


def with_accents(draw: random.Random, text: str) -> str:
    """An English text with a sentence of accented letters."""
    return joined(text, filled(draw, ACCENTED, "en"), "en")
