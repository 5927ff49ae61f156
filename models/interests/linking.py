"""Linking: the links of many users' interests, as records carry them."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.compiled import kernel, making_kernel
from models.interests.arena import UserArena
from models.interests.kernels.types import Rows
from models.interests.links import LEAST_TOGETHER, LINKS, RULE, best_rules
from models.interests.record_columns import LinkColumns
from schemas.rows.user import SLOTS

PAIRS = SLOTS * (SLOTS - 1) // 2


def links_of(arena: UserArena, slots: NDArray[np.int64]) -> LinkColumns:
    """The links of these users' interests, by the interests' ids; for what they are see `links.links`."""
    room = LINKS * len(slots)
    columns = LinkColumns(np.zeros(len(slots) + 1, np.int64), np.empty((room, 2), np.uint32), np.empty((room, 3)))
    _link_each(arena.arrays, slots, columns)
    count = columns.starts[-1]
    return LinkColumns(columns.starts, columns.interests[:count], columns.numbers[:count])


@making_kernel
def _link_each(rows: Rows, slots: NDArray[np.int64], columns: LinkColumns) -> None:
    """Fills columns. Tuples are taken apart before the loop, since every access to an array in one is counted."""
    heads, metas = rows.head, rows.meta
    starts, pairs, numbers = columns
    rules, best = np.empty((PAIRS, RULE), np.float32), np.empty((LINKS, RULE), np.float32)
    sessions, together = np.empty(SLOTS, np.uint8), np.empty((SLOTS, SLOTS), np.uint8)
    end = 0
    for j in range(slots.shape[0]):
        interests = metas[slots[j]]
        if _may_be_linked(interests):
            for s in range(SLOTS):
                sessions[s] = interests[s].sessions
                for other in range(SLOTS):
                    together[s, other] = interests[s].together[other]
            for k in range(best_rules(sessions, together, np.float64(heads[slots[j]].sessions), rules, best)):
                pairs[end, 0], pairs[end, 1] = interests[int(best[k, 0])].id, interests[int(best[k, 1])].id
                numbers[end, 0], numbers[end, 1], numbers[end, 2] = best[k, 2], best[k, 3], best[k, 4]
                end += 1
        starts[j + 1] = end


@kernel
def _may_be_linked(interests: Any) -> bool:
    """Whether two interests came up in sessions enough to have come up in the same ones."""
    enough = 0
    for s in range(SLOTS):
        enough += interests[s].sessions >= LEAST_TOGETHER
    return enough >= 2
