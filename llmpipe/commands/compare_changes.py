"""What changed between two results, and what it cost."""

import json
from collections.abc import Mapping
from typing import Any

from llmpipe import tracking
from llmpipe.commands.compare_sets import Group
from llmpipe.pages.comparison import Change


def changes(first: Group, other: Group) -> list[Change]:
    """Parameters, data and code that differ; what differs within a group does not tell the two apart."""
    found = []
    for kind, part in (("parameter", "params"), ("data", "outputs"), ("code or input", "code")):
        ours, theirs = (_same(group, part) for group in (first, other))
        if ours and theirs:
            varied = _varied(first, part) | _varied(other, part)
            names = sorted(name for name in {*ours, *theirs} - varied if ours.get(name) != theirs.get(name))
            found += [Change(kind, name, _shown(ours, name), _shown(theirs, name)) for name in names]
    return found


def _same(group: Group, part: str) -> Mapping[str, Any]:
    found: Mapping[str, Any] = getattr(group.sides[0], part)
    return found


def _varied(group: Group, part: str) -> set[str]:
    values: list[Mapping[str, Any]] = [getattr(side, part) for side in group.sides]
    return {name for found in values for name in found if any(found[name] != more.get(name) for more in values)}


def _shown(values: Mapping[str, Any], name: str) -> str:
    if name not in values:
        return ""
    value = values[name]
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)


def costs(first: Group, other: Group) -> dict[str, dict[str, tuple[float, float]]]:
    """Stage -> measure -> (A's, B's), of what MLflow knows of all runs; of a group the mean of its runs."""
    ours, theirs = _costs(first), _costs(other)
    both = {stage: [name for name in ours[stage] if name in theirs[stage]] for stage in ours if stage in theirs}
    return {stage: {name: (ours[stage][name], theirs[stage][name]) for name in names} for stage, names in both.items()}


def _costs(group: Group) -> dict[str, dict[str, float]]:
    runs = [tracking.costs(side.outputs) for side in group.sides]
    return {
        stage: {
            name: sum(run[stage][name] for run in runs) / len(runs)
            for name in runs[0][stage]
            if all(name in run.get(stage, {}) for run in runs)
        }
        for stage in runs[0]
    }
