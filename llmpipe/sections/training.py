"""What the sections of all trainings share: optimizer, schedule, steps."""

from collections.abc import Mapping
from typing import ClassVar, Literal

from pydantic import Field

from llmpipe.sections.section import Positive, Ratio, Section, Seed


class OptimizerConfig(Section):
    """`learning_rate` is for AdamW parameters (all, or embeddings and vectors when name is muon)."""

    name: Literal["muon", "adamw", "adam", "sgd"] = "muon"
    learning_rate: float = Field(6.0e-3, gt=0)
    matrix_learning_rate: float = Field(2.0e-2, gt=0)  # muon only
    momentum: Ratio = 0.95
    betas: tuple[Ratio, Ratio] = (0.9, 0.95)
    weight_decay: float = Field(0.0, ge=0)  # L2, decoupled
    l1: float = Field(0.0, ge=0)
    z_loss: float = Field(0.0, ge=0)  # pull of the log-partition towards 0
    clip_norm: float = Field(1.0, gt=0)


class ScheduleConfig(Section):
    """Learning rate over the run, as a factor of its peak."""

    name: Literal["linear", "cosine", "wsd", "constant"] = "linear"
    warmup_ratio: Ratio = 0.03
    decay_ratio: Ratio = 0.2  # wsd only: the last share of steps


class TrainConfig(Section):
    """What pretraining and fine-tuning share."""

    section: ClassVar[str]  # in params.yaml
    elsewhere: ClassVar[Mapping[str, str | None]] = {}  # keys that are set in another section; None: nowhere

    seed: Seed = 1
    steps: Positive
    batch_tokens: Positive  # tokens an optimizer step, padding included
    micro_batch_tokens: Positive | None = None  # None: the whole batch at once
    optimizer: OptimizerConfig = OptimizerConfig()
    schedule: ScheduleConfig = ScheduleConfig()
    validate_every: Positive = 200  # steps
    validate_batch_tokens: Positive = 8192  # computed at once; without influence on the result but for rounding
    checkpoint_every: Positive = 200  # steps
    on_divergence: Literal["stop", "skip"] = "stop"  # at a step whose loss or gradient is not finite

    def named(self, key: str) -> str | None:
        """Where a key of this section is set in params.yaml, dotted; None where it cannot be."""
        section = self.elsewhere.get(key.partition(".")[0], self.section)
        return None if section is None else f"{section}.{key}"
