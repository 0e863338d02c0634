"""`transfer`: whether pretraining helps."""

from typing import Literal

from llmpipe.sections.section import Positive, Section, Seed


class TransferConfig(Section):
    """Does pretraining help: score against labelled examples, with and without it, at equal training time."""

    labels: tuple[Positive, ...] = ()  # training examples a data set; none: the stage does nothing
    arms: tuple[Literal["pretrained", "joint", "alone"], ...] = ("pretrained", "joint", "alone")
    seeds: tuple[Seed, ...] = (1,)
    jobs: Positive = 2  # training runs side by side; they share compute.threads
