"""Lines: one measured value each, with the bar that it is to reach."""

from dataclasses import dataclass

from models.evaluation.catalogs import TextVectors
from models.step import StepOptions


@dataclass(frozen=True)
class Line:
    """A value and its bar, which it is at least, or at most; None for a value that is only told.

    percent: whether it is a share, to be told as such.
    """

    name: str
    value: float
    at_least: float | None = None
    at_most: float | None = None
    percent: bool = False
    note: str = ""

    @property
    def passed(self) -> bool | None:
        """Whether the bar is reached; None without one. A value that is no number reaches none."""
        if self.at_least is None and self.at_most is None:
            return None
        above = self.at_least is None or self.value >= self.at_least
        below = self.at_most is None or self.value <= self.at_most
        return above and below


@dataclass(frozen=True)
class Setup:
    """What lines are measured with.

    size: of the simulated shops, relative to the one that bars are meant for. seed: of all that is simulated.
    """

    options: StepOptions
    vectors: TextVectors
    size: float = 1.0
    seed: int = 1

    def many(self, number: int) -> int:
        """So many users or days, scaled."""
        return max(2, round(number * self.size))
