"""Hard negatives: they look like dirt and are not."""

from collections.abc import Callable, Mapping

from llmpipe.world.dirt.planted import Base, Planted, Variant
from llmpipe.world.draws import Draw


def _added(sentences: Mapping[str, tuple[str, ...]]) -> Callable[[Draw, Base], Planted]:
    """A variant that adds a sentence which must stay. {a} and {b} are numbers, {y} a year."""

    def make(draw: Draw, base: Base) -> Planted:
        sentence = draw.choice(sentences[base.document.language])
        slots = {"a": draw.between(12, 99), "b": draw.between(100, 999), "y": draw.between(1950, 2019)}
        text = f"{base.document.text}\n{sentence.format(**slots)}"
        return Planted(text, "keep", text)

    return make


RECIPES = {
    "en": (
        "For each cookie take {a} grams of butter and bake it for {a} minutes.",
        "The cookie was sweet, and {b} were sold.",
    ),
    "zh": ("每块cookie用{a}克黄油，烤{a}分钟。", "这种cookie很甜，卖了{b}块。"),
    "fr": ("Pour un cookie, prenez {a} grammes de beurre.", "Le cookie est bon : {b} sont vendus."),
}
LESS_THAN = {
    "en": ("If a < b and b > {a}, then a + b is not {b}.", "We know that x < {a} and y > {b}."),
    "zh": ("如果a < b，而且b > {a}，那么a + b不是{b}。", "已知x < {a}，y > {b}。"),
    "fr": ("Si a < b et b > {a}, alors a + b n'est pas {b}.",),
}
NUMBERS = {
    "en": ("In {y} the town had 1,{b},{a}0 people and a house cost {b}.{a} coins.",
        "Order {b}{a}{b} came on {a} May {y} at 10:{a}.",
           "Version 2.{a}.0 of {y} has {b}{b} lines."),
    "zh": ("{y}年这里有{b}{a}0人，一座房子卖{b}.{a}个金币。", "{y}年5月，第{b}{a}号车在10点开。",
        "{y}年的第2.{a}.0版有{b}{b}行。"),
    "fr": ("En {y}, la ville a {b} {a}0 habitants ; une maison vaut {b},{a} pièces.",),
}  # fmt: skip
EMOJI = {
    "en": ("The whole family 👩‍👩‍👧 came, {a} in all 🎉.", "The doctor 👩🏽‍⚕️ said yes 👍🏽, {a} times."),
    "zh": ("一家人👩‍👩‍👧都来了，一共{a}个🎉。", "医生👩🏽‍⚕️说可以👍🏽，说了{a}次。"),
    "fr": ("Toute la famille 👩‍👩‍👧 est là, {a} en tout 🎉.",),
}
CODE_SWITCH = {
    "en": ("My teacher said 慢慢来 {a} times, so I take my time.", "The word 朋友 was written {a} times on the wall."),
    "zh": ("老师说take it easy，说了{a}次，我就不急了。", "他在墙上写了{a}次hello world。"),
    "fr": ("Le mot 朋友 est écrit {a} fois ici.",),
}
LETTER = {
    "en": (
        "The letter Ã is the number {a} of the list, and Â comes before it.",
        "In the name São the ã is said through the nose, {b} times.",
    ),
    "zh": ("字母Ã在第{a}行，Â在它前面。",),
    "fr": ("La lettre Ã est à la ligne {a}, et Â à la ligne {b}.",),
}
ADDRESSES = {
    "en": ("Room 1.{a}.4 is on floor {a}, next to door {b}.", "The ratio is {a}:{b} and the score was {b}-{a}."),
    "zh": ("1.{a}.4号房间在{a}层，在{b}号门旁边。", "比例是{a}:{b}，比分是{b}-{a}。"),
    "fr": ("La salle 1.{a}.4 est près de la porte {b}.",),
}


def _refrain(draw: Draw, base: Base) -> Planted:
    """A poem whose second line comes back after each pair of lines."""
    title, *lines = base.document.text.split("\n")
    refrain = lines[1]
    verses = [title]
    for position in range(0, len(lines), 2):
        verses += [*lines[position : position + 2], *([refrain] if position else [])]
    text = "\n".join(verses)
    return Planted(text, "keep", text)


def _same_headline(draw: Draw, base: Base) -> Planted:
    """The title of an article of the corpus above another text."""
    assert base.other is not None
    text = f"{base.other.labels['title']}\n{base.document.text}"
    return Planted(text, "keep", text)


def _list(draw: Draw, base: Base) -> Planted:
    """Short lines that begin alike."""
    words = draw.shuffled(base.document.labels["entities"])
    text = f"{base.document.text}\n" + "\n".join(f"- {word}: {draw.between(2, 99)}" for word in words)
    return Planted(text, "keep", text)


PROSE = ("passage", "news", "wiki", "dialogue", "recall")  # streams to add a sentence to

VARIANTS = (
    Variant("cookie_recipe", _added(RECIPES), streams=PROSE),
    Variant("less_than", _added(LESS_THAN), streams=PROSE),
    Variant("numbers", _added(NUMBERS), streams=PROSE),
    Variant("refrain", _refrain, streams=("poem",)),
    Variant("emoji", _added(EMOJI), streams=PROSE),
    Variant("code_switch", _added(CODE_SWITCH), streams=PROSE),
    Variant("same_headline", _same_headline, streams=("passage", "wiki"), other_streams=("news",)),
    Variant("letter", _added(LETTER), unseen=True, streams=PROSE),
    Variant("addresses", _added(ADDRESSES), unseen=True, streams=PROSE),
    Variant("list", _list, unseen=True, streams=("news", "wiki")),
)
