"""Windows: which business rules hold at a moment."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from schemas.rules import DAY_MINUTES, DAYS, Rule, Window
from schemas.times import epoch_seconds

MINUTE: Final = 60.0
REMEMBERED: Final = 4096


class Windows:
    """The windows of some rules; those without one always hold.

    Days and hours are judged by the minute, in which they cannot change: no hours and no zone's offset have seconds.
    """

    def __init__(self, rules: Sequence[Rule]) -> None:
        windows = [rule.when for rule in rules]
        self._begin = np.array([_bound(window.begin if window else None, -np.inf) for window in windows])
        self._until = np.array([_bound(window.until if window else None, np.inf) for window in windows])
        self._calendars = [_Calendar(window) if window and _has_calendar(window) else None for window in windows]
        self._always = not any(windows)
        self._open: dict[int, NDArray[np.bool_]] = {}

    def holding(self, at: NDArray[np.float64]) -> tuple[NDArray[np.int32], NDArray[np.bool_]]:
        """For each moment (m,), epoch seconds, the row of a table (t, rules) of which rules hold."""
        if self._always or not len(at):
            return np.zeros(len(at), np.int32), np.ones((1, len(self._begin)), np.bool_)
        times = at[:, None]
        holds = (self._begin <= times) & (times < self._until)
        if any(self._calendars):
            minutes, place = np.unique(np.floor(at / MINUTE).astype(np.int64), return_inverse=True)
            holds &= np.array([self._by_calendar(minute) for minute in minutes.tolist()])[place]
        if (holds == holds[0]).all():
            return np.zeros(len(at), np.int32), holds[:1]
        table, moments = np.unique(holds, axis=0, return_inverse=True)
        return moments.reshape(-1).astype(np.int32), table

    def _by_calendar(self, minute: int) -> NDArray[np.bool_]:
        """Which rules' days and hours hold in a minute since 1970."""
        found = self._open.get(minute)
        if found is None:
            if len(self._open) >= REMEMBERED:
                self._open.clear()
            found = np.array([one is None or one.holds(minute) for one in self._calendars], np.bool_)
            self._open[minute] = found
        return found


class _Calendar:
    """The days and hours of one window."""

    def __init__(self, window: Window) -> None:
        self._days = {DAYS.index(day) for day in window.days}
        self._zone = ZoneInfo(window.zone)
        self._start, self._end = window.minutes

    def holds(self, minute: int) -> bool:
        local = datetime.fromtimestamp(minute * MINUTE, self._zone)
        today, now = local.weekday(), local.hour * 60 + local.minute
        if self._start < self._end:
            return today in self._days and self._start <= now < self._end
        return (today in self._days and now >= self._start) or ((today - 1) % 7 in self._days and now < self._end)


def _has_calendar(window: Window) -> bool:
    return set(window.days) != set(DAYS) or window.minutes != (0, DAY_MINUTES)


def _bound(moment: datetime | None, without: float) -> float:
    return without if moment is None else epoch_seconds(moment)
