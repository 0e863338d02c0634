"""
Predictions -> scores: one table of metrics.

Each metric turns answers into sufficient statistics, so that a score, its interval and a paired test all
come from the same numbers. Before it is believed, a metric must give its best value for the references
themselves (`identity`): ROUGE with its default tokenizer gives 0 for two identical Chinese texts.
"""

import math

from llmpipe.metrics import labels, language_model, matching, mentions, overlap, results, statistics
from llmpipe.metrics.answers import Answers, Floats, Measured, Metric
from llmpipe.metrics.results import Result

__all__ = [
    "METRICS",
    "Answers",
    "Floats",
    "Measured",
    "Metric",
    "Result",
    "identity",
    "labels",
    "language_model",
    "results",
    "statistics",
]

METRICS: dict[str, Metric] = {
    "bleu": Metric("points", 100.0, "bootstrap", overlap.bleu, overlap.bleu_signature),
    "chrf": Metric("points", 100.0, "bootstrap", overlap.chrf, overlap.chrf_signature),
    "rouge1": Metric("ratio", 1.0, "bootstrap", overlap.rouge1, overlap.rouge_signature),
    "rouge2": Metric("ratio", 1.0, "bootstrap", overlap.rouge2, overlap.rouge_signature),
    "rougeL": Metric("ratio", 1.0, "bootstrap", overlap.rouge_l, overlap.rouge_signature),
    "exact_match": Metric("ratio", 1.0, "wilson", matching.exact_match, matching.normalized_signature),
    "f1": Metric("ratio", 1.0, "bootstrap", matching.f1, matching.normalized_signature),
    "derivative_exact": Metric("ratio", 1.0, "wilson", matching.derivative_exact, matching.derivative_signature),
    "joint_accuracy": Metric(
        "ratio", 1.0, "wilson", matching.joint_accuracy, matching.slots_signature, matching.has_slots
    ),
    "slot_accuracy": Metric(
        "ratio", 1.0, "bootstrap", matching.slot_accuracy, matching.slots_signature, matching.has_slots
    ),
    "entity_f1": Metric(
        "ratio", 1.0, "bootstrap", mentions.entity_f1, mentions.mentions_signature, mentions.has_entities
    ),
    "entity_precision": Metric(
        "ratio", 1.0, "bootstrap", mentions.entity_precision, mentions.mentions_signature, mentions.has_entities
    ),
    "entity_recall": Metric(
        "ratio", 1.0, "bootstrap", mentions.entity_recall, mentions.mentions_signature, mentions.has_entities
    ),
    "accuracy": Metric("ratio", 1.0, "wilson", labels.accuracy, labels.accuracy_signature, labels.has_labels),
    "macro_precision": Metric(
        "ratio", 1.0, "bootstrap", labels.macro_precision, labels.macro_signature, labels.has_labels
    ),
    "macro_recall": Metric("ratio", 1.0, "bootstrap", labels.macro_recall, labels.macro_signature, labels.has_labels),
    "macro_f1": Metric("ratio", 1.0, "bootstrap", labels.macro_f1, labels.macro_signature, labels.has_labels),
    "unparsed_rate": Metric("ratio", 0.0, "wilson", labels.unparsed_rate, labels.accuracy_signature, labels.has_labels),
}


def identity(name: str, answers: Answers) -> float | None:
    """What the references score against themselves when that is not the metric's best value, else None."""
    measured = METRICS[name].measure(answers.perfect())
    value = float(measured.combine(measured.rows.sum(axis=0)))
    return None if math.isclose(value, METRICS[name].best, rel_tol=1e-9, abs_tol=1e-9) else value
