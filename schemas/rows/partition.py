"""Partition rows: positions in the sources, what those told, and behaviors that wait for their item (msgpack)."""

from collections.abc import Callable
from typing import Literal

import msgspec

from schemas.decoding import from_row


class PositionsRow(msgspec.Struct, frozen=True, kw_only=True):
    """How far a store's partition has read its sources; the last record of every transaction on the changelog.

    sequence: number of this flush. positions: next offset per source topic. partitioners: names of those that explain
    every owner seen so far. watermark: latest event time seen, epoch seconds. events: behaviors applied so far.
    next_waiting: number for the next waiting behavior. signals: wanted behaviors told to item.signals so far.
    """

    sequence: int
    positions: dict[str, int]
    partitioners: tuple[str, ...]
    watermark: float
    events: int
    next_waiting: int = 0
    signals: int = 0
    version: Literal[1] = 1


class SourcesRow(msgspec.Struct, frozen=True, kw_only=True):
    """What the items store knows of its clock. events: of all sources; told: up to which event each source told."""

    events: int
    told: dict[str, int]
    version: Literal[1] = 1


class WaitingRow(msgspec.Struct, frozen=True, kw_only=True):
    """A behavior whose item is not in the catalog yet: its JSON and where it came from."""

    topic: str
    offset: int
    behavior: bytes
    version: Literal[1] = 1


_positions_decoder = msgspec.msgpack.Decoder(PositionsRow)
_sources_decoder = msgspec.msgpack.Decoder(SourcesRow)
_waiting_decoder = msgspec.msgpack.Decoder(WaitingRow)
_encoder = msgspec.msgpack.Encoder(order="deterministic")
encode_partition_row: Callable[[PositionsRow | SourcesRow | WaitingRow], bytes] = _encoder.encode


def decode_positions(row: bytes) -> PositionsRow:
    """The positions row. Raises UnknownVersionError for a newer version, SchemaError when it does not fit."""
    return from_row(_positions_decoder.decode, row, "a positions row")


def decode_sources(row: bytes) -> SourcesRow:
    """The sources row. Raises UnknownVersionError for a newer version, SchemaError when it does not fit."""
    return from_row(_sources_decoder.decode, row, "a sources row")


def decode_waiting(row: bytes) -> WaitingRow:
    """A waiting behavior. Raises UnknownVersionError for a newer version, SchemaError when it does not fit."""
    return from_row(_waiting_decoder.decode, row, "a waiting row")
