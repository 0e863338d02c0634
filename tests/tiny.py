"""A data folder small enough to train on in seconds, made by the real stages."""

from pathlib import Path
from typing import Any

import pytest
import torch

from llmpipe.config import ModelConfig, Params, TokenizerConfig, validate
from llmpipe.files import Layout, write_jsonl
from llmpipe.model.transformer import Transformer
from llmpipe.progress import Reporter
from llmpipe.records import Document, Example
from llmpipe.stages import encode, pretrain, tokenizer
from llmpipe.tokenizer import Tokenizer
from llmpipe.tokenizer.training import train
from llmpipe.train import directory

PEOPLE = ["Ban", "Dor", "Fel", "Gim", "Hul", "Kas", "Lop", "Mer"]
PLACES = {"Paris": "巴黎", "Rome": "罗马", "Oslo": "奥斯陆", "Lima": "利马"}

PARAMS: dict[str, Any] = {
    "tokenizer": {"vocab_size": 380},
    "encode": {},
    "model": {
        "model_dim": 32, "num_layers": 2, "num_heads": 2, "num_kv_heads": 1, "head_dim": 16,
        "hidden_dim": 64, "context_length": 64,
    },
    "compute": {"device": "cpu", "threads": 1},
    "baselines": {
        "ngram": {"order": 3}, "lstm": {"steps": 4}, "encoder_decoder": {"steps": 2, "batch_tokens": 256},
        "vectors": {"kinds": []},
    },
    "pretrain": {"steps": 12, "batch_tokens": 256, "validate_every": 6, "checkpoint_every": 4},
    "finetune": {"steps": 12, "batch_tokens": 256, "validate_every": 6, "checkpoint_every": 4},
}  # fmt: skip


def params(**changes: dict[str, Any]) -> Params:
    """The tiny parameters with changes by section."""
    values = {name: section | changes.get(name, {}) for name, section in PARAMS.items()}
    return validate(values, list(values))


def documents(count: int) -> list[Document]:
    """Sentences in English and Chinese about who lives where."""
    rows = []
    for i in range(count):
        person, (place, chinese) = PEOPLE[i % 8], list(PLACES.items())[i // 8 % 4]
        text = (
            f"{person} number {i} lives in {place}.\n{person} likes {place} a lot."
            if i % 2
            else f"第{i}号居民住在{chinese}，很喜欢{chinese}。"
        )
        rows.append(Document(f"doc-{i:04d}", text, "en" if i % 2 else "zh", "tiny"))
    return rows


def examples(split: str, count: int) -> list[Example]:
    """Translate the name of a place."""
    pairs = list(PLACES.items())
    rows = []
    for i in range(count):
        source, target = pairs[i % 4]
        rows.append(
            Example(
                f"place-{split}-{i:03d}",
                "translation",
                "places",
                split,
                "en-zh",
                {"source": f"{source} {i}"},
                (f"{target}{i}",),
            )
        )
    return rows


def write_data(folder: Path) -> Layout:
    """data/clean, data/tokenizer and data/tokens of the tiny world below `folder`."""
    data = Layout(folder)
    for split, first, last in ("train", 0, 200), ("valid", 200, 220), ("test", 220, 240):
        write_jsonl(data.clean / split / "00000.jsonl", documents(240)[first:last])
    for split, count in ("train", 24), ("valid", 8):
        write_jsonl(data.clean / "examples" / split / "places.jsonl", examples(split, count))
    tokenizer.run(params(), data, data, Reporter())
    encode.run(params(), data, data, Reporter())
    return data


def write_pretrained(folder: Path) -> Layout:
    """The same with data/pretrained."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DVC_ROOT", str(folder))
        data = write_data(folder)
        pretrain.run(params(), data, data, Reporter())
    return data


def model_directory(folder: Path, context_length: int = 128) -> Path:
    """A model directory with random weights and a tokenizer of 300 pieces, below `folder`."""
    lines = ["hello world, this is Rome", "你好，世界。罗马很美。"] * 5
    words = Tokenizer(train(lines, TokenizerConfig(vocab_size=300, character_coverage=1.0)))
    words.save(folder / "tokenizer")
    model = Transformer(ModelConfig(**(PARAMS["model"] | {"context_length": context_length})), words.vocab_size)
    generator = torch.Generator().manual_seed(1)
    with torch.no_grad():
        for _, parameter in sorted(model.named_parameters()):  # all of them, so that greedy answers vary, too
            parameter.normal_(1.0 if parameter.ndim == 1 else 0.0, 0.4, generator=generator)
    (folder / "model").mkdir()
    directory.save(folder / "model", model, folder / "tokenizer")
    return folder / "model"
