"""
What training resumes from: everything that the next step depends on, on disk, atomic and checksummed.

Checkpoints live outside DVC outputs, in `.llmpipe/checkpoints/STAGE-FINGERPRINT/` of the project: DVC deletes
outputs before a run, and a folder keyed by inputs, parameters and code can never hand an old
configuration's state to a new one.
"""

import hashlib
import io
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch

from llmpipe import files
from llmpipe.files import atomic_file, project_root

KEEP = 2  # a corrupt newest one still leaves a good one
DIGEST_BYTES = 32


def fingerprint(inputs: Mapping[str, str], params: Mapping[str, Any], code: tuple[str, ...]) -> str:
    """As `files.fingerprint`; it also differs when the torch version does."""
    return files.fingerprint({**inputs, "torch": torch.__version__}, params, code)


class Checkpoints:
    """The checkpoints of one training run. `stage` and `key` name its folder."""

    def __init__(self, stage: str, key: str, root: Path | None = None) -> None:
        self.folder = (root or project_root()) / ".llmpipe" / "checkpoints" / f"{stage}-{key}"
        self.warnings: list[str] = []

    def _files(self) -> list[Path]:
        return sorted(self.folder.glob("step-*.pt")) if self.folder.exists() else []

    def save(self, step: int, state: Mapping[str, Any]) -> None:
        """Write the state after `step` steps; keep the newest `KEEP`."""
        buffer = io.BytesIO()
        torch.save(dict(state), buffer)
        payload = buffer.getvalue()
        with atomic_file(self.folder / f"step-{step:09d}.pt", "wb") as stream:
            stream.write(hashlib.sha256(payload).digest())
            stream.write(payload)
        for old in self._files()[:-KEEP]:
            old.unlink()

    def load(self) -> dict[str, Any] | None:
        """The newest checkpoint whose checksum is right, or None. Corrupt ones are named in `warnings`."""
        for path in reversed(self._files()):
            content = path.read_bytes()
            if hashlib.sha256(content[DIGEST_BYTES:]).digest() == content[:DIGEST_BYTES]:
                return torch.load(io.BytesIO(content[DIGEST_BYTES:]), map_location="cpu", weights_only=True)
            self.warnings.append(
                f"checkpoint {path.name} is corrupt (its checksum does not match); using the one before it."
            )
        return None

    def remove(self) -> None:
        """Delete them: the stage has written its output."""
        shutil.rmtree(self.folder, ignore_errors=True)
