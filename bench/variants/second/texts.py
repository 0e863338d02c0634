"""Sentences that hold what ASCII does not, for the variants of the second set."""

import random

QUOTED = {  # what people say; with marks and letters that ASCII does not hold; {a} a name, {n} a number
    "en": (
        "“We’ll meet at the café at {n},” said {a} – “if it isn’t raining.”",
        "{a}’s menu read “crème caramel, {n}€” and nobody’s order was ready…",
        "It’s {a}’s favourite song — number {n} on the old “Señorita” record.",
        "{a} hadn’t seen Müller’s house for {n} years; it’s “a bit smaller” now.",
        "“You’re {n} minutes late,” {a} wrote — and that wasn’t the worst of it.",
        "The label (“{a}, côté jardin”) cost {n}¢ and didn’t stick…",
    ),
    "zh": (
        "{a}说：“{n}点再来吧——别忘了带伞。”",
        "门口写着“{n}号休息”，{a}只好回去……",
        "{a}问：“这{n}本《山中·杂记》是谁的？”",
        "“太远了！”{a}说，“要走{n}里路呢。”",
        "《小城·{n}》——{a}最喜欢的就是“这一首”。",
    ),
}
ACCENTED_NAMES = (
    "Zoë",
    "André",
    "Renée",
    "Jürgen",
    "Inés",
    "François",
    "Chloé",
    "Björn",
    "Núria",
    "Søren",
    "Héloïse",
    "Íñigo",
)
CHINESE_NAMES = ("小林", "老周", "阿敏", "陈姐", "王叔", "李医生", "许老师", "赵大爷", "小何", "吴奶奶")


def quotation(draw: random.Random, language: str) -> str:
    """A sentence with quotation marks, dashes and, in English, accents."""
    name = draw.choice(ACCENTED_NAMES if language == "en" else CHINESE_NAMES)
    return draw.choice(QUOTED[language]).format(a=name, n=draw.randrange(3, 29))
