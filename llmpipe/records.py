"""
What travels between stages, and its on-disk form (one JSON object per line). No behaviour.

A document becomes tokens; an example becomes a prompt and references; a model turns a prompt into a
hypothesis; a prediction is on disk before any metric reads it; a score is a value with its interval.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

SPLITS = ("train", "valid", "test")


@dataclass(frozen=True, slots=True)
class Document:
    """
    A piece of raw or cleaned text.

    `language` is an ISO 639-1 code ("en", "zh", "fr"), or "" when not known yet. `source` names the
    entry of `ingest.sources` (or the stream of the sample world) it came from. `labels` are facts
    about the document that no stage before evaluation may read.
    """

    id: str
    text: str
    language: str = ""
    source: str = ""
    labels: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Example:
    """
    A task instance.

    `task` is a key of `llmpipe.tasks.TASKS`; `dataset` is the row it is reported under (several
    data sets may share a task: intent and sentiment are both `classification`). `split` is "train",
    "valid" or the name of a test set ("T1"). `inputs` are the named parts that the task turns into a
    prompt (its file lists them); `references` are the correct outputs, at least one.
    `language` is that of the text, "en-zh" for a pair. `labels` serve slices of the evaluation and folds only.
    """

    id: str
    task: str
    dataset: str
    split: str
    language: str
    inputs: Mapping[str, Any]
    references: tuple[str, ...]
    labels: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Prediction:
    """What a model said to one example. `model` is "finetuned", "pretrained" or the name of a baseline."""

    id: str
    model: str
    dataset: str
    test_set: str
    prompt: str
    hypothesis: str
    references: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Score:
    """
    A number one can defend.

    Args:
        name: Metric name ("bleu", "exact_match", "bits_per_byte").
        value: The score; ratios are in 0..1, BLEU and chrF in 0..100.
        low: Lower end of the 95 % interval.
        high: Upper end of the 95 % interval.
        unit: "ratio", "points" or "bits/byte".
        signature: How it was computed, with library versions.
        n: Number of examples (documents for bits_per_byte).
    """

    name: str
    value: float
    low: float
    high: float
    unit: str
    signature: str
    n: int
