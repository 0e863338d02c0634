"""
Noisy copies of texts: mistyped characters, missing words, synonyms; English and Chinese (a Han character is a word).

Wei & Zou 2019 (arXiv:1901.11196) and Belinkov & Bisk 2018 (arXiv:1711.02173) have such noise. What an answer may rest
on stays: numbers, capitalised words, single letters, words of the answer, and what the user protects.
"""

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path

import numpy as np

from llmpipe.errors import DataError
from llmpipe.sections.finetune import AugmentationConfig
from llmpipe.tokenizer.pieces import HAN, HAN_CHARACTER, WORD

Lexicon = Mapping[str, tuple[str, ...]]
KEPT = rf"[^\W{HAN}]*\d[^\W{HAN}]*(?:[.,]\d+)*|(?<![^\W{HAN}])[A-Z][^\W{HAN}]*"  # numbers, capitalised words
MIN_LETTERS = 4  # of a word that is still known with a letter wrong


def read_lexicon(path: Path) -> Lexicon:
    """
    A word and its synonyms a line, separated by tabs; lines that begin with # are comments.

    Raises:
        DataError: A line has no synonym.
    """
    found: dict[str, tuple[str, ...]] = {}
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        if not line.strip() or line.startswith("#"):
            continue
        word, *synonyms = (part.strip() for part in line.split("\t"))
        if not word or not all(synonyms) or not synonyms:
            raise DataError(f"{path}, line {number}: '{line[:60]}' is no word, tab, synonym; write it so.")
        found[word.lower()] = tuple(synonyms)
    return found


def words(texts: Iterable[str]) -> frozenset[str]:
    """The words of texts in lower case, as `Noise` protects them."""
    return frozenset(word.lower() for text in texts for word in WORD.findall(text))


class Noise:
    """What changes a text: `config` has the rates, `lexicon` the synonyms; `counts` says what was done so far."""

    def __init__(self, config: AugmentationConfig, lexicon: Lexicon) -> None:
        self.config, self.lexicon = config, lexicon
        self.counts: Counter[str] = Counter({"characters": 0, "deletions": 0, "synonyms": 0})
        groups = {"kept": [*map(_whole, config.protect), KEPT], "known": list(map(_whole, lexicon))}
        groups["word"] = [WORD.pattern]
        alternatives = [
            f"(?P<{name}>{'|'.join(sorted(found, key=len, reverse=True))})" for name, found in groups.items() if found
        ]
        # what is protected must match however it is written; KEPT asks for capitals
        self._pattern = re.compile("|".join(alternatives))

    def change(self, text: str, protected: frozenset[str], draw: np.random.Generator) -> str:
        """The text with noise; words in `protected` (lower case) stay. A text that would lose all its words stays."""
        counts: Counter[str] = Counter()
        parts: list[str] = []
        end, gone = 0, False
        for match in self._pattern.finditer(text):
            between = text[end : match.start()]
            parts.append(between.removeprefix(" ") if gone else between)  # a space goes with its word
            stays = match.lastgroup == "kept" or not words([match.group()]).isdisjoint(protected)
            changed = match.group() if stays else self._word(match, draw, counts)
            parts.append(changed)
            end, gone = match.end(), not changed
        changed = "".join([*parts, text[end:]])
        if not WORD.search(changed):
            return text
        self.counts.update(counts)
        return changed

    def _word(self, match: re.Match[str], draw: np.random.Generator, counts: Counter[str]) -> str:
        word = match.group()
        if match.lastgroup == "known" and draw.random() < self.config.synonyms:
            counts["synonyms"] += 1
            return str(draw.choice(self.lexicon[word.lower()]))
        han = HAN_CHARACTER.search(word) is not None
        if len(word) == 1 and not han:
            return word
        if draw.random() < self.config.deletions:
            counts["deletions"] += 1
            return ""
        if han or len(word) >= MIN_LETTERS:
            return self._mistyped(word, draw, counts)
        return word

    def _mistyped(self, word: str, draw: np.random.Generator, counts: Counter[str]) -> str:
        """Each character with some chance: left out (not all of a word), typed twice, or after the next one."""
        letters = list(word)
        for place in range(len(letters)):
            if draw.random() >= self.config.characters:
                continue
            counts["characters"] += 1
            how = draw.integers(3)
            if how == 0 and place + 1 < len(letters):
                letters[place], letters[place + 1] = letters[place + 1], letters[place]
            elif how == 1 and len(word) > 1:
                letters[place] = ""
            else:
                letters[place] *= 2
        return "".join(letters) or word


def _whole(phrase: str) -> str:
    """A phrase as a pattern that begins and ends no word in its middle; Chinese has no such ends."""
    before = rf"(?<![^\W{HAN}])" if not HAN_CHARACTER.match(phrase[0]) else ""
    after = rf"(?![^\W{HAN}])" if not HAN_CHARACTER.match(phrase[-1]) else ""
    return f"{before}(?i:{re.escape(phrase)}){after}"
