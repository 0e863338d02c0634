"""`clean explain` and `clean --dry-run`: what the rules do, without writing anything."""

import pytest
from click.testing import CliRunner
from test_clean import PLENTY, prose, raw

from llmpipe import cli
from llmpipe.config import validate
from llmpipe.files import digest
from llmpipe.progress import Reporter
from llmpipe.records import Document
from llmpipe.stages import clean

FOOTER = "The Hill Post wishes a pleasant evening"
NEWS = [Document(f"n{i}", f"{prose(500 + i)}\n{prose(700 + i)}\n{FOOTER}", "en", "post") for i in range(12)]
DIRTY = [
    Document("page", f"<p>{prose(1000)}</p><p>Write to ann@example.com.</p>", "en", "mine"),
    Document("short", "Too short.", "en", "mine"),
    Document("中文/ü", "<b>春天来了</b>，孩子们在河边放风筝，老人们坐在树下聊天喝茶。", "zh", "mine"),
    Document("copy", PLENTY[0].text, "en", "mine"),
    Document("hidden", f"zero\u200bwidth {prose(1001)}", "en", "mine"),
]


@pytest.fixture
def project(tmp_path, monkeypatch):
    """Raw documents, cleaned once."""
    monkeypatch.setenv("LLMPIPE_WORKERS", "1")
    monkeypatch.setenv("DVC_ROOT", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    layout = raw(tmp_path / "data", [*PLENTY, *NEWS, *DIRTY])
    (tmp_path / "params.yaml").write_text("clean:\n  split: {valid_ratio: 0.1, test_ratio: 0.1}\n")
    params = validate({"clean": {"split": {"valid_ratio": 0.1, "test_ratio": 0.1}}}, ["clean"])
    clean.run(params, layout, layout, Reporter())
    return layout


def call(*arguments):
    return CliRunner().invoke(cli.main, ["clean", *arguments])


def test_a_document_is_explained_rule_by_rule(project):
    story = call("explain", "page").output

    assert story.index("1. html") < story.index("before:") < story.index("<p>") < story.index("after:")
    assert "personal data: email" in story
    assert "Write to [EMAIL]." in story
    assert "by its own text: kept" in story
    assert "in the last run: kept in " in story
    assert "another text" not in story


def test_what_other_documents_do_is_told_too(project):
    stories = [call("explain", name).output for name in ("copy", PLENTY[0].id)]

    assert sum("in the last run: removed, exact_duplicate of" in story for story in stories) == 1
    assert "1. learned_boilerplate" in call("explain", "n3").output


def test_a_removed_document_names_its_rule_and_full_shows_all(project):
    assert "by its own text: removed, min_words 2" in call("explain", "short").output
    story = call("explain", "中文/ü", "--full").output
    assert "raw:\n     <b>春天来了</b>" in story


def test_what_nobody_sees_is_spelled_out(project):
    assert "before:\n     zero\\u200bwidth" in call("explain", "hidden").output


def test_an_unknown_id_is_one_sentence(project):
    result = call("explain", "nobody")

    assert result.exit_code == 1
    assert "has the id 'nobody'" in result.output


def test_a_dry_run_counts_and_writes_nothing(project, tmp_path):
    before = digest(tmp_path)
    result = call("--dry-run", "--sample", "500")
    lines = {line.split()[0]: line.split() for line in result.output.splitlines()[4:]}

    assert result.exit_code == 0, result.output
    assert digest(tmp_path) == before
    assert f"{len(PLENTY) + len(NEWS) + len(DIRTY)} documents" in result.output
    assert lines["html"][1:3] == ["2", "–"]
    assert lines["min_words"][1:4] == ["–", "1", "1"]
    assert lines["min_words"][4] == "short:"


def test_the_sample_of_a_dry_run_is_the_same_each_time(project):
    one, other = (call("--dry-run", "--sample", "20").output for _ in range(2))

    assert one == other
    assert one.startswith("20 documents")


def test_overrides_try_out_a_threshold(project):
    assert "max_words" in call("--dry-run", "-S", "clean.filters.max_words=10").output
