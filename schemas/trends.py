"""Trends: signals of behaviors on items, as columnar blocks, from which the items' trends are counted."""

from collections.abc import Callable
from typing import Literal

import msgspec
import numpy as np
from numpy.typing import NDArray

from schemas.behaviors import BEHAVIOR_TYPES
from schemas.decoding import from_msgpack
from schemas.errors import SchemaError
from schemas.rows.factors import GRADIENT
from schemas.rows.trend import MOST_RECENTS


class SignalBlock(msgspec.Struct, frozen=True, kw_only=True):
    """What happened to items of one target partition in one flush of one source partition; no user is named.

    An event is a wanted behavior on an item; impressions are rows too, but no events. source: the source partition, as
    "users/3". source_events: how many events that source has told before this flush. events: how many this flush tells
    in all its blocks; one goes to every target partition, also without rows, so that all know how many there were.
    Columns, little-endian, one place per row: numbers uint32: how many events of this flush came before; prints uint32
    of items (`schemas.ids.item_print`); types: behavior type codes, one byte each; times int64 epoch milliseconds;
    recent_counts: one byte each: how many of `recents` uint32 belong to the row: prints of the items on which its user
    had wanted behaviors before, the latest first, at most 20; of an impression, prints of the items that were shown at
    most 4 places before or after its item.

    gradients: GRADIENT (`schemas.rows.factors`) of items of the target partition, each once, in which its factors are
    to move; factor_rate: how fast.
    """

    source: str
    source_events: int
    events: int
    numbers: bytes = b""
    prints: bytes = b""
    types: bytes = b""
    times: bytes = b""
    recent_counts: bytes = b""
    recents: bytes = b""
    gradients: bytes = b""
    factor_rate: float = 0.0
    schema_version: Literal[1] = 1

    def number_column(self) -> NDArray[np.uint32]:
        """Events of the flush before each row (n,)."""
        return np.frombuffer(self.numbers, "<u4")

    def print_column(self) -> NDArray[np.uint32]:
        """Prints of items (n,)."""
        return np.frombuffer(self.prints, "<u4")

    def type_column(self) -> NDArray[np.uint8]:
        """Type codes (n,)."""
        return np.frombuffer(self.types, np.uint8)

    def time_column(self) -> NDArray[np.float64]:
        """Event times (n,), epoch seconds."""
        return np.frombuffer(self.times, "<i8") / 1000

    def recent_count_column(self) -> NDArray[np.uint8]:
        """How many recents each row has (n,)."""
        return np.frombuffer(self.recent_counts, np.uint8)

    def recent_column(self) -> NDArray[np.uint32]:
        """The recents of all rows, one after the other."""
        return np.frombuffer(self.recents, "<u4")

    def gradient_column(self) -> NDArray[np.void]:
        """Gradients of items (m,) GRADIENT."""
        return np.frombuffer(self.gradients, GRADIENT)


_decoder = msgspec.msgpack.Decoder(SignalBlock)
encode_signal_block: Callable[[SignalBlock], bytes] = msgspec.msgpack.Encoder().encode


def decode_signal_block(data: bytes) -> SignalBlock:
    """A block from its msgpack. Raises SchemaError when it does not fit, or its columns do not fit each other."""
    block = from_msgpack(_decoder.decode, data, "a signal block")
    rows = len(block.types)
    columns = {"numbers": 4, "prints": 4, "times": 8, "recent_counts": 1}
    if any(len(getattr(block, name)) != size * rows for name, size in columns.items()):
        raise SchemaError(f"not a signal block: its columns {', '.join(columns)} and types differ in length")
    if block.source_events < 0 or block.events < 0:
        raise SchemaError("not a signal block: `$.source_events` or `$.events` is below 0")
    if rows:
        _check_values(block)
    if len(block.recents) != 4 * int(block.recent_count_column().sum(dtype=np.int64)):
        raise SchemaError("not a signal block: `$.recents` has not as many prints as `$.recent_counts` says")
    if block.gradients:
        _check_gradients(block)
    return block


def _check_gradients(block: SignalBlock) -> None:
    if len(block.gradients) % GRADIENT.itemsize:
        raise SchemaError(f"not a signal block: `$.gradients` is not of {GRADIENT.itemsize} bytes each")
    found = block.gradient_column()
    if found["print"].min() == 0:
        raise SchemaError("not a signal block: `$.gradients` has one of print 0, which is no item's")
    if not all(np.isfinite(found[name]).all() for name in ("bias", "bias_square", "square", "vector")):
        raise SchemaError("not a signal block: `$.gradients` has what is no finite number")
    if min(found["bias_square"].min(), found["square"].min()) < 0.0:
        raise SchemaError("not a signal block: `$.gradients` has a sum of squares below 0")
    if not (np.isfinite(block.factor_rate) and block.factor_rate >= 0.0):
        raise SchemaError("not a signal block: `$.factor_rate` is no finite number of at least 0")


def _check_values(block: SignalBlock) -> None:
    if block.type_column().max() >= len(BEHAVIOR_TYPES):
        raise SchemaError(f"not a signal block: `$.types` has a code above {len(BEHAVIOR_TYPES) - 1}")
    if block.print_column().min() == 0:
        raise SchemaError("not a signal block: `$.prints` has a 0, which is no item's")
    if block.number_column().max() > block.events:
        raise SchemaError("not a signal block: `$.numbers` has one above `$.events`")
    if block.recent_count_column().max() > MOST_RECENTS:
        raise SchemaError(f"not a signal block: `$.recent_counts` has one above {MOST_RECENTS}")
