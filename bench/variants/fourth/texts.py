"""Sentences that hold what ASCII does not, or straight quotation marks, for the variants of the fourth set."""

import random

from variants.parts import joined

NAMES = {
    "en": ("Harriet", "Callum", "Bianca", "Stefan", "Yusuf", "Wendy", "Gideon", "Petra", "Monty", "Adaeze"),
    "zh": ("小韩", "老蔡", "阿珍", "董姐", "魏叔", "田医生", "彭老师", "姜大爷", "小邓", "曹奶奶"),
}
APOSTROPHES = (  # all that is not ASCII is an apostrophe between two letters
    "{a} doesn’t know where the {n} keys are, and nobody’s asked.",
    "We’re told it’s only {n} steps, but {a} can’t climb them.",
    "It’s been {n} days and {a} still hasn’t called.",
    "I’d have paid {n} pounds, but {a} wouldn’t sell.",
    "They won’t open before {n} people are there; that’s {a}’s rule.",
)
SPEECH = (  # with the marks that word processors set
    "“I’ve counted {n},” {a} said, “and that’s enough for today…”",
    "{a}’s answer – “not before {n} people are here” – didn’t help.",
    "“Who’s there?” {a} called; “it’s past {n}!”",
    "On the door it says “Closed – back in {n} days”, in {a}’s hand.",
)
ACCENTED = (  # with letters that only other languages have
    "The chef, André, sent {a} {n} crêpes and a note in Málaga.",
    "{a} stayed {n} nights at the Hôtel Zürich with Frau Müller.",
    "Señor Ibáñez showed {a} the cathedral of León, {n} times over.",
    "{a} met Zoë at the café in Besançon after {n} years.",
)
QUOTED = (
    "{a}说：“那{n}把椅子不是我的。”",
    "“等一等！”{a}喊道，“还差{n}块钱呢……”",
    "信上只写着“{n}号见”，没有署名——{a}猜到了是谁。",
    "{a}最爱读《山间·{n}日》；“短，可是好看”。",
)
STRAIGHT = {  # with the straight marks of a keyboard
    "en": (
        'The conductor said "all change" and {a} lost {n} minutes.',
        '{a} wrote "please knock" on door {n}.',
        'Nobody believed {a}, who had said "{n} at most".',
    ),
    "zh": ('{a}在{n}号门上写了"请敲门"。', '司机喊了一声"到站了"，{a}才醒，晚了{n}分钟。', '{a}只说了句"最多{n}个"。'),
}


def filled(draw: random.Random, forms: tuple[str, ...], language: str) -> str:
    """One of some sentences with a name and a number."""
    return draw.choice(forms).format(a=draw.choice(NAMES[language]), n=draw.randrange(4, 50))


def with_apostrophes(draw: random.Random, text: str) -> str:
    """An English text with a sentence whose apostrophes are those of a word processor."""
    return joined(text, filled(draw, APOSTROPHES, "en"), "en")


def with_speech(draw: random.Random, text: str, language: str) -> str:
    """A text with a sentence of typographic quotation marks."""
    return joined(text, filled(draw, SPEECH if language == "en" else QUOTED, language), language)


def with_accents(draw: random.Random, text: str) -> str:
    """An English text with a sentence of accented letters."""
    return joined(text, filled(draw, ACCENTED, "en"), "en")


def with_straight(draw: random.Random, text: str, language: str) -> str:
    """A text with a sentence in straight quotation marks."""
    return joined(text, filled(draw, STRAIGHT[language], language), language)
