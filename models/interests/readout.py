"""Readout: interests of many users as columns, from their rows and the attention that they have."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from models.catalog.catalog import Catalog
from models.compiled import kernel, making_kernel
from models.interests.arena import UserArena
from models.interests.attention import Attention
from models.interests.finding import Finder, finder_of, row_of
from models.interests.intensity import intensity
from models.interests.reasons import divide
from schemas.halves import round_to_half
from schemas.interests import Rates
from schemas.rows.user import ASKED, EVIDENCE, MUTED, PROVEN, SLOTS
from schemas.vectors import DIMENSIONS

STATES = ("probation", "proven", "muted", "turned_away")
ON_PROBATION, IS_PROVEN, IS_MUTED, IS_TURNED_AWAY = range(4)
NUMBERS = ("intensity", "attention", "mass", "short", "at", "half_life", "turned")


class Readout(NamedTuple):
    """Columns of p interests, those of user j from starts[j] to starts[j + 1] (m + 1,) int64.

    ids; numbers (p, 7) as in NUMBERS; behaviors; states: places in STATES; asked_at seconds, 0 for never. Of up to
    three behaviors, heaviest first: items (p, 3) catalog rows, -1 without one; types (p, 3) codes, -1 where there are
    fewer; times and shares (p, 3); older (p,), the share of all others. halves (p, 128) uint16: the unit vectors as
    float16.
    """

    starts: NDArray[np.int64]
    ids: NDArray[np.uint32]
    numbers: NDArray[np.float64]
    behaviors: NDArray[np.uint32]
    states: NDArray[np.int64]
    asked_at: NDArray[np.float64]
    items: NDArray[np.int32]
    types: NDArray[np.int64]
    times: NDArray[np.float64]
    shares: NDArray[np.float64]
    older: NDArray[np.float64]
    halves: NDArray[np.uint16]


def read_out(
    arena: UserArena, slots: NDArray[np.int64], attention: Attention, catalog: Catalog, rates: Rates
) -> Readout:
    """The interests of these users, their behaviors on items of the catalog."""
    starts = starts_of(attention.used.sum(1))
    p = int(starts[-1])
    readout = Readout(
        starts,
        np.empty(p, np.uint32),
        np.empty((p, len(NUMBERS))),
        np.empty(p, np.uint32),
        np.empty(p, np.int64),
        np.empty(p),
        np.empty((p, EVIDENCE), np.int32),
        np.empty((p, EVIDENCE), np.int64),
        np.empty((p, EVIDENCE)),
        np.empty((p, EVIDENCE)),
        np.empty(p),
        np.empty((p, DIMENSIONS), np.uint16),
    )
    read_each(arena.meta, slots, attention, finder_of(catalog.print_index, len(catalog.ids)), readout)
    masses, shorts = attention.masses[attention.used], attention.shorts[attention.used]
    readout.numbers[:, 0] = intensity(masses, readout.numbers[:, NUMBERS.index("half_life")], shorts, rates)
    return readout


def starts_of(counts: NDArray[np.int64]) -> NDArray[np.int64]:
    """Where each of m begins when they lie in a row, and where the last one ends (m + 1,)."""
    return np.concatenate((np.zeros(1, np.int64), np.cumsum(counts, dtype=np.int64)))


@making_kernel
def read_each(
    metas: NDArray[np.void],
    slots: NDArray[np.int64],
    attention: Attention,
    finder: Finder,
    readout: Readout,
) -> None:
    """Fills readout but its starts.

    Tuples are taken apart before the loop, since every access to an array in one is counted.
    """
    used, masses, _, turned, attended, units, _ = attention
    _, ids, numbers, behaviors, states, asked_at, items, types, times, shares, older, halves = readout
    prints, table, rows = finder
    order = np.empty(EVIDENCE, np.int64)
    p = 0
    for j in range(slots.shape[0]):
        for s in range(SLOTS):
            if not used[j, s]:
                continue
            interest = metas[slots[j], s]
            ids[p], behaviors[p] = interest.id, interest.behaviors
            asked_at[p] = interest.asked_at if interest.flags & (ASKED | MUTED) else 0.0
            numbers[p, 1], numbers[p, 2], numbers[p, 3] = attended[j, s], interest.mass, interest.short
            numbers[p, 4], numbers[p, 5], numbers[p, 6] = interest.at, interest.half_life, interest.turned
            states[p] = _state(interest.flags, masses[j, s], turned[j, s])
            older[p] = divide(interest, order, shares[p])
            for k in range(EVIDENCE):
                there = shares[p, k] > 0.0
                items[p, k] = row_of(interest.evidence[order[k]], prints, table, rows)
                types[p, k] = interest.evidence_types[order[k]] if there else -1
                times[p, k] = interest.evidence_at[order[k]]
            round_to_half(units[j, s], units[j, s].view(np.uint32), halves[p])
            p += 1


@kernel
def _state(flags: int, mass: float, turned: float) -> int:
    if flags & MUTED:
        return IS_MUTED
    if turned > mass:
        return IS_TURNED_AWAY
    return IS_PROVEN if flags & PROVEN else ON_PROBATION
