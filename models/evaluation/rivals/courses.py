"""Courses: each user's known items in order of time, with nothing between them."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.evaluation.protocol import Histories


@dataclass(frozen=True, eq=False)
class Courses:
    """items (m,) int64: catalog rows, one user after the other; past (m,) int64: how many of the same user are before.

    begins, places (n,) int64, by behavior in the log: what its user has had before is items[begins:places]; what it is
    on, if known (n,) bool says that this is in the catalog, is items[places].
    """

    items: NDArray[np.int64]
    past: NDArray[np.int64]
    begins: NDArray[np.int64]
    places: NDArray[np.int64]
    known: NDArray[np.bool_]


def courses_of(histories: Histories) -> Courses:
    """The histories without the behaviors that are on no item of the catalog."""
    kept = histories.items >= 0
    before = np.r_[0, np.cumsum(kept)]
    begins, places, known = before[histories.begins], before[histories.places], kept[histories.places]
    past = np.empty(before[-1], np.int64)
    past[places[known]] = (places - begins)[known]
    return Courses(histories.items[kept], past, begins, places, known)
