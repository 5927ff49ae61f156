"""Findings: what a check came to, and what to do about it."""

from dataclasses import dataclass
from typing import Literal

State = Literal["ok", "warn", "FAIL", "skip"]


@dataclass(frozen=True)
class Finding:
    """One line of the doctor. found: what is there. mend: what to do, "" where there is nothing to do."""

    check: str
    state: State
    found: str
    mend: str = ""

    def line(self) -> str:
        """The finding without its state, on one line."""
        words = f"{self.found}: {self.mend}" if self.mend else self.found
        return f"{self.check:16}  {' '.join(words.split())}"


def some(names: list[str], most: int = 4) -> str:
    """The first few names, and how many more there are."""
    shown = ", ".join(names[:most])
    return shown if len(names) <= most else f"{shown} and {len(names) - most} more"


def count(number: int, one: str, many: str | None = None) -> str:
    """A number with its noun: "1 partition", "2 partitions"."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"
