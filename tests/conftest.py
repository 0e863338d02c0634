"""What all tests share."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from llmpipe.processes import wait_briefly

wait_briefly()  # before torch is loaded: tests share their cores

ROOT = Path(__file__).parents[1]


@pytest.fixture(autouse=True, scope="session")
def _own_settings():
    """The developer's tracking server, DVC stage and debug switch must not reach the tests."""
    for name in ("MLFLOW_TRACKING_URI", "MLFLOW_RUN_ID", "LLMPIPE_DEBUG", "DVC_ROOT", "DVC_STAGE", "DVC_EXP_NAME"):
        os.environ.pop(name, None)
    os.environ["MLFLOW_DISABLE_TELEMETRY"] = "true"
    os.environ["DVC_NO_ANALYTICS"] = "true"


@pytest.fixture
def llmpipe(tmp_path):
    """Run `python -m llmpipe ARGUMENTS` as a process of its own in a temporary folder, untracked."""

    def run(*arguments: object, cwd: Path = tmp_path, **environment: str) -> subprocess.CompletedProcess[str]:
        settings = (
            os.environ | {"PYTHONPATH": str(ROOT), "LLMPIPE_TRACKING": "off", "OMP_NUM_THREADS": "1"} | environment
        )
        command = [sys.executable, "-m", "llmpipe", *map(str, arguments)]
        return subprocess.run(command, cwd=cwd, env=settings, capture_output=True, text=True, check=False, timeout=120)

    return run
