"""
What stands in lists and not in sentences: terms for search engines, one beside the other, and lines of logs.

A list of terms has no ends of sentences and next to no words that only grammar needs, and says the same few words
again. Each alone is true of good texts (a poem, a glossary), all together of none; a drill has numbers and signs.
"""

import re

MIN_WORDS = 40  # of a text, as `filters.LONG_TEXT`
WORDS_A_SENTENCE = 40  # more than writers put between two stops
MAX_FUNCTION_RATIO = 0.03  # of the words
CERTAIN = 0.85  # of the words stood before: then the text is a list, whatever the words,
MAX_CERTAIN = 400  # unless it is so long that most of its words have stood before in any case
MAX_RECORD_RATIO = 0.05  # of the words: digits and signs between keys and values, as rows of records and drills have
_STOP = ("。", "！", "？", "；", ".", "!", "?")
_RECORD = (":", "：", "=", "->", "→", "+")
_DIGIT = re.compile("[0-9]+")
_WORD = re.compile("[A-Za-zÀ-ÿ]{2,}|[\u4e00-\u9fff]")
_GRAMMAR = """
    the of and to in is was are were be been it that this for on with as at by from or not he she they we you i his her
    their our its an have has had but which who when if than then there de la le les et des un une est dans que qui pour
    sur pas avec
"""
_GRAMMAR_HAN = "的了是在不和有我这他就也与及被把而为以其之你她它们吗呢吧於與這為們過着著"
FUNCTION_WORDS = frozenset([*_GRAMMAR.split(), *_GRAMMAR_HAN])  # what is in sentences because they are some
_STAMP = re.compile(
    r"\W{0,2}(?:\d{4}[-/.]\d\d[-/.]\d\d|\d\d[-/]\w{3}[-/]\d{4}|"
    r"(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) {1,2}\d{1,2} \d|"
    r"\d{1,2}:\d\d:\d\d|\s*\d{1,6}\.\d{1,9}\]|\d{10,13}\b|(?:INFO|WARN|WARNING|DEBUG|ERROR|FATAL|TRACE|NOTICE)\b)"
)
_LEVEL = re.compile(
    r"\b(?:INFO|WARN|WARNING|DEBUG|ERROR|FATAL|TRACE|NOTICE|CRITICAL|info|warn|debug|error)\b|\[[\w.-]*\d[\w.-]*\]|"
    r"\b[\w.-]+\[\d+\]:|\b0x[0-9a-f]{4,}|\b(?:GET|POST|PUT|HEAD) /|^\[\s*\d+\.\d+\]"
)
_PAIR = re.compile(r"\b[A-Za-z_][\w.]*=[^\s=]+")
_OBJECT = re.compile(r"\{\s*\"[\w.@-]+\"\s*:.*\}\s*,?")
_PAIRS = 3  # of a key and a value, in a line without a stamp


def repeated(text: str, num_words: int) -> float:
    """
    Share of the words of a list that stood in it before; 0 of a text that has sentences, or too few words.

    Args:
        text: The text.
        num_words: Its words, Han characters one each.
    """
    if num_words < MIN_WORDS or sum(map(text.count, _STOP)) * WORDS_A_SENTENCE > num_words:
        return 0.0
    if sum(map(text.count, _RECORD)) > MAX_RECORD_RATIO * num_words:
        return 0.0
    if len(_DIGIT.findall(text)) > MAX_RECORD_RATIO * num_words:
        return 0.0
    words = _WORD.findall(text.lower())
    if len(words) < MIN_WORDS:
        return 0.0
    ratio = 1 - len(set(words)) / len(words)
    function = sum(word in FUNCTION_WORDS for word in words)
    certain = ratio > CERTAIN and len(words) <= MAX_CERTAIN
    return ratio if certain or function <= MAX_FUNCTION_RATIO * len(words) else 0.0


def is_logged(line: str) -> bool:
    """Whether a line is one of a program's log."""
    if _OBJECT.fullmatch(line):
        return True
    pairs = len(_PAIR.findall(line))
    if pairs >= _PAIRS:
        return True
    return _STAMP.match(line) is not None and (pairs > 0 or _LEVEL.search(line) is not None)
