"""What a mode of fine-tuning trains on and how it is judged, and what both modes refuse."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from torch import Tensor

from llmpipe.errors import DataError, ParamsError
from llmpipe.model.language import LanguageModel
from llmpipe.model.masks import Mask
from llmpipe.model.transformer import Transformer
from llmpipe.sections.finetune import FinetuneConfig
from llmpipe.sections.params import Params
from llmpipe.train import parallel
from llmpipe.train.batches import Batch
from llmpipe.train.loop import Batches, Measures


@dataclass(frozen=True)
class Work:
    """
    What a mode trains on and how it is judged.

    Args:
        batches: Of the training data.
        validate: Measures on the held-out data.
        best: The measure by which weights are kept.
        inputs: Digests of what was read, beside the base.
        what: The data in words.
        counts: For data/metrics/finetune.json.
        loss: Of a micro-batch; None: of the next token.
        more: Further measures of the last validation, for the tracker.
        judge: Measures of the weights that are kept, on examples that no one has seen; None: there are none.
    """

    batches: Batches
    validate: Callable[[Transformer], Measures]
    best: str
    inputs: Mapping[str, str]
    what: str
    counts: Mapping[str, Any]
    loss: Callable[[LanguageModel, Batch, Mask], Tensor] | None = None
    more: Measures = field(default_factory=dict)
    judge: Callable[[Transformer], Measures] | None = None


def check_lost(name: str, lost: int, total: int, config: FinetuneConfig) -> None:
    """
    Few enough examples of a data set were lost to truncation.

    Raises:
        DataError: None is left, or more than `finetune.max_lost_ratio` says went.
    """
    if total == 0:
        raise DataError(
            f"'{name}' has no training example left; data/clean/removed says what cleaning took. "
            f"Give ingest.sources more, or remove it there."
        )
    if lost == total or lost > config.max_lost_ratio * total:
        raise DataError(
            f"{lost} of {total} examples of '{name}' have answers longer than model.context_length; "
            f"raise it, or finetune.max_lost_ratio (now {config.max_lost_ratio})."
        )


def check_strategy(params: Params, what: str) -> None:
    """
    An adapter computes weights from frozen ones, a pair needs two rows at once: FSDP has neither.

    Raises:
        ParamsError: Another strategy than DDP was asked for.
    """
    if parallel.together() and params.compute.strategy != "ddp":
        raise ParamsError(f"{what} and compute.strategy is {params.compute.strategy}; this works with ddp.")
