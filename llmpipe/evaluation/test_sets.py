"""The examples that models are judged on, and the training examples that they have seen."""

import hashlib
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from llmpipe import tasks
from llmpipe.errors import DataError
from llmpipe.files import Layout, read_jsonl, shards
from llmpipe.listing import first_few
from llmpipe.metrics import Answers
from llmpipe.records import Example
from llmpipe.tasks import TASKS

ALL = "all"  # the row of the mean over data sets, and of all languages
LANGUAGE_MODEL = "language_model"
CHECKS = "checks"
VALID = "valid"
RETRIEVED = "retrieval"
ABSTENTION = "abstention"
RESERVED = (
    ALL,
    LANGUAGE_MODEL,
    CHECKS,
    RETRIEVED,
    ABSTENTION,
)  # keys beside the data sets in data/metrics/evaluate.json


@dataclass(frozen=True)
class TestSet:
    """Examples of one data set under one name ("T1"), and what answers to them are judged by."""

    dataset: str
    name: str
    examples: Sequence[Example]
    labels: Sequence[str]

    @property
    def task(self) -> tasks.Task:
        """Of all its examples."""
        return TASKS[self.examples[0].task]

    def file(self, model: str) -> str:
        """Name of one model's file."""
        return f"{model}.{self.dataset}.{self.name}.jsonl"

    def answers(self, hypotheses: Sequence[str]) -> Answers:
        """Hypotheses with all that metrics need."""
        return Answers(
            hypotheses=hypotheses,
            references=[example.references for example in self.examples],
            languages=[tasks.target_language(example.language) for example in self.examples],
            slots=[example.inputs.get("slots") or {} for example in self.examples],
            labels=self.labels,
        )


def read_train(data: Layout, limit: int | None = None) -> dict[str, list[Example]]:
    """
    Training examples by data set; with a limit, the first ones of each: those that the tuned model has seen.

    Raises:
        DataError: An example is malformed.
    """
    train = {path.stem: list(read_jsonl(path, Example))[:limit] for path in shards(data.clean / "examples" / "train")}
    for examples in train.values():
        for example in examples:
            tasks.check(example)
    return train


def read_valid(data: Layout, dataset: str) -> list[Example]:
    """
    The validation examples of one data set; none where it has none.

    Raises:
        DataError: An example is malformed.
    """
    path = data.clean / "examples" / VALID / f"{dataset}.jsonl"
    examples = list(read_jsonl(path, Example)) if path.exists() else []
    for example in examples:
        tasks.check(example)
    return examples


def read_test_sets(data: Layout, train: Mapping[str, Sequence[Example]], limit: int | None) -> list[TestSet]:
    """
    All test sets, by data set and name.

    Raises:
        DataError: An example is malformed, a name cannot be used, or a data set has no training example.
    """
    found: list[TestSet] = []
    for path in shards(data.clean / "examples" / "test"):
        by_set: dict[str, list[Example]] = {}
        for example in read_jsonl(path, Example):
            tasks.check(example)
            by_set.setdefault(example.split, []).append(example)
        known = train.get(path.stem, [])
        if not known:
            raise DataError(
                f"data set '{path.stem}' has test examples but no training example; "
                f"add some, or remove it from ingest.sources."
            )
        for name in sorted(by_set):
            check_names(path.stem, name)
            found.append(TestSet(path.stem, name, sample(by_set[name], limit), labels_of(known)))
    return found


def labels_of(train: Sequence[Example]) -> list[str]:
    """All labels of a data set of classification, sorted; of another none."""
    return sorted({example.references[0] for example in train}) if train[0].task == "classification" else []


def unseen_labels(test_sets: Sequence[TestSet], unanswerable: Collection[str]) -> list[dict[str, Any]]:
    """
    Test sets with labels that no training example has, which no model has been told of.

    Args:
        test_sets: Of all data sets.
        unanswerable: Labels that are no answer, so that they need no training example.

    Returns:
        {"dataset", "test_set", "items" with such a label, "labels", "message"}, a row a test set.
    """
    rows = []
    for test_set in (test_set for test_set in test_sets if test_set.labels):
        known = {*test_set.labels, *unanswerable}
        unseen = [e.references[0] for e in test_set.examples if known.isdisjoint(e.references)]
        if not unseen:
            continue
        labels = sorted(set(unseen))
        shown = first_few([f"'{label}'" for label in labels])
        message = (
            f"{test_set.dataset}/{test_set.name}: {len(unseen)} of {len(test_set.examples)} items have a label that no "
            f"training example has ({shown}), so no model can know it; add training examples, or name the "
            f"label in evaluate.abstention.unanswerable."
        )
        where = {"dataset": test_set.dataset, "test_set": test_set.name}
        rows.append({**where, "items": len(unseen), "labels": labels, "message": message})
    return rows


def check_names(dataset: str, test_set: str) -> None:
    """
    Names become file names and keys of the metrics file.

    Raises:
        DataError: A name holds something else than letters, digits, "-" and "_", or is one of ours.
    """
    for kind, name in (("data set", dataset), ("test set", test_set)):
        if not re.fullmatch(r"[\w-]+", name) or (kind == "data set" and name in RESERVED):
            raise DataError(
                f"{kind} '{name}' cannot be named so; use letters, digits, '-' and '_', and not {', '.join(RESERVED)}."
            )


def sample(examples: Sequence[Example], limit: int | None) -> list[Example]:
    """All, or `limit` of them by hash of their ids, in the order of the file."""
    if limit is None or len(examples) <= limit:
        return list(examples)
    chosen = sorted(range(len(examples)), key=lambda i: hashlib.sha256(examples[i].id.encode()).digest())[:limit]
    return [examples[i] for i in sorted(chosen)]


def check_contamination(train: Mapping[str, Sequence[Example]], test_sets: Sequence[TestSet]) -> None:
    """
    No test prompt may be a training prompt.

    Raises:
        DataError: One is.
    """
    known = {prompt_text(example) for examples in train.values() for example in examples}
    leaked = [example for test_set in test_sets for example in test_set.examples if prompt_text(example) in known]
    if leaked:
        first = leaked[0]
        raise DataError(
            f"{len(leaked)} test prompt(s) also occur among the training prompts, the first is '{first.id}' of "
            f"{first.dataset}/{first.split}; run `clean` again, which removes such training examples."
        )


def prompt_text(example: Example) -> str:
    """The prompt as people read it: the text, or the turns of a dialogue."""
    messages = tasks.messages(example)
    return messages[0][1] if len(messages) == 1 else "\n".join(f"{role}: {text}" for role, text in messages)
