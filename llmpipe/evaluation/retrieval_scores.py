"""
The numbers of retrieval and of refusal, from the records of `evaluation/retrieval.py`; no model is needed.

The rule that refuses is learnt on the questions of valid, each asked with the whole base and without its support,
and judged on the test sets.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from llmpipe.evaluation.predict import TUNED
from llmpipe.evaluation.retrieval import CLOSED, RETRIEVAL
from llmpipe.evaluation.test_sets import ALL, VALID, TestSet
from llmpipe.files import read_jsonl, write_json
from llmpipe.metrics import METRICS, Result, results, statistics
from llmpipe.metrics.matching import is_right
from llmpipe.metrics.ranking import recall_at, reciprocal_rank
from llmpipe.metrics.refusal import aurc_score, rate
from llmpipe.records import Score
from llmpipe.retrieval.refusal import Rule, Signs, fit, is_refusal
from llmpipe.sections.evaluate import EvaluateConfig
from llmpipe.tasks import target_language

Found = Mapping[tuple[str, str], Mapping[str, Mapping[str, Result]]]  # (data set, test set) -> metric -> model


@dataclass(frozen=True)
class Case:
    """
    A question asked of one base.

    Args:
        language: Of the question.
        signs: What speaks for the answer.
        supported: Whether a passage that was shown supports an answer.
        right: Whether the answer is.
        refused: Whether the model itself refused instead of answering.
    """

    language: str
    signs: Signs
    supported: bool
    right: bool
    refused: bool

    def confidence(self, rule: Rule) -> float:
        """That the answer is right, 0..1; 0 for a refusal."""
        return 0.0 if self.refused else rule.confidence(self.signs)

    def answers(self, rule: Rule) -> bool:
        """Whether there is an answer and the rule lets it pass."""
        return not self.refused and rule.answers(self.signs)


def score_retrieval(
    folder: Path, test_sets: Sequence[TestSet], found: Found, config: EvaluateConfig
) -> dict[str, dict[str, dict[str, float]]]:
    """
    Compute retrieval.json below `folder` from its folder `retrieval`: scores, comparisons and the rules of refusal.

    Returns:
        Values over all languages: {data set: {test set: {name: value}}}.
    """
    rows: list[dict[str, Any]] = []
    comparisons: list[dict[str, Any]] = []
    rules: dict[str, Any] = {}
    for test_set in test_sets:
        path = folder / "retrieval" / f"{test_set.dataset}.{test_set.name}.jsonl"
        if not path.exists():
            continue
        if test_set.dataset not in rules:
            rule = learn(path.with_name(f"{test_set.dataset}.{VALID}.jsonl"), config)
            rules[test_set.dataset] = {"task": test_set.task.name, "rule": None if rule is None else asdict(rule)}
        rows += measure(test_set, list(read_jsonl(path)), rules[test_set.dataset]["rule"], config)
        comparisons += compare(test_set, found[test_set.dataset, test_set.name], config)
    for comparison, p in zip(comparisons, statistics.holm([row["p"] for row in comparisons]), strict=True):
        comparison["p_holm"] = p
    write_json(folder / "retrieval.json", {"scores": rows, "comparisons": comparisons, "rules": rules})
    return summary(rows)


def learn(path: Path, config: EvaluateConfig) -> Rule | None:
    """The rule of one data set from the answers to its valid questions; None when there are none, or all alike."""
    records = list(read_jsonl(path)) if path.exists() else []
    both = [case for kind in ("whole", "unsupported") for case in read_cases(records, kind, config)]
    cases = [case for case in both if not case.refused]
    if not cases:
        return None
    return fit(
        [case.signs for case in cases],
        [case.right for case in cases],
        config.retrieval.refuse_by,
    )


def read_cases(records: Sequence[Mapping[str, Any]], kind: str, config: EvaluateConfig) -> list[Case]:
    """The questions of one set, asked of the `whole` base or of the `unsupported` one."""
    cases = []
    for record in records:
        answered, rank = record[kind], record["rank"]
        language = target_language(record["language"])
        cases.append(
            Case(
                language,
                Signs(**answered["signs"]),
                kind == "whole" and rank is not None and rank <= config.retrieval.passages,
                is_right(answered["hypothesis"], record["references"], language),
                is_refusal(answered["hypothesis"]),
            )
        )
    return cases


def measure(
    test_set: TestSet, records: Sequence[Mapping[str, Any]], rule: Mapping[str, float] | None, config: EvaluateConfig
) -> Iterator[dict[str, Any]]:
    """Rows of one test set, over all languages and for each."""
    whole, unsupported = (read_cases(records, kind, config) for kind in ("whole", "unsupported"))
    ranks = [record["rank"] for record in records]
    languages = sorted({case.language for case in whole})
    for language in [ALL, *(languages if len(languages) > 1 else [])]:
        chosen = [i for i, case in enumerate(whole) if language in (ALL, case.language)]
        key = (config.seed, "bootstrap", "retrieval", test_set.dataset, test_set.name, language)
        found = ranking([ranks[i] for i in chosen], test_set, config, key)
        if rule is not None:
            cases = [whole[i] for i in chosen], [unsupported[i] for i in chosen]
            found += refusing(*cases, Rule(**rule), config, key)
        for score in found:
            where = {"dataset": test_set.dataset, "test_set": test_set.name, "language": language}
            yield where | asdict(score)


def ranking(
    ranks: Sequence[int | None], test_set: TestSet, config: EvaluateConfig, key: tuple[Any, ...]
) -> list[Score]:
    """Recall at each k, and the mean reciprocal rank."""
    settings = config.retrieval
    support = "the withheld passage" if "context" in test_set.task.inputs else "a passage with a reference"
    signature = f"bm25:lucene,k1={settings.k1:g},b={settings.b:g}|tok:words+han-1-2-grams|support:{support}"
    at_k = [recall_at(ranks, k, signature) for k in sorted(settings.k)]
    return [*at_k, reciprocal_rank(ranks, max(settings.k), signature, resamples=config.resamples, key=key)]


def refusing(
    whole: Sequence[Case], unsupported: Sequence[Case], rule: Rule, config: EvaluateConfig, key: tuple[Any, ...]
) -> list[Score]:
    """
    What the rule does with questions that the base can answer, and with the same ones when it cannot.

    AURC is over both; beside it stands the risk without refusal, which is what an order by chance has.
    """
    everything = [*whole, *unsupported]
    signature = f"rule:{'+'.join(config.retrieval.refuse_by)}|learnt:valid|right:exact match"
    answers = [case.answers(rule) for case in everything]
    asked, bare = answers[: len(whole)], answers[len(whole) :]
    scores = [
        rate("answered", asked, signature),
        rate("right_of_answered", [c.right for c, said in zip(whole, asked, strict=True) if said], signature),
        rate("right_of_all", [case.right for case in whole], signature),
        rate("refused_supported", [not said for c, said in zip(whole, asked, strict=True) if c.supported], signature),
        rate("refused_unsupported", [not said for said in bare], signature),
        rate("risk", [not case.right for case in everything], signature),
    ]
    confidences = np.array([case.confidence(rule) for case in everything])
    right = np.array([case.right for case in everything], np.float64)
    area = aurc_score(confidences, right, signature, resamples=config.resamples, key=(*key, "aurc"))
    return [score for score in scores if score is not None] + [area]


def compare(
    test_set: TestSet, found: Mapping[str, Mapping[str, Result]], config: EvaluateConfig
) -> Iterator[dict[str, Any]]:
    """Paired tests by the headline metric: with retrieval against without, and against the passage given."""
    metric = next(iter(found), None)
    if metric is None or RETRIEVAL not in found[metric]:
        return
    by_model = found[metric]
    without = CLOSED if CLOSED in by_model else TUNED
    for other in dict.fromkeys((without, TUNED)):
        key = (config.seed, "randomisation", "retrieval", test_set.dataset, test_set.name, other)
        numbers = results.difference(by_model[RETRIEVAL], by_model[other], METRICS[metric], config.randomisations, key)
        where = {"dataset": test_set.dataset, "test_set": test_set.name, "metric": metric}
        yield {**where, "model": RETRIEVAL, "other": other, **numbers}


def summary(rows: Sequence[Mapping[str, Any]]) -> dict[str, dict[str, dict[str, float]]]:
    """The values over all languages, nested."""
    nested: dict[str, dict[str, dict[str, float]]] = {}
    for row in rows:
        if row["language"] == ALL:
            nested.setdefault(row["dataset"], {}).setdefault(row["test_set"], {})[row["name"]] = row["value"]
    return nested
