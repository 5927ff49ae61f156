"""Signals: what happened to items in one partition, as columns for the item.signals topic."""

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from models.interests.options import InterestOptions
from models.step import Traces
from models.trends.blocks import NO_MOVES, Moves, signal_blocks
from models.trends.blocks import Signals as Columns
from models.trends.kernels.companions import companions_of_each
from schemas.behaviors import BEHAVIOR_TYPES, TYPE_CODES, Behavior
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

    An event is a behavior on an item whose type has a weight above 0. told: how many events were told so far.
    """

    def __init__(self, options: InterestOptions) -> None:
        self.told = 0
        self._wanted = options.wanted()
        self._speaks = {name for name, wanted in zip(BEHAVIOR_TYPES, self._wanted.tolist(), strict=True) if wanted}
        self._parts = [NOTHING]
        self._events = 0

    def add(
        self, behaviors: Sequence[Behavior], at: NDArray[np.float64], applied: NDArray[np.int64], traces: Traces
    ) -> None:
        """Adds the applied ones (indices) of these behaviors; at (n,) epoch seconds, traces (n,) of before each."""
        own = applied.tolist()
        on_items = [index for index in own if behaviors[index].item_id is not None]
        events = [index for index in on_items if behaviors[index].type in self._speaks]
        if events:
            self._parts.append(
                Columns(
                    np.arange(self._events, self._events + len(events), dtype=np.uint32),
                    item_prints([behaviors[index].item_id or "" for index in events]),
                    np.array([TYPE_CODES[behaviors[index].type] for index in events], np.uint8),
                    at[events],
                    traces.counts[events],
                    traces.recents[events],
                )
            )
            self._events += len(events)
        self._add_shown(behaviors, at, [index for index in own if behaviors[index].type == "impression"])

    def _add_shown(self, behaviors: Sequence[Behavior], at: NDArray[np.float64], impressions: list[int]) -> None:
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
