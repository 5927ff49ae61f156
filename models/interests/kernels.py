"""Kernels: what one behavior does to a user's rows, compiled.

They share one file because numba's cache of a kernel does not notice a change in a kernel of another file.
"""

from typing import Any, NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from schemas.rows.user import EVENT_IDS, RECENT, ROWS_PER_USER, SEEN_CHUNK, SEEN_CHUNKS, SLOTS, UNWANTED, VERSION
from schemas.vectors import DIMENSIONS

HEAD_CHANGED = 1 << ROWS_PER_USER
SEEN_CHANGED = HEAD_CHANGED << 1
SEEN_PLACES = SEEN_CHUNKS * SEEN_CHUNK
ALL_SLOTS = (1 << SLOTS) - 1
LATEST_STORED = 4_294_967_295.0


class Rows(NamedTuple):
    """The arena's arrays: head (c,) HEAD, meta (c, 9) INTEREST, directions (c, 9, 128) float32, seen (c, 192) uint32.

    changed (c,) uint32: bits 0 to 8 interest rows, 9 the head, 10 to 12 seen chunks. new_behaviors (c,) uint32.
    """

    head: NDArray[np.void]
    meta: NDArray[np.void]
    directions: NDArray[np.float32]
    seen: NDArray[np.uint32]
    changed: NDArray[np.uint32]
    new_behaviors: NDArray[np.uint32]


class Rules(NamedTuple):
    """Options as kernels take them: per type code weights, half_lives (16,) float64 and had (16,) bool, then scalars.

    half_life in seconds; novelty a cosine; floor a mass.
    """

    weights: NDArray[np.float64]
    half_lives: NDArray[np.float64]
    had: NDArray[np.bool_]
    half_life: float
    novelty: float
    floor: float


class Columns(NamedTuple):
    """Behaviors as columns, in order of arrival.

    slots (n,) int64; types (n,) uint8 codes; at (n,) float64 seconds; event_ids (n,) uint64; prints (n,) uint32 of the
    items, 0 without one; vectors (N, 128) float32 of unit length; vector_rows (n,) int64 into vectors, -1 without one.
    """

    slots: NDArray[np.int64]
    types: NDArray[np.uint8]
    at: NDArray[np.float64]
    event_ids: NDArray[np.uint64]
    prints: NDArray[np.uint32]
    vectors: NDArray[np.float32]
    vector_rows: NDArray[np.int64]


@njit(nogil=True, cache=True)
def admit_and_apply_each(
    rows: Rows, columns: Columns, resolved: NDArray[np.bool_], rules: Rules, admitted: NDArray[np.bool_]
) -> None:
    """Admits each behavior, fills admitted (n,), and at once applies it if it is resolved (n,)."""
    step_each(rows, columns, rules, resolved, True, admitted)


@njit(nogil=True, cache=True)
def step_each(
    rows: Rows,
    columns: Columns,
    rules: Rules,
    resolved: NDArray[np.bool_],
    admitting: bool,
    admitted: NDArray[np.bool_],
) -> None:
    """Admits each behavior and fills admitted (n,), unless all were before; at once applies it if resolved (n,).

    Tuples are taken apart before the loop, since every access to an array in one is counted.
    """
    heads, metas, all_directions, all_seen, all_changed, new_behaviors = rows
    slots, types, times, event_ids, prints, vectors, vector_rows = columns
    weights, half_lives, had, half_life, novelty, floor = rules
    for j in range(slots.shape[0]):
        u = slots[j]
        head = heads[u]
        at = times[j]
        changed = HEAD_CHANGED
        if admitting:
            now = max(at, head.at)
            if np.exp2((head.at - now) / half_life) < floor and (
                _intensity(head, metas[u], now, half_lives, half_life) < floor
            ):
                changed |= _erase(head, metas[u], all_directions[u], all_seen[u])
                new_behaviors[u] = 0
            admitted[j] = not _in_ring(head, event_ids[j])
            if not admitted[j]:
                continue
            _put_into_ring(head, event_ids[j])
        code = types[j]
        _begin(head, at, half_lives)
        if resolved[j]:
            _count(head, event_ids[j], code, np.exp2((at - head.at) / half_lives[code]))
            new_behaviors[u] += 1
            if prints[j]:
                _note(head, prints[j], code, at)
                if had[code]:
                    changed |= _mark_seen(head, all_seen[u], prints[j])
            if weights[code] != 0.0 and vector_rows[j] >= 0:
                vector = vectors[vector_rows[j]]
                changed |= _learn(head, metas[u], all_directions[u], vector, weights[code], at, half_life, novelty)
        all_changed[u] |= changed


@njit(nogil=True, cache=True)
def faded_each(rows: Rows, slots: NDArray[np.int64], now: float, rules: Rules, faded: NDArray[np.bool_]) -> None:
    """Which users' whole intensity is below the floor at `now`; faded (m,) bool is filled."""
    for j in range(slots.shape[0]):
        u = slots[j]
        later = max(now, rows.head[u].at)
        faded[j] = _intensity(rows.head[u], rows.meta[u], later, rules.half_lives, rules.half_life) < rules.floor


@njit(nogil=True, cache=True)
def erase_each(rows: Rows, slots: NDArray[np.int64]) -> None:
    """Zeroes users and marks the rows that existed, so that they are deleted."""
    for u in slots:
        rows.changed[u] |= _erase(rows.head[u], rows.meta[u], rows.directions[u], rows.seen[u])
        rows.new_behaviors[u] = 0


@njit(nogil=True, cache=True)
def _intensity(
    head: Any, interests: NDArray[np.void], now: float, half_lives: NDArray[np.float64], half_life: float
) -> float:
    total = np.exp2((head.at - now) / half_life)
    for t in range(half_lives.shape[0]):
        if head.type_mass[t] > 0.0:
            total += head.type_mass[t] * np.exp2((head.at - now) / half_lives[t])
    for s in range(ROWS_PER_USER):
        if head.used >> s & 1:
            total += interests[s].mass * np.exp2((interests[s].at - now) / half_life)
    return total


@njit(nogil=True, cache=True)
def _erase(
    head: Any, interests: NDArray[np.void], directions: NDArray[np.float32], seen: NDArray[np.uint32]
) -> np.int64:
    gone = np.int64(head.used)
    if head.version:
        gone |= HEAD_CHANGED
    for chunk in range(SEEN_CHUNKS):
        if head.seen_count > chunk * SEEN_CHUNK:
            gone |= SEEN_CHANGED << chunk
    head.version = 0
    head.event_next = 0
    head.recent_next = 0
    head.seen_count = 0
    head.behaviors = 0
    head.id_sum = 0
    head.id_xor = 0
    head.at = 0.0
    head.next_interest = 0
    head.used = 0
    head.type_mass[:] = 0.0
    head.event_ids[:] = 0
    head.recent_items[:] = 0
    head.recent_at[:] = 0
    head.recent_types[:] = 0
    seen[:] = 0
    directions[:] = 0.0
    for s in range(ROWS_PER_USER):
        _clear(interests[s])
    return gone


@njit(nogil=True, cache=True)
def _in_ring(head: Any, event_id: int) -> bool:
    found = False
    for k in range(EVENT_IDS):
        found |= head.event_ids[k] == event_id
    return found


@njit(nogil=True, cache=True)
def _put_into_ring(head: Any, event_id: int) -> None:
    head.event_ids[head.event_next] = event_id
    head.event_next = (head.event_next + 1) % EVENT_IDS


@njit(nogil=True, cache=True)
def _begin(head: Any, now: float, half_lives: NDArray[np.float64]) -> None:
    head.version = VERSION
    if now > head.at:
        for t in range(half_lives.shape[0]):
            if head.type_mass[t] > 0.0:
                head.type_mass[t] *= np.exp2((head.at - now) / half_lives[t])
        head.at = now


@njit(nogil=True, cache=True)
def _count(head: Any, event_id: np.uint64, code: int, share: float) -> None:
    z = event_id + np.uint64(0x9E3779B97F4A7C15)
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    mixed = z ^ (z >> np.uint64(31))
    head.behaviors += 1
    head.id_sum += mixed
    head.id_xor ^= mixed * np.uint64(0x2545F4914F6CDD1D)
    head.type_mass[code] += share


@njit(nogil=True, cache=True)
def _note(head: Any, item: int, code: int, at: float) -> None:
    place = head.recent_next
    head.recent_items[place] = item
    head.recent_at[place] = min(max(at, 0.0), LATEST_STORED)
    head.recent_types[place] = code
    head.recent_next = (place + 1) % RECENT


@njit(nogil=True, cache=True)
def _mark_seen(head: Any, seen: NDArray[np.uint32], item: int) -> int:
    known = False
    for k in range(SEEN_PLACES):
        known |= seen[k] == item
    if known:
        return 0
    place = head.seen_count % SEEN_PLACES
    seen[place] = item
    head.seen_count += 1
    return SEEN_CHANGED << (place // SEEN_CHUNK)


@njit(nogil=True, cache=True)
def _learn(
    head: Any,
    interests: NDArray[np.void],
    directions: NDArray[np.float32],
    vector: NDArray[np.float32],
    weight: float,
    at: float,
    half_life: float,
    novelty: float,
) -> int:
    changed = 0
    slot = UNWANTED if weight < 0.0 else _nearest(head.used, directions, vector, novelty)
    if slot < 0:
        slot, changed = _make_room(head, interests, directions, half_life)
    if not head.used >> slot & 1:
        _start(head, interests[slot], slot, at)
    _add(interests[slot], directions[slot], vector, abs(weight), at, half_life)
    interests[slot].behaviors += 1
    return changed | 1 << slot


@njit(nogil=True, cache=True, fastmath=True)
def _nearest(used: int, directions: NDArray[np.float32], vector: NDArray[np.float32], novelty: float) -> int:
    nearest = -1
    best = np.float32(-2.0)
    for s in range(SLOTS):
        if used >> s & 1:
            product = np.float32(0.0)
            square = np.float32(0.0)
            for d in range(DIMENSIONS):
                product += vector[d] * directions[s, d]
                square += directions[s, d] * directions[s, d]
            cosine = product / np.sqrt(square) if square > 0.0 else np.float32(0.0)
            if cosine > best:
                nearest, best = s, cosine
    return nearest if best >= novelty else -1


@njit(nogil=True, cache=True)
def _make_room(
    head: Any, interests: NDArray[np.void], directions: NDArray[np.float32], half_life: float
) -> tuple[int, int]:
    for s in range(SLOTS):
        if not head.used >> s & 1:
            return s, 0
    weakest, least = 0, np.inf
    for s in range(SLOTS):
        mass = interests[s].mass * np.exp2((interests[s].at - head.at) / half_life)
        if mass < least:
            weakest, least = s, mass
    lost = interests[weakest]
    others = ALL_SLOTS & ~(1 << weakest)
    into = _nearest(others, directions, directions[weakest], -2.0)
    _add(interests[into], directions[into], directions[weakest], lost.mass, lost.at, half_life)
    interests[into].behaviors += lost.behaviors
    head.used &= ~(1 << weakest)
    _clear(lost)
    directions[weakest, :] = 0.0
    return weakest, 1 << into


@njit(nogil=True, cache=True)
def _start(head: Any, interest: Any, slot: int, at: float) -> None:
    head.used |= 1 << slot
    interest.version = VERSION
    interest.slot = slot
    interest.id = head.next_interest
    interest.at = at
    head.next_interest += 1


@njit(nogil=True, cache=True)
def _add(
    interest: Any, direction: NDArray[np.float32], vector: NDArray[np.float32], mass: float, at: float, half_life: float
) -> None:
    if at > interest.at:
        interest.mass *= np.exp2((interest.at - at) / half_life)
        interest.at = at
    added = mass * np.exp2((at - interest.at) / half_life)
    interest.mass += added
    if interest.mass > 0.0:
        share = np.float32(added / interest.mass)
        for d in range(DIMENSIONS):
            direction[d] += share * (vector[d] - direction[d])


@njit(nogil=True, cache=True)
def _clear(interest: Any) -> None:
    interest.version = 0
    interest.slot = 0
    interest.id = 0
    interest.mass = 0.0
    interest.at = 0.0
    interest.behaviors = 0
