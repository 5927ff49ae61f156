"""Zipf's law: ranks drawn with chances that fall with a power of the rank."""

from bisect import bisect
from itertools import accumulate
from random import Random


class Zipf:
    """Ranks from 0, drawn with chances proportional to 1 / (rank + 1) ** exponent."""

    def __init__(self, ranks: int, exponent: float) -> None:
        self._below = list(accumulate((rank + 1) ** -exponent for rank in range(ranks)))

    def draw(self, chance: Random) -> int:
        """One rank."""
        return min(bisect(self._below, chance.random() * self._below[-1]), len(self._below) - 1)
