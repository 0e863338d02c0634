"""
When to answer: a rule learnt on valid questions, asked with their support in the base and without it.

Signs that an answer is right (docs/log.md compares them): the passages hold the rare words of the question
(`coverage`), the model finds its own answer likely (`likelihood`), and the answer stands in the passages
(`grounded`). A logistic regression makes one confidence of those in use. The threshold is the confidence that tells
right answers from wrong ones best: Youden's J, the share of right ones given minus the share of wrong ones given.
"""

from collections.abc import Sequence
from dataclasses import astuple, dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

INVERSE_PENALTY = 10.0  # of the regression: a hundred questions and three signs need little
DIGITS = 6
TEXTS = {
    "en": "I found nothing that answers this.",
    "zh": "没有找到可以回答这个问题的内容。",
    "fr": "Je n'ai rien trouvé qui réponde à cette question.",
}


class Signs(NamedTuple):
    """
    What speaks for an answer.

    Args:
        coverage: Share of the question's rare words that the passages hold, 0..1; 0 when nothing was found.
        likelihood: Geometric mean of the probabilities of the answer's tokens, 0..1.
        grounded: Whether the answer stands in the passages.
    """

    coverage: float
    likelihood: float
    grounded: bool


@dataclass(frozen=True)
class Rule:
    """
    Answer when the confidence is at least `threshold`; the first three are the weights of the signs.

    Args:
        coverage: A weight; 0 for a sign that is not in use.
        likelihood: A weight.
        grounded: A weight.
        bias: Added to the weighted signs.
        threshold: Least confidence of an answer, 0..1.
    """

    coverage: float
    likelihood: float
    grounded: float
    bias: float
    threshold: float

    def confidence(self, signs: Signs) -> float:
        """
        Estimated probability that an answer is right, 0..1; 0 without a passage.

        As if right and wrong answers were equally frequent: the regression weighs them so.
        """
        if signs.coverage == 0:
            return 0.0
        logit = float(np.dot(astuple(self)[:3], signs)) + self.bias
        return round(float(1 / (1 + np.exp(-logit))), DIGITS)

    def answers(self, signs: Signs) -> bool:
        """Whether to answer; never without a passage."""
        return signs.coverage > 0 and self.confidence(signs) >= self.threshold


def fit(signs: Sequence[Signs], right: Sequence[bool], use: Sequence[str]) -> Rule | None:
    """
    The rule for answers that are known to be right or wrong; None when all are alike.

    Args:
        signs: Of each answer.
        right: Whether it is.
        use: Fields of `Signs`.
    """
    wanted = np.asarray(right, bool)
    if wanted.all() or not wanted.any():
        return None
    columns = [Signs._fields.index(name) for name in use]
    from sklearn.linear_model import LogisticRegression  # only here: a second, which fine-tuning need not wait

    model = LogisticRegression(class_weight="balanced", C=INVERSE_PENALTY)
    model.fit(np.asarray(signs, np.float64)[:, columns], wanted)
    found: dict[str, Any] = {name: round(float(w), DIGITS) for name, w in zip(use, model.coef_[0], strict=True)}
    found = dict.fromkeys(Signs._fields, 0.0) | found | {"bias": round(float(model.intercept_[0]), DIGITS)}
    confidences = np.array([Rule(**found, threshold=0.0).confidence(sign) for sign in signs])
    return Rule(**found, threshold=best_threshold(confidences, wanted))


def best_threshold(confidences: NDArray[np.float64], right: NDArray[np.bool_]) -> float:
    """The least confidence of an answer with the largest J; the higher one of two that are equal."""
    candidates = np.unique(confidences)
    gains = [round((confidences[right] >= c).mean() - (confidences[~right] >= c).mean(), 9) for c in candidates]
    return float(candidates[max(range(len(candidates)), key=lambda i: (gains[i], i))])


def text(language: str) -> str:
    """The words of a refusal; English for languages without any."""
    return TEXTS.get(language, TEXTS["en"])


def is_refusal(said: str) -> bool:
    """Whether an answer is one of these refusals: a model that was tuned to refuse says so itself."""
    return said.strip() in TEXTS.values()
