"""How passages are looked up: a part of `evaluate.retrieval` that `finetune` reads, too."""

from typing import Any

from pydantic import Field

from llmpipe.sections.section import Positive, Ratio, Section


class SearchConfig(Section):
    """Passages by BM25 (docs/retrieval.md)."""

    passages: Positive = 1  # shown to the model, the best first
    passage_words: Positive = 100  # of a piece of a document; each Han character counts as one
    max_passages: Positive = 200_000  # in a base; the first ones
    k1: float = Field(1.2, ge=0)  # of BM25: how soon a repeated word says nothing new
    b: Ratio = 0.75  # of BM25: how much length counts

    def search(self) -> dict[str, Any]:
        """The parameters of this search alone, plain."""
        return {name: getattr(self, name) for name in SearchConfig.model_fields}
