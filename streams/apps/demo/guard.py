"""Guard: what may end a demo before its end: the keyboard, a child that died, the clock."""

import time
from dataclasses import dataclass

from streams.apps.interrupts import Interrupts
from streams.apps.operators import OperatorError
from streams.apps.processes import Children

LIMIT = 600.0  # seconds after which a machine that is too slow, or a part that hangs, ends the demo


class DemoOverdueError(OperatorError):
    """The demo did not come to its end in time."""


@dataclass(frozen=True)
class Guard:
    """Asked at every turn. end: on the monotonic clock, when it is too late."""

    interrupts: Interrupts
    children: Children
    end: float

    def check(self, overdue: str) -> None:
        """Raises Interrupted, ChildEndedError, or DemoOverdueError that says what is overdue."""
        self.check_running()
        if time.monotonic() > self.end:
            raise DemoOverdueError(
                f"{overdue} within {LIMIT:g} s; the last lines of the logs:\n{self.children.tails()}"
            )

    def check_running(self) -> None:
        """Raises Interrupted or ChildEndedError."""
        self.interrupts.check()
        self.children.check()
