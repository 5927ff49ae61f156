"""Alias rows: to whom the behaviors of an anonymous id go since a user has identified with it (msgpack)."""

from collections.abc import Callable
from typing import Annotated, Literal

import msgspec

from schemas.decoding import from_row
from schemas.errors import SchemaError
from schemas.rows.user import EVENT_IDS

PRINT_BYTES = 6
_PRINT = (1 << 8 * PRINT_BYTES) - 1


class AliasRow(msgspec.Struct, frozen=True, kw_only=True):
    """Where to forward, and what has been received.

    user_id, partition: to whom, and where that user lives. claimed_at: event time of that user's identify; at: of the
    latest behavior forwarded, or of that identify; both epoch seconds. events: the last 32 event ids received, 6 bytes
    of each fingerprint, little-endian, the oldest first.
    """

    user_id: str
    partition: int
    claimed_at: float
    at: float
    events: Annotated[bytes, msgspec.Meta(max_length=PRINT_BYTES * EVENT_IDS)]
    version: Literal[1] = 1


_decoder = msgspec.msgpack.Decoder(AliasRow)
_encoder = msgspec.msgpack.Encoder()
encode_alias: Callable[[AliasRow], bytes] = _encoder.encode


def decode_alias(row: bytes) -> AliasRow:
    """An alias row. Raises UnknownVersionError for a newer version, SchemaError when it does not fit."""
    alias = from_row(_decoder.decode, row, "an alias row")
    if len(alias.events) % PRINT_BYTES:
        raise SchemaError(f"an alias row: `$.events` has {len(alias.events)} bytes, not {PRINT_BYTES} for each event")
    return alias


def event_print(fingerprint: int) -> int:
    """What stored rows keep of an event id's fingerprint: its low 48 bits; never 0."""
    return fingerprint & _PRINT or 1


def prints_to_bytes(prints: list[int]) -> bytes:
    """The last 32 of these prints as a row keeps them."""
    return b"".join(one.to_bytes(PRINT_BYTES, "little") for one in prints[-EVENT_IDS:])


def prints_of(events: bytes) -> list[int]:
    """The prints in a row's events, the oldest first."""
    return [
        int.from_bytes(events[start : start + PRINT_BYTES], "little") for start in range(0, len(events), PRINT_BYTES)
    ]
