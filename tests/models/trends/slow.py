"""The slow twin of counting: every behavior is kept, nothing is evicted, and all sums are made when asked for."""

from collections import defaultdict
from dataclasses import dataclass, field

from models.trends.options import TrendOptions
from schemas.rows.trend import IMPRESSION_HALF_LIFE, POPULARITY_HALF_LIVES

Weighted = list[tuple[float, float]]


@dataclass
class Item:
    """One item: when it was wanted and shown, and what (when, how much) came from each neighbor or companion."""

    events: list[float] = field(default_factory=list)
    impressions: list[float] = field(default_factory=list)
    near: dict[int, Weighted] = field(default_factory=lambda: defaultdict(list))
    far: dict[int, Weighted] = field(default_factory=lambda: defaultdict(list))
    companions: dict[int, Weighted] = field(default_factory=lambda: defaultdict(list))

    def count(self, own: int, recents: list[int], now: float) -> None:
        """Counts a behavior of a user who wanted these before, the latest first."""
        self.events.append(now)
        for k, neighbor in enumerate(recents[:20]):
            if neighbor == own:
                continue
            self.far[neighbor].append((now, 0.9**k))
            self.near[neighbor].append((now, 0.6**k if k < 3 else 0.0))

    def show(self, own: int, companions: list[int], now: float) -> None:
        """Counts an impression together with these."""
        self.impressions.append(now)
        for companion in companions:
            if companion != own:
                self.companions[companion].append((now, 1.0))

    def shown_with(self, now: float) -> dict[int, float]:
        """Decayed impressions together with each companion."""
        return {one: decayed(weighted, now, IMPRESSION_HALF_LIFE) for one, weighted in self.companions.items()}

    def popularity(self, now: float) -> list[float]:
        """At each half-life."""
        return [decayed([(at, 1.0) for at in self.events], now, half_life) for half_life in POPULARITY_HALF_LIVES]

    def shown(self, now: float) -> float:
        """Decayed impressions."""
        return decayed([(at, 1.0) for at in self.impressions], now, IMPRESSION_HALF_LIFE)

    def counts(self, now: float, options: TrendOptions) -> dict[int, tuple[float, float]]:
        """Near and far count of each neighbor."""
        half_life = options.half_life
        return {
            neighbor: (decayed(self.near[neighbor], now, half_life), decayed(self.far[neighbor], now, half_life))
            for neighbor in self.far
        }


def decayed(weighted: Weighted, now: float, half_life: float) -> float:
    """The sum of weights, each halved so often since its time."""
    return sum(weight * 2.0 ** ((at - now) / half_life) for at, weight in weighted)
