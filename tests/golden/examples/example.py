"""Example: one value, how it is written and read; and what several examples have in common."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from schemas.vectors import DIMENSIONS, to_bytes


@dataclass(frozen=True)
class Example:
    """One value, how it is written, and how it is read; `file` is where its bytes are kept."""

    file: str
    value: Any
    encode: Callable[[Any], bytes]
    decode: Callable[[bytes], Any]


VECTOR = to_bytes((np.arange(DIMENSIONS, dtype=np.float32) - 64) / 64)
OTHER_VECTOR = to_bytes((64 - np.arange(DIMENSIONS, dtype=np.float32)) / 256)


def write_row(layout: np.dtype) -> Callable[[Any], bytes]:
    """What writes a value as the row of this layout, with its vector behind it if it has one."""

    def write(value: Any) -> bytes:
        row, fields = np.zeros((), layout), vars(value) | {}
        vector = () if "vector" in (layout.names or ()) else fields.pop("vector", ())
        for field, content in fields.items():
            row[field] = content
        return row.tobytes() + (to_bytes(np.array(vector, np.float32)) if vector else b"")

    return write
