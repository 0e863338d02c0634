"""
What a killed cell leaves with DVC: a copy of the project, and a record by which `dvc exp show` lists it as running.

No command of DVC 3 removes either: `dvc exp remove` knows experiments that succeeded or wait in its queue, and
`dvc exp clean` cleans that queue. Of a cell that succeeded or failed DVC removes the copy itself.
"""

import json
import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from llmpipe.studies.cells import NAME_DIGITS

EXPERIMENTS = Path(".dvc/tmp/exps")
COPIES = EXPERIMENTS / "standalone"  # a folder for each `dvc exp run --temp`
RECORDS = (EXPERIMENTS / "run", COPIES / "run")  # REVISION/REVISION.run
PROCESSES = Path("/proc")


@dataclass(frozen=True)
class Remains:
    """
    Of one run.

    Args:
        name: Of its experiment.
        copy: The folder in which it ran.
        revision: By which DVC keeps its records.
    """

    name: str
    copy: Path
    revision: str


def clear(root: Path, study: str) -> list[str]:
    """
    Remove what killed cells of this study left; returns their names.

    Other experiments are left alone, and so is a cell that still runs. Where the system does not tell what runs (it
    has no /proc), nothing is removed.
    """
    found = list(_remains(root, study))
    if not found or not PROCESSES.is_dir():
        return []
    dead = [left for left in found if not any(_is_at_work(process, left) for process in PROCESSES.glob("[0-9]*"))]
    for left in dead:
        shutil.rmtree(left.copy, ignore_errors=True)
        for folder in RECORDS:
            shutil.rmtree(root / folder / left.revision, ignore_errors=True)
    return sorted({left.name for left in dead})


def _remains(root: Path, study: str) -> Iterator[Remains]:
    """What DVC has of cells of this study whose copy is there, with any digest: code may have changed since."""
    cell = re.compile(rf"{re.escape(study)}-s\d+-[0-9a-f]{{{NAME_DIGITS}}}")
    copies = (root / COPIES).resolve()
    for path in sorted(path for records in RECORDS for path in (root / records).glob("*/*.run")):
        try:
            record = json.loads(path.read_text("utf-8"))
            name, copy = str(record["name"]), Path(record["root_dir"]).resolve()
        except (OSError, ValueError, KeyError, TypeError):  # another form, or cut off: not known to be ours
            continue
        if cell.fullmatch(name) and copy.parent == copies and copy.name != RECORDS[1].name and copy.is_dir():
            yield Remains(name, copy, path.parent.name)


def _is_at_work(process: Path, left: Remains) -> bool:
    """Whether a process (a folder of /proc) is in the copy, or is the DVC that makes it."""
    try:
        if left.name.encode() in (process / "cmdline").read_bytes().split(b"\0"):
            return True
        place = (process / "cwd").readlink()
    except OSError:  # it ended, or is another person's
        return False
    return place == left.copy or left.copy in place.parents
