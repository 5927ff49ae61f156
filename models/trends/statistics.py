"""Statistics: the items of one partition of item.signals, from blocks of signals to rows of trends and of factors."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from models.factors.tables import ItemFactors
from models.trends.kernels.counting import CountingRules, Happenings, Statistics, count_each
from models.trends.options import TrendOptions
from schemas.behaviors import TYPE_CODES
from schemas.rows.keys import FACTORS, SOURCES_KEY, TREND, owner_of
from schemas.rows.partition import SourcesRow, decode_sources, encode_partition_row
from schemas.rows.trend import (
    MOST_COMPANIONS,
    MOST_RECENTS,
    Companions,
    TrendRows,
    check_trend,
    decode_trends,
    encode_trends,
    new_trends,
    starts_of,
)
from schemas.trends import SignalBlock

Row = tuple[bytes, bytes | None]

NEAR_WINDOW, NEAR_DECAY = 3, 0.6
FAR_WINDOW, FAR_DECAY = MOST_RECENTS, 0.9
IMPRESSION = TYPE_CODES["impression"]


def rules_of(options: TrendOptions) -> CountingRules:
    """The options as kernels take them."""
    return CountingRules(float(options.half_life), NEAR_WINDOW, NEAR_DECAY, FAR_WINDOW, FAR_DECAY)


def new_statistics(capacity: int, neighbors: int) -> Statistics:
    """Statistics of `capacity` items on which nothing was done, with room for so many neighbors each."""
    return Statistics(
        new_trends(capacity),
        np.zeros((capacity, neighbors), np.uint32),
        np.zeros((capacity, 2, neighbors), np.float32),
        np.zeros((capacity, MOST_COMPANIONS), np.uint32),
        np.zeros((capacity, MOST_COMPANIONS), np.float32),
    )


class TrendStatistics:
    """The items of one partition, by print.

    Half-lives are in events, of which all sources together tell how many there were: `events`. Between two blocks of a
    source its events are not known elsewhere, so with several partitions the clock of a behavior is off by at most the
    events of all sources within a flush, D; every count with a half-life h then is right within a factor 2**(D / h), as
    long as no neighbor was evicted. With one source and partition all is exact.
    """

    def __init__(self, options: TrendOptions, capacity: int = 1024) -> None:
        self.events = 0
        self._rules = rules_of(options)
        self._factors = ItemFactors()
        self._told: dict[str, int] = {}
        self._places: dict[int, int] = {}
        self._statistics = new_statistics(max(capacity, 1), options.neighbors)
        self._changed = np.zeros(max(capacity, 1), np.bool_)
        self._sources_changed = False

    def __len__(self) -> int:
        return len(self._places)

    def apply(self, block: SignalBlock) -> None:
        """Counts what a block says of this partition's items, moves their factors, and notes its source's events."""
        told = self._told.get(block.source, 0)
        before = self.events + max(block.source_events - told, 0)
        self.events = before + block.events
        self._told[block.source] = block.source_events + block.events
        self._sources_changed = True
        self._factors.apply(block.gradient_column(), block.factor_rate)
        if not block.prints:
            return
        places = self._places_of(block.print_column())
        count_each(
            self._statistics,
            Happenings(
                places,
                block.type_column() == IMPRESSION,
                before + block.number_column().astype(np.float64),
                block.time_column(),
                block.recent_column().copy(),
                starts_of(block.recent_count_column()),
            ),
            self._rules,
        )
        self._changed[places] = True

    def load(self, rows: Sequence[tuple[bytes, bytes]]) -> None:
        """Puts stored rows; where one has more neighbors than there is room for, the greatest far counts stay.

        Raises: SchemaError or UnknownVersionError for a row that cannot be read.
        """
        trends, factors = [], []
        for key, row in rows:
            if key == SOURCES_KEY:
                sources = decode_sources(row)
                self.events, self._told = sources.events, dict(sources.told)
            elif owner_of(key) is not None and key.endswith(TREND):
                check_trend(row)
                trends.append(row)
            elif owner_of(key) is not None and key.endswith(FACTORS):
                factors.append(row)
        self._factors.load(factors)
        if trends:
            self._put(decode_trends(trends))

    def take(self) -> list[tuple[int, bytes]]:
        """Print and trend row of each item that changed since the last call."""
        changed = np.flatnonzero(self._changed)
        self._changed[changed] = False
        heads, prints, counts, others, shown = self._statistics
        own = heads[changed]
        kept = np.arange(prints.shape[1]) < own["neighbors"][:, None]
        near, far = counts[changed, 0][kept], counts[changed, 1][kept]
        there = np.arange(MOST_COMPANIONS) < own["companions"][:, None]
        companions = Companions(others[changed][there], shown[changed][there], starts_of(own["companions"]))
        rows = encode_trends(TrendRows(own, prints[changed][kept], near, far, starts_of(own["neighbors"]), companions))
        return list(zip(own["print"].tolist(), rows, strict=True))

    def take_factors(self) -> list[tuple[int, bytes]]:
        """Print and factors row of each item that moved since the last call."""
        return self._factors.take()

    def take_sources(self) -> list[Row]:
        """The row of what sources told, if that changed since the last call."""
        if not self._sources_changed:
            return []
        self._sources_changed = False
        return [(SOURCES_KEY, encode_partition_row(SourcesRow(events=self.events, told=self._told)))]

    def _places_of(self, prints: NDArray[np.uint32]) -> NDArray[np.int64]:
        own, numbers = np.unique(prints, return_inverse=True)
        places = np.array([self._place_of(value) for value in own.tolist()], np.int64)
        return places[numbers]

    def _place_of(self, value: int) -> int:
        place = self._places.get(value)
        if place is None:
            place = self._places[value] = len(self._places)
            if place == len(self._changed):
                self._grow(2 * place)
            self._statistics.heads["print"][place] = value
        return place

    def _put(self, trends: TrendRows) -> None:
        places = self._places_of(trends.heads["print"])
        heads, prints, counts, others, shown = self._statistics
        heads[places] = trends.heads
        there = np.arange(MOST_COMPANIONS) < trends.heads["companions"][:, None]
        for kept, column in ((others, trends.companions.prints), (shown, trends.companions.counts)):
            lines = np.zeros(there.shape, kept.dtype)
            lines[there] = column
            kept[places] = lines
        room = prints.shape[1]
        for place, start, end in zip(
            places.tolist(), trends.starts[:-1].tolist(), trends.starts[1:].tolist(), strict=True
        ):
            own = np.arange(start, end)
            if len(own) > room:
                own = own[np.argsort(-trends.far[start:end], kind="stable")[:room]]
                heads["neighbors"][place] = room
            prints[place, : len(own)] = trends.prints[own]
            counts[place, 0, : len(own)], counts[place, 1, : len(own)] = trends.near[own], trends.far[own]

    def _grow(self, capacity: int) -> None:
        grown = new_statistics(capacity, self._statistics.prints.shape[1])
        for new, old in zip(grown, self._statistics, strict=True):
            new[: len(old)] = old
        self._statistics = grown
        self._changed = np.concatenate((self._changed, np.zeros(capacity - len(self._changed), np.bool_)))
