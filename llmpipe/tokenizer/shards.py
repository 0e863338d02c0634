"""
Token shards: the token ids of a split, memory-mapped.

A folder holds `header.json` and per shard
    00000.bin   token ids of its documents one after the other, `<s>` and `</s>` included, little-endian
                uint16, or uint32 for vocabularies above 65,535
    00000.idx   little-endian int64: N + 1 offsets of the documents in tokens, then N lengths of their texts
                in UTF-8 bytes
The header has the type, the digest of the vocabulary and all counts, so a cut file or a foreign tokenizer
is noticed when the folder is opened, not as a strange loss.
"""

from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

from llmpipe.errors import CheckpointError, DataError
from llmpipe.files import read_json, write_json
from llmpipe.tokenizer.spans import id_type
from llmpipe.tokenizer.tokenizer import Tokenizer

HEADER = "header.json"
FORMAT = 1
COUNTS = ("num_documents", "num_tokens", "num_bytes")
AGAIN = "run the encode stage again"


class TokenWriter:
    """
    Write documents as token shards of at most `shard_tokens` tokens; a longer document has a shard of its own.

    Use it as a context manager inside `atomic_directory`: the header is written last, when the block ends well.
    """

    def __init__(self, folder: Path, tokenizer: Tokenizer, shard_tokens: int) -> None:
        self._folder, self._shard_tokens = folder, shard_tokens
        self._digest, self._vocab_size = tokenizer.digest, tokenizer.vocab_size
        self._dtype = id_type(tokenizer.vocab_size)
        self._shards: list[dict[str, Any]] = []
        self._stream: BinaryIO | None = None
        self._tokens = 0  # of the shard that is being written
        self._lengths, self._byte_lengths = list[np.ndarray](), list[np.ndarray]()
        folder.mkdir(parents=True, exist_ok=True)

    def write(self, token_ids: np.ndarray, lengths: np.ndarray, byte_lengths: np.ndarray) -> None:
        """
        Append documents.

        Args:
            token_ids: Their ids one after the other, each document with `<s>` and `</s>` (num_tokens,).
            lengths: Tokens of each document, int64 (num_documents,).
            byte_lengths: UTF-8 bytes of the text of each, int64 (num_documents,).
        """
        ends = np.cumsum(lengths)
        first, start = 0, 0  # the first document not written yet, and where its ids begin
        while first < len(lengths):
            stop = int(np.searchsorted(ends, start + self._shard_tokens - self._tokens, side="right"))
            if stop <= first and self._tokens:
                self._finish_shard()
                continue
            stop = max(stop, first + 1)
            end = int(ends[stop - 1])
            if self._stream is None:
                self._stream = (self._folder / f"{len(self._shards):05d}.bin").open("wb")
            self._stream.write(token_ids[start:end].astype(self._dtype, copy=False).data)
            self._tokens += end - start
            self._lengths.append(lengths[first:stop])
            self._byte_lengths.append(byte_lengths[first:stop])
            first, start = stop, end

    def _finish_shard(self) -> None:
        if self._stream is None:
            return
        self._stream.close()
        self._stream = None
        name = f"{len(self._shards):05d}"
        lengths, byte_lengths = np.concatenate(self._lengths), np.concatenate(self._byte_lengths)
        index = np.concatenate([[0], np.cumsum(lengths), byte_lengths]).astype("<i8")
        (self._folder / f"{name}.idx").write_bytes(index.tobytes())
        counts = (len(lengths), self._tokens, int(byte_lengths.sum()))
        self._shards.append({"name": name, **dict(zip(COUNTS, counts, strict=True))})
        self._tokens, self._lengths, self._byte_lengths = 0, [], []

    def __enter__(self) -> "TokenWriter":
        return self

    def __exit__(self, kind: object, *_: object) -> None:
        if kind is not None:
            if self._stream is not None:
                self._stream.close()
            return
        self._finish_shard()
        header = {
            "format": FORMAT,
            "dtype": self._dtype.name,
            "vocab_size": self._vocab_size,
            "vocab_digest": self._digest,
            "shards": self._shards,
            **{key: sum(shard[key] for shard in self._shards) for key in COUNTS},
        }
        write_json(self._folder / HEADER, header)


class TokenShards:
    """
    The documents of a split as token ids, memory-mapped.

    Args:
        folder: For example `data/tokens/train`.

    Raises:
        DataError: The header is missing, or it and the files disagree.

    Attributes:
        num_documents, num_tokens, num_bytes: Counts; tokens include `<s>` and `</s>`, bytes are of the texts.
        vocab_digest: `Tokenizer.digest` of the tokenizer that encoded them.
        lengths: Tokens of each document, int64 (num_documents,).
        byte_lengths: UTF-8 bytes of the text of each document, int64 (num_documents,).
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        header = read_json(folder / HEADER)
        try:
            if header["format"] != FORMAT:
                raise DataError(f"{folder / HEADER} has format {header['format']}, not {FORMAT}; {AGAIN}.")
            self.vocab_digest: str = header["vocab_digest"]
            self.num_documents: int = header["num_documents"]
            self.num_tokens: int = header["num_tokens"]
            self.num_bytes: int = header["num_bytes"]
            dtype = np.dtype(header["dtype"]).newbyteorder("<")
            opened = [self._open(shard, dtype) for shard in header["shards"]]
        except (KeyError, TypeError) as error:
            raise DataError(f"{folder / HEADER} is not the header of token shards ({error!r}); {AGAIN}.") from None
        empty = np.zeros(0, np.int64)
        self._tokens = [tokens for tokens, _, _ in opened]
        self._offsets = [offsets for _, offsets, _ in opened]
        # index of the first document of each shard
        self._first = np.cumsum([0, *(len(byte_lengths) for _, _, byte_lengths in opened)])
        self.lengths = np.concatenate([empty, *(np.diff(offsets) for offsets in self._offsets)])
        self.byte_lengths = np.concatenate([empty, *(byte_lengths for _, _, byte_lengths in opened)])
        counts = (len(self.lengths), int(self.lengths.sum()), int(self.byte_lengths.sum()))
        if counts != (self.num_documents, self.num_tokens, self.num_bytes):
            raise DataError(
                f"{folder}: the shards hold {counts[0]} documents, {counts[1]} tokens and {counts[2]} bytes, but the "
                f"header says {self.num_documents}, {self.num_tokens} and {self.num_bytes}; {AGAIN}."
            )

    def document(self, index: int) -> np.ndarray:
        """Token ids of a document, `<s>` and `</s>` included, int64."""
        if not 0 <= index < self.num_documents:
            raise IndexError(f"document {index} of {self.num_documents}")
        shard = int(np.searchsorted(self._first, index, side="right")) - 1
        start, end = self._offsets[shard][index - self._first[shard] :][:2]
        return self._tokens[shard][start:end].astype(np.int64)

    def check(self, tokenizer: Tokenizer) -> None:
        """
        Check that these shards and a tokenizer belong together.

        Raises:
            CheckpointError: They were encoded with another vocabulary.
        """
        if self.vocab_digest != tokenizer.digest:
            raise CheckpointError(
                f"{self.folder} was encoded with the vocabulary {self.vocab_digest[:12]}, but the tokenizer has "
                f"{tokenizer.digest[:12]}; {AGAIN}, or use the tokenizer it was encoded with."
            )

    def _open(self, shard: dict[str, Any], dtype: np.dtype) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Tokens, offsets and byte lengths of one shard, after comparing the sizes of its files with the header."""
        num_documents, num_tokens = shard["num_documents"], shard["num_tokens"]
        tokens_path, index_path = self.folder / f"{shard['name']}.bin", self.folder / f"{shard['name']}.idx"
        for path, size in ((tokens_path, num_tokens * dtype.itemsize), (index_path, (2 * num_documents + 1) * 8)):
            found = path.stat().st_size if path.exists() else None
            if found != size:
                state = "is missing" if found is None else f"has {found} bytes"
                raise DataError(f"{path} {state}, the header says {size} bytes: it was cut or replaced; {AGAIN}.")
        index = np.fromfile(index_path, dtype="<i8").astype(np.int64, copy=False)
        offsets, byte_lengths = index[: num_documents + 1], index[num_documents + 1 :]
        if offsets[0] != 0 or offsets[-1] != num_tokens or (np.diff(offsets) < 0).any():
            raise DataError(f"{index_path} is damaged: its offsets do not lead from 0 to {num_tokens}; {AGAIN}.")
        return np.memmap(tokens_path, dtype=dtype, mode="r"), offsets, byte_lengths
