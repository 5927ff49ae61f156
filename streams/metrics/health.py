"""Health: whether a process is alive, and whether it is ready, told by those who know."""

import time
from collections.abc import Callable

BEAT_INTERVAL = 2.0  # seconds
PATIENCE = 60.0


class Health:
    """What /healthz and /readyz say.

    Alive is who has beaten within `patience` seconds, or has not begun to: starting may take long. Ready is who has
    started and meets every requirement. clock: seconds; any thread may ask.
    """

    def __init__(self, patience: float = PATIENCE, clock: Callable[[], float] = time.monotonic) -> None:
        self._patience = patience
        self._clock = clock
        self._beaten: float | None = None
        self._started = False
        self._requirements: list[tuple[str, Callable[[], bool]]] = []

    def beat(self) -> None:
        """Says that the work goes on; called by the loop that does it."""
        self._beaten = self._clock()

    def require(self, what: str, holds: Callable[[], bool]) -> None:
        """Adds a requirement of being ready; what: in words, as "the catalog is loaded"."""
        self._requirements.append((what, holds))

    def started(self) -> None:
        """Says that all requirements are known, so that they decide from now on."""
        self._started = True

    def stalled(self) -> str | None:
        """Why the process is not alive, None when it is."""
        if self._beaten is None or (silent := self._clock() - self._beaten) <= self._patience:
            return None
        return f"nothing has moved for {silent:.0f} s"

    def unmet(self) -> list[str]:
        """The requirements of being ready that do not hold now."""
        if not self._started:
            return ["the process has started"]
        return [what for what, holds in self._requirements if not holds()]
