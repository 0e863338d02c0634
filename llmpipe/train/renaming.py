"""
Other words in place of those that an answer has from its prompt, so that a model learns to copy what it has never seen.

A small model learns which words are copied, not to copy: names of syllables that no training text has come out as names
that it has. Entities are replaced for this in Dai & Adel 2020 (arXiv:2010.11683), labels by words without a sense in
Wei et al. 2023 (arXiv:2305.08298). Here nothing need be marked: candidates are words and runs of Han characters that
stand in prompt and answer. One is replaced at all its places in an example alike, by an invented word.
"""

import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence

import numpy as np

from llmpipe.tokenizer.pieces import HAN, HAN_CHARACTER, WORD

MIN_LETTERS = 3  # of a word that may be replaced; shorter ones are hardly names
MIN_HAN = 2  # of a run
MIN_SHARE = 0.0005  # of all letters of its script that a letter is, to be common: no letters of wrongly decoded text
MAX_PARTS = 4  # of an invented word, cut out of known ones
FIRST_HAN, LAST_HAN = 0x4E00, 0x9FFF  # the block of the common ones
LETTERS = re.compile(rf"[^\W\d_{HAN}]+")
PART = re.compile(rf"[{HAN}]+|[^\W{HAN}]+")


def copied(prompt: str, answer: str) -> list[str]:
    """
    Words (of 3 letters and more, without digits) and longest runs of Han (of 2 and more) of the answer in the prompt.

    Each once, in the order of the answer. "已办好：车票，李雷。" and "我叫李雷，订车票" -> 车票, 李雷.
    """
    words = set(WORD.findall(prompt))
    found: dict[str, None] = {}
    for match in PART.finditer(answer):
        text = match.group()
        if HAN_CHARACTER.match(text):
            found |= dict.fromkeys(_runs(text, prompt))
        elif text in words and len(text) >= MIN_LETTERS and LETTERS.fullmatch(text):
            found[text] = None
    return list(found)


def repeated(text: str) -> list[str]:
    """
    Words and runs of Han, as `copied` finds them, that a text has at two places and more.

    Each once, in the order of the text. "Ann = Bob, Ann" -> Ann; "李雷住在北京。李雷" -> 李雷.
    """
    counts = Counter(WORD.findall(text))
    found: dict[str, None] = {}
    for match in PART.finditer(text):
        part = match.group()
        if HAN_CHARACTER.match(part):
            found |= dict.fromkeys(_runs(part, text[: match.start()]))
        elif counts[part] > 1 and len(part) >= MIN_LETTERS and LETTERS.fullmatch(part):
            found[part] = None
    return list(found)


def _runs(text: str, prompt: str) -> list[str]:
    """From the left, the longest parts of a run of Han that the prompt has."""
    found, start = [], 0
    while start < len(text):
        size = MIN_HAN - 1
        while start + size < len(text) and text[start : start + size + 1] in prompt:
            size += 1
        if size >= MIN_HAN and text[start : start + size] in prompt:
            found.append(text[start : start + size])
        start += size
    return found


class Inventor:
    """
    Words that no one has seen, of the letters and characters of some texts.

    Half of the words are parts of known words, half letter by letter, each common letter of the script as likely as the
    others: a name may have letters that are not frequent in the texts. Half of the runs of Han are of characters of the
    texts, half of any.

    Args:
        texts: Where letters, parts and characters are from.
    """

    def __init__(self, texts: Iterable[str]) -> None:
        letters: dict[str, Counter[str]] = defaultdict(Counter)
        words: dict[str, set[str]] = defaultdict(set)
        characters: set[str] = set()
        for text in texts:
            characters.update(HAN_CHARACTER.findall(text))
            for word in LETTERS.findall(text):
                letters[_script(word[0])].update(word.lower())
                words[_script(word[0])].add(word.lower())
        self._letters = {
            script: sorted(letter for letter, count in found.items() if count >= MIN_SHARE * found.total())
            for script, found in letters.items()
        }
        self._words = {script: sorted(found) for script, found in words.items()}
        self._characters = sorted(characters)

    def words(self, known: Iterable[str], ratio: float, draw: np.random.Generator) -> dict[str, str]:
        """Of known words a share (each by chance), with what takes their place."""
        return {word: self.word(word, draw) for word in known if draw.random() < ratio}

    def word(self, like: str, draw: np.random.Generator) -> str:
        """An invented word in place of another one: of its script, capitalised as it is."""
        made = like
        while made == like:
            made = self._han(draw) if HAN_CHARACTER.match(like) else self._spelt(like, draw)
        return made

    def _spelt(self, like: str, draw: np.random.Generator) -> str:
        script = _script(like[0])  # the texts may have none of it
        if draw.random() < 0.5:
            words = self._words.get(script) or [like.lower()]
            made = "".join(_part(_one(words, draw), draw) for _ in range(draw.integers(2, MAX_PARTS + 1)))
        else:
            letters = self._letters.get(script) or sorted(set(like.lower()))
            made = "".join(_one(letters, draw) for _ in range(draw.integers(3, 9)))
        if len(like) > 1 and like.isupper():
            return made.upper()
        return made[0].upper() + made[1:] if like[0].isupper() else made

    def _han(self, draw: np.random.Generator) -> str:
        size = int(draw.integers(2, 4))
        if draw.random() < 0.5:
            return "".join(_one(self._characters, draw) for _ in range(size))
        return "".join(chr(draw.integers(FIRST_HAN, LAST_HAN + 1)) for _ in range(size))


def replace_words(text: str, new: Mapping[str, str]) -> str:
    """The text with other words: whole words are replaced, and runs of Han wherever they stand; the longest first."""
    runs = sorted(filter(HAN_CHARACTER.match, new), key=len, reverse=True)
    inside = re.compile("|".join(runs)) if runs else None

    def other(match: re.Match[str]) -> str:
        part = match.group()
        if inside and HAN_CHARACTER.match(part):
            return inside.sub(lambda run: new[run.group()], part)
        return new.get(part, part)

    return PART.sub(other, text) if new else text


def _part(word: str, draw: np.random.Generator) -> str:
    """Two or three letters out of a word."""
    size = int(draw.integers(2, 4))
    start = int(draw.integers(max(1, len(word) - size + 1)))
    return word[start : start + size]


def _one(values: Sequence[str], draw: np.random.Generator) -> str:
    return values[int(draw.integers(len(values)))]


def _script(letter: str) -> str:
    """The first word of a letter's name: "LATIN", "CYRILLIC", "HANGUL"."""
    return unicodedata.name(letter, "").partition(" ")[0]
