"""
In how many documents a word stands, and two words side by side: what the corpus that is cleaned knows of its language.

Counts are kept by hash in tables of fixed size, and are sums: neither tasks nor workers change them. Words are folded:
small letters, every digit a 0, so that all years are one word. A Han character is a word; two that stand side by side
are a pair, as two Latin words with one space or line end between them are, and two with a hyphen, counted apart.
Documents, not occurrences: what one document repeats is still what one document says. A word has two places, and the
smaller count is that of the word (Cormode & Muthukrishnan 2005): what shares one place hardly shares the other.
"""

import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

import numpy as np

from llmpipe.corpus.compiled import compiled
from llmpipe.corpus.outlier_counts import own_at
from llmpipe.corpus.text import PLANES, codes_of, mix_one

WORDS, PAIRS, TRIPLES = 2**20, 2**22, 2**21  # sizes of half the tables, powers of 2
READ_TOKENS = 2000  # from a document's beginning: longer ones cost no more
MIN_DOCUMENTS = 300  # with words of a script: fewer do not show what it knows
MIN_TOKENS = 8  # of a script, from which on a document is one of it
MOST = 65535  # documents that a place counts; more are as many
LATIN_TEXTS, HAN_TEXTS, APART_TEXTS, NARROW_TEXTS = range(4)  # what `Vocabulary.texts` counts

# What the table says of a code point, above the 21 bits of what it is folded to
FOLDED = 2**21 - 1
LETTER, HAN, DIGIT, CAPITAL, APOSTROPHE, SPACE = (1 << bit for bit in range(21, 27))
OWN_TOKENS = 2**13
_HAN_RANGES = ((0x3005, 0x3005), (0x3007, 0x3007), (0x3400, 0x4DBF), (0x4E00, 0x9FFF), (0xF900, 0xFAFF))
NEXT_TO, HYPHEN, SPACED = 0, 1, 2  # what is between the words of a pair
_FACTOR = np.uint64(0x9E3779B97F4A7C15)


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """
    What a corpus knows.

    Args:
        words: Documents that have a word, by two hashes of it, uint16 (2 * WORDS,).
        pairs: Documents that have two words side by side, the same, uint16 (2 * PAIRS,).
        triples: Documents that have three side by side, Han characters among them, uint16 (2 * TRIPLES,).
        texts: Documents of Latin words, of Han characters, of Latin ones whose marks stand apart, of Chinese ones with
            narrow marks, int64 (4,).
    """

    words: np.ndarray
    pairs: np.ndarray
    triples: np.ndarray
    texts: np.ndarray

    def of_words(self, words: Sequence[str]) -> list[int]:
        """How many documents have each of the words."""
        if not words:
            return []
        codes, starts, ends = _together(words)
        return [int(count) for count in _counts(codes, starts, ends, table(), self.words)]

    def of_pairs(self, pairs: Sequence[tuple[str, str]], between: int = NEXT_TO) -> list[int]:
        """How many documents have each two words side by side, or with what else is between them (`HYPHEN`)."""
        if not pairs:
            return []
        codes, starts, ends = _together([word for pair in pairs for word in pair])
        return [int(count) for count in _pair_counts(codes, starts, ends, table(), self.pairs, between)]

    def of_triples(self, triples: Sequence[tuple[str, str, str]]) -> list[int]:
        """How many documents have each three side by side."""
        if not triples:
            return []
        codes, starts, ends = _together([word for triple in triples for word in triple])
        return [int(count) for count in _triple_counts(codes, starts, ends, table(), self.triples)]

    @property
    def latin(self) -> int:
        """Documents of Latin words, 0 where there are too few."""
        number = int(self.texts[LATIN_TEXTS])
        return number if number >= MIN_DOCUMENTS else 0

    @property
    def han(self) -> int:
        """The same of Han characters."""
        number = int(self.texts[HAN_TEXTS])
        return number if number >= MIN_DOCUMENTS else 0


TABLES = ("words", "pairs", "triples", "texts")


@dataclass(frozen=True, slots=True)
class Tally:
    """What a task finds: places in the tables of `Vocabulary`, uint32, batch by batch; and `texts`, int64 (4,)."""

    words: list[np.ndarray] = field(default_factory=list)
    pairs: list[np.ndarray] = field(default_factory=list)
    triples: list[np.ndarray] = field(default_factory=list)
    texts: np.ndarray = field(default_factory=lambda: np.zeros(4, dtype=np.int64))

    def add(self, texts: Sequence[str]) -> None:
        """Note texts."""
        starts = np.cumsum([0, *map(len, texts)], dtype=np.int64)
        words, pairs, triples = _found(codes_of("".join(texts)), starts, table(), self.texts)
        self.words.append(words)
        self.pairs.append(pairs)
        self.triples.append(triples)


def packed(tally: Tally) -> dict[str, np.ndarray]:
    """What a task found, as it is written."""
    none = np.empty(0, dtype=np.uint32)
    return {
        "words": np.concatenate([none, *tally.words]),
        "pairs": np.concatenate([none, *tally.pairs]),
        "triples": np.concatenate([none, *tally.triples]),
        "texts": tally.texts,
    }


def summed(parts: Iterable[dict[str, np.ndarray]]) -> Vocabulary:
    """The counts of all tasks, of what `packed` made of each."""
    sizes = {"words": WORDS, "pairs": PAIRS, "triples": TRIPLES}
    sums = {name: np.zeros(2 * size, dtype=np.uint32) for name, size in sizes.items()}
    texts = np.zeros(4, dtype=np.int64)
    for part in parts:
        texts += part["texts"]
        for name, counts in sums.items():
            _add(counts, part[name])
    tables = {name: np.minimum(counts, MOST).astype(np.uint16) for name, counts in sums.items()}
    return Vocabulary(**tables, texts=texts)


def counted(texts: Sequence[str]) -> Vocabulary:
    """The counts of a few texts."""
    tally = Tally()
    tally.add(texts)
    return summed([packed(tally)])


def _together(words: Sequence[str]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    ends = np.cumsum(list(map(len, words)), dtype=np.int64)
    return codes_of("".join(words)), np.concatenate([[0], ends[:-1]]).astype(np.int64), ends


@lru_cache(maxsize=1)
def table() -> np.ndarray:
    """For each code point what it is folded to, and what it is, uint32 (1114112,)."""
    found = np.arange(sys.maxunicode + 1, dtype=np.uint32)
    for code in range(PLANES):
        sign = chr(code)
        if sign.isalnum():
            found[code] = _entry(sign)
    for first, last in _HAN_RANGES:
        found[first : last + 1] = np.arange(first, last + 1, dtype=np.uint32) | np.uint32(HAN)
    for sign in "'’":
        found[ord(sign)] = ord("'") | APOSTROPHE
    for sign in " \n\t\xa0":
        found[ord(sign)] |= np.uint32(SPACE)
    return found


def _entry(sign: str) -> int:
    """A letter or a digit."""
    if sign in "0123456789":
        return ord("0") | LETTER | DIGIT
    small = sign.lower()
    folded = small if len(small) == 1 else sign
    return ord(folded) | LETTER | (CAPITAL if folded != sign else 0)


# --- loops ------------------------------------------------------------------------------------------


@compiled
def hashed(state: np.uint64, entry: np.uint32) -> np.uint64:
    """The state of a word's hash with one more character, of its entry in the table; the first state is 0."""
    return (state ^ np.uint64((entry & FOLDED) + 1)) * _FACTOR


@compiled
def key_of(left: np.uint64, right: np.uint64, between: int) -> np.uint64:
    """One number for two words, as the state of a word is one."""
    return mix_one(left) * np.uint64(31) + right + np.uint64(between) * _FACTOR


@compiled
def count_of(key: np.uint64, counts: np.ndarray) -> int:
    """How many documents have a word by its state, or a pair by its key: the smaller of its two places."""
    mixed, half = mix_one(key), np.uint64(len(counts) // 2)
    mask = half - np.uint64(1)
    first = counts[mixed & mask]
    return int(first if first == 0 else min(first, counts[half + (mixed >> np.uint64(32) & mask)]))


@compiled
def _place(key: np.uint64, half: int) -> np.uint64:
    """The first place of a word or pair, and the second, shifted."""
    mixed, size = mix_one(key), np.uint64(half)
    return mixed % size | (size + (mixed >> np.uint64(32)) % size) << np.uint64(32)


@compiled
def token_end(codes: np.ndarray, place: int, end: int, entries: np.ndarray) -> int:
    """The place behind the token that begins at a place: letters and digits, with apostrophes between them; a Han."""
    if entries[codes[place]] & HAN:
        return place + 1
    while place < end:
        entry = entries[codes[place]]
        inside = entry & APOSTROPHE and place + 1 < end and entries[codes[place + 1]] & LETTER
        if not entry & LETTER and not inside:
            break
        place += 1
    return place


@compiled
def state_of(codes: np.ndarray, start: int, end: int, entries: np.ndarray) -> np.uint64:
    """The state of the hash of a whole word."""
    state = np.uint64(0)
    for place in range(start, end):
        state = hashed(state, entries[codes[place]])
    return state


@compiled
def _found(
    codes: np.ndarray, starts: np.ndarray, entries: np.ndarray, texts: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Where the different words, pairs and triples of each text have their places, uint32; counts the texts, too."""
    words, pairs = np.empty(2 * len(codes), dtype=np.uint32), np.empty(2 * len(codes), dtype=np.uint32)
    word_keys, pair_keys = np.full(OWN_TOKENS, -1, dtype=np.int64), np.full(OWN_TOKENS, -1, dtype=np.int64)
    triples, triple_keys = np.empty(2 * len(codes), dtype=np.uint32), np.full(OWN_TOKENS, -1, dtype=np.int64)
    num_words = num_pairs = num_triples = 0
    for text in range(len(starts) - 1):
        place, end, before, last = starts[text], starts[text + 1], np.uint64(0), -2
        chain, pair = 0, np.uint64(0)  # tokens side by side so far; the key of the last two
        number = latin = han = apart = close = narrow = wide = 0
        while place < end and number < READ_TOKENS:
            code = codes[place]
            entry = entries[code]
            if not entry & (LETTER | HAN):
                after = codes[place + 1] if place + 1 < end else np.uint32(10)
                if (code == 44 or code == 46) and entries[after] & SPACE and place > starts[text]:
                    apart += codes[place - 1] == 32
                    close += entries[codes[place - 1]] & LETTER != 0
                wide += code == 0xFF0C or code == 0x3002
                narrow += (code == 44 or code == 46) and place > starts[text] and entries[codes[place - 1]] & HAN != 0
                place += 1
                continue
            stop = token_end(codes, place, end, entries)
            state = state_of(codes, place, stop, entries)
            number += 1
            latin += entry & LETTER != 0
            han += entry & HAN != 0
            num_words = _noted(_place(state, WORDS), text, word_keys, words, num_words)
            between = _between(codes, last, place, entry, entries)
            if between >= 0:
                if chain > 1 and last == place:
                    place_of_triple = _place(key_of(pair, state, NEXT_TO), TRIPLES)
                    num_triples = _noted(place_of_triple, text, triple_keys, triples, num_triples)
                pair = key_of(before, state, between)
                num_pairs = _noted(_place(pair, PAIRS), text, pair_keys, pairs, num_pairs)
            chain = chain + 1 if last == place else 1
            before, last, place = state, stop, stop
        texts[LATIN_TEXTS] += latin >= MIN_TOKENS
        texts[HAN_TEXTS] += han >= MIN_TOKENS
        texts[APART_TEXTS] += latin >= MIN_TOKENS and apart >= 2 and apart > close
        texts[NARROW_TEXTS] += han >= MIN_TOKENS and narrow >= 2 and narrow > wide
    return words[:num_words].copy(), pairs[:num_pairs].copy(), triples[:num_triples].copy()


@compiled
def _noted(places: np.uint64, text: int, keys: np.ndarray, found: np.ndarray, size: int) -> int:
    """Note both places of a word or pair, unless its text has it already; how many are noted then."""
    at = int(places & np.uint64(0xFFFFFFFF))
    own = own_at(keys, at, text)
    if keys[own] >> 32 == text:
        return size
    keys[own] = text << 32 | at
    found[size], found[size + 1] = at, places >> np.uint64(32)
    return size + 2


@compiled
def _between(codes: np.ndarray, last: int, place: int, entry: np.uint32, entries: np.ndarray) -> int:
    """What is between a token that ended at `last` and one that begins at `place`; -1 for what makes no pair."""
    if last < 0:
        return -1
    if last == place:
        return NEXT_TO  # with a number or a word right beside it: 3个
    if place - last != 1:
        return -1
    if entry & HAN or entries[codes[last - 1]] & HAN:
        return SPACED if codes[last] == 32 else -1
    if codes[last] == 45:
        return HYPHEN
    return NEXT_TO if entries[codes[last]] & SPACE else -1


@compiled
def _add(counts: np.ndarray, places: np.ndarray) -> None:
    for place in places:
        counts[place] += 1


@compiled
def _counts(
    codes: np.ndarray, starts: np.ndarray, ends: np.ndarray, entries: np.ndarray, words: np.ndarray
) -> np.ndarray:
    found = np.empty(len(starts), dtype=np.int64)
    for n in range(len(starts)):
        found[n] = count_of(state_of(codes, starts[n], ends[n], entries), words)
    return found


@compiled
def _pair_counts(
    codes: np.ndarray, starts: np.ndarray, ends: np.ndarray, entries: np.ndarray, pairs: np.ndarray, between: int
) -> np.ndarray:
    found = np.empty(len(starts) // 2, dtype=np.int64)
    for n in range(len(found)):
        left = state_of(codes, starts[2 * n], ends[2 * n], entries)
        right = state_of(codes, starts[2 * n + 1], ends[2 * n + 1], entries)
        found[n] = count_of(key_of(left, right, between), pairs)
    return found


@compiled
def _triple_counts(
    codes: np.ndarray, starts: np.ndarray, ends: np.ndarray, entries: np.ndarray, triples: np.ndarray
) -> np.ndarray:
    found = np.empty(len(starts) // 3, dtype=np.int64)
    for n in range(len(found)):
        left = state_of(codes, starts[3 * n], ends[3 * n], entries)
        middle = state_of(codes, starts[3 * n + 1], ends[3 * n + 1], entries)
        right = state_of(codes, starts[3 * n + 2], ends[3 * n + 2], entries)
        found[n] = count_of(key_of(key_of(left, middle, NEXT_TO), right, NEXT_TO), triples)
    return found
