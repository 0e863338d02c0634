"""What a score is compared with: answers without a language model, and classic models of the same text."""

from collections.abc import Callable, Sequence

from llmpipe.baselines import lexicon, simple
from llmpipe.baselines.simple import Item

__all__ = ["BASELINES", "ENCODER_DECODER", "Item"]

ENCODER_DECODER = "encoder_decoder"  # a model that the stage `baselines` trains, and whose answers it leaves

BASELINES: dict[str, Callable[[Sequence[Item], Sequence[Item]], list[str]]] = {
    "copy": simple.copy,
    "majority": simple.majority,
    "nearest": simple.nearest,
    "lead": simple.lead,
    "linear": simple.linear,
    "linear_words": simple.linear_words,
    "naive_bayes": simple.naive_bayes,
    "random_span": simple.random_span,
    "lexicon": lexicon.lexicon,
}
