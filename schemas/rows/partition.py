"""Partition rows: positions in the sources, and behaviors that wait for their item (msgpack)."""

from typing import Literal

import msgspec

from schemas.errors import SchemaError


class PositionsRow(msgspec.Struct, frozen=True, kw_only=True):
    """How far a store's partition has read its sources; the last record of every transaction on the changelog.

    sequence: number of this flush. positions: next offset per source topic. partitioners: names of those that explain
    every owner seen so far. watermark: latest event time seen, epoch seconds. events: behaviors applied so far.
    next_waiting: number for the next waiting behavior.
    """

    sequence: int
    positions: dict[str, int]
    partitioners: tuple[str, ...]
    watermark: float
    events: int
    next_waiting: int = 0
    version: Literal[1] = 1


class WaitingRow(msgspec.Struct, frozen=True, kw_only=True):
    """A behavior whose item is not in the catalog yet: its JSON and where it came from."""

    topic: str
    offset: int
    behavior: bytes
    version: Literal[1] = 1


_positions_decoder = msgspec.msgpack.Decoder(PositionsRow)
_waiting_decoder = msgspec.msgpack.Decoder(WaitingRow)
_encoder = msgspec.msgpack.Encoder()
encode_partition_row = _encoder.encode


def decode_positions(row: bytes) -> PositionsRow:
    """The positions row. Raises SchemaError when it does not fit."""
    try:
        return _positions_decoder.decode(row)
    except msgspec.DecodeError as error:
        raise SchemaError(f"not a positions row: {error}") from None


def decode_waiting(row: bytes) -> WaitingRow:
    """A waiting behavior. Raises SchemaError when it does not fit."""
    try:
        return _waiting_decoder.decode(row)
    except msgspec.DecodeError as error:
        raise SchemaError(f"not a waiting row: {error}") from None
