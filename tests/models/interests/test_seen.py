"""Seen: what a user has had is remembered, what it has not is taken for it as seldom as is said, and both for long."""

from math import exp

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.interests.arena import UserArena
from models.interests.kernels.seen import BITS, MARKS, mark_seen
from models.interests.kernels.types import SEEN_CHANGED
from models.interests.merging import merge, withdraw
from schemas.rows.user import SEEN_CHUNK, SEEN_CHUNKS
from tests.golden.slow_rows import seen_bits
from tests.models.builders import NOON
from tests.models.interests.acts import UNKNOWN, act, laws
from tests.models.interests.twin import ANN, arena_after, had

BOB = 1
ASKED = 10_000
PRINTS = np.random.default_rng(7).choice(np.arange(1, 2**32, 4099, np.int64), 5000 + ASKED, replace=False).tolist()
HISTORIES = st.lists(st.sampled_from(PRINTS[:200]), max_size=80)


def mark(arena: UserArena, item: int, slot: int = ANN) -> int:
    """The user has had the item; the bits of the rows that changed."""
    return int(mark_seen(arena.head[slot], arena.seen[slot], item))


def arena_of(*histories: list[int]) -> UserArena:
    """Users who have had these items."""
    arena = UserArena(1)
    arena.add(["ann", "bob"][: len(histories)])
    for slot, history in enumerate(histories):
        arena.head["version"][slot] = 1
        for item in history:
            mark(arena, item, slot)
    return arena


def bits_of(arena: UserArena, slot: int = ANN) -> np.ndarray:
    """Which bits are set (3, 1024)."""
    return np.unpackbits(arena.seen[slot].view(np.uint8), bitorder="little").reshape(SEEN_CHUNKS, BITS)


@settings(max_examples=50, deadline=None)
@given(HISTORIES)
def test_the_bits_are_those_of_the_items_had_as_a_second_program_finds_them(history):
    wanted = np.zeros((SEEN_CHUNKS, BITS))
    for item in history:
        chunk, bits = seen_bits(item)
        wanted[chunk, list(bits)] = 1
    np.testing.assert_array_equal(bits_of(arena_of(history)), wanted)


def test_every_item_is_remembered_while_fewer_than_600_were_had():
    arena = arena_of([])
    for count, item in enumerate(PRINTS[:599], 1):
        mark(arena, item)
        assert count % 20 or had(arena, PRINTS[:count]) == PRINTS[:count]
    assert had(arena, PRINTS[:599]) == PRINTS[:599]


@pytest.mark.parametrize("count", [100, 200, 400])
def test_items_not_had_are_taken_for_such_with_the_chance_that_is_stated(count):
    taken = len(had(arena_of(PRINTS[:count]), PRINTS[-ASKED:]))
    wanted = (1 - exp(-MARKS * count / (SEEN_CHUNKS * BITS))) ** MARKS * ASKED
    assert abs(taken - wanted) <= 5 * wanted**0.5


def test_however_many_were_had_the_latest_is_remembered_and_few_of_those_not_had_are_taken_for_such():
    arena = arena_of([])
    for item in PRINTS[:5000]:
        mark(arena, item)
        assert had(arena, [item]) == [item]
        assert (bits_of(arena).sum(1).max() / BITS) ** MARKS < 0.16
    assert len(had(arena, PRINTS[-ASKED:])) <= 0.16 * ASKED


def test_of_many_more_items_than_there_is_room_for_most_of_the_latest_are_remembered():
    found = [len(had(arena_of(PRINTS[:count]), PRINTS[count - 100 : count])) for count in (1000, 2000, 3000)]
    assert np.mean(found) > 75


@settings(max_examples=50, deadline=None)
@given(HISTORIES)
def test_only_the_chunk_of_a_new_item_changes_and_is_said_to(history):
    arena, new = arena_of([]), 0
    for item in history:
        before, known = arena.seen[ANN].reshape(SEEN_CHUNKS, SEEN_CHUNK).copy(), had(arena, [item])
        changed = mark(arena, item)
        assert changed == changed_rows(before, arena) == (0 if known else SEEN_CHANGED << seen_bits(item)[0])
        new += not known
    assert arena.head["seen_count"][ANN] == new


@settings(max_examples=50, deadline=None)
@given(HISTORIES, HISTORIES)
def test_merging_unites_what_both_had_and_says_which_chunks_change(mine, theirs):
    arena = arena_of(mine, theirs)
    before, arena.changed[:] = arena.seen[ANN].reshape(SEEN_CHUNKS, SEEN_CHUNK).copy(), 0
    merge(arena, ANN, withdraw(arena, BOB), laws())
    assert arena.seen[ANN].tobytes() == arena_of(mine + theirs).seen[ANN].tobytes()
    assert int(arena.changed[ANN]) // SEEN_CHANGED * SEEN_CHANGED == changed_rows(before, arena)


def changed_rows(before: np.ndarray, arena: UserArena) -> int:
    """The bits of the chunks that differ."""
    differ = (before != arena.seen[ANN].reshape(SEEN_CHUNKS, SEEN_CHUNK)).any(1)
    return sum(SEEN_CHANGED << chunk for chunk in np.flatnonzero(differ).tolist())


def test_an_item_without_a_vector_is_remembered_as_had():
    arena = arena_after([act("purchase", NOON, UNKNOWN)])
    assert had(arena, range(1, UNKNOWN + 5)) == [UNKNOWN]
    assert arena.head["used"][ANN] == 0


def test_only_types_after_which_an_item_is_had_are_remembered_so():
    arena = arena_after([act("view", NOON, 1), act("hide", NOON, 2), act("purchase", NOON, 3)])
    assert had(arena, range(1, UNKNOWN)) == [2, 3]


def test_an_item_had_again_changes_no_bit():
    arena = arena_after([act("purchase", NOON + n, 3) for n in range(5)])
    assert arena.head["seen_count"][ANN] == 1
    assert had(arena, range(1, UNKNOWN)) == [3]
