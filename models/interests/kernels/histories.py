"""Histories: what is known of a visitor becomes part of what is known of a user, as if both had been one all along."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.compiled import making_kernel
from models.interests.kernels.feedback import begin_feedback
from models.interests.kernels.masses import start
from models.interests.kernels.memory import add_to_sketch, move_types
from models.interests.kernels.seen import unite_seen
from models.interests.kernels.slots import MOST_COUNTED, absorb, free_slot, nearest
from models.interests.kernels.trust import refill
from models.interests.kernels.types import (
    FEEDBACK_CHANGED,
    HEAD_CHANGED,
    RING_CHANGED,
    Laws,
    Rows,
    Rules,
    User,
)
from schemas.rows.user import (
    ATTRIBUTES,
    CATEGORIES,
    DIMENSION_NAMES,
    EVENT_IDS,
    NO_INTEREST,
    RECENTS,
    RING_IDS,
    RING_RECENTS,
    RINGS,
    SLOTS,
    TURNED,
)

ALL_RINGS = (1 << RINGS) - 1
DIMENSION_COUNT = len(DIMENSION_NAMES)
NOBODY = np.uint32(0xFFFFFFFF)


@making_kernel
def unite(rows: Rows, u: int, others: Rows, v: int, laws: Laws) -> None:
    """Adds user v of the arena `others`, which is used up by it, to user u."""
    user = User(rows.head[u], rows.feedback[u], rows.rings[u], rows.meta[u], rows.directions[u])
    other = User(others.head[v], others.feedback[v], others.rings[v], others.meta[v], others.directions[v])
    heirs = np.full(SLOTS, NOBODY, np.uint32)
    changed = HEAD_CHANGED | RING_CHANGED * ALL_RINGS | _unite_interests(user, other, laws.rules, heirs)
    places = _places_of(user, heirs)
    changed |= _unite_together(user, other, places)
    _unite_recents(user, other, places)
    _unite_events(user, other)
    changed |= unite_seen(user.head, rows.seen[u], other.head, others.seen[v])
    if other.feedback.version:
        share = other.head.behaviors / max(user.head.behaviors + other.head.behaviors, 1)
        _unite_feedback(user.feedback, other.feedback, share, laws.rules)
        changed |= FEEDBACK_CHANGED
    rows.new_behaviors[u] += other.head.behaviors
    _unite_heads(user.head, other.head, places, laws)
    rows.changed[u] |= changed


@making_kernel
def _unite_heads(head: Any, other: Any, places: NDArray[np.uint8], laws: Laws) -> None:
    half_lives, rules = laws.types.half_lives, laws.rules
    at = max(head.at, other.at)
    whole = head.behaviors + other.behaviors
    refill(head, at, rules)
    refill(other, at, rules)
    head.tokens = min(head.tokens, other.tokens)
    if whole:
        head.anomaly += (other.anomaly - head.anomaly) * (other.behaviors / whole)
    move_types(head, at, half_lives)
    move_types(other, at, half_lives)
    for t in range(half_lives.shape[0]):
        head.type_mass[t] += other.type_mass[t]
    _move_all(head.category_mass, (head.at - at) / rules.half_life)
    _move_all(other.category_mass, (other.at - at) / rules.half_life)
    for k in range(CATEGORIES):
        if other.categories[k]:
            add_to_sketch(head.categories, head.category_mass, other.categories[k], other.category_mass[k], np.inf)
    _unite_sessions(head, other, places, rules)
    if other.at > head.at:
        head.hour, head.device = other.hour, other.device
    head.behaviors = whole
    head.id_sum += other.id_sum
    head.id_xor ^= other.id_xor
    head.at = at


@making_kernel
def _unite_sessions(head: Any, other: Any, places: NDArray[np.uint8], rules: Rules) -> None:
    """The latest session is that of whoever was active last, or of both."""
    head.sessions = min(int(head.sessions) + int(other.sessions), MOST_COUNTED)
    if other.at - head.at > rules.session_gap:
        head.session_interests = 0
    if head.at - other.at <= rules.session_gap:
        for s in range(SLOTS):
            if other.session_interests >> s & 1 and places[s] != NO_INTEREST:
                head.session_interests |= 1 << places[s]


@making_kernel
def _unite_interests(user: User, other: User, rules: Rules, heirs: NDArray[np.uint32]) -> int:
    """Each interest joins the user's own that its behaviors would have made stronger, or is a new one.

    heirs (8,) is filled with the ids of the interests that each of the visitor's is part of. The bits of what changed.
    """
    own, changed = np.int64(user.head.used), 0
    for s in range(SLOTS):
        if not other.head.used >> s & 1:
            continue
        lost, direction = other.interests[s], other.directions[s]
        slot, near = nearest(own & user.head.used, user.directions, direction)
        if slot < 0 or near < rules.capture:
            slot, more = free_slot(user, rules)
            start(user.head, user.interests[slot], slot, lost.at, lost.half_life)
            absorb(user.interests[slot], user.directions[slot], lost, direction, rules)
            user.interests[slot].flags, user.interests[slot].gap = lost.flags, lost.gap
            own &= ~(1 << slot)
            changed |= more
        else:
            absorb(user.interests[slot], user.directions[slot], lost, direction, rules)
        heirs[s] = user.interests[slot].id
        changed |= 1 << slot
    return changed


@making_kernel
def _places_of(user: User, heirs: NDArray[np.uint32]) -> NDArray[np.uint8]:
    """Where the interests of these ids (8,) are now; 255 for one that gave way to another since."""
    places = np.full(SLOTS, NO_INTEREST, np.uint8)
    for s in range(SLOTS):
        for k in range(SLOTS):
            if user.head.used >> k & 1 and user.interests[k].id == heirs[s] and heirs[s] != NOBODY:
                places[s] = k
    return places


@making_kernel
def _unite_together(user: User, other: User, places: NDArray[np.uint8]) -> int:
    changed = 0
    for s in range(SLOTS):
        for k in range(SLOTS):
            first, after = places[k], places[s]
            if first != NO_INTEREST and after != NO_INTEREST and first != after and other.interests[s].together[k]:
                together = user.interests[after].together
                together[first] = min(int(together[first]) + int(other.interests[s].together[k]), MOST_COUNTED)
                changed |= 1 << after
    return changed


@making_kernel
def _unite_recents(user: User, other: User, places: NDArray[np.uint8]) -> None:
    """The latest of both by event time; of the same second, the user's own first."""
    items, times, types, interests = _recents_of(user.rings, user.head.recents_next)
    other_items, other_times, other_types, other_interests = _recents_of(other.rings, other.head.recents_next)
    for k in range(len(other_interests)):
        if other_interests[k] != NO_INTEREST:
            other_interests[k] = places[other_interests[k]]
    all_times = np.concatenate((times, other_times))
    order = np.argsort(all_times, kind="mergesort")[-RECENTS:]
    all_items = np.concatenate((items, other_items))[order]
    all_types = np.concatenate((types, other_types))[order]
    all_interests = np.concatenate((interests, other_interests))[order]
    all_times = all_times[order]
    for k in range(len(all_times)):
        ring, place = user.rings[k // RING_RECENTS], k % RING_RECENTS
        ring.items[place] = all_items[k]
        ring.at[place] = all_times[k]
        ring.types[place] = all_types[k]
        ring.interests[place] = all_interests[k]
    user.head.recents_next = len(all_times) % RECENTS


@making_kernel
def _recents_of(
    rings: NDArray[np.void], following: int
) -> tuple[NDArray[np.uint32], NDArray[np.uint32], NDArray[np.uint8], NDArray[np.uint8]]:
    """Items, times, types and interests of recent behaviors, the oldest first."""
    items, times = np.empty(RECENTS, np.uint32), np.empty(RECENTS, np.uint32)
    types, interests = np.empty(RECENTS, np.uint8), np.empty(RECENTS, np.uint8)
    count = 0
    for n in range(RECENTS):
        ring, place = (following + n) % RECENTS // RING_RECENTS, (following + n) % RECENTS % RING_RECENTS
        if rings[ring].at[place]:
            items[count], times[count] = rings[ring].items[place], rings[ring].at[place]
            types[count], interests[count] = rings[ring].types[place], rings[ring].interests[place]
            count += 1
    return items[:count], times[:count], types[:count], interests[:count]


@making_kernel
def _unite_events(user: User, other: User) -> None:
    """The latest of both, one of each in turn, since their times are not known."""
    mine, others = events_of(user.rings, user.head.ids_next), events_of(other.rings, other.head.ids_next)
    kept = np.zeros(EVENT_IDS, np.uint64)
    count = 0
    for n in range(EVENT_IDS):
        for ids in (mine, others):
            if n < len(ids) and count < EVENT_IDS:
                kept[count] = ids[len(ids) - 1 - n]
                count += 1
    kept[:count] = kept[:count][::-1].copy()
    for n in range(EVENT_IDS):
        ring, place = user.rings[n // RING_IDS], n % RING_IDS
        ring.event_low[place] = np.uint32(kept[n] & np.uint64(0xFFFFFFFF))
        ring.event_high[place] = np.uint16(kept[n] >> np.uint64(32))
    user.head.ids_next = count % EVENT_IDS


@making_kernel
def events_of(rings: NDArray[np.void], following: int) -> NDArray[np.uint64]:
    """The low 48 bits of the event-id fingerprints received, the oldest first."""
    events = np.empty(EVENT_IDS, np.uint64)
    count = 0
    for n in range(EVENT_IDS):
        ring, place = rings[(following + n) % EVENT_IDS // RING_IDS], (following + n) % RING_IDS
        if ring.event_low[place] or ring.event_high[place]:
            events[count] = np.uint64(ring.event_high[place]) << np.uint64(32) | np.uint64(ring.event_low[place])
            count += 1
    return events[:count]


@making_kernel
def _unite_feedback(feedback: Any, other: Any, share: float, rules: Rules) -> None:
    """share: of the visitor's behaviors among those of both, which is what its dimensions count."""
    if feedback.version == 0:
        begin_feedback(feedback)
        share = 1.0
    for d in range(DIMENSION_COUNT):
        feedback.dimensions[d] += share * (other.dimensions[d] - feedback.dimensions[d])
    if other.shown_at > feedback.shown_at:
        feedback.shown_at = other.shown_at
        feedback.shown[:] = other.shown
    at = max(feedback.turned_at, other.turned_at)
    _move_all(feedback.turned_mass, (feedback.turned_at - at) / rules.turned_half_life)
    _move_all(other.turned_mass, (other.turned_at - at) / rules.turned_half_life)
    for k in range(TURNED):
        if other.turned[k]:
            add_to_sketch(
                feedback.turned, feedback.turned_mass, other.turned[k], other.turned_mass[k], rules.turned_limit
            )
    feedback.turned_at = at
    at = max(feedback.attributes_at, other.attributes_at)
    _move_all(feedback.attribute_mass, (feedback.attributes_at - at) / rules.half_life)
    _move_all(other.attribute_mass, (other.attributes_at - at) / rules.half_life)
    for k in range(ATTRIBUTES):
        if other.attributes[k]:
            add_to_sketch(
                feedback.attributes, feedback.attribute_mass, other.attributes[k], other.attribute_mass[k], np.inf
            )
    feedback.attributes_at = at


@making_kernel
def _move_all(masses: NDArray[np.float32], halvings: float) -> None:
    """Decays masses by 2 ** halvings."""
    left = np.exp2(halvings)
    for k in range(masses.shape[0]):
        masses[k] *= left
