"""The page of errors: the worst answers of each task to filter and search, confusions, scores by slice."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import islice
from pathlib import Path
from typing import Any

from llmpipe.files import Layout, read_jsonl
from llmpipe.pages import numbers
from llmpipe.pages.blocks import Block, Figure, Heading, Table, Text, to_html
from llmpipe.pages.results import TUNED, Results
from llmpipe.records import Prediction, Score

WORST = 100  # listed of each test set
LONGEST = 2000  # characters of a listed text
NEAREST = "nearest"  # the baseline that answers like the most similar training example
LENGTHS = ((50, "up to 50"), (100, "51 to 100"), (200, "101 to 200"))  # characters of a prompt
LONGER = "over 200"
FEW = 30  # examples of a slice whose score says little
SEEN, UNSEEN = "all in the tuning examples", "some not in them"
DOMAINS = ("domain", "service", "relation", "kind")  # labels that say what an example is about; the first counts
SLICES = {
    "test_set": "test set",
    "language": "language",
    "domain": "domain",
    "length": "characters of the prompt",
    "names": "names",
}
LIST = Path(__file__).with_name("errors.js")
STYLE = """
#controls { display: flex; flex-wrap: wrap; gap: .5rem .8rem; margin: .8rem 0; }
#controls select, #controls input { font: inherit; color: inherit; background: var(--soft); padding: .15rem .4rem;
  border: 1px solid var(--line); border-radius: 4px; }
article { border: 1px solid var(--line); border-radius: 6px; padding: .5rem .8rem; margin: .6rem 0; }
article dl { display: grid; grid-template-columns: max-content 1fr; gap: .15rem .6rem; margin: .2rem 0; }
article dt { color: var(--muted); } article dd { margin: 0; white-space: pre-wrap; overflow-wrap: anywhere; }
"""


Measure = Callable[[str, Sequence[Mapping[str, Any]], tuple[str, ...]], Score]
"""The score of lines of data/evaluation/examples by a metric; the names are those of the slice."""


@dataclass(frozen=True)
class Answer:
    """
    One answer of the tuned model, its score (at best `best`), and its slices ("" where one is not known).

    `line` is what the evaluation stored of it, `metric` that by which it is judged; neither is listed on the page.
    """

    dataset: str
    test_set: str
    language: str
    domain: str
    length: str
    names: str
    id: str
    score: float
    best: float
    prompt: str
    hypothesis: str
    reference: str
    nearest: str
    retrieved: str
    with_retrieval: str
    metric: str
    line: Mapping[str, Any]


@dataclass(frozen=True)
class Slice:
    """The score of the tuned model's answers that have one value of a slice in common."""

    dataset: str
    name: str
    value: str
    score: Score

    @property
    def is_small(self) -> bool:
        """Whether it has too few examples to say much."""
        return self.score.n < FEW


def page(results: Results, answers: Sequence[Answer], sliced: Sequence[Slice], confusions: Sequence[Figure]) -> str:
    """One HTML file that needs no network; what models said is text in it, never markup or code."""
    blocks: list[Block] = [
        Heading(1, "Errors"),
        Text("Answers of the tuned model, the worst first. Scores are of single examples; BLEU is that of a sentence."),
        Heading(2, "Scores by slice"),
        *(tables(results, sliced) or [Text("No example has a score of its own.")]),
        *([Heading(2, "Confusions")] if confusions else []),
        *confusions,
        Heading(2, "Worst answers"),
    ]
    listed = json.dumps([_listed(answer) for answer in worst(answers)], ensure_ascii=False, sort_keys=True)
    listed = listed.replace("<", "\\u003c")  # no "</script>" inside a script
    parts = (
        f'<style>{STYLE}</style>\n<div id="controls"></div>\n<p id="count"></p>\n<div id="list"></div>',
        f'<script type="application/json" id="answers">{listed}</script>',
        f"<script>\n{LIST.read_text(encoding='utf-8')}</script>\n</body>",
    )
    return to_html("Errors", blocks).replace("</body>", "\n".join(parts))


def _listed(answer: Answer) -> dict[str, Any]:
    return {name: value for name, value in vars(answer).items() if name not in ("metric", "line")}


def all_answers(data: Layout, results: Results, tuned_on: int | None = None) -> list[Answer]:
    """The answers to all data sets; `tuned_on` is `finetune.train_per_dataset`."""
    return [answer for dataset in results.datasets for answer in read(data, results, dataset, tuned_on)]


def read(data: Layout, results: Results, dataset: str, tuned_on: int | None = None) -> Iterator[Answer]:
    """
    The answers to a data set's test sets that have a score: by the headline metric, else by accuracy.

    A name counts as seen when the first `tuned_on` training examples of the data set have it (None: all of them).
    """
    headline = results.metrics_of(dataset)[0]
    metric = "accuracy" if headline.startswith("macro_") else headline
    best = 100.0 if any(r.score.unit == "points" for r in results.answers if r.score.name == metric) else 1.0
    facts, known = _examples(data, dataset, tuned_on)
    for test_set in results.test_sets:
        name = f"{dataset}.{test_set}.jsonl"
        scores = _by_id(data.evaluation / "examples" / f"{TUNED}.{name}")
        nearest = _by_id(data.evaluation / "predictions" / f"{NEAREST}.{name}")
        passages = _by_id(data.evaluation / "retrieval" / name)
        for said in results.predictions.get((dataset, test_set), ()):
            if metric in scores.get(said.id, {}):
                other = nearest.get(said.id, {}).get("hypothesis", "")
                found = passages.get(said.id, {}).get("whole", {})
                judged = metric, scores[said.id], best
                yield _answer(said, judged, other, found=found, facts=facts.get(said.id, {}), known=known)


def _answer(
    said: Prediction,
    judged: tuple[str, Mapping[str, Any], float],
    nearest: str,
    *,
    found: Mapping[str, Any],
    facts: Mapping[str, Any],
    known: set[str],
) -> Answer:
    metric, line, best = judged
    labels = facts.get("labels") or {}
    names = labels.get("entities") or []
    return Answer(
        dataset=said.dataset,
        test_set=said.test_set,
        language=facts.get("language", ""),
        domain=next((str(labels[name]) for name in DOMAINS if name in labels), ""),
        length=next((label for limit, label in LENGTHS if len(said.prompt) <= limit), LONGER),
        names=(SEEN if known.issuperset(names) else UNSEEN) if names and known else "",
        id=said.id,
        score=line[metric],
        best=best,
        prompt=_cut(said.prompt),
        hypothesis=_cut(said.hypothesis),
        reference=_cut(" / ".join(said.references)),
        nearest=_cut(nearest),
        retrieved=_cut("\n".join(f"{p['id']} ({p['score']:.2f}): {p['text']}" for p in found.get("passages", ()))),
        with_retrieval=_cut(found.get("hypothesis", "")),
        metric=metric,
        line=line,
    )


def _examples(data: Layout, dataset: str, tuned_on: int | None) -> tuple[dict[str, Any], set[str]]:
    """The test examples by id, and the names that occur in the training examples that tuning took."""
    folder = data.clean / "examples"
    train = islice(_by_id(folder / "train" / f"{dataset}.jsonl").values(), tuned_on)
    known = {name for example in train for name in (example.get("labels") or {}).get("entities") or []}
    return _by_id(folder / "test" / f"{dataset}.jsonl"), known


def _by_id(path: Path) -> dict[str, dict[str, Any]]:
    return {line["id"]: line for line in read_jsonl(path)} if path.exists() else {}


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST else text[:LONGEST] + "…"


def worst(answers: Sequence[Answer]) -> list[Answer]:
    """The imperfect answers with the least scores of each test set, in the order of the file where they are equal."""
    groups: dict[tuple[str, str], list[Answer]] = {}
    for answer in (answer for answer in answers if answer.score < answer.best):
        groups.setdefault((answer.dataset, answer.test_set), []).append(answer)
    return [answer for group in groups.values() for answer in sorted(group, key=lambda a: a.score)[:WORST]]


def slices(results: Results, answers: Sequence[Answer], measure: Measure) -> list[Slice]:
    """The score of each value of each slice, by data set; of a test set the one that the report shows."""
    reported = {(row.dataset, row.test_set, row.score.name): row.score for row in results.answers}
    found = []
    for dataset in dict.fromkeys(answer.dataset for answer in answers):
        here = [answer for answer in answers if answer.dataset == dataset]
        for field in SLICES:
            for value, group in _grouped(here, field).items():
                whole = reported.get((dataset, value, group[0].metric)) if field == "test_set" else None
                lines = [answer.line for answer in group]
                if whole is None or whole.n != len(lines):
                    whole = measure(group[0].metric, lines, (dataset, field, value))
                found.append(Slice(dataset, field, value, whole))
    return found


def _grouped(answers: Sequence[Answer], field: str) -> dict[str, list[Answer]]:
    groups: dict[str, list[Answer]] = {}
    order = [label for _, label in LENGTHS]
    for answer in answers:
        if value := getattr(answer, field):
            groups.setdefault(value, []).append(answer)
    return {name: groups[name] for name in sorted(groups, key=lambda n: (n == LONGER, n not in order, len(n), n))}


def tables(results: Results, sliced: Sequence[Slice]) -> list[Block]:
    """A table a data set: score with interval and number of examples of each value of each slice."""
    blocks: list[Block] = []
    for dataset in results.datasets:
        rows = [
            [
                SLICES[one.name],
                one.value,
                f"{one.score.n:,}",
                numbers.interval(one.score),
                f"fewer than {FEW}" if one.is_small else "",
            ]
            for one in sliced
            if one.dataset == dataset
        ]
        if rows:
            name = numbers.name(next(one.score.name for one in sliced if one.dataset == dataset))
            blocks += [Heading(3, f"{dataset} ({name})"), Table(["slice", "value", "n", name, ""], rows)]
    if not blocks:
        return []
    told = (
        "The metric over the examples of a slice, with its 95 % interval: Wilson's for right or wrong, else a "
        "bootstrap. Slices are not tested against each other, and with so many some differ by chance: where to "
        f"look, not what to claim. Of fewer than {FEW} examples read the interval, not the value."
    )
    return [Text(told), *blocks]


def rows(sliced: Sequence[Slice]) -> list[dict[str, Any]]:
    """Slices for programs; the value of a slice is `of`, that of its score `value`."""
    return [
        {"dataset": one.dataset, "slice": one.name, "of": one.value, "few": one.is_small, **asdict(one.score)}
        for one in sliced
    ]
