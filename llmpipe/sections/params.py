"""What a stage is given: the sections it asked for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:  # a stage imports the sections it uses; those of the others are no dependency of its result
    from llmpipe.sections.baselines import BaselinesConfig
    from llmpipe.sections.clean import CleanConfig
    from llmpipe.sections.compress import CompressConfig
    from llmpipe.sections.compute import ComputeConfig
    from llmpipe.sections.encode import EncodeConfig
    from llmpipe.sections.evaluate import EvaluateConfig
    from llmpipe.sections.finetune import FinetuneConfig
    from llmpipe.sections.ingest import IngestConfig
    from llmpipe.sections.model import ModelConfig
    from llmpipe.sections.pretrain import PretrainConfig
    from llmpipe.sections.report import ReportConfig
    from llmpipe.sections.tokenizer import TokenizerConfig
    from llmpipe.sections.transfer import TransferConfig


@dataclass(frozen=True, kw_only=True)
class Params:
    """The sections that were asked for, by name; the others are None."""

    ingest: IngestConfig = None  # type: ignore[assignment]
    clean: CleanConfig = None  # type: ignore[assignment]
    tokenizer: TokenizerConfig = None  # type: ignore[assignment]
    encode: EncodeConfig = None  # type: ignore[assignment]
    model: ModelConfig = None  # type: ignore[assignment]
    compute: ComputeConfig = None  # type: ignore[assignment]
    baselines: BaselinesConfig = None  # type: ignore[assignment]
    pretrain: PretrainConfig = None  # type: ignore[assignment]
    finetune: FinetuneConfig = None  # type: ignore[assignment]
    evaluate: EvaluateConfig = None  # type: ignore[assignment]
    transfer: TransferConfig = None  # type: ignore[assignment]
    compress: CompressConfig = None  # type: ignore[assignment]
    report: ReportConfig = None  # type: ignore[assignment]

    def values(self) -> dict[str, dict[str, Any]]:
        """Section -> key -> value, plain, of the sections that are here."""
        return {name: section.model_dump(mode="json") for name, section in vars(self).items() if section is not None}
