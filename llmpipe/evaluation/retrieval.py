"""
Answers with retrieval: the tuned model reads what a knowledge base holds on a question, and answers.

The base of `recall` is the training documents, that of `reading` the passages of all splits of the data set
(`evaluation/search.py`). Each question is also asked when the base lacks what supports it.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from llmpipe.evaluation.answers import answer_tokens, fit_prompts
from llmpipe.evaluation.predict import write_predictions
from llmpipe.evaluation.search import Asked, ask, context_index, document_index, shown
from llmpipe.evaluation.test_sets import VALID, TestSet, read_valid, sample
from llmpipe.files import Layout, read_jsonl, read_shards, shards, write_jsonl
from llmpipe.metrics.text import contains
from llmpipe.model.generate import generate_scored
from llmpipe.progress import Reporter
from llmpipe.records import Document, Example
from llmpipe.retrieval.index import Hit, Index
from llmpipe.retrieval.refusal import Signs
from llmpipe.sections.evaluate import EvaluateConfig, RetrievalConfig
from llmpipe.train.batches import ExampleSequences
from llmpipe.train.directory import Loaded
from llmpipe.train.validate import sequence_losses

RETRIEVAL = "finetuned_retrieval"  # the tuned model with what was found
CLOSED = "finetuned_closed"  # the tuned model without the passage that a question of `reading` is about
DIGITS = 4  # of a likelihood: sums in another order must not change the file


def predict_retrieval(
    folder: Path,
    data: Layout,
    test_sets: Sequence[TestSet],
    train: Mapping[str, Sequence[Example]],
    *,
    loaded: Loaded,
    config: EvaluateConfig,
    reporter: Reporter,
) -> None:
    """
    Answer the questions of all test sets, and of valid, with retrieval.

    Writes `predictions/` for the tables of scores, and `retrieval/DATASET.SET.jsonl` with the passages below `folder`.
    """
    shared: dict[str, Index] = {}
    asking: dict[str, list[TestSet]] = {}
    for test_set in test_sets:
        if test_set.task.name in BASES:
            asking.setdefault(test_set.dataset, []).append(test_set)
    asking = {dataset: [*valid_set(data, sets[0], config), *sets] for dataset, sets in asking.items()}
    done, total = 0, sum(len(test_set.examples) for sets in asking.values() for test_set in sets)
    for dataset, sets in asking.items():
        task = sets[0].task.name
        index = shared[task] = BASES[task](data, dataset, config.retrieval, shared.get(task))
        max_new_tokens = answer_tokens(train[dataset], loaded, config.max_new_tokens)
        asker = Asker(loaded, max_new_tokens, config.batch_size)
        for test_set in sets:
            asked = [ask(index, example, config.retrieval, max(config.retrieval.k)) for example in test_set.examples]
            write_asked(folder, test_set, asked, asker, config.retrieval)
            done += len(asked)
            reporter.progress(done, total, "questions with retrieval")


# --- bases ------------------------------------------------------------------------------------------


def of_documents(data: Layout, dataset: str, config: RetrievalConfig, known: Index | None) -> Index:
    """The training documents, cut into passages; the same for all data sets."""
    return known or document_index(read_shards(data.clean / "train", Document), config)


def of_contexts(data: Layout, dataset: str, config: RetrievalConfig, known: Index | None) -> Index:
    """The passages of all splits of a data set, whole: what a question of it may be about."""
    folder = data.clean / "examples"
    paths = [path for split in ("train", VALID, "test") for path in shards(folder / split) if path.stem == dataset]
    examples = (example for path in paths for example in read_jsonl(path, Example))
    return context_index(examples, config)


BASES: dict[str, Callable[[Layout, str, RetrievalConfig, Index | None], Index]] = {
    "recall": of_documents,
    "reading": of_contexts,
}


def valid_set(data: Layout, test_set: TestSet, config: EvaluateConfig) -> list[TestSet]:
    """The validation examples of a data set as a set, or nothing when it has none."""
    examples = sample(read_valid(data, test_set.dataset), config.max_per_set)
    return [replace(test_set, name=VALID, examples=examples)] if examples else []


# --- answers ----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Asker:
    """The tuned model, and how long its answers may be."""

    loaded: Loaded
    max_new_tokens: int
    batch_size: int

    def answer(self, examples: Sequence[Example]) -> list[tuple[str, float]]:
        """Greedy answers, and how likely the model finds each (0..1); equal prompts are asked once."""
        prompts, _ = fit_prompts(self.loaded, examples, self.max_new_tokens)
        distinct = list(dict.fromkeys(map(tuple, prompts)))
        tokenizer = self.loaded.tokenizer
        stops = {tokenizer.end_id, tokenizer.eos_id}
        outputs = generate_scored(
            self.loaded.model,
            distinct,
            max_new_tokens=self.max_new_tokens,
            stop_ids=stops,
            batch_size=self.batch_size,
        )
        said = [tokenizer.decode([t for t in tokens if t not in stops]).strip() for tokens, _ in outputs]
        completions = [tokenizer.completion(text) for text in said]
        sure = [likelihood for _, likelihood in outputs]
        # what counts is the answer as it is taught: its text in its usual tokens, and the end of an answer behind it,
        # where a model that takes the passages for a document of its own would end the document
        others = [i for i, (tokens, _) in enumerate(outputs) if tokens != completions[i]]
        pairs = [(list(distinct[i]), completions[i]) for i in others]
        for i, likelihood in zip(others, likelihoods(self.loaded, pairs), strict=True):
            sure[i] = likelihood
        found = {prompt: (said[i], round(sure[i], DIGITS)) for i, prompt in enumerate(distinct)}
        return [found[tuple(prompt)] for prompt in prompts]


def likelihoods(loaded: Loaded, pairs: Sequence[tuple[list[int], list[int]]]) -> list[float]:
    """Geometric mean of the probabilities of each completion's tokens after its prompt, its end included, 0..1."""
    if not pairs:
        return []
    nats, targets, _ = sequence_losses(loaded.model, ExampleSequences(pairs), loaded.config.context_length)
    return [math.exp(-cost / count) for cost, count in zip(nats.tolist(), targets.tolist(), strict=True)]


def write_asked(folder: Path, test_set: TestSet, asked: Sequence[Asked], asker: Asker, config: RetrievalConfig) -> None:
    """Answer the questions of one set; write predictions (not for valid) and the record of each question."""
    asks_closed = test_set.name != VALID and "context" in test_set.task.inputs
    nothing: list[Hit] = []
    whole = [(item, item.hits[: config.passages]) for item in asked]
    unsupported = [(item, item.unsupported) for item in asked]
    closed = [(item, nothing) for item in asked if asks_closed]
    said = asker.answer([shown(item.example, hits) for item, hits in [*whole, *unsupported, *closed]])
    n = len(asked)
    if test_set.name != VALID:
        write_predictions(folder / "predictions", test_set, RETRIEVAL, [text for text, _ in said[:n]])
    if asks_closed:
        write_predictions(folder / "predictions", test_set, CLOSED, [text for text, _ in said[2 * n :]])
    rows = [
        {
            "id": item.example.id,
            "language": item.example.language,
            "question": item.example.inputs["question"],
            "references": item.example.references,
            "rank": item.rank,
            "whole": answered(*whole[i], *said[i]),
            "unsupported": answered(*unsupported[i], *said[n + i]),
        }
        for i, item in enumerate(asked)
    ]
    write_jsonl(folder / "retrieval" / f"{test_set.dataset}.{test_set.name}.jsonl", rows)


def answered(item: Asked, hits: Sequence[Hit], hypothesis: str, likelihood: float) -> dict[str, Any]:
    """An answer with the passages that it was read from, and the signs that it is right."""
    text = "\n".join(hit.passage.text for hit in hits)
    signs = read_signs(item.index, item.example.inputs["question"], text, hypothesis, likelihood)
    passages = [asdict(hit.passage) | {"score": hit.score} for hit in hits]
    return {"passages": passages, "hypothesis": hypothesis, "signs": signs._asdict()}


def read_signs(index: Index, question: str, text: str, hypothesis: str, likelihood: float) -> Signs:
    """What speaks for an answer that was read from a text."""
    grounded = bool(hypothesis.strip()) and contains(text, hypothesis)
    return Signs(index.coverage(question, text), likelihood, grounded)
