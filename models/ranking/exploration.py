"""Exploration: chance that is a hash of the list it is for, so that a replay draws the same."""

import numpy as np
from numpy.typing import NDArray

from models.compiled import kernel
from models.kernels.chance import STEP, fraction, scrambled
from schemas.ids import fingerprint


def keys_of(
    users: NDArray[np.uint64], at: NDArray[np.int64], behaviors: NDArray[np.int64], variant: str
) -> NDArray[np.uint64]:
    """A number per list (m,), from which all its chance comes.

    Args: users: fingerprints of their ids; at: epoch milliseconds; behaviors: how many the user has had; variant: of
    ranking. What names a list in recommendation_id is the same, so a list that is made again is the same list.
    """
    keys = np.empty(len(users), np.uint64)
    _mix_each(users, at.astype(np.uint64), behaviors.astype(np.uint64), np.uint64(fingerprint(variant)), keys)
    return keys


def draw_fresh(fresh: NDArray[np.int32], keys: NDArray[np.uint64], count: int) -> NDArray[np.int32]:
    """For each list (m,) at most `count` different ones of these catalog rows (f,), each as likely: (m, count).

    A pool for exploration, out of more items than can be scored for each list; -1 where there are fewer.
    """
    drawn = np.full((len(keys), count), -1, np.int32)
    _draw_each(fresh, keys, drawn)
    return drawn


@kernel
def mixed(key: np.uint64, number: np.uint64) -> np.uint64:
    """64 bits that look random, of a key and a number."""
    return scrambled(key + (number + np.uint64(1)) * STEP)


@kernel
def uniform(key: np.uint64, number: np.uint64) -> float:
    """A number in [0, 1) of a key and a number."""
    return fraction(mixed(key, number))


@kernel
def _mix_each(
    users: NDArray[np.uint64],
    at: NDArray[np.uint64],
    behaviors: NDArray[np.uint64],
    variant: np.uint64,
    keys: NDArray[np.uint64],
) -> None:
    for u in range(keys.shape[0]):
        keys[u] = mixed(mixed(mixed(users[u], at[u]), behaviors[u]), variant)


@kernel
def _draw_each(fresh: NDArray[np.int32], keys: NDArray[np.uint64], drawn: NDArray[np.int32]) -> None:
    """Floyd's sampling: each number that was drawn before gives way to the greatest there is, which was not yet."""
    size, count = fresh.shape[0], min(fresh.shape[0], drawn.shape[1])
    for u in range(keys.shape[0]):
        key = mixed(keys[u], np.uint64(size))
        for k in range(count):
            greatest = size - count + k
            place = int(uniform(key, np.uint64(k)) * (greatest + 1))
            row = fresh[place]
            for j in range(k):
                if drawn[u, j] == row:
                    row = fresh[greatest]
                    break
            drawn[u, k] = row
