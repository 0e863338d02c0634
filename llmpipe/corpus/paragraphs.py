"""
Paragraphs that several documents hold word for word: quotations, disclaimers, syndicated text. One document keeps each.

Looked for among the documents that are kept, after duplicates have gone: a copy goes as a whole, not piece by piece. A
paragraph is a line of a document.
"""

from collections.abc import Collection

import numpy as np
import xxhash

from llmpipe.corpus.text import at_least


def paragraph_hashes(text: str, min_words: int) -> list[int]:
    """Hashes of the different lines of at least `min_words` words, white space and case aside, sorted."""
    return sorted({_hash(line) for line in _paragraphs(text, min_words)})


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
