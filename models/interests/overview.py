"""Overview: what users' rows say beside their interests, column by column."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from models.compiled import kernel
from models.interests.arena import UserArena
from models.interests.kernels.types import Rows
from schemas.rows.user import CATEGORIES, DIMENSION_NAMES, TURNED


class Overview(NamedTuple):
    """Columns of m users.

    at seconds; behaviors, new_behaviors; anomaly; categories (m, 10) prints with masses; turned_at seconds; turned
    (m, 8) prints with turned_masses; dimensions (m, 4) weights.
    """

    at: NDArray[np.float64]
    behaviors: NDArray[np.uint64]
    new_behaviors: NDArray[np.uint32]
    anomaly: NDArray[np.float64]
    categories: NDArray[np.uint32]
    masses: NDArray[np.float64]
    turned_at: NDArray[np.float64]
    turned: NDArray[np.uint32]
    turned_masses: NDArray[np.float64]
    dimensions: NDArray[np.float64]


def overview(arena: UserArena, slots: NDArray[np.int64]) -> Overview:
    """Of these users."""
    m = len(slots)
    found = Overview(
        np.empty(m),
        np.empty(m, np.uint64),
        np.empty(m, np.uint32),
        np.empty(m),
        np.empty((m, CATEGORIES), np.uint32),
        np.empty((m, CATEGORIES)),
        np.empty(m),
        np.empty((m, TURNED), np.uint32),
        np.empty((m, TURNED)),
        np.empty((m, len(DIMENSION_NAMES))),
    )
    _look_over(arena.arrays, slots, found)
    return found


@kernel
def _look_over(rows: Rows, slots: NDArray[np.int64], found: Overview) -> None:
    """Fills found. Tuples are taken apart before the loop, since every access to an array in one is counted."""
    heads, feedbacks, counts = rows.head, rows.feedback, rows.new_behaviors
    at, behaviors, new_behaviors, anomaly, categories, masses, turned_at, turned, turned_masses, dimensions = found
    for j in range(slots.shape[0]):
        head, feedback = heads[slots[j]], feedbacks[slots[j]]
        at[j], behaviors[j], anomaly[j] = head.at, head.behaviors, head.anomaly
        new_behaviors[j] = counts[slots[j]]
        for k in range(categories.shape[1]):
            categories[j, k], masses[j, k] = head.categories[k], head.category_mass[k]
        turned_at[j] = feedback.turned_at
        for k in range(turned.shape[1]):
            turned[j, k], turned_masses[j, k] = feedback.turned[k], feedback.turned_mass[k]
        for k in range(dimensions.shape[1]):
            dimensions[j, k] = feedback.dimensions[k]
