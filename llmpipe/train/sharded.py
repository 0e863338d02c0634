"""
Checkpoints in parts: every process writes and reads its own through `torch.distributed.checkpoint`, in any number.

A checkpoint is a folder with the parts and the index as torch writes them, `rest.pt` with all that is no tensor (and
the shapes of those), and the SHA-256 of each file. It gets its name when it is complete.
"""

import hashlib
import os
import shutil
import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
import torch.distributed as dist
from torch import Tensor

from llmpipe.errors import CheckpointError, DataError
from llmpipe.files import read_json, write_json
from llmpipe.train import parallel

REST, DIGESTS = "rest.pt", "digests.json"
warnings.filterwarnings("ignore", message="torch.distributed is disabled")  # one process may write and read them, too


def write(folder: Path, state: Mapping[str, Any], group: dist.ProcessGroup | None) -> None:
    """
    Write a state of tensors in memory of their own; every process calls it, and it may do so in a thread.

    Args:
        folder: The checkpoint.
        state: Nested mappings and sequences; whole tensors are the same in every process and written once.
        group: Of all processes, for this purpose alone; None: this one only.

    Raises:
        OSError: A file cannot be written in some process.
        DataError: The processes do not see each other's files.
    """
    from torch.distributed.checkpoint.api import CheckpointException
    from torch.distributed.checkpoint.filesystem import FileSystemWriter
    from torch.distributed.checkpoint.state_dict_saver import save

    temporary = folder.with_name(f".{folder.name}")
    temporary.mkdir(parents=True, exist_ok=True)
    try:
        save(
            _named(state),
            storage_writer=FileSystemWriter(temporary),
            process_group=group,
            no_dist=group is None,
        )
    except CheckpointException as error:  # of any process, told to all
        raise next((each for each, _ in error.failures.values() if isinstance(each, OSError)), error) from None
    number = dist.get_rank(group) if group else 0
    mine = {path.name: _digest(path) for path in temporary.glob(f"__{number}_*")}
    every: list[dict[str, str]] = [mine]
    if group:
        every = [{} for _ in range(dist.get_world_size(group))]
        dist.all_gather_object(every, mine, group)
    if number == 0:
        _complete(temporary, folder, state, {name: value for each in every for name, value in each.items()})
    if group:
        dist.barrier(group)


def _complete(temporary: Path, folder: Path, state: Mapping[str, Any], digests: dict[str, str]) -> None:
    """Add the rest and the digests, and give the folder its name."""
    unseen = [name for name in sorted(digests) if not (temporary / name).exists()]
    if unseen:
        raise DataError(
            f"{unseen[0]} of a checkpoint was written on another machine and is not in '{temporary}' here; "
            "compute.checkpoint: sharded needs a folder that all machines share: share it, or use whole."
        )
    torch.save(parallel.each_tensor(state, _shape), temporary / REST)
    digests |= {name: _digest(temporary / name) for name in (REST, ".metadata")}
    write_json(temporary / DIGESTS, digests)
    shutil.rmtree(folder, ignore_errors=True)  # a bad one that was not read
    os.replace(temporary, folder)
    descriptor = os.open(folder.parent, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def check(folder: Path, share: slice) -> Any:
    """
    The rest of a checkpoint, with the shapes of its tensors, after a look at some of its files.

    Args:
        folder: The checkpoint.
        share: Of its files, those that this process reads through.

    Raises:
        CheckpointError: A file is not what was written.
        DataError: The folder is not here.
    """
    if not folder.is_dir():
        raise DataError(
            f"checkpoint {folder.name} was written in parts and is not in '{folder.parent}' of this machine; "
            "all machines must share that folder."
        )
    try:
        digests = read_json(folder / DIGESTS)
        for name in [*sorted(digests)[share], REST]:
            if _digest(folder / name) != digests[name]:
                raise CheckpointError(f"is corrupt (the checksum of {name} does not match)")
    except (OSError, DataError, KeyError, TypeError, AttributeError) as error:
        raise CheckpointError("is not complete") from error
    return torch.load(folder / REST, weights_only=True)


def read(folder: Path, shapes: Any, like: Any) -> Any:
    """
    The tensors of a checkpoint; every process calls it.

    Args:
        folder: The checkpoint, checked.
        shapes: What `check` has returned.
        like: The same nesting where tensors may be in parts: what is read there is kept in such parts.
    """
    from torch.distributed.checkpoint.filesystem import FileSystemReader
    from torch.distributed.checkpoint.state_dict_loader import load

    state = parallel.each_tensor(shapes, _room, like)
    load(
        _named(state),
        storage_reader=FileSystemReader(folder),
        no_dist=not parallel.together(),
        process_group=parallel.writers(),
    )
    return state


def _shape(tensor: Tensor, _: Any) -> Tensor:
    return torch.empty(tensor.shape, dtype=tensor.dtype, device="meta")


def _room(shape: Tensor, like: Any) -> Tensor:
    if parallel.is_part(like) and like.shape == shape.shape:
        return torch.empty_like(like, dtype=shape.dtype)
    return torch.empty(shape.shape, dtype=shape.dtype)


def _named(value: Any, name: str = "") -> dict[str, Tensor]:
    """The tensors of nested mappings and sequences by their path, as `model.lm_head.weight`."""
    if isinstance(value, Tensor):
        return {name[1:]: value}
    inside = (
        value.items() if isinstance(value, Mapping) else enumerate(value) if isinstance(value, list | tuple) else ()
    )
    return {path: tensor for key, item in inside for path, tensor in _named(item, f"{name}.{key}").items()}


def _digest(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
