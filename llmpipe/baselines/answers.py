"""Answers of models that the stage `baselines` trains, on disk: MODEL.jsonl, a line a test example."""

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from llmpipe.files import read_jsonl, write_jsonl

Key = tuple[str, str, str]
"""Data set, test set and id of an example."""


def write(folder: Path, model: str, said: Iterable[tuple[Key, str]]) -> None:
    """One model's answers."""
    rows = (
        {"dataset": dataset, "test_set": test_set, "id": name, "hypothesis": hypothesis}
        for (dataset, test_set, name), hypothesis in said
    )
    write_jsonl(folder / f"{model}.jsonl", rows)


def read(folder: Path) -> Iterator[tuple[str, Mapping[Key, str]]]:
    """Each model with its answers; none when the folder is not there."""
    for path in sorted(folder.glob("*.jsonl")):
        yield path.stem, {(row["dataset"], row["test_set"], row["id"]): row["hypothesis"] for row in read_jsonl(path)}
