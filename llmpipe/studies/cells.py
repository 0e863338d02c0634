"""The cells of a study: which combinations of levels, with which parameters, under which name."""

import itertools
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from llmpipe import config
from llmpipe.errors import ParamsError
from llmpipe.files import digest, digest_value
from llmpipe.metrics.statistics import generator
from llmpipe.studies.file import STAGES, Level, Range, StudyFile, level

NAME_DIGITS = 8
TRIES = 100  # draws for each new configuration


@dataclass(frozen=True)
class Cell:
    """
    One run of the pipeline.

    Args:
        name: Of its DVC experiment: the study, the seed, and a digest of all that can change the result.
        levels: Factor -> name of its level.
        seed: One of the study's.
        overrides: `section.key=value`, as `dvc exp run -S` takes them.
        fold: The fold that it holds out, from 0; None: the study has no folds.
    """

    name: str
    levels: Mapping[str, str]
    seed: int
    overrides: tuple[str, ...]
    fold: int | None = None

    @property
    def label(self) -> str:
        """What tells this configuration from the others, without the seed."""
        return ", ".join(f"{short(factor)} {level}" for factor, level in self.levels.items())

    @property
    def repeat(self) -> str:
        """What tells the cells of a configuration apart: `1`, with folds `1/0`."""
        return str(self.seed) if self.fold is None else f"{self.seed}/{self.fold}"


def short(factor: str) -> str:
    """The last part of a dotted key."""
    return factor.rpartition(".")[2]


Configuration = Mapping[str, Level]
"""Factor -> its level."""


@dataclass(frozen=True)
class Ground:
    """What all cells of a study start from: the project's parameters, and digests of what its stages read."""

    params: dict[str, Any]
    sources: Mapping[str, str]


def ground(study: StudyFile, root: Path) -> Ground:
    """Read the project at `root`."""
    return Ground(
        config.read(root / "params.yaml"), {path: digest(root / path) for path in source_paths(root, study.target)}
    )


def cells(study: StudyFile, root: Path) -> list[Cell]:
    """
    All cells of a grid or a random design in the project at `root`.

    Raises:
        ParamsError: With every parameter that is unknown or wrong in some cell.
    """
    return of(study, ground(study, root), configurations(study))


def of(study: StudyFile, start: Ground, chosen: Sequence[Configuration]) -> list[Cell]:
    """
    The cells of some configurations: each with the first seed and fold, then with the next, ...

    Raises:
        ParamsError: With every parameter that is unknown or wrong in some cell.
    """
    seed_keys = study.seed_keys or tuple(
        f"{name}.seed" for name, section in start.params.items() if name != "compress" and "seed" in section
    )
    problems: dict[str, None] = {}
    found = []
    for seed, fold in itertools.product(study.seeds, range(study.folds) if study.folds else (None,)):
        for levels in chosen:
            settings = {key: value for level in levels.values() for key, value in level.values.items()}
            folds = {} if fold is None else {"finetune.folds.count": study.folds, "finetune.folds.fold": fold}
            changes = {key: seed for key in seed_keys} | folds | study.fixed | settings
            overrides = tuple(_override(key, value) for key, value in changes.items())
            try:
                params = config.written(config.override(start.params, overrides), config.SECTIONS, study.name)
            except ParamsError as error:
                problems |= dict.fromkeys(str(error).splitlines())
                continue
            whole = {name: getattr(params, name).model_dump(mode="json") for name in config.PIPELINE_SECTIONS}
            key = digest_value({"params": whole, "sources": start.sources, "target": study.target})
            names = {factor: level.name for factor, level in levels.items()}
            found.append(Cell(f"{study.name}-s{seed}-{key[:NAME_DIGITS]}", names, seed, overrides, fold))
    if problems:
        raise ParamsError("\n".join(problems))
    return found


def configurations(study: StudyFile) -> list[Configuration]:
    """
    The configurations of a grid or a random design, each once.

    A grid has all combinations of levels; a random draw of it keeps their order. With a range there is no grid: then
    each configuration is a draw of its own, so that more `cells` add some and change none.
    """
    if any(study.range(name) for name in study.factors):
        return _drawn(study)
    names = list(study.factors)
    grid: list[Configuration] = [
        dict(zip(names, levels, strict=True)) for levels in itertools.product(*(study.levels(name) for name in names))
    ]
    if study.cells is None or study.cells >= len(grid):
        return grid
    chosen = generator(study.design_seed, "study").permutation(len(grid))[: study.cells]
    return [grid[i] for i in sorted(chosen.tolist())]


def _drawn(study: StudyFile) -> list[Configuration]:
    found: dict[str, Configuration] = {}
    wanted = study.cells or 0
    for number in range(TRIES * wanted):  # of a few whole numbers there may be fewer
        drawn = random_configuration(study, number)
        found.setdefault(identity(drawn), drawn)
        if len(found) == wanted:
            break
    return list(found.values())


def identity(chosen: Configuration) -> str:
    """The same for the same levels."""
    return json.dumps({factor: level.name for factor, level in chosen.items()}, sort_keys=True)


def random_configuration(study: StudyFile, number: int) -> Configuration:
    """Draw `number` of the study: each level, and each value of a range (or its logarithm), is as likely as another."""
    random = generator(study.design_seed, "study", str(number))
    found = {}
    for factor in study.factors:
        extent = study.range(factor)
        if extent is None:
            levels = study.levels(factor)
            found[factor] = levels[int(random.integers(len(levels)))]
        else:
            found[factor] = level(factor, _within(extent, float(random.random())))
    return found


def _within(extent: Range, share: float) -> float:
    """The value of a range below which lies this share of it."""
    low, high = float(extent.low), float(extent.high)
    if extent.is_whole:  # half a step to each side, so that the ends are as likely as the others
        low, high = low - 0.5, high + 0.5
    value = low * (high / low) ** share if extent.log else low + (high - low) * share
    return settled(extent, value)


def settled(extent: Range, value: float) -> float:
    """A value as a cell has it: a whole number, or four significant digits, so that tables show all of it."""
    rounded = round(value) if extent.is_whole else float(f"{value:.4g}")
    return min(max(rounded, extent.low), extent.high)


def _override(key: str, value: Any) -> str:
    """JSON is what both YAML and DVC's -S read alike."""
    return f"{key}={json.dumps(value, ensure_ascii=False)}"


def source_paths(root: Path, target: str) -> list[str]:
    """
    What the stages up to `target` read and no stage writes: code, and people's own data.

    The report is left out: it shows numbers and changes none.
    """
    described: Mapping[str, Any] = config.read(root / "dvc.yaml").get("stages") or {}
    wanted = [name for name in STAGES[: STAGES.index(target) + 1] if name in described and name != "report"]
    written = {path for stage in described.values() for path in _paths(stage, "outs") + _paths(stage, "metrics")}
    read = {path for name in wanted for path in _paths(described[name], "deps")}
    sources = {path for path in read if not written & {path, *map(str, PurePosixPath(path).parents)}}
    return sorted(path for path in sources if (root / path).exists())


def _paths(stage: Mapping[str, Any], kind: str) -> list[str]:
    entries: Sequence[Any] = stage.get(kind) or []
    return [entry if isinstance(entry, str) else next(iter(entry)) for entry in entries]
