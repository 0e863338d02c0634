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
from llmpipe.studies.file import STAGES, Level, StudyFile

NAME_DIGITS = 8


@dataclass(frozen=True)
class Cell:
    """
    One run of the pipeline.

    Args:
        name: Of its DVC experiment: the study, the seed, and a digest of all that can change the result.
        levels: Factor -> name of its level.
        seed: One of the study's.
        overrides: `section.key=value`, as `dvc exp run -S` takes them.
    """

    name: str
    levels: Mapping[str, str]
    seed: int
    overrides: tuple[str, ...]

    @property
    def label(self) -> str:
        """What tells this configuration from the others, without the seed."""
        return ", ".join(f"{short(factor)} {level}" for factor, level in self.levels.items())


def short(factor: str) -> str:
    """The last part of a dotted key."""
    return factor.rpartition(".")[2]


def cells(study: StudyFile, root: Path) -> list[Cell]:
    """
    All cells of a study in the project at `root`: each configuration with the first seed, then with the second, ...

    Raises:
        ParamsError: With every parameter that is unknown or wrong in some cell.
    """
    values = config.read(root / "params.yaml")
    sources = {path: digest(root / path) for path in source_paths(root, study.target)}
    seed_keys = study.seed_keys or tuple(
        f"{name}.seed" for name, section in values.items() if name != "compress" and "seed" in section
    )
    problems: dict[str, None] = {}
    found = []
    for seed in study.seeds:
        for levels in configurations(study):
            settings = {key: value for level in levels.values() for key, value in level.values.items()}
            changes = {key: seed for key in seed_keys} | study.fixed | settings
            overrides = tuple(_override(key, value) for key, value in changes.items())
            try:
                params = config.validate(config.override(values, overrides), config.SECTIONS, study.name)
            except ParamsError as error:
                problems |= dict.fromkeys(str(error).splitlines())
                continue
            whole = {name: getattr(params, name).model_dump(mode="json") for name in config.PIPELINE_SECTIONS}
            key = digest_value({"params": whole, "sources": sources, "target": study.target})
            names = {factor: level.name for factor, level in levels.items()}
            found.append(Cell(f"{study.name}-s{seed}-{key[:NAME_DIGITS]}", names, seed, overrides))
    if problems:
        raise ParamsError("\n".join(problems))
    return found


def configurations(study: StudyFile) -> list[dict[str, Level]]:
    """The combinations of levels: all of them, or a random draw without repetition, in the order of the grid."""
    names = list(study.factors)
    grid = [
        dict(zip(names, levels, strict=True)) for levels in itertools.product(*(study.levels(name) for name in names))
    ]
    if study.cells is None or study.cells >= len(grid):
        return grid
    chosen = generator(study.design_seed, "study").permutation(len(grid))[: study.cells]
    return [grid[i] for i in sorted(chosen.tolist())]


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
