"""Words, sentences and quotations that the variants of the second set build from."""

import random
import re

SYLLABLES = "泰戈费帕亨根温皮柯梅喀贝塔韦玛蒙柏佩邦菲凯泽沃德铎伽哈丹托凡赞瓦"  # of the world's Chinese names
WORD = {  # names and places, which pages link and emphasise
    "en": re.compile(r"\b(?!Answer|Title|Which|Where|Every|Since|There|About)[A-Z][a-z]{4,}\b"),
    "zh": re.compile(f"[{SYLLABLES}]{{2,4}}"),
}
STOP = {"en": re.compile(r"(?<=[.?!]) "), "zh": re.compile(r"(?<=[。？！]) ?(?=.)")}
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


def sentences(text: str, language: str) -> list[str]:
    """The sentences of a text, in order; each line begins one."""
    return [part.strip() for line in text.split("\n") for part in STOP[language].split(line) if part.strip()]


def marked(draw: random.Random, text: str, language: str, forms: list[tuple[str, str]]) -> str:
    """The text with a word put between each pair of marks; each pair takes a word of its own, as far as there are."""
    found = list(WORD[language].finditer(text))
    places = sorted(draw.sample(found, min(len(forms), len(found))), key=lambda match: -match.start())
    for place, (opening, closing) in zip(places, forms, strict=False):
        text = text[: place.start()] + opening + place[0] + closing + text[place.end() :]
    return text


def joined(text: str, addition: str, language: str) -> str:
    """A text and a sentence that goes on in its last paragraph; on a line of its own where the text ends in a title."""
    ends = text[-1:] in ".!?。！？"
    return text + ("\n" if not ends else " " if language == "en" else "") + addition


def digits(draw: random.Random, count: int) -> str:
    """Random digits."""
    return "".join(draw.choice("0123456789") for _ in range(count))
