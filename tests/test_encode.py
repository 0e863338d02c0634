"""Token shards hold exactly the documents, in order, and a damaged or foreign folder is noticed when it is opened."""

from pathlib import Path

import numpy as np
import pytest

from llmpipe.config import TokenizerConfig, validate
from llmpipe.errors import CheckpointError, DataError
from llmpipe.files import Layout, digest, read_json, write_json, write_jsonl
from llmpipe.progress import Reporter
from llmpipe.records import Document
from llmpipe.stages import encode as stage
from llmpipe.tokenizer import Tokenizer, TokenShards, TokenWriter
from llmpipe.tokenizer.shards import HEADER
from llmpipe.tokenizer.training import train

TEXTS = ["Rome is old.", "巴黎很美，罗马也很美。", "", "😀 a\tb\n\nc", "hello world " * 20, "x"]


@pytest.fixture(scope="module")
def tokenizer() -> Tokenizer:
    return Tokenizer(train(TEXTS[:2] + [TEXTS[4]] * 3, TokenizerConfig(vocab_size=300, character_coverage=1.0)))


def documents(count: int) -> list[Document]:
    return [Document(f"d{i}", f"{TEXTS[i % 6]}{i}", ["en", "zh", ""][i % 3], "test") for i in range(count)]


def encode(
    folder: Path, tokenizer: Tokenizer, train_documents: list[Document], shard_tokens: int = 50_000_000
) -> Layout:
    """Run the stage on three splits, train in two files."""
    data = Layout(folder)
    half = len(train_documents) // 2
    write_jsonl(data.clean / "train/00000.jsonl", train_documents[:half])
    write_jsonl(data.clean / "train/00001.jsonl", train_documents[half:])
    write_jsonl(data.clean / "valid/00000.jsonl", documents(7))
    write_jsonl(data.clean / "test/00000.jsonl", [])
    data.tokenizer.mkdir()
    tokenizer.save(data.tokenizer)
    stage.run(validate({"encode": {"shard_tokens": shard_tokens}}, ["encode"]), data, data, Reporter())
    return data


def write_shards(folder: Path, tokenizer: Tokenizer, texts: list[str], shard_tokens: int = 1000) -> TokenShards:
    with TokenWriter(folder, tokenizer, shard_tokens) as writer:
        for some in (texts[:4], texts[4:]):
            writer.write(*tokenizer.block(some), np.array([len(text.encode()) for text in some], dtype=np.int64))
    return TokenShards(folder)


@pytest.mark.parametrize("shard_tokens", [1, 40, 1000])
def test_documents_come_back_in_order_whatever_the_size_of_shards(tokenizer, tmp_path, shard_tokens):
    shards = write_shards(tmp_path, tokenizer, TEXTS * 3, shard_tokens)

    assert [shards.document(i).tolist() for i in range(18)] == [tokenizer.document(text) for text in TEXTS * 3]
    assert shards.lengths.tolist() == [len(tokenizer.document(text)) for text in TEXTS * 3]
    assert shards.byte_lengths.tolist() == [len(text.encode()) for text in TEXTS * 3]
    assert (shards.num_documents, shards.num_tokens, shards.num_bytes) == (
        18,
        shards.lengths.sum(),
        shards.byte_lengths.sum(),
    )
    assert (shards.lengths.dtype, shards.byte_lengths.dtype, shards.document(0).dtype) == (np.int64, np.int64, np.int64)
    with pytest.raises(IndexError):
        shards.document(18)
    with pytest.raises(IndexError):
        shards.document(-1)


def test_no_shard_exceeds_the_limit_but_one_long_document(tokenizer, tmp_path):
    write_shards(tmp_path, tokenizer, TEXTS * 3, 60)
    header = read_json(tmp_path / HEADER)

    assert len(header["shards"]) > 3
    assert all(shard["num_tokens"] <= 60 or shard["num_documents"] == 1 for shard in header["shards"])
    assert [path.stat().st_size for path in sorted(tmp_path.glob("*.bin"))] == [
        2 * s["num_tokens"] for s in header["shards"]
    ]


def test_the_files_are_what_the_module_says(tokenizer, tmp_path):
    """Readable without this code: ids as little-endian uint16, offsets and byte lengths as little-endian int64."""
    write_shards(tmp_path, tokenizer, ["x", "Rome"])
    x, rome = tokenizer.document("x"), tokenizer.document("Rome")

    assert np.fromfile(tmp_path / "00000.bin", "<u2").tolist() == x + rome
    assert np.fromfile(tmp_path / "00000.idx", "<i8").tolist() == [0, len(x), len(x) + len(rome), 1, 4]
    header = read_json(tmp_path / HEADER)
    assert (header["dtype"], header["vocab_digest"], header["vocab_size"]) == ("uint16", tokenizer.digest, 300)


@pytest.mark.parametrize(("vocab_size", "dtype", "largest"), [(65_535, "uint16", 65_534), (65_536, "uint32", 65_535)])
def test_large_vocabularies_use_four_bytes(tokenizer, tmp_path, monkeypatch, vocab_size, dtype, largest):
    monkeypatch.setattr(tokenizer, "vocab_size", vocab_size)
    with TokenWriter(tmp_path, tokenizer, 100) as writer:
        writer.write(np.array([1, largest, 2]), np.array([3]), np.array([5]))

    assert read_json(tmp_path / HEADER)["dtype"] == dtype
    assert TokenShards(tmp_path).document(0).tolist() == [1, largest, 2]


def test_an_empty_split_is_opened(tokenizer, tmp_path):
    shards = write_shards(tmp_path, tokenizer, [])
    assert (shards.num_documents, shards.num_tokens, len(shards.lengths)) == (0, 0, 0)


def test_a_stopped_writer_leaves_no_header(tokenizer, tmp_path):
    def stopped() -> None:
        with TokenWriter(tmp_path, tokenizer, 100) as writer:
            writer.write(np.array([1, 2]), np.array([2]), np.array([0]))
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        stopped()
    with pytest.raises(DataError, match="is missing"):
        TokenShards(tmp_path)


def test_a_cut_or_missing_file_is_named(tokenizer, tmp_path):
    write_shards(tmp_path, tokenizer, TEXTS)
    whole = (tmp_path / "00000.bin").read_bytes()
    (tmp_path / "00000.bin").write_bytes(whole[:-4])
    with pytest.raises(DataError, match=rf"00000\.bin has {len(whole) - 4} bytes, the header says {len(whole)}"):
        TokenShards(tmp_path)
    (tmp_path / "00000.bin").unlink()
    with pytest.raises(DataError, match=r"00000\.bin is missing"):
        TokenShards(tmp_path)


def test_a_damaged_index_or_header_is_named(tokenizer, tmp_path):
    write_shards(tmp_path, tokenizer, TEXTS)
    index, header = np.fromfile(tmp_path / "00000.idx", "<i8"), read_json(tmp_path / HEADER)
    index[-1] += 1
    index.tofile(tmp_path / "00000.idx")
    with pytest.raises(DataError, match="the header says"):
        TokenShards(tmp_path)
    index[1] = -5
    index.tofile(tmp_path / "00000.idx")
    with pytest.raises(DataError, match="offsets do not lead from 0"):
        TokenShards(tmp_path)
    write_json(tmp_path / HEADER, header | {"format": 99})
    with pytest.raises(DataError, match="has format 99, not 1"):
        TokenShards(tmp_path)
    write_json(tmp_path / HEADER, {"format": 1})
    with pytest.raises(DataError, match="is not the header of token shards"):
        TokenShards(tmp_path)


def test_shards_of_another_vocabulary_are_refused_with_both_digests(tokenizer, tmp_path):
    shards = write_shards(tmp_path, tokenizer, TEXTS)
    shards.check(tokenizer)
    other = Tokenizer(train(TEXTS, TokenizerConfig(vocab_size=295, character_coverage=1.0)))
    with pytest.raises(CheckpointError, match=rf"{tokenizer.digest[:12]}.*{other.digest[:12]}"):
        shards.check(other)


def test_the_stage_encodes_every_split(tokenizer, tmp_path):
    data = encode(tmp_path, tokenizer, documents(50), shard_tokens=200)
    shards = TokenShards(data.tokens / "train")

    assert [shards.document(i).tolist() for i in range(50)] == [tokenizer.document(d.text) for d in documents(50)]
    metrics = read_json(data.metrics("encode"))
    assert metrics["train"]["tokens"] == shards.num_tokens
    assert metrics["train"]["bytes"] == sum(len(d.text.encode()) for d in documents(50)) == shards.num_bytes
    assert {k: v["documents"] for k, v in metrics["train"]["languages"].items()} == {"en": 17, "zh": 17, "unknown": 16}
    assert metrics["train"]["bytes_per_token"] == round(shards.num_bytes / (shards.num_tokens - 100), 6)
    assert (metrics["valid"]["documents"], metrics["test"]["documents"], metrics["test"]["bytes_per_token"]) == (
        7,
        0,
        0.0,
    )
    TokenShards(data.tokens / "test").check(tokenizer)


def test_the_stage_writes_the_same_bytes_for_any_size_of_tasks_and_number_of_processes(
    tokenizer, tmp_path, monkeypatch
):
    first = encode(tmp_path / "a", tokenizer, documents(50), shard_tokens=200)
    monkeypatch.setattr(stage, "TASK_BYTES", 300)
    second = encode(tmp_path / "b", tokenizer, documents(50), shard_tokens=200)
    monkeypatch.setattr(stage, "WORKER_BYTES", 1000)
    monkeypatch.setenv("LLMPIPE_WORKERS", "2")
    third = encode(tmp_path / "c", tokenizer, documents(50), shard_tokens=200)

    assert digest(first.tokens) == digest(second.tokens) == digest(third.tokens)
    metrics = [data.metrics("encode").read_bytes() for data in (first, second, third)]
    assert metrics[0] == metrics[1] == metrics[2]


def test_a_damaged_line_is_named_wherever_its_task_begins(tokenizer, tmp_path, monkeypatch):
    monkeypatch.setattr(stage, "TASK_BYTES", 200)
    data = encode(tmp_path, tokenizer, documents(50))
    path = data.clean / "train/00001.jsonl"
    lines = path.read_bytes().split(b"\n")
    path.write_bytes(b"\n".join([*lines[:17], b'{"id": "x"', *lines[18:]]))
    with pytest.raises(DataError, match=r"train/00001\.jsonl, line 18: .*the file was edited or cut"):
        stage.run(validate({"encode": {}}, ["encode"]), data, data, Reporter())


def test_the_stage_refuses_an_empty_train_split_and_leaves_nothing(tokenizer, tmp_path):
    with pytest.raises(DataError, match="train holds no document"):
        encode(tmp_path, tokenizer, [])
    assert not Layout(tmp_path).tokens.exists()
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []


def test_the_stage_says_which_input_is_missing(tmp_path):
    with pytest.raises(DataError, match=r"tokenizer\.model is missing"):
        stage.run(validate({"encode": {}}, ["encode"]), Layout(tmp_path), Layout(tmp_path), Reporter())
