"""Codes: vectors as whole numbers, whose products are whole too and are added in any order."""

from typing import Any, Final

import numpy as np
from llvmlite import ir  # type: ignore[import-untyped]
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic
from numpy.typing import NDArray

from models.compiled import fast_kernel
from models.kernels.lanes import load, pairs
from schemas.vectors import DIMENSIONS

# The greatest part of a vector becomes this; times 127 and 128 times added it stays within 32 bits.
GREATEST: Final = 32_767
NOTHING: Final = np.float32(1e-30)
_LANES: Final = 32
_WHOLE = ir.IntType(32)
_ADD_UP: Final = f"llvm.vector.reduce.add.v{_LANES // 2}i32"


@fast_kernel
def encode(vector: NDArray[np.float32], codes: NDArray[np.int16]) -> np.float32:
    """Fills the codes (128,) of a vector, and gives what their unit is worth: 0 for a vector of next to nothing."""
    greatest = NOTHING
    for d in range(DIMENSIONS):
        greatest = max(greatest, abs(vector[d]))
    scale = np.float32(GREATEST) / greatest if greatest > NOTHING else np.float32(0.0)
    for d in range(DIMENSIONS):
        codes[d] = np.int16(np.rint(vector[d] * scale))
    return greatest / np.float32(GREATEST) if greatest > NOTHING else np.float32(0.0)


@intrinsic
def products(typing_context: Any, one: Any, other: Any, coarse: Any, row: Any) -> Any:
    """The inner products of two codes (128,) int16 with coarse[row] (n, 128) int8, as whole numbers.

    Written out for the processor (on x86 it becomes vpmaddwd), since loops count in 64 bits.
    """

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        first, second, rows = (
            builder.bitcast(context.make_array(kind)(context, builder, value).data, ir.IntType(8).as_pointer())
            for kind, value in zip(signature.args[:3], arguments[:3], strict=True)
        )
        place = context.cast(builder, arguments[3], signature.args[3], types.intp)
        start = builder.gep(rows, [builder.mul(place, ir.Constant(place.type, DIMENSIONS))])
        totals = [_product(builder, codes, start) for codes in (first, second)]
        return context.make_tuple(builder, signature.return_type, totals)

    return types.UniTuple(types.int32, 2)(one, other, coarse, row), generate


def _product(builder: Any, codes: Any, coarse: Any) -> Any:
    wide = ir.VectorType(_WHOLE, _LANES)
    half = ir.VectorType(_WHOLE, _LANES // 2)
    total = ir.Constant(half, None)
    for start in range(0, DIMENSIONS, _LANES):
        own = builder.sext(load(builder, codes, 2 * start, ir.VectorType(ir.IntType(16), _LANES), 2), wide)
        parts = builder.sext(load(builder, coarse, start, ir.VectorType(ir.IntType(8), _LANES), 1), wide)
        total = builder.add(total, pairs(builder, builder.mul(own, parts)))
    kind = ir.FunctionType(_WHOLE, [half])
    return builder.call(cgutils.get_or_insert_function(builder.module, kind, _ADD_UP), [total])
