"""Trend rows: the decayed popularity of one item in the items store, 32 bytes, little-endian.

| offset | type | field | what |
|---|---|---|---|
| 0 | u1 | version | 1 |
| 1 | 7 bytes | (zero) | |
| 8 | f8 | popularity | decayed sum of behavior weights, as of `at` |
| 16 | f8 | at | epoch seconds |
| 24 | u8 | behaviors | how many made it |
"""

from struct import Struct
from typing import NamedTuple

from schemas.rows.user import check_version

VERSION = 1
_layout = Struct("<B7xddQ")
TREND_BYTES = _layout.size


class TrendRow(NamedTuple):
    """One item's popularity as stored."""

    popularity: float
    at: float
    behaviors: int


def encode_trend_row(row: TrendRow) -> bytes:
    """The row as 32 bytes."""
    return _layout.pack(VERSION, *row)


def decode_trend_row(data: bytes) -> TrendRow:
    """The row in these bytes. Raises UnknownVersionError for a newer version, SchemaError for another size."""
    check_version(data, "trend", TREND_BYTES)
    return TrendRow(*_layout.unpack(data)[1:])
