"""Coverage: how much of the catalog lists have shown lately."""

import numpy as np
from numpy.typing import NDArray

NEVER = -np.inf


class Coverage:
    """When each variant last showed each item. Times are seconds of any one clock; 8 bytes per item and variant."""

    def __init__(self, variants: int, span: float) -> None:
        """Args: variants: how many; span: so many seconds are lately."""
        self._span = span
        self._shown_at = np.full((variants, 0), NEVER)

    def add(self, items: NDArray[np.int32], variants: NDArray[np.int64], now: float) -> None:
        """Notes lists that are shown now. Args: items (m, k): catalog rows, -1 for none; variants (m,) of the lists."""
        needed = int(items.max(initial=-1)) + 1
        if needed > self._shown_at.shape[1]:
            room = np.full((len(self._shown_at), 2 * needed), NEVER)
            room[:, : self._shown_at.shape[1]] = self._shown_at
            self._shown_at = room
        lists, places = np.nonzero(items >= 0)
        self._shown_at[variants[lists], items[lists, places]] = now

    def ratios(self, recommendable: NDArray[np.bool_], now: float) -> NDArray[np.float64]:
        """Of the items that may be on lists, the share that each variant (v,) has shown within the span; 0 of none.

        Args: recommendable (c,): by catalog row.
        """
        known = min(len(recommendable), self._shown_at.shape[1])
        lately = self._shown_at[:, :known] >= now - self._span
        counts = (lately & recommendable[:known]).sum(1)
        return counts / max(int(recommendable.sum()), 1)
