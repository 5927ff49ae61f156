"""Admission: a behavior sent twice counts once, and a faded user starts anew."""

import numpy as np
from numpy.typing import NDArray

from models.interests.arena import UserArena
from models.interests.columns import bare_columns
from models.interests.kernels.fading import faded_each
from models.interests.kernels.step import step_each
from models.interests.kernels.types import Laws


def admit(
    arena: UserArena,
    slots: NDArray[np.int64],
    event_ids: NDArray[np.uint64],
    at: NDArray[np.float64],
    laws: Laws,
) -> NDArray[np.bool_]:
    """Which behaviors (n,) are new to their users; their ids are remembered and the users' times moved on.

    A user whose whole intensity at the behavior's time is below the floor first starts anew: everything is zeroed.

    Args: slots (n,); event_ids (n,) fingerprints, never 0; at (n,) epoch seconds.
    """
    n = len(slots)
    admitted = np.empty(n, np.bool_)
    step_each(arena.arrays, bare_columns(slots, event_ids, at), laws, np.zeros(n, np.bool_), True, admitted)
    arena.touch(slots)
    return admitted


def faded(arena: UserArena, slots: NDArray[np.int64], now: float, laws: Laws) -> NDArray[np.bool_]:
    """Which users (m,) have a whole intensity below the floor at `now`: to forget them reclaims space.

    Whole intensity is the sum of all masses and of a presence that was 1 at the user's latest behavior and decays
    with half_life; a user who muted something never fades.
    """
    below = np.empty(len(slots), np.bool_)
    faded_each(arena.arrays, slots, now, laws, below)
    return below
