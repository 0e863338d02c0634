"""docs/screenshots.py without a browser, and the pictures it made: all of them are shown, and small."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PICTURES = sorted((ROOT / "docs/images").glob("*.png"))


def take(*arguments, **environment):
    command = [sys.executable, str(ROOT / "docs/screenshots.py"), *map(str, arguments)]
    return subprocess.run(command, env={**os.environ, **environment}, capture_output=True, text=True, check=False)


def test_without_chromium_nothing_is_taken_and_that_is_said(tmp_path):
    done = take("--out", tmp_path / "images", PATH=str(tmp_path))

    assert done.returncode == 0
    assert re.search(r"^SKIPPED: no picture was taken, .* chromium and chromedriver missing", done.stderr)
    assert not (tmp_path / "images").exists()


def test_a_project_without_results_is_an_error(tmp_path):
    for name in ("chromium", "chromedriver"):
        (tmp_path / name).write_text("#!/bin/sh\n")
        (tmp_path / name).chmod(0o755)
    done = take("--project", tmp_path, PATH=str(tmp_path))

    assert done.returncode == 1
    assert "mlflow.db is missing; run `make repro` there first." in done.stderr


@pytest.mark.parametrize("picture", PICTURES, ids=[path.stem for path in PICTURES])
def test_every_picture_is_made_by_the_script_shown_by_a_page_and_small(picture):
    pages = [*(ROOT / "docs").glob("*.md"), ROOT / "README.md"]

    assert f'"{picture.stem}"' in (ROOT / "docs/screenshots.py").read_text("utf-8")
    assert any(f"images/{picture.name})" in page.read_text("utf-8") for page in pages)
    assert picture.stat().st_size < 200_000
