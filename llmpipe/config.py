"""
The parameters: the only reader of params.yaml, and the table of its sections (llmpipe/sections).

Unknown keys are errors that name the nearest known one; all problems are reported at once, each with
its dotted path. A stage loads only the sections it uses, so a mistake elsewhere cannot change it.
"""

import copy
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from pydantic import ConfigDict, ValidationError, create_model

from llmpipe.depth import derived, is_idle
from llmpipe.dotted import flatten
from llmpipe.errors import ParamsError, unknown_name
from llmpipe.sections.baselines import BaselinesConfig, Steps
from llmpipe.sections.clean import BoilerplateConfig, CleanConfig, ExecutorConfig, FiltersConfig, LinesConfig
from llmpipe.sections.compress import CompressConfig, DistillConfig, PruneConfig
from llmpipe.sections.compute import ComputeConfig
from llmpipe.sections.encode import EncodeConfig
from llmpipe.sections.evaluate import EvaluateConfig, RetrievalConfig
from llmpipe.sections.finetune import AdapterConfig, AugmentationConfig, BestBy, FinetuneConfig, FoldsConfig
from llmpipe.sections.ingest import DocumentsSource, ExampleFiles, ExamplesSource, Hub, IngestConfig, WorldSource
from llmpipe.sections.model import ModelConfig
from llmpipe.sections.params import Params
from llmpipe.sections.pretrain import PretrainConfig
from llmpipe.sections.problems import explain
from llmpipe.sections.report import ReportConfig
from llmpipe.sections.search import SearchConfig
from llmpipe.sections.section import Section
from llmpipe.sections.tokenizer import TokenizerConfig
from llmpipe.sections.training import OptimizerConfig, ScheduleConfig, TrainConfig
from llmpipe.sections.transfer import TransferConfig

__all__ = [
    "AdapterConfig",
    "AugmentationConfig",
    "BaselinesConfig",
    "BestBy",
    "BoilerplateConfig",
    "COMPRESS_SECTIONS",
    "CleanConfig",
    "CompressConfig",
    "ComputeConfig",
    "DistillConfig",
    "DocumentsSource",
    "EncodeConfig",
    "EvaluateConfig",
    "ExampleFiles",
    "ExamplesSource",
    "ExecutorConfig",
    "FiltersConfig",
    "FinetuneConfig",
    "FoldsConfig",
    "Hub",
    "IngestConfig",
    "LinesConfig",
    "ModelConfig",
    "OptimizerConfig",
    "PIPELINE_SECTIONS",
    "Params",
    "PretrainConfig",
    "PruneConfig",
    "ReportConfig",
    "RetrievalConfig",
    "SECTIONS",
    "STAGE_KEYS",
    "STAGE_SECTIONS",
    "ScheduleConfig",
    "Section",
    "Steps",
    "TokenizerConfig",
    "TrainConfig",
    "TransferConfig",
    "WorldSource",
    "flatten",
    "json_schema",
    "load",
    "override",
    "read",
    "sections_of",
    "validate",
]

SECTIONS: dict[str, type[Section]] = {
    "ingest": IngestConfig,
    "clean": CleanConfig,
    "tokenizer": TokenizerConfig,
    "encode": EncodeConfig,
    "model": ModelConfig,
    "compute": ComputeConfig,
    "baselines": BaselinesConfig,
    "pretrain": PretrainConfig,
    "finetune": FinetuneConfig,
    "evaluate": EvaluateConfig,
    "transfer": TransferConfig,
    "compress": CompressConfig,
    "report": ReportConfig,
}

PIPELINE_SECTIONS = tuple(name for name in SECTIONS if name != "compress")  # those that change its result

STAGE_SECTIONS: dict[str, tuple[str, ...]] = {
    "ingest": ("ingest",),
    "clean": ("clean",),
    "tokenizer": ("tokenizer",),
    "encode": ("encode",),
    "baselines": ("baselines", "model", "pretrain", "compute"),
    "pretrain": ("pretrain", "model", "compute"),
    "finetune": ("finetune", "compute"),
    "evaluate": ("evaluate", "finetune", "compute"),
    "transfer": ("transfer", "model", "pretrain", "finetune", "evaluate", "compute"),
    "report": PIPELINE_SECTIONS,
}
COMPRESS_SECTIONS = ("compress", "pretrain", "finetune", "evaluate", "compute")

# Single parameters that a stage takes from the section of another one: all others may change without it.
STAGE_KEYS: dict[str, tuple[str, ...]] = {
    "baselines": ("finetune.train_per_dataset",),
    "finetune": tuple(f"evaluate.retrieval.{name}" for name in SearchConfig.model_fields),
}


def sections_of(stage: str) -> tuple[str, ...]:
    """The sections that a stage has to read: its own, and those of its single keys."""
    others = (key.partition(".")[0] for key in STAGE_KEYS.get(stage, ()))
    return tuple(dict.fromkeys([*STAGE_SECTIONS[stage], *others]))


def read(path: Path) -> dict[str, Any]:
    """
    The raw mapping of a params file (YAML 1.2, as DVC reads it).

    Raises:
        ParamsError: The file is missing, is not YAML, or is not a mapping of sections.
    """
    from ruamel.yaml import YAML
    from ruamel.yaml.error import YAMLError

    try:
        value = YAML(typ="safe").load(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise ParamsError(f"{path} is missing; run in the project's folder, or name a file with --params.") from None
    except UnicodeDecodeError:
        raise ParamsError(f"{path} is not UTF-8 text; save it in that encoding.") from None
    except YAMLError as error:
        raise ParamsError(f"{path} is not valid YAML: {_yaml_problem(error)}.") from None
    if not isinstance(value, dict):
        raise ParamsError(f"{path} holds no sections; `llmpipe recipe use world` writes a complete one.")
    return value


def _yaml_problem(error: Any) -> str:
    """Where a YAML text stops being one, and why: `line 9, column 3: found duplicate key "seed" ...`."""
    problem = str(getattr(error, "problem", None) or error)
    mark = getattr(error, "problem_mark", None)
    hint = " (a tab; YAML is indented with spaces)" if r"'\t'" in problem else ""
    where = f"line {mark.line + 1}, column {mark.column + 1}: " if mark else ""
    return where + " ".join(problem.split()) + hint


def override(values: dict[str, Any], overrides: Sequence[str]) -> dict[str, Any]:
    """
    Apply `section.key=value` overrides (values in YAML) to a copy of a params mapping.

    Raises:
        ParamsError: An override is not of that form, its value is no YAML, or a list has no such item.
    """
    from ruamel.yaml import YAML
    from ruamel.yaml.error import YAMLError

    values = copy.deepcopy(values)
    for item in overrides:
        dotted, equals, text = item.partition("=")
        keys = dotted.split(".")
        if not equals or len(keys) < 2:
            raise ParamsError(f"-S {item}: write it as section.key=value, for example -S pretrain.steps=500.")
        try:
            value = YAML(typ="safe").load(text)
        except YAMLError as error:
            raise ParamsError(f"-S {item}: the value is not valid YAML: {_yaml_problem(error)}.") from None
        target: Any = values
        for key in keys[:-1]:
            target = target[_index(item, key, target)] if isinstance(target, list) else target.setdefault(key, {})
            if not isinstance(target, dict | list):
                raise ParamsError(f"-S {item}: '{key}' is a value, not a section.")
        target[_index(item, keys[-1], target) if isinstance(target, list) else keys[-1]] = value
    return values


def _index(item: str, key: str, target: Sequence[Any]) -> int:
    if not key.isdecimal() or int(key) >= len(target):
        raise ParamsError(f"-S {item}: '{key}' is no item of that list; they are numbered 0 to {len(target) - 1}.")
    return int(key)


def validate(values: Mapping[str, Any], sections: Iterable[str], origin: str = "params.yaml") -> Params:
    """
    Check the named sections of a params mapping; what `model.depth` stands for is filled in.

    Raises:
        ParamsError: With every problem, a line each, when there is any.
    """
    values = derived(values)
    problems = [f"{origin}: {unknown_name('section', name, SECTIONS)}" for name in values if name not in SECTIONS]
    checked: dict[str, Any] = {}
    for name in sections:
        if name not in values:
            problems.append(f"{origin}: section '{name}' is missing; `llmpipe recipe diff` shows complete files.")
            continue
        try:
            checked[name] = SECTIONS[name].model_validate(values[name] or {})
        except ValidationError as error:
            # a list without its bad items is "too short" as well: the bad items say enough
            found = [problem for problem in error.errors() if problem["type"] != "too_short" or not problem["input"]]
            problems += [f"{origin}: {explain(name, problem, SECTIONS[name])}" for problem in found]
    if problems:
        raise ParamsError("\n".join(problems))
    return Params(**checked)


def load(path: Path, sections: Iterable[str] = tuple(SECTIONS), overrides: Sequence[str] = ()) -> Params:
    """Read, override and check the named sections of a params file."""
    return written(override(read(path), overrides), sections, path.name)


def written(values: Mapping[str, Any], sections: Iterable[str], origin: str) -> Params:
    """
    As `validate`, of what a person has written.

    Raises:
        ParamsError: Also where `model.depth` is set and changes nothing.
    """
    if is_idle(values):
        raise ParamsError(
            f"{origin}: model.depth is {values['model']['depth']}, but no value that follows from it is null in "
            "model and pretrain, so it changes nothing; write null for those that shall follow (`llmpipe recipe use "
            "depth` has all of them null), or null for model.depth."
        )
    return validate(values, sections, origin)


def json_schema() -> dict[str, Any]:
    """JSON schema of params.yaml, for editors."""
    fields: dict[str, Any] = {name: (section, ...) for name, section in SECTIONS.items()}
    return create_model("Params", __config__=ConfigDict(extra="forbid"), **fields).model_json_schema()
