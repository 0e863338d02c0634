"""`pretrain`: the base model."""

from typing import ClassVar, Literal

from llmpipe.sections.section import Positive, Section
from llmpipe.sections.training import TrainConfig


class EmbeddingInitConfig(Section):
    """Vectors of tokens, trained on the training text, from which embeddings start instead of random numbers."""

    kind: Literal["none", "glove", "word2vec", "fasttext"] = "none"  # the last two need the extra `classic`
    dim: Positive = 50  # at most model_dim less one
    window: Positive = 5  # tokens to either side
    min_count: Positive = 5  # of a token; rarer ones start at random
    max_tokens: Positive = 2_000_000  # of training text; more is sampled by document
    steps: Positive = 20  # of glove, over all pairs
    epochs: Positive = 3  # of the others, over the text


class PretrainConfig(TrainConfig):
    """The base model."""

    section: ClassVar[str] = "pretrain"

    embedding_init: EmbeddingInitConfig = EmbeddingInitConfig()
