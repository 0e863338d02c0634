"""The house rules of docs/architecture.md: imports point down, and each library has one door."""

import ast

import pytest
from imports import code_of, imported, modules, ours, tree

from llmpipe.config import SECTIONS, STAGE_SECTIONS

# Rooms from the front door down; a room imports rooms of later lines, and itself.
FLOORS = (
    ("__main__",),
    ("cli",),
    ("commands",),
    ("plan", "studies", "compress"),
    ("stages",),
    ("tuning",),
    ("evaluation",),
    (
        "world",
        "corpus",
        "train",
        "tasks",
        "metrics",
        "baselines",
        "vectors",
        "retrieval",
        "pages",
        "export",
        "serve",
        "tracking",
    ),
    ("tokenizer",),
    ("model",),
    ("config", "records", "files", "processes", "progress"),
    ("sections",),
    ("depth", "dotted", "entities", "errors", "listing", "words"),
)
SIDEWAYS = {
    ("train", "tokenizer"),
    ("train", "model"),
    ("export", "train"),
    ("export", "tokenizer"),
    ("export", "model"),
    ("tracking", "export"),
    ("serve", "tokenizer"),
    ("serve", "model"),
}
ROOMS_OF_COMPONENTS = {*next(rooms for rooms in FLOORS if "train" in rooms), "tokenizer"}
DOORS = {
    "click": {"cli"},
    "mlflow": {"tracking"},
    "sentencepiece": {"tokenizer"},
    "sacrebleu": {"metrics"},
    "ruamel": {"config"},
    "matplotlib": {"pages"},
    "torch": {
        "model",
        "train",
        "export",
        "serve",
        "plan",
        "compress",
        "stages.baselines",
        "stages.pretrain",
        "tuning",
    },
    "transformers": {"export"},
    "gguf": {"export"},
    "lm_eval": {"export"},
    "gensim": {"vectors"},
    "bm25s": {"retrieval"},
    "datasets": {"corpus"},
    "datatrove": {"corpus.engine"},
    "numba": {"corpus.compiled"},
    "ray": {"corpus.engine"},
    "fastapi": {"serve"},
    "starlette": {"serve"},
    "uvicorn": {"serve"},
    "tokenizers": {"tokenizer"},
    "jinja2": {"tokenizer.template"},
    "dvc": {"commands.sides"},
    "optuna": {"studies.search"},
}


def room(name: str) -> str:
    """`llmpipe.corpus.pii` -> `corpus`."""
    return name.split(".")[1] if "." in name else "__init__"


def floor(name: str) -> int:
    return next(number for number, rooms in enumerate(FLOORS) if name in rooms)


def test_every_module_stands_in_a_room_of_the_plan():
    known = {name for rooms in FLOORS for name in rooms} | {"__init__"}

    assert {room(name) for name in modules()} <= known


@pytest.mark.parametrize("name", sorted(set(modules()) - {"llmpipe"}))
def test_imports_point_down(name):
    """A module imports its own room and lower floors; components do not know each other, but for the listed pairs."""
    here = room(name)
    for target in ours(name):
        there = room(target)
        if here == there:
            continue
        if {here, there} <= ROOMS_OF_COMPONENTS:
            assert (here, there) in SIDEWAYS, f"{name} imports {target}, a room beside it"
        else:
            assert floor(here) < floor(there), f"{name} imports {target}, which stands above it"


@pytest.mark.parametrize("library", sorted(DOORS))
def test_each_library_has_one_door(library):
    def users():
        for name in modules():
            if any(target.split(".")[0] == library for target in imported(name)):
                path = name.removeprefix("llmpipe.")
                yield path if path in DOORS[library] else room(name)

    assert set(users()) <= DOORS[library]


def test_no_import_hides_from_the_rules():
    """A module of ours is named in an import statement, except where the table of stages names it."""
    hidden = {
        name
        for name in modules()
        for node in ast.walk(tree(name))
        if isinstance(node, ast.Call)
        and (getattr(node.func, "id", "") or getattr(node.func, "attr", "")) in {"import_module", "__import__"}
    }

    assert hidden <= {"llmpipe.cli.stages"}


def test_the_package_itself_holds_the_version_only():
    """It is no dependency of any stage, so nothing that matters may live there."""
    kinds = [type(node).__name__ for node in tree("llmpipe").body]

    assert kinds == ["Expr", "Assign"]


def test_every_module_says_what_it_is():
    assert [name for name in modules() if not ast.get_docstring(tree(name))] == []


# Sections that a stage's code names without reading them: a model's own config, the lexicon of the sample world.
BORROWED = {"baselines": {"ingest"}, "finetune": {"model"}, "evaluate": {"model"}}


@pytest.mark.parametrize("stage", [name for name in STAGE_SECTIONS if name != "report"])
def test_a_new_parameter_runs_only_the_stages_that_read_its_section(stage):
    """The reader of params.yaml imports all sections, so no code that makes a result may import it."""
    others = {f"llmpipe.sections.{name}" for name in set(SECTIONS) - set(STAGE_SECTIONS[stage])}

    assert {name.rpartition(".")[2] for name in code_of(stage) & others} == BORROWED.get(stage, set())
    assert "llmpipe.config" not in code_of(stage)
