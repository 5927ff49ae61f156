"""Windows: stretches of users' courses, as a sequence model is fitted to them and as it sees a user's latest items."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from models.evaluation.rivals.courses import Courses

NONE = -1
ALIKE = 16


class Windows(NamedTuple):
    """inputs (w, l) int64: items in order of time, then -1. targets (w, l) int64: what came next, -1 after the last."""

    inputs: NDArray[np.int64]
    targets: NDArray[np.int64]


def windows_before(courses: Courses, until: int, length: int, chance: np.random.Generator) -> Windows:
    """All before the behavior `until` of the log, each user's part cut into windows from a random place on."""
    before = np.zeros(len(courses.items), np.bool_)
    before[courses.places[:until][courses.known[:until]]] = True
    places = np.flatnonzero(before & (courses.past > 0))
    past = courses.past[places]
    users = np.cumsum(past == 1)
    cuts = (past - 1 + chance.integers(length, size=len(places) + 1)[users]) // length
    first = np.r_[True, (users[1:] != users[:-1]) | (cuts[1:] != cuts[:-1])][: len(places)]
    window = np.cumsum(first) - 1
    position = places - places[first][window]
    windows = Windows(*(np.full((int(first.sum()), length), NONE, np.int64) for _ in range(2)))
    windows.inputs[window, position] = courses.items[places - 1]
    windows.targets[window, position] = courses.items[places]
    return windows


def batches_of(windows: Windows, size: int, chance: np.random.Generator) -> list[Windows]:
    """All windows by chance, so many in each batch, of much the same length, beyond which it is cut."""
    lengths = (windows.inputs != NONE).sum(1)
    order = chance.permutation(len(lengths))
    several = [order[start : start + ALIKE * size] for start in range(0, len(order), ALIKE * size)]
    sorted_by_length = [rows[np.argsort(lengths[rows], kind="stable")] for rows in several]
    batches = [rows[start : start + size] for rows in sorted_by_length for start in range(0, len(rows), size)]
    chance.shuffle(batches)
    return [Windows(*(part[rows, : lengths[rows].max()] for part in windows)) for rows in batches]


def latest(courses: Courses, events: NDArray[np.int64], length: int) -> NDArray[np.int64]:
    """The users' last items right before each of these behaviors (b, l) int64, in order of time, then -1."""
    ends = courses.places[events]
    counts = np.minimum(ends - courses.begins[events], length)
    steps = np.arange(length)
    places = (ends - counts)[:, None] + steps
    inside = steps < counts[:, None]
    return np.where(inside, courses.items[np.where(inside, places, 0)], NONE)
