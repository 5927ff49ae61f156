"""Admission: duplicates are found within the ring, and a faded user starts anew."""

import numpy as np
from hypothesis import given, settings

from models.interests.admission import admit, faded
from models.interests.arena import UserArena
from models.interests.update import admit_and_apply
from schemas.rows.user import EVENT_IDS
from tests.models.builders import DAY, NOON, state_of
from tests.models.interests.acts import OPTIONS, RULES, act, columns_of, histories
from tests.models.interests.slow import Act

ANN = np.array([0])
AGES = OPTIONS.half_life * 40


def arena_of(*acts: Act) -> UserArena:
    arena = UserArena(1)
    arena.add(["ann"])
    receive(arena, *acts)
    return arena


def receive(arena: UserArena, *acts: Act) -> list[bool]:
    slot = arena.slot_of("ann")
    return admit_and_apply(arena, columns_of(acts, slot), np.ones(len(acts), np.bool_), RULES).tolist()


def admit_ids(arena: UserArena, *ids: int, at: float = NOON) -> list[bool]:
    n = len(ids)
    return admit(arena, np.zeros(n, np.int64), np.array(ids, np.uint64), np.full(n, at), RULES).tolist()


def test_an_event_id_is_admitted_once_within_the_last_32():
    arena = arena_of()
    assert admit_ids(arena, 7, 8, 7) == [True, True, False]
    assert admit_ids(arena, *range(100, 100 + EVENT_IDS - 2), 7) == [True] * (EVENT_IDS - 2) + [False]
    assert admit_ids(arena, 500, 7) == [True, True]


def test_admission_moves_the_users_time_but_never_back():
    arena = arena_of(act("view", NOON))
    mass = arena.head["type_mass"][0, 1]
    admit_ids(arena, 7, at=NOON + 7 * DAY)
    admit_ids(arena, 8, at=NOON)
    assert arena.head["at"][0] == NOON + 7 * DAY
    assert arena.head["type_mass"][0, 1] == mass / 2
    assert arena.head["behaviors"][0] == 1


def test_a_faded_user_starts_anew():
    later = act("view", NOON + AGES, 3)
    arena, fresh = arena_of(act("purchase", NOON, 1), act("dislike", NOON, 2)), arena_of(later)
    receive(arena, later)
    assert state_of(arena, "ann") == state_of(fresh, "ann")
    assert arena.new_behaviors[0] == 1


def test_the_rows_of_a_user_who_starts_anew_are_deleted():
    arena = arena_of(act("purchase", NOON, 1), act("dislike", NOON, 2))
    before = {key for key, _ in arena.take_rows(ANN)}
    receive(arena, act("search", NOON + AGES))
    after = dict(arena.take_rows(ANN))
    assert set(after) == before
    assert {key[-2:-1] for key, row in after.items() if row is None} == {b"i", b"s"}


def test_a_user_with_any_mass_left_does_not_start_anew():
    arena = arena_of(*[act("purchase", NOON, 1, event_id=n) for n in range(1, 200)])
    presence_gone = NOON + OPTIONS.half_life * 10.5
    receive(arena, act("view", presence_gone, 1))
    assert arena.head["behaviors"][0] == 200


def test_a_late_behavior_finds_a_user_at_the_users_own_time():
    arena = arena_of(act("purchase", NOON + AGES, 1))
    receive(arena, act("view", NOON, 2))
    assert arena.head["behaviors"][0] == 2


@settings(max_examples=30, deadline=None)
@given(histories(most=20))
def test_a_faded_user_starts_anew_whether_swept_or_not(history):
    swept, kept = arena_of(*history), arena_of(*history)
    later = float(kept.head["at"][0]) + 2 * AGES
    assert faded(swept, ANN, later, RULES).all()
    swept.forget(ANN)
    assert all(row is None for _, row in swept.take_rows(ANN))
    swept.evict(ANN)
    swept.add(["ann"])
    for arena in (swept, kept):
        receive(arena, act("purchase", later, 5, event_id=999))
    assert state_of(swept, "ann") == state_of(kept, "ann")


def test_a_user_is_not_faded_before_the_floor_is_reached():
    arena = arena_of(act("view", NOON, 1))
    assert not faded(arena, ANN, NOON + OPTIONS.half_life * 9, RULES).any()
    assert faded(arena, ANN, NOON + OPTIONS.half_life * 12, RULES).all()
