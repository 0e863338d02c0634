"""
The one importer of numba: loops over arrays that numpy would need many passes for.

A loop is compiled for this processor at its first call, which takes seconds, and kept in `__pycache__` beside its
module (in numba's own cache where that cannot be written). Floats are computed in the order that is written.
"""

from collections.abc import Callable
from typing import Any, TypeVar, cast

from numba import njit

Loop = TypeVar("Loop", bound=Callable[..., Any])


def compiled(loop: Loop) -> Loop:
    """A function of arrays and numbers, compiled."""
    return cast(Loop, njit(cache=True)(loop))
