"""The report's answer to "does pretraining help?": scores against labelled examples, with and without it."""

from collections.abc import Mapping, Sequence
from typing import Any

from llmpipe.pages import numbers, plots
from llmpipe.pages.blocks import Block, Items, Table, Text
from llmpipe.pages.results import Results, outcome

PRETRAINED, ALONE = "pretrained", "alone"
ARMS = {  # name -> in words
    "pretrained": "documents first, then the examples",
    "joint": "the same documents and examples in the same shares, mixed from the first step",
    "alone": "the examples only, for the whole time",
}


def transfer(results: Results) -> list[Block]:
    """All of it, or how to get it when this run did not measure it."""
    if not results.transfer:
        return [
            Text(
                "This run did not measure it. With `transfer.labels: [100, 300, 1500]` in params.yaml, `dvc repro` "
                "trains with and without pretraining at equal time, on more and fewer labelled examples."
            )
        ]
    arms = [arm for arm in ARMS if any(row.arm == arm for row in results.transfer)]
    seeds = sorted({row.seed for row in results.transfer})
    return [
        Text(
            "The same model, the same number of training tokens, the same test examples; what differs is when and "
            "whether the model reads the documents, and how many labelled examples a data set has. "
            f"{'One seed' if len(seeds) == 1 else f'{len(seeds)} seeds'}."
        ),
        Items([f"**{arm}**: {ARMS[arm]}" for arm in arms]),
        Items(verdicts(results)),
        *[plots.transfer(results, arms, test_set) for test_set in results.test_sets],
        table(results, arms),
    ]


def verdict(results: Results) -> str:
    """Pretraining against training on the examples alone, over all numbers of labels; "" when it was not measured."""
    against_alone = [c for c in results.transfer_comparisons if c["other"] == ALONE]
    if not against_alone:
        return ""
    labels = ", ".join(f"{number:,}" for number in sorted({c["labels"] for c in against_alone}))
    return (
        f"**Pretraining** (the same training time, {labels} labels a data set): against training on the examples "
        f"alone {counted(against_alone)}."
    )


def verdicts(results: Results) -> list[str]:
    """For each number of labels and each other arm: comparisons won, lost and open, after Holm's correction."""
    return [
        f"**{labels:,} labels, {PRETRAINED} against {other}:** {counted(here)}."
        for labels in sorted({row.labels for row in results.transfer})
        for other in (arm for arm in ARMS if arm != PRETRAINED)
        if (here := [c for c in results.transfer_comparisons if (c["labels"], c["other"]) == (labels, other)])
    ]


def counted(comparisons: Sequence[Mapping[str, Any]]) -> str:
    """`better in 10 of 24 comparisons, worse in 1, not shown to differ in 13`."""
    outcomes = [outcome(comparison) for comparison in comparisons]
    won, lost = outcomes.count("better"), outcomes.count("worse")
    return (
        f"better in {won} of {len(outcomes)} comparisons, worse in {lost}, "
        f"not shown to differ in {len(outcomes) - won - lost}"
    )


def table(results: Results, arms: Sequence[str]) -> Table:
    """A row a data set and arm, a column a number of labels, a cell the test sets; means over seeds."""
    columns = sorted({row.labels for row in results.transfer})
    rows = []
    for dataset in dict.fromkeys(row.dataset for row in results.transfer):
        metric = next(row.score.name for row in results.transfer if row.dataset == dataset)
        for arm in arms:
            cells = [
                " / ".join(mean(results, dataset, test_set, arm, labels) for test_set in results.test_sets)
                for labels in columns
            ]
            rows.append([dataset, numbers.name(metric), arm, *cells])
    sets = " / ".join(results.test_sets)
    return Table(["data set", "metric", "arm", *(f"{labels:,} labels ({sets})" for labels in columns)], rows)


def mean(results: Results, dataset: str, test_set: str, arm: str, labels: int) -> str:
    """One score, averaged over seeds."""
    wanted = (dataset, test_set, arm, labels)
    scores = [r.score for r in results.transfer if (r.dataset, r.test_set, r.arm, r.labels) == wanted]
    if not scores:
        return "–"
    average = sum(score.value for score in scores) / len(scores)
    return f"{average:.{numbers.DIGITS.get(scores[0].unit, 3)}f}"
