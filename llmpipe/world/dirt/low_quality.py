"""Text that says nothing."""

from llmpipe.world.dirt.planted import Base, Planted, Variant
from llmpipe.world.draws import Draw


def _too_short(draw: Draw, base: Base) -> Planted:
    return Planted(
        draw.choice(("ok", "yes {n}", "page {n}", "好的", "第{n}页", "沙发", "next", "oui")).format(n=draw.below(999)),
        "drop",
    )


def _symbol_soup(draw: Draw, base: Base) -> Planted:
    signs = "#@$%^&*~=+|\\/<>{}[]_"
    words = base.document.text.split()[:4]
    soup = ["".join(draw.choice(signs) for _ in range(draw.between(3, 9))) for _ in range(draw.between(12, 20))]
    return Planted(" ".join(draw.shuffled([*soup, *words])), "drop")


def _repeated_line(draw: Draw, base: Base) -> Planted:
    first = base.document.text.split("\n")[0]
    return Planted("\n".join([first] * draw.between(5, 12)), "drop")


def _repeated_words(draw: Draw, base: Base) -> Planted:
    """A few words over and over without a line break."""
    phrase = base.document.text.replace("\n", " ")[: draw.between(8, 20)].strip()
    return Planted(" ".join([phrase] * draw.between(10, 18)), "drop")


def _mash(draw: Draw, base: Base) -> Planted:
    """What a hand on the keyboard writes."""
    words = [
        "".join(draw.choice("asdfghjklqwertzuiopxcvbnm") for _ in range(draw.between(4, 9)))
        for _ in range(draw.between(10, 20))
    ]
    return Planted(" ".join(words), "drop")


VARIANTS = (
    Variant("too_short", _too_short),
    Variant("symbol_soup", _symbol_soup),
    Variant("repeated_line", _repeated_line),
    Variant("repeated_words", _repeated_words, unseen=True),
    Variant("mash", _mash, unseen=True),
)
