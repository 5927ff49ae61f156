"""Telling: the stages as they begin and end, to whoever looks on."""

import time
from collections.abc import Callable

from streams.apps.demo.progress import Stages
from streams.apps.demo.screen import Screen
from streams.apps.demo.state import Customer, DemoState, Numbers

STAGES = ("broker", "encoder", "model", "items", "worker", "replay")


class Telling:
    """What has happened so far, and the screen that shows it. share: of the present stage, from 0 to 1."""

    def __init__(self, screen: Screen, title: str, began: float) -> None:
        self._screen = screen
        self._title = title
        self._began = began
        self._stages = Stages(STAGES)
        self.share = 0.0

    def say(self, what: str, line: str) -> None:
        """Tells what belongs to no stage, where lines are told."""
        self._screen.say(what, line)

    def begin(self, stage: str, note: str, aloud: bool = True) -> None:
        """Begins a stage; aloud: in a line of its own, where lines are told."""
        self.share = 0.0
        self._stages.begin(stage, time.monotonic(), note)
        if aloud:
            self._screen.say(stage, note)
        self.show()

    def end(self, stage: str, note: str) -> None:
        """Ends a stage, once."""
        if self.ended(stage):
            return
        now = time.monotonic()
        self._stages.end(stage, now, note)
        seconds = next(one.seconds for one in self._stages.at(now) if one.name == stage) or 0.0
        self._screen.say(stage, f"{note}, after {seconds:.1f} s")

    def ended(self, stage: str) -> bool:
        """Whether a stage has ended."""
        return self._stages.ended(stage)

    def step(self, stage: str, share: float, line: Callable[[], str], more: str = "") -> None:
        """Notes how far a stage has come, and how; more: what only the moment is worth."""
        self.share = share
        self._stages.note(stage, f"{line()}{more}")
        self._screen.step(stage, share, line)

    def show(self, replay: Callable[[], tuple[Numbers, tuple[Customer, ...]]] | None = None) -> None:
        """Shows the moment, where moments are shown; replay: makes what there is to show of it."""
        self._screen.show(lambda: self._state(replay))

    def _state(self, replay: Callable[[], tuple[Numbers, tuple[Customer, ...]]] | None) -> DemoState:
        now = time.monotonic()
        numbers, customers = replay() if replay is not None else (None, ())
        return DemoState(self._title, now - self._began, self._stages.at(now), self.share, numbers, customers)
