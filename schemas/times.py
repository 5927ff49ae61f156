"""Times: event time as users write it (RFC 3339 or epoch milliseconds) and as we count it (epoch seconds)."""

from datetime import UTC, datetime, timedelta
from typing import Annotated

import msgspec

from schemas.errors import SchemaError

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
FIRST_MILLISECOND = -62_135_596_800_000
LAST_MILLISECOND = 253_402_300_799_999
WrittenTime = (
    Annotated[int, msgspec.Meta(ge=FIRST_MILLISECOND, le=LAST_MILLISECOND)] | Annotated[datetime, msgspec.Meta(tz=True)]
)
_SECOND = timedelta(seconds=1)


def epoch_seconds(written: int | datetime | str) -> float:
    """Event time in seconds since 1970-01-01 UTC; the same moment gives the same bits however it is written.

    Args: written: epoch milliseconds of the years 1 to 9999, a datetime with its offset, or such a one in RFC 3339.
    Raises: SchemaError when it is no such time or names no offset.
    """
    if isinstance(written, int):
        if not FIRST_MILLISECOND <= written <= LAST_MILLISECOND:
            raise SchemaError("not a time: epoch milliseconds are those of the years 1 to 9999")
        return written / 1000
    moment = _moment(written) if isinstance(written, str) else written
    if moment.tzinfo is None:
        raise SchemaError(f"`{moment.isoformat()}` names no offset from UTC: append Z or +00:00")
    return (moment - EPOCH) / _SECOND


def rfc3339(seconds: float) -> str:
    """Event time in seconds as RFC 3339 in UTC with milliseconds. Raises SchemaError outside the years 1 to 9999."""
    try:
        moment = EPOCH + timedelta(milliseconds=round(seconds * 1000))
    except (ValueError, OverflowError):
        raise SchemaError(f"{seconds} is not a time: epoch seconds are those of the years 1 to 9999") from None
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _moment(written: str) -> datetime:
    try:
        return msgspec.convert(written, datetime)
    except msgspec.ValidationError:
        raise SchemaError(f"`{written[:64]}` is not a time: write RFC 3339 or epoch milliseconds") from None
