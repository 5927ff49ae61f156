"""Progress: which stages have begun and ended, and how fast a count grows of late."""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass

from streams.apps.demo.state import Stage

WINDOW = 2.0  # seconds


@dataclass
class _Times:
    note: str = ""
    began: float | None = None
    ended: float | None = None


class Stages:
    """The stages by name, in order. Times are seconds of one clock, handed in."""

    def __init__(self, names: Sequence[str]) -> None:
        self._stages = {name: _Times() for name in names}

    def begin(self, name: str, at: float, note: str = "") -> None:
        """Begins a stage."""
        self._stages[name].began = at
        self.note(name, note)

    def note(self, name: str, note: str) -> None:
        """Says how a stage is going."""
        self._stages[name].note = note

    def end(self, name: str, at: float, note: str) -> None:
        """Ends a stage, once."""
        if not self.ended(name):
            self._stages[name].ended = at
            self.note(name, note)

    def ended(self, name: str) -> bool:
        """Whether a stage has ended."""
        return self._stages[name].ended is not None

    def at(self, now: float) -> tuple[Stage, ...]:
        """The stages as they are now."""
        return tuple(
            Stage(
                name,
                stage.note,
                None if stage.began is None else (now if stage.ended is None else stage.ended) - stage.began,
                stage.ended is not None,
            )
            for name, stage in self._stages.items()
        )


class Rate:
    """How fast a count grows, over the last seconds."""

    def __init__(self, window: float = WINDOW) -> None:
        self._window = window
        self._seen: deque[tuple[float, int]] = deque()

    def take(self, at: float, count: int) -> None:
        """Notes the count."""
        self._seen.append((at, count))
        while self._seen[0][0] < at - self._window and len(self._seen) > 2:
            self._seen.popleft()

    def per_second(self) -> float:
        """The growth per second within the window; 0 before it is known."""
        if len(self._seen) < 2:
            return 0.0
        (since, first), (until, last) = self._seen[0], self._seen[-1]
        return (last - first) / (until - since) if until > since else 0.0
