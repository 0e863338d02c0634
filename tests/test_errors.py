"""Bad input ends with one sentence that says what, where and what to do, and with the right exit code."""

import gzip
import json
import re
import signal
import socket
import subprocess
from contextlib import contextmanager
from pathlib import Path

import pytest
import tiny
from click.testing import CliRunner, Result
from ruamel.yaml import YAML

from llmpipe import cli
from llmpipe.errors import unknown_name
from llmpipe.files import Layout

BOOK = "The mayor of Dorva opened the new bridge over the river on Tuesday morning, and many people came to see it."


@pytest.fixture
def project(monkeypatch, tmp_path):
    """An empty folder outside any repository, with nothing tracked."""
    monkeypatch.setenv("LLMPIPE_TRACKING", "off")
    monkeypatch.setenv("LLMPIPE_WORKERS", "1")
    monkeypatch.chdir(tmp_path)
    before = signal.getsignal(signal.SIGTERM)
    yield tmp_path
    signal.signal(signal.SIGTERM, before)


def run(*arguments: object) -> Result:
    return CliRunner().invoke(cli.main, [str(item) for item in arguments])


def ingest(*paths: str, **settings: object) -> Result:
    """Run `ingest` on files of documents."""
    source = {"kind": "documents", "name": "mine", "paths": list(paths)} | settings
    write_params({"ingest": {"sources": [source], "max_bad_ratio": 0.2}})
    return run("ingest")


def write_params(values: dict) -> None:
    YAML().dump(values, Path("params.yaml"))


def assert_fails(result: Result, code: int, pattern: str) -> None:
    """One line on stderr that matches, beside lines of progress; no traceback; the exit code."""
    last = result.stderr.splitlines()[-1] if result.stderr else ""

    assert result.exit_code == code, (result.output, result.exception)
    assert re.fullmatch(f"Error: {pattern}", last), last
    assert "Traceback" not in result.output


# --- parameters -------------------------------------------------------------------------------------


def test_an_unknown_parameter_names_the_nearest(project):
    write_params({"encode": {"shard_token": 5}})

    assert_fails(
        run("encode"),
        2,
        r"params.yaml: encode.shard_token: unknown key 'shard_token' \(did you mean 'shard_tokens'\?\)",
    )


def test_a_mistyped_value_says_what_is_expected(project):
    write_params({"encode": {"shard_tokens": "lots"}})

    assert_fails(run("encode"), 2, r"params.yaml: encode.shard_tokens is 'lots': Input should be a valid integer.*")


def test_no_params_file_says_where_to_run(project):
    assert_fails(
        run("encode"), 2, r"params.yaml is missing; run in the project's folder, or name a file with --params\."
    )


@pytest.mark.parametrize(
    ("name", "expected"),
    [("min_word", "did you mean 'min_words'?"), ("zzz", "known: max_words, min_words.")],
)
def test_an_unknown_name_is_answered_with_the_nearest_or_all(name, expected):
    assert unknown_name("filter", name, ["min_words", "max_words"]) == f"unknown filter '{name}': {expected}"


# --- sources ----------------------------------------------------------------------------------------


def test_a_missing_source_file_is_named(project):
    assert_fails(ingest("texts/none.txt"), 1, r".*'texts/none.txt' does not exist; .*correct it in params.yaml\.")


def test_a_pattern_without_files_is_named(project):
    assert_fails(ingest("texts/*.txt"), 1, r".*'texts/\*\.txt' matches no file; .*correct it in params.yaml\.")


def test_an_empty_corpus_stops_at_ingest(project):
    (project / "empty.jsonl").write_text("")

    assert_fails(
        ingest("empty.jsonl"), 1, r"ingest.sources\[0\].* is empty: its files hold no record; check its paths.*"
    )


def test_text_in_another_encoding_is_named_with_its_place(project):
    (project / "old.txt").write_bytes("Une façade très étrange. ".encode("latin-1") * 10)
    result = ingest("old.txt", encoding="utf-8")

    assert_fails(result, 1, r".*old\.txt.*not UTF-8.*")


def test_an_unknown_encoding_is_named(project):
    result = ingest("old.txt", encoding="gb18031")

    assert_fails(result, 2, r".*ingest\.sources.*encoding is 'gb18031': unknown encoding; write auto, or one .*")


def test_a_cut_gz_file_is_named(project):
    whole = gzip.compress((json.dumps({"text": BOOK}) + "\n").encode() * 500)
    (project / "cut.jsonl.gz").write_bytes(whole[: len(whole) // 2])

    assert_fails(ingest("cut.jsonl.gz"), 1, r".*cut\.jsonl\.gz is cut short or damaged .*; fetch it again\.")


def lines_with_broken(count: int) -> str:
    """100 lines of JSON, the first `count` of them cut."""
    lines = [json.dumps({"text": f"{number}: {BOOK}"}) for number in range(100)]
    return "\n".join(line[:20] if number < count else line for number, line in enumerate(lines)) + "\n"


def test_a_few_broken_lines_are_quarantined_and_counted(project):
    (project / "a.jsonl").write_text(lines_with_broken(3))
    result = ingest("a.jsonl")
    quarantine = [json.loads(line) for line in Path("data/raw/quarantine.jsonl").read_text("utf-8").splitlines()]

    assert result.exit_code == 0, result.output
    assert "quarantined 3 bad records" in result.stderr
    assert [(Path(item["file"]).name, item["line"]) for item in quarantine] == [
        ("a.jsonl", 1),
        ("a.jsonl", 2),
        ("a.jsonl", 3),
    ]


def test_many_broken_lines_stop_the_stage(project):
    (project / "a.jsonl").write_text(lines_with_broken(40))

    assert_fails(ingest("a.jsonl"), 1, r".*40 of 100 records.*max_bad_ratio.*")
    assert not Path("data/raw").exists()


# --- training ---------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """The data folder of the tiny world up to tokens, beside its params.yaml."""
    folder = tmp_path_factory.mktemp("tiny")
    tiny.write_data(folder / "data")
    YAML().dump(tiny.PARAMS, folder / "params.yaml")
    return folder


def tiny_run(made: Path, stage: str, *arguments: object) -> Result:
    return run(stage, "--params", made / "params.yaml", "--data", made / "data", "--out", "out", *arguments)


def test_a_corpus_too_small_for_the_vocabulary_names_the_largest(project, made):
    result = tiny_run(made, "tokenizer", "-S", "tokenizer.vocab_size=30000")

    assert_fails(
        result, 1, r"tokenizer\.vocab_size is 30000, but .* enough for \d+ pieces at most; set .* or less, or .*"
    )


def test_a_vocabulary_too_small_for_the_characters_names_the_smallest(project, made):
    result = tiny_run(made, "tokenizer", "-S", "tokenizer.vocab_size=270")

    assert_fails(result, 1, r"tokenizer\.vocab_size is 270, but .* are \d+ already; set it well above \d+, or lower .*")


def test_a_context_longer_than_the_data_is_refused(project, made):
    result = tiny_run(made, "pretrain", "-S", "model.context_length=65536", "-S", "pretrain.batch_tokens=65536")

    assert_fails(
        result, 1, r"model\.context_length is 65536 but the training text has only \d+ tokens; lower it, or .*"
    )


def test_a_batch_that_is_no_multiple_of_the_context_names_the_nearest(project, made):
    result = tiny_run(made, "pretrain", "-S", "pretrain.batch_tokens=100")

    assert_fails(result, 2, r"(pretrain\.)?batch_tokens is 100; it must be a multiple .*\(64\)\. Nearest: 64, 128\.")


def test_a_stage_before_its_inputs_says_what_to_run(project, made):
    result = run("encode", "--params", made / "params.yaml", "--data", "nothing")

    assert_fails(result, 1, r"nothing/tokenizer/.* is missing; run `dvc repro tokenizer`, or name another folder\.")


def test_a_model_of_another_tokenizer_is_refused(project, made):
    """Its weights would answer in the ids of another vocabulary."""
    assert tiny_run(made, "pretrain").exit_code == 0
    other = tiny_run(made, "tokenizer", "-S", "tokenizer.vocab_size=370")
    assert other.exit_code == 0, other.output
    for path in Path("out/tokenizer").iterdir():
        if (Path("out/pretrained") / path.name).exists():
            (Path("out/pretrained") / path.name).write_bytes(path.read_bytes())

    assert_fails(
        run("generate", "Oslo", "--model", "out/pretrained", "--max-new-tokens", 8),
        1,
        r"out/pretrained: the model was trained with another tokenizer .*; restore the folder .*",
    )


def test_tokens_of_another_tokenizer_are_refused(project, made):
    """Tokens and tokenizer are both there, but one was made with another."""
    assert tiny_run(made, "tokenizer", "-S", "tokenizer.vocab_size=370").exit_code == 0
    Path("out/tokens").symlink_to(made / "data/tokens")
    result = run("pretrain", "--params", made / "params.yaml", "--data", "out")

    assert_fails(
        result,
        1,
        r"out/tokens/train was encoded with the vocabulary \w+, but the tokenizer has \w+; run the encode .*",
    )


# --- the machine ------------------------------------------------------------------------------------


@contextmanager
def tmpfs(folder: Path, options: str):
    """A small file system in memory; skips where the machine does not allow one."""
    folder.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(folder)], capture_output=True, text=True, check=False
    )
    if mounted.returncode:
        pytest.skip(f"cannot mount a file system here ({mounted.stderr.strip()}); run as root to see this test")
    try:
        yield
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


def test_an_output_folder_below_a_file_is_refused(project, made):
    (project / "file").write_text("x")
    result = run("encode", "--params", made / "params.yaml", "--data", made / "data", "--out", "file/out")

    assert_fails(
        result, 1, r"'.*file/out.*' is not a folder: a file is in the way; move it, or choose another .* --out\."
    )


def test_a_read_only_output_folder_is_refused(project, made):
    with tmpfs(project / "fixed", "ro"):
        result = run("encode", "--params", made / "params.yaml", "--data", made / "data", "--out", "fixed")

    assert_fails(result, 1, r"'fixed/.*' is on a read-only file system; make it writable or choose another .* --out\.")


def test_a_full_disk_stops_the_stage_and_keeps_what_was_there(project, made):
    with tmpfs(project / "small", "size=16k"):
        Path("small/tokens").mkdir()
        Path("small/tokens/old").write_text("old")
        result = run("encode", "--params", made / "params.yaml", "--data", made / "data", "--out", "small")

        assert_fails(result, 1, r"the disk is full while writing .*; free some space .*, then run the command again\.")
        assert Path("small/tokens/old").read_text() == "old"
        assert [path.name for path in Path("small").iterdir()] == ["tokens"]


def test_outside_a_git_repository_stages_run_and_doctor_says_what_is_missing(project, made):
    assert tiny_run(made, "encode").exit_code == 0
    result = run("doctor", "--params", made / "params.yaml")

    assert result.exit_code == 1
    assert re.search(r"broken +git +no git repository with a commit here\n +fix: git init && ", result.output)
    assert Layout(Path("out")).metrics("encode").exists()


def test_a_port_in_use_for_the_pages_is_named_with_a_free_one(project):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        result = run("ui", "--port", port)

    assert_fails(result, 1, rf"port {port} on 127\.0\.0\.1 is in use .*use --port \d+, which is free, or stop .*")
