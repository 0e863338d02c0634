"""`compress`: the tuned model made smaller."""

from typing import Literal

from pydantic import Field, model_validator

from llmpipe.sections.section import Positive, Ratio, Section, Seed, Share


class SmallerConfig(Section):
    """A smaller model, by what it has of the sizes of the tuned one, and how long it is trained (as `finetune` is)."""

    layers_ratio: Share = 1.0
    heads_ratio: Share = 1.0  # of key/value heads, with their query heads
    hidden_ratio: Share = 0.5
    steps: int = Field(500, ge=0)  # 0: no training
    documents_ratio: Ratio = 0.3  # share of the batch that repeats pretraining documents


class PruneConfig(SmallerConfig):
    """What matters least goes; then training goes on."""

    measure_tokens: Positive = 65536  # of the training mixture, on which it is measured what matters


class DistillConfig(SmallerConfig):
    """A student that learns from what the tuned model says of each token."""

    start: Literal["random", "pruned"] = "random"  # as pretraining starts; or the tuned model, cut
    width_ratio: Share = 1.0  # of model_dim; start pruned: 1
    alpha: Ratio = 0.5  # of the loss that looks at the right token; the rest looks at the tuned model
    temperature: float = Field(2.0, gt=0)  # of both models' likelihoods in that rest

    @model_validator(mode="after")
    def _width(self) -> "DistillConfig":
        if self.start == "pruned" and self.width_ratio != 1:
            raise ValueError(f"width_ratio is {self.width_ratio}; a student that starts pruned keeps the width (1)")
        return self


class CompressConfig(Section):
    """The tuned model made smaller by `llmpipe compress`, which is no stage."""

    seed: Seed = 1
    prune: PruneConfig = PruneConfig()
    distill: DistillConfig = DistillConfig()
