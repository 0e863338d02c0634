"""What each process of test_sharded.py does: `torchrun tests/parts.py FOLDER` goes on from what others began."""

import sys
from pathlib import Path

import torch
from scale import STOP, train

from llmpipe.config import ComputeConfig
from llmpipe.train import launch, parallel

SHARDS = {"strategy": "fsdp", "optimizer": "muon"}


def two(folder: Path) -> None:
    """The first part of a run, whole runs in several ways, and runs that one process has begun."""
    results = {name: train(folder, name, in_parts=True, **SHARDS) for name in ("from one", "from whole")}
    results["plain"] = train(folder, "plain", **SHARDS)
    results["empty"] = train(folder, "empty", in_parts=True, empty=True, **SHARDS)
    results["offload"] = train(folder, "offload", in_parts=True, empty=True, offload=True, **SHARDS)
    results["ddp"] = train(folder, "ddp", in_parts=True, optimizer="muon")
    train(folder, "chain", stop=STOP, in_parts=True, **SHARDS)
    torch.save(results, folder / f"rank{parallel.rank()}.pt")


def four(folder: Path) -> None:
    """The middle of a run that two processes have begun."""
    train(folder, "chain", stop=STOP + 2, in_parts=True, **SHARDS)


if __name__ == "__main__":
    with launch.joined(ComputeConfig(device="cpu")):
        (two if parallel.num_processes() == 2 else four)(Path(sys.argv[1]))
