"""The conclusion of the article that a single result cannot test, tested by a study: that augmentation helps."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from llmpipe.pages.conclusions import AUGMENTATION, Conclusion, Estimate, above, all_hold, as_json, some_fails
from llmpipe.studies.cells import Cell
from llmpipe.studies.effects import mean_interval
from llmpipe.studies.file import StudyFile

COPIES = "finetune.augmentation.copies"
SMALLEST = 1e-9  # standard error, where all blocks say the same


def augmentation(
    study: StudyFile, cells: Sequence[Cell], values: Mapping[str, Mapping[str, float]], overlap: float = 0.0
) -> dict[str, Any] | None:
    """
    Each number of noisy copies against none: the mean gain over the configurations that have both, paired by block.

    A block is a seed, with folds a fold of a seed; the test is a one-sided t test, with folds corrected for their
    `overlap` (effects.py). "Supported" needs every number of copies to help. None: the study has no factor
    `finetune.augmentation.copies` with the level 0 and another, or fewer than two blocks.

    Returns:
        As `conclusions.as_json`: {"conclusion", "condition", "verdict", "p_for", "p_against", "tests"}.
    """
    if COPIES not in study.factors or study.range(COPIES):
        return None
    amounts = {level.name: level.values[COPIES] for level in study.levels(COPIES)}
    scores = {_place(cell): values[cell.name][study.optimise] for cell in cells}
    plain = next((name for name, amount in amounts.items() if amount == 0), None)
    sign = 1 if study.goal == "max" else -1
    tests = []
    for name, amount in amounts.items():
        gains: dict[str, list[float]] = {}
        for (level, block, others), score in scores.items():
            without = scores.get((str(plain), block, others))
            if level == name != plain and without is not None:
                gains.setdefault(block, []).append(sign * (score - without))
        if len(gains) > 1:
            found = mean_interval([float(np.mean(of_block)) for of_block in gains.values()], overlap)
            error = max(found["sd"] * math.sqrt(1 / found["n"] + overlap), SMALLEST)
            where = f"{amount} {'copy' if amount == 1 else 'copies'} − none"
            tests.append(above(Estimate(where, found["mean"], error, found["n"] - 1), 0.0))
    if not tests:
        return None
    return as_json([Conclusion(AUGMENTATION, tests, all_hold(tests), some_fails(tests))])[0]


def _place(cell: Cell) -> tuple[str, str, str]:
    """Level of augmentation, block, and the levels of all other factors."""
    others = sorted(f"{factor}={level}" for factor, level in cell.levels.items() if factor != COPIES)
    return cell.levels[COPIES], cell.repeat, ", ".join(others)
