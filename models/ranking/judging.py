"""Judging: what published lists are worth, by what their users do next.

A behavior is a target when it speaks for an item that may be on lists, which is new to its user; when the user has a
history of at least five behaviors; and when a list was published to the user before it, of no later moment of event
time. It is found at its item's place on the last such list. That is the protocol of models.evaluation.protocol as far
as a stream knows it. What differs:

- New is what is neither among the last 20 items that the user wanted nor in the filter of items had, which says yes to
  a few others too; so an item that was viewed long ago is new again.
- Lists are those of the last flush before: a user who does several things within one is judged by one list.
- What a list shows again takes a place on it, be it that the user knows it, or does it at the same moment.
- The history counts behaviors of every type; behaviors that waited for their item, or were handed over, are left out.
- Lists are kept in memory, so the first behavior after a restart, or after the user was moved out, is no target.
"""

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from models.catalog.catalog import Catalog
from models.compiled import making_kernel
from models.interests.arena import LAST_LIST, LISTED, UserArena
from models.interests.kernels.seen import has_seen
from models.interests.kernels.types import Columns, Traces

HISTORY: Final = 5


class Judgments(NamedTuple):
    """Targets: variants (t,) int64 of the lists; places (t,) int64 of the items on them, from 0, -1 for not there."""

    variants: NDArray[np.int64]
    places: NDArray[np.int64]


class Shown(NamedTuple):
    """What lists show, by variant (v,) float64: how many lists, how many items on them, and of those the sums.

    surprise: -log2 of each item's share in all behaviors that speak for items, one more being counted for each item
    (the mean self-information, Zhou et al. 2010). cold: items that nobody had to do with yet.
    """

    lists: NDArray[np.float64]
    items: NDArray[np.float64]
    surprise: NDArray[np.float64]
    cold: NDArray[np.float64]


NOTHING: Final = Judgments(np.zeros(0, np.int64), np.zeros(0, np.int64))


def note_lists(
    arena: UserArena,
    slots: NDArray[np.int64],
    catalog: Catalog,
    items: NDArray[np.int32],
    variants: NDArray[np.int64],
) -> None:
    """Keeps the first ten of each list that is published now. Args: items (m, k): catalog rows, -1 for none."""
    lists = np.zeros(len(slots), LAST_LIST)
    first = items[:, :LISTED]
    lists["items"][:, : first.shape[1]] = np.where(first >= 0, catalog.prints[first], 0)
    lists["at"] = arena.head["at"][slots]
    lists["variant"] = variants
    arena.last_lists[slots] = lists


def may_be_targets(
    arena: UserArena, columns: Columns, catalog: Catalog, wanted: NDArray[np.bool_]
) -> NDArray[np.bool_]:
    """Which behaviors (n,) are targets, as far as can be said before the first of them is applied.

    Args: wanted (16,): by type code, whether behaviors speak for their item.
    """
    slots, rows = columns.slots, columns.facet_rows
    listed_at = arena.last_lists["at"][slots]
    found: NDArray[np.bool_] = wanted[columns.types] & (rows >= 0) & (listed_at > 0.0) & (columns.at >= listed_at)
    found &= arena.head["behaviors"][slots] >= HISTORY
    found &= catalog.available[rows] & ~catalog.deleted[rows]
    left = np.flatnonzero(found)
    found[left] = _new_each(arena.seen, slots[left], columns.prints[left])
    return found


def judged(arena: UserArena, columns: Columns, targets: NDArray[np.bool_], traces: Traces) -> Judgments:
    """Where the targets (n,) among behaviors that were applied stand on the lists of before.

    Args: targets: as may_be_targets gave them, less those not applied; traces: what users wanted before each behavior.
    """
    left = np.flatnonzero(targets)
    if not len(left):
        return NOTHING
    left = left[(traces.recents[left] != columns.prints[left, None]).all(1)]
    lists = arena.last_lists[columns.slots[left]]
    there = lists["items"] == columns.prints[left, None]
    places = np.where(there.any(1), there.argmax(1), -1)
    return Judgments(lists["variant"].astype(np.int64), places)


def gains(places: NDArray[np.int64]) -> NDArray[np.float64]:
    """NDCG@10 of one right item each (t,)."""
    return np.where(places >= 0, 1.0 / np.log2(np.maximum(places, 0) + 2.0), 0.0)


def reciprocal_ranks(places: NDArray[np.int64]) -> NDArray[np.float64]:
    """1 / rank within the first ten (t,)."""
    return np.where(places >= 0, 1.0 / (np.maximum(places, 0) + 1.0), 0.0)


def shown_by(catalog: Catalog, items: NDArray[np.int32], variants: NDArray[np.int64], count: int) -> Shown:
    """What lists show, by variant. Args: items (m, k): catalog rows, -1 for none; variants (m,), below count."""
    market = catalog.trends.market
    lists, places = np.nonzero(items >= 0)
    of, behaviors = variants[lists], market.standings["behaviors"][items[lists, places]].astype(np.float64)
    whole = float(market.tally[0]["events"]) + len(catalog)
    sums = [
        np.bincount(variants, minlength=count),
        np.bincount(of, minlength=count),
        np.bincount(of, np.log2(whole) - np.log2(behaviors + 1.0), count),
        np.bincount(of, behaviors == 0.0, count),
    ]
    return Shown(*(each.astype(np.float64) for each in sums))


@making_kernel
def _new_each(seen: NDArray[np.uint32], slots: NDArray[np.int64], prints: NDArray[np.uint32]) -> NDArray[np.bool_]:
    new = np.empty(slots.shape[0], np.bool_)
    for j in range(slots.shape[0]):
        new[j] = not has_seen(seen[slots[j]], prints[j])
    return new
