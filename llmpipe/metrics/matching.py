"""Right or wrong, or partly right: exact match, F1, derivatives, dialogue slots."""

from collections.abc import Callable, Sequence

import numpy as np

from llmpipe.metrics import polynomial
from llmpipe.metrics.answers import Answers, Measured, mean, ratio_of_sums
from llmpipe.metrics.text import bag, contains, normalize, variants


def exact_match(answers: Answers) -> Measured:
    """1 when the normalised hypothesis equals a normalised reference."""
    return _best_reference(
        answers, lambda said, wanted, language: normalize(said, language) == normalize(wanted, language)
    )


def is_right(hypothesis: str, references: Sequence[str], language: str) -> bool:
    """Exact match of one answer."""
    return normalize(hypothesis, language) in {normalize(reference, language) for reference in references}


def f1(answers: Answers) -> Measured:
    """F1 of the bags of tokens of hypothesis and reference (SQuAD), the best over references."""
    return _best_reference(answers, token_f1)


def token_f1(hypothesis: str, reference: str, language: str) -> float:
    """2 · shared / (tokens of both)."""
    said, wanted = bag(hypothesis, language), bag(reference, language)
    return 2 * (said & wanted).total() / (said.total() + wanted.total())


def normalized_signature(answers: Answers) -> str:
    """Which normalisation."""
    return f"norm:{variants(answers.languages)}|empty:casefold|best-of-references"


def derivative_exact(answers: Answers) -> Measured:
    """1 when the answer is the same polynomial as a reference, however it is written."""
    return _best_reference(answers, lambda said, wanted, language: polynomial.equal(said, wanted))


def derivative_signature(answers: Answers) -> str:
    """Strings are never compared."""
    return "equal polynomials|exact fractions|after the last '=' or ':'"


def has_slots(answers: Answers) -> bool:
    """Whether any example says which values its answer must mention."""
    return any(answers.slots)


def slots_signature(answers: Answers) -> str:
    """A value is mentioned when its tokens appear side by side."""
    return "slot values in the reply|tok:unichar"


def joint_accuracy(answers: Answers) -> Measured:
    """1 when the answer mentions all slot values; examples without slots do not count."""
    right, total = _slots(answers).T
    return mean((right == total).astype(np.float64), (total > 0).astype(np.float64))


def slot_accuracy(answers: Answers) -> Measured:
    """Share of slot values that are mentioned, over all slots of all examples."""
    rows = _slots(answers)
    return Measured(rows, ratio_of_sums, np.where(rows[:, 1] > 0, ratio_of_sums(rows), np.nan))


def _slots(answers: Answers) -> np.ndarray:
    """Mentioned and wanted slots of each example, (n, 2)."""
    rows = np.zeros((len(answers.hypotheses), 2))
    for i, hypothesis in enumerate(answers.hypotheses):
        values = [str(value) for value in answers.slots_of(i).values()]
        rows[i] = sum(contains(hypothesis, value) for value in values), len(values)
    return rows


def _best_reference(answers: Answers, compare: Callable[[str, str, str], float]) -> Measured:
    examples = zip(answers.hypotheses, answers.references, answers.languages, strict=True)
    best = [max(compare(said, wanted, language) for wanted in references) for said, references, language in examples]
    return mean(np.array(best, np.float64))
