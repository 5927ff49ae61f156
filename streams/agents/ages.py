"""Ages: how old behaviors are when what came of them is committed."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from streams.kafka.transport import Record
from streams.metrics.kinds import Distribution


class Ages:
    """The behaviors applied since the last commit: when they occurred, and when the broker appended them."""

    def __init__(self, freshness: Distribution) -> None:
        self._freshness = freshness
        self._occurred: list[NDArray[np.float64]] = []
        self._appended: list[NDArray[np.float64]] = []

    def add(self, occurred: NDArray[np.float64], records: Sequence[Record]) -> None:
        """Adds behaviors: occurred (n,) epoch seconds, and the n records they came in."""
        self._occurred.append(occurred)
        self._appended.append(np.array([record.timestamp for record in records], np.float64) * 1e-3)

    def observe(self, now: float) -> None:
        """Tells their ages at `now`, epoch seconds, and starts over."""
        for since, moments in (("occurred", self._occurred), ("appended", self._appended)):
            if moments:
                self._freshness.observe(since, np.maximum(now - np.concatenate(moments), 0.0))
                moments.clear()
