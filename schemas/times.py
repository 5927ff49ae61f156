"""Times: event time as users write it (RFC 3339 or epoch milliseconds) and as we count it (epoch seconds)."""

from datetime import UTC, datetime

from schemas.errors import SchemaError


def epoch_seconds(written: int | str) -> float:
    """Event time in seconds since 1970-01-01 UTC.

    Args: written: epoch milliseconds, or an RFC 3339 date-time with its offset.
    Raises: SchemaError when the text is no date-time or names no offset.
    """
    if isinstance(written, int):
        return written * 1e-3
    try:
        moment = datetime.fromisoformat(written)
    except ValueError:
        raise SchemaError(f"`{written[:64]}` is not a time: write RFC 3339 or epoch milliseconds") from None
    if moment.tzinfo is None:
        raise SchemaError(f"`{written[:64]}` names no offset from UTC: append Z or +00:00")
    return moment.timestamp()


def rfc3339(seconds: float) -> str:
    """Event time in seconds as RFC 3339 in UTC with milliseconds."""
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
