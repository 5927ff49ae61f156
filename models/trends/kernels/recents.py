"""Recents: what a user did before a behavior, from the rings of its stored state."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.compiled import kernel
from schemas.rows.trend import MOST_RECENTS
from schemas.rows.user import RECENTS, RING_RECENTS, RINGS

Integer = int | np.integer[Any]


@kernel
def recents_of(
    rings: NDArray[np.void], following: Integer, wanted: NDArray[np.bool_], recents: NDArray[np.uint32]
) -> int:
    """Fills recents (20,) uint32 with prints of items that a user wanted lately, the latest first; how many.

    Args: rings (4,) RING; following: the head's recents_next; wanted (16,) by type code.
    """
    count = 0
    number, place = following // RING_RECENTS, following % RING_RECENTS
    for _ in range(RECENTS):
        if place == 0:
            number, place = (number if number else RINGS) - 1, RING_RECENTS
        place -= 1
        ring = rings[number]
        if ring.at[place] and ring.items[place] and wanted[ring.types[place]]:
            recents[count] = ring.items[place]
            count += 1
            if count == MOST_RECENTS:
                break
    return count
