"""Ranking options: how long lists are and what they weigh."""

from dataclasses import dataclass

from schemas.behaviors import BEHAVIOR_TYPES


@dataclass(frozen=True)
class RankingOptions:
    """How a list is made.

    length: items per list. candidates: how many come from each source. recency: an interest's weight relative to that
    of the one moved next after it. popularity: weight of popularity (0 to 1 of the most popular item, on a logarithmic
    scale) beside similarity. unwanted: weight of similarity to what the user turned away. had: behavior types after
    which an item is not recommended again.
    """

    length: int = 10
    candidates: int = 50
    recency: float = 0.4
    popularity: float = 0.3
    unwanted: float = 0.5
    variant: str = "default"
    had: tuple[str, ...] = ("purchase", "dislike", "hide")

    def __post_init__(self) -> None:
        if not 1 <= self.length <= self.candidates:
            raise ValueError("ranking.length is at least 1 and at most ranking.candidates")
        if not 0 < self.recency <= 1:
            raise ValueError("ranking.recency is above 0 and at most 1")
        unknown = sorted(set(self.had) - set(BEHAVIOR_TYPES))
        if unknown:
            raise ValueError(f"ranking.had names {unknown[0]!r}; known are {', '.join(BEHAVIOR_TYPES)}")
