"""Signals: what happened to items in one partition, as columns for the item.signals topic."""

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from models.step import Resolution
from models.trends.blocks import NO_MOVES, Moves, signal_blocks
from models.trends.blocks import Signals as Columns
from models.trends.kernels.companions import companions_of_each
from schemas.behaviors import TYPE_CODES, Behavior
from schemas.ids import item_prints
from schemas.rows.trend import MOST_RECENTS, starts_of
from schemas.trends import SignalBlock

IMPRESSION = TYPE_CODES["impression"]
NOTHING = Columns(
    np.zeros(0, np.uint32),
    np.zeros(0, np.uint32),
    np.zeros(0, np.uint8),
    np.zeros(0),
    np.zeros(0, np.uint8),
    np.zeros((0, MOST_RECENTS), np.uint32),
)


class Signals:
    """What happened to items since the last flush: events, and impressions.

    An event is a behavior on an item of the catalog whose type has a weight above 0. told: how many events were told so
    far.
    """

    def __init__(self) -> None:
        self.told = 0
        self._parts = [NOTHING]
        self._events = 0

    def add(self, behaviors: Sequence[Behavior], at: NDArray[np.float64], became: Resolution) -> None:
        """Adds what was applied of a batch; at (n,) epoch seconds."""
        events, applied, traces = became.events, became.applied, became.traces
        if len(events):
            numbers = np.arange(self._events, self._events + len(events), dtype=np.uint32)
            prints, types = became.prints[events], became.types[events]
            self._parts.append(
                Columns(numbers, prints, types, at[events], traces.counts[events], traces.recents[events])
            )
            self._events += len(events)
        self.add_shown(behaviors, at, applied[became.types[applied] == IMPRESSION].tolist())

    def add_shown(self, behaviors: Sequence[Behavior], at: NDArray[np.float64], impressions: list[int]) -> None:
        """Adds what impressions (indices) among these behaviors show."""
        if not impressions:
            return
        lists = [behaviors[index].shown for index in impressions]
        sizes = np.array([len(items) for items in lists], np.int64)
        many = int(sizes.sum())
        prints = item_prints([item for items in lists for item in items])
        companions, counts = np.zeros((many, MOST_RECENTS), np.uint32), np.zeros(many, np.uint8)
        companions_of_each(prints, starts_of(sizes), companions, counts)
        self._parts.append(
            Columns(
                np.full(many, self._events, np.uint32),
                prints,
                np.full(many, IMPRESSION, np.uint8),
                np.repeat(at[impressions], sizes),
                counts,
                companions,
            )
        )

    def take(self, partitions: int, source: str, moves: Moves = NO_MOVES) -> Iterator[tuple[int, SignalBlock]]:
        """One block per partition of item.signals, and starts over. moves: of items' factors, by the same events."""
        if len(self._parts) > 1:
            columns = Columns(*map(np.concatenate, zip(*self._parts, strict=True)))
            told, events = self.told, self._events
            self.told, self._events, self._parts = told + events, 0, [NOTHING]
            yield from signal_blocks(columns, partitions, source, told, events, moves)
