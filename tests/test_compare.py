"""compare: two hand-made results whose answers are known, from folders, git revisions, experiments and MLflow."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from llmpipe import cli
from llmpipe.commands import compare, compare_changes, compare_sets, sides
from llmpipe.errors import DataError
from llmpipe.files import Layout, dvc_digest, write_json, write_jsonl, write_text
from llmpipe.pages.comparison import BETTER, INCOMPARABLE, OPEN, WORSE
from llmpipe.tracking import pack, result_of_digest
from llmpipe.tracking.store import connect

ASKED = {"reading": "她住在哪里？ <b>第{}</b> | `x`", "summary": "Tell it briefly, number {}."}
METRICS = {"reading": ("exact_match", "f1"), "summary": ("rougeL",)}


def score(dataset, test_set, metric, n, way="|way:1"):
    """A line of scores.json; only its names and signature are read."""
    numbers = {"value": 0.5, "low": 0.4, "high": 0.6, "n": n, "unit": "ratio"}
    where = {"model": "finetuned", "dataset": dataset, "task": dataset, "test_set": test_set}
    return where | numbers | {"name": metric, "signature": f"{metric}{way}|ci:wilson"}


def write_side(folder, scores, *, start=0, way="|way:1", nats=100.0):
    """data/evaluation of a result whose example i of (data set, test set) has the score `scores[...][i]`."""
    data = Layout(folder / "data")
    rows = []
    for (dataset, test_set), values in scores.items():
        ids = [f"{dataset}-{start + i}" for i in range(len(values))]
        said = ["北京" if value >= 0.5 else "上海" for value in values]
        rows += [score(dataset, test_set, metric, len(values), way) for metric in METRICS[dataset]]
        name = f"finetuned.{dataset}.{test_set}.jsonl"
        write_jsonl(
            data.evaluation / "predictions" / name,
            [
                {
                    "id": id_,
                    "model": "finetuned",
                    "dataset": dataset,
                    "test_set": test_set,
                    "prompt": ASKED[dataset].format(id_),
                    "hypothesis": text,
                    "references": ["北京"],
                }
                for id_, text in zip(ids, said, strict=True)
            ],
        )
        lines = [{"id": i} | dict.fromkeys(METRICS[dataset], v) for i, v in zip(ids, values, strict=True)]
        write_jsonl(data.evaluation / "examples" / name, lines)
    write_json(data.evaluation / "scores.json", rows)
    documents = [{"id": f"d{i}", "language": "en", "nats": nats + i % 7, "num_bytes": 100} for i in range(60)]
    write_jsonl(data.evaluation / "documents" / "pretrained.jsonl", documents)
    return folder


BASE = {("reading", "T1"): [1.0] * 50 + [0.0] * 50, ("summary", "T1"): [0.4 + i % 10 / 50 for i in range(100)]}
BETTER_READING = {**BASE, ("reading", "T1"): [1.0] * 80 + [0.0] * 20}


@pytest.fixture
def a(tmp_path):
    return write_side(tmp_path / "a", BASE)


@pytest.fixture(autouse=True)
def _quick(monkeypatch):
    monkeypatch.setattr(compare, "RESAMPLES", 400)
    monkeypatch.setattr(compare, "TRIALS", 400)
    monkeypatch.setenv("LLMPIPE_TRACKING", "off")


def verdicts(found):
    return {row.metric: row.verdict for row in found.tested}


# --- verdicts ---------------------------------------------------------------------------------------


def test_thirty_answers_of_a_hundred_put_right_are_better(a, tmp_path):
    found = compare.compare(str(a), str(write_side(tmp_path / "b", BETTER_READING)))
    row = found.tested[0]

    assert verdicts(found) == {"exact_match": BETTER, "rougeL": OPEN, "bits_per_byte": OPEN}
    assert (row.first, row.other, row.n) == (0.5, 0.8, 100)
    assert row.difference == pytest.approx(0.3)
    assert row.p == pytest.approx(2 * 0.5**30)
    assert row.p_holm == pytest.approx(3 * 2 * 0.5**30)
    assert found.verdict.startswith("Better, none shown worse: of 3 rows, B is better on 1, worse on 0")


def test_the_other_way_round_it_is_worse(a, tmp_path):
    found = compare.compare(str(write_side(tmp_path / "b", BETTER_READING)), str(a))

    assert verdicts(found)["exact_match"] == WORSE
    assert found.verdict.startswith("Worse, none shown better")


def test_fewer_bits_per_byte_are_better(a, tmp_path):
    found = compare.compare(str(a), str(write_side(tmp_path / "b", BASE, nats=90.0)))

    assert verdicts(found)["bits_per_byte"] == BETTER
    assert found.tested[-1].difference < 0


def test_four_answers_that_differ_show_nothing_and_it_says_what_could_be_found(a, tmp_path):
    b = write_side(tmp_path / "b", {**BASE, ("reading", "T1"): [1.0] * 54 + [0.0] * 46})
    found = compare.compare(str(a), str(b))
    text = compare.render(found, "md")

    assert verdicts(found)["exact_match"] == OPEN
    assert found.tested[0].p == pytest.approx(0.125)
    assert found.verdict.startswith("No difference shown: B is not shown to be better or worse")
    assert f"no difference shown (could have found ≥ {found.tested[0].detectable:.2f})" in text
    assert "no difference: the same score on every example" in text


def test_a_result_is_not_better_than_itself(a):
    found = compare.compare(str(a), str(a / "data"))

    assert {row.difference for row in found.tested} == {0}
    assert found.flips == []


def test_scores_computed_in_different_ways_are_not_compared(a, tmp_path):
    found = compare.compare(str(a), str(write_side(tmp_path / "b", BETTER_READING, way="|way:2")))

    assert verdicts(found) == {"exact_match": INCOMPARABLE, "rougeL": INCOMPARABLE, "bits_per_byte": OPEN}
    assert "not comparable: computed in different ways" in compare.render(found, "md")


# --- pairs ------------------------------------------------------------------------------------------


def test_only_common_examples_are_compared_and_the_rest_is_counted(a, tmp_path):
    found = compare.compare(str(a), str(write_side(tmp_path / "b", BETTER_READING, start=40)))

    assert {row.n for row in found.tested if row.metric != "bits_per_byte"} == {60}
    assert "reading/T1: 80 answers left out, because only one side has the example; 60 compared." in found.notes


def test_results_without_a_common_example_are_refused(a, tmp_path):
    with pytest.raises(DataError, match="no test example in common"):
        compare.compare(str(a), str(write_side(tmp_path / "b", BASE, start=1000)))


def test_the_same_id_with_another_prompt_is_another_example(a, tmp_path, monkeypatch):
    monkeypatch.setitem(ASKED, "reading", "Another question {}?")
    found = compare.compare(str(a), str(write_side(tmp_path / "b", BETTER_READING)))

    assert "exact_match" not in verdicts(found)


def test_flips_go_both_ways_with_all_texts(a, tmp_path):
    changed = {**BASE, ("reading", "T1"): [0.0] * 2 + [1.0] * 51 + [0.0] * 47}
    found = compare.compare(str(a), str(write_side(tmp_path / "b", changed)))

    assert [(flip.id, flip.gain) for flip in found.flips] == [
        ("reading-0", -1),
        ("reading-1", -1),
        ("reading-50", 1),
        ("reading-51", 1),
        ("reading-52", 1),
    ]
    assert (found.flips[2].first, found.flips[2].other, found.flips[2].reference) == ("上海", "北京", "北京")


# --- what changed -----------------------------------------------------------------------------------


def lock(digest, steps, code="1"):
    outs = [{"path": "data/evaluation", "md5": digest}, {"path": "data/pretrained", "md5": f"{steps}.dir"}]
    stage = {"deps": [{"path": "llmpipe/a.py", "md5": code}], "outs": outs}
    return {"schema": "2.0", "stages": {"evaluate": stage}}  # JSON is YAML


def test_parameters_data_and_code_that_changed_are_named(a, tmp_path):
    b = write_side(tmp_path / "b", BASE)
    for side, steps, code in ((a, 10, "1"), (b, 20, "2")):
        write_json(side / "params.yaml", {"pretrain": {"steps": steps, "seed": 1}})
        write_json(side / "dvc.lock", lock("0.dir", steps, code))
    found = compare.compare(str(a), str(b)).changes

    assert [(change.kind, change.name, change.first, change.other) for change in found] == [
        ("parameter", "pretrain.steps", "10", "20"),
        ("data", "data/pretrained", "10.dir", "20.dir"),
        ("code or input", "llmpipe/a.py", "1", "2"),
    ]


def test_costs_are_those_of_stages_that_both_were_tracked_in(a, monkeypatch):
    known = {"1": {"pretrain": {"seconds": 10.0, "tokens": 5.0}}, "2": {"pretrain": {"seconds": 25.0}, "clean": {}}}
    monkeypatch.setattr(compare_changes.tracking, "costs", lambda outputs: known[outputs["x"]])
    first, other = (compare_sets.Group(name, [sides.Side(name, a, {}, {"x": name}, {})]) for name in "12")

    assert compare_changes.costs(first, other) == {"pretrain": {"seconds": (10.0, 25.0)}}


# --- pages ------------------------------------------------------------------------------------------


def test_pages_show_chinese_and_escape_what_models_say(a, tmp_path):
    found = compare.compare(str(a), str(write_side(tmp_path / "b", BETTER_READING)))
    markdown, html = (compare.render(found, form) for form in ("md", "html"))

    assert "她住在哪里？ &lt;b>第reading-50&lt;/b> \\| 'x'" in markdown
    assert "她住在哪里？ &lt;b&gt;第reading-50&lt;/b&gt; | &#x27;x&#x27;" in html
    assert "<script" not in html
    assert "http" not in html


def test_json_holds_everything_and_is_the_same_each_time(a, tmp_path):
    b = write_side(tmp_path / "b", BETTER_READING)
    first, second = (compare.render(compare.compare(str(a), str(b)), "json") for _ in range(2))

    assert first == second
    value = json.loads(first)
    assert value["tested"][0]["verdict"] == "better"
    assert value.keys() >= {"changes", "costs", "flips", "notes", "others", "verdict"}


def test_the_command_prints_or_writes(a, tmp_path):
    b = str(write_side(tmp_path / "b", BETTER_READING))
    printed = CliRunner().invoke(cli.main, ["compare", str(a), b])
    written = CliRunner().invoke(cli.main, ["compare", str(a), b, "--to", str(tmp_path / "out")])

    assert printed.exit_code == written.exit_code == 0
    assert printed.output == (tmp_path / "out" / "comparison.md").read_text("utf-8")
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == [
        "comparison.html",
        "comparison.json",
        "comparison.md",
    ]


# --- names ------------------------------------------------------------------------------------------


def git(folder, *arguments):
    identity = ["-c", "user.name=a", "-c", "user.email=a@b.c"]
    subprocess.run(["git", *identity, *arguments], cwd=folder, check=True, capture_output=True)


@pytest.fixture
def project(tmp_path, monkeypatch):
    """A repository with two evaluated commits, the second of which is an experiment, too; the workspace is empty."""
    folder = tmp_path / "project"
    folder.mkdir()
    git(folder, "init", "-q")
    subprocess.run([sys.executable, "-m", "dvc", "init", "-q"], cwd=folder, check=True)
    write_json(folder / "dvc.yaml", {"stages": {"evaluate": {"cmd": "true", "outs": ["data/evaluation"]}}})
    for name, scores in (("one", BASE), ("two", BETTER_READING)):
        write_side(folder, scores)
        write_text(folder / "params.yaml", f"report: {{title: {name}}}\n")
        subprocess.run([sys.executable, "-m", "dvc", "commit", "-q", "-f"], cwd=folder, check=True)
        git(folder, "add", "-A")
        git(folder, "commit", "-qm", name)
    git(folder, "update-ref", "refs/exps/ab/abcdef/brave-cat", "HEAD")
    subprocess.run(["rm", "-r", folder / "data" / "evaluation"], check=True)
    monkeypatch.chdir(folder)
    return folder


def test_revisions_and_experiments_are_read_from_dvcs_cache_and_the_workspace_stays(project):
    found = compare.compare("HEAD~1", "brave-cat")

    assert verdicts(found)["exact_match"] == BETTER
    assert [change.name for change in found.changes] == ["report.title", "data/evaluation"]
    assert not (project / "data" / "evaluation").exists()


def test_results_are_called_by_their_names_with_short_ids(project):
    """A revision and an experiment by what they were asked for; a bare hash by the experiment that it is."""
    first, second = (
        subprocess.run(["git", "rev-parse", name], capture_output=True, text=True, check=True).stdout.strip()
        for name in ("HEAD~1", "HEAD")
    )
    found = compare.compare("HEAD~1", "brave-cat")
    by_hash = compare.compare(first, second)

    assert (found.first, found.other) == (f"HEAD~1 ({first[:7]})", f"brave-cat ({second[:7]})")
    assert (by_hash.first, by_hash.other) == (first[:7], f"brave-cat ({second[:7]})")
    assert f"B: `brave-cat ({second[:7]})`" in compare.render(found, "md")


def test_a_clone_without_the_cache_says_where_its_results_may_be(project, tmp_path, monkeypatch):
    """DVC reports a folder that nobody has in another way than a file."""
    git(project, "clone", "-q", project, tmp_path / "clone")
    monkeypatch.chdir(tmp_path / "clone")

    with pytest.raises(DataError, match=r"'HEAD~1' .* is neither in DVC's cache nor among the rows of MLflow"):
        compare.compare("HEAD~1", "HEAD")


def test_mlflow_has_what_the_cache_lost(project, tmp_path, monkeypatch):
    """A row with the digest of dvc.lock stands in; without one the error says what to do."""
    first, other = tmp_path / "x", tmp_path / "y"
    sides.find("HEAD~1", first)
    sides.find("HEAD", other)
    subprocess.run(["rm", "-r", project / ".dvc" / "cache"], check=True)
    with pytest.raises(DataError, match=r"neither in DVC's cache nor among the rows of MLflow"):
        compare.compare("HEAD~1", "HEAD")

    monkeypatch.setenv("LLMPIPE_TRACKING", "on")
    server = connect(project, f"sqlite:///{project}/mlflow.db")
    runs = []
    for folder in (first, other):
        evaluation = folder / "data" / "evaluation"
        tags = {"out.evaluation": dvc_digest(evaluation)}
        run = server.client.create_run(server.experiments["llmpipe"], tags=tags, run_name=f"steps `{folder.name}`")
        pack.pack(evaluation, folder, tmp_path / pack.RESULT)
        server.client.log_artifact(run.info.run_id, str(tmp_path / pack.RESULT))
        server.client.set_terminated(run.info.run_id)
        runs.append(run.info.run_id)

    assert result_of_digest(dvc_digest(first / "data" / "evaluation"), tmp_path / "z")
    assert verdicts(compare.compare("HEAD~1", "HEAD"))["exact_match"] == BETTER
    found = compare.compare(*runs)
    assert verdicts(found)["exact_match"] == BETTER
    assert [found.first, found.other] == [f"steps '{n}' ({run[:7]})" for n, run in zip("xy", runs, strict=True)]


def test_a_name_of_nothing_says_where_names_come_from(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    for name in ("nowhere", "-x", "f" * 32):
        with pytest.raises(DataError, match="is no folder, git revision, DVC experiment or MLflow run"):
            compare.compare(name, name)


def test_a_folder_or_commit_without_evaluation_says_so(tmp_path, project):
    (tmp_path / "empty").mkdir()
    with pytest.raises(DataError, match="holds no evaluation"):
        compare.compare(str(tmp_path / "empty"), "HEAD")
    write_json(Path("dvc.lock"), {"schema": "2.0", "stages": {}})
    git(project, "commit", "-qam", "nothing")
    with pytest.raises(DataError, match="was not evaluated"):
        compare.compare("HEAD", "HEAD~1")


# --- several seeds a side ---------------------------------------------------------------------------


def write_seeds(folder, *rights, start=0):
    """A run for each number of right answers of a hundred, each with a params.yaml that differs in its seed."""
    names = []
    for seed, right in enumerate(rights, start=start):
        run = write_side(folder / str(seed), {**BASE, ("reading", "T1"): [1.0] * right + [0.0] * (100 - right)})
        write_text(run / "params.yaml", f"finetune:\n  seed: {seed}\n  steps: 10\n")
        write_text(run / "dvc.lock", "stages: {}\n")
        names.append(str(run))
    return ",".join(names)


def test_a_difference_that_seeds_make_is_within_their_noise(tmp_path):
    """Fifty answers more in one pair of seeds, fewer in another: single runs are told apart, the groups are not."""
    a, b = write_seeds(tmp_path / "a", 30, 70, 45), write_seeds(tmp_path / "b", 75, 35, 74, start=5)
    found = compare.compare(a, b)
    row = found.tested[0]
    one = compare.compare(a.split(",")[0], b.split(",")[0])

    assert verdicts(one)["exact_match"] == BETTER
    assert row.verdict == OPEN
    assert row.in_seed_noise
    assert (row.first, row.other) == (pytest.approx(145 / 300), pytest.approx(184 / 300))
    assert row.first_sd == pytest.approx(0.2020726)  # of .30, .70, .45
    assert row.low < 0 < row.high
    assert "One difference is within the noise of seeds" in found.verdict
    assert "0.48 ± 0.20" in compare.render(found, "md")


def test_a_difference_beyond_the_spread_of_seeds_is_one(tmp_path):
    a, b = write_seeds(tmp_path / "a", 40, 42, 41), write_seeds(tmp_path / "b", 80, 81, 83, start=5)
    found = compare.compare(a, b)

    assert verdicts(found) == {"exact_match": BETTER, "rougeL": OPEN, "bits_per_byte": OPEN}
    assert found.runs == (3, 3)
    assert not any(row.in_seed_noise for row in found.tested)
    assert found.changes == []  # seeds are no change
    assert {round(3 * flip.gain, 6) for flip in found.flips} <= {1.0, 2.0, 3.0}


def test_a_single_run_is_taken_to_spread_as_the_group_does(tmp_path):
    a, b = write_seeds(tmp_path / "a", 30, 70, 45), write_seeds(tmp_path / "b", 80, start=5)
    found = compare.compare(a, b)

    assert found.tested[0].other_sd is None
    assert found.tested[0].verdict == OPEN
    assert "0.80 ± ?" in compare.render(found, "md")


def test_runs_that_differ_in_more_than_seeds_are_no_group(tmp_path):
    a = write_seeds(tmp_path / "a", 40, 42)
    other = tmp_path / "a" / "1" / "params.yaml"
    other.write_text(other.read_text().replace("steps: 10", "steps: 20"))
    with pytest.raises(DataError, match=r"differ in finetune\.steps; runs with commas between them are one result"):
        compare.compare(a, a.split(",")[0])


def test_runs_may_differ_in_what_is_measured_beside_the_scores(tmp_path):
    """Other baselines and other settings of abstention leave the tuned model's answers and scores as they are."""
    a, b = write_seeds(tmp_path / "a", 40, 42), write_seeds(tmp_path / "b", 80, 81, start=5)
    plain = compare.compare(a, b)
    other = tmp_path / "a" / "1" / "params.yaml"
    other.write_text(other.read_text() + "evaluate:\n  baselines: [copy]\n  abstention: {bins: 3}\n")
    found = compare.compare(a, b)

    assert found.tested == plain.tested
    (note,) = [note for note in found.notes if note not in plain.notes]
    assert "differ in evaluate.abstention.bins, evaluate.baselines, which changes no score compared here." in note
    other.write_text(other.read_text() + "  batch_size: 3\n")
    with pytest.raises(DataError, match=r"differ in evaluate\.batch_size; runs with commas"):
        compare.compare(a, b)


def test_a_run_counts_once(tmp_path):
    run = write_seeds(tmp_path / "a", 40)
    with pytest.raises(DataError, match="names a run twice"):
        compare.compare(f"{run},{run}", run)


def test_the_draws_are_options_and_stand_in_the_json(a, tmp_path):
    b = write_side(tmp_path / "b", BETTER_READING)
    options = ["--format", "json", "--seed", "7", "--resamples", "150", "--trials", "200"]
    told = json.loads(CliRunner().invoke(cli.main, ["compare", str(a), str(b), *options]).output)
    refused = CliRunner().invoke(cli.main, ["compare", str(a), str(b), "--resamples", "5"])

    assert told["draws"] == {"seed": 7, "resamples": 150, "trials": 200}
    assert told["tested"][1]["test"].endswith("200")
    assert refused.exit_code == 2
