"""
Exact polynomials in one variable, read from text. Answers are compared as polynomials, not as strings.

Grammar, after superscripts, signs and spaces are unified:
    sum = [+-] product ([+-] product)*
    product = power ([*/]? power)*          (division by a number only; no number without a sign after a factor)
    power = atom [^ digits]
    atom = number | letter | ( sum )
"""

import re
import unicodedata
from fractions import Fraction

MAX_DEGREE = 200  # a longer product than anyone writes; (x+1)^9999 must not stop the evaluation
MAX_LENGTH = 1000  # characters
MAX_DEPTH = 20  # parentheses
MAX_BITS = 10_000  # of a numerator

SUPERSCRIPTS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹", "0123456789")
SIGNS = str.maketrans({"−": "-", "–": "-", "—": "-", "·": "*", "×": "*", "⋅": "*", "÷": "/"})
LEXEME = re.compile(r"\d+(?:\.\d+)?|[a-z]|[-+*/^()]")

Coefficients = dict[int, Fraction]


class NotAPolynomial(ValueError):
    """The text is not a polynomial in one variable."""


def parse(text: str) -> tuple[str, Coefficients]:
    """
    The variable ("" for a constant) and the non-zero coefficients by degree.

    Only what follows the last "=", ":" or line break is read: `f'(x) = 3x^2 + 4x - 3`.

    Raises:
        NotAPolynomial: As the name says.
    """
    lexemes = _lexemes(text)
    letters = {lexeme for lexeme in lexemes if lexeme.isalpha()}
    if len(letters) > 1:
        raise NotAPolynomial(f"several variables: {sorted(letters)}")
    parser = _Parser(lexemes)
    coefficients = parser.sum()
    if parser.position != len(lexemes):
        raise NotAPolynomial(f"unexpected '{lexemes[parser.position]}'")
    return "".join(letters) if any(coefficients) else "", coefficients


def equal(left: str, right: str) -> bool:
    """Whether both texts are the same polynomial; False when one is none."""
    try:
        return parse(left) == parse(right)
    except NotAPolynomial:
        return False


def _lexemes(text: str) -> list[str]:
    text = re.sub(r"[⁰¹²³⁴⁵⁶⁷⁸⁹]+", lambda match: "^" + match.group().translate(SUPERSCRIPTS), text)
    text = unicodedata.normalize("NFKC", text).translate(SIGNS).replace("**", "^").casefold().strip().rstrip(".。;,")
    text = re.split(r"[=:\n]", text)[-1]
    if len(text) > MAX_LENGTH:
        raise NotAPolynomial("too long")
    if re.search(r"\d\s+\d", text):
        raise NotAPolynomial("two numbers side by side")
    if text.count("(") > MAX_DEPTH:
        raise NotAPolynomial("too many parentheses")
    text = re.sub(r"\s+", "", text)
    lexemes = LEXEME.findall(text)
    if "".join(lexemes) != text or not lexemes:
        raise NotAPolynomial(f"unreadable: {text[:40]!r}")
    return lexemes


class _Parser:
    def __init__(self, lexemes: list[str]) -> None:
        self.lexemes, self.position = lexemes, 0

    def next(self) -> str:
        return self.lexemes[self.position] if self.position < len(self.lexemes) else ""

    def take(self) -> str:
        lexeme = self.next()
        self.position += 1
        return lexeme

    def sum(self) -> Coefficients:
        total: Coefficients = {}
        sign = -1 if self.next() in "+-" and self.next() and self.take() == "-" else 1
        while True:
            for degree, value in self.product().items():
                total[degree] = total.get(degree, Fraction(0)) + sign * value
            if self.next() not in ("+", "-"):
                return {degree: value for degree, value in total.items() if value}
            sign = -1 if self.take() == "-" else 1

    def product(self) -> Coefficients:
        result = self.power()
        while self.next() and self.next() not in "+-)":
            if self.next()[0].isdigit():
                raise NotAPolynomial(f"'{self.next()}' after a factor")  # x4 may be x^4 or 4x
            operator = self.take() if self.next() in "*/" else "*"
            factor = self.power()
            result = _multiply(result, factor if operator == "*" else _inverse(factor))
        return result

    def power(self) -> Coefficients:
        base = self.atom()
        if self.next() != "^":
            return base
        self.take()
        exponent = self.take()
        if not exponent.isdigit() or int(exponent) > MAX_DEGREE:
            raise NotAPolynomial(f"exponent '{exponent}'")
        result: Coefficients = {0: Fraction(1)}
        for _ in range(int(exponent)):
            result = _multiply(result, base)
        return result

    def atom(self) -> Coefficients:
        lexeme = self.take()
        if lexeme == "(":
            inside = self.sum()
            if self.take() != ")":
                raise NotAPolynomial("missing ')'")
            return inside
        if lexeme.isalpha():
            return {1: Fraction(1)}
        if lexeme[:1].isdigit():
            value = Fraction(lexeme)
            return {0: value} if value else {}
        raise NotAPolynomial(f"unexpected '{lexeme or 'end'}'")


def _multiply(left: Coefficients, right: Coefficients) -> Coefficients:
    result: Coefficients = {}
    for i, a in left.items():
        for j, b in right.items():
            result[i + j] = result.get(i + j, Fraction(0)) + a * b
    largest = max((value.numerator.bit_length() for value in result.values()), default=0)
    if max(result, default=0) > MAX_DEGREE or largest > MAX_BITS:
        raise NotAPolynomial("too large")
    return {degree: value for degree, value in result.items() if value}


def _inverse(value: Coefficients) -> Coefficients:
    if set(value) != {0}:
        raise NotAPolynomial("division by something else than a number")
    return {0: 1 / value[0]}
