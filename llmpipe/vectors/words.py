"""
Word vectors of the training text, and what they know: nearest neighbours and analogies over a closed list of words.

Words are runs of letters and digits; every Han character is a word of its own. A phrase ("面包师", "les échecs") is the
mean of the unit vectors of its words, so that Chinese words of several characters can be asked about.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from llmpipe.errors import ParamsError
from llmpipe.vectors import glove
from llmpipe.words import WORD

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Settings:
    """
    How vectors are trained.

    Args:
        dim: Dimensions (D).
        window: Places to either side that are a word's context.
        steps: Passes of GloVe over its table of pairs.
        epochs: Passes of the others over the text.
        seed: Of all random numbers.
    """

    dim: int
    window: int
    steps: int
    epochs: int
    seed: int


@dataclass(frozen=True)
class Vectors:
    """Words, the most frequent first, and a vector for each, (V, D)."""

    words: Sequence[str]
    vectors: Floats

    def as_text(self) -> str:
        """A line a word, as GloVe writes it: the word, then its numbers."""
        rows = zip(self.words, self.vectors.tolist(), strict=True)
        return "".join(" ".join([word, *(f"{x:.5f}" for x in row)]) + "\n" for word, row in rows)

    def of_phrases(self, phrases: Iterable[str]) -> dict[str, Floats]:
        """Unit vectors of those phrases all of whose words are known."""
        place = {word: index for index, word in enumerate(self.words)}
        units = _units(self.vectors)
        split = {phrase: words_of(phrase) for phrase in phrases}
        return {
            phrase: _units(units[[place[word] for word in words]].mean(axis=0))
            for phrase, words in split.items()
            if words and all(word in place for word in words)
        }


@dataclass(frozen=True)
class Tally:
    """
    Questions of one kind: how many were asked and answered right, and the share that guessing would get right.

    Args:
        right: Right answers.
        asked: Questions.
        chance: 0..1.
    """

    right: int
    asked: int
    chance: float


def words_of(text: str) -> list[str]:
    """Words in lower case; every Han character is one."""
    return WORD.findall(text.casefold())


def vocabulary(documents: Iterable[Sequence[str]], min_count: int, max_words: int) -> list[str]:
    """The words that occur `min_count` times, at most `max_words` of them, the most frequent first."""
    counts = Counter(word for document in documents for word in document)
    ranked = sorted(counts, key=lambda word: (-counts[word], word))
    return [word for word in ranked[:max_words] if counts[word] >= min_count]


# --- training ---------------------------------------------------------------------------------------


def _glove(documents: Sequence[Sequence[str]], words: Sequence[str], settings: Settings) -> Floats:
    place = {word: index for index, word in enumerate(words)}
    numbers = [np.array([place[w] for w in document if w in place], np.int64) for document in documents]
    counts = glove.cooccurrences(numbers, len(words), settings.window)
    return glove.train(counts, settings.dim, settings.steps, np.random.default_rng(settings.seed))


def _word2vec(documents: Sequence[Sequence[str]], words: Sequence[str], settings: Settings) -> Floats:
    return _gensim("Word2Vec", documents, words, settings)


def _fasttext(documents: Sequence[Sequence[str]], words: Sequence[str], settings: Settings) -> Floats:
    return _gensim("FastText", documents, words, settings)


def _gensim(name: str, documents: Sequence[Sequence[str]], words: Sequence[str], settings: Settings) -> Floats:
    """Skip-gram, negative sampling (Mikolov et al. 2013); FastText adds character n-grams (Bojanowski et al. 2017)."""
    try:
        from gensim import models
    except ModuleNotFoundError:
        raise ParamsError(
            f"{name.lower()} vectors are asked for, and they need gensim; "
            "run `pip install -c constraints.txt -e '.[classic]'`, or choose glove."
        ) from None
    known = set(words)
    sentences = [[word for word in document if word in known] for document in documents]
    model = getattr(models, name)(
        sentences,
        sg=1,
        vector_size=settings.dim,
        window=settings.window,
        epochs=settings.epochs,
        seed=settings.seed,
        min_count=1,
        workers=1,  # more would update in any order
    )
    return np.asarray(model.wv[list(words)], np.float64)


KINDS: dict[str, Callable[[Sequence[Sequence[str]], Sequence[str], Settings], Floats]] = {
    "glove": _glove,
    "word2vec": _word2vec,
    "fasttext": _fasttext,
}


# --- questions --------------------------------------------------------------------------------------


def analogies(known: Mapping[str, Floats], pairs: Sequence[tuple[str, str]]) -> Tally:
    """
    A is to b as c is to ?, for every two pairs: the candidate nearest to b - a + c, without these three, is d.

    Args:
        known: Unit vectors of all candidates.
        pairs: (a, b); those with an unknown word are left out.
    """
    names = list(known)
    place, table = {name: index for index, name in enumerate(names)}, np.array([known[name] for name in names])
    found = [(place[a], place[b]) for a, b in pairs if a in place and b in place]
    right = asked = 0
    for first in found:
        others = np.array([pair for pair in found if pair[0] != first[0] and pair[1] != first[1]]).reshape(-1, 2)
        scores = (table[first[1]] - table[first[0]] + table[others[:, 0]]) @ table.T
        scores[:, list(first)] = -np.inf
        scores[np.arange(len(others)), others[:, 0]] = -np.inf
        right += int((np.argmax(np.round(scores, 9), axis=1) == others[:, 1]).sum()) if len(others) else 0
        asked += len(others)
    return Tally(right, asked, 1 / max(1, len(names) - 3))


def neighbours(known: Mapping[str, Floats], kinds: Sequence[Sequence[str]]) -> Tally:
    """For each word of each kind: is the candidate nearest to it of the same kind?"""
    names = list(known)
    place, table = {name: index for index, name in enumerate(names)}, np.array([known[name] for name in names])
    right = asked = 0
    lucky = 0.0
    for kind in kinds:
        members = [place[name] for name in kind if name in place]
        if len(members) < 2:
            continue
        scores = table[members] @ table.T
        scores[np.arange(len(members)), members] = -np.inf
        right += int(np.isin(np.argmax(np.round(scores, 9), axis=1), members).sum())
        asked += len(members)
        lucky += len(members) * (len(members) - 1) / (len(names) - 1)
    return Tally(right, asked, lucky / max(1, asked))


def _units(vectors: Floats) -> Floats:
    return vectors / np.maximum(np.linalg.norm(vectors, axis=-1, keepdims=True), 1e-12)
