"""Fading: when nothing is left of a user, and how all of it is cleared."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.compiled import kernel
from models.interests.kernels.masses import clear, mass_at
from models.interests.kernels.memory import type_mass_at
from models.interests.kernels.types import (
    FEEDBACK_CHANGED,
    HEAD_CHANGED,
    RING_CHANGED,
    SEEN_CHANGED,
    Laws,
    Rows,
    Rules,
    User,
)
from schemas.rows.user import MUTED, RINGS, SEEN_CHUNKS, SLOTS


@kernel
def faded_each(rows: Rows, slots: NDArray[np.int64], now: float, laws: Laws, faded: NDArray[np.bool_]) -> None:
    """Which users' whole intensity is below the floor at `now`; faded (m,) bool is filled."""
    for j in range(slots.shape[0]):
        u = slots[j]
        later = max(now, rows.head[u].at)
        left = whole_intensity(rows.head[u], rows.meta[u], later, laws.types.half_lives, laws.rules)
        faded[j] = left < laws.rules.floor


@kernel
def erase_each(rows: Rows, slots: NDArray[np.int64]) -> None:
    """Zeroes users and marks the rows that existed, so that they are deleted."""
    for u in slots:
        user = User(rows.head[u], rows.feedback[u], rows.rings[u], rows.meta[u], rows.directions[u])
        rows.changed[u] |= erase(user, rows.seen[u])
        rows.new_behaviors[u] = 0


@kernel
def whole_intensity(
    head: Any, interests: NDArray[np.void], now: float, half_lives: NDArray[np.float64], rules: Rules
) -> float:
    """All that is left of a user; infinite where something is muted, which lasts until it is lifted."""
    total = np.exp2((head.at - now) / rules.half_life)
    for t in range(half_lives.shape[0]):
        if head.type_mass[t] > 0.0:
            total += type_mass_at(head, t, now, half_lives[t])
    for s in range(SLOTS):
        if head.used >> s & 1:
            interest = interests[s]
            if interest.flags & MUTED:
                return np.inf
            total += mass_at(interest, now) + interest.turned * np.exp2((interest.at - now) / rules.turned_half_life)
    return total


@kernel
def erase(user: User, seen: NDArray[np.uint32]) -> np.int64:
    """Zeroes a user; the bits of the rows that existed."""
    head, feedback, rings = user.head, user.feedback, user.rings
    gone = np.int64(head.used)
    if head.version:
        gone |= HEAD_CHANGED
        for r in range(RINGS):
            gone |= RING_CHANGED << r
    if feedback.version:
        gone |= FEEDBACK_CHANGED
    if head.seen_count:
        gone |= (SEEN_CHANGED << SEEN_CHUNKS) - SEEN_CHANGED
    _clear_head(head)
    _clear_feedback(feedback)
    for r in range(RINGS):
        rings[r].event_low[:] = 0
        rings[r].event_high[:] = 0
        rings[r].items[:] = 0
        rings[r].at[:] = 0
        rings[r].types[:] = 0
        rings[r].interests[:] = 0
        rings[r].named = 0
    seen[:] = 0
    user.directions[:] = 0.0
    for s in range(SLOTS):
        clear(user.interests[s])
    return gone


@kernel
def _clear_head(head: Any) -> None:
    head.version = 0
    head.ids_next = 0
    head.recents_next = 0
    head.used = 0
    head.seen_count = 0
    head.behaviors = 0
    head.id_sum = 0
    head.id_xor = 0
    head.at = 0.0
    head.next_interest = 0
    head.tokens = 0.0
    head.anomaly = 0.0
    head.session_interests = 0
    head.sessions = 0
    head.hour = 0
    head.device = 0
    head.type_mass[:] = 0.0
    head.categories[:] = 0
    head.category_mass[:] = 0.0


@kernel
def _clear_feedback(feedback: Any) -> None:
    feedback.version = 0
    feedback.shown_at = 0
    feedback.turned_at = 0.0
    feedback.attributes_at = 0.0
    feedback.shown[:] = 0
    feedback.turned[:] = 0
    feedback.turned_mass[:] = 0.0
    feedback.dimensions[:] = 0.0
    feedback.attributes[:] = 0
    feedback.attribute_mass[:] = 0.0
