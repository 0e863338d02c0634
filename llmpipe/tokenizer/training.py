"""
Training of the SentencePiece BPE model: lossless, and the same bytes for the same text.

The text enters through an iterator and the model leaves through memory, because SentencePiece embeds file
names in the model. It reads line by line, so no learned piece holds a newline: a newline is always the
byte piece `<0x0A>`, one token, as in Llama 2. Tabs are byte pieces too (SentencePiece reserves the tab).
"""

import hashlib
import io
import re
from collections.abc import Iterable, Iterator

import sentencepiece

from llmpipe.errors import DataError
from llmpipe.records import Document
from llmpipe.sections.tokenizer import TokenizerConfig
from llmpipe.tokenizer.pieces import BOS, CONTROL, EOS, HAN, PAD, SPECIAL, UNK

NUM_THREADS = 2  # fixed: SentencePiece writes it into the model; the pieces do not depend on it
LINE_CHARACTERS = 8192  # longer lines are cut: SentencePiece drops those above max_sentence_length
DELIMITER = "\x1f"  # no piece may cross it (training only)

_HAN_BORDER = re.compile(f"(?<=[{HAN}])(?!$)|(?<!^)(?=[{HAN}])")
_TOO_HIGH = re.compile(r"set it to a value <= (\d+)")
_TOO_LOW = re.compile(r"smaller than required_chars\. \d+ vs (\d+)")


def sample_lines(documents: Iterable[Document], ratio: float, seed: int) -> Iterator[str]:
    """
    The lines of documents that are trained on: all, or a share of about `ratio` chosen by hash.

    The hash is of (seed, document id, line number), so another document more or less moves no other line. A line above
    `LINE_CHARACTERS` is several, each chosen for itself: else a few very long lines would come whole or not at all.
    """
    threshold = int(ratio * 2**64)
    for document in documents:
        for number, line in enumerate(document.text.split("\n")):
            for place, part in enumerate(_parts(line)):
                name = f"{seed}\0tokenizer\0{document.id}\0{number}" + (f"\0{place}" if place else "")
                if ratio >= 1 or _hash(name) < threshold:
                    yield part


def train(lines: Iterable[str], config: TokenizerConfig) -> bytes:
    """
    Train a model and return its file's bytes.

    Identity normalisation (clean has normalised), no dummy prefix, whitespace kept, byte fallback, single
    digits. Role tokens are control symbols: text never encodes to them.

    Args:
        lines: Training text; newlines are not expected inside.
        config: Vocabulary size, coverage, whether each Han character stands alone.

    Raises:
        DataError: There is no text, or it holds too few or too many characters for the vocabulary asked.
    """
    model = io.BytesIO()
    try:
        sentencepiece.SentencePieceTrainer.train(
            sentence_iterator=_sentences(lines, config.single_han),
            model_writer=model,
            model_type="bpe",
            vocab_size=config.vocab_size,
            character_coverage=config.character_coverage,
            normalization_rule_name="identity",
            add_dummy_prefix=False,
            remove_extra_whitespaces=False,
            allow_whitespace_only_pieces=True,
            byte_fallback=True,
            split_digits=True,
            pretokenization_delimiter=DELIMITER,
            control_symbols=list(CONTROL),
            unk_id=SPECIAL.index(UNK),
            bos_id=SPECIAL.index(BOS),
            eos_id=SPECIAL.index(EOS),
            pad_id=SPECIAL.index(PAD),
            unk_piece=UNK,
            bos_piece=BOS,
            eos_piece=EOS,
            pad_piece=PAD,
            max_sentence_length=2**20,  # bytes; the default drops lines above 4192
            num_threads=NUM_THREADS,
            minloglevel=2,
        )
    except RuntimeError as error:
        raise _explain(str(error), config) from error
    return model.getvalue()


def _sentences(lines: Iterable[str], single_han: bool) -> Iterator[str]:
    for line in lines:
        for part in _parts(line.replace(DELIMITER, "")):
            yield _HAN_BORDER.sub(DELIMITER, part) if single_han else part


def _parts(line: str) -> Iterator[str]:
    """A line in parts of at most `LINE_CHARACTERS`; an empty one has none."""
    return (line[start : start + LINE_CHARACTERS] for start in range(0, len(line), LINE_CHARACTERS))


def _hash(key: str) -> int:
    return int.from_bytes(hashlib.blake2b(key.encode(), digest_size=8).digest(), "little")


def _explain(message: str, config: TokenizerConfig) -> Exception:
    """The error for the user behind a SentencePiece error; anything unknown stays what it was."""
    if found := _TOO_HIGH.search(message):
        return DataError(
            f"tokenizer.vocab_size is {config.vocab_size}, but the training text in data/clean/train is enough for "
            f"{found[1]} pieces at most; set tokenizer.vocab_size to {found[1]} or less, or ingest more text."
        )
    if found := _TOO_LOW.search(message):
        return DataError(
            f"tokenizer.vocab_size is {config.vocab_size}, but the special pieces, the 256 bytes and the characters of "
            f"the training text are {found[1]} already; set it well above {found[1]}, or lower "
            f"tokenizer.character_coverage ({config.character_coverage}): characters outside it become bytes."
        )
    if config.vocab_size <= (least := len(SPECIAL) + 256):
        return DataError(
            f"tokenizer.vocab_size is {config.vocab_size}, but the special pieces and the 256 bytes alone are {least}; "
            "set it to a thousand or more."
        )
    if "sentences_.empty()" in message:
        return DataError("data/clean/train holds no text to train a tokenizer on; see data/clean/removed for why.")
    return RuntimeError(message)
