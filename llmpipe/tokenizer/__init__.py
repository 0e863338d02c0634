"""
Text <-> token ids: training of the SentencePiece model, the tokenizer, its Hugging Face form, token shards.

The only importer of sentencepiece and tokenizers. No torch.
"""

from llmpipe.tokenizer.shards import TokenShards, TokenWriter
from llmpipe.tokenizer.tokenizer import IncrementalDecoder, Tokenizer

__all__ = ["IncrementalDecoder", "TokenShards", "TokenWriter", "Tokenizer"]
