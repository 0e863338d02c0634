"""Searches: ranges, what Optuna is asked and told, and that a killed search goes on where it was."""

import json
import math
import os
import shutil
import signal
import sys
import time

import numpy as np
import pytest
import study_project
from imports import ROOT
from test_study import RATE, SCORE, experiments, llmpipe, said, study, write

from llmpipe.commands import study_plan
from llmpipe.commands.study import Opened
from llmpipe.errors import ParamsError
from llmpipe.pages.blocks import to_html, to_markdown
from llmpipe.studies import file
from llmpipe.studies.analysis import analyse
from llmpipe.studies.cells import Cell, cells, configurations
from llmpipe.studies.page import page
from llmpipe.studies.search import Search, explored, importances

pytest.importorskip("optuna")

DROPOUT = "finetune.dropout"
SPACE = {
    RATE: {"low": 1.0e-4, "high": 1.0e-1, "log": True},
    DROPOUT: {"low": 0.0, "high": 0.5},
    "finetune.steps": {"low": 10, "high": 40},
    "finetune.base": ["pretrained", "random"],
}


def search(**changes):
    return study(**({"factors": SPACE, "design": "optuna", "cells": 16} | changes))


def drawn(study):
    return configurations(study)


@pytest.fixture
def project(tmp_path):
    return study_project.write_pipeline(tmp_path)


def value(levels):
    """Best near a rate of 0.003, no dropout, a pretrained base."""
    away = (math.log10(float(levels[RATE])) + 2.5) ** 2
    return -away - float(levels[DROPOUT]) - (levels["finetune.base"] == "random")


def names(configuration):
    return {factor: level.name for factor, level in configuration.items()}


# --- ranges -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("raw", "message"),
    [
        ({"low": 1, "high": 1}, "from a low number to a high one, not from 1 to 1"),
        ({"low": 1, "high": "x"}, "not from 1 to x"),
        ({"low": 1}, "not from 1 to None"),
        ({"low": 0, "high": 1.0, "log": True}, "low is 0; a logarithm needs a number above 0"),
        ({"low": 0, "high": 1.0, "log": "yes"}, "log is yes; write true or false"),
        ({"low": 0, "high": 1.0, "step": 2}, "a range has no 'step'; it has low, high and log"),
        ({"small": 1, "large": 2}, "write a list of values, {low: .., high: ..}, or NAME: {key: value}"),
    ],
)
def test_a_wrong_range_is_said(raw, message):
    with pytest.raises(ValueError) as error:
        search(factors={RATE: raw})

    assert message in str(error.value)


def test_a_grid_has_no_ranges_and_a_search_needs_a_number_of_cells():
    with pytest.raises(ValueError, match="a range has no levels to combine"):
        study(factors={RATE: {"low": 0.1, "high": 0.2}})
    with pytest.raises(ValueError, match="cells: says how many"):
        study(design="optuna")
    with pytest.raises(ValueError, match="does not only describe"):
        search(only_describes=True)


def test_choosing_by_a_test_score_is_refused_in_a_search_too():
    with pytest.raises(ValueError, match="would spoil the test sets"):
        search(optimise="evaluate.all.T1.accuracy", target="report")


def test_random_draws_stay_in_their_ranges_and_more_cells_add_some():
    few, many = (drawn(search(design="random", cells=n)) for n in (50, 200))
    rates = np.log10([float(names(each)[RATE]) for each in many])
    steps = [each["finetune.steps"].values["finetune.steps"] for each in many]

    assert many[:50] == few
    assert len({json.dumps(names(each)) for each in many}) == 200
    assert (rates >= -4).all()
    assert (rates <= -1).all()
    assert abs(float(np.mean(rates < -2.5)) - 0.5) < 0.12  # even over orders of magnitude
    assert all(isinstance(step, int) and 10 <= step <= 40 for step in steps)


def test_the_ends_of_a_range_of_whole_numbers_are_as_likely_as_the_others():
    few = {"finetune.steps": {"low": 1, "high": 3}, DROPOUT: {"low": 0.0, "high": 0.5}}
    steps = [names(each)["finetune.steps"] for each in drawn(search(design="random", factors=few, cells=300))]

    assert all(70 < steps.count(step) < 130 for step in ("1", "2", "3"))


# --- asking and telling -----------------------------------------------------------------------------


def searched(study, count, batch=2, score=value):
    found = Search(study)
    tried = []
    while len(tried) < count:
        asked = found.ask(min(batch, count - len(tried)), lambda _: True)
        if not asked:
            break
        found.tell([score(names(each)) for each in asked])
        tried += asked
    return [names(each) for each in tried]


def test_the_same_results_lead_to_the_same_configurations_and_other_ones_elsewhere():
    first = searched(search(), 16)

    assert first == searched(search(), 16)
    assert first != searched(search(design_seed=2), 16)
    other = searched(search(), 16, score=lambda levels: -value(levels))
    assert first[:10] == other[:10]  # drawn at random, before there is enough to go by
    assert first != other


def test_a_search_finds_better_than_random_draws_of_the_same_number():
    """Thirty configurations, five searches each: a planted optimum."""
    ours = [max(map(value, searched(search(design_seed=seed), 30))) for seed in range(5)]
    theirs = [
        max(value(names(each)) for each in drawn(search(design="random", cells=30, design_seed=seed)))
        for seed in range(5)
    ]

    assert np.mean(ours) > np.mean(theirs)


def test_no_configuration_comes_twice_and_a_small_space_ends():
    few = {"finetune.steps": {"low": 1, "high": 3}, "finetune.base": ["pretrained", "random"]}
    tried = searched(search(factors=few), 20, score=lambda levels: float(levels["finetune.steps"]))

    assert sorted(map(str, tried)) == sorted(
        str({"finetune.steps": str(n), "finetune.base": base}) for n in (1, 2, 3) for base in ("pretrained", "random")
    )


def test_a_level_that_sets_several_keys_is_one_choice():
    size = {"s": {"model.num_layers": 1, "model.hidden_dim": 32}, "l": {"model.num_layers": 2}}
    found = Search(search(factors={"size": size, RATE: SPACE[RATE]})).ask(4, lambda _: True)

    assert {tuple(each["size"].values) for each in found} <= {tuple(levels) for levels in size.values()}


# --- replayed from what is on disk ------------------------------------------------------------------


def replayed(chosen, project, results, failed=()):
    return explored(chosen, project, lambda cell: results.get(cell.name), failed)


def grown(chosen, project, seen=None):
    """Run a whole search without DVC; returns its cells and what they were told."""
    results = {} if seen is None else seen
    while True:
        made = replayed(chosen, project, results)
        waiting = [cell for cell in made if cell.name not in results]
        if not waiting:
            return made, results
        for cell in reversed(waiting):  # whichever ends first
            results[cell.name] = value(cell.levels) + cell.seed / 100


def test_a_search_is_rebuilt_from_its_results_whatever_the_order_in_which_they_came(project):
    chosen = search(cells=12, seeds=[1, 2], seed_keys=["finetune.seed"], jobs=3)
    made, results = grown(chosen, project)
    shuffled = dict(sorted(results.items()))

    assert len(made) == 24
    assert [cell.name for cell in replayed(chosen, project, shuffled)] == [cell.name for cell in made]
    half = {cell.name: results[cell.name] for cell in made[:14]}  # killed within the third batch
    again, _ = grown(chosen, project, half)
    assert [cell.name for cell in again] == [cell.name for cell in made]


def test_more_cells_go_on_with_a_search(project):
    made, results = grown(search(cells=4, jobs=2), project)
    more, _ = grown(search(cells=8, jobs=2), project, results)

    assert [cell.name for cell in more[:4]] == [cell.name for cell in made]


def test_a_search_waits_for_all_seeds_of_a_batch_and_goes_past_those_that_failed(project):
    chosen = search(seeds=[1, 2], seed_keys=["finetune.seed"], jobs=2)
    batch = replayed(chosen, project, {})
    results = {cell.name: 0.5 for cell in batch[:-1]}

    assert len(batch) == 4
    assert replayed(chosen, project, results) == batch
    assert len(replayed(chosen, project, results, failed={batch[-1].name})) == 8


def test_configurations_with_wrong_parameters_are_passed_over(project):
    heads = {"model.num_heads": {"low": 1, "high": 4}, "model.num_kv_heads": {"low": 1, "high": 4}}
    made, _ = grown(search(factors=heads, cells=8), project, Always())

    assert len({cell.name for cell in made}) == 8
    assert all(int(c.levels["model.num_heads"]) % int(c.levels["model.num_kv_heads"]) == 0 for c in made)


class Always(dict):
    """Every cell has a result."""

    def get(self, name, default=None):
        return 0.5

    def __contains__(self, name):
        return True


def test_a_search_in_which_nothing_fits_says_why(project):
    with pytest.raises(ParamsError, match="did you mean 'dropout'"):
        replayed(search(factors={"finetune.dropuot": SPACE[DROPOUT]}), project, {})


def test_without_optuna_one_sentence_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "optuna", None)
    with pytest.raises(ParamsError, match=r"pip install -c constraints\.txt -e '\.\[search\]'`, or use random"):
        Search(search())
    assert importances(search(), [({RATE: "0.1"}, float(i)) for i in range(5)]) is None


# --- what it says -----------------------------------------------------------------------------------


def told(chosen, tried):
    made = [Cell(f"c{i}-{seed}", levels, seed, ()) for i, levels in enumerate(tried) for seed in chosen.seeds]
    measured = {cell.name: {SCORE: value(cell.levels) + cell.seed / 100} for cell in made}
    return analyse(chosen, made, measured, total=40)


def test_the_page_has_the_best_so_far_and_the_factors_that_matter():
    chosen = search(seeds=[1, 2])
    tried = searched(chosen, 20)
    result = told(chosen, tried)
    course = result["search"]
    best = [row["best"] for row in course["tried"]]

    assert best == sorted(best)
    assert best[-1] == pytest.approx(max(map(value, tried)) + 0.015)
    assert sum(course["importances"].values()) == pytest.approx(1)
    assert course["importances"]["finetune.steps"] == min(course["importances"].values())
    assert result["effects"] is None
    text = to_markdown(page(result, {}))
    assert "each chosen by the results before it" in text
    assert "40 of 40 cells" in text
    assert "best so far" in to_html("x", page(result, {}))


def test_a_configuration_counts_when_all_its_seeds_are_done():
    chosen = search(seeds=[1, 2], factors={RATE: SPACE[RATE]})
    made = [Cell("a", {RATE: "0.1"}, 1, ()), Cell("b", {RATE: "0.2"}, 1, ()), Cell("c", {RATE: "0.1"}, 2, ())]
    found = analyse(chosen, made, {cell.name: {SCORE: 0.5} for cell in made})["search"]

    assert [row["levels"] for row in found["tried"]] == [{RATE: "0.1"}]
    assert found["importances"] is None


def test_a_dry_run_counts_the_cells_that_are_not_chosen_yet(project, monkeypatch):
    chosen = search(cells=6, jobs=2)
    opened = Opened(chosen, project, replayed(chosen, project, {}), {})

    assert (len(opened.cells), opened.total, opened.left) == (2, 6, 6)
    assert len(study_plan.stand_ins(opened)) == 4


@pytest.mark.parametrize("path", sorted((ROOT / "recipes/studies").glob("*.yaml")), ids=lambda path: path.stem)
def test_the_searches_that_come_with_the_project_plan_their_first_batch(path):
    chosen = file.load(path)
    made = explored(chosen, ROOT, lambda _: None, ()) if chosen.design == "optuna" else cells(chosen, ROOT)

    assert made


# --- with DVC ---------------------------------------------------------------------------------------

SEARCH = f"""
name: rates
factors:
  {RATE}: [1.0e-3, 2.0e-3, 3.0e-3]
  {DROPOUT}: {{low: 0.0, high: 0.4}}
design: optuna
cells: 4
seeds: [1]
seed_keys: [finetune.seed]
target: finetune
optimise: {SCORE}
jobs: 2
"""


@pytest.mark.xdist_group("study")
def test_a_killed_search_goes_on_and_leaves_no_cell_beside_its_way(tmp_path):
    if shutil.which("git") is None:
        pytest.skip("needs git")
    folder = tmp_path / "project"
    write(study_project.write(folder), SEARCH.lstrip())
    process = llmpipe(folder)
    while len(experiments(folder)) < 2:
        assert process.poll() is None, process.communicate()[0]
        time.sleep(0.1)
    os.kill(process.pid, signal.SIGKILL)
    process.communicate()
    before = experiments(folder)
    output = said(folder)
    todo = [line.split()[1].rstrip(":") for line in output.splitlines() if line.endswith(": done")]

    assert sorted(todo + before) == experiments(folder)
    assert len(experiments(folder)) == 4
    assert "4 of 4 cells are done" in said(folder, "--status")
    assert len(json.loads((folder / "data/studies/rates/study.json").read_text("utf-8"))["search"]["tried"]) == 4
