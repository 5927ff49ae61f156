"""Lanes: pieces of machine code on several numbers at a time, for kernels that LLVM does not write well by itself."""

from collections.abc import Iterable
from typing import Any

from llvmlite import ir  # type: ignore[import-untyped]


def load(builder: Any, base: Any, offset: int, kind: Any, align: int) -> Any:
    """What stands `offset` bytes behind a pointer to bytes; align: of the place, bytes."""
    place = builder.gep(base, [ir.Constant(ir.IntType(64), offset)])
    return builder.load(builder.bitcast(place, kind.as_pointer()), align=align)


def pairs(builder: Any, vector: Any) -> Any:
    """Each sum of two neighbors, which LLVM joins with the products that are added."""
    even, odd = (builder.shuffle_vector(vector, vector, mask(range(first, vector.type.count, 2))) for first in (0, 1))
    return builder.add(even, odd)


def mask(places: Iterable[int]) -> Any:
    """Which lanes a shuffle takes."""
    chosen = list(places)
    return ir.Constant(ir.VectorType(ir.IntType(32), len(chosen)), chosen)
