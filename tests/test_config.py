"""config: all problems at once, each with its dotted path and what to do."""

import re
from pathlib import Path

import pytest
from imports import ROOT

from llmpipe import config
from llmpipe.errors import ParamsError

WORLD = ROOT / "recipes/world.yaml"


def edited(tmp_path: Path, *changes: tuple[str, str]) -> Path:
    """The world recipe with the first match of each pattern replaced."""
    text = WORLD.read_text("utf-8")
    for old, new in changes:
        text, count = re.subn(old, new, text, count=1, flags=re.MULTILINE)
        assert count, old
    path = tmp_path / "params.yaml"
    path.write_text(text, "utf-8")
    return path


def problems(path: Path, *sections: str, overrides: tuple[str, ...] = ()) -> list[str]:
    with pytest.raises(ParamsError) as caught:
        config.load(path, sections or tuple(config.SECTIONS), overrides)
    return str(caught.value).splitlines()


def test_all_problems_are_reported_at_once_with_their_paths(tmp_path):
    path = edited(
        tmp_path,
        ("model_dim:", "model_dims:"),
        (r"vocab_size: \d+", "vocab_size: many"),
        ("^report:", "reports:"),
    )

    found = problems(path)

    assert found[0] == "params.yaml: unknown section 'reports': did you mean 'report'?"
    assert found[1].startswith("params.yaml: tokenizer.vocab_size is 'many': Input should be a valid integer")
    assert "params.yaml: model.model_dims: unknown key 'model_dims' (did you mean 'model_dim'?)" in found
    assert found[-1].startswith("params.yaml: section 'report' is missing;")
    assert len(found) == 4


def test_a_nested_key_is_compared_with_its_own_neighbours(tmp_path):
    path = edited(tmp_path, ("learning_rate:", "lerning_rate:"))

    assert problems(path) == [
        "params.yaml: baselines.lstm.optimizer.lerning_rate: unknown key 'lerning_rate' (did you mean 'learning_rate'?)"
    ]


def test_a_mistake_in_another_section_does_not_stop_a_stage(tmp_path):
    path = edited(tmp_path, (r"vocab_size: \d+", "vocab_size: many"))

    assert config.load(path, ["clean"]).clean.seed == 1


def test_sections_that_were_not_asked_for_are_absent():
    params = config.load(WORLD, ["clean"])

    assert params.clean.html is True
    assert params.pretrain is None


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ("model.num_heads=7", r"model: num_heads is 7; it must be a multiple of num_kv_heads \(\d\)"),
        ("model.context_length=8", r"model: context_length is 8; a row must hold a prompt .*\. Nearest: 16; .*"),
        (
            "finetune.context_length=8",
            "finetune.context_length is 8: Input should be greater than or equal to 16. Nearest: 16.",
        ),
        ("model.qkv_bias=true", "model: qkv_bias is true; no model has it with qk_norm. Set one of them to false"),
        ("model.head_dim=15", "model: head_dim is 15; rotary embedding needs an even number"),
        (
            "model.head_dim=512",
            r"model: model_dim is \d+; with induction_init it must be larger than head_dim \(512\)",
        ),
        (
            "clean.split.valid_ratio=1.5",
            "clean.split.valid_ratio is 1.5: Input should be less than or equal to 1. Nearest: 1.",
        ),
        ("pretrain.seed=-1", "pretrain.seed is -1: Input should be greater than or equal to 0. Nearest: 0."),
        ("transfer.seeds=[1,-2]", "transfer.seeds.1 is -2: Input should be greater than or equal to 0. Nearest: 0."),
        ("pretrain.steps=0", "pretrain.steps is 0: Input should be greater than 0"),
        (
            "pretrain.optimizer.name=lion",
            "pretrain.optimizer.name is 'lion': Input should be 'muon', 'adamw', 'adam' or 'sgd'",
        ),
    ],
)
def test_values_out_of_range_say_what_is_allowed(change, expected):
    (problem,) = problems(WORLD, overrides=(change,))

    assert re.fullmatch(f"world.yaml: {expected}", problem)


def documents_in(language: str) -> tuple[str, ...]:
    return (f"ingest.sources=[{{kind: documents, name: mine, paths: [a.txt], language: '{language}'}}]",)


def examples_in(language: str) -> tuple[str, ...]:
    files = "train: {paths: [a]}, test: {T1: {paths: [b]}}"
    return (f"ingest.sources=[{{kind: examples, name: mine, task: summary, language: '{language}', {files}}}]",)


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("english", "en"),
        ("English", "en"),
        ("EN", "en"),
        ("eng", "en"),
        ("chinse", "zh"),
        ("中文", "zh"),
        ("cn", "zh"),
        ("zh-CN", "zh"),
        ("en_US", "en"),
        ("français", "fr"),
    ],
)
def test_the_name_of_a_language_leads_to_its_code(written, meant):
    for kind, overrides in (("documents", documents_in(written)), ("examples", examples_in(written))):
        (problem,) = problems(WORLD, overrides=overrides)
        assert problem == (
            f"world.yaml: ingest.sources.0.{kind}.language is '{written}': no code of a "
            f"language; write one of ISO 639-1 (en, zh, fr; a translation: en-zh). Nearest: {meant}."
        )


def test_a_pair_of_languages_is_for_examples_only():
    (problem,) = problems(WORLD, overrides=examples_in("english-chinese"))
    assert problem.endswith("Nearest: en-zh.")
    (problem,) = problems(WORLD, overrides=documents_in("en-zh"))
    assert problem.endswith("Nearest: en.")
    assert config.load(WORLD, overrides=examples_in("en-zh")).ingest.sources[0].language == "en-zh"


def test_codes_of_rare_languages_pass_and_nothing_near_is_not_guessed():
    for code in ("en", "sw", "yue", "ceb", ""):
        assert config.load(WORLD, overrides=documents_in(code)).ingest.sources[0].language == code
    (problem,) = problems(WORLD, overrides=documents_in("xq"))
    assert problem.endswith("a translation: en-zh).")


def test_languages_to_keep_and_to_filter_are_codes_too():
    changes = ("clean.languages=[en, chinese]", "clean.filters.languages={french: {min_words: 3}}")
    kept, filtered = problems(WORLD, overrides=changes)

    assert kept.startswith("world.yaml: clean.languages.1 is 'chinese': no code of a language;")
    assert filtered.startswith("world.yaml: clean.filters.languages.french is 'french': no code of a language;")


def test_overrides_take_yaml_values_and_reach_into_lists():
    changes = (
        "pretrain.steps=5",
        "finetune.base=random",
        "clean.languages=[en]",
        "ingest.sources.0.documents=7",
        "evaluate.max_per_set=null",
    )

    params = config.load(WORLD, overrides=changes)

    assert (params.pretrain.steps, params.finetune.base, params.clean.languages) == (5, "random", ("en",))
    assert params.ingest.sources[0].documents == 7
    assert params.evaluate.max_per_set is None


def test_exponents_without_a_point_are_numbers_as_dvc_reads_them(tmp_path):
    path = edited(tmp_path, ("learning_rate: .*", "learning_rate: 6e-3"))

    assert config.load(path).pretrain.optimizer.learning_rate == 0.006


@pytest.mark.parametrize("override", ["steps=5", "pretrain.steps", "=5"])
def test_an_override_of_another_form_shows_the_right_one(override):
    with pytest.raises(ParamsError, match=r"write it as section.key=value, for example"):
        config.load(WORLD, overrides=(override,))


def test_an_override_below_a_value_is_refused():
    with pytest.raises(ParamsError, match="'steps' is a value, not a section"):
        config.load(WORLD, overrides=("pretrain.steps.x=5",))


@pytest.mark.parametrize(
    ("override", "expected"),
    [
        ("tokenizer.vocab_size={", "the value is not valid YAML: line 1, column 2: "),
        ("ingest.sources.9.limit=3", "'9' is no item of that list; they are numbered 0 to 0."),
        ("ingest.sources.first=3", "'first' is no item of that list"),
    ],
)
def test_an_override_of_no_value_or_no_item_is_refused(override, expected):
    with pytest.raises(ParamsError, match=re.escape(expected)):
        config.load(WORLD, overrides=(override,))


@pytest.mark.parametrize(
    "override",
    [
        "tokenizer.vocab_size=true",
        "model.dropout=false",
        "clean.filters.min_words=true",
    ],
)
def test_a_switch_is_no_number(override):
    key, _, value = override.partition("=")
    section, _, key = key.rpartition(".")

    assert problems(WORLD, overrides=(override,)) == [
        f"world.yaml: {section}: {key} is {value}, which is for switches; write a number or a name"
    ]


def test_params_are_frozen():
    with pytest.raises(ValueError, match="frozen"):
        config.load(WORLD).clean.seed = 2


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("clean: [", "is not valid YAML"),
        ("just text", "holds no sections"),
        ("a:\n\tb: 1\n", "line 2, column 1: found character '\\t' that cannot start any token (a tab; YAML is"),
        ("a: {b: 1,\n  b: 2}\n", 'is not valid YAML: line 2, column 3: found duplicate key "b" with value "2"'),
        ("标题: 一".encode("gb18030"), "is not UTF-8 text; save it in that encoding."),
        (b"\xff\xfe", "is not UTF-8 text"),
        (None, "is missing; run in the project's folder"),
    ],
)
def test_a_file_that_is_no_params_file_says_what_to_do(tmp_path, content, expected):
    path = tmp_path / "params.yaml"
    if content is not None:
        path.write_bytes(content if isinstance(content, bytes) else content.encode())

    assert expected in "".join(problems(path))


def test_a_source_of_documents_has_one_origin(tmp_path):
    both = "{kind: documents, name: a, paths: [b.txt], hub: {repository: c, revision: d}}"

    assert problems(WORLD, overrides=(f"ingest.sources=[{both}]",)) == [
        "world.yaml: ingest.sources.0.documents: give either paths or hub"
    ]


def test_flatten_gives_dotted_leaves():
    assert config.flatten({"a": {"b": 1, "c": {"d": [2, 3]}}, "e": None}) == {"a.b": 1, "a.c.d": [2, 3], "e": None}


def test_the_json_schema_knows_all_sections():
    assert set(config.json_schema()["properties"]) == set(config.SECTIONS)
