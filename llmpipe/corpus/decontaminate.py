"""
Test items in training text: an item counts as leaked when a document holds all parts of its prompt.

Item level, not any shared n-gram: templates and common phrases share n-grams with everything. A passage without its
question leaks nothing; a question of general interest, a turn of a dialogue, or a very short prompt leaks only with its
answer. Parts are found by their n-grams; what the n-grams promise is checked for the parts too short to have any.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from llmpipe.corpus.text import Lookup, lookup, match_tokens, ngram_hashes, num_han, stable_hash, token_hashes
from llmpipe.records import Example

NGRAM = 5  # tokens
LONG = 30  # n-grams: of a part with as many, a document may lack some and still hold it (an edited copy)
MISSING_RATIO = 0.2  # of them
MAX_DOCUMENTS = 10  # an item in more documents is a common text, no leak (as for GPT-3: Brown et al. 2020, app. C)
HAN_A_WORD = 1.5  # Han characters that say as much as a word
WITH_ANSWER = ("recall", "dialogue")  # tasks whose prompt alone is common talk


@dataclass(frozen=True, slots=True)
class Index:
    """
    The n-grams of test items.

    Args:
        grams: Different n-gram hashes, g of them.
        parts_of: For each, where its entries begin in `parts`, int64 (g + 1,).
        parts: Numbers of the parts that hold it, int64.
        sizes: Different n-grams of each part, int64 (p,).
        item_of: Item of each part, int64 (p,).
        parts_in: Parts of each item, int64 (i,).
        short: Of each item, the short texts that must also be found, as tokens between spaces; one of each group.
        ids: Id of each item.
        sets: Test set of each item, `dataset/split`.
    """

    grams: Lookup
    parts_of: np.ndarray
    parts: np.ndarray
    sizes: np.ndarray
    item_of: np.ndarray
    parts_in: np.ndarray
    short: tuple[tuple[tuple[str, ...], ...], ...]
    ids: tuple[str, ...]
    sets: tuple[str, ...]


def input_texts(inputs: Mapping[str, Any]) -> list[str]:
    """The texts of a prompt: strings as they are, dialogue turns without their roles."""
    texts: list[str] = []
    for key in sorted(inputs):
        value = inputs[key]
        if isinstance(value, str):
            texts.append(value)
        elif key == "history":
            texts += [str(turn[1]) for turn in value]
    return texts


def record_texts(value: Any) -> dict[str, str]:
    """
    The texts of a record of a test set, however deep, by their dotted names.

    Ids, links and names of files are none: they have no space. Texts too short to be found (labels, short answers) stay
    only when there is no longer one, as a document that holds a question may hold its label in other words.
    """
    found = {name: text for name, text in _strings(value, "") if len(text.split()) > 1 or not text.isascii()}
    return {name: text for name, text in found.items() if len(match_tokens(text)) >= NGRAM} or found


def _strings(value: Any, name: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, str):
        yield name, value
    elif isinstance(value, Mapping | list):
        parts = value.items() if isinstance(value, Mapping) else enumerate(value)
        for key, part in parts:
            yield from _strings(part, f"{name}.{key}" if name else str(key))


def weight(text: str) -> float:
    """Length of a text in words, Han characters counted as `1 / HAN_A_WORD` words."""
    han = num_han(text)
    return len(match_tokens(text)) - han + han / HAN_A_WORD


def joined(tokens: Sequence[str]) -> str:
    """Tokens between spaces: whether one text holds another is then a question of substrings."""
    return f" {' '.join(tokens)} "


def build_index(examples: Iterable[Example], min_words: int) -> Index:
    """
    Index the test items.

    One with fewer words than `min_words` in its prompt counts only with its answer right behind it; one with fewer in
    both identifies nothing.
    """
    texts: list[str] = []
    item_of: list[int] = []
    short: list[tuple[tuple[str, ...], ...]] = []
    ids: list[str] = []
    sets: list[str] = []
    for example in examples:
        groups = [[text] for text in input_texts(example.inputs)]
        if example.task in WITH_ANSWER:
            groups.append(list(example.references))
        if not _identifies(groups, min_words):  # alone; with its answer behind it perhaps
            groups = [[" ".join([*input_texts(example.inputs), *example.references[:1]])]]
        if not _identifies(groups, min_words):
            continue
        long = _long(groups)
        rest = [group for group in groups if group[0] not in long]
        texts += long
        item_of += [len(ids)] * len(long)
        short.append(tuple(tuple(joined(match_tokens(text)) for text in group) for group in rest))
        ids.append(example.id)
        sets.append(set_of(example))
    return _index(texts, item_of, short, ids, sets)


def _long(groups: Sequence[Sequence[str]]) -> list[str]:
    """Texts that have n-grams and no alternative."""
    return [group[0] for group in groups if len(group) == 1 and len(match_tokens(group[0])) >= NGRAM]


def _identifies(groups: Sequence[Sequence[str]], min_words: int) -> bool:
    return bool(_long(groups)) and sum(weight(group[0]) for group in groups) >= min_words


def set_of(example: Example) -> str:
    """The test set of an example: `translation/T1`."""
    return f"{example.dataset}/{example.split}"


def _index(
    texts: Sequence[str],
    item_of: Sequence[int],
    short: Sequence[tuple[tuple[str, ...], ...]],
    ids: Sequence[str],
    sets: Sequence[str],
) -> Index:
    hashes, offsets = hash_texts(texts)
    part = np.repeat(np.arange(len(texts)), np.diff(offsets)).astype(np.uint64)
    entries = np.unique(np.stack([hashes, part], axis=1), axis=0)
    grams, first = np.unique(entries[:, 0], return_index=True)
    parts = entries[:, 1].astype(np.int64)
    items = np.asarray(item_of, dtype=np.int64)
    return Index(
        grams=lookup(grams),
        parts_of=np.concatenate([first, [len(entries)]]).astype(np.int64),
        parts=parts,
        sizes=np.bincount(parts, minlength=len(texts)),
        item_of=items,
        parts_in=np.bincount(items, minlength=len(ids)),
        short=tuple(short),
        ids=tuple(ids),
        sets=tuple(sets),
    )


def hash_texts(texts: Sequence[str]) -> tuple[np.ndarray, np.ndarray]:
    """n-gram hashes of texts, and where each begins (see `ngram_hashes`)."""
    return ngram_hashes(*token_hashes(texts), NGRAM)


def leaks(index: Index, contents: Sequence[str], hashes: np.ndarray, offsets: np.ndarray) -> list[tuple[int, int]]:
    """
    Which documents hold which items.

    Args:
        index: The test items.
        contents: Text of each document.
        hashes: n-gram hashes of the documents, one after another, uint64.
        offsets: Where each document begins, int64 (documents + 1,).

    Returns:
        Pairs (document, item), sorted.
    """
    found = _by_ngrams(index, hashes, offsets)
    texts = {document: joined(match_tokens(contents[document])) for document, item in found if index.short[item]}
    return [
        (document, item)
        for document, item in found
        if all(any(text in texts[document] for text in group) for group in index.short[item])
    ]


def _by_ngrams(index: Index, hashes: np.ndarray, offsets: np.ndarray) -> list[tuple[int, int]]:
    hit, place = index.grams.find(hashes)
    if not len(hit):
        return []
    document = np.searchsorted(offsets, hit, side="right") - 1
    once = np.unique(np.stack([document, place], axis=1), axis=0)
    document, gram = once[:, 0], once[:, 1]
    spread = np.diff(index.parts_of)[gram]  # parts that hold this n-gram
    begin = np.repeat(index.parts_of[gram] - np.concatenate([[0], np.cumsum(spread)[:-1]]), spread)
    part = index.parts[begin + np.arange(spread.sum())]
    pairs, counts = np.unique(np.repeat(document, spread) * len(index.sizes) + part, return_counts=True)
    document, part = pairs // len(index.sizes), pairs % len(index.sizes)
    size = index.sizes[part]
    covered = counts >= np.where(size >= LONG, (1 - MISSING_RATIO) * size, size)
    items, complete = np.unique(document[covered] * len(index.ids) + index.item_of[part[covered]], return_counts=True)
    items = items[complete == index.parts_in[items % len(index.ids)]]
    return [(int(item) // len(index.ids), int(item) % len(index.ids)) for item in items]


def prompt_key(example: Example) -> int:
    """A number that is equal for examples with the same task, languages and prompt, whatever spaces and case."""
    tokens = [" ".join(match_tokens(text)) for text in input_texts(example.inputs)]
    return stable_hash(example.task, example.language if "-" in example.language else "", *tokens)
