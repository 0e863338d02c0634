"""The result in a few lines, for the console."""

import unicodedata
from collections.abc import Sequence

from llmpipe.files import Layout
from llmpipe.pages import content, numbers
from llmpipe.pages.results import TUNED, Results, load


def summary(out: Layout) -> str:
    """
    The headline table and the verdicts of the results below `out`, as plain text of a few lines.

    Raises:
        DataError: The pipeline has not run there.
    """
    return summarize(load(out))


def summarize(results: Results) -> str:
    """The same for results that are at hand."""
    rows = [["data set", "metric", *results.test_sets, "against the best baseline"]]
    for dataset in results.datasets:
        metric = results.metrics_of(dataset)[0]
        cells = [numbers.interval(results.find(TUNED, dataset, test_set, metric)) for test_set in results.test_sets]
        rows.append([dataset, numbers.name(metric), *cells, content.against_best(results, dataset)])
    lines = [line.replace("**", "") for line in content.verdicts(results)]
    return "\n".join(
        [*aligned(rows), "", *lines, "Intervals are 95 %. + better, − worse, = not shown to differ (Holm, p < 0.05)."]
    )


def aligned(rows: Sequence[Sequence[str]]) -> list[str]:
    """Rows with their columns below each other, a rule under the first."""
    widths = [max(_width(row[column]) for row in rows) for column in range(len(rows[0]))]
    lines = [
        "  ".join(cell + " " * (width - _width(cell)) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    ]
    return [lines[0], "  ".join("-" * width for width in widths), *lines[1:]]


def _width(text: str) -> int:
    """Columns on a terminal: Han characters take two."""
    return sum(2 if unicodedata.east_asian_width(character) in "WF" else 1 for character in text)
