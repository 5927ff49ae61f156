"""Step: one behavior after the other changes its user."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.compiled import kernel
from models.interests.kernels.asking import MUTE, UNMUTE, ask
from models.interests.kernels.attention import attend, features, learn
from models.interests.kernels.fading import erase, whole_intensity
from models.interests.kernels.feedback import choose, is_shown, prefer, show, turn_away
from models.interests.kernels.fetching import fetch_user
from models.interests.kernels.masses import (
    add,
    learn_gap,
    mass_at,
    move,
    note_context,
    note_session,
    start,
    turn_toward,
)
from models.interests.kernels.memory import (
    add_to_sketch,
    count_event,
    in_ring,
    move_types,
    note_recent,
    put_into_ring,
)
from models.interests.kernels.returns import expose, touch
from models.interests.kernels.seen import mark_seen
from models.interests.kernels.slots import drop, free_slot, merge_near, muted_bits, nearest
from models.interests.kernels.trust import refill, trusted_share
from models.interests.kernels.types import (
    CATEGORY_FACET,
    HEAD_CHANGED,
    Act,
    Columns,
    Integer,
    Laws,
    Rows,
    Rules,
    Traces,
    User,
)
from models.kernels.lines import fetch
from models.trends.kernels.recents import recents_of
from schemas.behaviors import TYPE_CODES
from schemas.rows.user import (
    CATEGORIES,
    MUTED,
    NO_INTEREST,
    SLOTS,
    VERSION,
)

MUTING, UNMUTING = TYPE_CODES["mute"], TYPE_CODES["unmute"]


@kernel
def step_each(
    rows: Rows,
    columns: Columns,
    laws: Laws,
    resolved: NDArray[np.bool_],
    admitting: bool,
    admitted: NDArray[np.bool_],
) -> None:
    """Admits each behavior and fills admitted (n,), unless all were before; at once applies it if resolved (n,)."""
    none = Traces(columns.facets[:0], columns.types[:0], laws.types.had[:0])
    step_some(rows, columns, laws, resolved, admitting, admitted, none, np.int64(0), columns.slots.shape[0])


@kernel
def step_some(  # noqa: PLR0913 - one for each thing that steps depend on
    rows: Rows,
    columns: Columns,
    laws: Laws,
    resolved: NDArray[np.bool_],
    admitting: bool,
    admitted: NDArray[np.bool_],
    traces: Traces,
    start: Integer,
    stop: Integer,
) -> None:
    """The same for behaviors from start up to stop, while what the next ones need comes from memory.

    traces: filled for those that are applied and speak for an item of the catalog; those of no behavior for nothing.
    """
    heads, feedbacks, all_rings, metas, all_directions, all_seen, all_changed, new_behaviors, shared, rooms, plain = (
        rows
    )
    slots, types, weights, times, event_ids, prints, hours, devices, vectors, vector_rows, facets = columns[:11]
    facet_rows, shown, shown_starts = columns.facet_rows, columns.shown, columns.shown_starts
    half_lives, had = laws.types
    rules = laws.rules
    recents, counts, wanted = traces
    learned, tracing, last = shared[0], counts.shape[0] > 0, slots.shape[0] - 1
    scratch, shares, nothing = rooms[0].features, rooms[0].shares, vectors[0, :0]
    for j in range(start, stop):
        u = slots[j]
        fetch_user(rows, slots, j + 1)
        fetch(vectors, max(vector_rows[min(j + 1, last)], 0), 8)
        fetch(facets, max(facet_rows[min(j + 1, last)], 0), 1)
        user = User(heads[u], feedbacks[u], all_rings[u], metas[u], all_directions[u])
        head = user.head
        code, item, at = np.int64(types[j]), np.int64(prints[j]), times[j]
        changed = np.int64(HEAD_CHANGED)
        if admitting:
            now = max(at, head.at)
            if np.exp2((head.at - now) / rules.half_life) < rules.floor and (
                whole_intensity(head, user.interests, now, half_lives, rules) < rules.floor
            ):
                changed |= erase(user, all_seen[u])
                new_behaviors[u] = 0
            admitted[j] = not in_ring(user.rings, event_ids[j])
            if not admitted[j]:
                continue
            changed |= put_into_ring(head, user.rings, event_ids[j])
        if tracing and wanted[code] and resolved[j] and facet_rows[j] >= 0:
            counts[j] = recents_of(user.rings, head.recents_next, wanted, recents[j])
        pause = abs(at - head.at)
        changed |= _begin(user, learned, at, half_lives, rules)
        if resolved[j]:
            count_event(head, event_ids[j], code, at, half_lives[code])
            new_behaviors[u] += 1
            head.hour, head.device = hours[j], devices[j]
            if item and had[code]:
                changed |= mark_seen(head, all_seen[u], item)
            if shown_starts[j + 1] > shown_starts[j]:
                changed |= show(user.feedback, shown[shown_starts[j] : shown_starts[j + 1]], at, rules)
            weight = weights[j]
            if weight != 0.0:
                weight *= trusted_share(head, user.rings, item, code, at, pause, rules)
            act = Act(at, weight, code, item, np.int64(hours[j]), np.int64(devices[j]))
            if act.weight > 0.0 and is_shown(user.feedback, item):
                changed |= choose(user, columns, j)
            vector = vectors[vector_rows[j]] if vector_rows[j] >= 0 else nothing
            own_facets = facets[facet_rows[j]] if facet_rows[j] >= 0 else plain
            changed |= _change(user, learned, vector, own_facets, act, rules, scratch, shares)
        all_changed[u] |= changed


@kernel
def _change(
    user: User,
    learned: Any,
    vector: NDArray[np.float32],
    facets: NDArray[np.uint32],
    act: Act,
    rules: Rules,
    scratch: NDArray[np.float64],
    shares: NDArray[np.float64],
) -> int:
    """What a behavior says of its user's wants; vector (0,) for none. The bits of what changed."""
    known = vector.shape[0] > 0
    changed, slot = 0, -1
    if act.weight > 0.0:
        changed |= _note_wanted(user, facets, act, rules)
        if known:
            slot, more = _want(user, learned, vector, act, rules, scratch, shares)
            changed |= more
    elif act.weight < 0.0:
        changed |= turn_away(user.feedback, act.item, facets[CATEGORY_FACET], -act.weight, act.at, rules)
        if known:
            slot, more = _turn_away(user, vector, act, rules)
            changed |= more
    elif known and (act.code == MUTING or act.code == UNMUTING):
        changed |= ask(user, MUTE if act.code == MUTING else UNMUTE, vector, act, rules)
    if act.item or slot >= 0:
        changed |= note_recent(user.head, user.rings, act, slot)
    return changed


@kernel
def _begin(user: User, learned: Any, at: float, half_lives: NDArray[np.float64], rules: Rules) -> int:
    """Time passes for a user up to a behavior's; what has faded away gives up its place."""
    head = user.head
    refill(head, at, rules)
    changed = 0
    head.version = VERSION
    if head.at == 0.0:
        head.at = at
    elif at > head.at:
        if at - head.at > rules.session_gap:
            expose(learned, head, user.interests, at, rules)
            head.session_interests = 0
            changed = _retire(user, at, rules)
        move_types(head, at, half_lives)
        left = np.exp2((head.at - at) / rules.half_life)
        for k in range(CATEGORIES):
            head.category_mass[k] *= left
        head.at = at
    return changed


@kernel
def _retire(user: User, at: float, rules: Rules) -> int:
    interests = user.interests
    changed = 0
    for s in range(SLOTS):
        if user.head.used >> s & 1 and interests[s].flags & MUTED == 0:
            turned = interests[s].turned * np.exp2((interests[s].at - at) / rules.turned_half_life)
            if mass_at(interests[s], at) + turned < rules.floor:
                changed |= drop(user, s, NO_INTEREST)
    return changed


@kernel
def _note_wanted(user: User, facets: NDArray[np.uint32], act: Act, rules: Rules) -> int:
    """What a wanted item says beyond its vector: its category, brand and price."""
    head = user.head
    category = facets[CATEGORY_FACET]
    if category:
        late = np.exp2((act.at - head.at) / rules.half_life)
        add_to_sketch(head.categories, head.category_mass, category, act.weight * late, np.inf)
    return prefer(user.feedback, facets, act.weight, act.at, rules)


@kernel
def _want(
    user: User,
    learned: Any,
    vector: NDArray[np.float32],
    act: Act,
    rules: Rules,
    scratch: NDArray[np.float64],
    shares: NDArray[np.float64],
) -> tuple[int, int]:
    """The interest that a wanted vector makes stronger, and the bits of what changed."""
    head, interests = user.head, user.interests
    changed = 0
    slot, near = _place_of(user, vector, rules)
    if near < rules.capture:
        slot, changed = free_slot(user, rules)
        start(head, interests[slot], slot, act.at, rules.half_life)
    elif rules.learning_rate > 0.0:
        competing = features(head, user.rings, interests, act.at, act.hour, act.device, rules, scratch)
        attend(interests, competing, scratch, learned.theta, act.at, rules, shares)
        learn(learned, scratch, competing, shares, slot, rules)
    interest = interests[slot]
    if not head.session_interests >> slot & 1:
        if act.at - interest.at > rules.session_gap and interest.sessions:
            touch(learned, interest, act.at, rules)
            gap_from = interest.at
            move(interest, act.at, rules)
            learn_gap(interest, act.at - gap_from, rules)
        if note_session(head, interests, slot):
            changed |= head.used
    add(interest, user.directions[slot], vector, act, rules)
    note_context(interest, act.hour, act.device)
    changed |= 1 << slot
    if interest.behaviors & (interest.behaviors - 1) == 0:
        slot, more = merge_near(user, slot, rules)
        changed |= more
    return slot, changed


@kernel
def _place_of(user: User, vector: NDArray[np.float32], rules: Rules) -> tuple[int, float]:
    """The nearest interest and its cosine; one that is muted comes first, lest what was muted grows beside it."""
    muted = muted_bits(user.interests)
    if muted:
        slot, near = nearest(user.head.used & muted, user.directions, vector)
        if near >= rules.capture:
            return slot, near
    return nearest(user.head.used & ~muted, user.directions, vector)


@kernel
def _turn_away(user: User, vector: NDArray[np.float32], act: Act, rules: Rules) -> tuple[int, int]:
    """The interest that an unwanted vector turns away, or a new one that was never wanted; the bits of what changed."""
    changed = 0
    slot, near = nearest(user.head.used, user.directions, vector)
    if slot < 0 or near < rules.capture:
        slot, changed = free_slot(user, rules)
        start(user.head, user.interests[slot], slot, act.at, rules.half_life)
    interest = user.interests[slot]
    move(interest, act.at, rules)
    added = -act.weight * np.exp2((act.at - interest.at) / rules.turned_half_life)
    turn_toward(interest, user.directions[slot], vector, added)
    interest.turned = min(interest.turned + added, rules.turned_limit)
    return slot, changed | 1 << slot
