"""A result as one file, and back: what `compare` needs of it, so that a row in MLflow is enough."""

import zipfile
from pathlib import Path

from llmpipe.files import atomic_file

RESULT = "result.zip"
EVALUATION = Path("data/evaluation")
ORIGINS = ("dvc.lock", "params.yaml")  # what it was made from: digests of data and code, parameters
EPOCH = (1980, 1, 1, 0, 0, 0)  # zip's first day: the same result packs to the same bytes


def pack(evaluation: Path, project: Path, to: Path) -> None:
    """Write predictions and scores of an evaluation, with what tells where they come from, to the file `to`."""
    found = {EVALUATION / path.relative_to(evaluation): path for path in evaluation.rglob("*") if path.is_file()}
    found |= {Path(name): project / name for name in ORIGINS if (project / name).is_file()}
    with atomic_file(to, "wb") as stream, zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in sorted(found):
            archive.writestr(zipfile.ZipInfo(name.as_posix(), EPOCH), found[name].read_bytes(), zipfile.ZIP_DEFLATED)


def unpack(packed: Path, to: Path) -> None:
    """Write the files of a packed result below the folder `to`; the archive's names cannot lead out of it."""
    with zipfile.ZipFile(packed) as archive:
        archive.extractall(to)
