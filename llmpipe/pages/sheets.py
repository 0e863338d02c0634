"""Tables as CSV: for spreadsheets and programs, and for MLflow, which shows them as tables."""

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from llmpipe.pages.results import Results


def scores(results: Results) -> list[dict[str, Any]]:
    """All scores of all models, a row each."""
    return [
        {"model": row.model, "dataset": row.dataset, "test_set": row.test_set, **asdict(row.score)}
        for row in results.rows
    ]


def to_csv(rows: Sequence[Mapping[str, Any]]) -> str:
    """Rows with the same keys, under a line of these; nothing without a row."""
    text = io.StringIO()
    if rows:
        writer = csv.DictWriter(text, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    return text.getvalue()
