"""What a word is, and numbers for words: shared by filters, duplicates and decontamination."""

import re
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np
import xxhash

from llmpipe.corpus.compiled import compiled

PLANES = 0x40000  # from the fourth plane on no code point is a letter, a digit, a symbol or white space
HAN = "\u3005\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U000323af"  # for character classes
KANA = "\u3041-\u30ff\u31f0-\u31ff\uff66-\uff9d"
HANGUL = "\u1100-\u11ff\uac00-\ud7af"

_HAN = re.compile(f"[{HAN}]")
_WORD = re.compile(rf"[{HAN}]|[^\W_{HAN}]+(?:['’][^\W_{HAN}]+)*")
_ASCII_WORD = re.compile(r"[A-Za-z0-9]+(?:'[A-Za-z0-9]+)*")  # the same, faster
SIGNS = "-+*/^=<>−×÷"  # of arithmetic
_TOKEN = re.compile(rf"[{HAN}]|[^\W_{HAN}]+|[{re.escape(SIGNS)}]")
_MULTIPLIER = np.uint64(0x9E3779B97F4A7C15)  # odd, from the golden ratio (Knuth, TAOCP 3, 6.4)
_BASE = 0xD6E8FEB86659FD93  # of the polynomial that hashes a token: odd, without pattern
_POWERS = 4096  # of it; longer tokens start again
LETTERS, SIGN, CHARACTER = 1, 2, 3  # kinds of tokens: a word, a sign of arithmetic, a Han character


def num_han(text: str) -> int:
    """Number of Han characters."""
    return len(_HAN.findall(text))


def visible(text: str) -> str:
    """A text whose characters that nobody sees are spelled out as their codes; line ends and tabs stay."""
    return "".join(c if c.isprintable() or c in "\n\t" else c.encode("unicode_escape").decode() for c in text)


def codes_of(text: str) -> np.ndarray:
    """The code points of a text, uint32 (characters,)."""
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype=np.uint32)


def different(numbers: np.ndarray) -> np.ndarray:
    """The different numbers, sorted, as `np.unique` gives them: that one hashes, 11 times as long for 5M hashes."""
    ordered = np.sort(numbers)
    return ordered[np.diff(ordered, prepend=ordered[:1] + 1) != 0]


def words(text: str) -> list[str]:
    """Words of a text; each Han character is one. `"don't 你好"` -> `["don't", "你", "好"]`."""
    return (_ASCII_WORD if text.isascii() else _WORD).findall(text)


@lru_cache(maxsize=16)
def at_least(number: int) -> Callable[[str], object]:
    """A function that tells whether a text has at least so many words, without looking at the others."""
    return re.compile(rf"[\W_]*+(?>(?:{_WORD.pattern})[\W_]*+){{{number}}}").match


def match_tokens(text: str) -> list[str]:
    """
    Case-folded words, Han characters and arithmetic signs: what two texts must share to count as equal.

    Other punctuation and white space do not matter. Signs do: without them all polynomials look alike.
    """
    return _TOKEN.findall(text.casefold())


@lru_cache(maxsize=1)
def _classes() -> np.ndarray:
    """For each code point the kind of token it stands in, 0 outside of tokens, uint8."""
    classes = np.zeros(sys.maxunicode + 1, dtype=np.uint8)
    letters = [code for code in range(PLANES) if chr(code).isalnum()]  # what `\\w` is, but for `_`
    classes[letters] = LETTERS
    classes[[ord(character) for character in SIGNS]] = SIGN
    for code in range(PLANES):
        if classes[code] and _HAN.match(chr(code)):
            classes[code] = CHARACTER
    return classes


@lru_cache(maxsize=1)
def _powers() -> np.ndarray:
    with np.errstate(over="ignore"):
        return np.cumprod(np.full(_POWERS, _BASE, dtype=np.uint64), dtype=np.uint64)


class Tokens(NamedTuple):
    """
    The `match_tokens` of several texts, text after text.

    Args:
        hashes: uint64 (n,).
        lengths: How many each text has, int64 (texts,).
        kinds: `LETTERS`, `SIGN` or `CHARACTER`, uint8 (n,).
        places: Where each begins in the case-folded texts, joined with a character between two, int64 (n,).
    """

    hashes: np.ndarray
    lengths: np.ndarray
    kinds: np.ndarray
    places: np.ndarray


def token_hashes(texts: Sequence[str]) -> tuple[np.ndarray, np.ndarray]:
    """Hashes of the tokens of several texts, uint64, and the number of tokens of each text, int64 (see `Tokens`)."""
    return tokens_of(texts)[:2]


def tokens_of(texts: Sequence[str]) -> Tokens:
    """Hash the `match_tokens` of several texts without making them: a polynomial of their code points."""
    return tokens_of_folded([text.casefold() for text in texts])


def tokens_of_folded(folded: Sequence[str]) -> Tokens:
    """The same for texts in folded case."""
    ends = np.cumsum([len(text) + 1 for text in folded], dtype=np.int64)
    return Tokens(*_hashed_tokens(codes_of("\n".join([*folded, ""])), _classes(), _powers(), ends))


@compiled
def _hashed_tokens(
    codes: np.ndarray, classes: np.ndarray, powers: np.ndarray, ends: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """What `Tokens` holds, of code points, the kinds of all code points, and where each text ends."""
    size, before = 0, np.uint8(0)
    for code in codes:
        kind = classes[code]
        size += kind != 0 and (kind != LETTERS or before != LETTERS)
        before = kind
    hashes = np.empty(size, dtype=np.uint64)
    lengths = np.zeros(len(ends), dtype=np.int64)
    kinds = np.empty(size, dtype=np.uint8)
    places = np.empty(size, dtype=np.int64)
    number = text = place = 0
    while place < len(codes):
        kind = classes[codes[place]]
        if not kind:
            place += 1
            continue
        while ends[text] <= place:
            text += 1
        kinds[number], places[number] = kind, place
        hashes[number], place = _hashed_token(codes, place, len(codes), classes, powers)
        lengths[text] += 1
        number += 1
    return hashes, lengths, kinds, places


@compiled
def _hashed_token(
    codes: np.ndarray, start: int, end: int, classes: np.ndarray, powers: np.ndarray
) -> tuple[np.uint64, int]:
    """Hash of the token that begins at a place, and the place behind it, no further than `end`."""
    kind, place, total = classes[codes[start]], start, np.uint64(0)
    while True:
        total += np.uint64(codes[place]) * powers[(place - start) & (_POWERS - 1)]
        place += 1
        if kind != LETTERS or place == end or classes[codes[place]] != LETTERS:
            return mix_one(total), place


def first_tokens(codes: np.ndarray, starts: np.ndarray, most: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """
    Hashes of the first tokens of several texts, as those of `Tokens`.

    Args:
        codes: Their characters in folded case, text after text, uint32.
        starts: Where each begins, and the end of the last, int64 (texts + 1,).
        most: Tokens of each.

    Returns:
        The hashes, uint64, text after text; how many each text has, int64 (texts,); whether it is mostly Han, as a
        whole, bool (texts,).
    """
    return _first_tokens(codes, starts, most, _classes(), _powers())


@compiled
def _first_tokens(
    codes: np.ndarray, starts: np.ndarray, most: int, classes: np.ndarray, powers: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    hashes = np.empty(min(len(codes), most * (len(starts) - 1)), dtype=np.uint64)
    lengths = np.zeros(len(starts) - 1, dtype=np.int64)
    han = np.zeros(len(starts) - 1, dtype=np.bool_)
    size = 0
    for text in range(len(lengths)):
        place, end = starts[text], starts[text + 1]
        number = characters = 0
        while place < end and number < most:
            kind = classes[codes[place]]
            if not kind:
                place += 1
                continue
            hashes[size], place = _hashed_token(codes, place, end, classes, powers)
            characters += kind == CHARACTER
            number += 1
            size += 1
        lengths[text] = number
        before = np.uint8(0)  # a token ended here: letters that follow are a new one, as the token was whole
        while place < end:
            kind = classes[codes[place]]
            number += kind != 0 and (kind != LETTERS or before != LETTERS)
            characters += kind == CHARACTER
            before = kind
            place += 1
        han[text] = 2 * characters > number
    return hashes[:size].copy(), lengths, han


def mostly_han(tokens: Tokens) -> np.ndarray:
    """Whether more than half of the tokens of a text are Han characters, bool (texts,)."""
    text = np.repeat(np.arange(len(tokens.lengths)), tokens.lengths)
    characters = np.bincount(text[tokens.kinds == CHARACTER], minlength=len(tokens.lengths))
    return np.asarray(2 * characters > tokens.lengths)


def shingles(tokens: Tokens, n: int, n_han: int) -> tuple[np.ndarray, np.ndarray]:
    """
    Hashes of the n-grams of several texts, `n_han` tokens long in those that are mostly Han.

    A Han character says less than a word: five words are about as much as eight characters.

    Returns:
        As `ngram_hashes`.
    """
    if n == n_han:
        return ngram_hashes(tokens.hashes, tokens.lengths, n)
    han = mostly_han(tokens)
    parts = []
    for chosen, length in ((~han, n), (han, n_han)):
        kept = np.repeat(chosen, tokens.lengths)
        parts.append(ngram_hashes(tokens.hashes[kept], np.where(chosen, tokens.lengths, 0), length))
    counts = [np.diff(offsets) for _, offsets in parts]
    hashes = np.empty(len(parts[0][0]) + len(parts[1][0]), dtype=np.uint64)
    of_han = np.repeat(han, counts[0] + counts[1])
    hashes[~of_han], hashes[of_han] = parts[0][0], parts[1][0]
    return hashes, np.concatenate([[0], np.cumsum(counts[0] + counts[1])])


def ngram_hashes(numbers: np.ndarray, lengths: Sequence[int] | np.ndarray, n: int) -> tuple[np.ndarray, np.ndarray]:
    """
    Hashes of the n-grams of several texts at once.

    Args:
        numbers: Token hashes of all texts, one after another, uint64 (sum of lengths,).
        lengths: Tokens of each text.
        n: Tokens an n-gram. A text with fewer is one n-gram: all of it.

    Returns:
        Hashes, uint64, text after text; and where each text begins in them, int64 (len(lengths) + 1,).
    """
    counts = np.maximum(np.asarray(lengths, dtype=np.int64), 0)
    grams = np.maximum(counts - n + 1, np.minimum(counts, 1))  # one for a short text, none for an empty one
    offsets = np.concatenate([[0], np.cumsum(grams)])
    return _hashed_ngrams(numbers, counts, offsets, n), offsets


@compiled
def _hashed_ngrams(numbers: np.ndarray, counts: np.ndarray, offsets: np.ndarray, n: int) -> np.ndarray:
    """Polynomials (Horner) of n tokens, of a text with fewer with zeros behind, mixed."""
    hashes = np.empty(offsets[-1], dtype=np.uint64)
    begin = 0
    for text in range(len(counts)):
        end = begin + counts[text]
        for gram in range(offsets[text + 1] - offsets[text]):
            total = np.uint64(0)
            for place in range(begin + gram, begin + gram + n):
                total = total * _MULTIPLIER + (numbers[place] if place < end else np.uint64(0))
            hashes[offsets[text] + gram] = mix_one(total)
        begin = end
    return hashes


def mix(values: np.ndarray) -> np.ndarray:
    """Scatter the bits of uint64 values (splitmix64's finaliser, Steele et al. 2014)."""
    values = (values ^ (values >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    values = (values ^ (values >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return values ^ (values >> np.uint64(31))


mix_one: Callable[..., Any] = compiled(mix)  # of one value, inside compiled loops


@dataclass(frozen=True, slots=True)
class Lookup:
    """
    A set of hashes to look many others up in.

    Args:
        hashes: Different ones, sorted, uint64 (h,).
        begins: For all values of their first bits whether one of them begins so, bool (a power of 2,): a single look
            tells most others, where a search takes twenty.
    """

    hashes: np.ndarray
    begins: np.ndarray

    def find(self, others: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Places in `others` of those that are in the set, and the place of each in it; int64 (f,) both."""
        if not len(self.hashes):
            return np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int64)
        likely = np.flatnonzero(self.begins[_first_bits(others, self.begins)])
        place = np.minimum(np.searchsorted(self.hashes, others[likely]), len(self.hashes) - 1)
        right = self.hashes[place] == others[likely]
        return likely[right], place[right]


def lookup(hashes: np.ndarray) -> Lookup:
    """Make a set of different, sorted hashes, uint64; their first bits are as good as random."""
    begins = np.zeros(2 ** min(max(len(hashes).bit_length() + 3, 10), 26), dtype=bool)
    begins[_first_bits(hashes, begins)] = True
    return Lookup(hashes, begins)


def _first_bits(hashes: np.ndarray, begins: np.ndarray) -> np.ndarray:
    return (hashes >> np.uint64(65 - len(begins).bit_length())).view(np.int64)


def stable_hash(*parts: object) -> int:
    """A 64-bit hash of the parts' text, the same on every machine and in every process."""
    return xxhash.xxh3_64_intdigest("\0".join(map(str, parts)).encode("utf-8", "surrogatepass"))


def share_hash(*parts: object) -> float:
    """A number in 0..1 that depends on the parts only: below 0.1 for a tenth of all ids."""
    return stable_hash(*parts) / 2**64
