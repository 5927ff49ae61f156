"""Logs: behaviors of all users in one order of time, as columns beside the behaviors themselves."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.catalog.catalog import Catalog
from schemas.behaviors import Behavior


@dataclass(frozen=True, eq=False)
class Log:
    """Behaviors in event-time order, ties as they came.

    owners: the users, by number. users (n,) int64: whose each is. items (n,) int64: rows of the catalog, -1 for none.
    at (n,) float64: epoch seconds.
    """

    behaviors: Sequence[Behavior]
    owners: Sequence[str]
    users: NDArray[np.int64]
    items: NDArray[np.int64]
    at: NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.behaviors)


def log_of(behaviors: Sequence[Behavior], catalog: Catalog) -> Log:
    """The behaviors in order of time; an item that is not in the catalog counts as none."""
    ordered = sorted(behaviors, key=lambda behavior: behavior.at)
    owners: dict[str, int] = {}
    users = np.array([owners.setdefault(behavior.owner, len(owners)) for behavior in ordered], np.int64)
    items = np.array([catalog.rows.get(behavior.item_id or "", -1) for behavior in ordered], np.int64)
    return Log(ordered, list(owners), users, items, np.array([behavior.at for behavior in ordered], np.float64))
