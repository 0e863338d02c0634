"""
The tokenizer: text <-> token ids, prompts built by id, and decoding token by token.

Everything derives from the bytes of one SentencePiece model, so a tokenizer can be written into any model
directory. Lossless for all text but U+2581, which decodes to a space (clean neutralises it).
"""

import functools
import hashlib
import os
import struct
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Protocol

import numpy as np
import sentencepiece

from llmpipe.errors import CheckpointError, DataError, unknown_name
from llmpipe.files import atomic_file, write_json, write_text
from llmpipe.tokenizer import conversion
from llmpipe.tokenizer.pieces import BOS, END, EOS, PAD, ROLES, SPACE, SPECIAL, UNK, byte_piece
from llmpipe.tokenizer.spacing import spaced
from llmpipe.tokenizer.spans import SpanEncoder

FILES = ("tokenizer.model", "tokenizer.vocab", "tokenizer.json", "tokenizer_config.json", "chat_template.jinja")


class Decodes(Protocol):
    """What decoding token by token needs of a tokenizer."""

    byte_values: dict[int, int]

    def decode(self, token_ids: Iterable[int]) -> str:
        """Text of token ids."""
        ...


class Tokenizer:
    """
    A SentencePiece BPE model with the special pieces of `llmpipe.tokenizer.pieces`.

    Args:
        model: The bytes of `tokenizer.model`, as `llmpipe.tokenizer.training.train` returns them.

    Raises:
        CheckpointError: They are not such a model.

    Attributes:
        vocab_size: Number of pieces.
        bos_id, eos_id, pad_id, unk_id: Ids of `<s>`, `</s>`, `<pad>`, `<unk>`.
        end_id: Id of `<|end|>`, which closes every message.
        role_ids: Role -> id of the piece that opens its message.
        byte_values: Id of a byte piece -> the byte.
        digest: SHA-256 of the vocabulary (pieces, scores and kinds in order).
    """

    def __init__(self, model: bytes) -> None:
        try:
            processor = sentencepiece.SentencePieceProcessor(model_proto=model)
        except RuntimeError as error:
            raise CheckpointError(f"the model cannot be read ({error}); run the tokenizer stage again.") from None
        self.model = model
        self.vocab_size: int = processor.get_piece_size()
        self._processor = processor
        self.vocabulary: list[str] = [processor.id_to_piece(index) for index in range(self.vocab_size)]
        found = tuple(self.vocabulary[: len(SPECIAL)])
        if found != SPECIAL or not processor.is_byte(len(SPECIAL)):
            raise CheckpointError(
                f"the model starts with the pieces {' '.join(found)}, not {' '.join(SPECIAL)} and the bytes; "
                "it was not made by the tokenizer stage."
            )
        ids = {piece: index for index, piece in enumerate(SPECIAL)}
        self.unk_id, self.bos_id, self.eos_id, self.pad_id = ids[UNK], ids[BOS], ids[EOS], ids[PAD]
        self.end_id = ids[END]
        self.role_ids = {role: ids[piece] for role, piece in ROLES.items()}
        self.byte_values = {len(SPECIAL) + value: value for value in range(256)}
        assert self.vocabulary[len(SPECIAL) + 255] == byte_piece(255)
        self.digest = _digest(processor, self.vocabulary)

    @functools.cached_property
    def _spans(self) -> SpanEncoder:
        return SpanEncoder(self._processor, self.bos_id, self.eos_id)

    @classmethod
    def load(cls, folder: Path) -> "Tokenizer":
        """
        Load the tokenizer of a folder (`data/tokenizer` or a model directory).

        Raises:
            DataError: There is no `tokenizer.model`.
            CheckpointError: It is damaged, or was not made by the tokenizer stage.
        """
        path = folder / "tokenizer.model"
        try:
            model = path.read_bytes()
        except (FileNotFoundError, NotADirectoryError):
            raise DataError(f"{path} is missing; run `dvc repro tokenizer`, or name another folder.") from None
        try:
            return cls(model)
        except CheckpointError as error:
            raise CheckpointError(f"{path}: {error}") from None

    def save(self, folder: Path) -> None:
        """Write the files of a tokenizer (`FILES`) into a folder: ours, and those Hugging Face reads."""
        with atomic_file(folder / "tokenizer.model", "wb") as stream:
            stream.write(self.model)
        lines = (f"{piece}\t{self._processor.get_score(index):g}\n" for index, piece in enumerate(self.vocabulary))
        write_text(folder / "tokenizer.vocab", "".join(lines))
        write_json(folder / "tokenizer.json", conversion.tokenizer_json(self._processor))
        write_json(folder / "tokenizer_config.json", conversion.TOKENIZER_CONFIG)
        write_text(folder / "chat_template.jinja", conversion.CHAT_TEMPLATE)

    def scores(self) -> list[float]:
        """The score of each piece: SentencePiece merges the pair of the highest one first."""
        return [self._processor.get_score(index) for index in range(self.vocab_size)]

    def kinds(self) -> list[int]:
        """What each piece is, in SentencePiece's numbers: 1 text, 2 unknown, 3 control, 5 unused, 6 a byte."""
        tests = {
            2: self._processor.is_unknown,
            3: self._processor.is_control,
            5: self._processor.is_unused,
            6: self._processor.is_byte,
        }
        return [next((kind for kind, holds in tests.items() if holds(index)), 1) for index in range(self.vocab_size)]

    def encode(self, text: str) -> list[int]:
        """Token ids of a text, without special tokens: `<|user|>` in it is text like any other."""
        return self.encode_batch([text])[0]

    def encode_batch(self, texts: Sequence[str]) -> list[list[int]]:
        """Token ids of each text; on several threads when that pays."""
        texts = [scalar_values(text) for text in texts]
        ids: list[list[int]] = self._processor.encode(texts, num_threads=_threads(len(texts)))
        return ids

    def documents(self, texts: Sequence[str]) -> list[np.ndarray]:
        """Token ids of whole documents, `<s>` and `</s>` included, as int32 arrays."""
        token_ids, lengths = self.block(texts)
        ends = np.cumsum(lengths).tolist()
        return [token_ids[start:end].astype(np.int32) for start, end in zip([0, *ends], ends, strict=False)]

    def block(self, texts: Sequence[str]) -> tuple[np.ndarray, np.ndarray]:
        """
        Token ids of whole documents one after the other, `<s>` and `</s>` included; the fast way to many ids.

        Returns:
            Ids of `id_type` (num_tokens,), and how many each document has, int64 (num_documents,).
        """
        return self._spans.documents([scalar_values(text) for text in texts])

    def pieces(self, text: str) -> list[str]:
        """The pieces of a text, with spaces shown as spaces."""
        return [self.vocabulary[index].replace(SPACE, " ") for index in self.encode(text)]

    def decode(self, token_ids: Iterable[int]) -> str:
        """Text of token ids. Special tokens give nothing; bytes that form no character give U+FFFD."""
        text: str = self._processor.decode([int(index) for index in token_ids])
        return text

    def piece(self, token_id: int) -> str:
        """The text of a token by itself, of special ones too; `<0xE4>` for a byte."""
        return self.vocabulary[token_id].replace(SPACE, " ")

    def document(self, text: str) -> list[int]:
        """Token ids of a whole document: `<s>` text `</s>`."""
        return [self.bos_id, *self.encode(text), self.eos_id]

    def prompt(self, messages: Sequence[tuple[str, str]]) -> list[int]:
        """
        Token ids of a conversation, up to where the assistant speaks.

        `<s>`, then for each message its role token, its content behind a space (`spaced`) and `<|end|>`, then the
        assistant's role token.

        Raises:
            DataError: A role is unknown.
        """
        contents = self.encode_batch([spaced(content) for _, content in messages])
        token_ids = [self.bos_id]
        for (role, _), content in zip(messages, contents, strict=True):
            if role not in self.role_ids:
                raise DataError(unknown_name("role", role, self.role_ids))
            token_ids += [self.role_ids[role], *content, self.end_id]
        return [*token_ids, self.role_ids["assistant"]]

    def completion(self, text: str) -> list[int]:
        """Token ids of what the assistant says: the text behind a space (`spaced`), and `<|end|>`."""
        return [*self.encode(spaced(text)), self.end_id]


class IncrementalDecoder:
    """
    Decode token by token: the parts joined equal `Tokenizer.decode` of all ids, and no part ends in half a character.

    A character outside the vocabulary is 2 to 4 byte tokens; they are held back until it is complete or
    can no longer become one. Tokens of others (no `byte_values`) may hold parts of characters and stand for another
    text at the beginning, so they are decoded with those before them.
    """

    def __init__(self, tokenizer: Decodes) -> None:
        self._tokenizer = tokenizer
        self._held = bytearray()
        self._before, self._waiting = list[int](), list[int]()  # of others: said last, and not said yet

    def push(self, token_id: int) -> str:
        """Text that is certain after one more token; often "" inside a character."""
        if not self._tokenizer.byte_values:
            self._waiting.append(token_id)
            return self._of_others(final=False)
        value = self._tokenizer.byte_values.get(token_id)
        if value is None:
            return self.flush() + self._tokenizer.decode([token_id])
        self._held.append(value)
        return self._take(final=False)

    def flush(self) -> str:
        """What is still held back, U+FFFD for each byte that forms no character."""
        return self._of_others(final=True) + self._take(final=True)

    def _of_others(self, final: bool) -> str:
        """What the waiting tokens add to those before them, once it ends in a whole character."""
        text = self._tokenizer.decode(self._before + self._waiting)
        said = len(self._tokenizer.decode(self._before))
        if len(text) <= said or (text.endswith("\ufffd") and not final):
            return ""
        self._before, self._waiting = self._waiting, []
        return text[said:]

    def _take(self, final: bool) -> str:
        """Characters at the front of the held bytes; like SentencePiece, one U+FFFD per byte that starts none."""
        text = ""
        while self._held:
            size = _sequence_length(self._held[0])
            head = bytes(self._held[:size])
            if len(head) < size and not final and all(0x80 <= value < 0xC0 for value in head[1:]):
                break
            try:
                text += head.decode()
            except UnicodeDecodeError:
                text, size = text + "\ufffd", 1
            del self._held[:size]
        return text


def scalar_values(text: str) -> str:
    """The text with surrogate pairs joined and lone surrogates, which no UTF-8 can hold, replaced by U+FFFD."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return text


def _sequence_length(lead: int) -> int:
    """Length in bytes of the UTF-8 sequence that a byte opens; 1 when it opens none."""
    return 4 if 0xF0 <= lead < 0xF5 else 3 if 0xE0 <= lead < 0xF0 else 2 if 0xC2 <= lead < 0xE0 else 1


def _threads(num_texts: int) -> int:
    """Threads for a batch; the ids do not depend on it."""
    return 1 if num_texts < 32 else min(num_texts, os.cpu_count() or 1)


def _digest(processor: sentencepiece.SentencePieceProcessor, vocabulary: Sequence[str]) -> str:
    total = hashlib.sha256()
    for index, piece in enumerate(vocabulary):
        kinds = (processor.is_control(index), processor.is_byte(index), processor.is_unused(index))
        total.update(piece.encode() + struct.pack("<xf3?", processor.get_score(index), *kinds))
    return total.hexdigest()
