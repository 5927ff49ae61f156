"""Made: logs of behaviors as signals, and what became of them."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from models.trends.blocks import Signals, signal_blocks
from models.trends.options import TrendOptions
from models.trends.statistics import TrendStatistics
from schemas.behaviors import TYPE_CODES
from schemas.rows.trend import MOST_RECENTS, TrendRows, decode_trends, new_trends
from schemas.trends import SignalBlock

VIEW, IMPRESSION = TYPE_CODES["view"], TYPE_CODES["impression"]


@dataclass(frozen=True)
class Act:
    """A behavior, or an impression, on the item of a print.

    recents: prints of what its user wanted before, or of what it was shown with.
    """

    item: int
    recents: tuple[int, ...] = ()
    shown: bool = False
    at: float = 1_750_000_000.0


@dataclass(frozen=True)
class Trend:
    """A row, read: the fields of its head by name, counts (near, far) by neighbor as of its landmark.

    shown_with: counts by companion, as of the latest impression.
    """

    head: np.void
    counts: dict[int, tuple[float, float]]
    shown_with: dict[int, float]

    def counts_at(self, now: float) -> dict[int, tuple[float, float]]:
        """The counts as of an N."""
        left = 2.0 ** ((float(self.head["landmark"]) - now) / float(self.head["half_life"]))
        return {neighbor: (near * left, far * left) for neighbor, (near, far) in self.counts.items()}

    def shown_with_at(self, now: float) -> dict[int, float]:
        """The counts of companions as of an N."""
        left = 2.0 ** ((float(self.head["shown"]) - now) / 5_000.0)
        return {companion: count * left for companion, count in self.shown_with.items()}

    def popularity_at(self, now: float) -> list[float]:
        """At each half-life, as of an N."""
        lives = (50.0, 500.0, 5_000.0, 50_000.0)
        since = float(self.head["events"])
        return [
            value * 2.0 ** ((since - now) / half_life)
            for value, half_life in zip(self.head["popularity"].tolist(), lives, strict=True)
        ]


def signals_of(acts: Sequence[Act]) -> tuple[Signals, int]:
    """The rows of a flush, and how many events are in it."""
    events = np.cumsum([0, *(not act.shown for act in acts)])
    counts = np.array([min(len(act.recents), MOST_RECENTS) for act in acts], np.uint8)
    recents = np.zeros((len(acts), MOST_RECENTS), np.uint32)
    for row, act in enumerate(acts):
        recents[row, : counts[row]] = act.recents[:MOST_RECENTS]
    columns = Signals(
        events[:-1].astype(np.uint32),
        np.array([act.item for act in acts], np.uint32),
        np.array([IMPRESSION if act.shown else VIEW for act in acts], np.uint8),
        np.array([act.at for act in acts], np.float64),
        counts,
        recents,
    )
    return columns, int(events[-1])


def blocks_of(
    acts: Sequence[Act], partitions: int = 1, source: str = "users/0", before: int = 0
) -> list[tuple[int, SignalBlock]]:
    """The blocks of one flush; before: events that the source has told already."""
    signals, events = signals_of(acts)
    return list(signal_blocks(signals, partitions, source, before, events))


def statistics_after(
    acts: Sequence[Act], options: TrendOptions | None = None, nows: Sequence[int] | None = None
) -> TrendStatistics:
    """Statistics of one partition, each act in a block of its own; nows: how many events came before each."""
    statistics = TrendStatistics(options or TrendOptions(), capacity=1)
    for number, act in enumerate(acts):
        for _, block in blocks_of([act], before=number if nows is None else nows[number]):
            statistics.apply(block)
    return statistics


def trends_of(rows: Sequence[bytes]) -> dict[int, Trend]:
    """Rows, read, by the item's print."""
    trends = decode_trends(list(rows))
    return {
        int(head["print"]): Trend(head, _counts(trends, number), _shown_with(trends, number))
        for number, head in enumerate(trends.heads)
    }


def popular_row(value: int, popularity: float, events: float) -> bytes:
    """The row of an item of this print that has this popularity at every half-life, as of an N."""
    head = new_trends(1)
    head["print"], head["behaviors"], head["events"] = value, 1, events
    head["born"], head["popularity"] = events, popularity
    return head.tobytes()


def _counts(trends: TrendRows, number: int) -> dict[int, tuple[float, float]]:
    own = slice(int(trends.starts[number]), int(trends.starts[number + 1]))
    pairs = zip(trends.near[own].tolist(), trends.far[own].tolist(), strict=True)
    return dict(zip(trends.prints[own].tolist(), pairs, strict=True))


def _shown_with(trends: TrendRows, number: int) -> dict[int, float]:
    prints, counts, starts = trends.companions
    own = slice(int(starts[number]), int(starts[number + 1]))
    return dict(zip(prints[own].tolist(), counts[own].tolist(), strict=True))
