"""
Polynomials and their derivatives, in exact integer arithmetic.

A polynomial is a tuple of coefficients, highest power first: (1, 2, -3, 1) is x^3 + 2x^2 - 3x + 1.
"""

from collections.abc import Sequence

from llmpipe.world.draws import Draw
from llmpipe.world.scope import Item, Scope, Text

Polynomial = tuple[int, ...]

MAX_TERM = 19  # largest coefficient in training text
TERM_ONLY = (12, 15, 17, 18)  # coefficients that training text has in single worked terms only: T2 puts them together
WIDE = tuple(size for size in range(10, MAX_TERM + 1) if size not in TERM_ONLY)

QUESTIONS = {
    "en": (
        "What is the derivative of f(x) = {f}?", "Differentiate f(x) = {f}.", "Find the derivative of f(x) = {f}.",
        "f(x) = {f}. What is f'(x)?",
    ),
    "zh": ("如何求导函数f(x) = {f}？", "求f(x) = {f}的导数。", "f(x) = {f}的导数是什么？",
        "函数f(x) = {f}，f'(x)是什么？"),
}  # fmt: skip

LAYOUTS = {
    "en": (
        "f(x) = {f}\nf'(x) = {d}", "The derivative of {f} is {d}.", "{f}\nTerm by term: {t}\nDerivative: {d}",
        "f(x) = {f}\n{t}\nf'(x) = {d}", "d/dx ({f}) = {d}",
    ),
    "zh": ("f(x) = {f}\nf'(x) = {d}", "{f}的导数是{d}。", "函数：{f}\n逐项：{t}\n导数：{d}", "求导：{f} = {d}"),
}  # fmt: skip

ROWS = {
    "en": ("Terms: {f}\nTheir derivatives: {d}", "{f}\n{d}", "Differentiate each of {f}: {d}"),
    "zh": ("各项：{f}\n各项的导数：{d}", "{f}\n{d}", "对每一项求导{f}：{d}"),
}


def written(polynomial: Polynomial) -> str:
    """The canonical form: `3x^2 + 4x - 3`; the zero polynomial is `0`."""
    degree = len(polynomial) - 1
    text = ""
    for power, coefficient in zip(range(degree, -1, -1), polynomial, strict=True):
        if coefficient == 0:
            continue
        size = abs(coefficient)
        variable = "" if power == 0 else "x" if power == 1 else f"x^{power}"
        number = "" if size == 1 and power else str(size)
        sign = ("-" if coefficient < 0 else "") if not text else (" - " if coefficient < 0 else " + ")
        text += f"{sign}{number}{variable}"
    return text or "0"


def derivative(polynomial: Polynomial) -> Polynomial:
    """The derivative; of a constant it is (0,)."""
    degree = len(polynomial) - 1
    return tuple(c * power for c, power in zip(polynomial, range(degree, 0, -1), strict=False)) or (0,)


def _coefficient(draw: Draw, low: int, high: int) -> int:
    return draw.between(low, high) * (-1 if draw.chance(40) else 1)


def _draw(draw: Draw, degree: int, low: int, high: int) -> Polynomial:
    """A polynomial with a positive leading coefficient and, in one term in six, a zero below it."""
    rest = [0 if draw.chance(17) else _coefficient(draw, low, high) for _ in range(degree)]
    return (draw.between(low, high), *rest)


def _widened(draw: Draw, found: Polynomial, sizes: Sequence[int]) -> Polynomial:
    """The polynomial with one or two of the coefficients that its derivative depends on replaced by such sizes."""
    coefficients = list(found)
    for position in draw.sample(range(len(found) - 1), draw.between(1, 2)):
        size = draw.choice(sizes)
        coefficients[position] = size if position == 0 or draw.chance(60) else -size
    return tuple(coefficients)


def polynomial(draw: Draw, scope: Scope, lowest: int = 2, wide: int = 30) -> Polynomial:
    """
    A polynomial of degree `lowest` to 4 with at least two terms, in the scope's cell.

    Coefficients are 1 to 9; `wide` per cent of the polynomials have one or two of `WIDE`. In a hard scope all have
    one or two of `TERM_ONLY` instead.
    """
    while True:
        found = _draw(draw, draw.between(lowest, 4), 1, 9)
        if scope.hard or draw.chance(wide):
            found = _widened(draw, found, TERM_ONLY if scope.hard else WIDE)
        if sum(c != 0 for c in found) < 2 or not scope.allows(written(found)):
            continue
        # an answer of training text is no question of T1 or T2 either
        if scope.cell != "train" or scope.allows(written(derivative(found))):
            return found


def far_polynomial(draw: Draw) -> tuple[Polynomial, str]:
    """Degree 5, or degree 4 with coefficients of 20 to 49 (T3), and which of the two."""
    if draw.chance(50):
        return (*_draw(draw, 5, 1, 9)[:5], draw.between(1, 9)), "degree 5"
    return (*_draw(draw, 4, 20, 49)[:4], draw.between(20, 49)), "degree 4, coefficients 20 to 49"


def _terms(found: Polynomial) -> str:
    """`x^3 -> 3x^2; 2x^2 -> 4x; ...` for each term that is there."""
    degree = len(found) - 1
    terms = [(c, *(0,) * power) for c, power in zip(found, range(degree, -1, -1), strict=True) if c]
    return "; ".join(f"{written(term)} -> {written(derivative(term))}" for term in terms)


def _single_terms(draw: Draw, language: str) -> list[str]:
    """Lines of terms that each have a derivative of their own: a term a line, or a row of terms and that of answers."""
    in_rows = draw.chance(50)
    layout = draw.choice(ROWS[language] if in_rows else ("{f} -> {d}", *_plain_layouts(language)))
    lines = []
    for _ in range(draw.between(1, 2) if in_rows else draw.between(4, 6)):
        terms: list[Polynomial] = []
        for _ in range(draw.between(3, 4) if in_rows else 1):
            size = draw.choice(TERM_ONLY) if draw.chance(40) else draw.between(1, MAX_TERM)
            terms.append((-size if draw.chance(40) else size, *(0,) * draw.between(1, 4)))
        answers = map(derivative, terms)
        lines.append(layout.format(f="; ".join(map(written, terms)), d="; ".join(map(written, answers))))
    return lines


def _plain_layouts(language: str) -> list[str]:
    return [layout for layout in LAYOUTS[language] if "{t}" not in layout]


def derivative_document(draw: Draw, scope: Scope) -> Text:
    """Two or three worked derivatives, with or without steps; one document in three has single terms."""
    language = ("en", "zh")[draw.below(2)]
    person = scope.name(draw).written(language)
    head = draw.choice(
        {"en": ("{p}:", "{p} writes:", "Work of {p}"), "zh": ("{p}：", "{p}写：", "{p}的作业")}[language]
    )
    lines = [head.format(p=person)]
    if draw.chance(33):
        return Text("\n".join(lines + _single_terms(draw, language)), language)
    layout = draw.choice(LAYOUTS[language])
    steps = "{t}" in layout
    for _ in range(1 if steps else draw.between(2, 3)):
        # short ones with steps would resemble each other; products of two digits have to be seen often
        found = polynomial(draw, scope, lowest=3 if steps else 2, wide=60)
        lines.append(layout.format(f=written(found), d=written(derivative(found)), t=_terms(found)))
    return Text("\n".join(lines), language)


def derivative_item(draw: Draw, scope: Scope, turn: int) -> Item:
    """A question for the derivative of a polynomial; T2 has coefficients of `TERM_ONLY`, T3 wider ones or degree 5."""
    language = ("en", "zh")[turn % 2]
    if scope.unseen:
        found, kind = far_polynomial(draw)
    else:
        found, kind = polynomial(draw, scope), "coefficients of single terms" if scope.hard else "degree 2 to 4"
    template = draw.choice(QUESTIONS[language])
    labels = {"kind": kind, "polynomial": written(found)}
    return Item({"question": template.format(f=written(found))}, written(derivative(found)), language, labels)
