"""
Paragraphs that several documents hold word for word: quotations, disclaimers, syndicated text. One document keeps each.

Looked for among the documents that are kept, after duplicates have gone: a copy goes as a whole, not piece by piece. A
paragraph is a line of a document.
"""

from collections.abc import Collection, Sequence

import numpy as np
import xxhash

from llmpipe.corpus import word_arrays
from llmpipe.corpus.compiled import compiled
from llmpipe.corpus.contents import Contents
from llmpipe.corpus.text import at_least, codes_of
from llmpipe.corpus.word_arrays import num_words


def paragraph_hashes(contents: Contents, texts: Sequence[str], min_words: int) -> list[list[int]]:
    """
    Hashes of the different lines of at least `min_words` words, white space and case aside, sorted, for each text.

    Args:
        contents: Of the texts.
        texts: The same as they are written, as other words may stand in folded case.
        min_words: At least one.
    """
    codes = codes_of("\n".join([*texts, ""]))
    long = np.flatnonzero(_are_long(codes, word_arrays.table(), len(contents.lines) - 1, min_words))
    owners = np.searchsorted(contents.texts, long, side="right") - 1
    found: list[set[int]] = [set() for _ in texts]
    data = contents.data.data
    starts, ends = contents.lines[long].tolist(), contents.lines[long + 1].tolist()
    for owner, start, end in zip(owners.tolist(), starts, ends, strict=True):
        found[owner].add(xxhash.xxh3_64_intdigest(data[start:end]))
    return list(map(sorted, found))


@compiled
def _are_long(codes: np.ndarray, flags: np.ndarray, num_lines: int, min_words: int) -> np.ndarray:
    """Whether each line has so many words, bool (lines,)."""
    long = np.zeros(num_lines, dtype=np.bool_)
    begin = 0
    for line in range(num_lines):
        end = begin
        while codes[end] != 10:
            end += 1
        long[line] = end - begin >= min_words and num_words(codes, flags, begin, end) >= min_words
        begin = end + 1
    return long


def without(text: str, hashes: Collection[int], min_words: int) -> str:
    """A text without the lines whose hash is given."""
    gone = {line for line in _paragraphs(text, min_words) if _hash(line) in hashes}
    return "\n".join(line for line in text.split("\n") if line not in gone).strip("\n")


def _paragraphs(text: str, min_words: int) -> list[str]:
    if len(text) < min_words:
        return []
    has_words = at_least(min_words)
    return [line for line in text.split("\n") if len(line) >= min_words and has_words(line)]


def _hash(line: str) -> int:
    return xxhash.xxh3_64_intdigest("".join(line.casefold().split()).encode("utf-8", "surrogatepass"))


def repeated(documents: np.ndarray, hashes: np.ndarray, ranks: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """
    Which documents lose which paragraphs: all but the one of smallest rank that holds it.

    Args:
        documents: Document of each entry, int64 (n,).
        hashes: A paragraph of it, uint64 (n,).
        ranks: Rank of each document, int64, all different.

    Returns:
        Documents, int64 (m,), and the paragraphs they lose, uint64 (m,); sorted by document.
    """
    order = np.lexsort((ranks[documents], hashes))
    documents, hashes = documents[order], hashes[order]
    again = np.flatnonzero(hashes[1:] == hashes[:-1]) + 1
    documents, hashes = documents[again], hashes[again]
    order = np.lexsort((hashes, documents))
    return documents[order], hashes[order]
