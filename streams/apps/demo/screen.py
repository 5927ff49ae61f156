"""Screen: where the demo shows how it goes, a live view in a terminal, else plain lines."""

import sys
import time
from collections.abc import Callable
from types import TracebackType
from typing import Protocol

import typer
from rich.console import Console
from rich.live import Live

from streams.apps.demo.state import DemoState
from streams.apps.demo.view import view

INTERVAL = 0.2  # seconds between two frames
STEPS = 10


class Screen(Protocol):
    """What the demo tells as it goes; a context manager, which leaves the terminal as it was."""

    def __enter__(self) -> "Screen": ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...

    def say(self, stage: str, line: str) -> None:
        """Something has happened."""

    def step(self, stage: str, share: float, line: Callable[[], str]) -> None:
        """A stage has come so far, from 0 to 1."""

    def show(self, state: Callable[[], DemoState]) -> None:
        """The moment, for whoever shows moments."""

    def close(self) -> None:
        """Ends the showing; lines can be printed from then on."""


def open_screen() -> Screen:
    """The screen that fits where standard output goes."""
    console = Console(file=sys.stdout)
    live = console.is_terminal and not console.is_dumb_terminal and console.encoding.lower().startswith("utf")
    return LiveScreen(console) if live else PlainScreen()


class PlainScreen:
    """A line for what happens, and one at each tenth of a stage."""

    def __init__(self) -> None:
        self._steps: dict[str, int] = {}

    def __enter__(self) -> "PlainScreen":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def say(self, stage: str, line: str) -> None:
        """Prints the line."""
        typer.echo(f"  {stage:<8} {line}")

    def step(self, stage: str, share: float, line: Callable[[], str]) -> None:
        """Prints the line when the next tenth is reached."""
        reached = int(share * STEPS)
        if reached > self._steps.get(stage, 0):
            self._steps[stage] = reached
            self.say(stage, line())

    def show(self, state: Callable[[], DemoState]) -> None:
        """Shows no moments."""

    def close(self) -> None:
        """Has nothing to end."""


class LiveScreen:
    """The live view on the terminal's alternate screen."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._live = Live(
            console=console, screen=True, auto_refresh=False, redirect_stdout=False, redirect_stderr=False
        )
        self._next = 0.0

    def __enter__(self) -> "LiveScreen":
        self._live.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def say(self, stage: str, line: str) -> None:
        """Leaves it to the view."""

    def step(self, stage: str, share: float, line: Callable[[], str]) -> None:
        """Leaves it to the view."""

    def show(self, state: Callable[[], DemoState]) -> None:
        """Draws the moment, when it is time for a new frame."""
        now = time.monotonic()
        if now >= self._next:
            self._live.update(view(state(), *self._console.size), refresh=True)
            self._next = time.monotonic() + INTERVAL

    def close(self) -> None:
        """Gives the terminal back."""
        self._live.stop()
