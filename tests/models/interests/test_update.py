"""Updates: the kernels do what the slow twin does, and masses obey their closed form."""

from itertools import pairwise

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from models.interests.arena import UserArena
from models.interests.update import admit_and_apply, apply
from schemas.rows.user import SLOTS, UNWANTED
from tests.models.builders import DAY, HOUR, NOON
from tests.models.interests.acts import HAD, OPTIONS, RULES, act, assert_same, columns_of, histories, vector_of
from tests.models.interests.slow import Act, User, applied, received

ANN = 0


def arena_after(acts: list[Act]) -> UserArena:
    arena = UserArena(1)
    arena.add(["ann"])
    admit_and_apply(arena, columns_of(acts), np.ones(len(acts), np.bool_), RULES)
    return arena


@settings(max_examples=100, deadline=None)
@given(histories())
def test_kernels_do_what_the_slow_twin_does(history):
    user = User()
    for a in history:
        user = received(user, a, OPTIONS, HAD)
    assert_same(arena_after(history), ANN, user)


def test_kernels_do_what_the_slow_twin_does_over_a_long_life():
    chance = np.random.default_rng(5)
    at, user, history = NOON, User(), []
    for number in range(1, 400):
        at += chance.choice([10.0, HOUR, DAY, -HOUR])
        item = int(chance.integers(61))
        history.append(Act(number, int(chance.integers(16)), at, item, vector_of(item)))
        user = received(user, history[-1], OPTIONS, HAD)
    assert_same(arena_after(history), ANN, user)


@settings(max_examples=30, deadline=None)
@given(histories())
def test_behaviors_admitted_before_are_applied_as_the_slow_twin_does(history):
    arena = UserArena(1)
    arena.add(["ann"])
    apply(arena, columns_of(history), RULES)
    user = User()
    for a in history:
        user = applied(user, a, OPTIONS, HAD)
    assert_same(arena, ANN, user)


@settings(max_examples=30, deadline=None)
@given(histories(), st.sets(st.integers(0, 60)))
def test_batches_may_be_cut_anywhere(history, cuts):
    whole, cut = arena_after(history), UserArena(1)
    cut.add(["ann"])
    edges = sorted({0, len(history)} | {c for c in cuts if c < len(history)})
    for start, stop in pairwise(edges):
        admit_and_apply(cut, columns_of(history[start:stop]), np.ones(stop - start, np.bool_), RULES)
    for column in ("head", "meta", "directions", "seen", "changed", "new_behaviors"):
        assert getattr(whole, column).tobytes() == getattr(cut, column).tobytes()


@settings(max_examples=50, deadline=None)
@given(histories(kinds=("view", "add_to_cart", "purchase")))
def test_interest_masses_sum_to_the_closed_form(history):
    arena = UserArena(1)
    arena.add(["ann"])
    apply(arena, columns_of(history), RULES)
    meta, now = arena.meta[ANN, :SLOTS], arena.head["at"][ANN]
    found = np.sum(meta["mass"] * np.exp2((meta["at"] - now) / OPTIONS.half_life))
    weights = OPTIONS.weights()
    wanted = sum(weights[a.code] * 2.0 ** ((a.at - now) / OPTIONS.half_life) for a in history if a.vector)
    np.testing.assert_allclose(found, wanted, rtol=1e-6)


def test_late_behavior_gives_the_same_masses_as_a_timely_one():
    early, late = act("view", NOON, 1), act("purchase", NOON + DAY, 1)
    timely, belated = arena_after([early, late]), arena_after([late, early])
    np.testing.assert_allclose(timely.meta["mass"], belated.meta["mass"], rtol=1e-12)
    np.testing.assert_allclose(timely.head["type_mass"], belated.head["type_mass"], rtol=1e-12)
    np.testing.assert_allclose(timely.directions, belated.directions, atol=1e-6)
    assert timely.head["at"] == belated.head["at"] == NOON + DAY


def test_a_late_behavior_counts_with_its_own_decayed_weight():
    half_life = OPTIONS.half_life
    arena = arena_after([act("view", NOON, 1), act("view", NOON - half_life, 1)])
    assert arena.meta["mass"][ANN, 0] == 1.5


@settings(max_examples=30, deadline=None)
@given(histories(most=40))
def test_duplicates_change_nothing(history):
    fresh = list({a.event_id: a for a in history}.values())[:30]
    once = arena_after(fresh)
    again = once.head.tobytes(), once.meta.tobytes(), once.directions.tobytes(), once.seen.tobytes()
    known = [a for a in fresh if a.event_id in once.head["event_ids"][ANN]]
    late = [Act(a.event_id, a.code, min(a.at, once.head["at"][ANN]), a.item, a.vector) for a in known]
    once.changed[:] = 0
    admitted = admit_and_apply(once, columns_of(late), np.ones(len(late), np.bool_), RULES)
    assert not admitted.any()
    assert again == (once.head.tobytes(), once.meta.tobytes(), once.directions.tobytes(), once.seen.tobytes())
    assert not once.changed.any()


def test_there_are_never_more_than_eight_interests_and_masses_stay_when_two_join():
    views = [act("view", NOON, item) for item in range(1, 15)]
    arena = arena_after(views)
    assert arena.head["used"][ANN] == (1 << SLOTS) - 1
    np.testing.assert_allclose(arena.meta["mass"][ANN].sum(), 14.0)
    assert arena.meta["behaviors"][ANN].sum() == 14
    assert len(set(arena.meta["id"][ANN, :SLOTS].tolist())) == SLOTS
    assert arena.head["next_interest"][ANN] == 14


def test_a_negative_behavior_moves_only_what_is_unwanted():
    liked = arena_after([act("like", NOON, 1)])
    both = arena_after([act("like", NOON, 1), act("dislike", NOON, 2)])
    assert both.head["used"][ANN] == 1 | 1 << UNWANTED
    assert both.meta[ANN, 0] == liked.meta[ANN, 0]
    np.testing.assert_array_equal(both.directions[ANN, 0], liked.directions[ANN, 0])
    assert both.meta["mass"][ANN, UNWANTED] == 4.0


def test_a_behavior_of_weight_zero_only_counts():
    arena = arena_after([act("impression", NOON, 1)])
    assert arena.head["behaviors"][ANN] == 1
    assert arena.head["used"][ANN] == 0
    assert arena.new_behaviors[ANN] == 1


def test_an_item_without_a_vector_is_remembered_as_had():
    arena = arena_after([act("purchase", NOON, 60)])
    assert 60 in arena.seen[ANN]
    assert arena.head["used"][ANN] == 0


def test_had_items_beyond_the_last_chunk_replace_the_oldest():
    arena = arena_after([Act(1 + n, 7, NOON, 1000 + n) for n in range(200)])
    assert set(arena.seen[ANN].tolist()) == set(range(1008, 1200))
    assert arena.head["seen_count"][ANN] == 200


def test_times_that_do_not_fit_the_recent_ring_are_clipped():
    for at, stored in ((-5.0, 0), (1e12, 2**32 - 1)):
        assert arena_after([act("view", at, 1)]).head["recent_at"][ANN, 0] == stored


def test_only_rows_that_changed_are_marked():
    arena = arena_after([act("view", NOON, 1), act("view", NOON, 2)])
    arena.take_rows(np.array([ANN]))
    admit_and_apply(arena, columns_of([act("view", NOON + HOUR, 2)]), np.ones(1, np.bool_), RULES)
    keys = [key[-2:] for key, _ in arena.take_rows(np.array([ANN]))]
    assert keys == [b"nh", b"i\x01"]
