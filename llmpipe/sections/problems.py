"""What is wrong with a section, in sentences."""

import difflib
from collections.abc import Sequence
from typing import Any, get_args

from pydantic import BaseModel


def explain(section: str, problem: Any, model: type[BaseModel]) -> str:
    """One sentence for a problem that pydantic found in a section: where, the value, what is allowed."""
    location = [section, *(str(part) for part in problem["loc"] if part != "[key]")]
    where = ".".join(location)
    if problem["type"] == "extra_forbidden":
        known = _known_keys(model, problem["loc"][:-1])
        close = difflib.get_close_matches(location[-1], known, n=1)
        hint = f"did you mean '{close[0]}'?" if close else f"known: {', '.join(sorted(known))}."
        return f"{where}: unknown key '{location[-1]}' ({hint})"
    if problem["type"] == "missing":
        return f"{where}: is missing"
    message = problem["msg"].removeprefix("Value error, ") + _nearest(problem)
    return (
        f"{where} is {problem['input']!r}: {message}"
        if not isinstance(problem["input"], dict)
        else f"{where}: {message}"
    )


def _nearest(problem: Any) -> str:
    """The end of the range that a number lies behind, where the end belongs to it."""
    ends = problem.get("ctx", {})
    end = {"greater_than_equal": ends.get("ge"), "less_than_equal": ends.get("le")}.get(problem["type"])
    return "" if end is None else f". Nearest: {end:g}."


def _known_keys(model: Any, path: Sequence[Any]) -> list[str]:
    """Field names of the model found by following `path` from `model` (through unions and tuples)."""
    models = [model]
    for part in path:
        children: list[Any] = []
        for current in models:
            if isinstance(part, str) and part in current.model_fields:
                children += _models_in(current.model_fields[part].annotation)
        models = children or models  # an index or a union tag: stay
        if isinstance(part, str) and any("kind" in m.model_fields for m in models):
            tagged = [m for m in models if part in str(m.model_fields.get("kind", ""))]
            models = tagged or models
    return [name for current in models for name in current.model_fields]


def _models_in(annotation: Any) -> list[Any]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    return [model for part in get_args(annotation) for model in _models_in(part)]
