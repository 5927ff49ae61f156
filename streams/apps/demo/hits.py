"""Hits: lists held against the customer's next purchase, beside the most popular items and chance.

A trial is a list after a customer's n purchases, and purchase n + 1, which the list cannot know. Its rivals are told
the same: the popular list is of the ten items bought most in all purchases sent up to the customer's n-th (of equals,
the one bought first), without those the customer has had; chance draws ten of the items the customer has not had.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from schemas.behaviors import Behavior
from schemas.recommendations import Recommendations

LENGTH = 10
VISIT_GAP = 3600.0  # seconds


class Trial(NamedTuple):
    """The moment before a purchase: the item bought, whether the popular list held it, the chance of drawn ones.

    returns: whether the purchase is the first of a later visit, an hour or more after the one before.
    """

    item_id: str
    popular: bool
    chance: float
    returns: bool


def trials_of(behaviors: Sequence[Behavior], items: int) -> dict[tuple[str, int], Trial]:
    """The trial of every customer after n purchases, by (customer, n); none after the last purchase.

    Args: behaviors: purchases in the order they are sent. items: how many the shop has.
    """
    bought: dict[str, list[Behavior]] = defaultdict(list)
    for behavior in behaviors:
        bought[behavior.owner].append(behavior)
    rows = {item_id: row for row, item_id in enumerate(dict.fromkeys(behavior.item_id for behavior in behaviors))}
    counts = np.zeros(len(rows), np.int32)
    had = {user: np.zeros(len(rows), np.bool_) for user in bought}
    done: dict[str, int] = defaultdict(int)
    trials = {}
    for behavior in behaviors:
        user, row = behavior.owner, rows[behavior.item_id]
        counts[row] += 1
        had[user][row] = True
        done[user] += 1
        if done[user] < len(bought[user]):
            following = bought[user][done[user]]
            target = rows[following.item_id]
            left = items - int(np.count_nonzero(had[user]))
            trials[user, done[user]] = Trial(
                following.item_id or "",
                _is_popular(target, counts, had[user]),
                0.0 if had[user][target] else min(1.0, LENGTH / max(1, left)),
                following.at - behavior.at >= VISIT_GAP,
            )
    return trials


@dataclass
class Hits:
    """How often lists, and their rivals, held the next purchase.

    chance: the sum of the trials' chances. returns: trials whose purchase is the first of a later visit.
    """

    trials: int = 0
    lists: int = 0
    popular: int = 0
    chance: float = 0.0
    returns: int = 0

    def take(self, trial: Trial, listed: Recommendations) -> None:
        """Counts one list."""
        self.trials += 1
        self.lists += any(entry.item_id == trial.item_id for entry in listed.items[:LENGTH])
        self.popular += trial.popular
        self.chance += trial.chance
        self.returns += trial.returns

    def rates(self) -> tuple[float, float, float]:
        """The shares of trials that lists, popular lists and chance hit; zeros without trials."""
        count = max(1, self.trials)
        return self.lists / count, self.popular / count, self.chance / count


def _is_popular(target: int, counts: NDArray[np.int32], had: NDArray[np.bool_]) -> bool:
    """Whether the row is among the ten of the highest counts that were not had; rows are in order of first sale."""
    count = counts[target]
    if count == 0 or had[target]:
        return False
    ahead = counts > count
    ahead[:target] |= counts[:target] == count
    return int(np.count_nonzero(ahead & ~had)) < LENGTH
