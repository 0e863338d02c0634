"""
Sentences that a document holds beside their translations, Chinese and another language, known by their scripts alone.

Side by side in a line ("A = 甲", "A | 甲", a tab) or one below the other, with or without labels ("EN: A", "ZH: 甲").
"""

import regex

BESIDE = regex.compile(r" = | \| |\t")
LABEL = regex.compile(r"^[A-Z]{2}: ")
HAN, LATIN = regex.compile(r"\p{Han}"), regex.compile(r"\p{Latin}")


def sentence_pairs(text: str) -> list[tuple[str, str]]:
    """
    (sentence in Latin script, the same in Chinese) for each pair of a document that consists of such pairs only.

    A document with anything else is prose that mixes languages, or a list: it has none.
    """
    parts = [LABEL.sub("", part).strip() for line in text.splitlines() for part in BESIDE.split(line)]
    if len(parts) % 2:
        return []
    found: list[tuple[str, str]] = []
    for first, second in zip(parts[::2], parts[1::2], strict=True):
        pair = (first, second) if _is_chinese(second) else (second, first)
        if HAN.search(pair[0]) or not _is_chinese(pair[1]) or not LATIN.search(pair[0]):
            return []
        found.append(pair)
    return found


def _is_chinese(text: str) -> bool:
    """More Han characters than Latin letters."""
    return len(HAN.findall(text)) > len(LATIN.findall(text))
