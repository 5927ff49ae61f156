"""Popularity: how much has been done with each item lately, as a decayed sum of signals."""

from collections.abc import Sequence
from dataclasses import dataclass
from zlib import crc32

import numpy as np
from numba import njit
from numpy.typing import NDArray

from schemas.rows.keys import TREND, owner_of, owner_prefix
from schemas.rows.trend import TrendRow, decode_trend_row, encode_trend_row
from schemas.trends import ItemTrend, SignalBlock

DAY = 86_400.0
LATEST_MILLISECOND = 2.0**53


@dataclass(frozen=True)
class TrendOptions:
    """How popularity fades. half_life: seconds."""

    half_life: float = 7 * DAY

    def __post_init__(self) -> None:
        if self.half_life <= 0:
            raise ValueError("trends.half_life is above 0 seconds")


class ItemPopularity:
    """The items of one partition of the items store.

    rows: item id to row. Arrays by row: popularity (c,) float64 as of at (c,) float64 seconds, behaviors (c,) int64.
    The sum is in closed form, so that the order of behaviors does not matter.
    """

    def __init__(self, capacity: int = 1024) -> None:
        self.rows: dict[str, int] = {}
        self.ids: list[str] = []
        self.popularity = np.zeros(capacity)
        self.at = np.zeros(capacity)
        self.behaviors = np.zeros(capacity, np.int64)
        self._changed = np.zeros(capacity, np.bool_)

    def __len__(self) -> int:
        return len(self.rows)

    def apply(self, block: SignalBlock, weights: NDArray[np.float64], options: TrendOptions) -> None:
        """Adds the behaviors of a block, late ones with their own decayed factor.

        Args: weights (16,) per behavior type code; one below 0 adds nothing.
        """
        rows = np.array([self._row(item) for item in block.items], np.int64)
        added = np.maximum(weights[block.type_column()], 0.0)
        _add_each(self.popularity, self.at, self.behaviors, rows, added, block.time_column(), options.half_life)
        self._changed[rows] = True

    def load(self, key: bytes, row: bytes) -> None:
        """Puts a stored row. Raises SchemaError or UnknownVersionError when it cannot be read."""
        item = owner_of(key)
        if item is not None:
            stored = decode_trend_row(row)
            place = self._row(item)
            self.popularity[place], self.at[place], self.behaviors[place] = stored

    def trends(self, options: TrendOptions) -> list[ItemTrend]:
        """What readers get to know of the items that changed since take_rows."""
        return [
            ItemTrend(item_id=item, popularity=popularity, at=at, half_life=options.half_life, behaviors=behaviors)
            for item, (popularity, at, behaviors) in self._changed_items()
        ]

    def take_rows(self) -> list[tuple[bytes, bytes | None]]:
        """Stored rows of the changed items; they count as unchanged from then on."""
        rows: list[tuple[bytes, bytes | None]] = [
            (owner_prefix(item) + TREND, encode_trend_row(row)) for item, row in self._changed_items()
        ]
        self._changed[:] = False
        return rows

    def _changed_items(self) -> list[tuple[str, TrendRow]]:
        rows = np.flatnonzero(self._changed)
        columns = (self.popularity[rows], self.at[rows], self.behaviors[rows])
        values = map(TrendRow, *(column.tolist() for column in columns))
        return [(self.ids[row], value) for row, value in zip(rows.tolist(), values, strict=True)]

    def _row(self, item: str) -> int:
        row = self.rows.get(item)
        if row is None:
            row = self.rows[item] = len(self.ids)
            self.ids.append(item)
            if row == len(self.popularity):
                self._grow(2 * row)
        return row

    def _grow(self, capacity: int) -> None:
        for name in ("popularity", "at", "behaviors", "_changed"):
            old = getattr(self, name)
            grown = np.zeros(capacity, old.dtype)
            grown[: len(old)] = old
            setattr(self, name, grown)


def signal_blocks(
    items: Sequence[str],
    types: NDArray[np.uint8],
    at: NDArray[np.float64],
    partitions: int,
    source: str,
    source_events: int,
) -> list[tuple[int, SignalBlock]]:
    """One columnar block per target partition, which is CRC-32 of the item's id modulo `partitions`.

    Args: items (n,) ids; types (n,) codes; at (n,) epoch seconds; source and source_events as in SignalBlock.
    """
    if not items:
        return []
    target_of = {item: crc32(item.encode()) % partitions for item in set(items)}
    targets = np.array([target_of[item] for item in items], np.int64)
    order = np.argsort(targets, kind="stable")
    milliseconds = np.rint(np.clip(at * 1e3, -LATEST_MILLISECOND, LATEST_MILLISECOND)).astype("<i8")
    return [
        (
            int(targets[rows[0]]),
            SignalBlock(
                source=source,
                source_events=source_events,
                items=tuple([items[row] for row in rows.tolist()]),
                types=types[rows].tobytes(),
                times=milliseconds[rows].tobytes(),
            ),
        )
        for rows in np.split(order, np.flatnonzero(np.diff(targets[order])) + 1)
    ]


@njit(nogil=True, cache=True)
def _add_each(
    popularity: NDArray[np.float64],
    latest: NDArray[np.float64],
    behaviors: NDArray[np.int64],
    rows: NDArray[np.int64],
    added: NDArray[np.float64],
    at: NDArray[np.float64],
    half_life: float,
) -> None:
    for j in range(rows.shape[0]):
        row = rows[j]
        if behaviors[row] == 0:
            latest[row] = at[j]
        if at[j] > latest[row]:
            popularity[row] *= np.exp2((latest[row] - at[j]) / half_life)
            latest[row] = at[j]
        popularity[row] += added[j] * np.exp2((at[j] - latest[row]) / half_life)
        behaviors[row] += 1
