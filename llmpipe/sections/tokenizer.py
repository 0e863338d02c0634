"""`tokenizer`: the vocabulary."""

from llmpipe.sections.section import Positive, Ratio, Section, Seed


class TokenizerConfig(Section):
    """SentencePiece BPE, lossless."""

    vocab_size: Positive = 1536
    character_coverage: Ratio = 0.9995
    single_han: bool = True  # every Han character is a piece of its own
    max_bytes: Positive = 100_000_000  # of training text; more is sampled by hash
    seed: Seed = 1
