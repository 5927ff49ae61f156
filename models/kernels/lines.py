"""Lines of the processor's cache: arrays that begin at one, and lines asked for before they are read."""

from typing import Any, Final

import numpy as np
from llvmlite import ir  # type: ignore[import-untyped]
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic
from numpy.typing import DTypeLike, NDArray

LINE: Final = 64
_NEAR: Final = 3


def zeros_by_line(shape: tuple[int, ...], dtype: DTypeLike) -> NDArray[Any]:
    """An array of zeros that begins where a line does, so that a row of 64 bytes is in one line and not in two."""
    size = int(np.prod(shape)) * np.dtype(dtype).itemsize
    room = np.zeros(size + LINE, np.uint8)
    start = -room.ctypes.data % LINE
    return room[start : start + size].view(dtype).reshape(shape)


@intrinsic
def fetch(typing_context: Any, array: Any, row: Any, lines: Any) -> Any:
    """Asks for the first `lines` lines of array[row], so that nothing waits for them when they are read soon.

    Args: array: contiguous, of any dimensions; row: 0 to below its length; lines: a number written out.
    """
    if not isinstance(lines, types.IntegerLiteral):
        return None

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        kind = signature.args[0]
        made = context.make_array(kind)(context, builder, arguments[0])
        place = context.cast(builder, arguments[1], signature.args[1], types.intp)
        stride = cgutils.unpack_tuple(builder, made.strides, kind.ndim)[0]
        start = builder.bitcast(made.data, ir.IntType(8).as_pointer())
        for line in range(lines.literal_value):
            offset = builder.add(builder.mul(stride, place), ir.Constant(stride.type, LINE * line))
            fetch_line(builder, builder.gep(start, [offset]))
        return context.get_dummy_value()

    return types.void(array, row, lines), generate


def fetch_line(builder: Any, place: Any) -> None:
    """Writes the instruction that asks for the line at a pointer to bytes."""
    whole = ir.IntType(32)
    kind = ir.FunctionType(ir.VoidType(), [place.type, whole, whole, whole])
    call = cgutils.get_or_insert_function(builder.module, kind, "llvm.prefetch.p0i8")
    builder.call(call, [place, whole(0), whole(_NEAR), whole(1)])
