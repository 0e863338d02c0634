"""The study file: what varies, how often, and by which number configurations are compared."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from llmpipe import config
from llmpipe.errors import ParamsError

STAGES = ("ingest", "clean", "tokenizer", "encode", "pretrain", "finetune", "evaluate", "transfer", "report")
Positive = Annotated[int, Field(gt=0)]


@dataclass(frozen=True)
class Level:
    """
    One setting of a factor.

    Args:
        name: As tables show it.
        values: Dotted key of params.yaml -> its value.
    """

    name: str
    values: Mapping[str, Any]


class StudyFile(BaseModel):
    """
    A study as people write it.

    A factor is a dotted key with a list of values, or a name with named levels, each of which sets several keys.
    Metrics are named STAGE.KEY, as in data/metrics/STAGE.json.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str = Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=40)
    question: str = ""
    factors: dict[str, list[Any] | dict[str, dict[str, Any]]] = Field(min_length=1)
    fixed: dict[str, Any] = {}  # dotted key -> value, in all cells
    design: Literal["grid", "random"] = "grid"
    cells: Positive | None = None  # random only
    design_seed: int = 1  # of the choice of cells
    seeds: tuple[int, ...] = Field((1,), min_length=1)
    seed_keys: tuple[str, ...] | None = None  # None: the seed of every stage
    target: Literal["pretrain", "finetune", "evaluate", "report"] = "report"
    optimise: str
    goal: Literal["max", "min"] = "max"
    describe: tuple[str, ...] = ()  # further metrics, in tables only
    only_describes: bool = False  # no configuration is chosen, so `optimise` may be a score on test sets
    curve: str | None = None  # the factor whose values are amounts: a learning curve is fitted
    jobs: Positive = 1

    @model_validator(mode="after")
    def _consistent(self) -> "StudyFile":
        problems = [*self._wrong_factors(), *self._wrong_metrics()]
        if (self.design == "random") != (self.cells is not None):
            problems.append("cells: says how many a random design draws, and only that")
        if len(set(self.seeds)) < len(self.seeds):
            problems.append("seeds: one of them is listed twice")
        if problems:
            raise ValueError("\n".join(problems))
        return self

    def _wrong_factors(self) -> list[str]:
        found = [f"factors.{name}: needs at least two levels" for name, raw in self.factors.items() if len(raw) < 2]
        for name in self.factors:
            names = [level.name for level in self.levels(name)]
            if len(set(names)) < len(names):
                found.append(f"factors.{name}: a level is listed twice")
        if self.curve is not None:
            raw = self.factors.get(self.curve)
            if not isinstance(raw, list) or not all(_is_amount(value) for value in raw):
                found.append(f"curve: '{self.curve}' is no factor whose levels are numbers above 0")
        return found

    def _wrong_metrics(self) -> list[str]:
        found = []
        for name in self.metrics:
            stage = name.partition(".")[0]
            if stage not in STAGES[: STAGES.index(self.target) + 1] or "." not in name:
                found.append(f"metric '{name}': write STAGE.KEY, with a stage that runs up to {self.target}")
        if not self.only_describes and (
            not self.optimise.startswith(("pretrain.", "finetune.")) or not _on_valid(self)
        ):
            found.append(
                f"optimise: '{self.optimise}' is not measured on the valid split, so choosing by it would spoil the "
                "test sets; name pretrain.valid_... or finetune.valid_..., or say only_describes: true"
            )
        return found

    @property
    def metrics(self) -> tuple[str, ...]:
        """All metrics, the optimised one first."""
        return tuple(dict.fromkeys((self.optimise, *self.describe)))

    def levels(self, factor: str) -> list[Level]:
        """The levels of a factor, in the order of the file."""
        raw = self.factors[factor]
        if isinstance(raw, dict):
            return [Level(name, values) for name, values in raw.items()]
        return [Level(_shown(value), {factor: value}) for value in raw]


def _is_amount(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and value > 0


def _on_valid(study: StudyFile) -> bool:
    return study.optimise.partition(".")[2].startswith("valid_")


def _shown(value: Any) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)


def load(path: Path) -> StudyFile:
    """
    Read and check a study file.

    Raises:
        ParamsError: With every problem, a line each, when there is any.
    """
    try:
        return StudyFile.model_validate(config.read(path))
    except ValidationError as error:
        raise ParamsError("\n".join(_explain(path.name, problem) for problem in error.errors())) from None


def _explain(file: str, problem: Any) -> str:
    where = ".".join(str(part) for part in problem["loc"] if part not in ("list[any]", "dict[str,dict[str,any]]"))
    message = problem["msg"].removeprefix("Value error, ")
    if problem["type"] == "extra_forbidden":
        known = ", ".join(StudyFile.model_fields)
        return f"{file}: unknown key '{where}'; known: {known}."
    return "\n".join(f"{file}: {where + ': ' if where else ''}{line}" for line in message.splitlines())
