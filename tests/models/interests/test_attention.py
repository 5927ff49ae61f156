"""Attention: a softmax over interests that sums to 1, and the vector that follows from it."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.interests.attention import Attention, Context, attend, latest
from models.interests.options import InterestOptions
from models.interests.update import laws_of
from schemas.rows.user import MUTED, PROVEN, SLOTS
from tests.models.builders import DAY
from tests.models.interests.made import VECTORS, MadeInterest, MadeUser, arena_of, made_users, slow_shares

LEARNED = InterestOptions()
BY_MASS = InterestOptions(attention="mass")
THETA = (1.0, 0.3, 0.8, 0.5, 0.5, 2.0)
EVEN = {0: MadeInterest(), 1: MadeInterest(vector=1)}


def attention_of(
    user: MadeUser, options: InterestOptions = LEARNED, theta: tuple[float, ...] = THETA, content: int | None = None
) -> Attention:
    arena, slots = arena_of([user]), np.array([0])
    arena.learned["theta"] = theta
    context = latest(arena, slots)
    if content is not None:
        context = Context(context.hours, context.devices, VECTORS[content : content + 1])
    return attend(arena, slots, options, laws_of(options, ()).rules, context)


def shares_of(user: MadeUser, options: InterestOptions = LEARNED) -> list[float]:
    return attention_of(user, options).shares[0].tolist()


@settings(max_examples=60, deadline=None)
@given(made_users, st.tuples(*[st.floats(-2, 2)] * 6), st.sampled_from([LEARNED, InterestOptions(context=False)]))
def test_attention_is_what_its_definition_says(user, theta, options):
    found = attention_of(user, options, theta).shares[0]
    np.testing.assert_allclose(found, slow_shares(user, options, theta), rtol=1e-4, atol=1e-7)


@settings(max_examples=60, deadline=None)
@given(made_users, st.sampled_from([LEARNED, BY_MASS, InterestOptions(context=False)]))
def test_attention_sums_to_one_over_interests_that_have_mass_and_are_not_muted(user, options):
    attention = attention_of(user, options)
    eligible = [
        slot in user.interests and user.interests[slot].mass > 0 and not user.interests[slot].flags & MUTED
        for slot in range(SLOTS)
    ]
    assert attention.used[0].tolist() == [slot in user.interests for slot in range(SLOTS)]
    assert attention.shares[0].sum() == pytest.approx(1.0 if any(eligible) else 0.0, abs=1e-12)
    assert ((attention.shares[0] > 0) <= eligible).all()


@settings(max_examples=40, deadline=None)
@given(made_users)
def test_the_ready_vector_is_the_sum_of_unit_directions_by_attention(user):
    attention = attention_of(user)
    lengths = np.linalg.norm(attention.units[0], axis=1)
    np.testing.assert_allclose(lengths[attention.used[0]], 1.0, rtol=1e-5)
    wanted = attention.shares[0] @ attention.units[0].astype(np.float64)
    np.testing.assert_allclose(attention.ready[0], wanted, atol=1e-6)


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 11), st.permutations(range(1, 6)))
def test_attention_ranks_equal_interests_by_their_similarity_to_the_content(content, vectors):
    user = MadeUser({slot: MadeInterest(vector=vector) for slot, vector in enumerate(vectors)})
    shares = attention_of(user, content=content).shares[0, : len(vectors)]
    cosines = [float(VECTORS[vector] @ VECTORS[content]) for vector in vectors]
    assert np.argsort(shares).tolist() == np.argsort(cosines).tolist()


def test_by_mass_attention_is_proportional_to_mass_less_what_was_turned_away():
    interests = {
        0: MadeInterest(mass=3.0),
        1: MadeInterest(mass=2.0, age=30 * DAY),
        2: MadeInterest(mass=1.0, turned=2.0),
    }
    effective = np.array([3.0, 1.0, np.exp(-2.0 * BY_MASS.turned_penalty)])
    assert shares_of(MadeUser(interests), BY_MASS)[:3] == pytest.approx(list(effective / effective.sum()), rel=1e-6)


def test_an_interest_on_probation_never_leads_one_that_is_proven():
    user = MadeUser({0: MadeInterest(mass=0.5), 1: MadeInterest(mass=100.0, flags=0)}, recents=(1, 1, 1))
    assert shares_of(user)[:2] == pytest.approx([0.8, 0.2])


def test_by_mass_a_low_temperature_picks_the_strongest_interest():
    user = MadeUser({0: MadeInterest(mass=1.5), 1: MadeInterest(vector=1)})
    attention = attention_of(user, replace(BY_MASS, temperature=0.01))
    np.testing.assert_allclose(attention.ready[0], VECTORS[0], atol=1e-5)


@pytest.mark.parametrize(
    ("moment", "stronger"),
    [
        ({"hour": 3}, {"hours": (0, 0, 0, 9, 0, 0)}),
        ({"device": 1}, {"devices": (9, 0, 0)}),
        ({"recents": (1, None, 0)}, {}),
        ({}, {"short": 1.0}),
        ({}, {"asked_age": 60.0}),
        ({}, {"mass": 2.0}),
    ],
    ids=["its hour", "its device", "touched last", "lively now", "asked for", "heavy"],
)
def test_of_two_interests_the_one_that_fits_the_moment_has_more_attention(moment, stronger):
    even = MadeUser(EVEN, **moment)
    fitting = replace(even, interests={0: MadeInterest(), 1: replace(EVEN[1], **stronger)})
    first, second = shares_of(fitting)[:2]
    assert second > first + 0.05


def test_without_context_hours_and_devices_count_nothing():
    user = MadeUser({0: MadeInterest(), 1: MadeInterest(hours=(9, 0, 0, 0, 0, 0), devices=(9, 0, 0))}, device=1)
    assert shares_of(user, InterestOptions(context=False))[:2] == pytest.approx([0.5, 0.5])


@pytest.mark.parametrize("flags", [MUTED, MUTED | PROVEN])
def test_what_is_muted_gets_no_attention(flags):
    user = MadeUser({0: MadeInterest(mass=100.0, flags=flags), 1: MadeInterest()})
    assert shares_of(user)[:2] == [0.0, 1.0]


def test_what_was_only_turned_away_gets_no_attention():
    attention = attention_of(MadeUser({0: MadeInterest(mass=0.0, turned=3.0)}))
    assert attention.used[0, 0]
    assert not attention.shares.any()
    assert not attention.ready.any()


def test_interests_of_which_no_mass_is_left_still_share_the_attention():
    ancient = 30 * DAY * 1_000
    user = MadeUser({slot: MadeInterest(age=ancient * (slot + 1)) for slot in range(2)})
    attention = attention_of(user)
    assert attention.masses.max() < 1e-200
    assert attention.shares[0, :2].tolist() == pytest.approx([0.5, 0.5])
