"""What a score is compared with: answers without a language model, and an n-gram language model."""

from collections.abc import Callable, Sequence

from llmpipe.baselines import lexicon, ngram, simple
from llmpipe.baselines.simple import Item

__all__ = ["BASELINES", "Item", "ngram"]

BASELINES: dict[str, Callable[[Sequence[Item], Sequence[Item]], list[str]]] = {
    "copy": simple.copy,
    "majority": simple.majority,
    "nearest": simple.nearest,
    "lead": simple.lead,
    "linear": simple.linear,
    "random_span": simple.random_span,
    "lexicon": lexicon.lexicon,
}
