"""Event times: RFC 3339 and epoch milliseconds mean the same moments, and what is no moment is refused."""

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.errors import SchemaError
from schemas.times import EPOCH, FIRST_MILLISECOND, LAST_MILLISECOND, epoch_seconds, rfc3339
from tests.schemas.strategies import moments, offsets

RIGHT = {
    "1970-01-01T00:00:00Z": 0.0,
    "2024-06-10T06:13:20Z": 1_718_000_000.0,
    "2024-06-10t06:13:20z": 1_718_000_000.0,
    "2024-06-10 06:13:20Z": 1_718_000_000.0,
    "2024-06-10T06:13:20.123Z": 1_718_000_000.123,
    "2024-06-10T06:13:20.123456Z": 1_718_000_000.123456,
    "2024-06-10T06:13:20.1234564999Z": 1_718_000_000.123456,
    "2024-06-10T08:13:20+02:00": 1_718_000_000.0,
    "2024-06-10T00:43:20-05:30": 1_718_000_000.0,
    "2024-06-10T06:13:20-00:00": 1_718_000_000.0,
    "2024-02-29T00:00:00Z": 1_709_164_800.0,
    "0001-01-01T00:00:00+14:00": -62_135_647_200.0,
    "1969-12-31T23:59:59.5Z": -0.5,
}
WRONG = (
    "",
    "now",
    "1718000000123",
    "2024-06-10",
    "2024-06-10T06:13Z",
    "2024-06-10T06:13:20,5Z",
    "2024-06-10T06:13:20.Z",
    "2024-06-10X06:13:20Z",
    "2024-06-10T06:13:20 Z",
    "2024-06-10T24:00:00Z",
    "2024-06-10T06:13:61Z",
    "2023-02-29T00:00:00Z",
    "2024-13-01T00:00:00Z",
    "2024-06-10T06:13:20+24:00",
    "2024-W01-1T00:00:00Z",
    "20240610T061320Z",
    "10000-01-01T00:00:00Z",
    "2024-06-10T06:13:20Z\0",
    "２０２４-06-10T06:13:20Z",
)


@pytest.mark.parametrize("written", RIGHT)
def test_rfc3339_names_a_moment(written: str):
    assert epoch_seconds(written) == RIGHT[written]


@pytest.mark.parametrize("written", WRONG)
def test_what_is_not_rfc3339_is_refused_and_shown(written: str):
    with pytest.raises(SchemaError, match="RFC 3339 or epoch milliseconds") as caught:
        epoch_seconds(written)
    assert f"`{written}`" in str(caught.value)


@pytest.mark.parametrize("written", ["2024-06-10T06:13:20", datetime(2024, 6, 10, 6, 13, 20)])
def test_a_moment_without_an_offset_is_refused(written: str | datetime):
    with pytest.raises(SchemaError, match="names no offset from UTC"):
        epoch_seconds(written)


@pytest.mark.parametrize("written", [FIRST_MILLISECOND - 1, LAST_MILLISECOND + 1, 10**30, -(10**18), 10**4000])
def test_milliseconds_beyond_the_calendar_are_refused(written: int):
    with pytest.raises(SchemaError, match="years 1 to 9999"):
        epoch_seconds(written)


@given(milliseconds=st.integers(FIRST_MILLISECOND + 86_400_000, LAST_MILLISECOND - 86_400_000), offset=offsets)
def test_the_same_moment_gives_the_same_bits_however_it_is_written(milliseconds: int, offset):
    moment = (EPOCH + timedelta(milliseconds=milliseconds)).astimezone(offset)
    assert epoch_seconds(moment) == epoch_seconds(milliseconds)
    assert epoch_seconds(moment.isoformat()) == epoch_seconds(milliseconds)
    assert epoch_seconds(rfc3339(epoch_seconds(milliseconds))) == epoch_seconds(milliseconds)


@given(moment=moments(1, 9999))
def test_seconds_are_those_of_the_standard_library(moment: datetime):
    assert epoch_seconds(moment) == moment.timestamp()


def test_written_times_have_milliseconds_and_end_in_z():
    assert rfc3339(1_718_000_000.1234) == "2024-06-10T06:13:20.123Z"
    assert rfc3339(0) == "1970-01-01T00:00:00.000Z"


@pytest.mark.parametrize("seconds", [float("nan"), float("inf"), float("-inf"), 1e20, -1e20, 253_402_300_799.9996])
def test_seconds_beyond_the_calendar_are_refused(seconds: float):
    with pytest.raises(SchemaError, match="is not a time"):
        rfc3339(seconds)
