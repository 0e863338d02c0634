"""
Questions and what is found for them: the bases that are searched, and what supports an answer.

- `recall` (a question without a text): the base is the training documents. A passage supports an answer when it
  holds a reference, as in Chen et al. 2017 and Karpukhin et al. 2020.
- `reading` (a question on a passage): the passage is withheld, and must be found among the passages of the data set.
  It alone supports the answer.

Each question can also be asked when the base lacks what supports it: those are the questions that have to be refused.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import chain, islice

from llmpipe.metrics.text import contains
from llmpipe.records import Document, Example
from llmpipe.retrieval.index import Hit, Index
from llmpipe.retrieval.passages import from_documents
from llmpipe.sections.search import SearchConfig


@dataclass(frozen=True)
class Asked:
    """
    A question and what was found for it.

    Args:
        index: The base.
        example: As it is in its data set.
        hits: The best passages, as many as the largest k asks for.
        rank: Of the first supporting one among them, from 1; None: there is none.
        unsupported: The best passages when all that support an answer are taken out of the base.
    """

    index: Index
    example: Example
    hits: Sequence[Hit]
    rank: int | None
    unsupported: Sequence[Hit]


# --- bases ------------------------------------------------------------------------------------------


def document_index(documents: Iterable[Document], config: SearchConfig, known: Sequence[Document] = ()) -> Index:
    """Documents as a base: at most `max_passages` passages, the first ones; `known` are not searched (see `Index`)."""
    passages = islice(from_documents(documents, config.passage_words), config.max_passages)
    return Index(list(passages), config.k1, config.b, (document.text for document in known))


def context_index(examples: Iterable[Example], config: SearchConfig) -> Index:
    """The passages of questions of `reading` as a base, whole: at most `max_passages`, the first ones."""
    whole = (Document(example.id, example.inputs["context"]) for example in examples)
    passages = islice(from_documents(whole, max_words=2**31), config.max_passages)
    return Index(list(passages), config.k1, config.b)


# --- questions --------------------------------------------------------------------------------------


def ask(index: Index, example: Example, config: SearchConfig, depth: int) -> Asked:
    """Search for one question, in the whole base and without what supports it; at least `depth` passages are kept."""
    depth = max(depth, config.passages)
    ranked = index.ranked(example.inputs["question"])
    hits = list(islice(ranked, depth))
    rank = next((i for i, hit in enumerate(hits, start=1) if supports(example, hit)), None)
    others = (h for h in chain(hits, ranked) if not (supports(example, h) or holds_reference(example, h)))
    return Asked(index, example, hits, rank, list(islice(others, config.passages)))


def supports(example: Example, hit: Hit) -> bool:
    """Whether a passage supports the answer: it is the one that was asked about, or there is none and it holds one."""
    if "context" in example.inputs:
        return hit.passage.text == example.inputs["context"].strip()
    return holds_reference(example, hit)


def holds_reference(example: Example, hit: Hit) -> bool:
    """Whether the words of a reference stand in the passage side by side."""
    return any(contains(hit.passage.text, reference) for reference in example.references)


def shown(example: Example, hits: Sequence[Hit]) -> Example:
    """The question with passages, the best first, as the task `reading` asks it; without any, as `recall` does."""
    question = example.inputs["question"]
    if not hits:
        return replace(example, task="recall", inputs={"question": question})
    context = "\n".join(hit.passage.text for hit in hits)
    return replace(example, task="reading", inputs={"context": context, "question": question})
