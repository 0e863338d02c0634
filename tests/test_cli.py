"""The command line: fast, in pipeline order, one sentence per error, the right exit code."""

import errno
import importlib
import os
import re
import resource
import shutil
import signal
import subprocess
import sys
import time

import pytest
import tiny
import torch
from click.testing import CliRunner
from imports import ROOT

from llmpipe import cli, config
from llmpipe.commands import doctor, recipe, talk
from llmpipe.errors import CheckpointError, DataError, Interrupted, LlmpipeError, ParamsError
from llmpipe.files import write_json, write_jsonl
from llmpipe.model.transformer import Transformer
from llmpipe.train import directory

HEAVY = ("torch", "mlflow", "sentencepiece", "numpy", "pandas", "pydantic", "ruamel")
WORLD = ROOT / "recipes/world.yaml"


@pytest.fixture
def invoke(monkeypatch, tmp_path):
    """Run a command in this process, in an empty folder, untracked."""
    monkeypatch.setenv("LLMPIPE_TRACKING", "off")
    monkeypatch.chdir(tmp_path)
    before = signal.getsignal(signal.SIGTERM)
    yield lambda *arguments, **options: CliRunner().invoke(cli.main, [str(item) for item in arguments], **options)
    signal.signal(signal.SIGTERM, before)


@pytest.fixture
def encode(monkeypatch, invoke):
    """Run the stage `encode` with another body."""
    from llmpipe.stages import encode as stage

    def run(body, *arguments, **options):
        monkeypatch.setattr(stage, "run", body)
        return invoke("encode", "--params", WORLD, *arguments, **options)

    return run


def raising(error: BaseException):
    def body(*_: object) -> None:
        raise error

    return body


# --- help -------------------------------------------------------------------------------------------


def test_help_imports_nothing_heavy():
    code = "import sys; from llmpipe.cli import main; main(['-h'], standalone_mode=False); print('|', *sys.modules)"
    result = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    shown, _, loaded = result.stdout.partition("|")

    assert set(loaded.split()) & set(HEAVY) == set()
    assert shown.startswith("Usage: ")


def test_help_is_instant():
    """In seconds of computation: the clock on the wall measures the neighbours."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([sys.executable, "-m", "llmpipe", "--help"], cwd=ROOT, capture_output=True, check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)

    assert after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime < 0.2


def test_commands_are_listed_in_pipeline_order(invoke):
    listed = [
        line.split()[0] for line in invoke("--help").output.partition("Commands:")[2].splitlines() if line.strip()
    ]

    looked = ["ui", "compare", "trace", "recipe", "params"]
    asked = ["generate", "chat", "translate", "ask", "serve"]
    assert listed == [*cli.STAGES, *looked, *asked, "doctor", "plan", "study", "compress", "export", "harness"]


def test_a_mistyped_command_is_answered_with_the_nearest(invoke):
    result = invoke("pretrian")

    assert result.exit_code == 2
    assert "pretrain" in result.output


def test_the_version_is_that_of_the_package(invoke):
    assert invoke("--version").output.startswith("llmpipe, version 0.")


# --- stages -----------------------------------------------------------------------------------------


def test_a_stage_gets_its_sections_its_folders_and_a_reporter(encode, tmp_path):
    seen = []
    result = encode(lambda *given: seen.extend(given), "--data", "in", "--out", "here", "-S", "encode.shard_tokens=7")

    params, data, out, reporter = seen
    assert result.exit_code == 0, result.output
    assert (params.encode.shard_tokens, params.clean) == (7, None)
    assert (str(data.root), str(out.root)) == ("in", "here")
    assert callable(reporter.progress)


def test_a_stage_writes_where_it_reads_unless_told_otherwise(encode):
    seen = []
    encode(lambda *given: seen.extend(given), "--data", "somewhere")

    assert seen[1] == seen[2]


def test_overrides_are_refused_inside_dvc(encode, monkeypatch):
    """dvc.lock would record the values of params.yaml for a result of others."""
    monkeypatch.setenv("DVC_STAGE", "encode")
    result = encode(lambda *_: None, "-S", "encode.shard_tokens=7")

    assert result.exit_code == 2
    assert "not inside a DVC stage" in result.stderr


@pytest.mark.parametrize(
    ("error", "code"),
    [(DataError, 1), (CheckpointError, 1), (LlmpipeError, 1), (ParamsError, 2), (Interrupted, 143)],
)
def test_errors_for_the_user_are_one_sentence_and_an_exit_code(encode, error, code):
    result = encode(raising(error("what, where, what to do.")))

    assert (result.exit_code, result.stderr) == (code, "Error: what, where, what to do.\n")


def test_ctrl_c_exits_130(encode):
    result = encode(raising(KeyboardInterrupt()))

    assert (result.exit_code, result.stderr) == (
        130,
        "Error: stopped by Ctrl-C; run the same command again to go on.\n",
    )


@pytest.mark.parametrize(
    ("number", "expected"),
    [
        (errno.ENOSPC, "the disk is full while writing 'data/x'; free some space"),
        (errno.EFBIG, "a file in 'data/x' is larger than may be written here; raise the limit"),
        (errno.EROFS, "'data/x' is on a read-only file system"),
        (errno.EACCES, "no permission for 'data/x'"),
        (errno.ENOENT, "'data/x' does not exist"),
        (errno.ENOTDIR, "'data/x' is not a folder: a file is in the way"),
        (errno.EIO, "'data/x': Input/output error."),
    ],
)
def test_errors_of_the_system_name_the_path_and_what_to_do(encode, number, expected):
    result = encode(raising(OSError(number, os.strerror(number), "data/x")))

    assert result.exit_code == 1
    assert result.stderr.startswith(f"Error: {expected}")
    assert result.stderr.count("\n") == 1


def test_debug_shows_the_traceback(encode, monkeypatch):
    monkeypatch.setenv("LLMPIPE_DEBUG", "1")

    assert isinstance(encode(raising(DataError("x"))).exception, DataError)


def test_a_mistake_of_ours_is_not_dressed_up(encode):
    assert isinstance(encode(raising(ZeroDivisionError())).exception, ZeroDivisionError)


SLEEPING = f"""
import time
import llmpipe.stages.encode as stage
from llmpipe.cli import main

def run(*_):
    print("started", flush=True)
    time.sleep(60)

stage.run = run
main(["encode", "--params", {str(WORLD)!r}])
"""


def sleeping(tmp_path, *before: str, **environment: str) -> subprocess.Popen:
    """A process whose stage has started and does nothing for a minute."""
    settings = os.environ | {"PYTHONPATH": str(ROOT), "LLMPIPE_TRACKING": "off"} | environment
    command = [*before, sys.executable, "-c", SLEEPING]
    process = subprocess.Popen(
        command, cwd=tmp_path, env=settings, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert process.stdout.readline() == "started\n"
    return process


def test_sigterm_ends_a_stage_with_143(tmp_path):
    process = sleeping(tmp_path)
    process.terminate()
    _, stderr = process.communicate(timeout=20)

    assert (process.returncode, stderr) == (143, "Error: stopped by SIGTERM; run the same command again to go on.\n")


@pytest.mark.skipif(sys.platform != "linux", reason="the parent's death is a signal on Linux only")
def test_a_stage_does_not_outlive_the_dvc_that_started_it(tmp_path):
    """Else it goes on unseen, holds the GPU and writes outputs."""
    script = "import subprocess, sys; subprocess.run(sys.argv[1:])"
    parent = sleeping(tmp_path, sys.executable, "-c", script, DVC_STAGE="encode")
    parent.kill()
    started = time.monotonic()
    parent.stdout.read()  # ends when the stage, which holds the other end, has ended

    assert time.monotonic() - started < 20


# --- parameters and recipes -------------------------------------------------------------------------


@pytest.fixture
def project(tmp_path):
    """A folder with params.yaml and the recipes world and world-ci."""
    (tmp_path / "recipes").mkdir()
    for name in ("world", "world-ci"):
        (tmp_path / "recipes" / f"{name}.yaml").write_bytes((ROOT / "recipes" / f"{name}.yaml").read_bytes())
    (tmp_path / "params.yaml").write_bytes(WORLD.read_bytes())
    return tmp_path


def test_params_check_says_that_all_is_well(invoke, project):
    result = invoke("params", "check")

    assert (result.exit_code, result.output) == (0, f"params.yaml: all {len(config.SECTIONS)} sections are valid.\n")


def test_params_check_shows_all_problems_and_exits_2(invoke, project):
    path = project / "params.yaml"
    path.write_text(
        path.read_text("utf-8").replace("vocab_size:", "vocab_sizes:").replace("html: true", "html: 7"), "utf-8"
    )
    result = invoke("params", "check")

    assert result.exit_code == 2
    assert "tokenizer.vocab_sizes: unknown key" in result.stderr
    assert "clean.html is 7" in result.stderr


def test_params_schema_is_json_for_editors(invoke, project):
    assert invoke("params", "schema").output.startswith("{\n")


def test_recipes_are_listed_with_the_one_in_use_marked(invoke, project):
    lines = invoke("recipe", "list").output.splitlines()

    assert [line[:10] for line in lines] == ["* world   ", "  world-ci"]


def test_recipe_diff_shows_each_value_and_changes_nothing(invoke, project):
    result = invoke("recipe", "diff", "world-ci")

    assert re.search(r"^model.model_dim: \d+ -> \d+$", result.output, re.MULTILINE)
    assert (project / "params.yaml").read_bytes() == WORLD.read_bytes()


def test_recipe_use_copies_and_shows_what_changed(invoke, project):
    result = invoke("recipe", "use", "world-ci")

    assert result.exit_code == 0, result.output
    assert result.output.startswith("params.yaml is now recipe world-ci:\n")
    assert re.search(r"^compute.threads: \d+ -> 1$", result.output, re.MULTILINE)
    assert (project / "params.yaml").read_bytes() == (ROOT / "recipes/world-ci.yaml").read_bytes()
    assert invoke("recipe", "diff", "world-ci").output == "no value differs\n"


def test_recipe_use_does_not_lose_changes_that_exist_nowhere_else(invoke, project):
    path = project / "params.yaml"
    mine = path.read_text("utf-8") + "# mine\n"
    path.write_text(mine, "utf-8")
    refused = invoke("recipe", "use", "world-ci")

    assert refused.exit_code == 2
    assert "holds changes that are neither committed nor a recipe" in refused.stderr
    assert path.read_text("utf-8") == mine
    assert invoke("recipe", "use", "world-ci", "--force").exit_code == 0


def test_recipe_use_takes_committed_changes_as_safe(invoke, project):
    (project / "params.yaml").write_text(WORLD.read_text("utf-8") + "# mine\n", "utf-8")
    for command in (["init", "-q"], ["add", "."], ["-c", "user.name=a", "-c", "user.email=a@b", "commit", "-qm", "x"]):
        subprocess.run(["git", *command], cwd=project, check=True)

    assert invoke("recipe", "use", "world-ci").exit_code == 0


def test_an_unknown_recipe_is_answered_with_the_nearest(invoke, project):
    result = invoke("recipe", "use", "wrld")

    assert (result.exit_code, result.stderr) == (2, "Error: unknown recipe 'wrld': did you mean 'world'?\n")


def test_the_difference_enters_sources_and_names_absent_values():
    old = {"ingest": {"sources": [{"kind": "world", "documents": 5}]}, "clean": {"languages": ["en"]}}
    new = {"ingest": {"sources": [{"kind": "world"}]}, "clean": {"languages": ["en", "zh"]}, "encode": {}}

    assert recipe.compare(old, new).splitlines() == [
        "ingest.sources.0.documents: 5 -> (absent)",
        'clean.languages: ["en"] -> ["en", "zh"]',
        "encode: (absent) -> {}",
    ]


# --- talking ----------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    """An untrained model of the tiny world with a context of 64 tokens."""
    folder = tmp_path_factory.mktemp("talk")
    data = tiny.write_data(folder)
    (folder / "model").mkdir()
    params = tiny.params()
    network = Transformer(params.model, params.tokenizer.vocab_size).initialize(torch.Generator().manual_seed(1))
    directory.save(folder / "model", network, data.tokenizer)
    return folder / "model"


def test_generate_writes_the_answer_and_nothing_else_to_stdout(invoke, model):
    first = invoke("generate", "住在巴黎", "--model", model, "--max-new-tokens", 8)
    piped = invoke("generate", "-", "--model", model, "--max-new-tokens", 8, input="住在巴黎\n")

    assert (first.exit_code, first.stderr) == (0, "")
    assert first.stdout.endswith("\n")
    assert piped.stdout == first.stdout


def test_generate_with_a_seed_repeats_itself(invoke, model):
    options = ("--model", model, "--max-new-tokens", 12, "--temperature", 1.5)
    runs = [invoke("generate", "Oslo", *options, "--seed", seed).stdout for seed in (1, 1, 2)]

    assert runs[0] == runs[1] != runs[2]


def test_generate_says_when_a_prompt_loses_its_beginning(invoke, model):
    result = invoke("generate", "Paris " * 200, "--model", model, "--max-new-tokens", 8)

    assert "there is room for 56: its beginning was dropped" in result.stderr


def test_generate_leaves_half_the_context_to_the_prompt_unless_told(invoke, model):
    result = invoke("generate", "Paris " * 200, "--model", model)

    assert result.exit_code == 0
    assert "there is room for 32: its beginning was dropped" in result.stderr


def test_generate_refuses_an_answer_that_leaves_no_room(invoke, model):
    result = invoke("generate", "Oslo", "--model", model, "--max-new-tokens", 64)

    assert result.exit_code == 2
    assert "context holds 64 tokens, prompt included; give at most 56." in result.stderr


def test_a_stop_string_ends_the_answer_before_it(invoke, model):
    options = ("Oslo", "--model", model, "--max-new-tokens", 24, "--temperature", 1.5)
    whole = invoke("generate", *options).stdout
    stop = whole[5:7]

    assert invoke("generate", *options, "--stop", stop, "--stop", "").stdout == whole[: whole.find(stop)] + "\n"


def test_the_options_of_sampling_reach_the_model(invoke, model):
    def said(*options):
        return invoke("generate", "Oslo", "--model", model, "--max-new-tokens", 16, *options).stdout

    greedy = said()

    assert said("--temperature", 2, "--top-k", 1) == said("--temperature", 2, "--min-p", 1) == greedy
    assert said("--repetition-penalty", 5) != greedy
    assert said("--beams", 3).endswith("\n")


def test_beams_and_sampling_contradict_each_other(invoke, model):
    result = invoke("generate", "Oslo", "--model", model, "--beams", 3, "--temperature", 1)

    assert result.exit_code == 2
    assert "--beams 3 looks for the likeliest answer" in result.stderr


def test_translate_gives_a_line_for_each_line(invoke, model, tmp_path):
    """Read from a file or standard input, empty lines included; each is what its text alone gives."""
    lines = [f"Paris {i}" for i in range(40)] + ["", "Rome"]
    file = tmp_path / "lines.txt"
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    options = ("--model", model, "--max-new-tokens", 8, "--temperature", 1.5)

    found = invoke("translate", "--file", file, *options)
    piped = invoke("translate", "--file", "-", *options, input=file.read_text("utf-8"))

    assert found.exit_code == 0
    assert found.stdout == piped.stdout
    translated = found.stdout.split("\n")
    assert len(translated) == len(lines) + 1
    assert (translated[40], translated[-1]) == ("", "")
    for i in 0, 1:
        alone = invoke("translate", lines[i], *options, "--seed", 1 + i).stdout
        assert alone == translated[i] + "\n"


def test_translate_asks_as_the_task_does(invoke, model):
    """`generate` with the prompt of tuning says the same."""
    translated = invoke("translate", "住在巴黎", "--from", "zh", "--to", "fr", "--model", model, "--max-new-tokens", 8)
    generated = invoke("generate", "翻译成法语：住在巴黎", "--model", model, "--max-new-tokens", 8)

    assert translated.stdout.strip() == " ".join(generated.stdout.split())


def test_translate_refuses_what_it_cannot_do(invoke, model):
    assert "give either a TEXT or --file" in invoke("translate", "--model", model).stderr
    unknown = invoke("translate", "Paris", "--to", "zz", "--model", model)
    assert unknown.exit_code == 2
    assert "unknown language 'zz'" in unknown.stderr
    same = invoke("translate", "Paris", "--to", "en", "--model", model)
    assert "--from and --to are both 'en'" in same.stderr


def test_ask_takes_a_passage_as_text_or_from_a_file(invoke, model, tmp_path):
    file = tmp_path / "passage.txt"
    file.write_text("Ban lives in Oslo.\n", encoding="utf-8")
    options = ("--model", model, "--max-new-tokens", 8)
    generated = invoke("generate", "Ban lives in Oslo.\nWhere does Ban live?", *options).stdout

    assert invoke("ask", "Where does Ban live?", "--passage", "Ban lives in Oslo.", *options).stdout == generated
    assert invoke("ask", "Where does Ban live?", "--passage", file, *options).stdout == generated
    assert invoke("ask", "Oslo", *options).stdout == invoke("generate", "Oslo", *options).stdout


def test_ask_shortens_a_passage_and_keeps_the_question(invoke, model):
    result = invoke("ask", "Where?", "--passage", "Paris " * 200, "--model", model, "--max-new-tokens", 8)

    assert result.exit_code == 0
    assert "the end of the passage was dropped" in result.stderr


def test_ask_needs_a_question_and_a_passage_with_text(invoke, model):
    assert "the question is empty" in invoke("ask", " ", "--model", model).stderr
    assert "the passage is empty" in invoke("ask", "Where?", "--passage", " ", "--model", model).stderr


def test_generate_without_a_model_says_how_to_get_one(invoke):
    result = invoke("generate", "Oslo")

    assert result.exit_code == 1
    assert "data/finetuned holds no model (model.safetensors is missing); run `dvc repro`" in result.stderr


def test_chat_answers_forgets_and_quits(invoke, model):
    lines = "Oslo\n/reset\n/what\n\nOslo\n/quit\nnever\n"
    result = invoke("chat", "--model", model, "--max-new-tokens", 8, input=lines)

    assert result.exit_code == 0, result.output
    assert "context of 64 tokens; /reset forgets" in result.stderr
    assert "forgotten." in result.stderr
    assert "unknown command '/what'" in result.stderr
    assert "never" not in result.output


def test_chat_ends_with_the_input(invoke, model):
    assert invoke("chat", "--model", model, "--max-new-tokens", 8, input="").exit_code == 0


def test_chat_says_what_it_dropped_and_keeps_the_last_message(invoke, model):
    lines = "".join(f"Paris number {turn} likes Paris\n" for turn in range(5))
    result = invoke("chat", "--model", model, "--max-new-tokens", 40, input=lines)

    assert (
        "messages no longer fit in 24 tokens and were dropped:\n  user: Paris number 0 likes Paris\n" in result.stderr
    )
    assert "Paris number 4" not in result.stderr


def test_chat_says_that_a_message_is_too_long_itself(invoke, model):
    result = invoke("chat", "--model", model, "--max-new-tokens", 40, input="巴黎 Paris " * 30 + "\nParis\n")

    assert re.search(r"your message has \d+ tokens and there is room for 24: its beginning was dropped", result.stderr)
    assert f"  user: {('巴黎 Paris ' * 30)[:60]}…" in result.stderr  # before the second answer


def test_an_empty_prompt_is_refused(invoke, model):
    result = invoke("generate", " ", "--model", model)

    assert result.exit_code == 2
    assert "the prompt is empty; give it a text." in result.stderr


def test_history_is_shortened_by_whole_turns(model):
    loaded = directory.load(model)
    history = [(role, f"{role} says {turn}") for turn in range(4) for role in ("user", "assistant")] + [
        ("user", "last")
    ]
    full = len(loaded.tokenizer.prompt(history))

    assert talk.shorten(history, loaded, full) == (history, [])
    assert talk.shorten(history, loaded, full - 1) == (history[2:], history[:2])
    assert talk.shorten(history, loaded, 1) == ([("user", "last")], history[:8])


# --- doctor -----------------------------------------------------------------------------------------


def test_doctor_outside_a_project_names_each_fix_and_exits_1(invoke):
    result = invoke("doctor")

    assert result.exit_code == 1
    broken = [line.split(maxsplit=1)[1] for line in result.output.splitlines() if line.startswith("broken")]
    assert [line[:10] for line in broken] == ["device    ", "git       ", "DVC       ", "parameters"]
    assert result.output.count("fix: ") >= len(broken)


def test_doctor_counts_the_threads_of_all_processes(monkeypatch, tmp_path):
    text = (ROOT / "recipes/world-ci.yaml").read_text("utf-8").replace("  processes: 1", "  processes: 2")
    (tmp_path / "params.yaml").write_text(text.replace("  threads: 1", "  threads: 2"))
    for cores, fix in ({0}, "processes to 1"), ({0, 1, 2}, "threads to 1"):
        monkeypatch.setattr(doctor.os, "sched_getaffinity", lambda _, cores=cores: cores, raising=False)
        check = doctor.device(tmp_path / "params.yaml")

        assert f"2 processes of 2 threads, {len(cores)} cores" in check.found
        assert check.fix == f"set compute.{fix}: more threads than cores are slow"


def test_doctor_finds_a_database_that_was_left_half_made(monkeypatch, tmp_path):
    import sqlite3

    with sqlite3.connect(tmp_path / "mlflow.db") as database:
        database.execute("create table alembic_version (x)")
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".git").mkdir()
    assert doctor.tracker().state == "ok"

    with sqlite3.connect(tmp_path / "mlflow.db") as database:
        database.execute("create table _alembic_tmp_tags (x)")
    assert doctor.tracker().state == "broken"
    (tmp_path / "mlflow.db").write_bytes(b"not a database")
    assert doctor.tracker().state == "broken"


def test_doctor_finds_runs_of_an_old_mlflow(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".git").mkdir()
    assert doctor.old_file_store().state == "ok"

    (tmp_path / "mlruns/0").mkdir(parents=True)
    (tmp_path / "mlruns/0/meta.yaml").write_text("x")
    assert doctor.old_file_store().state == "note"


def test_doctor_finds_a_server_that_does_not_answer(monkeypatch):
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "http://127.0.0.1:9")

    check = doctor.tracker()
    assert check.state == "note"
    assert "http://127.0.0.1:9 does not answer" in check.found


def test_doctor_compares_the_packages_with_the_constraints(tmp_path):
    (tmp_path / "constraints.txt").write_text("click==0.1\n# comment\nno-such-package==1.0\n")

    check = doctor.package_versions(tmp_path / "constraints.txt")
    assert check.state == "note"
    assert check.found.startswith("click ")
    assert check.found.endswith("(not 0.1)")


@pytest.mark.parametrize(("free_gib", "state"), [(100, "ok"), (2, "note"), (0.1, "broken")])
def test_doctor_knows_how_much_room_a_run_needs(monkeypatch, tmp_path, free_gib, state):
    monkeypatch.setattr("shutil.disk_usage", lambda _: type("Usage", (), {"free": int(free_gib * 2**30)}))

    assert doctor.disk_space(tmp_path).state == state


# --- export -----------------------------------------------------------------------------------------


@pytest.fixture(params=["hf", "gguf"])
def exported(request, monkeypatch):
    """The name of an export, and what its exporter was called with."""
    module, seen = importlib.import_module(f"llmpipe.export.{request.param}"), []
    monkeypatch.setattr(module, "export", lambda *given: seen.append(given) or {"difference": 0.5})
    return request.param, seen


@pytest.mark.parametrize("place", [["--to", "there"], ["there"]])
def test_export_calls_the_exporter(invoke, exported, place):
    name, seen = exported
    result = invoke("export", name, *place, "--model", "m")

    assert result.exit_code == 0, result.output
    assert [str(path) for path in seen[0][:2]] == ["m", "there"]
    assert "difference: 0.5" in result.output


@pytest.mark.parametrize(
    ("place", "said"),
    [([], "Missing option '--to': where to write."), (["--to", "a", "b"], "two places to write to, --to a and b;")],
)
def test_export_writes_to_one_place(invoke, exported, place, said):
    name, seen = exported
    result = invoke("export", name, *place)

    assert result.exit_code == 2
    assert said in result.stderr
    assert not seen


def test_all_exports_take_their_place_by_the_same_option():
    from llmpipe.cli.outside import export

    assert all("to" in {option.name for option in command.params} for command in export.commands.values())


def test_threads_wait_briefly_unless_the_user_says_how_long(invoke, monkeypatch):
    monkeypatch.setenv("GOMP_SPINCOUNT", "77")
    invoke("params", "schema")
    assert os.environ["GOMP_SPINCOUNT"] == "77"

    monkeypatch.delenv("GOMP_SPINCOUNT")
    invoke("params", "schema")
    assert os.environ["GOMP_SPINCOUNT"] == "2000"


KNOWN = {"ann.txt": "Ann lives in Oslo.", "li.txt": "李雷住在北京。"}
RULE = {"coverage": 20.0, "likelihood": 0.0, "grounded": 0.0, "bias": -10.0}  # by coverage alone


@pytest.fixture
def texts(tmp_path):
    """A folder with a text in English and one in Chinese."""
    folder = tmp_path / "texts"
    folder.mkdir()
    for name, text in KNOWN.items():
        (folder / name).write_text(text, encoding="utf-8")
    return folder


def with_rule(folder, threshold):
    """A data folder whose evaluation has learnt a rule."""
    rules = {"who": {"task": "recall", "rule": RULE | {"threshold": threshold}}}
    write_json(folder / "data" / "evaluation" / "retrieval.json", {"scores": [], "comparisons": [], "rules": rules})
    return folder / "data"


@pytest.mark.parametrize(("question", "name"), [("Where does Ann live?", "ann.txt"), ("李雷住在哪里？", "li.txt")])
def test_ask_answers_from_the_passage_that_it_found_and_shows_it(invoke, model, texts, tmp_path, question, name):
    options = ("--model", model, "--max-new-tokens", 8)
    read = invoke("ask", question, "--passage", KNOWN[name], *options).stdout
    data = with_rule(tmp_path, 0.0)

    found = invoke("ask", question, "--retrieve", "--documents", texts, "--data", data, "--passages", 1, *options)

    assert found.exit_code == 0
    assert found.stdout.strip() == read.strip()
    assert re.search(rf"\[\d+\.\d\d\] {name}: {KNOWN[name]}", found.stderr)
    assert "2 passages of" in found.stderr


@pytest.mark.parametrize(
    ("question", "refusal"),
    [
        ("Where does Zed work?", "I found nothing that answers this."),  # nothing found
        ("Where lives Zed?", "I found nothing that answers this."),  # found, but not about Zed
        ("韩梅住在哪里？", "没有找到可以回答这个问题的内容。"),
    ],
)
def test_ask_refuses_in_words_what_the_documents_do_not_hold(invoke, model, texts, tmp_path, question, refusal):
    options = ("--documents", texts, "--data", with_rule(tmp_path, 0.5), "--model", model, "--max-new-tokens", 8)

    found = invoke("ask", question, "--retrieve", *options)

    assert (found.exit_code, found.stdout) == (0, refusal + "\n")


def test_ask_knows_from_the_training_documents_which_words_of_a_question_are_rare(invoke, model, tmp_path):
    """One short file: without them "where" would be rarer than the name."""
    (tmp_path / "ann.txt").write_text("Ann lives in Oslo.", encoding="utf-8")
    data = with_rule(tmp_path, 0.5)
    asked = ("Where does Ann live?", "--retrieve", "--documents", tmp_path / "ann.txt", "--data", data)
    options = ("--model", model, "--max-new-tokens", 8)
    assert invoke("ask", *asked, *options).stdout == "I found nothing that answers this.\n"

    rows = [{"id": str(i), "text": f"Where does person{i} live? In town."} for i in range(50)]
    write_jsonl(data / "clean" / "train" / "00000.jsonl", rows)
    found = invoke("ask", *asked, *options)

    assert found.exit_code == 0
    assert "I found nothing" not in found.stdout
    assert "1 passage of" in found.stderr


def test_ask_says_that_it_has_no_rule_of_refusal(invoke, model, texts):
    found = invoke("ask", "Where does Ann live?", "--retrieve", "--documents", texts, "--model", model)

    assert found.exit_code == 0
    assert "holds no rule of refusal" in found.stderr
    assert "I found nothing" not in found.stdout


def test_ask_reads_the_settings_of_retrieval_from_the_parameters(invoke, model, texts, tmp_path):
    shutil.copyfile(ROOT / "params.yaml", tmp_path / "params.yaml")
    edited = (tmp_path / "params.yaml").read_text("utf-8").replace("    passages: 1 ", "    passages: 2 ")
    (tmp_path / "params.yaml").write_text(edited, encoding="utf-8")

    found = invoke("ask", "Ann 李雷", "--retrieve", "--documents", texts, "--model", model)

    assert "ann.txt" in found.stderr
    assert "li.txt" in found.stderr


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--retrieve", "--passage", "x"], "--retrieve looks for passages and --passage gives one"),
        (["--documents", "x"], "add --retrieve"),
        (["--retrieve"], "data/clean/train is missing; run `dvc repro`, or name your own texts with --documents"),
        (["--retrieve", "--documents", "nowhere"], "nowhere does not exist"),
    ],
)
def test_ask_says_what_is_missing_for_retrieval(invoke, model, arguments, message):
    found = invoke("ask", "Where?", "--model", model, *arguments)

    assert found.exit_code in (1, 2)
    assert message in found.stderr
    assert found.stdout == ""
