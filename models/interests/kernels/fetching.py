"""Fetching: the memory of a user is asked for while the one before is at work, so that nothing waits for it."""

import numpy as np
from numpy.typing import NDArray

from models.compiled import kernel
from models.interests.kernels.types import Integer, Rows
from models.kernels.lines import fetch
from schemas.rows.user import SLOTS


@kernel
def fetch_user(rows: Rows, slots: NDArray[np.int64], place: Integer) -> None:
    """Asks for what there is of the user at slots[place], or of the last one, and for the head of the one after it.

    A head says which interests there are, of which most users have few.
    """
    last = slots.shape[0] - 1
    soon, later = slots[min(place, last)], slots[min(place + 1, last)]
    # As many lines as a user has in each.
    fetch(rows.head, later, 4)
    fetch(rows.feedback, soon, 3)
    fetch(rows.rings, soon, 7)
    fetch(rows.seen, soon, 6)
    interests, directions, used = rows.meta[soon], rows.directions[soon], rows.head[soon].used
    for s in range(SLOTS):
        if used >> s & 1:
            fetch(interests, s, 2)
            fetch(directions, s, 8)
