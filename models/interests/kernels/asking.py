"""Asking: what a user says in words changes its interests at once."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.compiled import kernel
from models.interests.kernels.forgetting import forget
from models.interests.kernels.masses import add, move, start
from models.interests.kernels.memory import note_recent
from models.interests.kernels.slots import cosine, drop, free_slot, muted_bits, nearest
from models.interests.kernels.types import HEAD_CHANGED, LATEST_STORED, Act, Clauses, Items, Rows, Rules, User
from models.kernels.vectors import copy_vector
from schemas.rows.user import ASKED, EVIDENCE, MUTED, NO_INTEREST, PROVEN, SLOTS
from schemas.vectors import DIMENSIONS

MORE, LESS, FORGET, MUTE, UNMUTE = range(5)
DAMPENED = 0.5
MOST_MUTED = SLOTS - 2


@kernel
def ask_each(rows: Rows, clauses: Clauses, items: Items, rules: Rules) -> None:
    """What each clause says changes its user."""
    slots, polarities, vectors, codes, at, weight = clauses
    for j in range(slots.shape[0]):
        u = slots[j]
        user = User(rows.head[u], rows.feedback[u], rows.rings[u], rows.meta[u], rows.directions[u])
        act = Act(at[j], weight, np.int64(codes[j]), 0, np.int64(0), np.int64(0))
        if polarities[j] == FORGET:
            changed = _forget(user, vectors[j], act, items, rules)
        else:
            changed = ask(user, polarities[j], vectors[j], act, rules)
        rows.changed[u] |= HEAD_CHANGED | changed


@kernel
def ask(user: User, polarity: int, vector: NDArray[np.float32], act: Act, rules: Rules) -> int:
    """One clause that forgets nothing: the bits of what changed.

    More strengthens the nearest interest that is not muted, or starts one, and lifts what spoke against it. Less halves
    every interest that it means, save one asked for in the same breath, and turns it away. Muting holds all that is as
    near as a behavior on it would be, or a new place that points there, until unmuted; the nearest of them turns
    halfway toward the words, which say better than behaviors how far the mute goes.
    """
    if polarity == MORE:
        return _more(user, vector, act, rules)
    interests = user.interests
    least = rules.capture if polarity in (MUTE, UNMUTE) else rules.asked
    closest, _ = nearest(user.head.used, user.directions, vector)
    changed = 0
    for s in range(SLOTS):
        if user.head.used >> s & 1 and cosine(vector, user.directions[s]) >= least:
            if polarity == MUTE:
                if s == closest and interests[s].flags & MUTED == 0:
                    _turn_halfway(user.directions[s], vector)
                changed |= _mute(user, s, act)
            elif polarity == UNMUTE:
                changed |= _unmute(user, s)
            elif interests[s].flags & MUTED == 0 and not _asked_now(interests[s], act):
                changed |= 1 << s
                _less(interests[s], act, rules)
    if changed == 0 and polarity in (LESS, MUTE):
        slot, changed = _place(user, vector, act.at, rules)
        changed |= 1 << slot
        if polarity == LESS:
            _less(interests[slot], act, rules)
        else:
            changed |= _mute(user, slot, act)
    return changed


@kernel
def _forget(user: User, vector: NDArray[np.float32], act: Act, items: Items, rules: Rules) -> int:
    """Forgets every interest that it means, save what is muted or was asked for in the same breath."""
    changed = 0
    for s in range(SLOTS):
        interest = user.interests[s]
        if not user.head.used >> s & 1 or interest.flags & MUTED or _asked_now(interest, act):
            continue
        if cosine(vector, user.directions[s]) >= rules.asked:
            changed |= forget(user, s, items)
    return changed


@kernel
def _asked_now(interest: Any, act: Act) -> bool:
    """Whether a clause of the same request asked for it: more of one thing and less of another may be near."""
    return interest.flags & ASKED != 0 and interest.asked_at == _second(act)


@kernel
def _second(act: Act) -> int:
    """The behavior's time as rows keep it."""
    return int(min(max(act.at, 0.0), LATEST_STORED))


@kernel
def _more(user: User, vector: NDArray[np.float32], act: Act, rules: Rules) -> int:
    changed = 0
    slot, near = nearest(user.head.used & ~muted_bits(user.interests), user.directions, vector)
    if slot < 0 or near < rules.asked:
        slot, changed = _place(user, vector, act.at, rules)
    interest = user.interests[slot]
    add(interest, user.directions[slot], vector, act, rules)
    interest.turned = 0.0
    interest.flags |= ASKED | PROVEN
    interest.asked_at = max(interest.asked_at, _second(act))
    return changed | 1 << slot | note_recent(user.head, user.rings, act, slot)


@kernel
def _less(interest: Any, act: Act, rules: Rules) -> None:
    move(interest, act.at, rules)
    interest.mass *= DAMPENED
    for k in range(EVIDENCE):
        interest.evidence_mass[k] *= DAMPENED
    interest.short *= DAMPENED
    interest.turned = min(interest.turned + act.weight, rules.turned_limit)
    interest.flags &= ~ASKED


@kernel
def _turn_halfway(direction: NDArray[np.float32], vector: NDArray[np.float32]) -> None:
    """Toward a vector of unit length; the direction may have any."""
    square = np.float32(0.0)
    for d in range(DIMENSIONS):
        square += direction[d] * direction[d]
    length = np.sqrt(square)
    for d in range(DIMENSIONS):
        direction[d] = np.float32(0.5) * (direction[d] + length * vector[d])


@kernel
def _mute(user: User, slot: int, act: Act) -> int:
    interest = user.interests[slot]
    changed = 1 << slot
    if interest.flags & MUTED == 0:
        changed |= _lift_oldest(user.head, user.interests)
    interest.flags = (interest.flags & ~ASKED) | MUTED
    interest.asked_at = max(interest.asked_at, _second(act))
    return changed


@kernel
def _unmute(user: User, slot: int) -> int:
    interest = user.interests[slot]
    if interest.flags & MUTED == 0:
        return 0
    if interest.mass == 0.0:
        return drop(user, slot, NO_INTEREST)
    interest.flags &= ~MUTED
    interest.turned = 0.0
    return 1 << slot


@kernel
def _lift_oldest(head: Any, interests: NDArray[np.void]) -> int:
    """Two places stay for what is wanted: beyond that the oldest mute is lifted."""
    muted, oldest = 0, -1
    for s in range(SLOTS):
        if head.used >> s & 1 and interests[s].flags & MUTED:
            muted += 1
            if oldest < 0 or interests[s].asked_at < interests[oldest].asked_at:
                oldest = s
    if muted < MOST_MUTED:
        return 0
    interests[oldest].flags &= ~MUTED
    return 1 << oldest


@kernel
def _place(user: User, vector: NDArray[np.float32], at: float, rules: Rules) -> tuple[int, int]:
    """A new row that points where the words do, without mass."""
    slot, changed = free_slot(user, rules)
    start(user.head, user.interests[slot], slot, at, rules.half_life)
    copy_vector(vector, user.directions[slot])
    return slot, changed
