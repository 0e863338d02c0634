"""trace: the training texts nearest to a test item or a text, what cleaning did, and in which steps they were seen."""

import difflib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from llmpipe import tasks
from llmpipe.commands.trace_steps import DOCUMENTS, Orders, check_tokens, orders
from llmpipe.config import Params
from llmpipe.corpus.alike import longest_run, terms
from llmpipe.corpus.decontaminate import input_texts
from llmpipe.errors import DataError
from llmpipe.files import Layout, byte_ranges, read_jsonl, read_range, shards
from llmpipe.listing import first_few
from llmpipe.metrics.text import contains
from llmpipe.pages.results import TUNED
from llmpipe.records import Document, Example
from llmpipe.retrieval.nearest import nearest
from llmpipe.train.seen import Key, Seen

BLOCK_BYTES = 2**26  # of documents ranked together: bounds the memory, about ten times as much
CLOSE = 5  # ids named when one is not found
COPIES = 3  # removed copies named of a document


@dataclass(frozen=True)
class Said:
    """What a model answered, and its scores by metric."""

    model: str
    hypothesis: str
    scores: Mapping[str, float]


@dataclass(frozen=True)
class Held:
    """A raw document that held the item, whole or by runs of its words; `removed` is the reason why it went, or ""."""

    document: str
    by: str
    removed: str


@dataclass(frozen=True)
class Copy:
    """A document that cleaning removed because it is a copy of one that was kept."""

    id: str
    reason: str
    similarity: float


@dataclass(frozen=True)
class Near:
    """
    A training document or example near to what is traced.

    Args:
        id: Of the document or example.
        where: Its source, or its data set.
        language: Its language.
        score: BM25.
        words: Length of the longest run of words in common; a Han character is one.
        run: That run, as it stands in `text`.
        holds_answer: Whether a reference stands in it; None where there is none.
        text: All of it.
        seen: Stage -> steps and passes; a stage that never saw it has no steps.
        copies: Removed copies of a document.
        num_copies: How many these are in all.
    """

    id: str
    where: str
    language: str
    score: float
    words: int
    run: str
    holds_answer: bool | None
    text: str
    seen: Mapping[str, Seen] = field(default_factory=dict)
    copies: Sequence[Copy] = ()
    num_copies: int = 0


@dataclass(frozen=True)
class Run:
    """A training run: its steps, and the last one that is in the weights."""

    stage: str
    steps: int
    kept: int


@dataclass(frozen=True)
class Trace:
    """
    Everything that `trace` tells.

    Args:
        item: The test example; None for a text.
        parts: What was sought: the texts of the prompt and the references, or the text.
        said: Answers of the tuned model, then of baselines.
        held: Raw documents that held the item; None where no run of `clean` says.
        documents: The nearest training documents, best first.
        num_documents: Of how many.
        examples: The nearest training examples, best first.
        num_examples: Of how many.
        runs: Training runs whose steps are told.
        unknown: Stage -> why its steps cannot be told.
        notes: What else a reader should know.
    """

    item: Example | None
    parts: Sequence[str]
    said: Sequence[Said]
    held: Sequence[Held] | None
    documents: Sequence[Near]
    num_documents: int
    examples: Sequence[Near]
    num_examples: int
    runs: Sequence[Run]
    unknown: Mapping[str, str]
    notes: Sequence[str]


def trace(params: Params, data: Layout, *, item: str = "", text: str = "", k: int = 5) -> Trace:
    """
    Trace a test item by name, or a text.

    Args:
        params: What the pipeline ran with.
        data: Its outputs; the evaluation may be missing, and so may the models.
        item: Id of a test example, `DATASET/T1:ID`, or a beginning of either that only one has.
        text: Traced in place of an item.
        k: Documents, and examples, that are shown.

    Raises:
        DataError: No test example, or more than one, is meant; or an output is missing or damaged.
    """
    example = find(item, data) if item else None
    parts = [*input_texts(example.inputs), *example.references] if example else [text]
    if not any(terms(part) for part in parts):
        raise DataError(f"{text!r} has no word to look for; give some text.")
    references = example.references if example else ()
    near_documents, num_documents = _nearest_documents(data, parts, references, k)
    near_examples, num_examples = _nearest_examples(data, parts, references, k)
    found = orders(params, data, {near.where for near in near_examples})
    if found.runs:
        check_tokens({place: document for place, document, _ in near_documents}, data)
    documents = _with_steps([(near, [(DOCUMENTS, place)]) for place, _, near in near_documents], found)
    examples = _with_steps(
        [
            (near, [(near.where, place) for place in found.examples.get(near.where, {}).get(near.id, ())])
            for near in near_examples
        ],
        found,
        skipped=("pretrain",),
    )
    return Trace(
        item=example,
        parts=parts,
        said=_said(example, data) if example else (),
        held=_held(example, data) if example else None,
        documents=_with_copies(documents, data),
        num_documents=num_documents,
        examples=examples,
        num_examples=num_examples,
        runs=[Run(run.stage, run.steps, run.kept) for run in found.runs],
        unknown=found.unknown,
        notes=[*found.notes, *_limits(params)],
    )


def as_json(traced: Trace) -> dict[str, Any]:
    """The same for programs."""
    return asdict(traced)


# --- the item ---------------------------------------------------------------------------------------


def find(name: str, data: Layout) -> Example:
    """
    The test example that a name means.

    Raises:
        DataError: None, or more than one; the sentence lists the nearest names.
    """
    examples = [example for path in shards(data.clean / "examples" / "test") for example in read_jsonl(path, Example)]
    found = [example for example in examples if name in (example.id, full_name(example))]
    found = found or [e for e in examples if e.id.startswith(name) or full_name(e).startswith(name)]
    if len(found) == 1:
        return found[0]
    if found:
        shown = first_few([full_name(example) for example in found], CLOSE)
        raise DataError(f"'{name}' is the beginning of {len(found):,} test examples: {shown}; give more of it.")
    names = {example.id: full_name(example) for example in examples} | {full_name(e): full_name(e) for e in examples}
    close = dict.fromkeys(names[key] for key in difflib.get_close_matches(name, names, n=2 * CLOSE, cutoff=0.5))
    nearest_names = ", ".join([*close][:CLOSE]) or ", ".join(full_name(example) for example in examples[:CLOSE])
    raise DataError(
        f"no test example of {data.clean / 'examples' / 'test'} is called '{name}'; nearest: {nearest_names}. "
        "Any other text can be traced with --text."
    )


def full_name(example: Example) -> str:
    """`recall/T1:world-recall-T1-00003`."""
    return f"{example.dataset}/{example.split}:{example.id}"


def _said(example: Example, data: Layout) -> list[Said]:
    """The answers of all models to an example, the tuned model's first; none without an evaluation."""
    ending = f".{example.dataset}.{example.split}.jsonl"
    found = []
    for path in sorted((data.evaluation / "predictions").glob(f"*{ending}")):
        said = _line(path, example.id)
        if said is not None:
            scores = _line(data.evaluation / "examples" / path.name, example.id) or {}
            numbers = {name: value for name, value in scores.items() if isinstance(value, int | float)}
            found.append(Said(said["model"], said["hypothesis"], numbers))
    return sorted(found, key=lambda one: (one.model != TUNED, one.model))


def _line(path: Path, name: str) -> dict[str, Any] | None:
    return next((line for line in read_jsonl(path) if line["id"] == name), None) if path.exists() else None


def _held(example: Example, data: Layout) -> list[Held] | None:
    path = data.clean / "leaks.jsonl"
    if not path.exists():
        return None
    rows = [row for row in read_jsonl(path) if row["item"] == example.id]
    return [Held(row["document"], row["by"], row["removed"]) for row in rows]


# --- what is near -----------------------------------------------------------------------------------


def _nearest_documents(
    data: Layout, parts: Sequence[str], references: Sequence[str], k: int
) -> tuple[list[tuple[int, Document, Near]], int]:
    """(place among the training documents, document, what is told of it), best first; and the number of documents."""
    best: list[tuple[float, int, Document]] = []
    query, first = _query(parts), 0
    for block in _blocks(data.clean / "train"):
        ranked = nearest((terms(document.text) for document in block), query, k)
        best += [(score, first + place, block[place]) for place, score in ranked]
        best = sorted(best, key=lambda entry: (-entry[0], entry[1]))[:k]
        first += len(block)
    found = [
        (place, document, _near(document.id, document.source, document.language, score, document.text))
        for score, place, document in best
    ]
    return [(place, document, _compared(near, parts, references)) for place, document, near in found], first


def _blocks(folder: Path) -> Iterator[list[Document]]:
    """The documents of a sharded folder, in order, in blocks of at least `BLOCK_BYTES` of text but the last."""
    block: list[Document] = []
    size = 0
    for task in byte_ranges(shards(folder), 2**20):
        block += read_range(task, Document)
        size += task[2] - task[1]
        if size >= BLOCK_BYTES:
            yield block
            block, size = [], 0
    if block:
        yield block


def _nearest_examples(data: Layout, parts: Sequence[str], references: Sequence[str], k: int) -> tuple[list[Near], int]:
    """The training examples nearest to what is traced, best first; and the number of all."""
    folder = data.clean / "examples" / "train"
    if not folder.exists():
        return [], 0
    examples: list[Example] = [example for path in shards(folder) for example in read_jsonl(path, Example)]
    texts = ["\n".join([tasks.text(example), *example.references]) for example in examples]
    ranked = nearest((terms(text) for text in texts), _query(parts), k)
    found = [
        _near(examples[place].id, examples[place].dataset, examples[place].language, score, texts[place])
        for place, score in ranked
    ]
    return [_compared(near, parts, references) for near in found], len(examples)


def _query(parts: Iterable[str]) -> list[str]:
    return [term for part in parts for term in terms(part)]


def _near(name: str, where: str, language: str, score: float, text: str) -> Near:
    return Near(name, where, language, round(score, 4), 0, "", None, text)


def _compared(near: Near, parts: Sequence[str], references: Sequence[str]) -> Near:
    run = longest_run(parts, near.text)
    holds = any(contains(near.text, reference) for reference in references) if references else None
    return _changed(near, words=run.words, run=run.text, holds_answer=holds)


def _changed(near: Near, **values: Any) -> Near:
    return Near(**{**vars(near), **values})


# --- when it was seen, and what became of its copies ------------------------------------------------


def _with_steps(found: Sequence[tuple[Near, Sequence[Key]]], order: Orders, skipped: Sequence[str] = ()) -> list[Near]:
    """What is near with its steps in each run but the skipped ones; several sequences of one example count as one."""
    keys = {key for _, its in found for key in its}
    seen = {run.stage: run.seen(keys) for run in order.runs if run.stage not in skipped}
    return [
        _changed(
            near, seen={stage: _joined([steps[key] for key in its if key in steps]) for stage, steps in seen.items()}
        )
        for near, its in found
    ]


def _joined(seen: Sequence[Seen]) -> Seen:
    steps = sorted({step for one in seen for step in one.steps})
    return Seen(tuple(steps), round(sum(one.passes for one in seen), 4))


def _with_copies(documents: Sequence[Near], data: Layout) -> list[Near]:
    path = data.clean / "duplicates.jsonl"
    wanted = {near.id for near in documents}
    copies: dict[str, list[Copy]] = {}
    for row in read_jsonl(path) if path.exists() else ():
        if row["kept"] in wanted:
            copies.setdefault(row["kept"], []).append(Copy(row["removed"], row["reason"], row["similarity"]))
    return [
        _changed(near, copies=copies.get(near.id, [])[:COPIES], num_copies=len(copies.get(near.id, [])))
        for near in documents
    ]


def _limits(params: Params) -> list[str]:
    limit = params.finetune.train_per_dataset
    return (
        []
        if limit is None
        else [f"tuning took the first {limit:,} examples of each data set (finetune.train_per_dataset)"]
    )
