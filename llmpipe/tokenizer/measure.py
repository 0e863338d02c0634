"""What a tokenizer does to text, in numbers: fertility, bytes per token, byte fallback, what the vocabulary holds."""

import unicodedata
from collections import Counter
from dataclasses import dataclass
from typing import Any

import numpy as np

from llmpipe.tokenizer.pieces import HAN_CHARACTER, SPACE, SPECIAL, WORD
from llmpipe.tokenizer.tokenizer import Tokenizer

KINDS = ("special", "byte", "space", "han", "latin", "letter", "digit", "symbol")


@dataclass
class Usage:
    """Sums over texts; `<s>` and `</s>` are not counted as tokens."""

    documents: int = 0
    bytes: int = 0
    words: int = 0
    tokens: int = 0
    byte_tokens: int = 0
    newlines: int = 0

    def add(self, text: str, token_ids: np.ndarray) -> None:
        """Count a text and its token ids (without special tokens)."""
        first = len(SPECIAL)
        self.documents += 1
        self.bytes += len(text.encode())
        self.words += len(WORD.findall(text))
        self.tokens += len(token_ids)
        self.byte_tokens += int(((token_ids >= first) & (token_ids < first + 256)).sum())
        self.newlines += text.count("\n")

    def summary(self) -> dict[str, float]:
        """
        The counts and their ratios.

        `fertility` is tokens per word (a Han character is a word, a run of other letters and digits is one).
        `byte_fallback_ratio` is the share of tokens that are bytes, without newlines, which always are.
        """
        return {
            "documents": self.documents,
            "bytes": self.bytes,
            "words": self.words,
            "tokens": self.tokens,
            "bytes_per_token": _ratio(self.bytes, self.tokens),
            "fertility": _ratio(self.tokens, self.words),
            "byte_fallback_ratio": _ratio(self.byte_tokens - self.newlines, self.tokens),
        }


def composition(tokenizer: Tokenizer) -> dict[str, int]:
    """Number of pieces of each of `KINDS`; a piece is Han if it holds one Han character, and so on down the list."""
    counts = Counter(kind_of(index, piece) for index, piece in enumerate(tokenizer.vocabulary))
    return {kind: counts[kind] for kind in KINDS}


def kind_of(index: int, piece: str) -> str:
    """One of `KINDS`."""
    text = piece.replace(SPACE, "")
    if index < len(SPECIAL):
        return "special"
    if index < len(SPECIAL) + 256:
        return "byte"
    if not text:
        return "space"
    if HAN_CHARACTER.search(text):
        return "han"
    if any("LATIN" in unicodedata.name(character, "") for character in text):
        return "latin"
    if any(character.isalpha() for character in text):
        return "letter"
    return "digit" if text.isdigit() else "symbol"


def longest(tokenizer: Tokenizer, count: int = 20) -> list[str]:
    """The longest learned pieces: rubbish among them means rubbish in the text (page headers, markup, keys)."""
    learned = tokenizer.vocabulary[len(SPECIAL) + 256 :]
    return [piece.replace(SPACE, " ") for piece in sorted(learned, key=lambda piece: (-len(piece), piece))[:count]]


def summaries(usages: dict[str, Usage]) -> dict[str, Any]:
    """Per language in order of its code, and of all together."""
    total = Usage(*(sum(getattr(usage, name) for usage in usages.values()) for name in Usage.__dataclass_fields__))
    languages = {language or "unknown": usages[language].summary() for language in sorted(usages)}
    return {"all": total.summary(), "languages": languages}


def pieces_used(seen: np.ndarray) -> float:
    """Share of the learned pieces that occurred, from the number of occurrences of each piece."""
    learned = seen[len(SPECIAL) + 256 :]
    return _ratio(int((learned > 0).sum()), len(learned))


def _ratio(part: float, whole: float) -> float:
    return round(part / whole, 6) if whole else 0.0
