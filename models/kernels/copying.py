"""Copying: bytes from one array into another, as the machine does it fastest."""

from typing import Any

from numba import types
from numba.core import cgutils
from numba.extending import intrinsic


@intrinsic
def copy_bytes(typing_context: Any, target: Any, to: Any, source: Any, start: Any, count: Any) -> Any:
    """Writes `count` bytes of source, from start on, over those of target from `to` on; both uint8, not the same."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        kinds = signature.args

        def place(array: int) -> Any:
            made = context.make_array(kinds[array])(context, builder, arguments[array])
            offset = context.cast(builder, arguments[array + 1], kinds[array + 1], types.intp)
            return builder.gep(made.data, [offset])

        many = context.cast(builder, arguments[4], kinds[4], types.intp)
        cgutils.raw_memcpy(builder, place(0), place(2), many, 1)
        return context.get_dummy_value()

    return types.void(target, to, source, start, count), generate
