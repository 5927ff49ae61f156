"""Masses: what one interest is made of, and how it grows and fades."""

from math import log
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.compiled import kernel
from models.interests.kernels.types import LATEST_STORED, Act, Integer, Rules
from schemas.rows.user import DEVICES, EVIDENCE, HOURS, PROVEN, SLOTS, VERSION
from schemas.vectors import DIMENSIONS

FULL = 255
GAPS = 16
GAPS_HALF = 8
HALF_LIVES_PER_GAP = 4.0
HALF_LIFE_SPAN = 4.0
DEVICE_KINDS = len(DEVICES)


@kernel
def mass_at(interest: Any, at: float) -> float:
    """The interest's mass at a time, also one before its latest behavior."""
    return interest.mass * np.exp2((interest.at - at) / interest.half_life)


@kernel
def move(interest: Any, at: float, rules: Rules) -> None:
    """Decays all that fades in an interest to a later time; an earlier one changes nothing."""
    if at <= interest.at:
        return
    left = np.exp2((interest.at - at) / interest.half_life)
    interest.mass *= left
    for k in range(EVIDENCE):
        interest.evidence_mass[k] *= left
    interest.short *= np.exp2((interest.at - at) / rules.short_half_life)
    if interest.turned > 0.0:
        interest.turned *= np.exp2((interest.at - at) / rules.turned_half_life)
    interest.at = at


@kernel
def start(head: Any, interest: Any, slot: int, at: float, half_life: float) -> None:
    """A new interest in a free place."""
    head.used |= 1 << slot
    interest.version = VERSION
    interest.slot = slot
    interest.id = head.next_interest
    interest.at = at
    interest.half_life = half_life
    head.next_interest += 1


@kernel
def clear(interest: Any) -> None:
    """Zeroes a row."""
    interest.version = 0
    interest.slot = 0
    interest.flags = 0
    interest.sessions = 0
    interest.id = 0
    interest.mass = 0.0
    interest.at = 0.0
    interest.short = 0.0
    interest.turned = 0.0
    interest.half_life = 0.0
    interest.gap = 0.0
    interest.behaviors = 0
    interest.asked_at = 0
    interest.evidence[:] = 0
    interest.evidence_at[:] = 0
    interest.evidence_mass[:] = 0.0
    interest.evidence_types[:] = 0
    interest.hours[:] = 0
    interest.devices[:] = 0
    interest.together[:] = 0


@kernel
def turn_toward(interest: Any, direction: NDArray[np.float32], vector: NDArray[np.float32], added: float) -> None:
    """Moves the mean vector by a behavior of this mass; masses are as of interest.at and do not hold it yet."""
    whole = interest.mass + interest.turned + added
    if whole > 0.0:
        share = np.float32(added / whole)
        for d in range(DIMENSIONS):
            direction[d] += share * (vector[d] - direction[d])


@kernel
def learn_gap(interest: Any, seconds: float, rules: Rules) -> None:
    """A session so long after the interest's latest behavior: its mean gap and, if adaptive, its half-life move."""
    interest.gap += (log(max(seconds, 1.0)) - interest.gap) / min(interest.sessions, GAPS)
    if rules.adaptive:
        trust = interest.sessions / (interest.sessions + GAPS_HALF)
        own = log(HALF_LIVES_PER_GAP) + interest.gap
        base = log(rules.half_life)
        span = log(HALF_LIFE_SPAN)
        interest.half_life = np.exp(min(max((1.0 - trust) * base + trust * own, base - span), base + span))


@kernel
def add(interest: Any, direction: NDArray[np.float32], vector: NDArray[np.float32], act: Act, rules: Rules) -> None:
    """A behavior makes the interest stronger by its weight, a late one by its own decayed share of it."""
    move(interest, act.at, rules)
    added = act.weight * np.exp2((act.at - interest.at) / interest.half_life)
    turn_toward(interest, direction, vector, added)
    interest.mass += added
    interest.short += act.weight * np.exp2((act.at - interest.at) / rules.short_half_life)
    if interest.flags & PROVEN == 0 and _is_proven(interest, act, rules):
        interest.flags |= PROVEN
    interest.behaviors += 1
    _add_evidence(interest, act, added)


@kernel
def _is_proven(interest: Any, act: Act, rules: Rules) -> bool:
    """Whether a further behavior, which does not merely repeat the only one there was, or a strong one is proof."""
    if act.weight >= rules.proof_weight:
        return True
    alone = interest.evidence[1] == 0 and interest.evidence[2] == 0
    same = interest.evidence[0] == act.item and interest.evidence_types[0] == act.code and act.item != 0
    return interest.behaviors + 1 >= rules.proof and not (same and alone)


@kernel
def _add_evidence(interest: Any, act: Act, added: float) -> None:
    item = act.item
    if item == 0:
        return
    place = 0
    for k in range(EVIDENCE):
        if interest.evidence[k] == item:
            place = k
            break
        if interest.evidence_mass[k] < interest.evidence_mass[place]:
            place = k
    if interest.evidence[place] != item:
        if added <= interest.evidence_mass[place]:
            return
        interest.evidence[place] = item
        interest.evidence_mass[place] = 0.0
        interest.evidence_at[place] = 0
    interest.evidence_mass[place] += added
    second = min(max(act.at, 0.0), LATEST_STORED)
    if second >= interest.evidence_at[place]:
        interest.evidence_at[place] = second
        interest.evidence_types[place] = act.code


@kernel
def note_context(interest: Any, hour: Integer, device: Integer) -> None:
    """Counts a behavior in its hour of the day and on its device."""
    interest.hours[hour] += 1
    if interest.hours[hour] == FULL:
        for k in range(HOURS):
            interest.hours[k] //= 2
    if device:
        interest.devices[device - 1] += 1
        if interest.devices[device - 1] == FULL:
            for k in range(DEVICE_KINDS):
                interest.devices[k] //= 2


@kernel
def note_session(head: Any, interests: NDArray[np.void], slot: int) -> bool:
    """Counts the session for an interest that it touches for the first time, and which others it touched before.

    Whether all counters were halved, since one was full.
    """
    if head.session_interests == 0:
        head.sessions += 1
    for s in range(SLOTS):
        if head.session_interests >> s & 1:
            interests[slot].together[s] += 1
    head.session_interests |= 1 << slot
    interests[slot].sessions += 1
    full = interests[slot].sessions == FULL or head.sessions == FULL
    if full:
        head.sessions //= 2
        for s in range(SLOTS):
            interests[s].sessions //= 2
            for k in range(SLOTS):
                interests[s].together[k] //= 2
    return full
