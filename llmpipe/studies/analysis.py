"""From cells and their metrics to what a study says, as JSON."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from llmpipe.errors import DataError, unknown_name
from llmpipe.metrics.statistics import holm
from llmpipe.studies import article
from llmpipe.studies.cells import Cell
from llmpipe.studies.effects import Observation, effects, mean_interval, paired, power_law
from llmpipe.studies.file import StudyFile
from llmpipe.studies.search import importances

DIGITS = 10  # sums in another order must not change the file


def check_metrics(study: StudyFile, measured: Mapping[str, float]) -> None:
    """
    A cell has measured what the study optimises and describes.

    Raises:
        DataError: It lacks a metric; the message names the nearest one.
    """
    for name in study.metrics:
        if name not in measured:
            raise DataError(f"study '{study.name}': {unknown_name('metric', name, measured)}")


def analyse(
    study: StudyFile, cells: Sequence[Cell], measured: Mapping[str, Mapping[str, float]], total: int | None = None
) -> dict[str, Any]:
    """
    All that a study says so far.

    Args:
        study: The study file.
        cells: Its cells, done or not.
        measured: Metrics (`STAGE.KEY` -> value) of each cell that is done, by its name.
        total: Cells of the whole study; None: these are all.

    Raises:
        DataError: No cell is done, or one lacks a metric that the study names.
    """
    done = [cell for cell in cells if cell.name in measured]
    if not done:
        raise DataError(f"no cell of study '{study.name}' is done; `llmpipe study FILE` runs them.")
    for cell in done:
        check_metrics(study, measured[cell.name])
    values = {cell.name: measured[cell.name] for cell in done}
    table = configurations(study, done, values)
    result: dict[str, Any] = {
        "study": study.model_dump(mode="json"),
        "cells": {"done": len(done), "all": total or len(cells)},
        "configurations": table,
        "effects": effect_table(study, done, values),
        "best": None if study.only_describes else best(study, done, values, table),
        "article": article.augmentation(study, done, values, overlap(study)),
        "curve": learning_curve(study, done, values),
        "search": None if study.design == "grid" else course(study, done, values),
    }
    return _rounded(result)


def configurations(
    study: StudyFile, cells: Sequence[Cell], values: Mapping[str, Mapping[str, float]]
) -> list[dict[str, Any]]:
    """Mean and spread over seeds of each metric, a row a configuration, the best first."""
    grouped: dict[tuple[tuple[str, str], ...], list[Cell]] = {}
    for cell in cells:
        grouped.setdefault(tuple(cell.levels.items()), []).append(cell)
    rows = [
        {
            "levels": dict(levels),
            "cells": {cell.repeat: cell.name for cell in group},
            "metrics": {
                name: mean_interval([values[cell.name][name] for cell in group], overlap(study))
                for name in study.metrics
            },
        }
        for levels, group in grouped.items()
    ]
    sign = -1 if study.goal == "max" else 1
    return sorted(rows, key=lambda row: (sign * row["metrics"][study.optimise]["mean"], str(row["levels"])))


def effect_table(
    study: StudyFile, cells: Sequence[Cell], values: Mapping[str, Mapping[str, float]]
) -> dict[str, Any] | None:
    """The linear model of the optimised metric, with p corrected after Holm over its terms."""
    factors = {name: [level.name for level in study.levels(name)] for name in study.factors if not study.range(name)}
    seen = {
        name: [level for level in levels if any(c.levels[name] == level for c in cells)]
        for name, levels in factors.items()
    }
    varied = {name: levels for name, levels in seen.items() if len(levels) > 1}
    rows = [Observation(cell.levels, cell.repeat, values[cell.name][study.optimise]) for cell in cells]
    found = effects(rows, varied, overlap(study)) if varied and len(factors) == len(study.factors) else None
    if found:
        terms = found["terms"].values()
        for term, p in zip(terms, holm([term["p"] for term in terms]), strict=True):
            term["p_holm"] = p
    return found


def best(
    study: StudyFile,
    cells: Sequence[Cell],
    values: Mapping[str, Mapping[str, float]],
    table: Sequence[Mapping[str, Any]],
) -> dict[str, Any]:
    """The best configuration, and its difference to the next one, paired by seed."""
    found: dict[str, Any] = {"levels": table[0]["levels"], "overrides": _overrides(study, cells, table[0]["levels"])}
    if len(table) > 1:
        first, second = table[0]["cells"], table[1]["cells"]
        seeds = [seed for seed in first if seed in second]
        gains = [values[first[seed]][study.optimise] - values[second[seed]][study.optimise] for seed in seeds]
        if gains:
            found |= {"runner_up": table[1]["levels"], "difference": paired(gains, overlap(study))}
    return found


def _overrides(study: StudyFile, cells: Sequence[Cell], levels: Mapping[str, str]) -> list[str]:
    """The parameters of a configuration, without seeds."""
    keys = {key for name in study.factors for key in study.keys(name)}
    cell = next(cell for cell in cells if cell.levels == levels)
    return [override for override in cell.overrides if override.partition("=")[0] in keys]


def learning_curve(
    study: StudyFile, cells: Sequence[Cell], values: Mapping[str, Mapping[str, float]]
) -> dict[str, Any] | None:
    """The optimised metric against the amounts of the factor `curve`, for each combination of the others."""
    if study.curve is None:
        return None
    amounts = {level.name: float(level.values[study.curve]) for level in study.levels(study.curve)}
    grouped: dict[str, list[tuple[float, str, float]]] = {}
    for cell in cells:
        others = ", ".join(f"{level}" for factor, level in cell.levels.items() if factor != study.curve)
        point = (amounts[cell.levels[study.curve]], cell.repeat, values[cell.name][study.optimise])
        grouped.setdefault(others, []).append(point)
    return {
        others: {
            "points": [
                {"size": size} | mean_interval([value for other, _, value in points if other == size], overlap(study))
                for size in sorted({size for size, _, _ in points})
            ],
            "fit": power_law(points),
        }
        for others, points in grouped.items()
    }


def course(study: StudyFile, cells: Sequence[Cell], values: Mapping[str, Mapping[str, float]]) -> dict[str, Any]:
    """
    How a search went: each configuration in the order in which it was tried, with the best so far, and importances.

    A configuration counts when all its cells are done: the mean of some seeds is not what the others are compared with.
    """
    grouped: dict[tuple[tuple[str, str], ...], list[float]] = {}
    for cell in cells:
        grouped.setdefault(tuple(cell.levels.items()), []).append(values[cell.name][study.optimise])
    whole = [(dict(levels), float(np.mean(found))) for levels, found in grouped.items() if len(found) == study.repeats]
    choose = max if study.goal == "max" else min
    tried = [value for _, value in whole]
    return {
        "tried": [
            {"levels": levels, "value": value, "best": choose(tried[: number + 1])}
            for number, (levels, value) in enumerate(whole)
        ],
        "importances": importances(study, whole),
    }


def overlap(study: StudyFile) -> float:
    """Examples that a cell is judged on for each that it is trained on; 0: the cells share none by folds."""
    return 1 / (study.folds - 1) if study.folds else 0.0


def stages(study: StudyFile) -> list[str]:
    """The stages whose metrics are read."""
    return list(dict.fromkeys(name.partition(".")[0] for name in study.metrics))


def _rounded(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _rounded(child) for key, child in value.items()}
    if isinstance(value, list):
        return [_rounded(child) for child in value]
    return round(float(value), DIGITS) if isinstance(value, float | np.floating) else value
