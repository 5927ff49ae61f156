"""Change: notices when a stream of numbers has moved away from its mean, up or down."""

from dataclasses import dataclass


@dataclass(frozen=True)
class ChangeOptions:
    """Of the test. least: numbers before it speaks. slack: what it tolerates. threshold: the sum that is a change."""

    least: int = 30
    slack: float = 0.005
    threshold: float = 2.0
    forgetting: float = 0.9999


class PageHinkley:
    """The two-sided test of Page (1954) and Hinkley (1971) with a fading memory; it starts anew after a change.

    Gives what river.drift.PageHinkley gives, whose import costs a worker seconds at its start.
    """

    _count: int
    _mean: float
    _up: float
    _down: float
    _least: float
    _most: float

    def __init__(self, options: ChangeOptions | None = None) -> None:
        self._options = options or ChangeOptions()
        self._reset()

    def update(self, value: float) -> bool:
        """Takes the next number and says whether there was a change."""
        options = self._options
        self._count += 1
        self._mean += (value - self._mean) / self._count
        off = value - self._mean
        self._up = options.forgetting * self._up + off - options.slack
        self._down = options.forgetting * self._down + off + options.slack
        self._least = min(self._least, self._up)
        self._most = max(self._most, self._down)
        moved = max(self._up - self._least, self._most - self._down)
        changed = self._count >= options.least and moved > options.threshold
        if changed:
            self._reset()
        return changed

    def _reset(self) -> None:
        self._count, self._mean = 0, 0.0
        self._up = self._down = 0.0
        self._least, self._most = float("inf"), -1.0
