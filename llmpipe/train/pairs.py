"""Preference pairs from files: JSON lines of {prompt, chosen, rejected}, split by hash and turned into tokens."""

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from llmpipe.errors import DataError
from llmpipe.tokenizer import AnyTokenizer
from llmpipe.train.batches import ExampleSequences

Messages = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Pair:
    """What was asked (messages), and two answers of which people liked `chosen`."""

    prompt: Messages
    chosen: str
    rejected: str

    def is_valid(self, ratio: float) -> bool:
        """Whether this pair is held out: by hash of the prompt, so that all pairs of a prompt are."""
        found = hashlib.sha256(json.dumps(self.prompt).encode()).digest()[:8]
        return int.from_bytes(found, "big") < ratio * 2**64


def read(path: Path) -> list[Pair]:
    """
    The pairs of a .jsonl file, or of all of a folder.

    Raises:
        DataError: There is none, or a line holds no pair.
    """
    paths = sorted(path.glob("*.jsonl")) if path.is_dir() else [path]
    pairs = [pair for file in paths for pair in _lines(file)]
    if not pairs:
        raise DataError(f"{path} holds no pairs; give .jsonl files whose lines have prompt, chosen and rejected.")
    return pairs


def _lines(path: Path) -> Iterator[Pair]:
    with path.open(encoding="utf-8", newline="\n") as stream:
        for number, line in enumerate(stream, start=1):
            try:
                value = json.loads(line)
                pair = Pair(_messages(value["prompt"]), value["chosen"], value["rejected"])
            except (ValueError, TypeError, KeyError) as error:
                raise DataError(f"{path}, line {number} holds no pair ({error!r}); correct it.") from None
            if not all(isinstance(text, str) and text.strip() for text in (pair.chosen, pair.rejected)):
                raise DataError(f"{path}, line {number} has an answer that is no text; correct it.")
            yield pair


def _messages(prompt: Any) -> Messages:
    """`"Hi"` -> the user's; or a list of {role, content}."""
    if isinstance(prompt, str):
        return (("user", prompt),)
    return tuple((message["role"], message["content"]) for message in prompt)


def encode(pairs: Sequence[Pair], tokenizer: AnyTokenizer, context_length: int) -> tuple[ExampleSequences, int]:
    """Chosen, rejected, chosen, rejected, ..., and how many pairs were dropped because one of them does not fit."""
    kept: list[tuple[list[int], list[int]]] = []
    for pair in pairs:
        prompt = tokenizer.prompt(pair.prompt)
        answers = [tokenizer.completion(text) for text in (pair.chosen, pair.rejected)]
        if len(prompt) + max(map(len, answers)) <= context_length + 1:
            kept += [(prompt, answer) for answer in answers]
    return ExampleSequences(kept), len(pairs) - len(kept) // 2
