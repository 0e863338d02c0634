"""
Repairs by a vocabulary that is counted over the corpus itself (`clean.vocabulary`).

A word that hardly another document has, and that becomes one or several which many have by one step of a small closed
table: a noisy channel (Kernighan, Church & Gale 1990; Church & Gale 1991) with the corpus that is cleaned as its prior.
The step must be called for by several words of a text: one is a name. counts: what the corpus has; confusions: what is
taken for what; looks: which texts give a reason; letters, parts, glued, marks, han: the rules.
"""

from collections.abc import Callable
from functools import partial

from llmpipe.corpus.characters import Rule
from llmpipe.corpus.vocabulary.counts import Vocabulary
from llmpipe.corpus.vocabulary.glued import sentences_glued, words_glued
from llmpipe.corpus.vocabulary.han import han_apart, han_mistaken
from llmpipe.corpus.vocabulary.letters import letters_doubled, letters_lost, letters_mistaken
from llmpipe.corpus.vocabulary.marks import foreign_marks, marks_apart
from llmpipe.corpus.vocabulary.parts import words_parted

RULES: dict[str, Callable[[str, Vocabulary, float], str]] = {
    "letters_doubled": letters_doubled,
    "letters_lost": letters_lost,
    "marks_apart": marks_apart,
    "foreign_marks": foreign_marks,
    "words_parted": words_parted,
    "letters_mistaken": letters_mistaken,
    "words_glued": words_glued,
    "sentences_glued": sentences_glued,
    "han_apart": han_apart,
    "han_mistaken": han_mistaken,
}


def rules(vocabulary: Vocabulary, min_ratio: float) -> dict[str, Rule]:
    """The rules, in their order, by a vocabulary."""
    return {name: partial(_applied, rule=rule, vocabulary=vocabulary, ratio=min_ratio) for name, rule in RULES.items()}


def _applied(text: str, rule: Callable[[str, Vocabulary, float], str], vocabulary: Vocabulary, ratio: float) -> str:
    return rule(text, vocabulary, ratio)
