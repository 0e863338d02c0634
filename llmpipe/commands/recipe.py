"""`llmpipe recipe`: complete parameter files, listed, compared with params.yaml and copied over it."""

import json
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from llmpipe import config
from llmpipe.errors import ParamsError, unknown_name
from llmpipe.files import write_text

ABSENT = "(absent)"


def recipes(params_file: Path) -> dict[str, Path]:
    """
    The recipes beside a params file, by name.

    Raises:
        ParamsError: There is no folder of recipes.
    """
    folder = params_file.parent / "recipes"
    found = {path.stem: path for path in sorted(folder.glob("*.yaml"), key=lambda path: path.stem)}
    if not found:
        raise ParamsError(
            f"{folder} holds no recipe; run in the project's folder, or name its params.yaml with --params."
        )
    return found


def find(name: str, params_file: Path) -> Path:
    """
    The file of one recipe.

    Raises:
        ParamsError: There is none of that name.
    """
    found = recipes(params_file)
    if name not in found:
        raise ParamsError(f"{unknown_name('recipe', name, found)}")
    return found[name]


def listing(params_file: Path) -> str:
    """The recipes, a line each: a star for those equal to params.yaml, and the first comment of the file."""
    current = params_file.read_bytes() if params_file.exists() else b""
    found = recipes(params_file)
    width = max(map(len, found))
    lines = [f"{'*' if p.read_bytes() == current else ' '} {name:<{width}}  {_title(p)}" for name, p in found.items()]
    return "\n".join(lines) + "\n"


def _title(path: Path) -> str:
    first = path.read_text(encoding="utf-8").partition("\n")[0]
    return first.lstrip("# ") if first.startswith("#") else ""


def difference(name: str, params_file: Path) -> str:
    """What `use` would change, a line for each value."""
    return compare(config.read(params_file), config.read(find(name, params_file)))


def compare(old: Mapping[str, Any], new: Mapping[str, Any]) -> str:
    """The values that differ: `pretrain.steps: 1500 -> 40`, in the order of the files."""
    before, after = dict(_leaves(old)), dict(_leaves(new))
    keys = [*before, *(key for key in after if key not in before)]
    lines = [
        f"{key}: {before.get(key, ABSENT)} -> {after.get(key, ABSENT)}"
        for key in keys
        if before.get(key) != after.get(key)
    ]
    return "\n".join(lines) + "\n" if lines else "no value differs\n"


def _leaves(value: Any, prefix: str = "") -> Iterator[tuple[str, str]]:
    """Dotted names and values as JSON; lists of mappings (the sources) are entered, other lists are values."""
    if isinstance(value, Mapping) and value:
        for key, child in value.items():
            yield from _leaves(child, f"{prefix}.{key}" if prefix else str(key))
    elif isinstance(value, list) and any(isinstance(item, Mapping) for item in value):
        for number, item in enumerate(value):
            yield from _leaves(item, f"{prefix}.{number}")
    else:
        yield prefix, json.dumps(value, ensure_ascii=False)


def use(name: str, params_file: Path, *, force: bool = False) -> str:
    """
    Copy a recipe over params.yaml; returns what changed.

    Raises:
        ParamsError: The recipe is unknown or invalid, or params.yaml holds changes that would be lost.
    """
    recipe = find(name, params_file)
    config.load(recipe)
    if not force and not _kept_elsewhere(params_file):
        raise ParamsError(
            f"{params_file} holds changes that are neither committed nor a recipe; commit them, "
            f"copy them to {recipe.parent}/, or drop them with --force."
        )
    changed = compare(config.read(params_file) if params_file.exists() else {}, config.read(recipe))
    write_text(params_file, recipe.read_text(encoding="utf-8"))
    return f"{params_file} is now recipe {name}:\n{changed}"


def _kept_elsewhere(params_file: Path) -> bool:
    """Whether the content of params.yaml is absent, in the last commit, or that of a recipe."""
    if not params_file.exists():
        return True
    content = params_file.read_bytes()
    if any(path.read_bytes() == content for path in recipes(params_file).values()):
        return True
    try:
        command = ["git", "show", f"HEAD:./{params_file.name}"]
        committed = subprocess.run(command, cwd=params_file.absolute().parent, capture_output=True, check=False)
    except OSError:  # no git: nothing is committed
        return False
    return committed.returncode == 0 and committed.stdout == content
