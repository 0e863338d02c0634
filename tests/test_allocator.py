"""Memory that tensors give back stays with the process."""

import os
import platform
import subprocess
import sys

import pytest

FAULTS = """
import resource, sys
if "keep" in sys.argv:
    from llmpipe.train.allocator import keep_memory
    keep_memory()
import torch

def faults():
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt

def fill():
    parts = [torch.empty(size << 18).fill_(1.0) for size in (64, 3, 40, 17)]  # MiB

torch.set_num_threads(1)
fill()
start = faults()
for _ in range(5):
    fill()
print(faults() - start)
"""


def faults(*arguments: str) -> int:
    """Pages that a new process is given while it allocates the same arrays five times more."""
    plain = {name: value for name, value in os.environ.items() if not name.startswith(("THP_", "MALLOC_"))}
    done = subprocess.run(
        [sys.executable, "-c", FAULTS, *arguments], env=plain, capture_output=True, text=True, check=True
    )
    return int(done.stdout)


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="another C library")
def test_arrays_of_the_step_before_are_used_again():
    assert faults("keep") < faults() / 20
