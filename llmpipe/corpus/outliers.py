"""
Documents that do not fit the corpus they stand in: how a text scores under a model of all the others.

As CCNet's perplexity (Wenzek et al. 2020), but with counts of the corpus that is cleaned in place of a model from
elsewhere, and each document's own counts left out, so that what it repeats does not speak for it. Three scores, as none
alone tells shuffled words, broken words and dumps from text:

- order: by how many bits neighbouring words expect one another (pointwise mutual information: Church & Hanks 1990),
  more than words some places apart do. Shuffled and drawn words have none, whatever their subject; names are neutral;
- unknown: share of words that no other document has;
- rare: share of runs of three characters that few documents of its language have. By documents, not by occurrences: a
  form of dirt that stands in many copies, each full of its own signs, is still rare.

Counts are kept by hash in tables of fixed size, and are sums: neither tasks nor workers change them.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields

import numpy as np

from llmpipe.corpus.compiled import compiled
from llmpipe.corpus.text import Tokens, mix_one, mostly_han, share_hash, stable_hash
from llmpipe.sections.clean import OutliersConfig

WORDS, PAIRS, TRIPLES = 2**20, 2**23, 2**22  # sizes of the tables
LANGUAGES = 64  # slots, by hash
READ_WORDS, READ_CHARACTERS = 1000, 2000  # from a document's beginning: longer ones cost no more
LONGEST = 3 * READ_CHARACTERS  # case-folding may make a character three
NEAR, FAR = 6, 13  # places between words that are compared with neighbours
MIN_PAIRS = 30  # of neighbouring words: the order of fewer says little
MIN_WORDS = 20  # of which a share can be unknown
MIN_DOCUMENTS = 500  # of a language: fewer do not show what is usual
RARE = 0.03  # of the documents: what fewer have is rare
MAX_ORDER_RATIO = 0.15  # of the median: a small corpus knows few pairs, and the order of all its texts is low
SMOOTHING = 0.5  # occurrences added to those seen and to those expected


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

    def add(self, texts: "Texts", counted: np.ndarray) -> None:
        """Count the texts that are marked, bool (texts,)."""
        _add_words(texts.tokens.hashes, texts.tokens.lengths, counted, self.words, self.pairs, self.total)
        _add_triples(texts.codes, texts.starts, texts.slots, counted, self.triples, self.documents)


def no_counts() -> Counts:
    """Counts of nothing."""
    words, pairs, triples = (np.zeros(size, dtype=np.uint32) for size in (WORDS, PAIRS, TRIPLES))
    return Counts(words, pairs, triples, np.zeros(1, dtype=np.int64), np.zeros(LANGUAGES, dtype=np.int64))


def packed(counts: Counts) -> dict[str, np.ndarray]:
    """The places of a task's counts that are not zero, and what they hold: small on disk."""
    found: dict[str, np.ndarray] = {}
    for field in fields(counts):
        table = getattr(counts, field.name)
        places = np.flatnonzero(table)
        found |= {field.name: table[places], f"{field.name}_at": places.astype(np.uint32)}
    return found


def summed(parts: Iterator[dict[str, np.ndarray]]) -> Counts:
    """The counts of all tasks, of what `packed` made of each."""
    counts = no_counts()
    for part in parts:
        for field in fields(counts):
            getattr(counts, field.name)[part[f"{field.name}_at"]] += part[field.name]
    return counts


@dataclass(frozen=True, slots=True)
class Texts:
    """
    Texts as the counts see them.

    Args:
        tokens: Theirs, all.
        codes: The first characters of each, case-folded, digits as one, text after text, uint64.
        starts: Where each begins in `codes`, int64 (texts + 1,).
        slots: Of their languages, int64 (texts,).
    """

    tokens: Tokens
    codes: np.ndarray
    starts: np.ndarray
    slots: np.ndarray


def texts_of(texts: Sequence[str], tokens: Tokens, languages: Sequence[str]) -> Texts:
    """Prepare texts with their tokens."""
    folded = [text[:READ_CHARACTERS].casefold() for text in texts]
    codes = np.frombuffer("".join(folded).encode("utf-32-le", "surrogatepass"), dtype=np.uint32).astype(np.uint64)
    codes[(codes >= ord("0")) & (codes <= ord("9"))] = ord("0")
    starts = np.cumsum([0, *map(len, folded)], dtype=np.int64)
    return Texts(tokens, codes, starts, np.array([slot(language) for language in languages], dtype=np.int64))


def counted(ids: Sequence[str], seed: int, share: float) -> np.ndarray:
    """Which documents the counts hold, by hash of their ids, bool (ids,)."""
    if share >= 1:
        return np.ones(len(ids), dtype=bool)
    return np.array([share_hash(seed, "count", name) < share for name in ids], dtype=bool)


def slot(language: str) -> int:
    """The slot of a language among `LANGUAGES`."""
    return stable_hash("language", language) % LANGUAGES


@dataclass(frozen=True, slots=True)
class Scores:
    """
    How texts score under the counts of all others.

    Args:
        order: Bits, float64 (texts,).
        pairs: Of neighbouring words that it is the mean of, int64 (texts,).
        unknown: Share of words, float64 (texts,).
        rare: Share of triples of characters, float64 (texts,); 0 of texts that are mostly Han.
        slots: Of their languages, int64 (texts,).
    """

    order: np.ndarray
    pairs: np.ndarray
    unknown: np.ndarray
    rare: np.ndarray
    slots: np.ndarray


def scores(counts: Counts, texts: Texts, counted: np.ndarray) -> Scores:
    """
    Score texts.

    Args:
        counts: Of the corpus; changed while this works, the same behind it.
        texts: What is scored.
        counted: Whether each text is part of the counts, bool (texts,).
    """
    order, pairs, unknown = _order(
        texts.tokens.hashes, texts.tokens.lengths, counted, counts.words, counts.pairs, counts.total
    )
    rare = _rare(texts.codes, texts.starts, texts.slots, counted, counts.triples, counts.documents)
    rare[mostly_han(texts.tokens)] = 0  # most triples of Han characters are rare
    return Scores(order, pairs, unknown, rare, texts.slots)


def joined(parts: Sequence[Scores]) -> Scores:
    """Scores of several batches of texts as those of one."""
    tables = list(map(columns, parts))
    return Scores(**{name: np.concatenate([table[name] for table in tables]) for name in tables[0]})


def columns(found: Scores) -> dict[str, np.ndarray]:
    """Scores by name."""
    return {field.name: getattr(found, field.name) for field in fields(found)}


# --- decision ---------------------------------------------------------------------------------------


def outliers(found: Scores, usable: np.ndarray, config: OutliersConfig) -> dict[int, tuple[str, str]]:
    """
    The documents that go: the reason, and the value that did it, by number.

    A language of few documents is left alone, as it does not show what is usual in it.

    Args:
        found: Scores of all documents.
        usable: Those that other rules keep, bool (documents,).
        config: The thresholds.
    """
    removed: dict[int, tuple[str, str]] = {}
    for language in np.unique(found.slots[usable]):
        members = np.flatnonzero(usable & (found.slots == language))
        if len(members) < MIN_DOCUMENTS:
            continue
        for name, values, bad in _tests(found, members, config):
            for number, value in zip(members[bad].tolist(), values[bad].tolist(), strict=True):
                removed.setdefault(number, (name, f"{value:.2f}"))
    return removed


def _tests(found: Scores, members: np.ndarray, config: OutliersConfig) -> Iterator[tuple[str, np.ndarray, np.ndarray]]:
    """(rule, its value for each document of a language, whether that is an outlier's)."""
    long = found.pairs[members] >= MIN_PAIRS
    if config.min_order is not None and long.any():
        order = found.order[members]
        usual = float(np.median(order[long]))
        yield "min_order", order, long & (order < min(config.min_order, MAX_ORDER_RATIO * usual))
    if config.max_unknown_ratio is not None:
        unknown = found.unknown[members] - np.median(found.unknown[members])
        enough = found.pairs[members] >= MIN_WORDS - 1
        yield "max_unknown_ratio", unknown, enough & (unknown > config.max_unknown_ratio)
    rare = found.rare[members]
    if config.max_rare_ratio is not None and np.median(rare) > 0:  # else most texts are Han, and the others mixed
        yield "max_rare_ratio", rare, rare > config.max_rare_ratio


# --- loops ------------------------------------------------------------------------------------------


@compiled
def _pair(left: np.uint64, right: np.uint64) -> int:
    return mix_one(left * np.uint64(31) + right) % np.uint64(PAIRS)


@compiled
def _find_words(hashes: np.ndarray, begin: int, n: int, places: np.ndarray) -> None:
    """Where n words are counted."""
    for i in range(n):
        places[i] = hashes[begin + i] % np.uint64(WORDS)


@compiled
def _find_pairs(hashes: np.ndarray, begin: int, n: int, lag: int, places: np.ndarray) -> None:
    """Where pairs of n words, so many places apart, are counted."""
    for i in range(n - lag):
        places[i] = _pair(hashes[begin + i], hashes[begin + i + lag])


@compiled
def _count(n: int, word_at: np.ndarray, pair_at: np.ndarray, words: np.ndarray, pairs: np.ndarray, by: int) -> None:
    """Count n words and pairs of neighbours, or take them out of the counts again."""
    for i in range(n):
        words[word_at[i]] += by
        if i + 1 < n:
            pairs[pair_at[i]] += by


@compiled
def _add_words(
    hashes: np.ndarray,
    lengths: np.ndarray,
    counted: np.ndarray,
    words: np.ndarray,
    pairs: np.ndarray,
    total: np.ndarray,
) -> None:
    word_at, pair_at = np.zeros(READ_WORDS, dtype=np.int64), np.zeros(READ_WORDS, dtype=np.int64)
    place = 0
    for text in range(len(lengths)):
        if counted[text]:
            n = min(lengths[text], READ_WORDS)
            total[0] += n
            _find_words(hashes, place, n, word_at)
            _find_pairs(hashes, place, n, 1, pair_at)
            _count(n, word_at, pair_at, words, pairs, 1)
        place += lengths[text]


@compiled
def _order(
    hashes: np.ndarray,
    lengths: np.ndarray,
    counted: np.ndarray,
    words: np.ndarray,
    pairs: np.ndarray,
    total: np.ndarray,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Order, number of pairs, share of unknown words of each text."""
    order = np.zeros(len(lengths), dtype=np.float64)
    sizes = np.zeros(len(lengths), dtype=np.int64)
    unknown = np.zeros(len(lengths), dtype=np.float64)
    lags = np.array([1, NEAR, FAR])
    at = np.zeros((3, READ_WORDS), dtype=np.int64)  # places of pairs in their table
    all_of_them = np.zeros((3, READ_WORDS), dtype=np.int64)  # counts with the text's own
    word_at = np.zeros(READ_WORDS, dtype=np.int64)
    place = 0
    for text in range(len(lengths)):
        n = min(lengths[text], READ_WORDS)
        _find_words(hashes, place, n, word_at)
        for k in range(3):
            _find_pairs(hashes, place, n, lags[k], at[k])
        if not counted[text]:
            _count(n, word_at, at[0], words, pairs, 1)
        for k in range(3):
            for i in range(n - lags[k]):
                all_of_them[k, i] = pairs[at[k, i]]
        _count(n, word_at, at[0], words, pairs, -1)
        others = max(total[0] - (n if counted[text] else 0), 1)
        means = np.zeros(3)
        for k in range(3):
            for i in range(n - lags[k]):
                seen = np.int64(pairs[at[k, i]])
                expected = np.float64(words[word_at[i]]) * np.float64(words[word_at[i + lags[k]]]) / others
                bits = np.log2((seen + SMOOTHING) / (expected + SMOOTHING))
                if all_of_them[k, i] - seen > (1 if k == 0 else 0):
                    bits = max(bits, 0.0)  # the text itself has the pair elsewhere: no accident
                means[k] += bits
            means[k] /= max(n - lags[k], 1)
        for i in range(n):
            unknown[text] += words[word_at[i]] == 0
        unknown[text] /= max(n, 1)
        if counted[text]:
            _count(n, word_at, at[0], words, pairs, 1)
        # absolutely, and beside words that are no neighbours
        order[text] = min(means[0], means[0] - (means[1] + means[2]) / 2)
        sizes[text] = max(n - 1, 0)
        place += lengths[text]
    return order, sizes, unknown


@compiled
def _triples(codes: np.ndarray, start: int, end: int, language: int, places: np.ndarray) -> int:
    """Where the triples of characters of a text are counted, and how many it has."""
    key = np.uint64(0)
    salt = np.uint64(language) * np.uint64(0x9E3779B97F4A7C15)
    for i in range(start, end):
        key = ((key << np.uint64(21)) | codes[i]) & np.uint64(2**63 - 1)
        if i - start >= 2:
            places[i - start - 2] = mix_one(key + salt) % np.uint64(TRIPLES)
    return max(end - start - 2, 0)


@compiled
def _add_triples(
    codes: np.ndarray,
    starts: np.ndarray,
    languages: np.ndarray,
    counted: np.ndarray,
    triples: np.ndarray,
    documents: np.ndarray,
) -> None:
    places = np.zeros(LONGEST, dtype=np.int64)
    last = np.zeros(TRIPLES, dtype=np.int32)  # the text that was counted last at each place
    for text in range(len(languages)):
        if counted[text]:
            documents[languages[text]] += 1
            for i in range(_triples(codes, starts[text], starts[text + 1], languages[text], places)):
                if last[places[i]] != text + 1:
                    last[places[i]] = text + 1
                    triples[places[i]] += np.uint32(1)


@compiled
def _rare(
    codes: np.ndarray,
    starts: np.ndarray,
    languages: np.ndarray,
    counted: np.ndarray,
    triples: np.ndarray,
    documents: np.ndarray,
) -> np.ndarray:
    """Share of each text's triples of characters that few other texts of its language have."""
    rare = np.zeros(len(languages), dtype=np.float64)
    places = np.zeros(LONGEST, dtype=np.int64)
    for text in range(len(languages)):
        own = 1 if counted[text] else 0
        n = _triples(codes, starts[text], starts[text + 1], languages[text], places)
        fewest = own + RARE * (documents[languages[text]] - own)
        for i in range(n):
            rare[text] += triples[places[i]] < fewest
        rare[text] /= max(n, 1)
    return rare
