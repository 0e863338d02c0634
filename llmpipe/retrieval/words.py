"""
The words by which passages are found, for any script.

NFKC and casefold, then runs of letters and digits; a run of Han, kana or hangul gives its characters and its pairs
of neighbours. Pairs alone miss names of one character, characters alone take a name for any order of its parts;
both together found most on the valid questions of CMRC2018 (docs/log.md).
"""

import unicodedata

import regex

UNSPACED = r"\p{Han}\p{Hiragana}\p{Katakana}\p{Hangul}"
WORD = regex.compile(rf"(?P<unspaced>[{UNSPACED}]+)|[[\p{{L}}\p{{N}}\p{{M}}]--[{UNSPACED}]]+", regex.VERSION1)
COUNTED = regex.compile(rf"[{UNSPACED}]|[[\p{{L}}\p{{N}}\p{{M}}]--[{UNSPACED}]]+", regex.VERSION1)


def words(text: str) -> list[str]:
    """What BM25 counts, in the order of the text."""
    found: list[str] = []
    for match in WORD.finditer(unicodedata.normalize("NFKC", text).casefold()):
        word = match[0]
        found += [*word, *map("".join, zip(word, word[1:], strict=False))] if match["unspaced"] else [word]
    return found


def length(text: str) -> int:
    """Words as people count them; each Han character is one."""
    return len(COUNTED.findall(text))
