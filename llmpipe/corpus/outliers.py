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

Counts are kept by hash in tables of fixed size, and are sums: neither tasks nor workers change them. A task notes the
places of what it finds, so that no table is needed before the sums.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, fields

import numpy as np

from llmpipe.corpus.compiled import compiled
from llmpipe.corpus.folded import folded_codes
from llmpipe.corpus.text import Tokens, codes_of, first_tokens, mix_one, share_hash, stable_hash
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


def scores(counts: Counts, texts: Texts, counted: np.ndarray, han: np.ndarray) -> Scores:
    """
    Score texts.

    Args:
        counts: Of the corpus.
        texts: What is scored.
        counted: Whether each text is part of the counts, bool (texts,).
        han: Whether each is mostly Han, bool (texts,): most triples of Han characters are rare.
    """
    order, pairs, unknown = _order(texts.hashes, texts.lengths, counted, counts.words, counts.pairs, counts.total[0])
    rare = _rare(texts.codes, texts.starts, texts.ends, texts.slots, counted, han, counts.triples, counts.documents)
    return Scores(order, pairs, unknown, rare, texts.slots)


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
            pairs[num_pairs] = _pair(hashes[i], hashes[i + 1])
            num_pairs += 1
        place += lengths[text]
    return words, pairs[:num_pairs]


@compiled
def _own(keys: np.ndarray, place: int, text: int) -> int:
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
def _count_own(places: np.ndarray, n: int, text: int, keys: np.ndarray, numbers: np.ndarray, slots: np.ndarray) -> None:
    """Count the first n places in the table of a text, and note where each is there."""
    for i in range(n):
        at = _own(keys, places[i], text)
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
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Order, number of pairs, share of unknown words of each text."""
    order = np.zeros(len(lengths), dtype=np.float64)
    sizes = np.zeros(len(lengths), dtype=np.int64)
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
                at[k, i] = _pair(hashes[place + i], hashes[place + i + lags[k]])
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
        for k in range(3):
            sum_bits = 0.0
            for i in range(n - lags[k]):
                slot = pair_slots[i] if k == 0 else _own(pair_keys, at[k, i], text)
                own = pair_numbers[slot] if pair_keys[slot] >> 32 == text else 0
                of_others = seen[k, i] - share * own
                expected = known[i] * known[i + lags[k]] / others
                bits = np.log2((of_others + SMOOTHING) / (expected + SMOOTHING))
                if own > (1 if k == 0 else 0):
                    bits = max(bits, 0.0)  # the text itself has the pair elsewhere: no accident
                sum_bits += bits
            means[k] = sum_bits / max(n - lags[k], 1)
        new = 0
        for i in range(n):
            new += known[i] == 0
        unknown[text] = new / max(n, 1)
        # absolutely, and beside words that are no neighbours
        order[text] = min(means[0], means[0] - (means[1] + means[2]) / 2)
        sizes[text] = max(n - 1, 0)
        place += lengths[text]
    return order, sizes, unknown


@compiled
def _triples(codes: np.ndarray, start: int, end: int, language: int, places: np.ndarray) -> int:
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
            for i in range(_triples(codes, starts[text], ends[text], languages[text], places)):
                at = _own(keys, places[i], text)
                if keys[at] >> 32 != text:
                    keys[at] = text << 32 | places[i]
                    found[size] = places[i]
                    size += 1
    return found[:size].copy()


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
    """Share of each text's triples of characters that few other texts of its language have; 0 where it is Han."""
    rare = np.zeros(len(languages), dtype=np.float64)
    places = np.zeros(LONGEST, dtype=np.int64)
    for text in range(len(languages)):
        if han[text]:
            continue
        own = 1 if counted[text] else 0
        n = _triples(codes, starts[text], ends[text], languages[text], places)
        fewest = np.uint32(np.ceil(own + RARE * (documents[languages[text]] - own)))
        few = 0
        for i in range(n):
            few += triples[places[i]] < fewest
        rare[text] = few / max(n, 1)
    return rare


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
