"""Answers without a language model: what each score must be compared with."""

import hashlib
import statistics
import warnings
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import regex
from sklearn.exceptions import ConvergenceWarning
from sklearn.feature_extraction.text import CountVectorizer, TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.naive_bayes import MultinomialNB

from llmpipe.words import WORD

SENTENCE_END = regex.compile(r"(?<=[。！？!?…])|(?<=\.)(?=\s|$)|\n")
MANY = 1000  # training examples
LINEAR_STEPS = 60  # of the optimizer
BLOCK = 512  # examples compared with all training examples at once


@dataclass(frozen=True)
class Item:
    """
    What a baseline knows of an example.

    Args:
        text: All that it shows.
        body: Its main input: the sentence to translate, the document, the passage.
        reference: The first correct output; baselines read it for training examples only.
    """

    text: str
    body: str
    reference: str


def copy(train: Sequence[Item], test: Sequence[Item]) -> list[str]:
    """The main input itself."""
    return [item.body for item in test]


def majority(train: Sequence[Item], test: Sequence[Item]) -> list[str]:
    """The most frequent reference of the training examples, the first in order among equals."""
    counts = Counter(item.reference for item in train)
    answer = min(counts, key=lambda reference: (-counts[reference], reference))
    return [answer] * len(test)


def nearest(train: Sequence[Item], test: Sequence[Item]) -> list[str]:
    """The reference of the training example with the most similar text (cosine of TF-IDF character n-grams)."""
    vectorizer = _vectorizer()
    known = vectorizer.fit_transform([item.text for item in train])
    asked = vectorizer.transform([item.text for item in test])
    answers: list[str] = []
    for start in range(0, len(test), BLOCK):
        similarity = (asked[start : start + BLOCK] @ known.T).toarray()
        # rounded, so that the first of equal examples wins on any machine
        answers += [train[i].reference for i in np.round(similarity, 9).argmax(axis=1)]
    return answers


def lead(train: Sequence[Item], test: Sequence[Item]) -> list[str]:
    """The first sentence of the main input."""
    sentences = ((part.strip() for part in SENTENCE_END.split(item.body)) for item in test)
    return [next(filter(None, parts), item.body) for parts, item in zip(sentences, test, strict=True)]


def linear(train: Sequence[Item], test: Sequence[Item]) -> list[str]:
    """Logistic regression on TF-IDF character n-grams."""
    # n-grams seen once cost time and decide nothing
    return _classify(train, test, _vectorizer(min_df=2 if len(train) > MANY else 1))


def linear_words(train: Sequence[Item], test: Sequence[Item]) -> list[str]:
    """Logistic regression on TF-IDF of words and pairs of words; a Han character is a word."""
    return _classify(train, test, TfidfVectorizer(analyzer=_words_and_pairs, sublinear_tf=True))


def naive_bayes(train: Sequence[Item], test: Sequence[Item]) -> list[str]:
    """Multinomial naive Bayes on counts of words and pairs of words, smoothed by 0.3; a Han character is a word."""
    vectorizer = CountVectorizer(analyzer=_words_and_pairs)
    known = vectorizer.fit_transform([item.text for item in train])
    model = MultinomialNB(alpha=0.3).fit(known, [item.reference for item in train])
    return [str(label) for label in model.predict(vectorizer.transform([item.text for item in test]))]


def _classify(train: Sequence[Item], test: Sequence[Item], vectorizer: TfidfVectorizer) -> list[str]:
    labels = [item.reference for item in train]
    if len(set(labels)) == 1:
        return labels[:1] * len(test)
    known = vectorizer.fit_transform([item.text for item in train])
    model = LogisticRegression(C=10.0, max_iter=LINEAR_STEPS)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # the score has settled long before the weights
        model.fit(known, labels)
    return [str(label) for label in model.predict(vectorizer.transform([item.text for item in test]))]


def random_span(train: Sequence[Item], test: Sequence[Item]) -> list[str]:
    """Words of the main input at a place given by a hash of the text, as many as the median training answer has."""
    length = round(statistics.median(len(WORD.findall(item.reference)) for item in train))
    return [_span(item, max(1, length)) for item in test]


def _span(item: Item, length: int) -> str:
    words = list(WORD.finditer(item.body))
    if not words:
        return item.body
    places = max(1, len(words) - length + 1)
    place = int.from_bytes(hashlib.sha256(item.text.encode()).digest()[:8], "big") % places
    return item.body[words[place].start() : words[min(place + length, len(words)) - 1].end()]


def _words_and_pairs(text: str) -> list[str]:
    words = WORD.findall(text.casefold())
    return words + [f"{a} {b}" for a, b in pairwise(words)]


def _vectorizer(min_df: int = 1) -> TfidfVectorizer:
    return TfidfVectorizer(analyzer="char", ngram_range=(1, 3), sublinear_tf=True, min_df=min_df)
