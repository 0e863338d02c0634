"""
Text <-> token ids: training of the SentencePiece model, the tokenizer, its Hugging Face form, token shards.

The only importer of sentencepiece and tokenizers. No torch.
"""

from llmpipe.tokenizer.foreign import ForeignTokenizer
from llmpipe.tokenizer.shards import TokenShards, TokenWriter
from llmpipe.tokenizer.spacing import unspaced
from llmpipe.tokenizer.stops import TextStream
from llmpipe.tokenizer.tokenizer import IncrementalDecoder, Tokenizer

AnyTokenizer = Tokenizer | ForeignTokenizer

__all__ = [
    "AnyTokenizer",
    "ForeignTokenizer",
    "IncrementalDecoder",
    "TextStream",
    "TokenShards",
    "TokenWriter",
    "Tokenizer",
    "unspaced",
]
