"""Admission: duplicates are found within the ring, and a faded user starts anew."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings

from models.interests.admission import admit, faded
from models.interests.arena import UserArena
from models.interests.kernels.asking import MUTE
from schemas.rows.user import EVENT_IDS
from tests.models.builders import DAY, NOON, state_of
from tests.models.interests.acts import OPTIONS, UNKNOWN, Clause, act, histories, laws
from tests.models.interests.twin import ANN, arena_after, event_ids, new_arena, receive, say, type_masses_of

JUST_ANN = np.array([ANN])
AGES = OPTIONS.half_life * 60
STEADY = laws(replace(OPTIONS, adaptive_half_life=False, repeat_span=0.0))


def admit_ids(arena: UserArena, *ids: int, at: float = NOON) -> list[bool]:
    n = len(ids)
    return admit(arena, np.zeros(n, np.int64), np.array(ids, np.uint64), np.full(n, at), laws()).tolist()


def is_faded(arena: UserArena, at: float) -> bool:
    return bool(faded(arena, JUST_ANN, at, laws())[0])


def test_an_event_id_is_admitted_once_within_the_last_32():
    arena = new_arena()
    assert admit_ids(arena, 7, 8, 7) == [True, True, False]
    assert admit_ids(arena, *range(100, 100 + EVENT_IDS - 2), 7) == [True] * (EVENT_IDS - 2) + [False]
    assert admit_ids(arena, 500, 7) == [True, True]


def test_event_ids_are_told_apart_by_48_bits():
    arena = new_arena()
    assert admit_ids(arena, 7, 7 + 2**32, 7 + 2**47, 7 + 2**48) == [True, True, True, False]
    assert event_ids(arena) == {7, 7 + 2**32, 7 + 2**47}


def test_an_event_that_is_forgotten_counts_when_it_comes_again():
    arena = new_arena()
    admit_ids(arena, 7 + 2**40, 8)
    arena.forget_event(ANN, 7 + 2**40)
    assert admit_ids(arena, 8, 7 + 2**40) == [False, True]


def test_admission_moves_the_users_time_but_never_back():
    arena = arena_after([act("view")])
    admit_ids(arena, 7, at=NOON + 7 * DAY)
    admit_ids(arena, 8, at=NOON)
    assert arena.head["at"][ANN] == NOON + 7 * DAY
    assert type_masses_of(arena)[1] == pytest.approx(0.5)
    assert arena.head["behaviors"][ANN] == 1


def test_a_behavior_that_waits_is_admitted_and_does_not_count():
    arena = arena_after([act("view", NOON, 1, event_id=5, resolved=False)])
    assert event_ids(arena) == {5}
    assert (arena.head["behaviors"][ANN], arena.head["used"][ANN]) == (0, 0)
    assert receive(arena, [act("view", NOON, 1, event_id=5)]) == [False]


def test_a_faded_user_starts_anew():
    later = act("view", NOON + AGES, 3)
    arena = arena_after([act("purchase", NOON, 1), act("dislike", NOON, 2)])
    receive(arena, [later])
    assert state_of(arena, "ann") == state_of(arena_after([later]), "ann")
    assert arena.new_behaviors[ANN] == 1


def test_the_rows_of_a_user_who_starts_anew_are_deleted():
    had = [act("purchase", NOON, UNKNOWN + n) for n in range(62)]
    arena = arena_after([act("purchase", NOON, 1), act("dislike", NOON, 2), *had])
    before = {key for key, _ in arena.take_rows(JUST_ANN)}
    receive(arena, [act("search", NOON + AGES)])
    after = dict(arena.take_rows(JUST_ANN))
    assert set(after) == before
    gone = {key[5:] for key, row in after.items() if row is None}
    assert gone == {b"i\0", b"i\1", b"f", b"s\0", b"s\1", b"s\2", b"r\1", b"r\2", b"r\3"}


def test_a_user_with_any_mass_left_does_not_start_anew():
    arena = arena_after([act("purchase", NOON, 1) for _ in range(40)], STEADY)
    presence_gone = NOON + OPTIONS.half_life * 10.5
    receive(arena, [act("view", presence_gone, 1)], STEADY)
    assert arena.head["behaviors"][ANN] == 41


def test_a_late_behavior_finds_a_user_at_the_users_own_time():
    arena = arena_after([act("purchase", NOON + AGES, 1), act("view", NOON, 2)])
    assert arena.head["behaviors"][ANN] == 2


@settings(max_examples=30, deadline=None)
@given(histories(most=20, kinds=("view", "purchase", "dislike", "impression", "identify")))
def test_a_faded_user_starts_anew_whether_swept_or_not(history):
    swept, kept = arena_after(history), arena_after(history)
    later = float(kept.head["at"][ANN]) + 4 * AGES
    assert is_faded(swept, later)
    swept.forget(JUST_ANN)
    assert all(row is None for _, row in swept.take_rows(JUST_ANN))
    swept.evict(JUST_ANN)
    swept.add(["ann"])
    for arena in (swept, kept):
        receive(arena, [act("purchase", later, 5, event_id=999)])
    assert state_of(swept, "ann") == state_of(kept, "ann")


def test_a_user_is_not_faded_before_the_floor_is_reached():
    arena = arena_after([act("view", NOON, 1)])
    assert not is_faded(arena, NOON + OPTIONS.half_life * 9)
    assert is_faded(arena, NOON + OPTIONS.half_life * 12)


def test_what_was_turned_away_keeps_a_user_from_fading():
    faded_views = NOON + OPTIONS.half_life * 9.9
    hours = laws(replace(OPTIONS, turned_half_life=OPTIONS.half_life * 10))
    arena = arena_after([act("hide", NOON, 1)], hours)
    assert not faded(arena, JUST_ANN, faded_views, hours)[0]


def test_a_user_who_muted_something_never_fades():
    arena = arena_after([act("view", NOON, 1)])
    say(arena, Clause(MUTE, 2, NOON))
    assert not is_faded(arena, NOON + 100 * AGES)
    receive(arena, [act("view", NOON + 100 * AGES, 3)])
    assert arena.head["behaviors"][ANN] == 2
