"""Latency: from the hand-over of a behavior to the producer until a committed reader has the list that covers it."""

from array import array
from collections import defaultdict

import numpy as np


class Latencies:
    """Matches lists with behaviors: a user's list after n behaviors answers all up to the n-th not answered before.

    Times are seconds of one clock, handed in.
    """

    def __init__(self) -> None:
        self._sent: dict[str, list[float | None]] = defaultdict(list)
        self._answered: dict[str, int] = defaultdict(int)
        self._seconds = array("d")

    def __len__(self) -> int:
        return len(self._seconds)

    def sent(self, user: str, at: float | None) -> None:
        """Notes the user's next behavior; None for one that shall not count."""
        self._sent[user].append(at)

    def read(self, user: str, behaviors: int, at: float) -> None:
        """Notes that the user's list after so many behaviors was read."""
        answered = self._answered[user]
        self._seconds.extend(at - sent for sent in self._sent[user][answered:behaviors] if sent is not None)
        self._answered[user] = max(answered, behaviors)

    def quantile(self, share: float) -> float | None:
        """The least latency in seconds that this share of the answered behaviors does not exceed; None without any."""
        if not self._seconds:
            return None
        return float(np.quantile(np.array(self._seconds), share, method="inverted_cdf"))
