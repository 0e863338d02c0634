"""
What training resumes from: everything that the next step depends on, on disk, atomic and checksummed.

Checkpoints live outside DVC outputs, in `.llmpipe/checkpoints/STAGE-FINGERPRINT/` of the project: DVC deletes
outputs before a run, and a folder keyed by inputs, parameters and code can never hand an old
configuration's state to a new one.
"""

import hashlib
import io
import pickle
import shutil
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from llmpipe import files
from llmpipe.errors import CheckpointError, DataError
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
        self._writer: threading.Thread | None = None
        self._error: BaseException | None = None

    def _files(self) -> list[Path]:
        return sorted(self.folder.glob("step-*.pt")) if self.folder.exists() else []

    def save(self, step: int, state: Mapping[str, Any]) -> None:
        """
        Copy the state after `step` steps, then return while a thread writes it; the newest `KEEP` are kept.

        Raises:
            DataError: The one before this could not be written.
        """
        self.wait()  # one at a time: more would hold more copies in memory
        copied = copy({**state, "run": self.folder.name})
        self._writer = threading.Thread(target=self._write, args=(step, copied), name="llmpipe-checkpoint")
        self._writer.start()

    def wait(self) -> None:
        """
        Return when what was saved is on disk.

        Raises:
            DataError: It could not be written.
        """
        if self._writer is not None:
            self._writer.join()
        self._writer = None
        self.check()

    def check(self) -> None:
        """
        Without waiting, say what has gone wrong.

        Raises:
            DataError: What was saved could not be written.
        """
        error, self._error = self._error, None
        if error is not None:
            raise error

    def _write(self, step: int, state: Mapping[str, Any]) -> None:
        path = self.folder / f"step-{step:09d}.pt"
        try:
            buffer = io.BytesIO()
            torch.save(state, buffer)
            with atomic_file(path, "wb") as stream, buffer.getbuffer() as payload:
                stream.write(hashlib.sha256(payload).digest())
                stream.write(payload)
            for old in self._files()[:-KEEP]:
                old.unlink(missing_ok=True)
        except OSError as error:
            self._error = DataError(
                f"the checkpoint after step {step} cannot be written to '{self.folder}' "
                f"({error.strerror or error}); those before it are kept. Make room there, then run the same command "
                "again to go on."
            )
        except BaseException as error:
            self._error = error

    def load(self) -> dict[str, Any] | None:
        """
        The newest good checkpoint, or None. Bad ones are named in `warnings` and deleted.

        A bad one of a late step would long be among the newest and push out the good ones of a run that starts anew.
        """
        for unfinished in self.folder.glob(".step-*"):
            unfinished.unlink(missing_ok=True)
        found = self._files()
        for path in reversed(found):
            try:
                return self._read(path)
            except CheckpointError as error:
                before = "using the one before it" if path != found[0] else "there is no other, so training starts anew"
                self.warnings.append(f"checkpoint {path.name} {error}; {before}.")
                path.unlink(missing_ok=True)
        return None

    def _read(self, path: Path) -> dict[str, Any]:
        content = memoryview(path.read_bytes())
        if hashlib.sha256(content[DIGEST_BYTES:]).digest() != content[:DIGEST_BYTES]:
            raise CheckpointError("is corrupt (its checksum does not match)")
        try:
            state = torch.load(io.BytesIO(content[DIGEST_BYTES:]), map_location="cpu", weights_only=True)
        except (pickle.UnpicklingError, RuntimeError, EOFError) as error:
            raise CheckpointError("cannot be read as a checkpoint") from error
        if not isinstance(state, dict) or state.pop("run", None) != self.folder.name:
            raise CheckpointError("belongs to another run")
        return state

    def remove(self) -> None:
        """Delete them: the stage has written its output."""
        shutil.rmtree(self.folder, ignore_errors=True)


def copy(value: Any) -> Any:
    """A copy of nested mappings and sequences whose tensors are in memory of their own on the CPU."""
    if isinstance(value, Tensor):
        on_cpu = value.detach().cpu()
        return on_cpu if on_cpu.device != value.device else on_cpu.clone()
    if isinstance(value, Mapping):
        return {key: copy(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return type(value)(copy(item) for item in value)
    return value
