"""The test documents on which language models are compared, and each model's nats of them on disk."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from llmpipe.errors import DataError
from llmpipe.files import Layout, read_shards, write_jsonl
from llmpipe.records import Document
from llmpipe.tokenizer import Tokenizer, TokenShards


def read_test(data: Layout, tokenizer: Tokenizer) -> tuple[list[Document], list[np.ndarray]]:
    """
    The test documents and the token ids of each.

    Raises:
        DataError: There is no test document, or tokens and documents do not belong together.
    """
    shards = TokenShards(data.tokens / "test")
    shards.check(tokenizer)
    documents = list(read_shards(data.clean / "test", Document))
    if not documents:
        where = data.clean / "test"
        raise DataError(f"{where} holds no document; raise clean.split.test_ratio or give ingest more text.")
    if [len(document.text.encode()) for document in documents] != shards.byte_lengths.tolist():
        raise DataError(f"{data.tokens / 'test'} was not made from {data.clean / 'test'}; run `encode` again.")
    return documents, [shards.document(i) for i in range(shards.num_documents)]


def write_nats(folder: Path, model: str, documents: Sequence[Document], nats: np.ndarray) -> None:
    """`MODEL.jsonl`: the nats of each document's text tokens under a model, with what bits per byte need besides."""
    rows = (
        {"id": d.id, "language": d.language, "nats": round(value, 6), "num_bytes": len(d.text.encode())}
        for d, value in zip(documents, nats.tolist(), strict=True)
    )
    write_jsonl(folder / f"{model}.jsonl", rows)
