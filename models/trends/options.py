"""Trend options: how much is remembered of what users did before they came to an item."""

from dataclasses import dataclass

from schemas.rows.trend import MOST_NEIGHBORS

__all__ = ["MOST_NEIGHBORS", "TrendOptions"]


@dataclass(frozen=True)
class TrendOptions:
    """How trends are counted. neighbors: kept per item; half_life: of a transition, in events."""

    neighbors: int = 128
    half_life: float = 30_000.0

    def __post_init__(self) -> None:
        if not 1 <= self.neighbors <= MOST_NEIGHBORS:
            raise ValueError(f"trends.neighbors is at least 1 and at most {MOST_NEIGHBORS}")
        if not 0.0 < self.half_life < float("inf"):
            raise ValueError("trends.halving is above 0 behaviors")
