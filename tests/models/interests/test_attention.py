"""Attention: a softmax over interests that sums to 1, and the vector that follows from it."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.interests.arena import UserArena
from models.interests.attention import Attention, attend
from models.interests.options import InterestOptions
from models.interests.update import admit_and_apply
from schemas.rows.user import SLOTS, UNWANTED
from tests.models.builders import DAY, NOON
from tests.models.interests.acts import OPTIONS, RULES, VECTORS, act, columns_of, histories
from tests.models.interests.slow import Act

FAR_APART = (1, 2)


def attention_of(acts: list[Act], options: InterestOptions = OPTIONS) -> Attention:
    arena = UserArena(1)
    arena.add(["ann"])
    admit_and_apply(arena, columns_of(acts), np.ones(len(acts), np.bool_), RULES)
    return attend(arena, np.array([0]), options)


@settings(max_examples=50, deadline=None)
@given(histories(), st.sampled_from([0.25, 1.0, 4.0]))
def test_attention_sums_to_one_over_the_interests_there_are(history, temperature):
    attention = attention_of(history, InterestOptions(temperature=temperature))
    used = attention.used[0, :SLOTS]
    assert attention.shares[0].sum() == pytest.approx(1.0 if used.any() else 0.0, abs=1e-12)
    assert (attention.shares[0] >= 0).all()
    assert not attention.shares[0, ~used].any()


@settings(max_examples=30, deadline=None)
@given(histories())
def test_the_ready_vector_is_the_sum_of_unit_directions_by_attention(history):
    attention = attention_of(history)
    lengths = np.linalg.norm(attention.units[0], axis=1)
    np.testing.assert_allclose(lengths[attention.used[0]], 1.0, rtol=1e-5)
    wanted = attention.shares[0] @ attention.units[0, :SLOTS].astype(np.float64)
    np.testing.assert_allclose(attention.ready[0], wanted, atol=1e-6)


def test_at_temperature_one_attention_is_proportional_to_mass():
    like, view = (act(kind, NOON, item) for kind, item in zip(("like", "view"), FAR_APART, strict=True))
    assert attention_of([like, view]).shares[0, :2].tolist() == pytest.approx([0.8, 0.2])


def test_attention_moves_to_the_newer_interest_as_the_older_one_fades():
    old, new = act("view", NOON, 1), act("view", NOON + OPTIONS.half_life, 2)
    attention = attention_of([old, new])
    assert attention.shares[0, :2].tolist() == pytest.approx([1 / 3, 2 / 3])
    assert attention.masses[0, :2].tolist() == pytest.approx([0.5, 1.0])


def test_a_low_temperature_picks_the_strongest_interest():
    like, view = (act(kind, NOON, item) for kind, item in zip(("like", "view"), FAR_APART, strict=True))
    attention = attention_of([like, view], InterestOptions(temperature=0.01))
    np.testing.assert_allclose(attention.ready[0], VECTORS[0], atol=1e-5)


def test_interests_of_which_no_mass_is_left_still_share_the_attention():
    views = [act("view", NOON, 1), act("view", NOON + DAY, 2)]
    arena = UserArena(1)
    arena.add(["ann"])
    admit_and_apply(arena, columns_of(views), np.ones(2, np.bool_), RULES)
    arena.head["at"][0] += OPTIONS.half_life * 5_000
    attention = attend(arena, np.array([0]), OPTIONS)
    assert attention.masses[0].max() == 0.0
    assert attention.shares[0].sum() == pytest.approx(1.0)


def test_what_is_unwanted_gets_no_attention():
    attention = attention_of([act("dislike", NOON, 1)])
    assert attention.used[0].tolist() == [False] * SLOTS + [True]
    assert not attention.shares.any()
    assert not attention.ready.any()
    np.testing.assert_allclose(attention.units[0, UNWANTED], VECTORS[0], atol=1e-6)
