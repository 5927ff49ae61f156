"""Admission: a behavior sent twice counts once, and a faded user starts anew."""

import numpy as np
from numpy.typing import NDArray

from models.interests import kernels
from models.interests.arena import UserArena
from models.interests.kernels import Columns, Rules
from schemas.vectors import DIMENSIONS


def admit(
    arena: UserArena,
    slots: NDArray[np.int64],
    event_ids: NDArray[np.uint64],
    at: NDArray[np.float64],
    rules: Rules,
) -> NDArray[np.bool_]:
    """Which behaviors (n,) are new to their users; their ids are remembered and the users' times moved on.

    A user whose whole intensity at the behavior's time is below rules.floor first starts anew: everything is zeroed.

    Args: slots (n,); event_ids (n,) fingerprints, never 0; at (n,) epoch seconds.
    """
    n = len(slots)
    columns = Columns(
        slots,
        np.zeros(n, np.uint8),
        at,
        event_ids,
        np.zeros(n, np.uint32),
        np.zeros((1, DIMENSIONS), np.float32),
        np.full(n, -1, np.int64),
    )
    admitted = np.empty(n, np.bool_)
    kernels.step_each(arena.arrays, columns, rules, np.zeros(n, np.bool_), True, admitted)
    arena.touch(slots)
    return admitted


def faded(arena: UserArena, slots: NDArray[np.int64], now: float, rules: Rules) -> NDArray[np.bool_]:
    """Which users (m,) have a whole intensity below rules.floor at `now`: to forget them reclaims space.

    Whole intensity is the sum of all masses and of a presence that was 1 at the user's latest behavior and decays
    with the interests' half-life.
    """
    below = np.empty(len(slots), np.bool_)
    kernels.faded_each(arena.arrays, slots, now, rules, below)
    return below
