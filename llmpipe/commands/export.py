"""`llmpipe export hf`: the model for transformers, with a card that says what it was trained on and how good it is."""

from pathlib import Path

from llmpipe.config import Params, load
from llmpipe.errors import LlmpipeError
from llmpipe.export import hf
from llmpipe.files import Layout, digest, dvc_digest, read_json
from llmpipe.pages import results
from llmpipe.pages.model_card import Subject, model_card
from llmpipe.pages.results import BASE, TUNED, Results
from llmpipe.tracking import lineage
from llmpipe.train.directory import WEIGHTS, Loaded

FINISH = "finish `dvc repro` and export again, and the scores stand here"


def export_hf(model: Path, to: Path, params_file: Path) -> dict[str, float]:
    """
    Write the model directory `model` to the new folder `to`, with its card; returns what was measured.

    Raises:
        ParamsError: `to` holds files already, or transformers is not installed.
        CheckpointError: The model directory is damaged, or what was written is not the same model.
    """

    def card(written: Path, loaded: Loaded) -> str:
        config, size = read_json(written / "config.json"), loaded.model.num_parameters()
        subject = Subject(to.name, model.name, config, size, digest(written / WEIGHTS))
        return _card(subject, model, params_file)

    return hf.export(model, to, card)


def _card(subject: Subject, model: Path, params_file: Path) -> str:
    """With data and scores, where these stand beside the model directory and are of its weights."""
    found, missing = _evaluation(model)
    params, wrong = _params(params_file) if found else (None, "")
    return model_card(subject, params, found, missing or wrong)


def _evaluation(model: Path) -> tuple[Results | None, str]:
    """The results that belong to a folder, or why there are none."""
    if model.name not in (TUNED, BASE):
        return None, f"{model.name} is no output of the pipeline's stages, so no evaluation is known to be of it."
    try:
        found = results.load(Layout(model.resolve().parent))
    except LlmpipeError:
        return None, f"The pipeline did not run to its end beside this model; {FINISH}."
    if _evaluated(model) not in (None, dvc_digest(model)):
        return None, f"The evaluation beside this model is of other weights; {FINISH}."
    return found, ""


def _evaluated(model: Path) -> str | None:
    """The digest of the folder that the stage `evaluate` has read, by dvc.lock; None where that says nothing."""
    stages = lineage.yaml_file(lineage.workspace() / "dvc.lock").get("stages") or {}
    read = (stages.get("evaluate") or {}).get("deps", [])
    return next((item.get("md5") for item in read if item["path"] == lineage.relative(model)), None)


def _params(path: Path) -> tuple[Params | None, str]:
    try:
        return load(path), ""
    except LlmpipeError:
        return None, f"The parameters that the model was made with ({path.name}) cannot be read."
