"""Popularity: everybody is shown what most behaviors so far were on."""

from collections.abc import Callable
from functools import partial
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from models.compiled import kernel
from models.evaluation.comparison import Trial
from models.evaluation.rivals.rival import Axes, Said

LARGE = 1e30


class Fading(NamedTuple):
    """half_life: after so many behaviors of anybody, one counts half; infinite when none is ever forgotten."""

    half_life: float = np.inf


class Popularity:
    """Counts all behaviors alike."""

    first = Fading()
    axes: Axes = ()

    def prepared(self, trial: Trial, said: Said) -> Callable[[Fading], "FadingCounts"]:
        """Passes begin with no counts."""
        return partial(FadingCounts, trial.log.items, len(trial.catalog))


class FadingCounts:
    """Counts of behaviors on each of `count` items (n,), of which older ones weigh less. items (m,): by behavior."""

    def __init__(self, items: NDArray[np.int64], count: int, fading: Fading) -> None:
        self._items = items
        self._counts = np.zeros(count)
        self._growth = np.exp2(1.0 / fading.half_life)
        self._state = np.array([1.0, 0.0])

    def scores(self, events: NDArray[np.int64]) -> NDArray[np.float32]:
        """The share of each item in the counts right before each of these behaviors (b, n)."""
        scores = np.empty((len(events), len(self._counts)), np.float32)
        _count(self._items, events, self._growth, self._counts, self._state, scores)
        return scores


@kernel
def _count(
    items: NDArray[np.int64],
    events: NDArray[np.int64],
    growth: float,
    counts: NDArray[np.float64],
    state: NDArray[np.float64],
    scores: NDArray[np.float32],
) -> None:
    """Later behaviors weigh more, which is the same as that older ones fade. state: weight of one, behaviors done."""
    done = int(state[1])
    for q in range(events.shape[0]):
        for j in range(done, events[q]):
            state[0] *= growth
            if items[j] >= 0:
                counts[items[j]] += state[0]
            if state[0] > LARGE:
                counts /= LARGE
                state[0] /= LARGE
        done = max(done, events[q])
        total = max(counts.sum(), 1e-300)
        for row in range(counts.shape[0]):
            scores[q, row] = counts[row] / total
    state[1] = done
