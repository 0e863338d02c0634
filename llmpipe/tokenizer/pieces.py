"""The special pieces and their ids, and which characters are Han. One home for both."""

import re

UNK, BOS, EOS, PAD = "<unk>", "<s>", "</s>", "<pad>"
ROLES = {"system": "<|system|>", "user": "<|user|>", "assistant": "<|assistant|>"}
END = "<|end|>"  # closes every message
CONTROL = (*ROLES.values(), END)
SPECIAL = (UNK, BOS, EOS, PAD, *CONTROL)  # ids 0, 1, 2, ...; then the 256 bytes; then the learned pieces

SPACE = "\u2581"  # what a space is called inside a piece (SentencePiece)

# Explicit ranges, not a Unicode property: the vocabulary must not depend on the version of a library.
HAN = "\u3005\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U000323af"
HAN_CHARACTER = re.compile(f"[{HAN}]")
WORD = re.compile(rf"[{HAN}]|[^\W{HAN}]+")  # a Han character is a word; so is a run of other letters and digits


def byte_piece(value: int) -> str:
    """Name of the piece of one byte: 10 -> "<0x0A>" (the newline)."""
    return f"<0x{value:02X}>"
