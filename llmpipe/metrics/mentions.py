"""Named entities: precision, recall and F1 over all entities of a test set (micro, as conlleval's)."""

from collections import Counter

import numpy as np

from llmpipe.entities import parsed
from llmpipe.metrics.answers import Answers, Floats, Measured, divide


def entity_precision(answers: Answers) -> Measured:
    """Right / named."""
    return _measured(answers, 0)


def entity_recall(answers: Answers) -> Measured:
    """Right / wanted."""
    return _measured(answers, 1)


def entity_f1(answers: Answers) -> Measured:
    """2 · right / (named + wanted)."""
    return _measured(answers, 2)


def mentions_signature(answers: Answers) -> str:
    """An answer has no places: equal names of one type in a sentence are told apart by their number only."""
    return "type and name as written|micro|best-of-references"


def has_entities(answers: Answers) -> bool:
    """Whether any reference names an entity."""
    return any(parsed(reference) for references in answers.references for reference in references)


def _measured(answers: Answers, which: int) -> Measured:
    rows = np.array(
        [
            max((_counts(said, wanted) for wanted in references), key=lambda row: _score(np.array(row), 2))
            for said, references in zip(answers.hypotheses, answers.references, strict=True)
        ],
        np.float64,
    ).reshape(-1, 3)
    values = np.where(rows[:, 1:].sum(axis=1) > 0, _score(rows, which), np.nan)
    return Measured(rows, lambda sums: _score(sums, which), values)


def _counts(said: str, wanted: str) -> tuple[int, int, int]:
    """Right, named and wanted entities of an answer."""
    named, right = Counter(parsed(said)), Counter(parsed(wanted))
    return (named & right).total(), named.total(), right.total()


def _score(sums: Floats, which: int) -> Floats:
    right, named, wanted = sums[..., 0], sums[..., 1], sums[..., 2]
    return divide(*((right, named), (right, wanted), (2 * right, named + wanted))[which])
