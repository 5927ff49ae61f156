"""Rival: another way to foretell, whose settings are chosen on dev, one after the other."""

from collections.abc import Callable
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from models.evaluation.comparison import Trial
from models.evaluation.metrics import gain
from models.evaluation.ranks import SCORES, Ranks, joined, ranked

TUNED_ON = 10_000
Said = Callable[[str], None]
Axes = tuple[tuple[str, tuple[Any, ...]], ...]


class Scorer(Protocol):
    """One pass through a log, which learns from each behavior after it was foretold."""

    def scores(self, events: NDArray[np.int64]) -> NDArray[np.float32]:
        """How likely each item is, right before each of these behaviors (b, n) float32.

        Args: events (b,): places in the log, ascending, also from call to call.
        """


Begin = Callable[[Any], Scorer]


class Rival(Protocol):
    """A way to foretell."""

    @property
    def first(self) -> Any:
        """The settings to begin with, a NamedTuple."""

    @property
    def axes(self) -> Axes:
        """Which fields of the settings are tuned, in this order, and the values to try."""

    def prepared(self, trial: Trial, said: Said) -> Begin:
        """What begins a pass through the trial's log with such settings; said: called now and then with a line."""


def foretold(rival: Rival, trial: Trial, said: Said) -> Ranks:
    """The ranks of all targets, with the settings that foretell dev best.

    said: called now and then with a line on what is tried, and with what was chosen.
    """
    begin = rival.prepared(trial, said)
    settings = tuned(rival, begin, trial, said)
    if rival.axes:
        said(f"chosen {settings}")
    return _ranks(begin(settings), trial, trial.targets.events)


def tuned(rival: Rival, begin: Begin, trial: Trial, said: Said) -> Any:
    """The settings of the greatest NDCG@10 on dev (on every k-th target where there are many), field by field."""
    events = trial.targets.events[~trial.targets.test]
    events = events[:: max(1, -(-len(events) // TUNED_ON))]
    best = rival.first
    if not rival.axes or not len(events):
        return best
    found = {best: _gain(begin, trial, best, events, said)}
    for field, values in rival.axes:
        for value in values:
            tried = best._replace(**{field: value})
            if tried not in found:
                found[tried] = _gain(begin, trial, tried, events, said)
            best = max(best, tried, key=found.__getitem__)
    return best


def _gain(begin: Begin, trial: Trial, settings: Any, events: NDArray[np.int64], said: Said) -> float:
    found = float(gain(_ranks(begin(settings), trial, events).ranks).mean())
    said(f"dev {found:.4f} with {settings}")
    return found


def _ranks(scorer: Scorer, trial: Trial, events: NDArray[np.int64]) -> Ranks:
    step = max(1, SCORES // max(len(trial.catalog), 1))
    blocks = [events[start : start + step] for start in range(0, len(events), step)]
    return joined([ranked(scorer.scores(block), trial.log, trial.histories, block) for block in blocks])
