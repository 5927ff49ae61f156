"""Protocol: which behaviors are foretold, from which part of the log, and which items compete with the right one.

Prequential, full ranking: behaviors of all users in global time order; each is ranked before the state learns from it.
A behavior on an item is a target when its user has a history of at least five behaviors and has not had the item. All
items of the catalog are candidates, save those that the user has had and those of the user's other behaviors of the
same moment. Parameters are chosen on dev, the part from 60 to 80 % of the behaviors; test is the last 20 %.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.evaluation.log import Log

HISTORY = 5
COLD = 5
DEV_FROM, TEST_FROM = 0.6, 0.8


@dataclass(frozen=True, eq=False)
class Histories:
    """The items of each user in order of time, one user after the other.

    items (n,) int64: catalog rows, -1 for none. begins, places, ends (n,) int64, by behavior in the log: where its
    user's items begin, where its own is, and where those of a later moment begin.
    """

    items: NDArray[np.int64]
    begins: NDArray[np.int64]
    places: NDArray[np.int64]
    ends: NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Targets:
    """Behaviors to foretell (t,) int64: places in the log, ascending. test, cold (t,) bool.

    test: whether of the last part. cold: whether the item had fewer than five behaviors of anybody before.
    of: how many there were before some were left out.
    """

    events: NDArray[np.int64]
    test: NDArray[np.bool_]
    cold: NDArray[np.bool_]
    of: int


def histories_of(log: Log) -> Histories:
    """Each user's items in order of time."""
    order = np.argsort(log.users, kind="stable")
    users, at = log.users[order], log.at[order]
    n = len(order)
    new_user = np.r_[True, users[1:] != users[:-1]][:n]
    new_moment = new_user | np.r_[True, at[1:] != at[:-1]][:n]
    begins = np.flatnonzero(new_user)[np.cumsum(new_user) - 1]
    moments = np.r_[np.flatnonzero(new_moment), n]
    ends = moments[np.cumsum(new_moment)]
    back = np.empty(n, np.int64)
    back[order] = np.arange(n)
    return Histories(log.items[order], begins[back], back, ends[back])


def targets_of(log: Log, histories: Histories, limit: int = 0, wanted: NDArray[np.bool_] | None = None) -> Targets:
    """The targets of dev and test; with a limit, every k-th of them, so that at most that many are left.

    Args: wanted (n,): which behaviors may be targets at all, None for all.
    """
    n = len(log)
    every = np.ones(n, np.bool_) if wanted is None else wanted
    wanted = every & (log.items >= 0) & (histories.places - histories.begins >= HISTORY) & _first_of_item(log)
    wanted[: int(DEV_FROM * n)] = False
    events = np.flatnonzero(wanted)
    chosen = events[:: max(1, -(-len(events) // limit))] if limit else events
    return Targets(chosen, chosen >= int(TEST_FROM * n), _earlier_of_item(log)[chosen] < COLD, len(events))


def _first_of_item(log: Log) -> NDArray[np.bool_]:
    """Whether the user has had the item in no earlier behavior (n,)."""
    pairs = log.users * (int(log.items.max(initial=0)) + 2) + log.items + 1
    first = np.zeros(len(log), np.bool_)
    first[np.unique(pairs, return_index=True)[1]] = True
    return first


def _earlier_of_item(log: Log) -> NDArray[np.int64]:
    """How many earlier behaviors of all users are on the same item (n,)."""
    order = np.argsort(log.items, kind="stable")
    items = log.items[order]
    new_item = np.r_[True, items[1:] != items[:-1]][: len(items)]
    earlier = np.empty(len(items), np.int64)
    earlier[order] = np.arange(len(items)) - np.flatnonzero(new_item)[np.cumsum(new_item) - 1]
    return earlier
