"""Classification: accuracy, macro precision, recall and F1, and the share of answers that are no label."""

import unicodedata
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from llmpipe.metrics.answers import Answers, Floats, Measured, divide, mean

UNPARSED = -1
"""The label of an answer that is none."""


def has_labels(answers: Answers) -> bool:
    """Whether the data set has labels."""
    return len(answers.labels) > 0


def parse(answers: Answers) -> tuple[list[str], NDArray[np.int64], NDArray[np.int64]]:
    """
    Labels (those of the data set and of the references, sorted), and the index of each reference and hypothesis.

    A hypothesis is a label when it equals one exactly, or but for case, width and the punctuation around
    it; else `UNPARSED`. With several references, the one that was said counts, or the first.
    """
    labels = sorted({*answers.labels, *(reference for references in answers.references for reference in references)})
    exact = {label: i for i, label in enumerate(labels)}
    loose = {_loose(label): i for label, i in reversed(exact.items())}
    said = [exact.get(hypothesis, loose.get(_loose(hypothesis), UNPARSED)) for hypothesis in answers.hypotheses]
    wanted = [[exact[reference] for reference in references] for references in answers.references]
    chosen = [one if one in several else several[0] for one, several in zip(said, wanted, strict=True)]
    return labels, np.array(chosen, np.int64), np.array(said, np.int64)


def accuracy(answers: Answers) -> Measured:
    """1 when the label is right."""
    _, wanted, said = parse(answers)
    return mean((wanted == said).astype(np.float64))


def unparsed_rate(answers: Answers) -> Measured:
    """Share of answers that are no label."""
    _, _, said = parse(answers)
    return mean((said == UNPARSED).astype(np.float64))


def macro_precision(answers: Answers) -> Measured:
    """Mean over classes of right / predicted, 0 for a class never predicted."""
    return Measured(_counts(answers), lambda sums: _macro(sums, 0), None)


def macro_recall(answers: Answers) -> Measured:
    """Mean over classes of right / wanted."""
    return Measured(_counts(answers), lambda sums: _macro(sums, 1), None)


def macro_f1(answers: Answers) -> Measured:
    """Mean over classes of 2 · right / (predicted + wanted)."""
    return Measured(_counts(answers), lambda sums: _macro(sums, 2), None)


def macro_signature(answers: Answers) -> str:
    """The mean is over the classes of the references; an answer that is no label is wrong, not a class."""
    _, wanted, _ = parse(answers)
    return f"average:macro|classes:{len(np.unique(wanted))} in the references|unparsed:{UNPARSED}"


def accuracy_signature(answers: Answers) -> str:
    """How many labels an answer can be."""
    return f"labels:{len(answers.labels)}|unparsed:{UNPARSED}"


def confusion(answers: Answers) -> dict[str, list[str] | list[list[int]]]:
    """Counts, rows = references, columns = hypotheses; a last label "(unparsed)" when there are such answers."""
    labels, wanted, said = parse(answers)
    if (said == UNPARSED).any():
        labels = [*labels, "(unparsed)"]
    matrix = np.zeros((len(labels), len(labels)), np.int64)
    np.add.at(matrix, (wanted, said), 1)  # index -1 is the last column
    return {"labels": labels, "matrix": matrix.tolist()}


def _counts(answers: Answers) -> Floats:
    """Right, predicted and wanted for each class of the references, one-hot, (n, 3 · classes)."""
    _, wanted, said = parse(answers)
    classes: Sequence[int] | NDArray[np.int64] = np.unique(wanted)
    is_wanted, is_said = wanted[:, None] == classes, said[:, None] == classes
    return np.concatenate([is_wanted & is_said, is_said, is_wanted], axis=1).astype(np.float64)


def _macro(sums: Floats, which: int) -> Floats:
    """Precision, recall or F1, the mean over the classes that occur: in a resample some do not, and are 0."""
    right, predicted, wanted = np.split(sums, 3, axis=-1)
    per_class = divide(*((right, predicted), (right, wanted), (2 * right, predicted + wanted))[which])
    return divide(per_class.sum(axis=-1), (wanted > 0).sum(axis=-1))


def _loose(text: str) -> str:
    folded = unicodedata.normalize("NFKC", text).casefold()
    start, end = 0, len(folded)
    while start < end and unicodedata.category(folded[start])[0] in "PZC":
        start += 1
    while end > start and unicodedata.category(folded[end - 1])[0] in "PZC":
        end -= 1
    return folded[start:end]
