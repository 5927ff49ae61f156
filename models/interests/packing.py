"""Packing: many interest records as msgpack at once, column by column, where one by one would cost five times as much.

The bytes mean what `schemas.interests.encode_interest_record` writes; numbers have a fixed width here.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import msgspec
import numpy as np
from numpy.typing import NDArray

from schemas.halves import to_half
from schemas.rows.user import SLOTS
from schemas.vectors import DIMENSIONS

NIL = b"\xc0"
UINT32, UINT64, FLOAT64, BYTES16 = b"\xce", b"\xcf", b"\xcb", b"\xc5"
VECTOR = BYTES16 + (2 * DIMENSIONS).to_bytes(2, "big")


@dataclass(frozen=True)
class RecordColumns:
    """Columns of m records, and of their p interests, each record's in a row with what is unwanted last.

    user_ids (m,); at (m,) seconds; behaviors, new_behaviors (m,); ready (m, 128) float32; counts (m,) of interests and
    unwanted (m,) bool, whether one more follows that is unwanted. Per interest: ids, intensities, attention, masses,
    mass_at, interest_behaviors (p,) and units (p, 128) float32. half_life in seconds.
    """

    user_ids: Sequence[str]
    at: NDArray[np.float64]
    behaviors: NDArray[np.uint64]
    new_behaviors: NDArray[np.uint32]
    ready: NDArray[np.float32]
    counts: NDArray[np.int64]
    unwanted: NDArray[np.bool_]
    ids: NDArray[np.uint32]
    intensities: NDArray[np.float64]
    attention: NDArray[np.float64]
    masses: NDArray[np.float64]
    mass_at: NDArray[np.float64]
    interest_behaviors: NDArray[np.uint32]
    units: NDArray[np.float32]
    half_life: float


def packed_records(columns: RecordColumns, encoder: str) -> list[bytes]:
    """One msgpack InterestRecord per row of the columns."""
    pack = msgspec.msgpack.Encoder().encode
    named = _string("encoder") + pack(encoder) + _string("vector")
    some = [named + VECTOR, named + NIL]
    lists = [_string("interests") + bytes([0x90 + count]) for count in range(SLOTS + 1)]
    start = b"\x89" + _string("user_id")
    unwanted_key = _string("unwanted")
    end = _string("schema_version") + b"\x01"
    interests = _packed_interests(columns)
    size = _INTEREST.itemsize
    records = []
    place = 0
    for user_id, numbers, ready, count, unwanted in zip(
        columns.user_ids,
        _packed_numbers(columns),
        _cut(to_half(columns.ready).tobytes(), 2 * DIMENSIONS),
        columns.counts.tolist(),
        columns.unwanted.tolist(),
        strict=True,
    ):
        own = place + count * size
        place = own + unwanted * size
        records.append(
            b"".join(
                (
                    start,
                    pack(user_id),
                    numbers,
                    some[count == 0],
                    ready if count else b"",
                    lists[count],
                    interests[own - count * size : own],
                    unwanted_key,
                    interests[own:place] if unwanted else NIL,
                    end,
                )
            )
        )
    return records


def _packed_numbers(columns: RecordColumns) -> Iterator[bytes]:
    rows = np.repeat(_NUMBERS_TEMPLATE, len(columns.at))
    rows["at"] = columns.at
    rows["behaviors"] = columns.behaviors
    rows["new_behaviors"] = columns.new_behaviors
    return _cut(rows.tobytes(), _NUMBERS.itemsize)


def _packed_interests(columns: RecordColumns) -> bytes:
    rows = np.repeat(_INTEREST_TEMPLATE, len(columns.ids))
    rows["id"] = columns.ids
    rows["intensity"] = columns.intensities
    rows["attention"] = columns.attention
    rows["mass"] = columns.masses
    rows["at"] = columns.mass_at
    rows["half_life"] = columns.half_life
    rows["behaviors"] = columns.interest_behaviors
    rows["vector"] = to_half(columns.units).view(np.uint16)
    return rows.tobytes()


def _cut(data: bytes, size: int) -> Iterator[bytes]:
    return (data[start : start + size] for start in range(0, len(data), size))


def _string(text: str) -> bytes:
    return bytes([0xA0 + len(text)]) + text.encode()


def _layout(fields: Sequence[tuple[bytes, str, str]]) -> tuple[np.dtype, NDArray[np.void]]:
    """A dtype of these (constant bytes, name, format) in turn, and one row of it with the constants in place."""
    dtype = np.dtype(
        [part for constant, name, kind in fields for part in ((f"before_{name}", f"V{len(constant)}"), (name, kind))]
    )
    template = np.zeros(1, dtype)
    for constant, name, _ in fields:
        template[f"before_{name}"] = np.void(constant)
    return dtype, template


_NUMBERS, _NUMBERS_TEMPLATE = _layout(
    [
        (_string("at") + FLOAT64, "at", ">f8"),
        (_string("behaviors") + UINT64, "behaviors", ">u8"),
        (_string("new_behaviors") + UINT32, "new_behaviors", ">u4"),
    ]
)
_INTEREST, _INTEREST_TEMPLATE = _layout(
    [
        (b"\x98" + UINT32, "id", ">u4"),
        (FLOAT64, "intensity", ">f8"),
        (FLOAT64, "attention", ">f8"),
        (FLOAT64, "mass", ">f8"),
        (FLOAT64, "at", ">f8"),
        (FLOAT64, "half_life", ">f8"),
        (UINT32, "behaviors", ">u4"),
        (VECTOR, "vector", "128u2"),
    ]
)
