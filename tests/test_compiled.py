"""What is compiled is kept for the code as it is, that of other modules included."""

import subprocess
import sys
from pathlib import Path

import pytest
from imports import ROOT

from llmpipe.corpus import compiled

INNER = "from llmpipe.corpus.compiled import compiled\n\n@compiled\ndef inner(x):\n    return x + 1\n"
OUTER = (
    "from llmpipe.corpus.compiled import compiled\nfrom inner import inner\n\n@compiled\ndef outer(x):\n"
    "    return inner(x)\n"
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "inner.py").write_text(INNER)
    (tmp_path / "outer.py").write_text(OUTER)
    return tmp_path


def called(folder: Path) -> str:
    program = (
        "import sys; from pathlib import Path; sys.path.insert(0, '.')\n"
        "from llmpipe.corpus import compiled; compiled.use_cache(Path('.').resolve())\n"
        "from outer import outer; print(outer(1))"
    )
    command = [sys.executable, "-B", "-c", program]
    return subprocess.run(command, cwd=folder, env={"PYTHONPATH": str(ROOT)}, capture_output=True, text=True).stdout


def test_a_loop_that_calls_one_of_another_module_follows_its_change(folder: Path):
    assert called(folder) == "2\n"
    kept = list(folder.rglob("*.nbc"))
    assert kept
    (folder / "inner.py").write_text(INNER.replace("x + 1", "x + 5"))

    assert called(folder) == "6\n"
    assert not any(path.exists() for path in kept)


def test_only_modules_with_loops_count(folder: Path):
    before = compiled.digest_of_loops(folder)
    (folder / "other.py").write_text("x = 1\n")
    assert compiled.digest_of_loops(folder) == before

    (folder / "outer.py").write_text(OUTER + "\n")
    assert compiled.digest_of_loops(folder) != before
