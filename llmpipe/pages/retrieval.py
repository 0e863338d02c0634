"""What the report says about questions answered from a knowledge base, and about those that are refused."""

from collections.abc import Mapping, Sequence
from typing import Any

from llmpipe.pages import numbers
from llmpipe.pages.blocks import Block, Heading, Table, Text
from llmpipe.pages.results import CLOSED, OVERALL, RETRIEVAL, SIGNIFICANT, TUNED, Results
from llmpipe.records import Score

ANSWERERS = {  # model: (of recall, of reading)
    TUNED: ("from memory", "passage given"),
    CLOSED: ("", "passage withheld"),
    RETRIEVAL: ("passage found", "passage found"),
}
REFUSAL = {
    "answered": "answered",
    "right_of_answered": "right, of the answered",
    "right_of_all": "right, of all without refusal",
    "refused_supported": "refused though supported",
    "refused_unsupported": "refused, support removed",
    "aurc": "risk over coverage (AURC)",
    "risk": "risk without refusal",
}


def retrieval(results: Results) -> list[Block]:
    """The section; nothing when the evaluation had no such questions."""
    rows = results.retrieval.get("scores", [])
    if not rows:
        return []
    return [
        Heading(2, "Answers from a knowledge base"),
        Text(
            "BM25 looks for passages, the tuned model reads the best and answers. Questions of `recall` search the "
            "training documents; a passage supports when it holds a reference answer. Questions of `reading` search "
            "the passages of all splits for the one they were asked about, which is withheld."
        ),
        found(rows),
        Heading(3, "With and without retrieval"),
        *answered(results),
        Heading(3, "Refusal"),
        *refused(rows),
    ]


def found(rows: Sequence[Mapping[str, Any]]) -> Table:
    """Recall at each k and MRR, by language."""
    names = [name for name in dict.fromkeys(row["name"] for row in rows) if "@" in name or name == "mrr"]
    return Table(["data set", "test set", "language", *names, "questions"], _lines(rows, names, count=True))


def answered(results: Results) -> list[Block]:
    """Headline scores of each answerer, and the paired tests."""
    compared = results.retrieval["comparisons"]
    places = list(dict.fromkeys((row["dataset"], row["test_set"], row["metric"]) for row in compared))
    lines = []
    for dataset, test_set, metric in places:
        reading = results.find(CLOSED, dataset, test_set, metric) is not None
        for model, names in ANSWERERS.items():
            score = results.find(model, dataset, test_set, metric)
            if score is None:
                continue
            test = next(
                (c for c in compared if (c["dataset"], c["test_set"], c["other"]) == (dataset, test_set, model)), None
            )
            lines.append([dataset, test_set, names[reading], numbers.interval(score), _difference(test)])
    return [
        Text("Differences are those of `passage found` minus the row, tested in pairs and corrected after Holm."),
        Table(["data set", "test set", "answered", "score", "difference"], lines),
    ]


def _difference(test: Mapping[str, Any] | None) -> str:
    if test is None:
        return "–"
    sure = "" if test["p_holm"] < SIGNIFICANT else ", not shown to differ"
    p = numbers.p_value(test["p_holm"]).replace("<", "< ")
    sign = "" if p.startswith("<") else "= "
    return f"{test['difference']:+.2f} [{test['low']:+.2f}, {test['high']:+.2f}], p {sign}{p}{sure}"


def refused(rows: Sequence[Mapping[str, Any]]) -> list[Block]:
    """Coverage, accuracy of what is answered, and refusals where they are wanted and where not."""
    names = [name for name in REFUSAL if any(row["name"] == name for row in rows)]
    if not names:
        return [Text("No rule was learnt: valid has no questions, or their answers are all right or all wrong.")]
    header = ["data set", "test set", "language", *(REFUSAL[name] for name in names)]
    return [
        Text(
            "The rule was learnt on valid. Each question is asked twice: of the whole base, and when every passage "
            "that supports an answer has been taken out, so that it must be refused. Less risk is better."
        ),
        Table(header, _lines(rows, names)),
    ]


def _lines(rows: Sequence[Mapping[str, Any]], names: Sequence[str], *, count: bool = False) -> list[list[str]]:
    """A line for each data set, test set and language."""
    grouped: dict[tuple[str, str, str], dict[str, Score]] = {}
    for row in rows:
        score = Score(**{field: row[field] for field in Score.__slots__})
        grouped.setdefault((row["dataset"], row["test_set"], row["language"]), {})[row["name"]] = score
    return [
        [
            dataset,
            test_set,
            language,
            *(numbers.interval(scores.get(name)) for name in names),
            *([f"{next(iter(scores.values())).n:,}"] if count else []),
        ]
        for (dataset, test_set, language), scores in sorted(
            grouped.items(), key=lambda item: (*item[0][:2], item[0][2] != OVERALL, item[0][2])
        )
    ]
