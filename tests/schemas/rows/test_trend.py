"""Trend rows: the table in the module's text is the layout, a second reader agrees, and what is none is refused."""

import pytest
from hypothesis import given

from schemas.errors import SchemaError, UnknownVersionError
from schemas.rows import trend
from schemas.rows.trend import (
    MOST_COMPANIONS,
    MOST_NEIGHBORS,
    TREND,
    TREND_BYTES,
    check_trend,
    decode_trends,
    encode_trends,
    new_trends,
)
from tests.golden import slow_rows
from tests.golden.examples.rows import TREND as TREND_EXAMPLE
from tests.golden.examples.rows import read_checked_trend, write_trend
from tests.golden.slow_rows import Trend
from tests.schemas.rows.tables import documented, laid_out
from tests.schemas.strategies import trend_rows


def test_the_table_is_the_layout():
    assert documented(trend.__doc__) == laid_out(TREND)
    assert f"{TREND_BYTES} bytes, then 12 per neighbor" in trend.__doc__
    assert "then 8 per companion" in trend.__doc__


@given(row=trend_rows())
def test_the_second_reader_reads_the_same_row(row: Trend):
    assert slow_rows.read_trend(write_trend(row)) == read_checked_trend(write_trend(row)) == row


@given(row=trend_rows())
def test_many_rows_are_read_and_written_as_each_alone(row: Trend):
    rows = [write_trend(TREND_EXAMPLE), write_trend(row), write_trend(TREND_EXAMPLE)]
    assert encode_trends(decode_trends(rows)) == rows


def test_an_item_on_which_nothing_was_done_is_not_born():
    assert new_trends(2)["born"].tolist() == [-1.0, -1.0]
    check_trend(new_trends(1).tobytes())


@pytest.mark.parametrize("size", [TREND_BYTES, TREND_BYTES + 12])
def test_a_newer_row_is_refused_as_such(size: int):
    with pytest.raises(UnknownVersionError, match="trend row has version 2"):
        check_trend(bytes([2]) + bytes(size - 1))


HEAD = bytes([1]) + bytes(TREND_BYTES - 1)
MANY = MOST_NEIGHBORS + 1


@pytest.mark.parametrize(
    "row",
    [
        b"",
        b"\1",
        bytes(TREND_BYTES),
        HEAD + bytes(12),
        HEAD[:2] + b"\1" + HEAD[3:],
        HEAD[:1] + b"\1" + HEAD[2:],
        HEAD[:1] + bytes([MOST_COMPANIONS + 1]) + HEAD[2:] + bytes(8 * (MOST_COMPANIONS + 1)),
        HEAD[:2] + MANY.to_bytes(2, "little") + HEAD[4:] + bytes(12 * MANY),
    ],
    ids=len,
)
def test_what_is_no_trend_row_is_refused(row: bytes):
    with pytest.raises(SchemaError, match="a trend row "):
        check_trend(row)
