"""The card of an exported model: scores with their intervals where they are of these weights, and no others."""

import json
import shutil
from pathlib import Path

import pytest

pytest.importorskip("transformers", reason="the extra hf is not installed")

import fake
from test_export import model_directory

from llmpipe.commands.export import export_hf
from llmpipe.export import hf
from llmpipe.files import Layout, digest, dvc_digest
from llmpipe.pages.results import load


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Random weights."""
    return model_directory(tmp_path_factory.mktemp("made") / "folder")


@pytest.fixture
def project(model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Layout:
    """A project with a tuned model, its base and an evaluation."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(hf, "NUM_STRINGS", 10)
    (tmp_path / ".dvc").mkdir()
    data = fake.write_results(tmp_path / "data")
    for folder in data.finetuned, data.pretrained:
        shutil.copytree(model, folder, dirs_exist_ok=True)
    Path("params.yaml").write_text(json.dumps(fake.PARAMS | {"compress": {}}))
    return data


def card(model: Path, params: Path = Path("params.yaml")) -> str:
    export_hf(model, Path("out"), params)
    return Path("out/README.md").read_text(encoding="utf-8")


def lock(md5: str) -> None:
    stage = {"deps": [{"path": "data/finetuned", "md5": md5}]}
    Path("dvc.lock").write_text(json.dumps({"schema": "2.0", "stages": {"evaluate": stage}}))


def front_matter(page: str) -> dict[str, object]:
    lines = page.split("---\n")[1].splitlines()
    return {name: json.loads(value) for name, _, value in (line.partition(": ") for line in lines)}


def test_the_card_has_data_scores_intervals_and_limits(project: Layout):
    page, results = card(project.finetuned), load(project)
    score = results.find("finetuned", "translation", "T3", "bleu")

    assert f"{score.value:.1f} [{score.low:.1f}, {score.high:.1f}]" in page
    assert "labelled examples: " in page
    assert "made by llmpipe | Apache-2.0" in page
    assert "The text is the built-in sample world" in page
    assert digest(Path("out/model.safetensors")) in page
    assert "apply_chat_template" in page


def test_the_hub_reads_languages_and_every_headline_score(project: Layout):
    values = front_matter(card(project.finetuned))
    (model,) = values["model-index"]

    assert values["library_name"] == "transformers"
    assert set(values["language"]) <= {"en", "zh", "fr"}
    assert len(model["results"]) == len(fake.DATASETS) * len(fake.SETS)
    assert model["results"][0]["dataset"]["split"] == "T1"


def test_the_card_of_the_base_model_has_bits_per_byte_and_no_task(project: Layout):
    page = card(project.pretrained)

    assert "| pretrained | " in page
    assert "| derivative |" not in page
    assert "apply_chat_template" not in page
    assert "model-index" not in page


@pytest.mark.parametrize("same", [True, False])
def test_scores_of_other_weights_are_not_shown(project: Layout, same: bool):
    lock(dvc_digest(project.finetuned) if same else "0" * 32 + ".dir")

    assert ("None. The evaluation beside this model is of other weights" in card(project.finetuned)) != same


def test_a_folder_without_an_evaluation_says_so(project: Layout, model: Path):
    page = card(model)

    assert "None. model is no output of the pipeline's stages" in page
    assert "Not known: this folder does not say" in page
    assert "model-index" not in page


def test_a_pipeline_that_did_not_end_gives_no_scores(project: Layout):
    (project.evaluation / "scores.json").unlink()

    assert "None. The pipeline did not run to its end beside this model" in card(project.finetuned)


def test_parameters_that_cannot_be_read_are_named(project: Layout):
    assert "(missing.yaml) cannot be read" in card(project.finetuned, Path("missing.yaml"))
