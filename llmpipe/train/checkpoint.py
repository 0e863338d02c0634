"""
What training resumes from: everything that the next step depends on, on disk, atomic and checksummed.

Checkpoints live outside DVC outputs, in `.llmpipe/checkpoints/STAGE-FINGERPRINT/` of the project: DVC deletes
outputs before a run, and a folder keyed by inputs, parameters and code can never hand an old
configuration's state to a new one. A checkpoint is a file, or with `compute.checkpoint: sharded` a folder
(train/sharded.py); either is read by any number of processes, which all call these functions.
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
import torch.distributed as dist
from torch import Tensor

from llmpipe import files
from llmpipe.errors import CheckpointError, DataError
from llmpipe.files import atomic_file, project_root
from llmpipe.train import parallel, sharded

KEEP = 2  # a corrupt newest one still leaves a good one
DIGEST_BYTES = 32


def fingerprint(inputs: Mapping[str, str], params: Mapping[str, Any], code: tuple[str, ...]) -> str:
    """As `files.fingerprint`; it also differs when the torch version does."""
    return files.fingerprint({**inputs, "torch": torch.__version__}, params, code)


class Checkpoints:
    """
    The checkpoints of one training run.

    Args:
        stage: With `key` the name of their folder.
        key: The run's fingerprint.
        root: The project; None: the one we are in.
        in_parts: Whether each process writes its part of the tensors, instead of the first one all of them.
    """

    def __init__(self, stage: str, key: str, root: Path | None = None, in_parts: bool = False) -> None:
        self.folder = (root or project_root()) / ".llmpipe" / "checkpoints" / f"{stage}-{key}"
        self.in_parts = in_parts
        self.warnings: list[str] = []
        self._writer: threading.Thread | None = None
        self._error: BaseException | None = None

    def _files(self) -> list[Path]:
        return sorted(self.folder.glob("step-*")) if self.folder.exists() else []

    def save(self, step: int, state: Mapping[str, Any]) -> None:
        """
        Copy the state after `step` steps, then return while a thread writes it; the newest `KEEP` are kept.

        Raises:
            DataError: The one before this could not be written.
        """
        self.wait()  # one at a time: more would hold more copies in memory
        if not self.in_parts:
            state = parallel.gathered(state)
            if not parallel.is_first():
                return
        copied = copy({**state, "run": self.folder.name})
        group = parallel.writers() if self.in_parts else None
        self._writer = threading.Thread(target=self._write, args=(step, copied, group), name="llmpipe-checkpoint")
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

    def _write(self, step: int, state: Mapping[str, Any], group: dist.ProcessGroup | None) -> None:
        path = self.folder / f"step-{step:09d}"
        try:
            if self.in_parts:
                sharded.write(path, state, group)
            else:
                _write_whole(path.with_suffix(".pt"), state)
            for old in self._files()[:-KEEP] if parallel.is_first() else ():
                _delete(old)
        except OSError as error:
            self._error = DataError(
                f"the checkpoint after step {step} cannot be written to '{self.folder}' "
                f"({error.strerror or error}); those before it are kept. Make room there, then run the same command "
                "again to go on."
            )
        except BaseException as error:
            self._error = error

    def load(self, like: Any = None) -> dict[str, Any] | None:
        """
        The newest good checkpoint, or None. Bad ones are named in `warnings` and deleted.

        A bad one of a late step would long be among the newest and push out the good ones of a run that starts anew.

        Args:
            like: As in `parallel.from_first`.

        Raises:
            DataError: It was written in parts, to a folder that this machine does not share.
        """
        if parallel.is_first():
            for unfinished in self.folder.glob(".step-*"):
                _delete(unfinished)
        found = [self.folder / name for name in parallel.told([path.name for path in self._files()])]
        for path in reversed(found):
            state, problem = None, None
            try:
                state = self._read(path)
            except CheckpointError as error:
                problem = str(error)
            problem = parallel.any_problem(problem)
            if problem is None:
                return parallel.from_first(state, like) if path.suffix else sharded.read(path, state, like)
            before = "using the one before it" if path != found[0] else "there is no other, so training starts anew"
            self.warnings.append(f"checkpoint {path.name} {problem}; {before}.")
            if parallel.is_first():
                _delete(path)
        return None

    def _read(self, path: Path) -> dict[str, Any] | None:
        """A whole state in the first process, None in the others; of one in parts, its shapes in each."""
        if not path.suffix:
            state = sharded.check(path, slice(parallel.rank(), None, parallel.num_processes()))
        elif parallel.is_first():
            state = _read_whole(path)
        else:
            return None
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


def _write_whole(path: Path, state: Mapping[str, Any]) -> None:
    buffer = io.BytesIO()
    torch.save(state, buffer)
    with atomic_file(path, "wb") as stream, buffer.getbuffer() as payload:
        stream.write(hashlib.sha256(payload).digest())
        stream.write(payload)


def _read_whole(path: Path) -> Any:
    content = memoryview(path.read_bytes())
    if hashlib.sha256(content[DIGEST_BYTES:]).digest() != content[:DIGEST_BYTES]:
        raise CheckpointError("is corrupt (its checksum does not match)")
    try:
        return torch.load(io.BytesIO(content[DIGEST_BYTES:]), map_location="cpu", weights_only=True)
    except (pickle.UnpicklingError, RuntimeError, EOFError) as error:
        raise CheckpointError("cannot be read as a checkpoint") from error


def _delete(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)
