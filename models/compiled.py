"""Compiled: numba kernels whose caches notice a change in any file that they may have been made from."""

from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

from numba import njit

F = TypeVar("F", bound=Callable[..., Any])
# What kernels of other files may use: other kernels, and constants.
SHARED = (
    "models/catalog/index",
    "models/catalog/kernels",
    "models/factors/kernels.py",
    "models/interests/kernels",
    "models/interests/turned.py",
    "models/kernels",
    "models/ranking/diversity.py",
    "models/ranking/choosing.py",
    "models/ranking/exploration.py",
    "models/ranking/kernels",
    "models/trends/kernels",
    "schemas/behaviors.py",
    "schemas/halves.py",
    "schemas/ids.py",
    "schemas/rows",
    "schemas/vectors.py",
)


def kernel(function: F) -> F:
    """Compiles on first use, releases the interpreter's lock, and keeps the machine code beside the source.

    The kernel makes no arrays, and calls none that returns one: it counts no references to arrays, which would cost
    more than much of what kernels do, and twice the time to compile.
    """
    return _stamped(njit(nogil=True, cache=True, _nrt=False)(function))


def making_kernel(function: F) -> F:
    """Like `kernel`, for one that makes arrays, or has them made."""
    return _stamped(njit(nogil=True, cache=True, _nrt=True)(function))


def fast_kernel(function: F) -> F:
    """Like `kernel`, with sums of floats in whatever order is fastest."""
    return _stamped(njit(nogil=True, cache=True, fastmath=True, _nrt=False)(function))


def _stamped(dispatcher: Any) -> Any:
    """Numba looks at the file of a kernel only, not at those of the kernels and constants that it is made from.

    The version is what it compares before it reads what was kept, which may speak of types that are no more.
    """
    cached = dispatcher._cache._cache_file
    cached._version = (cached._version, cached._source_stamp, _stamp())
    return dispatcher


@cache
def _stamp() -> tuple[float, int]:
    """Latest change (seconds) and size (bytes) of what kernels share."""
    top = Path(__file__).parents[1]
    places = [top / name for name in SHARED]
    files = [file for place in places for file in ([place] if place.is_file() else place.glob("*.py"))]
    found = [file.stat() for file in files]
    return max(one.st_mtime for one in found), sum(one.st_size for one in found)
