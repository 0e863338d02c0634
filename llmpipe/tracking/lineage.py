"""Where a run comes from: places, commit, experiment, parameters, and the digests of what it read and wrote."""

import getpass
import json
import os
import posixpath
import re
import subprocess
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from llmpipe.config import STAGE_KEYS, STAGE_SECTIONS, flatten, read, validate
from llmpipe.errors import LlmpipeError
from llmpipe.files import Layout, digest_value, dvc_digest

OUTPUTS = {  # stage -> its folder below data/
    "ingest": "raw",
    "clean": "clean",
    "tokenizer": "tokenizer",
    "encode": "tokens",
    "baselines": "baselines",
    "pretrain": "pretrained",
    "finetune": "finetuned",
    "evaluate": "evaluation",
    "transfer": "transfer",
    "report": "report",
}

MAX_HASHED = 2**28  # bytes of a folder that is compared with dvc.lock, not only its metrics: under half a second

LEVELS = "LLMPIPE_LEVELS"
STUDY = {  # tag -> variable that `llmpipe study` sets
    "study": "LLMPIPE_STUDY",
    "study.cell": "LLMPIPE_CELL",
    "study.levels": LEVELS,
}


def workspace() -> Path:
    """The enclosing folder under DVC or git, else the current one; in an experiment that is DVC's temporary copy."""
    here = Path.cwd()
    return next(
        (folder for folder in (here, *here.parents) if (folder / ".dvc").is_dir() or (folder / ".git").exists()), here
    )


def git(*arguments: str) -> str:
    """What git answers in the workspace, or "" where it cannot."""
    try:
        result = subprocess.run(
            ["git", *arguments], cwd=workspace(), capture_output=True, text=True, timeout=20, check=False
        )
    except (OSError, subprocess.SubprocessError):
        return ""
    return result.stdout if result.returncode == 0 else ""


def user() -> str:
    """Who runs this."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a container's user without a name
        return str(os.getuid())


def yaml_file(path: Path) -> dict[str, Any]:
    """A YAML mapping (dvc.yaml, dvc.lock, params.yaml), empty when there is none."""
    try:
        return read(path)
    except LlmpipeError:
        return {}


def locked_outputs() -> dict[str, str]:
    """Digest by path of all outputs in dvc.lock."""
    stages = yaml_file(workspace() / "dvc.lock").get("stages") or {}
    return {out["path"]: out["md5"] for stage in stages.values() for out in stage.get("outs", []) if "md5" in out}


def relative(path: Path) -> str:
    """A path as dvc.lock writes it, or as it is when it lies outside the workspace."""
    path = path.absolute()
    return path.relative_to(workspace()).as_posix() if path.is_relative_to(workspace()) else str(path)


def inputs(stage: str, data: Layout) -> dict[str, str]:
    """Digest by name of what a stage reads below the data folder, as dvc.yaml lists it."""
    described = (yaml_file(workspace() / "dvc.yaml").get("stages") or {}).get(stage) or {}
    listed = [item if isinstance(item, str) else next(iter(item)) for item in described.get("deps", [])]
    locked = locked_outputs() if os.environ.get("DVC_STAGE") else {}  # DVC has just checked them against the files
    found = {}
    for item in listed:
        name = item.removeprefix("data/")
        path = data.root / name
        if name != item and path.exists():
            found[name] = locked.get(item) or dvc_digest(path)
    return found


def stage_outputs(stage: str, out: Layout) -> dict[str, str]:
    """Tags with the digests of what a stage has written; `compress` is none, and writes elsewhere."""
    if stage not in OUTPUTS:
        return {}
    paths = {OUTPUTS[stage]: out.root / OUTPUTS[stage], f"metrics/{stage}": out.metrics(stage)}
    return {f"out.{name}": dvc_digest(path) for name, path in paths.items() if path.exists()}


def changed_params() -> str:
    """What params.yaml differs in from the last commit (of an experiment: from its baseline): "pretrain.steps=500"."""
    revision = os.environ.get("DVC_EXP_BASELINE_REV") or "HEAD"
    before = git("show", f"{revision}:./params.yaml")
    if not before:
        return ""
    with tempfile.TemporaryDirectory() as folder:
        old = Path(folder) / "params.yaml"
        old.write_text(before, encoding="utf-8")
        was, now = _leaves(yaml_file(old)), _leaves(yaml_file(workspace() / "params.yaml"))
    parts = [f"{key}={shown(value)}" for key, value in now.items() if key not in was or was[key] != value]
    return ", ".join(parts + [f"-{key}" for key in was if key not in now])


def _leaves(value: Any, prefix: str = "") -> dict[str, Any]:
    """Like `flatten`, but lists of mappings are opened too: `ingest.sources.0.documents`."""
    if isinstance(value, list) and any(isinstance(item, Mapping) for item in value):
        value = {str(index): item for index, item in enumerate(value)}
    if not isinstance(value, Mapping):
        return {prefix: value}
    return {
        k: v
        for key, child in value.items()
        for k, v in _leaves(child, f"{prefix}.{key}" if prefix else str(key)).items()
    }


def origin_tags(source: str) -> dict[str, str]:
    """Who, from which commit, under which DVC stage and experiment."""
    environment = {"dvc.stage": "DVC_STAGE", "dvc.exp": "DVC_EXP_NAME", "dvc.exp_baseline": "DVC_EXP_BASELINE_REV"}
    environment |= STUDY
    tags = {"mlflow.source.name": source, "mlflow.source.type": "LOCAL", "mlflow.user": user()}
    if commit := git("rev-parse", "HEAD").strip():
        tags["mlflow.source.git.commit"] = commit
    return tags | {tag: os.environ[name] for tag, name in environment.items() if os.environ.get(name)}


def shown(value: Any) -> str:
    """A parameter as MLflow shows it: strings as they are, the rest as JSON."""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def flat_params(params: Mapping[str, Any]) -> dict[str, str]:
    """`section.key` -> text, in alphabetical order; the same names in every run, so that runs can be compared."""
    return {metric_name(key): shown(value) for key, value in sorted(flatten(params).items())}


def metric_name(name: str) -> str:
    """The nearest name that MLflow accepts: letters, digits and `_ - . space / :`, no empty, `.` or `..` folder."""
    clean = re.sub(r"[^\w\-. /:]", "_", name, flags=re.ASCII)
    return "/".join(part for part in posixpath.normpath(clean).split("/") if part not in ("", ".", ".."))[:250] or "_"


def params_fingerprint(params: Mapping[str, Any]) -> str:
    """Digest of all parameters, the same for any order of keys."""
    return digest_value({key: shown(value) for key, value in flatten(params).items()})


def short_name(fingerprint: str) -> str:
    """`<commit>-<fingerprint>`, both cut."""
    return f"{git('rev-parse', '--short', 'HEAD').strip() or 'uncommitted'}-{fingerprint[:6]}"


@dataclass(frozen=True)
class Lineage:
    """
    What a row stands for.

    Args:
        outputs: Digest of each output by name.
        dirty: Why `dvc repro` would not give the same again; "" when it would.
    """

    outputs: Mapping[str, str]
    dirty: str


def lineage(params: Mapping[str, Any], data: Layout) -> Lineage:
    """Digests of all stage outputs, from dvc.lock where it speaks about the files on disk, else from the files."""
    lock = yaml_file(workspace() / "dvc.lock").get("stages") or {}
    locked = locked_outputs()
    outputs: dict[str, str] = {}
    reasons = [] if lock else ["the stages were not run by DVC"]
    for stage, name in OUTPUTS.items():
        folder, metrics = data.root / name, data.metrics(stage)
        if stage == "report" or not (folder.exists() or metrics.exists()):
            continue
        here = dvc_digest(metrics) if metrics.exists() else ""
        known = locked.get(relative(folder), "")
        if known and here == locked.get(relative(metrics), here) and _may_be(folder, known):
            outputs[name] = known
        elif folder.exists():
            outputs[name] = dvc_digest(folder)
            if lock and known != outputs[name]:
                reasons.append(f"{name} is not the one in dvc.lock")
        if here:
            outputs[f"metrics/{stage}"] = here
        if ran_with_others(stage, params):
            reasons.append(f"params of {stage} are not those in dvc.lock")
    return Lineage(outputs, "; ".join(reasons))


def _may_be(folder: Path, digest: str) -> bool:
    """Whether a folder has a digest; one that is not there, or too large to hash in passing, is believed to."""
    if not folder.exists():
        return True
    size = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
    return size > MAX_HASHED or dvc_digest(folder) == digest


def ran_with_others(stage: str, params: Mapping[str, Any]) -> bool:
    """Whether dvc.lock says that a stage ran with parameters that mean something else."""
    lock = yaml_file(workspace() / "dvc.lock").get("stages") or {}
    recorded = ((lock.get(stage) or {}).get("params") or {}).get("params.yaml")
    return recorded is not None and not _same_params(stage, recorded, params)


def is_locked(path: Path) -> bool:
    """Whether a file or folder is the output that dvc.lock knows."""
    return locked_outputs().get(relative(path)) == dvc_digest(path)


def _same_params(stage: str, recorded: Mapping[str, Any], params: Mapping[str, Any]) -> bool:
    """Whether the sections that dvc.lock recorded for a stage mean the same as `params`, defaults filled in."""
    sections = [name for name in STAGE_SECTIONS[stage] if name in recorded]
    now = flatten(params)
    if any(recorded[key] != now.get(key) for key in STAGE_KEYS.get(stage, ()) if key in recorded):
        return False
    try:
        then = validate({name: recorded[name] for name in sections}, sections, "dvc.lock")
    except LlmpipeError:
        return False
    return all(flatten(getattr(then, name).model_dump(mode="json")) == flatten(params[name]) for name in sections)
