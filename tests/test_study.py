"""Studies: what a file may say, which cells it has, what numbers say of them, and cells as DVC experiments."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import study_project
from imports import ROOT
from scipy import stats
from zc.lockfile import LockFile

from llmpipe.commands import study_plan
from llmpipe.commands.study import Opened
from llmpipe.errors import DataError, ParamsError
from llmpipe.pages.blocks import to_markdown
from llmpipe.studies import experiments as experiments_module
from llmpipe.studies import file, remains
from llmpipe.studies.analysis import analyse
from llmpipe.studies.cells import Cell, cells, configurations
from llmpipe.studies.effects import Observation, effects, paired, power_law
from llmpipe.studies.experiments import reason
from llmpipe.studies.page import page
from llmpipe.tracking.store import lock

RATE, SCORE = "finetune.optimizer.learning_rate", "finetune.valid_exact_match"


def study(**changes):
    values = {"name": "s", "factors": {RATE: [0.001, 0.002]}, "optimise": SCORE, "target": "finetune"}
    return file.StudyFile.model_validate(values | changes)


def write(path: Path, text: str) -> Path:
    path.write_text(text, "utf-8")
    return path


@pytest.fixture
def project(tmp_path):
    return study_project.write_pipeline(tmp_path)


# --- the file ---------------------------------------------------------------------------------------


def test_all_problems_of_a_file_are_said_at_once(tmp_path):
    text = (
        "name: s\nfactors: {a.b: [1]}\noptimise: evaluate.all.T1.accuracy\nseeds: [1, 1]\ncells: 3\n"
        "curve: a.c\ntarget: report\n"
    )
    with pytest.raises(ParamsError) as error:
        file.load(write(tmp_path / "s.yaml", text))

    assert [line.partition(": ")[2].partition(":")[0] for line in str(error.value).splitlines()] == [
        "factors.a.b", "curve", "optimise", "cells", "seeds",
    ]  # fmt: skip


def test_a_key_that_no_study_has_is_named(tmp_path):
    with pytest.raises(ParamsError, match=r"s\.yaml: unknown key 'sedes'; known: name, "):
        file.load(write(tmp_path / "s.yaml", f"name: s\nfactors: {{{RATE}: [1, 2]}}\noptimise: {SCORE}\nsedes: [1]\n"))


def test_choosing_by_a_test_score_is_refused_and_describing_one_is_not():
    on_test = "evaluate.all.T1.accuracy"
    with pytest.raises(ValueError, match="would spoil the test sets"):
        study(optimise=on_test, target="report")

    assert study(optimise=on_test, target="report", only_describes=True).metrics == (on_test,)
    assert study(target="report", describe=[on_test]).metrics == (SCORE, on_test)


def test_a_metric_of_a_stage_that_does_not_run_is_refused():
    with pytest.raises(ValueError, match="with a stage that runs up to finetune"):
        study(describe=["evaluate.all.T1.accuracy"])


@pytest.mark.parametrize("path", sorted((ROOT / "recipes/studies").glob("*.yaml")), ids=lambda path: path.stem)
def test_the_studies_that_come_with_the_project_fit_its_parameters(path):
    study = file.load(path)

    assert study.name == path.stem
    assert len({cell.name for cell in cells(study, ROOT)}) == len(configurations(study)) * study.repeats


# --- cells ------------------------------------------------------------------------------------------


def test_a_grid_has_every_combination_and_a_named_level_sets_several_keys(project):
    factors = {RATE: [0.001, 0.002], "size": {"s": {"model.num_layers": 1, "model.hidden_dim": 32}, "l": {}}}
    found = cells(study(factors=factors, seeds=[1, 7], seed_keys=["finetune.seed"]), project)

    assert [(*cell.levels.values(), cell.seed) for cell in found] == [
        (rate, size, seed) for seed in (1, 7) for rate in ("0.001", "0.002") for size in ("s", "l")
    ]
    assert found[4].overrides == ("finetune.seed=7", f"{RATE}=0.001", "model.num_layers=1", "model.hidden_dim=32")
    assert len({cell.name for cell in found}) == 8


def test_what_is_fixed_holds_in_all_cells_and_a_level_can_change_it(project):
    found = cells(study(fixed={"finetune.steps": 7, RATE: 0.5}), project)

    assert [cell.overrides[-2:] for cell in found] == [
        ("finetune.steps=7", f"{RATE}={rate}") for rate in (0.001, 0.002)
    ]


def test_without_named_keys_a_seed_is_that_of_every_stage(project):
    first = cells(study(seeds=[5]), project)[0]

    assert [item for item in first.overrides if item.endswith("seed=5")] == [
        f"{name}.seed=5" for name in ("ingest", "clean", "tokenizer", "baselines", "pretrain", "finetune", "evaluate")
    ]


def test_a_random_design_draws_some_cells_of_the_grid_and_the_same_ones_again():
    factors = {RATE: [0.1, 0.2, 0.3, 0.4], "finetune.dropout": [0.0, 0.1, 0.2]}
    grid = configurations(study(factors=factors))
    drawn = configurations(study(factors=factors, design="random", cells=5))

    assert len(drawn) == 5
    assert [row for row in grid if row in drawn] == drawn
    assert drawn == configurations(study(factors=factors, design="random", cells=5))
    assert drawn != configurations(study(factors=factors, design="random", cells=5, design_seed=2))


def test_folds_are_cells_of_their_own_judged_by_what_they_hold_out(project):
    chosen = study(folds=3, optimise="finetune.fold_exact_match", seeds=[1, 2], seed_keys=["finetune.seed"])
    found = cells(chosen, project)

    assert chosen.repeats == 6
    assert [cell.repeat for cell in found[::2]] == ["1/0", "1/1", "1/2", "2/0", "2/1", "2/2"]
    assert found[2].overrides[1:3] == ("finetune.folds.count=3", "finetune.folds.fold=1")
    assert len({cell.name for cell in found}) == 12


def test_folds_are_judged_by_what_was_held_out_and_by_nothing_else():
    with pytest.raises(ValueError, match="is not of the fold that was held out; name finetune.fold_"):
        study(folds=3)
    with pytest.raises(ValueError, match="only a study with folds has it"):
        study(optimise="finetune.fold_exact_match")


def test_the_report_of_folds_says_that_they_share_examples():
    chosen = study(folds=3, optimise="finetune.fold_exact_match", seeds=[1, 2])
    made = [
        Cell(f"c{rate}-{seed}-{fold}", {RATE: rate}, seed, (), fold)
        for seed in (1, 2)
        for fold in range(3)
        for rate in ("0.001", "0.002")
    ]
    measured = {
        cell.name: {chosen.optimise: 10 * float(cell.levels[RATE]) + 0.02 * i % 0.05} for i, cell in enumerate(made)
    }
    result = analyse(chosen, made, measured)
    text = to_markdown(page(result, {}))

    assert result["configurations"][0]["metrics"][chosen.optimise]["n"] == 6
    assert "paired by 6 folds of 2 seeds" in text
    assert "Intervals are over folds:" in text
    assert "seed(s)" not in text
    first = study(folds=3, optimise="finetune.fold_exact_match")
    one = analyse(first, made[:2], {cell.name: measured[cell.name] for cell in made[:2]})
    assert "paired by 1 fold: without a second fold nothing says" in to_markdown(page(one, {}))
    assert "Nadeau & Bengio 2003" in text
    assert "a block for each fold of each seed" in text


def test_wrong_parameters_of_all_cells_are_said_at_once(project):
    factors = {"finetune.dropuot": [0.0, 0.1], "finetune.steps": [10, -1]}
    with pytest.raises(ParamsError) as error:
        cells(study(factors=factors), project)

    assert len(str(error.value).splitlines()) == 2
    assert "did you mean 'dropout'?" in str(error.value)
    assert "finetune.steps is -1" in str(error.value)


def test_cells_that_a_dial_does_not_change_are_refused(project):
    with pytest.raises(ParamsError, match="model.depth is 2, but no value that follows from it is null"):
        cells(study(factors={"model.depth": [2, 3]}), project)


def test_a_cell_has_a_new_name_when_parameters_or_code_change_and_only_then(project):
    before = [cell.name for cell in cells(study(), project)]
    assert [cell.name for cell in cells(study(factors={RATE: [0.002, 0.001]}), project)] == before[::-1]

    text = (project / "params.yaml").read_text("utf-8")
    write(project / "params.yaml", text.replace("learning_rate: 3.0e-3", "learning_rate: 4.0e-3"))
    assert [cell.name for cell in cells(study(), project)] == before  # the study sets it
    write(project / "params.yaml", text.replace("steps: 30", "steps: 31"))
    assert not set(before) & {cell.name for cell in cells(study(), project)}
    write(project / "params.yaml", text)
    write(project / "stage.py", study_project.STAGE + "\n")
    assert not set(before) & {cell.name for cell in cells(study(), project)}


# --- numbers ----------------------------------------------------------------------------------------


def observations(rng, levels, seeds, shift=0.0):
    return [
        Observation({"f": level}, seed, shift * i + 0.3 * seed + rng.normal())
        for seed in range(seeds)
        for i, level in enumerate(levels)
    ]


def test_two_levels_with_seeds_as_blocks_give_the_paired_t_test():
    rows = observations(np.random.default_rng(1), "ab", 6, shift=0.8)
    one, other = ([row.value for row in rows if row.levels["f"] == level] for level in "ab")
    found = effects(rows, {"f": ["a", "b"]})
    test = stats.ttest_rel(one, other)

    assert found["terms"]["f"]["p"] == pytest.approx(test.pvalue)
    assert found["degrees"] == 5
    interval, level = test.confidence_interval(), found["levels"]["f"]["a"]
    assert [2 * level["low"], 2 * level["high"]] == pytest.approx([interval.low, interval.high])


def test_three_levels_with_one_seed_each_give_the_analysis_of_variance():
    rng = np.random.default_rng(2)
    rows = [
        Observation({"f": level, "g": str(i)}, 1, rng.normal() + (level == "c")) for level in "abc" for i in range(4)
    ]
    groups = [[row.value for row in rows if row.levels["f"] == level] for level in "abc"]

    assert effects(rows, {"f": list("abc")})["terms"]["f"]["p"] == pytest.approx(stats.f_oneway(*groups).pvalue)


def test_effects_are_deviations_from_the_mean_and_an_interaction_is_found():
    def value(a, b):
        return 10 + 2 * (a == "y") + 4 * (b == "v") + 8 * (a == "y") * (b == "v")

    noise = np.random.default_rng(3)
    rows = [
        Observation({"a": a, "b": b}, seed, value(a, b) + 0.01 * noise.normal())
        for seed in range(3)
        for a in "xy"
        for b in "uv"
    ]
    found = effects(rows, {"a": ["x", "y"], "b": ["u", "v"]})

    assert found["levels"]["a"]["y"]["effect"] == pytest.approx(3, abs=0.02)  # 1 of its own, 2 of the interaction
    assert found["levels"]["b"]["u"]["effect"] == pytest.approx(-4, abs=0.02)
    assert set(found["terms"]) == {"a", "b", "a x b"}
    assert found["terms"]["a x b"]["p"] < 1e-6


def test_interactions_are_left_out_where_nothing_would_remain_for_the_error():
    grid = [Observation({"a": a, "b": b}, 1, float(a == "y") + 0.1 * (b == "v")) for a in "xy" for b in "uv"]

    assert set(effects(grid, {"a": ["x", "y"], "b": ["u", "v"]})["terms"]) == {"a", "b"}
    assert effects(grid[:2], {"b": ["u", "v"]}) is None


def test_a_pair_of_configurations_is_compared_by_the_paired_t_test():
    differences = [0.3, 0.1, 0.25, -0.05]
    found, test = paired(differences), stats.ttest_1samp(differences, 0)

    assert found["p"] == pytest.approx(test.pvalue)
    assert (found["low"], found["high"]) == pytest.approx(tuple(test.confidence_interval()))
    assert paired([0.2]) == {"mean": 0.2, "n": 1}


def test_folds_make_intervals_and_tests_those_of_nadeau_and_bengio():
    """Ten folds of one seed: the variance of a mean is (1/10 + 1/9) s^2; by hand, and the same from the model."""
    rng = np.random.default_rng(4)
    one, other = rng.normal(0.5, 0.1, 10), rng.normal(0.6, 0.1, 10)
    gains = other - one
    t = gains.mean() / (gains.std(ddof=1) * np.sqrt(1 / 10 + 1 / 9))
    p = 2 * stats.t.sf(abs(t), 9)
    rows = [
        Observation({"f": level}, f"1/{fold}", value)
        for level, values in (("a", one), ("b", other))
        for fold, value in enumerate(values)
    ]

    assert paired(gains, overlap=1 / 9)["p"] == pytest.approx(p)
    assert effects(rows, {"f": ["a", "b"]}, overlap=1 / 9)["terms"]["f"]["p"] == pytest.approx(p)
    assert paired(gains)["p"] < p


def test_a_power_law_is_found_again_and_carries_on():
    points = [
        (size, seed, 0.9 - 2.0 * size**-0.5 + 0.001 * seed) for size in (50, 100, 200, 400) for seed in (-1, 0, 1)
    ]
    fit = power_law(points)

    assert (fit["a"], fit["b"], fit["c"]) == pytest.approx((0.9, -2.0, 0.5), abs=0.01)
    assert fit["value"] == pytest.approx(0.9 - 2 * 800**-0.5, abs=0.002)
    assert fit["low"] <= fit["value"] <= fit["high"]
    assert power_law(points[:9]) is None


# --- what a study says ------------------------------------------------------------------------------


def faked(study, value):
    """Cells of a study without a project, and metrics computed from their levels."""
    made = [
        Cell(f"c{i}-{seed}", {name: level.name for name, level in levels.items()}, seed, (f"{RATE}={i}",))
        for seed in study.seeds
        for i, levels in enumerate(configurations(study))
    ]
    return made, {cell.name: {name: value(cell) for name in study.metrics} for cell in made}


def test_the_best_configuration_is_compared_with_the_next_by_seed():
    chosen = study(factors={RATE: [0.001, 0.002, 0.003]}, seeds=[1, 2, 3])
    base = {"0.001": 0.5, "0.002": 0.7, "0.003": 0.69}
    made, measured = faked(chosen, lambda cell: base[cell.levels[RATE]] + 0.1 * cell.seed + 0.001 * (cell.seed == 2))
    result = analyse(chosen, made, measured)

    assert [row["levels"][RATE] for row in result["configurations"]] == ["0.002", "0.003", "0.001"]
    assert result["best"]["levels"] == {RATE: "0.002"}
    assert result["best"]["difference"]["mean"] == pytest.approx(0.01)
    assert result["best"]["overrides"] == [f"{RATE}=1"]


def test_less_is_better_when_the_study_says_so():
    chosen = study(goal="min")
    made, measured = faked(chosen, lambda cell: float(cell.levels[RATE]))

    assert analyse(chosen, made, measured)["best"]["levels"] == {RATE: "0.001"}


COPIES = "finetune.augmentation.copies"


def augmented(gains, seeds=(1, 2, 3), goal="max"):
    """Verdict and lines of a study in which each number of copies adds its gain, give or take .001 a seed."""
    chosen = study(factors={COPIES: list(gains), "finetune.dropout": [0.0, 0.1]}, seeds=list(seeds), goal=goal)

    def score(cell):
        amount = int(cell.levels[COPIES])
        return 0.1 * cell.seed + gains[amount] + 0.001 * ((cell.seed * (amount + 1)) % 3)

    made, measured = faked(chosen, score)
    return analyse(chosen, made, measured)


def test_a_study_of_augmentation_gives_the_verdict_on_the_articles_conclusion():
    verdicts = [
        augmented(gains, **more)["article"]["verdict"]
        for gains, more in (
            ({0: 0.0, 1: 0.05, 3: 0.06}, {}),
            ({0: 0.0, 1: 0.05, 3: -0.06}, {}),
            ({0: 0.0, 1: 0.05, 3: 0.0}, {}),
            ({0: 0.0, 1: -0.05, 3: -0.06}, {"goal": "min"}),
        )
    ]
    result = augmented({0: 0.0, 1: 0.05})
    text = to_markdown(page(result, {}))

    assert verdicts == ["supported", "not supported", "undecided", "supported"]
    assert "Augmentation helps significantly: **supported**" in text
    assert "| 1 copy − none | 0.05" in text


def test_the_gain_of_augmentation_is_the_paired_t_test():
    test = augmented({0: 0.0, 1: 0.001})["article"]["tests"][0]
    gains = [0.001 + 0.001 * ((2 * seed) % 3 - seed % 3) for seed in (1, 2, 3)]

    assert test["p_for"] == pytest.approx(stats.ttest_1samp(gains, 0, alternative="greater").pvalue)


def test_without_seeds_or_a_level_without_augmentation_the_article_is_not_judged():
    assert augmented({0: 0.0, 1: 0.05}, seeds=[1])["article"] is None
    assert augmented({1: 0.0, 3: 0.05})["article"] is None


def test_a_single_seed_is_never_called_a_difference():
    chosen = study(factors={RATE: [0.001, 0.002, 0.003]})
    made, measured = faked(chosen, lambda cell: float(cell.levels[RATE]))
    text = to_markdown(page(analyse(chosen, made, measured), {}))

    assert "without a second seed nothing says whether it is more than chance" in text
    assert "shown to differ" not in text


def test_a_study_that_describes_names_no_best_configuration():
    chosen = study(optimise="evaluate.all.T1.bleu", target="report", only_describes=True)
    made, measured = faked(chosen, lambda cell: float(cell.levels[RATE]))
    result = analyse(chosen, made, measured)

    assert result["best"] is None
    assert "Best" not in to_markdown(page(result, {}))


def test_a_learning_curve_is_fitted_for_each_combination_of_the_other_factors():
    amounts = "finetune.train_per_dataset"
    factors = {amounts: [50, 100, 200, 400], "finetune.base": ["pretrained", "random"]}
    chosen = study(factors=factors, curve=amounts, seeds=[1, 2])
    limit = {"pretrained": 0.9, "random": 0.5}
    made, measured = faked(
        chosen, lambda c: limit[c.levels["finetune.base"]] - 1 / float(c.levels[amounts]) ** 0.5 + c.seed / 1000
    )
    curve = analyse(chosen, made, measured)["curve"]

    assert list(curve) == ["pretrained", "random"]
    assert curve["random"]["fit"]["a"] == pytest.approx(0.5, abs=0.01)
    assert [point["size"] for point in curve["random"]["points"]] == [50, 100, 200, 400]


def test_a_metric_that_no_cell_has_is_named_with_the_nearest_one():
    chosen = study()
    made, _ = faked(chosen, lambda _: 0.0)
    with pytest.raises(DataError, match=r"did you mean 'finetune\.valid_exact'\?"):
        analyse(chosen, made, {made[0].name: {"finetune.valid_exact": 1.0}})


def test_the_error_of_a_cell_is_the_sentence_of_its_stage(tmp_path):
    log = write(tmp_path / "log", "Running\nError: finetune.steps is 0; more.\nERROR: failed to reproduce 'finetune'\n")

    assert reason(log) == "finetune.steps is 0; more."


def planned(monkeypatch, seconds):
    """Replace the plan, which measures for seconds, by these seconds a stage; twice as many when it measures."""

    def make(params_file, data, overrides, *, calibrate):
        rows = {name: SimpleNamespace(seconds=seconds.get(name, 0.0) * (2 if calibrate else 1)) for name in file.STAGES}
        return SimpleNamespace(rows=rows)

    monkeypatch.setattr(study_plan.plan, "make", make)


def test_a_stage_that_cells_share_is_expected_once(project, monkeypatch):
    """Two rates of fine-tuning, two widths: four fine-tunings, two pretrainings, one cleaning; one cell is done."""
    planned(monkeypatch, {"clean": 100.0, "pretrain": 10.0, "finetune": 1.0, "evaluate": 0.5})
    chosen = study(factors={"model.hidden_dim": [64, 128], RATE: [0.001, 0.002]})
    made = cells(chosen, project)
    opened = Opened(chosen, project, made, {})

    assert list(study_plan.expected(opened, calibrate=False).values()) == [111, 1, 11, 1]
    assert list(study_plan.expected(opened, calibrate=True).values()) == [222, 2, 22, 2]
    assert list(study_plan.expected(replace(opened, done={made[0].name: ""}), calibrate=False)) == [
        cell.name for cell in made[1:]
    ]


# --- what a killed cell leaves -------------------------------------------------------------------------


def leave(root: Path, name: str, revision: str, copy: str = "") -> Path:
    """What DVC has of a cell whose process is gone; returns the copy of the project in which it ran."""
    folder = root / ".dvc/tmp/exps/standalone" / (copy or f"tmp{revision}")
    (folder / "data").mkdir(parents=True, exist_ok=True)
    for records in remains.RECORDS:
        (root / records / revision).mkdir(parents=True)
        record = {"name": name, "root_dir": str(folder), "status": 2}
        write(root / records / revision / f"{revision}.run", json.dumps(record))
    return folder


def test_what_killed_cells_of_a_study_left_goes_and_nothing_else(tmp_path):
    """Other studies, experiments of people, and whatever a record points to outside DVC's folder stay."""
    gone = leave(tmp_path, "rates-s1-0123abcd", "a1")
    kept = [
        leave(tmp_path, name, revision, copy)
        for name, revision, copy in (
            ("rates-2-s1-0123abcd", "b1", ""),
            ("rates-s1-mine", "b2", ""),
            ("rates-s2-0123abcd", "b3", "../../../../mine"),
            ("rates-s3-0123abcd", "b4", "run"),
        )
    ]
    write(tmp_path / remains.RECORDS[0] / "b1/cut.run", '{"name": "rates-s1-01')
    shutil.rmtree(leave(tmp_path, "rates-s1-4567abcd", "b5"))  # it came to its end: DVC removed the copy itself

    assert remains.clear(tmp_path, "rates") == ["rates-s1-0123abcd"]
    assert not gone.exists()
    assert all(folder.is_dir() for folder in kept)
    assert all(
        sorted(path.name for path in (tmp_path / records).glob("b*")) == [f"b{i}" for i in range(1, 6)]
        and not (tmp_path / records / "a1").exists()
        for records in remains.RECORDS
    )
    assert remains.clear(tmp_path, "rates") == []


@pytest.mark.skipif(not remains.PROCESSES.is_dir(), reason="needs /proc")
def test_a_cell_that_still_runs_keeps_its_copy(tmp_path):
    """One works in its copy, of the other DVC is still making it."""
    names = ["rates-s1-0123abcd", "rates-s2-0123abcd"]
    copies = [leave(tmp_path, name, f"a{number}") for number, name in enumerate(names)]
    wait = [sys.executable, "-c", "input()"]
    pipe = {"stdin": subprocess.PIPE}
    processes = [subprocess.Popen(wait, cwd=copies[0] / "data", **pipe), subprocess.Popen([*wait, names[1]], **pipe)]
    try:
        assert remains.clear(tmp_path, "rates") == []
        assert all(copy.is_dir() for copy in copies)
    finally:
        for process in processes:
            process.communicate(b"\n")

    assert remains.clear(tmp_path, "rates") == names


def test_where_nobody_tells_what_runs_nothing_is_removed(tmp_path, monkeypatch):
    copy = leave(tmp_path, "rates-s1-0123abcd", "a1")
    monkeypatch.setattr(remains, "PROCESSES", tmp_path / "none")

    assert remains.clear(tmp_path, "rates") == []
    assert copy.is_dir()


# --- with DVC ---------------------------------------------------------------------------------------

with_dvc = pytest.mark.xdist_group("study")  # one process runs these tests, in order


def llmpipe(folder: Path, *arguments: str) -> subprocess.Popen[str]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST_", "COV_"))}
    environment |= {"PYTHONPATH": str(ROOT), "DVC_NO_ANALYTICS": "true", "GIT_CONFIG_GLOBAL": os.devnull}
    environment["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    command = [sys.executable, "-m", "llmpipe", "study", "rates.yaml", *arguments]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "text": True}
    return subprocess.Popen(command, cwd=folder, env=environment, **pipes)


def said(folder: Path, *arguments: str, code: int = 0) -> str:
    process = llmpipe(folder, *arguments)
    output, _ = process.communicate(timeout=600)
    assert process.returncode == code, output
    return output


def experiments(folder: Path) -> list[str]:
    references = study_project.git(folder, "for-each-ref", "--format=%(refname)", "refs/exps").split()
    return sorted(name.split("/")[-1] for name in references if "/rates-" in name)


@pytest.fixture(scope="module")
def killed(tmp_path_factory):
    """A study of 2 x 2 cells and two seeds that was killed after two cells and run again, and what that printed."""
    if shutil.which("git") is None:
        pytest.skip("needs git")
    folder = tmp_path_factory.mktemp("study") / "a project"
    study_project.write(folder)
    process = llmpipe(folder)
    while len(experiments(folder)) < 2:
        assert process.poll() is None, process.communicate()[0]
        time.sleep(0.1)
    os.kill(process.pid, signal.SIGKILL)
    process.communicate()
    return folder, experiments(folder), said(folder)


@with_dvc
def test_a_killed_study_goes_on_and_repeats_no_cell_that_was_done(killed):
    folder, before, output = killed
    todo = [line.split()[1].rstrip(":") for line in output.splitlines() if line.endswith(": done")]

    assert len(experiments(folder)) == 8
    assert 2 <= len(before) <= 4
    assert sorted(todo + before) == experiments(folder)
    assert said(folder).startswith("0 of 8 cells to run")


@with_dvc
def test_the_numbers_are_those_that_dvc_shows(killed):
    folder = killed[0]
    command = [sys.executable, "-m", "dvc", "exp", "show", "--json"]
    output = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=True).stdout
    shown = {}
    for experiment in json.loads(output)[1]["experiments"]:  # what was killed is none of them
        data = experiment["revs"][0]["data"]
        tuned = data["params"]["params.yaml"]["data"]["finetune"]
        score = data["metrics"]["data/metrics/finetune.json"]["data"]["valid_exact_match"]
        shown.setdefault((tuned["optimizer"]["learning_rate"], tuned["dropout"]), []).append(score)
    rows = json.loads((folder / "data/studies/rates/study.json").read_text("utf-8"))["configurations"]
    dropout = {"none": 0.0, "some": 0.2}

    assert {
        (float(row["levels"][RATE]), dropout[row["levels"]["regularisation"]]): row["metrics"][SCORE]["mean"]
        for row in rows
    } == pytest.approx({key: sum(values) / 2 for key, values in shown.items()})
    assert {len(values) for values in shown.values()} == {2}


@with_dvc
def test_cells_know_their_study_and_leave_the_workspace_alone(killed):
    folder = killed[0]
    log = (folder / f".llmpipe/studies/rates/{experiments(folder)[0]}.log").read_text("utf-8")

    assert f"rates {experiments(folder)[0]}" in log
    assert study_project.git(folder, "status", "--porcelain") == ""


@with_dvc
def test_two_processes_do_not_run_one_study(killed):
    """The lock of a killed one is free: it died with it."""
    with lock(killed[0] / ".llmpipe/studies/rates/lock"):
        output = said(killed[0], code=1)

    assert "study 'rates' runs already" in output


@with_dvc
def test_a_metric_that_no_cell_has_is_said_before_more_cells_run(killed):
    """The seed is new, so a cell waits; those that are done say that there is no such metric."""
    folder = killed[0]
    study, before = folder / "rates.yaml", experiments(folder)
    text = study.read_text("utf-8")
    study.write_text(
        text.replace("[finetune.loss]", "[finetune.lost]").replace("seeds: [1, 2]", "seeds: [1, 2, 3]"), "utf-8"
    )
    output = said(folder, code=1)
    study.write_text(text, "utf-8")

    assert "unknown metric 'finetune.lost': did you mean 'finetune.loss'?" in output
    assert experiments(folder) == before


@with_dvc
def test_a_dry_run_lists_the_cells_that_are_done(killed):
    output = said(killed[0], "--dry-run", "--no-calibrate")

    assert output.endswith("about 0 s of work for 0 cells\n")
    assert all(name in output for name in experiments(killed[0]))


@with_dvc
def test_a_cell_waits_while_another_process_holds_the_lock_of_dvc(tmp_path, monkeypatch):
    """For longer than the three seconds after which DVC gives up by itself."""
    folder = tmp_path / "project"
    study_project.write(folder)
    monkeypatch.setenv("DVC_NO_ANALYTICS", "true")
    made = Cell("a", {}, 1, ("finetune.seed=1",))
    held = LockFile(str(folder / ".dvc/tmp/lock"))
    process = experiments_module.start(made, folder, "rates", "finetune", copies=["data/inputs/mine.txt"])
    try:
        with pytest.raises(subprocess.TimeoutExpired):
            process.wait(8)
    finally:
        held.close()

    assert process.wait(60) == 0
    assert list(experiments_module.finished(folder)) == ["a"]


def test_a_cell_that_dvc_could_not_lock_comes_again(tmp_path, monkeypatch):
    """The first try of a cell meets DVC's lock, as on a machine with much to do."""
    tried = []

    def start(cell, root, study, target, *, copies):
        tried.append(cell.name)
        refused = tried.count(cell.name) == 1 and cell.name != "a"
        log = experiments_module.log_file(root, study, cell.name)
        log.parent.mkdir(parents=True, exist_ok=True)
        log.write_text("ERROR: Unable to acquire lock. Most likely another DVC process is running\n" * refused, "utf-8")
        return subprocess.Popen([sys.executable, "-c", f"raise SystemExit({int(refused)})"])

    monkeypatch.setattr(experiments_module, "start", start)
    monkeypatch.setattr(experiments_module, "source_paths", lambda root, target: [])
    made = [Cell(name, {}, 1, ()) for name in "abc"]
    endings = list(experiments_module.run(made, tmp_path, "s", "finetune", jobs=2, warm=False, say=lambda _: None))

    assert {ending.cell.name: ending.error for ending in endings} == {"a": "", "b": "", "c": ""}
    assert sorted(tried) == ["a", "b", "b", "c", "c"]


def test_a_cell_that_dvc_could_not_lock_or_that_was_stopped_waits_and_has_not_failed(tmp_path):
    for name, text in (
        ("a", "ERROR: Unable to acquire lock. See https://dvc.org"),
        ("b", "ERROR: no such file"),
        ("d", "Error: stopped by SIGTERM; run the same command again to go on."),
    ):
        log = experiments_module.log_file(tmp_path, "s", name)
        log.parent.mkdir(parents=True, exist_ok=True)
        log.write_text(text + "\n", "utf-8")

    said = [experiments_module.failure(tmp_path, "s", name, {}) for name in "abcd"]
    assert said == ["", "ERROR: no such file", "", ""]


@with_dvc
def test_a_lock_of_results_that_are_not_here_is_said_before_anything_runs(tmp_path):
    """A fresh clone: dvc.lock is in git, what it names is not."""
    folder = tmp_path / "project"
    study_project.write(folder)
    lock = "schema: '2.0'\nstages:\n  finetune:\n    cmd: x\n    outs:\n    - {path: data/x, md5: 9f1f2d.dir}\n"
    write(folder / "dvc.lock", lock)
    output = said(folder, code=1)

    assert "dvc.lock names results that DVC's cache does not have (data/x)" in output
    assert experiments(folder) == []


@with_dvc
def test_a_cell_that_fails_says_why_and_the_others_run(killed):
    """A level is added, which no cell survives; what was done stays done."""
    folder = killed[0]
    text = (folder / "rates.yaml").read_text("utf-8")
    write(
        folder / "rates.yaml",
        text.replace("seeds:", "    all: {finetune.dropout: 0.9}\nseeds:").replace("[1, 2]", "[1]"),
    )
    output = said(folder, code=1)
    status = said(folder, "--status")

    assert output.startswith("2 of 6 cells to run")
    assert output.count("finetune.dropout is 0.9; nothing is left to learn with.") == 2
    assert "4 of 6 cells are done" in status
    assert [line.split()[4] for line in status.splitlines() if " all " in line] == ["failed", "failed"]
    assert "nothing is left to learn with" in (folder / "data/studies/rates/report.md").read_text("utf-8")
    write(folder / "rates.yaml", text)


def test_a_study_file_that_is_not_there_is_called_so(tmp_path):
    with pytest.raises(ParamsError, match=r"the study file .*none\.yaml is missing; recipes/studies holds some"):
        file.load(tmp_path / "none.yaml")
