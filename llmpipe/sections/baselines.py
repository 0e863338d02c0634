"""`baselines`: classic models of the same text."""

from typing import Annotated, Literal

from pydantic import Field

from llmpipe.sections.section import Positive, Ratio, Section, Seed
from llmpipe.sections.training import OptimizerConfig


class NgramConfig(Section):
    """Modified Kneser-Ney over the tokens of the model."""

    order: int = Field(5, ge=0)  # longest n-gram; the shorter ones are measured too; 0: none
    max_tokens: Positive = 20_000_000  # of training text; more is sampled by document


# 0: none; None: the tokens of pretraining; flops: its arithmetic (model/flops.py)
Steps = Annotated[int, Field(ge=0)] | Literal["flops"] | None


class LstmConfig(Section):
    """A recurrent language model with as many parameters as ours, on the batches of pretraining."""

    steps: Steps = 1000
    num_layers: Positive = 1
    optimizer: OptimizerConfig = OptimizerConfig(matrix_learning_rate=2.0e-2)


class EncoderDecoderConfig(Section):
    """A Transformer with cross-attention and as many parameters as ours, on labelled translations only."""

    steps: Steps = 250
    num_layers: Positive = 2  # of the encoder, and of the decoder
    batch_tokens: Positive = 1024  # of sources and answers, padding included
    documents_ratio: Ratio = 0.0  # share of the batch: sentences beside their translations in training documents
    dropout: Ratio = 0.1
    validate_every: Positive = 100  # steps; the best weights on valid are kept
    optimizer: OptimizerConfig = OptimizerConfig(learning_rate=2.0e-3, matrix_learning_rate=1.0e-2)


class VectorsConfig(Section):
    """Word vectors of the training text; word2vec and fasttext need the extra `classic`."""

    kinds: tuple[Literal["glove", "word2vec", "fasttext"], ...] = ("glove",)  # none: ()
    dim: Positive = 50
    window: Positive = 5  # words to either side
    min_count: Positive = 10  # of a word
    max_words: Positive = 10_000
    max_bytes: Positive = 50_000_000  # of training text; more is sampled by document
    steps: Positive = 40  # of glove, over all pairs
    epochs: Positive = 5  # of the others, over the text


class BaselinesConfig(Section):
    """Classic models of the same text, for the same tables."""

    seed: Seed = 1
    ngram: NgramConfig = NgramConfig()
    lstm: LstmConfig = LstmConfig()
    encoder_decoder: EncoderDecoderConfig = EncoderDecoderConfig()
    vectors: VectorsConfig = VectorsConfig()
