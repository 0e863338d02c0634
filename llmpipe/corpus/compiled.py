"""
The one importer of numba: loops over arrays that numpy would need many passes for.

A loop is compiled for this processor at its first call, which takes seconds, and kept in `__pycache__` beside its
module (in numba's own cache where that cannot be written). Floats are computed in the order that is written.

numba looks whether the file of a loop has changed, not those of the loops that it calls. So what is kept lies in a
folder of all of them, as they are.
"""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar, cast

import numba
import xxhash

Loop = TypeVar("Loop", bound=Callable[..., Any])
MARK = b"\n@compiled\n"


def compiled(loop: Loop) -> Loop:
    """A function of arrays and numbers, compiled."""
    return cast(Loop, numba.njit(cache=True)(loop))


def digest_of_loops(folder: Path) -> str:
    """Digest of the modules of a folder that hold loops, 16 hexadecimal digits."""
    contents = (path.read_bytes() for path in sorted(folder.rglob("*.py")))
    return xxhash.xxh3_64_hexdigest(b"\0".join(code for code in contents if MARK in code))


def use_cache(folder: Path) -> Path:
    """Keep what is compiled for the modules of a folder, as they are, below it; what older ones left goes."""
    cache = folder / "__pycache__" / f"loops-{digest_of_loops(folder)}"
    for other in cache.parent.glob("loops-*"):
        if other != cache:
            shutil.rmtree(other, ignore_errors=True)
    numba.config.CACHE_DIR = str(cache)  # type: ignore[attr-defined]
    return cache


use_cache(Path(__file__).parent)
