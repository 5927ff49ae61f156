"""Co-occurrence: each user is shown what others had soon after, or before, what the user had last."""

from collections.abc import Callable
from functools import partial
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from models.compiled import kernel
from models.evaluation.comparison import Trial
from models.evaluation.rivals.courses import courses_of
from models.evaluation.rivals.pairs import pairs_of
from models.evaluation.rivals.rival import Axes, Said

WIDEST, REACH = 10, 20
LARGE, SMALL = 1e30, 1e-6
FEW, RARE = 2.0, 5.0


class Transitions(NamedTuple):
    """How transitions are counted and used.

    fade: how much a user's item weighs beside the next one, over the last 20. rows: the power of an item's own count
    that its transitions are divided by. lift: the power of the other item's count that is divided by. back: the weight
    of what came before the same item. window, decay: so many earlier items are counted with, each so much less than
    the next. half_life: after so many behaviors of anybody, a transition counts half.
    """

    fade: float = 0.7
    rows: float = 0.6
    lift: float = 0.25
    back: float = 0.5
    window: int = 10
    decay: float = 0.8
    half_life: float = np.inf


class Cooccurrence:
    """Decayed counts of transitions between items, in both directions."""

    first = Transitions()
    axes: Axes = (
        ("fade", (0.5, 0.6, 0.8, 0.9)),
        ("rows", (0.3, 0.8, 1.0)),
        ("lift", (0.0, 0.1, 0.5)),
        ("back", (0.25, 1.0)),
        ("window", (1, 3)),
        ("decay", (0.6, 0.9, 1.0)),
        ("half_life", (100_000.0, 20_000.0)),
        ("fade", (0.4, 0.5, 0.6, 0.7, 0.8, 0.9)),
    )

    def prepared(self, trial: Trial, said: Said) -> Callable[[Transitions], "TransitionCounts"]:
        """Passes begin with no counts."""
        return partial(TransitionCounts, near_of(trial, WIDEST), len(trial.catalog))


class Near(NamedTuple):
    """What all settings share: courses and pairs, as the arrays of their fields."""

    items: NDArray[np.int64]
    past: NDArray[np.int64]
    begins: NDArray[np.int64]
    places: NDArray[np.int64]
    known: NDArray[np.bool_]
    starts: NDArray[np.int64]
    others: NDArray[np.int32]
    later: NDArray[np.int32]
    earlier: NDArray[np.int32]


def near_of(trial: Trial, window: int) -> Near:
    """The pairs of a trial's log within a window of so many items."""
    courses = courses_of(trial.histories)
    pairs = pairs_of(courses, len(trial.catalog), window)
    return Near(
        courses.items,
        courses.past,
        courses.begins,
        courses.places,
        courses.known,
        pairs.starts,
        pairs.others,
        pairs.later,
        pairs.earlier,
    )


class Counts(NamedTuple):
    """All scaled by `scale` (1,), what the latest transition weighs. done (1,): how many behaviors are counted.

    after, before (p,): how often the other item of a pair came after the row's and before it. out, back (n,): their
    sums by row. items (n,): behaviors.
    """

    after: NDArray[np.float64]
    before: NDArray[np.float64]
    out: NDArray[np.float64]
    back: NDArray[np.float64]
    items: NDArray[np.float64]
    scale: NDArray[np.float64]
    done: NDArray[np.int64]


class TransitionCounts:
    """Counts of transitions between `count` items, of which older ones weigh less."""

    def __init__(self, near: Near, count: int, settings: Transitions) -> None:
        self._near, self._settings = near, settings
        pairs = len(near.others)
        self._counts = Counts(
            after=np.zeros(pairs),
            before=np.zeros(pairs),
            out=np.zeros(count),
            back=np.zeros(count),
            items=np.zeros(count),
            scale=np.ones(1),
            done=np.zeros(1, np.int64),
        )

    def scores(self, events: NDArray[np.int64]) -> NDArray[np.float32]:
        """Sums of shares of transitions from each user's last items (b, n)."""
        scores = np.empty((len(events), len(self._counts.items)), np.float32)
        _foretell(self._near, events, self._settings, self._counts, scores)
        return scores


@kernel
def _foretell(
    near: Near, events: NDArray[np.int64], settings: Transitions, counts: Counts, scores: NDArray[np.float32]
) -> None:
    growth = 2.0 ** (1.0 / settings.half_life)
    for q in range(events.shape[0]):
        for behavior in range(counts.done[0], events[q]):
            if near.known[behavior]:
                _learn(near, near.places[behavior], growth, settings, counts)
        counts.done[0] = events[q]
        scale = counts.scale[0]
        line = scores[q]
        for item in range(line.shape[0]):
            line[item] = SMALL * counts.items[item] / scale
        _add_transitions(near, near.begins[events[q]], near.places[events[q]], settings, counts, line)
        for item in range(line.shape[0]):
            line[item] /= (counts.items[item] / scale + RARE) ** settings.lift


@kernel
def _learn(near: Near, place: int, growth: float, settings: Transitions, counts: Counts) -> None:
    counts.scale[0] *= growth
    weight = counts.scale[0]
    item = near.items[place]
    counts.items[item] += weight
    for k in range(min(settings.window, near.past[place])):
        if near.later[place, k] >= 0:
            counts.after[near.later[place, k]] += weight
            counts.before[near.earlier[place, k]] += weight
            counts.out[near.items[place - k - 1]] += weight
            counts.back[item] += weight
        weight *= settings.decay
    if counts.scale[0] > LARGE:
        for part in (counts.after, counts.before, counts.out, counts.back, counts.items, counts.scale):
            part /= LARGE


@kernel
def _add_transitions(
    near: Near, begin: int, place: int, settings: Transitions, counts: Counts, line: NDArray[np.float32]
) -> None:
    weight = counts.scale[0] ** (settings.rows - 1.0)
    few = FEW * counts.scale[0]
    for last in range(place - 1, max(begin, place - REACH) - 1, -1):
        item = near.items[last]
        after = weight / (counts.out[item] + few) ** settings.rows
        before = settings.back * weight / (counts.back[item] + few) ** settings.rows
        for p in range(near.starts[item], near.starts[item + 1]):
            line[near.others[p]] += after * counts.after[p] + before * counts.before[p]
        weight *= settings.fade
