"""The study file: what varies, how often, and by which number configurations are compared."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal, TypeGuard

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from llmpipe import config
from llmpipe.errors import ParamsError
from llmpipe.sections.section import Seed

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


@dataclass(frozen=True)
class Range:
    """
    The values of a factor from `low` to `high`, both included: whole numbers when both are, else real ones.

    Args:
        low: Smallest value.
        high: Largest value.
        log: Values are spread evenly over orders of magnitude.
    """

    low: float
    high: float
    log: bool = False

    @property
    def is_whole(self) -> bool:
        """Whether the values are whole numbers."""
        return isinstance(self.low, int) and isinstance(self.high, int)


class StudyFile(BaseModel):
    """
    A study as people write it.

    A factor is a dotted key with a list of values or a range, or a name with named levels, each of which sets several
    keys. Metrics are named STAGE.KEY, as in data/metrics/STAGE.json.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str = Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=40)
    question: str = ""
    factors: dict[str, list[Any] | dict[str, Any]] = Field(min_length=1)
    fixed: dict[str, Any] = {}  # dotted key -> value, in all cells
    design: Literal["grid", "random", "optuna"] = "grid"
    cells: Positive | None = None  # configurations that are tried; random and optuna only
    design_seed: Seed = 1  # of the choice of cells
    seeds: tuple[Seed, ...] = Field((1,), min_length=1)
    folds: Annotated[int, Field(ge=2)] | None = None  # of a cross-validation of fine-tuning
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
        if (self.design == "grid") != (self.cells is None):
            problems.append("cells: says how many a random or an optuna design tries, and only that")
        if self.design == "optuna" and self.only_describes:
            problems.append("design: optuna goes where `optimise` is best, so the study does not only describe")
        if len(set(self.seeds)) < len(self.seeds):
            problems.append("seeds: one of them is listed twice")
        if problems:
            raise ValueError("\n".join(problems))
        return self

    def _wrong_factors(self) -> list[str]:
        found = []
        for name, raw in self.factors.items():
            if _is_range(raw):
                found += [f"factors.{name}: {problem}" for problem in self._wrong_range(raw)]
                continue
            if len(raw) < 2:
                found.append(f"factors.{name}: needs at least two levels")
            if isinstance(raw, dict) and not all(isinstance(values, dict) for values in raw.values()):
                found.append(f"factors.{name}: write a list of values, {{low: .., high: ..}}, or NAME: {{key: value}}")
                continue
            names = [level.name for level in self.levels(name)]
            if len(set(names)) < len(names):
                found.append(f"factors.{name}: a level is listed twice")
        if self.curve is not None:
            sizes = self.factors.get(self.curve)
            if not isinstance(sizes, list) or not all(_is_amount(value) for value in sizes):
                found.append(f"curve: '{self.curve}' is no factor whose levels are numbers above 0")
        return found

    def _wrong_range(self, raw: Mapping[str, Any]) -> list[str]:
        if unknown := sorted(set(raw) - {"low", "high", "log"}):
            return [f"a range has no '{unknown[0]}'; it has low, high and log"]
        low, high = raw.get("low"), raw.get("high")
        if not (_is_number(low) and _is_number(high) and low < high):
            return [f"a range goes from a low number to a high one, not from {low} to {high}"]
        found = []
        if not isinstance(raw.get("log", False), bool):
            found.append(f"log is {raw['log']}; write true or false")
        elif raw.get("log") and low <= 0:
            found.append(f"low is {low}; a logarithm needs a number above 0")
        if self.design == "grid":
            found.append("a range has no levels to combine; list values, or use design random or optuna")
        return found

    def _wrong_metrics(self) -> list[str]:
        found = []
        for name in self.metrics:
            stage = name.partition(".")[0]
            if stage not in STAGES[: STAGES.index(self.target) + 1] or "." not in name:
                found.append(f"metric '{name}': write STAGE.KEY, with a stage that runs up to {self.target}")
            if name.startswith("finetune.fold_") and not self.folds:
                found.append(f"metric '{name}': only a study with folds has it")
        if not self.only_describes and (
            not self.optimise.startswith(("pretrain.", "finetune.")) or not _on_valid(self)
        ):
            found.append(
                f"optimise: '{self.optimise}' is not measured on the valid split, so choosing by it would spoil the "
                "test sets; name pretrain.valid_... or finetune.valid_..., or say only_describes: true"
            )
        if self.folds and not self.optimise.startswith("finetune.fold_"):
            found.append(f"optimise: '{self.optimise}' is not of the fold that was held out; name finetune.fold_...")
        if self.folds and self.target == "pretrain":
            found.append("folds: the target pretrain tunes nothing; a fold is of the examples that finetune reads")
        return found

    @property
    def metrics(self) -> tuple[str, ...]:
        """All metrics, the optimised one first."""
        return tuple(dict.fromkeys((self.optimise, *self.describe)))

    @property
    def repeats(self) -> int:
        """Cells of each configuration: its seeds, times the folds."""
        return len(self.seeds) * (self.folds or 1)

    def range(self, factor: str) -> Range | None:
        """The range of a factor; None: it has levels."""
        raw = self.factors[factor]
        return Range(**raw) if isinstance(raw, dict) and _is_range(raw) else None

    def levels(self, factor: str) -> list[Level]:
        """The levels of a factor, in the order of the file; none of a range."""
        raw = self.factors[factor]
        if _is_range(raw):
            return []
        if isinstance(raw, dict):
            return [Level(name, values) for name, values in raw.items()]
        return [level(factor, value) for value in raw]

    def keys(self, factor: str) -> set[str]:
        """The dotted keys that a factor sets."""
        return {factor} if self.range(factor) else {key for found in self.levels(factor) for key in found.values}


def level(factor: str, value: Any) -> Level:
    """The level at which a factor that is a dotted key has a value."""
    return Level(f"{value:g}" if isinstance(value, float) else str(value), {factor: value})


def _is_range(raw: Any) -> TypeGuard[dict[str, Any]]:
    return isinstance(raw, dict) and not {"low", "high"}.isdisjoint(raw)


def _is_number(value: Any) -> TypeGuard[float]:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _is_amount(value: Any) -> bool:
    return _is_number(value) and value > 0


def _on_valid(study: StudyFile) -> bool:
    return study.optimise.partition(".")[2].startswith(("valid_", "fold_"))


def load(path: Path) -> StudyFile:
    """
    Read and check a study file.

    Raises:
        ParamsError: With every problem, a line each, when there is any.
    """
    if not path.is_file():
        raise ParamsError(f"the study file {path} is missing; recipes/studies holds some to begin with.")
    try:
        return StudyFile.model_validate(config.read(path))
    except ValidationError as error:
        raise ParamsError("\n".join(_explain(path.name, problem) for problem in error.errors())) from None


def _explain(file: str, problem: Any) -> str:
    where = ".".join(str(part) for part in problem["loc"] if part not in ("list[any]", "dict[str,any]"))
    message = problem["msg"].removeprefix("Value error, ")
    if problem["type"] == "extra_forbidden":
        known = ", ".join(StudyFile.model_fields)
        return f"{file}: unknown key '{where}'; known: {known}."
    return "\n".join(f"{file}: {where + ': ' if where else ''}{line}" for line in message.splitlines())
