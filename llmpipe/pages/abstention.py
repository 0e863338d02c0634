"""What the report says of labels scored by likelihood: are the probabilities honest, and what is left unanswered."""

from collections.abc import Mapping
from typing import Any

from llmpipe.pages import numbers
from llmpipe.pages.blocks import Block, Heading, Table, Text
from llmpipe.pages.results import Results
from llmpipe.records import Score

CALIBRATION = {  # name of a score -> heading
    "accuracy": "accuracy",
    "nats_unscaled": "nats, unscaled",
    "nats": "nats",
    "calibration_error_unscaled": "calibration error, unscaled",
    "calibration_error": "calibration error",
    "aurc": "AURC",
}
ANSWERED = {
    "coverage": "answered",
    "answered_accuracy": "right of these",
    "in_scope_coverage": "answered, in scope",
    "refused": "refused, out of scope",
    "auroc": "AUROC, in or out of scope",
}


def abstention(results: Results) -> list[Block]:
    """Two tables for a run that scored labels, nothing for others."""
    found: dict[tuple[str, str], dict[str, Score]] = {}
    for row in results.abstention["scores"]:
        score = Score(**{key: value for key, value in row.items() if key not in ("dataset", "test_set")})
        found.setdefault((row["dataset"], row["test_set"]), {})[score.name] = score
    if not found:
        return []
    return [
        Heading(2, "Classification by scoring labels"),
        Text(
            "Beside the generated answers: how likely the model finds each label as the answer, as probabilities among "
            "the labels. A temperature, fitted on valid like the threshold, is to make these honest; whether it did, "
            "the columns with and without it (unscaled) say. Calibration error: how far the mean confidence is from "
            "the share of right answers, over bins of confidence. AURC: share of wrong answers among the most "
            "confident ones, mean over all coverages. Less is better for all but accuracy."
            + _outside(results.abstention["datasets"])
        ),
        _table(found, CALIBRATION),
        Text(
            "Where no probability of an answer reaches the threshold, the model does not answer; an item out of scope "
            "has no right answer. "
            + " ".join(_fitted(name, fitted) for name, fitted in sorted(results.abstention["datasets"].items()))
        ),
        _table(found, ANSWERED),
    ]


def _table(found: Mapping[tuple[str, str], Mapping[str, Score]], columns: Mapping[str, str]) -> Table:
    shown = {name: title for name, title in columns.items() if any(name in scores for scores in found.values())}
    rows = [[*where, *(numbers.interval(scores.get(name)) for name in shown)] for where, scores in found.items()]
    return Table(["data set", "test set", *shown.values()], rows)


def _outside(datasets: Mapping[str, Mapping[str, Any]]) -> str:
    """What accuracy counts where some labels are no answer."""
    named = [name for name, fitted in sorted(datasets.items()) if fitted["unanswerable"]]
    return f" Items out of scope count as wrong in the accuracy of {', '.join(named)}." if named else ""


def _fitted(name: str, fitted: Mapping[str, Any]) -> str:
    threshold = fitted["threshold"]
    said = "no threshold reaches the target" if threshold is None else f"threshold {threshold:.3f}"
    return f"{name}: temperature {fitted['temperature']:.3g}, {said} (valid: {fitted['valid']:,} items)."
