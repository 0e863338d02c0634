"""Normalisation and tokens of answers, per language. Latin rules applied to Chinese give scores of 0."""

import re
import string
import unicodedata
from collections import Counter
from collections.abc import Sequence

import regex

HAN_LIKE = r"\p{Han}\p{Hiragana}\p{Katakana}\p{Hangul}"
TOKEN = regex.compile(rf"[{HAN_LIKE}]|[[\p{{L}}\p{{N}}\p{{M}}]--[{HAN_LIKE}]]+", regex.VERSION1)

VARIANTS = {"en": "squad-en", "zh": "zh-bag", "ja": "zh-bag"}


def tokens(text: str) -> list[str]:
    """
    Words of any script: NFKC, casefold, then each Han, kana or hangul character, and runs of letters and digits.

    On ASCII text these are the tokens of rouge_score's default tokenizer.
    """
    return TOKEN.findall(unicodedata.normalize("NFKC", text).casefold())


def variant(language: str) -> str:
    """The normalisation of exact match and F1 for a language: squad-en, zh-bag, or unicode for the others."""
    return VARIANTS.get(language, "unicode")


def variants(languages: Sequence[str]) -> str:
    """The variants in use, joined with "+"."""
    return "+".join(sorted({variant(language) for language in languages}))


def normalize(text: str, language: str) -> str:
    """
    The form in which answers are compared.

    squad-en is the official SQuAD script: lower case, no ASCII punctuation, no articles. zh-bag: NFKC,
    casefold, no punctuation, spaces or symbols. unicode: the same with spaces collapsed. A text that
    would become empty ("A", "《》") is only casefolded.
    """
    return NORMALIZERS[variant(language)](text) or unicodedata.normalize("NFKC", text).casefold().strip()


def bag(text: str, language: str) -> Counter[str]:
    """Tokens that F1 counts: words, or for zh-bag Han characters and runs of other letters and digits."""
    normalized = normalize(text, language)
    return Counter((tokens(normalized) if variant(language) == "zh-bag" else normalized.split()) or [normalized])


def contains(text: str, value: str) -> bool:
    """Whether the tokens of `value` appear in `text` side by side; "two" is not in "twofold"."""
    inside, wanted = tokens(text), tokens(value)
    if not wanted:
        return value.strip() in text
    return any(inside[start : start + len(wanted)] == wanted for start in range(len(inside) - len(wanted) + 1))


def _squad(text: str) -> str:
    plain = "".join(character for character in text.lower() if character not in string.punctuation)
    return " ".join(re.sub(r"\b(a|an|the)\b", " ", plain).split())


def _unicode(text: str) -> str:
    folded = unicodedata.normalize("NFKC", text).casefold()
    return " ".join("".join(" " if unicodedata.category(c)[0] in "PS" else c for c in folded).split())


def _zh(text: str) -> str:
    folded = unicodedata.normalize("NFKC", text).casefold()
    return "".join(c for c in folded if unicodedata.category(c)[0] not in "PS" and not c.isspace())


NORMALIZERS = {"squad-en": _squad, "unicode": _unicode, "zh-bag": _zh}
