"""
Pages that hold no text but what pages are made of, each told by its form, whatever the words.

Items with a count each (`count_ratio`), advertising between ornaments and addresses (`advert_ratio`), replies that
differ in their numbers alone (`reply_ratio`), rules of a style sheet (`style_ratio`).
"""

import re
from functools import cache

from llmpipe.corpus.literals import Literals, literals, most_held
from llmpipe.corpus.visitor import size_of

MIN_ITEMS, LONGEST_ITEM = 8, 40  # with a count, and characters of one
THINNEST = 60  # characters to an ornament or a dot
MIN_SIGNS = 6  # ornaments, brackets and addresses within lines
MIN_REPLIES = 8
LONGEST_REPLY = 40  # characters, those of Chinese three
MIN_RULES = 3

_COUNT = re.compile(r"[(（\[]\s?\d")
_ITEM = re.compile(
    r"(?:^|(?<=[\n,，、|·/)）\]])|(?<=[)）\]|·/,] ))[^\s()（）\[\],，、|·/\d][^()（）\[\]\n,，、|·/]{0,29}?"
    r"\s?[(（\[]\s?\d[\d,.]*[kKmM]?\s?[)）\]]"
)
_ORNAMENTS = "★☆▶►▲△▼◆◇■◎●♠♣♥♦✅✔❤⭐➤➜❖※＋【〖『🔥💰👉🎁🎉💯🎰🏆"
_ORNAMENT = re.compile(rf"(?:(?<=\S)|(?<=\S ))[{_ORNAMENTS}]")
_DOMAINS = (
    "com|net|org|vip|cc|top|xyz|club|info|bet|site|shop|cn|me|tk|win|live|io|co|fun|pw|ru|biz|link|online|store|icu"
)
_HOST = re.compile(rf"\.(?:{_DOMAINS})\b(?![\w.-]*@)")
_CONTACT = re.compile(
    r"(?:qq群?|扣扣|微信|薇信|威信|电话|热线|\bvx|whatsapp|telegram)\W{0,3}[\w+ -]{0,6}\d{4}|"
    r"(?<![A-Za-z])[qｑ]\W{0,2}\d{6}",
    re.IGNORECASE,
)
_NUMBERED = re.compile(r"[\W_]*\d+(?:\s*(?:楼|F\b|L\b))?[\W_]*[^\W\d_]|\W*\d+\W+[+]")
_FLOOR = re.compile(r"^[\W\d_]+(?:楼|F\b|L\b)?[\W_]*|(?:\s*[:;=xX]-?[DPpoO3()/]+)?[\W_]*$")
_CODE_SIGNS = ("{", "<%", "%%", "[[%", "_gaq", "gtag(", "dataLayer", "getElement", "$(")
_LEFTOVER = re.compile(  # a mark of a template that no program has filled in, or a call of a script that counts visits
    r"\{[{%].*[}%]\}|<%.*%>|%%\w+%%|\$\w+\['|\[INSERT|<\?php|\b_gaq\b|\bgtag\(|dataLayer|adsbygoogle|googletag|\bfbq\(|"
    r"\b_hmt\b|document\.(?:write|createElement|getElement)|window\.\w+ ?=|jQuery\(|\$\(document\)|insertBefore\("
)
_WORD = re.compile(r"[A-Za-zÀ-ÿ]+|[\u4e00-\u9fff]")
_STYLE = re.compile(
    r"(?<![\w-])[.#*:@A-Za-z\[][ -z|~]{0,120}?\{\s*(?:[A-Za-z-]+\s*:[^{};]*;?\s*)+\}|"
    r"@(?:media|import|font-face|keyframes|charset)\b[^{};]*[{;]"
)


@cache
def _advert_signs() -> Literals:
    """What any match of the three forms of `advert_ratio` holds one of."""
    return literals(
        [
            *_ORNAMENTS,
            *(f".{one}" for one in _DOMAINS.split("|")),
            *["qq", "扣扣", "微信", "薇信", "威信", "电话", "热线", "vx", "whatsapp", "telegram", "q", "ｑ"],
        ],
        fold=True,
    )


def count_ratio(text: str) -> float:
    """Share of a text in short items with a count in brackets behind each: tags, archives, categories."""
    brackets = text.count("(") + text.count("（") + text.count("[")
    counts = len(_COUNT.findall(text)) if brackets >= MIN_ITEMS else 0
    if counts < MIN_ITEMS or counts * LONGEST_ITEM < len(text) / 2:
        return 0.0
    return sum(size_of(match[0]) for match in _ITEM.finditer(text)) / size_of(text)


def advert_ratio(text: str) -> float:
    """Ornaments within lines, addresses and numbers to call a word, Han characters half a word; 0 of a few."""
    if most_held(text, _advert_signs()) < MIN_SIGNS:
        return 0.0
    ornaments = 0 if text.isascii() else sum(map(text.count, _ORNAMENTS))
    if (ornaments + text.count(".")) * THINNEST <= len(text):  # most texts have no more of them than sentences
        return 0.0
    signs = sum(len(form.findall(text)) for form in (_ORNAMENT, _HOST, _CONTACT))
    if signs < MIN_SIGNS:
        return 0.0
    words = _WORD.findall(text)
    han = sum(word >= "\u4e00" for word in words)
    return signs / max(1, len(words) - han / 2)


def reply_ratio(text: str) -> float:
    """Share of the numbered lines that say what another one says, signs at their ends aside; 0 where one is long."""
    if text.count("\n") < MIN_REPLIES - 1:
        return 0.0
    lines = [line for line in text.split("\n") if line.strip()]
    if (
        len(lines) < MIN_REPLIES
        or max(map(len, lines)) > LONGEST_REPLY
        or any(size_of(line) > LONGEST_REPLY for line in lines)
    ):
        return 0.0
    if 2 * sum(_NUMBERED.match(line) is not None for line in lines) < len(lines):
        return 0.0
    said = [one for one in (_FLOOR.sub("", line).casefold() for line in lines) if one]
    if len(said) < MIN_REPLIES:
        return 0.0
    return 1 - len(set(said)) / len(said)


@cache
def _code_signs() -> Literals:
    return literals(_CODE_SIGNS)


def style_ratio(text: str) -> float:
    """Share of a text in rules of a style sheet, and lines of unfilled templates and of scripts that count visits."""
    if not most_held(text, _code_signs()):
        return 0.0
    rest, rules = _STYLE.subn("", text)
    lines = [line for line in rest.split("\n") if _LEFTOVER.search(line)]
    if rules + len(lines) < MIN_RULES:
        return 0.0
    return (len(text) - len(rest) + sum(map(len, lines))) / len(text)
