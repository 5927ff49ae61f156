"""Trend rows: the table in the module's text is the layout, and what is no such row is refused."""

from struct import unpack_from

import pytest
from hypothesis import given

from schemas.errors import SchemaError, UnknownVersionError
from schemas.rows import trend
from schemas.rows.trend import TREND_BYTES, TrendRow, decode_trend_row, encode_trend_row
from tests.schemas.rows.tables import documented
from tests.schemas.strategies import trend_rows

CODES = {"u1": "<B", "u8": "<Q", "f8": "<d", "bytes": "<7s"}


@given(row=trend_rows)
def test_a_reader_made_of_the_table_reads_the_same_row(row: TrendRow):
    data = encode_trend_row(row)
    read = {name: unpack_from(CODES[kind], data, offset)[0] for offset, _, kind, name in documented(trend.__doc__)}
    assert read == {"version": 1, "(zero)": bytes(7)} | row._asdict()
    assert f"{len(data)} bytes, little-endian" in trend.__doc__


def test_a_newer_row_is_refused_as_such():
    with pytest.raises(UnknownVersionError, match="trend row has version 2"):
        decode_trend_row(bytes([2]) + bytes(TREND_BYTES))


@pytest.mark.parametrize("row", [b"", b"\1", bytes(TREND_BYTES), bytes([1]) + bytes(TREND_BYTES)], ids=len)
def test_what_is_no_trend_row_is_refused(row: bytes):
    with pytest.raises(SchemaError, match="a trend row has"):
        decode_trend_row(row)
