"""
How often words, pairs of neighbours and triples of characters stand in a corpus, for `outliers`.

Counts are kept by hash in tables of fixed size, and are sums: neither tasks nor workers change them. A task notes the
places of what it finds, so that no table is needed before the sums.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, fields

import numpy as np

from llmpipe.corpus.compiled import compiled
from llmpipe.corpus.folded import folded_codes
from llmpipe.corpus.text import Tokens, codes_of, first_tokens, mix_one, share_hash, stable_hash

WORDS, PAIRS, TRIPLES = 2**20, 2**23, 2**22  # sizes of the tables
LANGUAGES = 64  # slots, by hash
READ_WORDS, READ_CHARACTERS = 1000, 2000  # from a document's beginning: longer ones cost no more
LONGEST = 3 * READ_CHARACTERS  # case-folding may make a character three
OWN_WORDS, OWN_TRIPLES = 2**13, 2**14  # sizes of the tables of what a text itself holds: an eighth, a third is filled
GROUP_BITS = 12  # places that differ in these only are together
_NONE = np.empty(0, dtype=np.uint32)


@dataclass(frozen=True, slots=True)
class Counts:
    """
    What a corpus holds, by hash.

    Args:
        words: Tokens, uint32 (WORDS,).
        pairs: Tokens side by side, uint32 (PAIRS,).
        triples: Texts of a language that have three characters in a row, uint32 (TRIPLES,).
        total: All tokens, int64 (1,).
        documents: Of each slot of languages, int64 (LANGUAGES,).
    """

    words: np.ndarray
    pairs: np.ndarray
    triples: np.ndarray
    total: np.ndarray
    documents: np.ndarray


TABLES = tuple(each.name for each in fields(Counts))


@dataclass(frozen=True, slots=True)
class Tally:
    """
    What a task finds, batch by batch: places in the tables of `Counts`, uint32.

    Args:
        words: Of tokens.
        pairs: Of tokens side by side.
        triples: Of characters, each text's different ones.
        documents: Slots of the languages of the texts.
    """

    words: list[np.ndarray] = field(default_factory=list)
    pairs: list[np.ndarray] = field(default_factory=list)
    triples: list[np.ndarray] = field(default_factory=list)
    documents: list[np.ndarray] = field(default_factory=list)

    def add(self, texts: "Texts", counted: np.ndarray) -> None:
        """Note the texts that are marked, bool (texts,)."""
        words, pairs = _found_words(texts.hashes, texts.lengths, counted)
        self.words.append(words)
        self.pairs.append(pairs)
        self.triples.append(_found_triples(texts.codes, texts.starts, texts.ends, texts.slots, counted))
        self.documents.append(texts.slots[counted].astype(np.uint32))


def packed(tally: Tally) -> dict[str, np.ndarray]:
    """What a task found, as it is written: all places, uint32."""
    return {each.name: _grouped(np.concatenate([_NONE, *getattr(tally, each.name)])) for each in fields(tally)}


def summed(parts: Iterable[dict[str, np.ndarray]]) -> Counts:
    """The counts of all tasks, of what `packed` made of each."""
    words, pairs, triples = (np.zeros(size, dtype=np.uint32) for size in (WORDS, PAIRS, TRIPLES))
    counts = Counts(words, pairs, triples, np.zeros(1, dtype=np.int64), np.zeros(LANGUAGES, dtype=np.int64))
    for part in parts:
        counts.total[0] += len(part["words"])
        for name, places in part.items():
            _add(getattr(counts, name), places)
    return counts


def tables(counts: Counts) -> dict[str, np.ndarray]:
    """Counts by name."""
    return {name: getattr(counts, name) for name in TABLES}


@dataclass(frozen=True, slots=True)
class Texts:
    """
    Texts as the counts see them.

    Args:
        hashes: Of their tokens, text after text, uint64.
        lengths: How many of these each has, int64 (texts,).
        codes: Their characters, case-folded, text after text, uint32.
        starts: Where each begins in `codes`, int64 (texts,).
        ends: Behind its first `READ_CHARACTERS`, int64 (texts,).
        slots: Of their languages, int64 (texts,).
    """

    hashes: np.ndarray
    lengths: np.ndarray
    codes: np.ndarray
    starts: np.ndarray
    ends: np.ndarray
    slots: np.ndarray


def texts_of(texts: Sequence[str], folded: Sequence[str], tokens: Tokens, languages: Sequence[str]) -> Texts:
    """Prepare texts that are folded and hashed already; of an empty one nothing is read."""
    firsts = [
        other[:READ_CHARACTERS] if len(other) == len(text) else text[:READ_CHARACTERS].casefold()
        for text, other in zip(texts, folded, strict=True)
    ]
    starts = np.cumsum([0, *map(len, firsts)], dtype=np.int64)
    codes = codes_of("".join(firsts))
    return Texts(tokens.hashes, tokens.lengths, codes, starts[:-1], starts[1:], _slots(languages))


def first_of(texts: Sequence[str], languages: Sequence[str]) -> tuple[Texts, np.ndarray]:
    """Prepare texts with the tokens that are read; and whether each is mostly Han, as a whole, bool (texts,)."""
    codes, starts = folded_codes(texts)
    hashes, lengths, han = first_tokens(codes, starts, READ_WORDS)
    ends = np.minimum(starts[:-1] + READ_CHARACTERS, starts[1:])
    for number in np.flatnonzero(
        np.diff(starts) > list(map(len, texts))
    ).tolist():  # some characters are several when folded
        ends[number] = starts[number] + len(texts[number][:READ_CHARACTERS].casefold())
    return Texts(hashes, lengths, codes, starts[:-1], ends, _slots(languages)), han


def _slots(languages: Sequence[str]) -> np.ndarray:
    found = {language: slot(language) for language in set(languages)}
    return np.array([found[language] for language in languages], dtype=np.int64)


def counted(ids: Sequence[str], seed: int, share: float) -> np.ndarray:
    """Which documents the counts hold, by hash of their ids, bool (ids,)."""
    if share >= 1:
        return np.ones(len(ids), dtype=bool)
    return np.array([share_hash(seed, "count", name) < share for name in ids], dtype=bool)


def slot(language: str) -> int:
    """The slot of a language among `LANGUAGES`."""
    return stable_hash("language", language) % LANGUAGES


# --- loops ------------------------------------------------------------------------------------------


@compiled
def pair_at(left: np.uint64, right: np.uint64) -> int:
    """Where a pair of tokens, by their hashes, has its place."""
    return mix_one(left * np.uint64(31) + right) % np.uint64(PAIRS)


@compiled
def _found_words(hashes: np.ndarray, lengths: np.ndarray, counted: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Where the first tokens of the counted texts and the pairs of neighbours have their places, uint32."""
    size = 0
    for text in range(len(lengths)):
        size += min(lengths[text], READ_WORDS) if counted[text] else 0
    words, pairs = np.empty(size, dtype=np.uint32), np.empty(size, dtype=np.uint32)
    place = num_words = num_pairs = 0
    for text in range(len(lengths)):
        n = min(lengths[text], READ_WORDS) if counted[text] else 0
        for i in range(place, place + n):
            words[num_words] = hashes[i] % np.uint64(WORDS)
            num_words += 1
        for i in range(place, place + n - 1):
            pairs[num_pairs] = pair_at(hashes[i], hashes[i + 1])
            num_pairs += 1
        place += lengths[text]
    return words, pairs[:num_pairs]


@compiled
def own_at(keys: np.ndarray, place: int, text: int) -> int:
    """
    Where the table of a text has a place: a key that is that one, or of another text, and so free.

    Args:
        keys: For each slot the text, shifted, and the place, int64 (a power of 2,).
        place: In a table of `Counts`.
        text: Its number.
    """
    mask = len(keys) - 1
    at = place & mask
    while keys[at] >> 32 == text and keys[at] & 0xFFFFFFFF != place:
        at = (at + 1) & mask
    return at


@compiled
def triples_at(codes: np.ndarray, start: int, end: int, language: int, places: np.ndarray) -> int:
    """Where the triples of characters of a text are counted, digits as one, and how many it has."""
    key = np.uint64(0)
    salt = np.uint64(language) * np.uint64(0x9E3779B97F4A7C15)
    for i in range(start, end):
        code = np.uint64(0x30) if 0x30 <= codes[i] <= 0x39 else np.uint64(codes[i])
        key = ((key << np.uint64(21)) | code) & np.uint64(2**63 - 1)
        if i - start >= 2:
            places[i - start - 2] = mix_one(key + salt) % np.uint64(TRIPLES)
    return max(end - start - 2, 0)


@compiled
def _found_triples(
    codes: np.ndarray, starts: np.ndarray, ends: np.ndarray, languages: np.ndarray, counted: np.ndarray
) -> np.ndarray:
    """Where the different triples of characters of each counted text have their places, uint32."""
    found = np.empty(np.sum(ends - starts), dtype=np.uint32)
    places = np.zeros(LONGEST, dtype=np.int64)
    keys = np.full(OWN_TRIPLES, -1, dtype=np.int64)
    size = 0
    for text in range(len(languages)):
        if counted[text]:
            for i in range(triples_at(codes, starts[text], ends[text], languages[text], places)):
                at = own_at(keys, places[i], text)
                if keys[at] >> 32 != text:
                    keys[at] = text << 32 | places[i]
                    found[size] = places[i]
                    size += 1
    return found[:size].copy()


@compiled
def _grouped(places: np.ndarray) -> np.ndarray:
    """Places so that those near one another in their table are together, uint32: adding them up is faster so."""
    groups = np.zeros(2 ** (32 - GROUP_BITS) + 1, dtype=np.int64)
    for place in places:
        groups[(place >> GROUP_BITS) + 1] += 1
    for group in range(len(groups) - 1):
        groups[group + 1] += groups[group]
    found = np.empty_like(places)
    for place in places:
        group = place >> GROUP_BITS
        found[groups[group]] = place
        groups[group] += 1
    return found


@compiled
def _add(table: np.ndarray, places: np.ndarray) -> None:
    """Add one at each of the places."""
    for place in places:
        table[place] += 1
