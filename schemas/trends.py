"""Trends: signals of behaviors on items (columnar blocks, by item) and the statistics made of them."""

from collections.abc import Callable
from typing import Literal

import msgspec
import numpy as np
from numpy.typing import NDArray

from schemas.behaviors import BEHAVIOR_TYPES
from schemas.decoding import from_msgpack
from schemas.errors import SchemaError


class SignalBlock(msgspec.Struct, frozen=True, kw_only=True):
    """Behaviors on items of one target partition, from one flush of one source partition; no user is named.

    source: the source partition, as "users/3". source_events: how many behaviors that source has applied so far.
    items: ids, one per row of the columns. types: behavior type codes, one byte each. times: little-endian int64
    epoch milliseconds.
    """

    source: str
    source_events: int
    items: tuple[str, ...]
    types: bytes
    times: bytes
    schema_version: Literal[1] = 1

    def type_column(self) -> NDArray[np.uint8]:
        """Type codes (n,) uint8."""
        return np.frombuffer(self.types, np.uint8)

    def time_column(self) -> NDArray[np.float64]:
        """Event times (n,) float64, epoch seconds."""
        return np.frombuffer(self.times, "<i8") / 1000


class ItemTrend(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """An item's decayed popularity: popularity * 2**(-(t - at) / half_life) at a later time t (seconds)."""

    item_id: str
    popularity: float
    at: float
    half_life: float
    behaviors: int
    schema_version: Literal[1] = 1


_block_decoder = msgspec.msgpack.Decoder(SignalBlock)
_trend_decoder = msgspec.msgpack.Decoder(ItemTrend)
_encoder = msgspec.msgpack.Encoder()
encode_item_trend: Callable[[ItemTrend], bytes] = _encoder.encode
encode_signal_block: Callable[[SignalBlock], bytes] = _encoder.encode


def decode_signal_block(data: bytes) -> SignalBlock:
    """A block from its msgpack. Raises SchemaError when it does not fit, or its columns do not fit each other."""
    block = from_msgpack(_block_decoder.decode, data, "a signal block")
    rows = len(block.items)
    if len(block.types) != rows or len(block.times) != 8 * rows:
        raise SchemaError("not a signal block: `$.items`, `$.types` and `$.times` differ in length")
    if rows and block.type_column().max() >= len(BEHAVIOR_TYPES):
        raise SchemaError(f"not a signal block: `$.types` has a code above {len(BEHAVIOR_TYPES) - 1}")
    return block


def decode_item_trend(data: bytes) -> ItemTrend:
    """A trend from its msgpack. Raises SchemaError when it does not fit."""
    return from_msgpack(_trend_decoder.decode, data, "an item trend")
