"""Tasks of the evaluation harness: our adapter gives the numbers of its own backend for the exported model."""

import json
from pathlib import Path

import pytest

pytest.importorskip("lm_eval", reason="the extra harness is not installed")

from click.testing import CliRunner
from lm_eval import simple_evaluate
from lm_eval.tasks import TaskManager
from test_export import model_directory

from llmpipe.cli import main
from llmpipe.errors import ParamsError
from llmpipe.export.harness import Settings, evaluate
from llmpipe.export.hf import export
from llmpipe.files import read_json

ROWS = [
    {"question": "Where is Rome?", "choices": ["here", "this world", "hello"], "answer": 1, "text": "hello world"},
    {"question": "你好", "choices": ["世界", "罗马很美。", "x"], "answer": 0, "text": "你好，世界。" * 12},
    {"question": "Rome is", "choices": ["很美", "Rome", "is"], "answer": 2, "text": "this is Rome, hello"},
]
TASK = """
task: {name}
dataset_path: json
dataset_kwargs: {{data_files: {{test: {path}}}}}
test_split: test
output_type: {kind}
{more}
"""
KINDS = {
    "tiny_choice": (
        "multiple_choice",
        'doc_to_text: "{{question}}"\ndoc_to_choice: "{{choices}}"\ndoc_to_target: "{{answer}}"\n'
        "num_fewshot: 1\nfewshot_split: test\nmetric_list: [{metric: acc}, {metric: acc_norm}]",
    ),
    "tiny_text": (
        "loglikelihood_rolling",
        'doc_to_text: ""\ndoc_to_target: "{{text}}"\nmetric_list: [{metric: word_perplexity}, {metric: bits_per_byte}]',
    ),
    "tiny_answer": (
        "generate_until",
        'doc_to_text: "{{question}}"\ndoc_to_target: "{{text}}"\n'
        'generation_kwargs: {until: ["l"], max_gen_toks: 12, do_sample: false}\n'
        "metric_list: [{metric: exact_match}, {metric: chrf}]",
    ),
}


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a model directory, its export, and three tasks with local data."""
    folder = tmp_path_factory.mktemp("harness")
    model_directory(folder / "own")
    export(folder / "own/model", folder / "exported")
    (folder / "rows.jsonl").write_text("\n".join(json.dumps(row) for row in ROWS), encoding="utf-8")
    (folder / "tasks").mkdir()
    for name, (kind, more) in KINDS.items():
        text = TASK.format(name=name, path=folder / "rows.jsonl", kind=kind, more=more)
        (folder / f"tasks/{name}.yaml").write_text(text, encoding="utf-8")
    return folder


@pytest.mark.parametrize("tasks", [["tiny_choice", "tiny_answer"], ["tiny_text"]])
def test_the_exported_model_gets_the_same_numbers_from_the_harness_itself(here: Path, tasks: list[str]):
    """For whole texts with `add_bos_token` False: else the harness puts `<s>` before a text twice and scores it."""
    ours, table = evaluate(here / "own/model", Settings(tuple(tasks), here / "tasks", batch_size=2))
    more = {"add_bos_token": False} if tasks == ["tiny_text"] else {}
    theirs = simple_evaluate(
        model="hf",
        model_args={"pretrained": str(here / "exported"), "dtype": "float32"} | more,
        tasks=tasks,
        task_manager=TaskManager(include_path=str(here / "tasks"), include_defaults=False),
        device="cpu",
        log_samples=False,
        fewshot_random_seed=1,
        bootstrap_iters=0,
    )

    assert theirs is not None
    for task, scores in theirs["results"].items():
        values = {name: value for name, value in scores.items() if isinstance(value, float)}
        assert len(values) >= 2, task
        assert {name: ours["results"][task][name] for name in values} == pytest.approx(values, rel=1e-4)
        assert task in table


def test_the_command_writes_the_results(here: Path):
    arguments = ["--tasks", "tiny_choice", "--model", here / "own/model", "--include", here / "tasks", "--chat"]

    result = CliRunner().invoke(main, ["harness", *map(str, [*arguments, "--limit", 2, "--to", here / "out.json"])])

    assert result.exit_code == 0, result.output
    assert read_json(here / "out.json")["n-samples"] == {"tiny_choice": {"original": 3, "effective": 2}}


def test_a_task_without_its_data_is_refused(here: Path):
    (here / "tasks/lost.yaml").write_text(
        (here / "tasks/tiny_text.yaml").read_text().replace("rows.jsonl", "no.jsonl").replace("tiny_text", "lost")
    )

    with pytest.raises(ParamsError, match="the data of lost cannot be had"):
        evaluate(here / "own/model", Settings(("lost",), here / "tasks"))
