"""Blocks: signals as columns, one block for each partition of item.signals."""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from schemas.rows.factors import GRADIENT
from schemas.trends import SignalBlock

LATEST_MILLISECOND = 2.0**53


class Signals(NamedTuple):
    """Rows of a flush: numbers (n,) uint32, prints (n,) uint32, types (n,) uint8 codes, at (n,) float64 epoch seconds.

    counts (n,) uint8 and recents (n, 20) uint32: the prints of what the user had wanted before, or of what was shown
    with the item. See SignalBlock.
    """

    numbers: NDArray[np.uint32]
    prints: NDArray[np.uint32]
    types: NDArray[np.uint8]
    at: NDArray[np.float64]
    counts: NDArray[np.uint8]
    recents: NDArray[np.uint32]


class Moves(NamedTuple):
    """Where items' factors are to move: gradients (m,) GRADIENT, each item once, and how fast."""

    gradients: NDArray[np.void]
    rate: float


NO_MOVES = Moves(np.zeros(0, GRADIENT), 0.0)


def signal_blocks(
    signals: Signals, partitions: int, source: str, source_events: int, events: int, moves: Moves = NO_MOVES
) -> Iterator[tuple[int, SignalBlock]]:
    """Partition and block; an item's partition is its print modulo `partitions`.

    Where there were events, every partition gets a block, be it without rows: so all know how many there were.
    """
    targets, moved = (prints % np.uint32(partitions) for prints in (signals.prints, moves.gradients["print"]))
    times = np.rint(np.clip(signals.at * 1e3, -LATEST_MILLISECOND, LATEST_MILLISECOND)).astype("<i8")
    filled = np.arange(signals.recents.shape[1]) < signals.counts[:, None]
    for target in range(partitions) if events else np.unique(targets).tolist():
        rows = np.flatnonzero(targets == target)
        yield (
            target,
            SignalBlock(
                source=source,
                source_events=source_events,
                events=events,
                numbers=signals.numbers[rows].tobytes(),
                prints=signals.prints[rows].tobytes(),
                types=signals.types[rows].tobytes(),
                times=times[rows].tobytes(),
                recent_counts=signals.counts[rows].tobytes(),
                recents=signals.recents[rows][filled[rows]].tobytes(),
                gradients=moves.gradients[moved == target].tobytes(),
                factor_rate=moves.rate,
            ),
        )
