"""The arena: users come from rows and go back to the same rows, and slots are used again."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.interests.arena import UserArena
from models.interests.errors import ArenaError
from schemas.errors import SchemaError, UnknownVersionError
from schemas.rows import keys
from schemas.rows.user import (
    FEEDBACK_BYTES,
    HEAD_BYTES,
    INTEREST_BYTES,
    RING_BYTES,
    RINGS,
    SEEN_BYTES,
    SEEN_CHUNK,
    SEEN_CHUNKS,
    SLOTS,
)
from tests.models.builders import HOUR, NOON, state_of
from tests.models.interests.acts import UNKNOWN, act, histories
from tests.models.interests.twin import ANN, Store, arena_after, flush, receive, reload

WHOLE = ("head", "feedback", "rings", "meta", "seen")


def arena_with(*owners: str) -> UserArena:
    arena = UserArena(1)
    arena.add(owners)
    return arena


@settings(max_examples=50, deadline=None)
@given(histories())
def test_loading_what_was_taken_gives_the_same_user_with_directions_in_float16(history):
    arena, store = arena_after(history), {}
    flush(arena, store)
    loaded = UserArena(1)
    slot = loaded.load("ann", store.items())
    for name in WHOLE:
        assert getattr(loaded, name)[slot].tobytes() == getattr(arena, name)[ANN].tobytes(), name
    assert loaded.directions[slot].tolist() == arena.directions[ANN].astype(np.float16).astype(np.float32).tolist()
    np.testing.assert_allclose(loaded.directions[slot], arena.directions[ANN], atol=1e-3)


@settings(max_examples=30, deadline=None)
@given(histories(most=30), st.integers(0, 30))
def test_rows_written_flush_by_flush_are_those_of_the_whole_user(history, flushed_at):
    stepwise, store = arena_after(history[:flushed_at]), {}
    flush(stepwise, store)
    receive(stepwise, history[flushed_at:])
    flush(stepwise, store)
    whole: Store = {}
    flush(arena_after(history), whole)
    assert store == whole


def test_rows_written_flush_by_flush_stay_whole_when_interests_join():
    views = [act("view", NOON + n * HOUR, 1 + 7 * n % 47) for n in range(120)]
    stepwise, store = arena_with("ann"), {}
    for view in views:
        receive(stepwise, [view])
        flush(stepwise, store)
    at_once, whole = arena_after(views), {}
    flush(at_once, whole)
    assert at_once.head["next_interest"][ANN] > SLOTS
    assert store == whole


@settings(max_examples=30, deadline=None)
@given(histories(most=30), histories(most=30))
def test_an_evicted_user_who_is_loaded_again_goes_on_like_one_who_stayed(before, after):
    stayed, moved, store = arena_after(before), arena_after(before), {}
    reload(moved, store)
    stayed.directions[ANN] = stayed.directions[ANN].astype(np.float16)
    for arena in (stayed, moved):
        receive(arena, after)
    assert state_of(stayed, "ann") == state_of(moved, "ann")


def test_users_are_kept_when_the_arena_grows():
    arena = UserArena(1)
    slots = arena.add([f"user-{n}" for n in range(100)])
    receive(arena, [act("view", NOON, 1)], owner="user-3")
    arena.add([f"user-{n}" for n in range(100, 300)])
    assert len(arena) == 300
    assert sorted(slots.tolist()) == list(range(100))
    assert arena.head["behaviors"].sum() == arena.head["behaviors"][arena.slot_of("user-3")] == 1


def test_a_slot_given_up_is_used_again_and_empty():
    arena = arena_with("ann", "bob")
    receive(arena, [act("purchase", NOON, 1), act("impression", NOON, shown=(1, 2))])
    arena.take_rows(arena.changed_slots())
    slot = arena.slot_of("ann")
    arena.evict(np.array([slot]))
    assert arena.slot_of("ann") == -1
    assert arena.add(["cleo"]).tolist() == [slot]
    assert state_of(arena, "cleo") == state_of(arena_with("cleo"), "cleo")
    assert (arena.owners[slot], len(arena)) == ("cleo", 2)


def test_a_user_with_unsaved_changes_is_not_evicted():
    arena = arena_after([act("view", NOON, 1)])
    with pytest.raises(ArenaError, match="take_rows first"):
        arena.evict(np.array([ANN]))
    assert arena.slot_of("ann") == ANN


def test_a_user_cannot_be_added_twice():
    with pytest.raises(ArenaError, match="'ann' is in the arena already"):
        arena_with("ann").add(["ann"])


def test_users_longest_unused_come_first_but_for_changed_and_kept_ones():
    arena = arena_with("a", "b", "c", "d")
    for owner in "cabd":
        receive(arena, [act("view", NOON, 1)], owner=owner)
    arena.take_rows(arena.changed_slots())
    receive(arena, [act("view", NOON + HOUR, 1)], owner="a")
    keep = np.zeros(len(arena.changed), np.bool_)
    keep[arena.slot_of("b")] = True
    names = [arena.owners[slot] for slot in arena.least_recently_touched(5, keep)]
    assert names == ["c", "d"]
    assert [arena.owners[slot] for slot in arena.least_recently_touched(1, keep)] == ["c"]


def test_forgetting_a_user_deletes_every_row():
    had = [act("purchase", NOON, item) for item in range(1, UNKNOWN + SEEN_CHUNKS * SEEN_CHUNK)]
    arena, store = arena_after([*had, act("impression", NOON, shown=(1, 2))]), {}
    flush(arena, store)
    assert len(store) == 1 + 1 + RINGS + SLOTS + SEEN_CHUNKS
    arena.forget(np.array([ANN]))
    flush(arena, store)
    assert store == {}


def test_only_rows_that_changed_are_taken():
    arena = arena_after([act("view", NOON, 1), act("view", NOON, 2)])
    arena.take_rows(np.array([ANN]))
    receive(arena, [act("view", NOON + 60, 2)])
    places = {key[5:] for key, _ in arena.take_rows(np.array([ANN]))}
    assert places == {b"h", b"f", b"r\0", b"i\1"}


def test_a_user_without_changes_has_no_rows_to_take():
    arena = arena_with("ann", "bob")
    receive(arena, [act("view", NOON, 1)])
    assert {keys.owner_of(key) for key, _ in arena.take_rows(np.array([0, 1]))} == {"ann"}
    assert arena.take_rows(np.array([0, 1])) == []


@pytest.mark.parametrize("place", [keys.HEAD, keys.FEEDBACK, keys.INTEREST + b"\7"])
def test_a_row_of_a_newer_version_is_refused_and_the_user_is_not_loaded(place):
    arena = UserArena(1)
    with pytest.raises(UnknownVersionError, match="run the newer program"):
        arena.load("ann", [(keys.owner_prefix("ann") + place, b"\x02" + bytes(500))])
    assert arena.slot_of("ann") == -1


@pytest.mark.parametrize(
    ("place", "size"),
    [
        (keys.HEAD, HEAD_BYTES + 1),
        (keys.FEEDBACK, FEEDBACK_BYTES - 1),
        (keys.RING + b"\0", RING_BYTES - 1),
        (keys.RING + bytes([RINGS]), RING_BYTES),
        (keys.INTEREST + b"\0", 1),
        (keys.INTEREST + bytes([SLOTS]), INTEREST_BYTES),
        (keys.SEEN + b"\0", SEEN_BYTES - 1),
        (keys.SEEN + bytes([SEEN_CHUNKS]), SEEN_BYTES),
        (b"z", 1),
    ],
)
def test_a_row_that_does_not_fit_is_refused(place, size):
    with pytest.raises(SchemaError):
        UserArena(1).load("ann", [(keys.owner_prefix("ann") + place, b"\x01" * size)])


def test_bytes_per_user_is_what_the_arrays_take():
    arena = UserArena(10)
    arrays = [getattr(arena, name) for name in (*WHOLE, "directions", "last_lists")]
    assert arena.bytes_per_user == sum(array.nbytes for array in arrays) // 10
