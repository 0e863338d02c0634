"""
Memory that tensors on a CPU give back stays with the process, and comes in large pages.

A training step allocates and frees the same arrays again and again. By default the C library returns large ones to the
system each time, which hands out new pages of 4 KiB, zeroed, at the next step: a third of the time of a small model in
bfloat16 (docs/performance.md). Neither setting changes a result.
"""

import ctypes
import os
import sys

# of mallopt(3); its values are C ints
TRIM_THRESHOLD, TOP_PAD, MMAP_THRESHOLD = -1, -2, -3
SETTINGS = {TRIM_THRESHOLD: 2**31 - 1, TOP_PAD: 2**26, MMAP_THRESHOLD: 2**30}


def keep_memory() -> None:
    """
    Keep freed memory and ask for large pages, on Linux with the GNU C library; elsewhere nothing changes.

    PyTorch reads its variable at its first large tensor: call this before. What the environment sets wins.
    """
    os.environ.setdefault("THP_MEM_ALLOC_ENABLE", "1")
    if sys.platform != "linux" or any(name.startswith("MALLOC_") for name in os.environ):
        return
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is not None:
        for parameter, value in SETTINGS.items():
            mallopt(parameter, value)
