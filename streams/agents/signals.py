"""Signals: what happened to items in one partition, as columns for the item.signals topic."""

from collections.abc import Iterator, Sequence

import numpy as np

from models.interests.options import InterestOptions
from models.trends.popularity import signal_blocks
from schemas.behaviors import BEHAVIOR_TYPES, TYPE_CODES, Behavior
from schemas.trends import SignalBlock


class Signals:
    """Item, type and time of every behavior applied since the last flush whose type has a weight above 0."""

    def __init__(self, options: InterestOptions) -> None:
        self._speaks = {name for name, weight in zip(BEHAVIOR_TYPES, options.weights(), strict=True) if weight > 0}
        self._items: list[str] = []
        self._types: list[int] = []
        self._at: list[float] = []

    def __len__(self) -> int:
        return len(self._items)

    def add(self, behaviors: Sequence[Behavior], at: np.ndarray, applied: np.ndarray) -> None:
        """Adds the applied ones (indices) of these behaviors; at (n,) epoch seconds."""
        speaks, times = self._speaks, at.tolist()
        for index in applied.tolist():
            behavior = behaviors[index]
            if behavior.item_id is not None and behavior.type in speaks:
                self._items.append(behavior.item_id)
                self._types.append(TYPE_CODES[behavior.type])
                self._at.append(times[index])

    def take(self, partitions: int, source: str, source_events: int) -> Iterator[tuple[int, SignalBlock]]:
        """One block per partition of item.signals, and starts over."""
        if self._items:
            types, at = np.array(self._types, np.uint8), np.array(self._at)
            yield from signal_blocks(self._items, types, at, partitions, source, source_events)
            self._items, self._types, self._at = [], [], []
