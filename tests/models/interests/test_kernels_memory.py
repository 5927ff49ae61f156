"""Memory's kernels: which behaviors are remembered, and which sketch keeps what."""

from math import inf

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from models.interests.kernels.memory import add_to_sketch
from schemas.behaviors import TYPE_CODES
from schemas.rows.user import RECENTS
from tests.models.builders import NOON
from tests.models.interests.acts import UNKNOWN, act
from tests.models.interests.twin import ANN, arena_after, recents


def test_the_latest_behaviors_are_remembered_with_their_interests():
    views = [act("view", NOON + n, 1 + n % 2) for n in range(RECENTS + 5)]
    arena = arena_after(views)
    wanted = [(1 + n % 2, int(NOON) + n, TYPE_CODES["view"], n % 2) for n in range(5, RECENTS + 5)]
    assert recents(arena, {0: 0, 1: 1}) == wanted


def test_what_is_on_no_interest_is_remembered_as_such():
    arena = arena_after([act("view", NOON, UNKNOWN), act("impression", NOON, shown=(1,)), act("identify", NOON)])
    assert recents(arena, {}) == [(UNKNOWN, int(NOON), TYPE_CODES["view"], None)]


def test_times_that_do_not_fit_are_clipped():
    for at, stored in ((-5.0, 1), (1e12, 2**32 - 1)):
        assert arena_after([act("view", at, 1)]).rings["at"][ANN, 0, 0] == stored


@settings(max_examples=50, deadline=None)
@given(st.lists(st.tuples(st.integers(1, 6), st.floats(0.5, 9.0, width=16)), max_size=30))
def test_a_sketch_with_room_for_all_is_exact_and_bounded(added):
    prints, masses = np.zeros(6, np.uint32), np.zeros(6, np.float32)
    wanted: dict[int, float] = {}
    for value, mass in added:
        add_to_sketch(prints, masses, value, mass, 20.0)
        wanted[value] = min(wanted.get(value, 0.0) + mass, 20.0)
    found = {k: m for k, m in zip(prints.tolist(), masses.tolist(), strict=True) if k}
    assert found == wanted


@settings(max_examples=50, deadline=None)
@given(st.lists(st.tuples(st.integers(1, 40), st.floats(0.5, 9.0, width=16)), max_size=60))
def test_a_full_sketch_keeps_what_is_heavier_than_it_can_have_lost(added):
    prints, masses = np.zeros(4, np.uint32), np.zeros(4, np.float32)
    for value, mass in added:
        before = dict(zip(prints.tolist(), masses.tolist(), strict=True))
        add_to_sketch(prints, masses, value, mass, inf)
        after = dict(zip(prints.tolist(), masses.tolist(), strict=True))
        assert sum(after.values()) >= sum(before.values())
        lost = set(before) - set(after) - {0}
        assert all(before[one] < mass and before[one] == min(before.values()) for one in lost)
