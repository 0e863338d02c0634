"""
Documents that do not fit the corpus they stand in: how a text scores under a model of all the others.

As CCNet's perplexity (Wenzek et al. 2020), but with counts of the corpus that is cleaned in place of a model from
elsewhere, and each document's own counts left out, so that what it repeats does not speak for it. Four scores, as none
alone tells shuffled words, broken words and dumps from text:

- order: by how many bits neighbouring words expect one another (pointwise mutual information: Church & Hanks 1990),
  more than words some places apart do. Shuffled and drawn words have none, whatever their subject; names are neutral;
- unlikely: share of neighbours that should have met elsewhere by their frequencies alone, and never did. Grammar keeps
  words apart, chance does not; counts only words that are frequent, so that names and numbers say nothing;
- unknown: share of words that no other document has;
- rare: share of runs of three characters that few documents of its language have. By documents, not by occurrences: a
  form of dirt that stands in many copies, each full of its own signs, is still rare.

What the corpus holds is in `outlier_counts`.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields

import numpy as np

from llmpipe.corpus.compiled import compiled
from llmpipe.corpus.outlier_counts import (
    LONGEST,
    OWN_WORDS,
    READ_WORDS,
    WORDS,
    Counts,
    Texts,
    own_at,
    pair_at,
    triples_at,
)
from llmpipe.sections.clean import OutliersConfig

NEAR, FAR = 6, 13  # places between words that are compared with neighbours
MIN_PAIRS = 30  # of neighbouring words: the order of fewer says little
MIN_EXPECTED = 8  # pairs that should have met elsewhere
MIN_UNLIKELY = 3  # of these that never met: fewer are accidents
Z = 2.0  # standard deviations: of few pairs a share is uncertain
MIN_WORDS = 20  # of which a share can be unknown
MIN_DOCUMENTS = 500  # of a language: fewer do not show what is usual
RARE = 0.03  # of the documents: what fewer have is rare
MAX_ORDER_RATIO = 0.15  # of the median: a small corpus knows few pairs, and the order of all its texts is low
SMOOTHING = 0.5  # occurrences added to those seen and to those expected


@dataclass(frozen=True, slots=True)
class Scores:
    """
    How texts score under the counts of all others.

    Args:
        order: Bits, float64 (texts,).
        pairs: Of neighbouring words that it is the mean of, int64 (texts,).
        unlikely: Share of the pairs that should have met elsewhere, at least (Wilson 1927), float64 (texts,).
        unknown: Share of words, float64 (texts,).
        rare: Share of triples of characters, at least (Wilson), float64 (texts,); 0 of texts that are mostly Han.
        slots: Of their languages, int64 (texts,).
    """

    order: np.ndarray
    pairs: np.ndarray
    unlikely: np.ndarray
    unknown: np.ndarray
    rare: np.ndarray
    slots: np.ndarray


def scores(counts: Counts, texts: Texts, counted: np.ndarray, han: np.ndarray) -> Scores:
    """
    Score texts.

    Args:
        counts: Of the corpus.
        texts: What is scored.
        counted: Whether each text is part of the counts, bool (texts,).
        han: Whether each is mostly Han, bool (texts,): most triples of Han characters are rare.
    """
    order, pairs, unlikely, unknown = _order(
        texts.hashes, texts.lengths, counted, counts.words, counts.pairs, counts.total[0]
    )
    rare = _rare(texts.codes, texts.starts, texts.ends, texts.slots, counted, han, counts.triples, counts.documents)
    return Scores(order, pairs, unlikely, unknown, rare, texts.slots)


def joined(parts: Sequence[Scores]) -> Scores:
    """Scores of several batches of texts as those of one."""
    tables = list(map(columns, parts))
    return Scores(**{name: np.concatenate([table[name] for table in tables]) for name in tables[0]})


def columns(found: Scores) -> dict[str, np.ndarray]:
    """Scores by name."""
    return {each.name: getattr(found, each.name) for each in fields(found)}


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
    if config.max_unlikely_ratio is not None:
        unlikely = found.unlikely[members] - np.median(found.unlikely[members])
        yield "max_unlikely_ratio", unlikely, unlikely > config.max_unlikely_ratio
    if config.max_unknown_ratio is not None:
        unknown = found.unknown[members] - np.median(found.unknown[members])
        enough = found.pairs[members] >= MIN_WORDS - 1
        yield "max_unknown_ratio", unknown, enough & (unknown > config.max_unknown_ratio)
    rare = found.rare[members]
    if config.max_rare_ratio is not None and np.median(rare) > 0:  # else most texts are Han, and the others mixed
        yield "max_rare_ratio", rare, rare > config.max_rare_ratio


# --- loops ------------------------------------------------------------------------------------------


@compiled
def _count_own(places: np.ndarray, n: int, text: int, keys: np.ndarray, numbers: np.ndarray, slots: np.ndarray) -> None:
    """Count the first n places in the table of a text, and note where each is there."""
    for i in range(n):
        at = own_at(keys, places[i], text)
        key = text << 32 | np.int64(places[i])
        numbers[at] = numbers[at] + 1 if keys[at] == key else 1
        keys[at] = key
        slots[i] = at


@compiled
def _order(
    hashes: np.ndarray,
    lengths: np.ndarray,
    counted: np.ndarray,
    words: np.ndarray,
    pairs: np.ndarray,
    total: int,
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Order, number of pairs, shares of unlikely pairs and of unknown words of each text."""
    order = np.zeros(len(lengths), dtype=np.float64)
    sizes = np.zeros(len(lengths), dtype=np.int64)
    unlikely = np.zeros(len(lengths), dtype=np.float64)
    unknown = np.zeros(len(lengths), dtype=np.float64)
    lags = np.array([1, NEAR, FAR])
    word_at = np.zeros(READ_WORDS, dtype=np.uint32)
    at = np.zeros((3, READ_WORDS), dtype=np.uint32)  # places of pairs in their table
    seen = np.zeros((3, READ_WORDS), dtype=np.uint32)  # how often texts have them
    known = np.zeros(READ_WORDS, dtype=np.float64)  # how often others have the words
    word_keys, pair_keys = np.full(OWN_WORDS, -1, dtype=np.int64), np.full(OWN_WORDS, -1, dtype=np.int64)
    word_numbers, pair_numbers = np.zeros(OWN_WORDS, dtype=np.int32), np.zeros(OWN_WORDS, dtype=np.int32)
    word_slots, pair_slots = np.zeros(READ_WORDS, dtype=np.int32), np.zeros(READ_WORDS, dtype=np.int32)
    place = 0
    for text in range(len(lengths)):
        n = min(lengths[text], READ_WORDS)
        for i in range(n):
            word_at[i] = hashes[place + i] % np.uint64(WORDS)
            known[i] = words[word_at[i]]
        for k in range(3):  # looks at the large table in a loop of their own wait for memory side by side
            for i in range(n - lags[k]):
                at[k, i] = pair_at(hashes[place + i], hashes[place + i + lags[k]])
            for i in range(n - lags[k]):
                seen[k, i] = pairs[at[k, i]]
        _count_own(at[0], n - 1, text, pair_keys, pair_numbers, pair_slots)
        if counted[text]:
            _count_own(word_at, n, text, word_keys, word_numbers, word_slots)
            for i in range(n):
                known[i] -= word_numbers[word_slots[i]]
        share = 1 if counted[text] else 0  # of the text's own occurrences that the counts hold
        others = max(total - share * n, 1)
        means = np.zeros(3)
        met = never = 0
        for k in range(3):
            sum_bits = 0.0
            for i in range(n - lags[k]):
                slot = pair_slots[i] if k == 0 else own_at(pair_keys, at[k, i], text)
                own = pair_numbers[slot] if pair_keys[slot] >> 32 == text else 0
                of_others = seen[k, i] - share * own
                expected = known[i] * known[i + lags[k]] / others
                bits = np.log2((of_others + SMOOTHING) / (expected + SMOOTHING))
                if k == 0 and expected >= 1:
                    met += 1
                    never += of_others == 0 and own <= 1
                if own > (1 if k == 0 else 0):
                    bits = max(bits, 0.0)  # the text itself has the pair elsewhere: no accident
                sum_bits += bits
            means[k] = sum_bits / max(n - lags[k], 1)
        if met >= MIN_EXPECTED and never >= MIN_UNLIKELY:
            unlikely[text] = _at_least(never / met, met)
        new = 0
        for i in range(n):
            new += known[i] == 0
        unknown[text] = new / max(n, 1)
        # absolutely, and beside words that are no neighbours
        order[text] = min(means[0], means[0] - (means[1] + means[2]) / 2)
        sizes[text] = max(n - 1, 0)
        place += lengths[text]
    return order, sizes, unlikely, unknown


@compiled
def _at_least(share: float, n: int) -> float:
    """The lower end of Wilson's interval for a share of n."""
    spread = Z * np.sqrt(share * (1 - share) / n + Z * Z / (4 * n * n))
    return (share + Z * Z / (2 * n) - spread) / (1 + Z * Z / n)


@compiled
def _rare(
    codes: np.ndarray,
    starts: np.ndarray,
    ends: np.ndarray,
    languages: np.ndarray,
    counted: np.ndarray,
    han: np.ndarray,
    triples: np.ndarray,
    documents: np.ndarray,
) -> np.ndarray:
    """Share of each text's triples of characters that few other texts of its language have, at least; 0 of Han."""
    rare = np.zeros(len(languages), dtype=np.float64)
    places = np.zeros(LONGEST, dtype=np.int64)
    for text in range(len(languages)):
        if han[text]:
            continue
        own = 1 if counted[text] else 0
        n = triples_at(codes, starts[text], ends[text], languages[text], places)
        fewest = np.uint32(np.ceil(own + RARE * (documents[languages[text]] - own)))
        few = 0
        for i in range(n):
            few += triples[places[i]] < fewest
        rare[text] = _at_least(few / n, n) if n else 0.0
    return rare
