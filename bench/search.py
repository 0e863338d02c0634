"""
Does a search by Optuna find better configurations than random draws of the same number?

`python bench/search.py [--quick]`: functions whose best value is known stand in for tuning: a narrow best learning rate
on a log scale, a shallow best dropout, a choice of which one is good, a whole number that does not matter; with the
noise of seeds on what is told. Both see 24 configurations; the search asks for two at a time, as `llmpipe study`
with `jobs: 2` does. Counted is the true value of the configuration that looked best. The last line is JSON: the mean
distance from the best of both, and the share of searches in which Optuna's was nearer.
"""

import argparse
import json
import math
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from llmpipe.studies.cells import Configuration, configurations
from llmpipe.studies.file import StudyFile
from llmpipe.studies.search import Search

CELLS, BATCH = 24, 2
NOISE = 0.02  # standard deviation over seeds of what is told
RATE, DROPOUT, BASE, STEPS = "finetune.optimizer.learning_rate", "finetune.dropout", "finetune.base", "finetune.steps"
SPACE: dict[str, Any] = {
    RATE: {"low": 1.0e-4, "high": 1.0e-1, "log": True},
    DROPOUT: {"low": 0.0, "high": 0.5},
    BASE: ["pretrained", "random"],
    STEPS: {"low": 100, "high": 400},
}
Values = Mapping[str, Any]


def narrow(values: Values) -> float:
    """Distance from the best: the rate matters most, and falls off quickly."""
    away = math.log10(values[RATE]) + 2.3
    return 0.6 * (1 - math.exp(-2 * away**2)) + 0.3 * abs(values[DROPOUT] - 0.1) + 0.1 * (values[BASE] == "random")


def shallow(values: Values) -> float:
    """Everything matters a little."""
    away = math.log10(values[RATE]) + 2.8
    return 0.05 * away**2 + 0.4 * (values[DROPOUT] - 0.2) ** 2 + 0.05 * (values[BASE] == "random")


def hinged(values: Values) -> float:
    """The best rate depends on where the model starts, and training diverges above it."""
    best = -2.0 if values[BASE] == "random" else -3.0
    away = math.log10(values[RATE]) - best
    return min(0.8, 0.15 * away**2 + 0.6 * max(0.0, away - 0.3)) + 0.15 * (values[BASE] == "random")


FUNCTIONS: dict[str, Callable[[Values], float]] = {"narrow": narrow, "shallow": shallow, "hinged": hinged}


def study(design: str, seed: int) -> StudyFile:
    """A study of the space."""
    return StudyFile.model_validate(
        {
            "name": "bench",
            "factors": SPACE,
            "design": design,
            "cells": CELLS,
            "design_seed": seed,
            "target": "finetune",
            "optimise": "finetune.valid_loss",
            "goal": "min",
        }
    )


def values(configuration: Configuration) -> dict[str, Any]:
    """Parameters of a configuration."""
    return {key: value for level in configuration.values() for key, value in level.values.items()}


def left(loss: Callable[[Values], float], design: str, seed: int) -> float:
    """Distance from the best of the configuration that looked best."""
    noise = np.random.default_rng(seed)
    chosen = study(design, seed)
    tried: list[Configuration] = []
    told: list[float] = []

    def tell(batch: list[Configuration]) -> list[float]:
        found = [loss(values(each)) + NOISE * float(noise.standard_normal()) for each in batch]
        tried.extend(batch)
        told.extend(found)
        return found

    if design == "random":
        tell(configurations(chosen))
    else:
        search = Search(chosen)
        while len(tried) < CELLS:
            search.tell(tell(search.ask(BATCH, lambda _: True)))
    return loss(values(tried[int(np.argmin(told))]))


def main() -> None:
    """Print a table and, as the last line, JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="3 searches each")
    searches = 3 if parser.parse_args().quick else 50
    result = {}
    print(f"{'function':10} {'optuna':>8} {'random':>8} {'nearer':>8}")
    for name, loss in FUNCTIONS.items():
        found = {design: np.array([left(loss, design, seed) for seed in range(searches)])
                 for design in ("optuna", "random")}  # fmt: skip
        nearer = float(np.mean(found["optuna"] < found["random"]))
        result[name] = {design: round(float(gaps.mean()), 4) for design, gaps in found.items()} | {"nearer": nearer}
        print(f"{name:10} {result[name]['optuna']:8.4f} {result[name]['random']:8.4f} {nearer:8.2f}", flush=True)
    print(json.dumps(result))


if __name__ == "__main__":
    main()
