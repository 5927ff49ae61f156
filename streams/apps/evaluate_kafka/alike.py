"""Alike: how two lists for the same moment differ, ties and rounding apart from what is another list."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final, Literal

Fate = Literal["equal", "ties", "rounding", "different"]
Listed = Sequence[tuple[str, float]]

FATES: Final[tuple[Fate, ...]] = ("equal", "ties", "rounding", "different")
ROUNDING = 2e-4  # two steps of the four decimals that are published
EXAMPLES = 3


def fate_of(one: Listed, other: Listed) -> Fate:
    """How lists of (item, score), best first, differ.

    equal: the same items in the same order with the same scores. ties: the scores are the same at every place, and only
    items of equal scores changed places, or stand at the end beside equals that were cut off. rounding: the same with
    scores that are within ROUNDING of each other. different: all else.
    """
    if list(one) == list(other):
        return "equal"
    if len(one) != len(other):
        return "different"
    for fate, apart in (("ties", 0.0), ("rounding", ROUNDING)):
        if _same_but(one, other, apart):
            return "ties" if fate == "ties" else "rounding"
    return "different"


def _same_but(one: Listed, other: Listed, apart: float) -> bool:
    """Whether scores differ by at most `apart` at each place, and so do those of an item, or of it and the last."""
    places = all(abs(mine - theirs) <= apart for (_, mine), (_, theirs) in zip(one, other, strict=True))
    return places and all(_found(listed, beside, apart) for listed, beside in ((one, other), (other, one)))


def _found(listed: Listed, beside: Listed, apart: float) -> bool:
    scores, last = dict(beside), beside[-1][1]
    return all(abs(score - scores.get(item, last)) <= apart for item, score in listed)


@dataclass(frozen=True)
class Example:
    """Two lists that are different. place: of the behavior in the log."""

    place: int
    owner: str
    one: tuple[tuple[str, float], ...]
    other: tuple[tuple[str, float], ...]


@dataclass
class Comparison:
    """How many pairs of lists had which fate, and the first that were different."""

    fates: Counter[Fate] = field(default_factory=Counter)
    examples: list[Example] = field(default_factory=list)

    def take(self, place: int, owner: str, fate: Fate, one: Listed, other: Listed) -> None:
        """Counts one pair."""
        self.fates[fate] += 1
        if fate == "different" and len(self.examples) < EXAMPLES:
            self.examples.append(Example(place, owner, tuple(one), tuple(other)))

    @property
    def lists(self) -> int:
        """How many pairs there were."""
        return sum(self.fates.values())

    def counts(self) -> dict[str, int]:
        """The fates by name, all of them."""
        return {fate: self.fates[fate] for fate in FATES}
