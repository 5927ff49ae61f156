"""Libraries: what they log, as events of ours, and none repeats itself without end."""

import logging
import time
from collections.abc import Callable

from streams.logs import get_log

INTERVAL = 10.0  # seconds in which the same complaint is told once
OF_THE_CONNECTION = ("connect", "notready", "metadata", "coordinator", "heartbeat")

log = get_log("libraries")


def listen_to_libraries() -> None:
    """Hands warnings and errors that libraries log to the process's own log."""
    logging.basicConfig(level=logging.WARNING, handlers=[LibraryLog()])


class LibraryLog(logging.Handler):
    """Tells a complaint once in an interval, with how often it came since it was told last.

    Whatever a library says of a lost connection is one complaint: aiokafka has seventy lines a second to say of it.
    clock: seconds.
    """

    def __init__(self, interval: float = INTERVAL, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__()
        self._interval = interval
        self._clock = clock
        self._told: dict[tuple[str, str], float] = {}
        self._held: dict[tuple[str, str], int] = {}

    def emit(self, record: logging.LogRecord) -> None:
        """Takes a record."""
        key, now = complaint_of(record), self._clock()
        if now - self._told.get(key, -self._interval) < self._interval:
            self._held[key] = self._held.get(key, 0) + 1
            return
        self._told[key] = now
        tell = log.error if record.levelno >= logging.ERROR else log.warning
        tell(record.name, line=record.getMessage(), held_back=self._held.pop(key, 0), exc_info=record.exc_info)


def complaint_of(record: logging.LogRecord) -> tuple[str, str]:
    """What two records have in common that say the same."""
    words = record.getMessage().lower()
    if any(sign in words for sign in OF_THE_CONNECTION):
        return record.name.partition(".")[0], "connection"
    return record.name, str(record.msg)
