"""Slots: which interest a behavior belongs to, and which one gives way when there are too many."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.compiled import fast_kernel, kernel
from models.interests.kernels.masses import clear, mass_at, move, turn_toward
from models.interests.kernels.memory import retag
from models.interests.kernels.types import Rules, User
from schemas.rows.user import DEVICES, EVIDENCE, HOURS, MUTED, NO_INTEREST, PROVEN, SLOTS
from schemas.vectors import DIMENSIONS

TURNED_STRENGTH = 0.5
MOST_COUNTED = 254
DEVICE_KINDS = len(DEVICES)


@fast_kernel
def cosine(vector: NDArray[np.float32], direction: NDArray[np.float32]) -> float:
    """Of a vector of any length but 0 with a mean vector; 0 when that is 0."""
    product = np.float32(0.0)
    own = np.float32(0.0)
    square = np.float32(0.0)
    for d in range(DIMENSIONS):
        product += vector[d] * direction[d]
        own += vector[d] * vector[d]
        square += direction[d] * direction[d]
    return float(product / np.sqrt(own * square)) if own * square > 0.0 else 0.0


@kernel
def nearest(used: int, directions: NDArray[np.float32], vector: NDArray[np.float32]) -> tuple[int, float]:
    """The used row with the greatest cosine, and that; -1 when there is none."""
    place, best = -1, -2.0
    for s in range(SLOTS):
        if used >> s & 1:
            found = cosine(vector, directions[s])
            if found > best:
                place, best = s, found
    return place, best


@kernel
def free_slot(user: User, rules: Rules) -> tuple[int, int]:
    """A place for a new interest, and the bits of what changed to make it: the weakest merges into its nearest."""
    head, interests, directions = user.head, user.interests, user.directions
    for s in range(SLOTS):
        if not head.used >> s & 1:
            return s, 0
    weakest, least = -1, np.inf
    for s in range(SLOTS):
        strength = _strength(interests[s], head.at, rules)
        if strength < least:
            weakest, least = s, strength
    into, _ = nearest(head.used & ~(1 << weakest) & ~muted_bits(interests), directions, directions[weakest])
    if into < 0:
        return weakest, drop(user, weakest, NO_INTEREST)
    return weakest, merge(user, weakest, into, rules)


@kernel
def merge_near(user: User, slot: int, rules: Rules) -> tuple[int, int]:
    """Where the interest is after it has merged with one that is near, the older one staying; and what changed."""
    interests, directions = user.interests, user.directions
    if interests[slot].flags & MUTED:
        return slot, 0
    other, near = nearest(user.head.used & ~(1 << slot) & ~muted_bits(interests), directions, directions[slot])
    if other < 0 or near < rules.near:
        return slot, 0
    keep, lose = (slot, other) if interests[slot].id < interests[other].id else (other, slot)
    return keep, merge(user, lose, keep, rules)


@kernel
def merge(user: User, lose: int, keep: int, rules: Rules) -> int:
    """One interest takes in another: masses add as of the later of their times. The bits of what changed."""
    interests, directions = user.interests, user.directions
    absorb(interests[keep], directions[keep], interests[lose], directions[lose], rules)
    return 1 << keep | drop(user, lose, keep)


@kernel
def absorb(
    kept: Any, direction: NDArray[np.float32], lost: Any, lost_direction: NDArray[np.float32], rules: Rules
) -> None:
    """All that one interest is made of adds to another, as of the later of their times; both are moved to it."""
    at = max(kept.at, lost.at)
    move(kept, at, rules)
    move(lost, at, rules)
    turn_toward(kept, direction, lost_direction, lost.mass + lost.turned)
    kept.mass += lost.mass
    kept.short += lost.short
    kept.turned = min(kept.turned + lost.turned, rules.turned_limit)
    kept.behaviors += lost.behaviors
    kept.flags |= lost.flags
    if kept.behaviors >= rules.proof:
        kept.flags |= PROVEN
    kept.asked_at = max(kept.asked_at, lost.asked_at)
    kept.sessions = min(int(kept.sessions) + int(lost.sessions), MOST_COUNTED)
    for k in range(HOURS):
        kept.hours[k] = min(int(kept.hours[k]) + int(lost.hours[k]), MOST_COUNTED)
    for k in range(DEVICE_KINDS):
        kept.devices[k] = min(int(kept.devices[k]) + int(lost.devices[k]), MOST_COUNTED)
    _unite_evidence(kept, lost)


@kernel
def drop(user: User, slot: int, heir: int) -> int:
    """Frees a place; what pointed to it points to its heir, or to none (255). The bits of what changed."""
    head, interests = user.head, user.interests
    changed = 1 << slot | retag(user.rings, slot, heir)
    for s in range(SLOTS):
        if interests[s].together[slot]:
            interests[s].together[slot] = 0
            changed |= 1 << s
    if head.session_interests >> slot & 1:
        head.session_interests &= ~(1 << slot)
        if heir != NO_INTEREST:
            head.session_interests |= 1 << heir
    head.used &= ~(1 << slot)
    clear(interests[slot])
    user.directions[slot, :] = 0.0
    return changed


@kernel
def muted_bits(interests: NDArray[np.void]) -> int:
    """Which places hold what the user muted."""
    muted = 0
    for s in range(SLOTS):
        if interests[s].flags & MUTED:
            muted |= 1 << s
    return muted


@kernel
def _strength(interest: Any, at: float, rules: Rules) -> float:
    """What decides who gives way; what is muted never does."""
    if interest.flags & MUTED:
        return np.inf
    turned = interest.turned * np.exp2((interest.at - at) / rules.turned_half_life)
    strength = mass_at(interest, at) + TURNED_STRENGTH * turned
    return strength if interest.flags & PROVEN else rules.probation * strength


@kernel
def _unite_evidence(kept: Any, lost: Any) -> None:
    """The heaviest of both; an item that both have counts with the sum. Both are as of the same time."""
    for k in range(EVIDENCE):
        for p in range(EVIDENCE):
            if kept.evidence[p] == lost.evidence[k] and lost.evidence[k]:
                _give_evidence(kept, p, lost, k)
                lost.evidence[k] = 0
    for k in range(EVIDENCE):
        least = 0
        for p in range(EVIDENCE):
            if kept.evidence_mass[p] < kept.evidence_mass[least]:
                least = p
        if lost.evidence[k] and lost.evidence_mass[k] > kept.evidence_mass[least]:
            kept.evidence[least] = lost.evidence[k]
            kept.evidence_mass[least] = 0.0
            kept.evidence_at[least] = 0
            _give_evidence(kept, least, lost, k)


@kernel
def _give_evidence(kept: Any, place: int, lost: Any, k: int) -> None:
    kept.evidence_mass[place] += lost.evidence_mass[k]
    if lost.evidence_at[k] >= kept.evidence_at[place]:
        kept.evidence_at[place] = lost.evidence_at[k]
        kept.evidence_types[place] = lost.evidence_types[k]
