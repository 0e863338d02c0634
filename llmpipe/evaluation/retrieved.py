"""
Examples asked as retrieval asks them (docs/retrieval.md): the question with the passages that a search finds for it.

Who is only tuned on the right passage believes what it reads. Here some of the passages are wrong, and the answer to
these is the refusal, so that reading and refusing are learnt from what will be read (as the distractors of Zhang et
al. 2024, RAFT). The passages of valid and test are in no base that training searches.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from llmpipe.evaluation.search import ask, context_index, document_index, holds_reference, shown, supports
from llmpipe.files import Layout, read_shards
from llmpipe.records import Document, Example
from llmpipe.retrieval import refusal
from llmpipe.retrieval.index import Hit, Index
from llmpipe.sections.finetune import RetrievedConfig
from llmpipe.sections.search import SearchConfig
from llmpipe.tasks import target_language
from llmpipe.train.batches import random_stream

SUFFIX = "#retrieved"  # behind the id of the example


@dataclass(frozen=True)
class Copies:
    """
    Examples with what was found for them, by data set.

    Args:
        examples: Those of training, or of valid.
        counts: Data set -> how many are `supported` (the passages support the reference), `refused` (they do not, and
            the answer is the refusal) or `left_out` (nothing was found, it is not known whether they do, or they do not
            and nothing is to be refused).
    """

    examples: dict[str, list[Example]] = field(default_factory=dict)
    counts: dict[str, dict[str, int]] = field(default_factory=dict)


def original(id: str) -> str:
    """The id of the example that a copy, or an example itself, is of."""
    return id.removesuffix(SUFFIX)


class Bases:
    """
    What is searched for the questions of a split; a base is built when it is first asked for.

    Args:
        data: Its training documents are the base of `recall`.
        examples: Data set -> those whose passages are the base of its `reading`.
        search: How passages are cut and ranked.
    """

    def __init__(self, data: Layout, examples: Mapping[str, Sequence[Example]], search: SearchConfig) -> None:
        self._data, self._examples, self.search = data, examples, search
        self._documents: Index | None = None

    def of(self, dataset: str) -> Index | None:
        """The base of a data set; None for tasks that ask for no fact."""
        examples = self._examples.get(dataset, ())
        task = examples[0].task if examples else ""
        if task == "reading":
            return context_index(examples, self.search)
        if task == "recall" and self._documents is None:
            self._documents = document_index(read_shards(self._data.clean / "train", Document), self.search)
        return self._documents if task == "recall" else None


def copies(asked: Mapping[str, Sequence[Example]], bases: Bases, config: RetrievedConfig, seed: int) -> Copies:
    """
    The questions of `recall` and `reading` again, with the best passages of their base in front of them.

    Args:
        asked: Checked examples by data set; of the other tasks none is copied.
        bases: What is searched.
        config: Shares of the questions, and of those asked of the base without their support.
        seed: Which questions these are depends on it and on their ids.
    """
    made = Copies()
    for dataset, examples in asked.items():
        wanted = config.ratio and dataset in (config.datasets or asked)
        index = bases.of(dataset) if wanted else None
        if index is None:
            continue
        rows = [_copy(index, example, bases.search, config, seed) for example in examples]
        kinds = [kind for kind, _ in rows if kind]
        made.examples[dataset] = [example for _, example in rows if example is not None]
        made.counts[dataset] = {kind: kinds.count(kind) for kind in ("supported", "refused", "left_out")}
    return made


def _copy(
    index: Index, example: Example, search: SearchConfig, config: RetrievedConfig, seed: int
) -> tuple[str, Example | None]:
    """What became of one question, "" when it is not among the chosen, and its copy."""
    chosen, unsupported = random_stream(seed, f"retrieved/{example.dataset}/{example.id}").random(2)
    if chosen >= config.ratio:
        return "", None
    asked = ask(index, example, search, depth=search.passages)
    hits = asked.unsupported if unsupported < config.unsupported_ratio else asked.hits[: search.passages]
    if any(supports(example, hit) for hit in hits):
        return "supported", _shown(example, hits, example.references)
    if not hits or not config.refuse or any(holds_reference(example, hit) for hit in hits):
        return "left_out", None
    return "refused", _shown(example, hits, (refusal.text(target_language(example.language)),))


def _shown(example: Example, hits: Sequence[Hit], references: tuple[str, ...]) -> Example:
    return replace(shown(example, hits), id=example.id + SUFFIX, references=references)
