"""Ranking options: how long lists are and what they weigh."""

from dataclasses import dataclass


@dataclass(frozen=True)
class RankingOptions:
    """How a list is made.

    length: items per list. popularity: weight of popularity (0 to 1 of the most popular item, on a logarithmic scale)
    beside similarity. unwanted: weight of similarity to what the user turned away. had: behavior types after which an
    item is not recommended again.
    """

    length: int = 10
    popularity: float = 0.2
    unwanted: float = 0.5
    variant: str = "default"
    had: tuple[str, ...] = ("purchase", "dislike", "hide")
