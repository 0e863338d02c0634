"""
Which of our modules imports which, read from the syntax trees (imports inside functions included).

`python tests/imports.py` (or `make dvc-deps`) writes the code dependencies of each stage into dvc.yaml:
the closure of the imports of its module and its sections, so that DVC never takes a result from changed code for fresh.
"""

import ast
import functools
from pathlib import Path

from llmpipe.config import STAGE_SECTIONS

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "llmpipe"

# Modules that cannot change a stage's outputs: what a person sees, and the tracker. `llmpipe` holds the version only.
VOICE = ("llmpipe", "llmpipe.__main__", "llmpipe.cli", "llmpipe.commands", "llmpipe.progress", "llmpipe.tracking")


def module_name(path: Path) -> str:
    """`llmpipe/corpus/pii.py` -> `llmpipe.corpus.pii`; a package is named by its folder."""
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


@functools.cache
def modules() -> dict[str, Path]:
    """All our modules by name."""
    return {module_name(path): path for path in sorted(PACKAGE.rglob("*.py"))}


@functools.cache
def tree(name: str) -> ast.Module:
    """Syntax tree of a module."""
    return ast.parse(modules()[name].read_text(encoding="utf-8"))


@functools.cache
def imported(name: str) -> frozenset[str]:
    """Full dotted names that a module imports, `from a import b` as `a.b`, without those for type checkers only."""
    found: set[str] = set()
    package = name if modules()[name].name == "__init__.py" else name.rpartition(".")[0]

    def visit(node: ast.AST) -> None:
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.dump(node.test):
            return
        if isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
        if isinstance(node, ast.ImportFrom):
            base = package.split(".")[: len(package.split(".")) - node.level + 1] if node.level else []
            origin = ".".join([*base, *([node.module] if node.module else [])])
            found.update(f"{origin}.{alias.name}" for alias in node.names)
        for child in ast.iter_child_nodes(node):
            visit(child)

    visit(tree(name))
    return frozenset(found)


@functools.cache
def ours(name: str) -> frozenset[str]:
    """Our modules that a module imports, with the packages above them (Python runs those first)."""
    found: set[str] = set()
    for target in imported(name):
        while target and target not in modules():
            target = target.rpartition(".")[0]
        while target and target != "llmpipe":
            found.add(target)
            target = target.rpartition(".")[0]
    return frozenset(found - {name})


def closure(name: str) -> set[str]:
    """A module and all of ours that it imports, directly or not, without going through `VOICE`."""
    seen: set[str] = set()
    waiting = [name]
    while waiting:
        current = waiting.pop()
        if current in seen or any(current == voice or current.startswith(voice + ".") for voice in VOICE[1:]):
            continue
        seen.add(current)
        waiting += ours(current)
    return seen - {"llmpipe.stages"}


def code_of(stage: str) -> set[str]:
    """What a stage imports, and the sections of its parameters: their defaults count also where it imports none."""
    starts = [f"llmpipe.stages.{stage}", *(f"llmpipe.sections.{name}" for name in STAGE_SECTIONS[stage])]
    return {name for start in starts for name in closure(start)}


def code_files(stage: str) -> list[str]:
    """Code that the result of a stage depends on, as paths for dvc.yaml; a package that is used whole is one folder."""
    paths = {modules()[name] for name in code_of(stage)}
    for package in sorted({path.parent for path in paths} - {PACKAGE, PACKAGE / "stages"}):  # outer packages first
        if paths & set(package.parents):
            continue
        files = {path for path in package.rglob("*") if path.is_file() and "__pycache__" not in path.parts}
        data = {path for path in files if path.suffix != ".py"}  # word lists and the like, read by the code beside them
        paths |= data
        if files <= paths:
            paths = paths - files | {package}
    return sorted(path.relative_to(ROOT).as_posix() for path in paths)


def write_code_dependencies(path: Path = ROOT / "dvc.yaml") -> None:
    """Replace the code dependencies of all stages in dvc.yaml; comments and everything else stay."""
    from ruamel.yaml import YAML

    yaml = YAML()
    yaml.width, yaml.preserve_quotes = 120, True
    yaml.indent(mapping=2, sequence=4, offset=2)
    pipeline = yaml.load(path.read_text(encoding="utf-8"))
    for name, stage in pipeline["stages"].items():
        if f"llmpipe.stages.{name}" in modules():
            data = [item for item in stage["deps"] if not item.startswith("llmpipe/")]
            stage["deps"][:] = [*data, *code_files(name)]
    with path.open("w", encoding="utf-8") as stream:
        yaml.dump(pipeline, stream)


if __name__ == "__main__":
    write_code_dependencies()
