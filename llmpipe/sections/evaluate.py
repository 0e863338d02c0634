"""`evaluate`: every number."""

from typing import Annotated, Literal

from pydantic import Field

from llmpipe.sections.search import SearchConfig
from llmpipe.sections.section import Positive, Section, Seed


class RetrievalConfig(SearchConfig):
    """Questions answered from a knowledge base (docs/retrieval.md)."""

    enabled: bool = True
    k: tuple[Positive, ...] = Field((1, 5, 10), min_length=1)  # recall at these
    refuse_by: tuple[Literal["coverage", "likelihood", "grounded"], ...] = Field(
        ("coverage", "likelihood", "grounded"), min_length=1
    )  # signs that an answer is supported


class AbstentionConfig(Section):
    """Classification by scoring labels: calibrated on valid, and when not to answer (docs/abstention.md)."""

    target_accuracy: Annotated[float, Field(gt=0, lt=1)] | None = (
        0.95  # of the answers that are given; None: none of it
    )
    certainty: Annotated[float, Field(gt=0, lt=1)] | None = 0.9  # that the target holds; None: valid's share is enough
    unanswerable: tuple[str, ...] = ()  # labels that are no answer, such as out of scope
    bins: Positive = 15  # of the calibration error


class EvaluateConfig(Section):
    """Every number."""

    seed: Seed = 1
    max_new_tokens: Positive = 64  # of an answer, and at most twice the longest training answer of the data set
    batch_size: Positive = 64
    max_per_set: Positive | None = None
    resamples: Positive = 1000  # bootstrap of the intervals
    randomisations: Positive = 10000  # random exchanges of a paired test
    baselines: tuple[str, ...] = (
        "copy",
        "lead",
        "lexicon",
        "linear",
        "linear_words",
        "majority",
        "nearest",
        "random_span",
    )
    retrieval: RetrievalConfig = RetrievalConfig()
    abstention: AbstentionConfig = AbstentionConfig()
