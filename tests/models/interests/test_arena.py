"""The arena: users come from rows and go back to the same rows, and slots are used again."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.interests.arena import UserArena
from models.interests.errors import ArenaError
from models.interests.update import admit_and_apply
from schemas.errors import SchemaError, UnknownVersionError
from schemas.rows import keys
from schemas.rows.user import HEAD, HEAD_BYTES, ROWS_PER_USER, SEEN_CHUNKS
from tests.models.builders import HOUR, NOON, state_of
from tests.models.interests.acts import RULES, act, columns_of, histories
from tests.models.interests.slow import Act

Store = dict[bytes, bytes]


def receive(arena: UserArena, owner: str, *acts: Act) -> None:
    columns = columns_of(acts, arena.slot_of(owner))
    admit_and_apply(arena, columns, np.ones(len(acts), np.bool_), RULES)


def flush(arena: UserArena, store: Store) -> None:
    for key, row in arena.take_rows(arena.changed_slots()):
        if row is None:
            store.pop(key, None)
        else:
            store[key] = row


def rows_of(store: Store, owner: str) -> list[tuple[bytes, bytes]]:
    return [(key, row) for key, row in store.items() if keys.owner_of(key) == owner]


def arena_with(*owners: str) -> UserArena:
    arena = UserArena(1)
    arena.add(owners)
    return arena


@settings(max_examples=50, deadline=None)
@given(histories())
def test_loading_what_was_taken_gives_the_same_user_with_directions_in_float16(history):
    arena, store = arena_with("ann"), {}
    receive(arena, "ann", *history)
    flush(arena, store)
    loaded = UserArena(1)
    slot = loaded.load("ann", rows_of(store, "ann"))
    assert loaded.head[slot] == arena.head[0]
    assert loaded.meta[slot].tobytes() == arena.meta[0].tobytes()
    assert loaded.seen[slot].tobytes() == arena.seen[0].tobytes()
    assert loaded.directions[slot].tolist() == arena.directions[0].astype(np.float16).astype(np.float32).tolist()


@settings(max_examples=30, deadline=None)
@given(histories(most=30), st.integers(0, 30))
def test_rows_written_flush_by_flush_are_those_of_the_whole_user(history, flushed_at):
    stepwise, store = arena_with("ann"), {}
    receive(stepwise, "ann", *history[:flushed_at])
    flush(stepwise, store)
    receive(stepwise, "ann", *history[flushed_at:])
    flush(stepwise, store)
    at_once, whole = arena_with("ann"), {}
    receive(at_once, "ann", *history)
    flush(at_once, whole)
    assert store == whole


def test_rows_written_flush_by_flush_stay_whole_when_interests_join():
    views = [act("view", NOON + n * HOUR, 1 + 7 * n % 59) for n in range(120)]
    stepwise, store = arena_with("ann"), {}
    for view in views:
        receive(stepwise, "ann", view)
        flush(stepwise, store)
    at_once, whole = arena_with("ann"), {}
    receive(at_once, "ann", *views)
    flush(at_once, whole)
    assert at_once.head["next_interest"][0] > ROWS_PER_USER
    assert store == whole


@settings(max_examples=30, deadline=None)
@given(histories(most=30), histories(most=30))
def test_an_evicted_user_who_is_loaded_again_goes_on_like_one_who_stayed(before, after):
    stayed, moved, store = arena_with("ann"), arena_with("ann"), {}
    for arena in (stayed, moved):
        receive(arena, "ann", *before)
        flush(arena, store)
    moved.evict(np.array([0]))
    moved.load("ann", rows_of(store, "ann"))
    stayed.directions[0] = stayed.directions[0].astype(np.float16)
    for arena in (stayed, moved):
        receive(arena, "ann", *after)
    assert state_of(stayed, "ann") == state_of(moved, "ann")


def test_users_are_kept_when_the_arena_grows():
    arena = UserArena(1)
    slots = arena.add([f"user-{n}" for n in range(100)])
    receive(arena, "user-3", act("view", NOON, 1))
    arena.add([f"user-{n}" for n in range(100, 300)])
    assert len(arena) == 300
    assert sorted(slots.tolist()) == list(range(100))
    assert arena.head["behaviors"].sum() == arena.head["behaviors"][arena.slot_of("user-3")] == 1


def test_a_slot_given_up_is_used_again_and_empty():
    arena = arena_with("ann", "bob")
    receive(arena, "ann", act("purchase", NOON, 1))
    arena.take_rows(arena.changed_slots())
    slot = arena.slot_of("ann")
    arena.evict(np.array([slot]))
    assert arena.slot_of("ann") == -1
    assert arena.add(["cleo"]).tolist() == [slot]
    assert state_of(arena, "cleo") == state_of(arena_with("cleo"), "cleo")
    assert (arena.owners[slot], len(arena)) == ("cleo", 2)


def test_a_user_with_unsaved_changes_is_not_evicted():
    arena = arena_with("ann")
    receive(arena, "ann", act("view", NOON, 1))
    with pytest.raises(ArenaError, match="take_rows first"):
        arena.evict(np.array([0]))
    assert arena.slot_of("ann") == 0


def test_a_user_cannot_be_added_twice():
    with pytest.raises(ArenaError, match="'ann' is in the arena already"):
        arena_with("ann").add(["ann"])


def test_users_longest_unused_come_first_but_for_changed_and_kept_ones():
    arena = arena_with("a", "b", "c", "d")
    for owner in "cabd":
        receive(arena, owner, act("view", NOON, 1))
    arena.take_rows(arena.changed_slots())
    receive(arena, "a", act("view", NOON + HOUR, 1))
    keep = np.zeros(len(arena.changed), np.bool_)
    keep[arena.slot_of("b")] = True
    names = [arena.owners[slot] for slot in arena.least_recently_touched(5, keep)]
    assert names == ["c", "d"]
    assert [arena.owners[slot] for slot in arena.least_recently_touched(1, keep)] == ["c"]


def test_forgetting_a_user_deletes_every_row():
    arena, store = arena_with("ann"), {}
    receive(arena, "ann", *[act(kind, NOON, item) for kind in ("purchase", "dislike") for item in range(1, 59)])
    flush(arena, store)
    assert len(store) == 1 + ROWS_PER_USER + 1
    arena.forget(np.array([0]))
    flush(arena, store)
    assert store == {}


def test_a_user_without_changes_has_no_rows_to_take():
    arena = arena_with("ann", "bob")
    receive(arena, "ann", act("view", NOON, 1))
    assert {keys.owner_of(key) for key, _ in arena.take_rows(np.array([0, 1]))} == {"ann"}
    assert arena.take_rows(np.array([0, 1])) == []


def test_a_row_of_a_newer_version_is_refused_and_the_user_is_not_loaded():
    arena = UserArena(1)
    key = keys.owner_prefix("ann") + keys.HEAD
    with pytest.raises(UnknownVersionError, match="run the newer program"):
        arena.load("ann", [(key, b"\x02" + bytes(HEAD_BYTES - 1))])
    assert arena.slot_of("ann") == -1


@pytest.mark.parametrize(
    ("place", "row"),
    [
        (keys.HEAD, np.ones(1, HEAD).tobytes()[:-1] + b"xy"),
        (keys.INTEREST + b"\x00", b"\x01"),
        (keys.INTEREST + bytes([ROWS_PER_USER]), b"\x01" * 288),
        (keys.SEEN + b"\x00", bytes(255)),
        (keys.SEEN + bytes([SEEN_CHUNKS]), bytes(256)),
        (b"z", b"\x01"),
    ],
)
def test_a_row_that_does_not_fit_is_refused(place, row):
    head = b"\x01" + bytes(HEAD_BYTES - 1)
    with pytest.raises(SchemaError):
        UserArena(1).load("ann", [(keys.owner_prefix("ann") + place, row if place != keys.HEAD else head + b"x")])


def test_bytes_per_user_is_what_the_arrays_take():
    arena = UserArena(10)
    arrays = (arena.head, arena.meta, arena.directions, arena.seen)
    assert arena.bytes_per_user == sum(array.nbytes for array in arrays) // 10
