"""What `compare` compares: a git revision, a DVC experiment, a run in MLflow or a folder, as a folder of files."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from llmpipe import tracking
from llmpipe.config import flatten, read
from llmpipe.errors import DataError, LlmpipeError
from llmpipe.files import write_text
from llmpipe.tracking.lineage import git, workspace

EVALUATION = "data/evaluation"
SHORT = 7  # digits of an id that is shown


@dataclass(frozen=True)
class Side:
    """
    One of two results.

    Args:
        name: What people call it, with the short id where there is one: `brave-cat (3f0c1ab)`.
        evaluation: Folder of its predictions and scores.
        params: Dotted name -> value of its params.yaml; empty when that is not known.
        outputs: Path -> digest of what its stages wrote.
        code: Path -> digest of the code and the files of one's own that its stages read.
    """

    name: str
    evaluation: Path
    params: Mapping[str, Any]
    outputs: Mapping[str, str]
    code: Mapping[str, str]


def find(name: str, scratch: Path) -> Side:
    """
    The result that a name stands for; what is not a folder is written below `scratch`, the workspace stays as it is.

    Raises:
        DataError: Nothing has this name, or it was not evaluated, or its evaluation is nowhere any more.
    """
    folder = Path(name)
    if folder.is_dir():
        if evaluation := _evaluation(folder):
            return _side(name, evaluation, _project(folder))
        if not _commit(name):
            raise DataError(f"{name} holds no evaluation; give a folder in which `llmpipe evaluate` has written data.")
    if commit := _commit(name):
        _checkout(name, commit, scratch)
        called = _named(_experiment(commit) if commit.startswith(name) else name, commit)
    elif tracking.result_of_run(name, scratch):
        called = _named(tracking.name_of_run(name), name)
    else:
        raise DataError(
            f"'{name}' is no folder, git revision, DVC experiment or MLflow run with its answers; `git log`, "
            "`dvc exp show` and `llmpipe ui` list them."
        )
    evaluation = _evaluation(scratch)
    if evaluation is None:
        raise DataError(f"'{name}' has no answers in its evaluation; run `llmpipe evaluate` on it again.")
    return _side(called, evaluation, scratch)


def _named(name: str, identity: str) -> str:
    """A name, "" where there is none, with the short form of an id; no markup."""
    short, plain = identity[:SHORT], name.replace("`", "'")
    return f"{plain} ({short})" if plain else short


def _experiment(commit: str) -> str:
    """The DVC experiment, a study's cell for instance, that made a commit, or ""."""
    refs = git("for-each-ref", "--format=%(refname)", f"--points-at={commit}", "refs/exps").splitlines()
    return next((ref.rpartition("/")[2] for ref in refs if len(ref.split("/")) == 5), "")


def _evaluation(folder: Path) -> Path | None:
    """The evaluation of a project, of a data folder, or the folder itself."""
    places = (folder / EVALUATION, folder / "evaluation", folder.resolve())
    found = (place for place in places if place.name == "evaluation" and (place / "scores.json").is_file())
    return next(found, None)


def _project(folder: Path) -> Path:
    """Where params.yaml and dvc.lock would lie."""
    places = (folder, *folder.resolve().parents[:2])
    return next((place for place in places if (place / "dvc.lock").is_file()), folder)


def _commit(name: str) -> str:
    """The commit that git or a DVC experiment calls so, or ""."""
    if name.startswith("-"):
        return ""
    if commit := git("rev-parse", "--verify", "--quiet", f"{name}^{{commit}}").strip():
        return commit
    refs = git("for-each-ref", "--format=%(objectname) %(refname)", "refs/exps").splitlines()
    return next((line.split()[0] for line in refs if line.rpartition("/")[2] == name), "")


def _checkout(name: str, commit: str, to: Path) -> None:
    """Write params.yaml, dvc.lock and the evaluation of a commit below `to`: from DVC's cache, else from MLflow."""
    for file in ("params.yaml", "dvc.lock"):
        write_text(to / file, git("show", f"{commit}:./{file}"))
    digest = _locked(to)[0].get(EVALUATION)
    if digest is None:
        raise DataError(f"'{name}' was not evaluated: its dvc.lock has no {EVALUATION}; `dvc repro` there, and commit.")
    if not _from_dvc(commit, to / EVALUATION) and not tracking.result_of_digest(digest, to):
        raise DataError(
            f"the evaluation of '{name}' ({digest}) is neither in DVC's cache nor among the rows of MLflow; "
            "`dvc fetch` it where a remote has it, or check that revision out and `dvc repro`."
        )


def _from_dvc(commit: str, to: Path) -> bool:
    from dvc.api import DVCFileSystem
    from dvc.exceptions import DvcException
    from dvc_data.index import DataIndexError

    try:
        files = DVCFileSystem(str(workspace()), rev=commit)
        files.get(EVALUATION, str(to), recursive=True)
    except (OSError, DvcException, DataIndexError):  # the cache and the remotes do not have it
        return False
    return (to / "scores.json").is_file()


def _side(name: str, evaluation: Path, project: Path) -> Side:
    outputs, code = _locked(project)
    return Side(name, evaluation, _params(project / "params.yaml"), outputs, code)


def _params(path: Path) -> dict[str, Any]:
    try:
        return flatten(read(path))
    except LlmpipeError:
        return {}


def _locked(project: Path) -> tuple[dict[str, str], dict[str, str]]:
    """Digests of outputs, and of what no stage writes, from dvc.lock."""
    try:
        stages = read(project / "dvc.lock").get("stages") or {}
    except LlmpipeError:
        return {}, {}
    outputs = {item["path"]: item["md5"] for stage in stages.values() for item in stage.get("outs", [])}
    read_by_stages = {item["path"]: item["md5"] for stage in stages.values() for item in stage.get("deps", [])}
    return outputs, {path: digest for path, digest in read_by_stages.items() if path not in outputs}
