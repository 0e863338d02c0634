"""`llmpipe doctor`: what could make a run fail, slow or unrepeatable on this machine, each with a fix."""

import importlib.metadata
import os
import platform
import shutil
import socket
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from llmpipe import config, tracking
from llmpipe.errors import LlmpipeError, ParamsError
from llmpipe.listing import first_few

PYTHONS = ((3, 11), (3, 12))
FREE_BYTES_BROKEN = 2**28
FREE_BYTES_NOTE = 5 * 2**30
STATUS_TIMEOUT_S = 60


@dataclass(frozen=True)
class Check:
    """One finding: `note` may slow or surprise, `broken` will fail; `fix` is what to do about it."""

    name: str
    state: Literal["ok", "note", "broken"]
    found: str
    fix: str = ""


def examine(params_file: Path, data: Path) -> list[Check]:
    """Run all checks; none of them changes anything."""
    checks: list[Callable[[], Check]] = [
        python_version,
        package_versions,
        lambda: device(params_file),
        load,
        lambda: disk_space(data),
        lambda: writable(data),
        git_repository,
        dvc_repository,
        lambda: parameters(params_file),
        dvc_status,
        tracker,
        old_file_store,
        terminal,
    ]
    return [check() for check in checks]


def table(checks: list[Check]) -> str:
    """The findings as text, a line each, with the fix below those that need one."""
    width = max(len(check.name) for check in checks)
    lines = []
    for check in checks:
        first, *rest = check.found.splitlines() or [""]
        lines.append(f"{check.state:<7} {check.name:<{width}}  {first}")
        lines += [f"{'':<{width + 10}}{line}" for line in rest]
        if check.fix:
            lines.append(f"{'':<{width + 10}}fix: {check.fix}")
    return "\n".join(lines) + "\n"


# --- the machine ------------------------------------------------------------------------------------


def python_version() -> Check:
    """A Python version that the constraints were made for."""
    known = " or ".join(f"{major}.{minor}" for major, minor in PYTHONS)
    good = sys.version_info[:2] in PYTHONS
    fix = "" if good else f"make the virtual environment with Python {known}"
    return Check("Python", "ok" if good else "broken", f"{platform.python_version()} at {sys.executable}", fix)


def package_versions(constraints: Path = Path("constraints.txt")) -> Check:
    """Installed versions equal those of constraints.txt."""
    if not constraints.exists():
        return Check("packages", "note", f"{constraints} is not here", "run in the project's folder")
    wanted = dict(line.split("==") for line in constraints.read_text("utf-8").split() if "==" in line)
    installed = {name: _installed(name) for name in wanted}
    different = [
        f"{name} {installed[name]} (not {wanted[name]})" for name in wanted if installed[name] not in ("", wanted[name])
    ]
    if different:
        return Check(
            "packages",
            "note",
            first_few(different),
            "pip install -c constraints.txt -e . (other versions can give other numbers)",
        )
    return Check("packages", "ok", "as in constraints.txt")


def _installed(name: str) -> str:
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return ""  # of an extra that is not installed


def device(params_file: Path) -> Check:
    """The device, processes and threads that training would use."""
    from llmpipe.train.device import use_device

    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    version = _installed("torch")
    try:
        compute = config.load(params_file, ["compute"]).compute
        chosen = use_device(compute, config.load(params_file, ["model"]).model.model_dim)
    except LlmpipeError as error:
        return Check("device", "broken", f"torch {version}: {error}", "set compute.device in params.yaml to auto")
    where = f"{chosen.torch.type} in {'bf16' if chosen.bf16 else 'fp32'}"
    processes = compute.processes if isinstance(compute.processes, int) else 1
    several = f"{processes} processes of " if processes > 1 else ""
    found = f"torch {version} on {where}, {several}{compute.threads} threads, {cores} cores"
    if chosen.torch.type == "cpu" and processes * compute.threads > cores:
        fewer = f"threads to {cores // processes}" if cores >= processes else f"processes to {cores}"
        return Check("device", "note", found, f"set compute.{fewer}: more threads than cores are slow")
    return Check("device", "ok", found)


def load() -> Check:
    """Other programs leave the cores alone: two threads suffer from any neighbour."""
    average, cores = os.getloadavg()[0], os.cpu_count() or 1
    busy = average > 0.5 * cores
    fix = "end other programs if the time matters; results do not change" if busy else ""
    return Check("load", "note" if busy else "ok", f"{average:.1f} on {cores} cores over the last minute", fix)


def disk_space(data: Path) -> Check:
    """Room for the outputs, DVC's cache and the tracker."""
    place = next(folder for folder in (data.absolute(), *data.absolute().parents) if folder.is_dir())
    free = shutil.disk_usage(place).free
    state: Literal["ok", "note", "broken"] = "ok"
    if free < FREE_BYTES_NOTE:
        state = "broken" if free < FREE_BYTES_BROKEN else "note"
    fix = "" if state == "ok" else "free some space: `dvc gc --workspace` drops cached outputs of other parameters"
    return Check("disk", state, f"{free / 2**30:.1f} GiB free", fix)


def writable(data: Path) -> Check:
    """The data folder can be written."""
    place = next(folder for folder in (data.absolute(), *data.absolute().parents) if folder.exists())
    if place.is_dir() and os.access(place, os.W_OK):
        return Check("data folder", "ok", f"{data} is writable" if data.is_dir() else f"{data} will be made")
    return Check("data folder", "broken", f"{place} cannot be written", "change its owner or mode, or use --data")


def terminal() -> Check:
    """The terminal can show Chinese."""
    encoding = sys.stdout.encoding or "unknown"
    try:
        "中文".encode(encoding)
    except (UnicodeEncodeError, LookupError):
        return Check("terminal", "note", f"{encoding} cannot show Chinese", "export PYTHONUTF8=1 LC_ALL=C.UTF-8")
    return Check("terminal", "ok", f"{encoding} shows 中文")


# --- the repository ---------------------------------------------------------------------------------


def git_repository() -> Check:
    """DVC needs git for experiments; results are named by their commit."""
    if shutil.which("git") is None:
        return Check("git", "broken", "git is not installed", "install git")
    commit = _output("git", "rev-parse", "--short", "HEAD")
    if commit is None:
        return Check(
            "git", "broken", "no git repository with a commit here", 'git init && git add . && git commit -m "Start"'
        )
    changed = len((_output("git", "status", "--porcelain") or "").splitlines())
    return Check("git", "ok", f"at {commit.strip()}" + (f", {changed} files changed since" if changed else ""))


def dvc_repository() -> Check:
    """The pipeline is where DVC finds it."""
    missing = [name for name in (".dvc/config", "dvc.yaml") if not Path(name).exists()]
    if missing:
        return Check(
            "DVC", "broken", f"{' and '.join(missing)} not here", "run in the project's folder, or `dvc init` there"
        )
    return Check("DVC", "ok", f"{_installed('dvc')}, pipeline in dvc.yaml")


def dvc_status() -> Check:
    """What `dvc repro` would do now."""
    if not Path("dvc.yaml").exists():
        return Check("pipeline", "note", "no dvc.yaml here")
    try:
        command = [sys.executable, "-m", "dvc", "status", "--quiet"]
        code = subprocess.run(command, capture_output=True, timeout=STATUS_TIMEOUT_S, check=False).returncode
    except subprocess.TimeoutExpired:
        return Check(
            "pipeline", "note", f"`dvc status` took over {STATUS_TIMEOUT_S} s", "another `dvc repro` may be running"
        )
    if code == 0:
        return Check("pipeline", "ok", "all results are up to date")
    if code == 1:
        return Check(
            "pipeline", "ok", "some stages have not run on the current data, code and parameters; `dvc repro` runs them"
        )
    return Check("pipeline", "broken", "`dvc status` fails", "run `dvc status` and read its message")


def parameters(params_file: Path) -> Check:
    """params.yaml is valid."""
    try:
        config.load(params_file)
    except ParamsError as error:
        fix = f"correct {params_file}, or `llmpipe recipe use world`" if params_file.exists() else "cd to the project"
        return Check("parameters", "broken", str(error), fix)
    return Check("parameters", "ok", f"{params_file} is valid")


# --- the tracker ------------------------------------------------------------------------------------


def tracker() -> Check:
    """The MLflow database or server answers."""
    if not tracking.enabled():
        return Check("MLflow", "note", "switched off by LLMPIPE_TRACKING", "unset LLMPIPE_TRACKING to record runs")
    uri = tracking.tracking_uri(tracking.root())
    if uri.startswith("sqlite:///"):
        return _database(Path(uri.removeprefix("sqlite:///")))
    return _server(uri)


def _database(path: Path) -> Check:
    if not path.exists():
        return Check("MLflow", "ok", f"{path} will be made by the first stage")
    fix = f"move {path} away; the next stage makes a new one and `llmpipe report` publishes the results again"
    try:
        with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as database:
            names = [row[0] for row in database.execute("select name from sqlite_master where type = 'table'")]
    except sqlite3.Error as error:
        return Check("MLflow", "broken", f"{path}: {error}", fix)
    if "alembic_version" not in names or any(name.startswith("_alembic_tmp") for name in names):
        return Check("MLflow", "broken", f"{path} was left half made", fix)
    return Check("MLflow", "ok", f"{_installed('mlflow')}, {path}")


def _server(uri: str) -> Check:
    parts = urlsplit(uri)
    try:
        socket.create_connection(
            (parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80)), timeout=3
        ).close()
    except OSError as error:
        fix = "start the server, or unset MLFLOW_TRACKING_URI to use the local database; no run is lost meanwhile"
        return Check("MLflow", "note", f"{uri} does not answer ({error.strerror or error})", fix)
    return Check("MLflow", "ok", f"{_installed('mlflow')}, server {uri}")


def old_file_store() -> Check:
    """No `mlruns` folder with runs, which MLflow's own commands would open in place of our database."""
    folder = tracking.root() / "mlruns"
    if folder.is_dir() and any(folder.glob("*/meta.yaml")):
        return Check(
            "old mlruns",
            "note",
            f"{folder} holds runs of an old MLflow",
            "move it away; use `llmpipe ui`, not `mlflow ui`",
        )
    return Check("old mlruns", "ok", "none")


def _output(*command: str) -> str | None:
    """What a command prints, or None when it fails."""
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    return result.stdout if result.returncode == 0 else None
