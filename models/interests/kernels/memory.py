"""Memory: which events a user sent and what it did last."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.compiled import kernel
from models.interests.kernels.types import LATEST_STORED, RING_CHANGED, Act, Integer
from models.kernels.chance import STEP, scrambled
from schemas.rows.user import EVENT_IDS, NO_INTEREST, RECENTS, RING_IDS, RING_RECENTS, RINGS


@kernel
def in_ring(rings: NDArray[np.void], event_id: np.uint64) -> bool:
    """Whether this event is among those received."""
    low, high = np.uint32(event_id & np.uint64(0xFFFFFFFF)), np.uint16((event_id >> np.uint64(32)) & np.uint64(0xFFFF))
    found = False
    for r in range(RINGS):
        ring = rings[r]
        for k in range(RING_IDS):
            found |= (ring.event_low[k] == low) & (ring.event_high[k] == high)
    return found


@kernel
def put_into_ring(head: Any, rings: NDArray[np.void], event_id: np.uint64) -> int:
    """Remembers an event; the bits of what changed."""
    ring, place = head.ids_next // RING_IDS, head.ids_next % RING_IDS
    rings[ring].event_low[place] = np.uint32(event_id & np.uint64(0xFFFFFFFF))
    rings[ring].event_high[place] = np.uint16((event_id >> np.uint64(32)) & np.uint64(0xFFFF))
    head.ids_next = (head.ids_next + 1) % EVENT_IDS
    return RING_CHANGED << ring


@kernel
def note_recent(head: Any, rings: NDArray[np.void], act: Act, slot: int) -> int:
    """Remembers a behavior as the latest; slot -1 for no interest. The bits of what changed."""
    ring, place = head.recents_next // RING_RECENTS, head.recents_next % RING_RECENTS
    rings[ring].items[place] = act.item
    rings[ring].at[place] = min(max(act.at, 1.0), LATEST_STORED)
    rings[ring].types[place] = act.code
    rings[ring].interests[place] = slot if slot >= 0 else NO_INTEREST
    head.recents_next = (head.recents_next + 1) % RECENTS
    return RING_CHANGED << ring


@kernel
def retag(rings: NDArray[np.void], slot: int, into: int) -> int:
    """Recent behaviors on one interest count for another, or for none (255). The bits of what changed."""
    changed = 0
    for r in range(RINGS):
        for k in range(RING_RECENTS):
            if rings[r].at[k] and rings[r].interests[k] == slot:
                rings[r].interests[k] = into
                changed |= RING_CHANGED << r
    return changed


@kernel
def repeats(rings: NDArray[np.void], item: Integer, code: Integer, at: float, span: float) -> int:
    """How many of the recent behaviors are of this type, on this item, and within so many seconds of `at`."""
    count = 0
    for r in range(RINGS):
        for k in range(RING_RECENTS):
            ring = rings[r]
            same = ring.items[k] == item and ring.types[k] == code and ring.at[k] != 0
            if same and abs(ring.at[k] - at) <= span:
                count += 1
    return count


@kernel
def count_event(head: Any, event_id: np.uint64, code: Integer, at: float, half_life: float) -> None:
    """Counts an event that is applied: into the sums of ids and, with its own decay, into its type's mass."""
    mixed = scrambled(event_id + STEP)
    head.behaviors += 1
    head.id_sum += mixed
    head.id_xor ^= mixed * np.uint64(0x2545F4914F6CDD1D)
    head.type_mass[code] += np.exp2((at - period_start(head.at, half_life)) / half_life)


@kernel
def period_start(at: float, half_life: float) -> float:
    """Where the half-life period begins that a time lies in; periods are counted from 1970.

    Masses of types are kept as of it, and halved exactly when a period ends: to fade 32 bits at every behavior would
    round the fading of a short while away (forward decay, Cormode et al. 2009).
    """
    return np.floor(at / half_life) * half_life


@kernel
def move_types(head: Any, at: float, half_lives: NDArray[np.float64]) -> None:
    """Takes the masses of types to a later time's periods; head.at is still the time before."""
    for t in range(half_lives.shape[0]):
        if head.type_mass[t] > 0.0:
            periods = np.floor(at / half_lives[t]) - np.floor(head.at / half_lives[t])
            if periods > 0.0:
                head.type_mass[t] *= np.exp2(-periods)


@kernel
def type_mass_at(head: Any, t: int, now: float, half_life: float) -> float:
    """The mass of a type at a time."""
    return head.type_mass[t] * np.exp2((period_start(head.at, half_life) - now) / half_life)


@kernel
def add_to_sketch(
    prints: NDArray[np.uint32], masses: NDArray[np.float32], value: Integer, mass: float, limit: float
) -> None:
    """Adds mass to a print in a bounded sketch; when it is full, a print with less gives way to one with more."""
    least = 0
    for k in range(prints.shape[0]):
        if prints[k] == value:
            masses[k] = min(masses[k] + mass, limit)
            return
        if masses[k] < masses[least]:
            least = k
    if mass > masses[least]:
        prints[least] = value
        masses[least] = min(mass, limit)
