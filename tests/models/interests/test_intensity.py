"""Intensity: a chance, that fades without behaviors and is what adding up the rate gives; and drift."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.interests.drift import drift
from models.interests.intensity import ahead, intensity, later
from schemas.interests import Rates
from tests.models.builders import DAY
from tests.models.interests.made import MadeInterest, slow_intensity

RATES = Rates(mu=2e-7, alpha=2e-6, short_half_life=DAY, turned_half_life=14 * DAY, horizon=7 * DAY)
masses = st.floats(0, 1e6)
half_lives = st.floats(3600, 1e8)
rows = st.lists(st.floats(0, 1e6), min_size=8, max_size=8)


def one(mass: float, half_life: float, short: float, rates: Rates = RATES) -> float:
    return float(intensity(np.array([mass]), np.array([half_life]), np.array([short]), rates)[0])


@settings(max_examples=50, deadline=None)
@given(masses, half_lives, masses)
def test_intensity_is_a_chance_that_grows_with_both_masses(mass, half_life, short):
    chance = one(mass, half_life, short)
    assert 0.0 <= chance <= 1.0
    assert one(mass + 1, half_life, short) >= chance
    assert one(mass, half_life, short + 1) >= chance


@settings(max_examples=50, deadline=None)
@given(masses, half_lives, masses, st.lists(st.floats(0, 1e8), min_size=2, max_size=2))
def test_intensity_fades_without_behaviors(mass, half_life, short, ages):
    early, late = sorted(ages)
    chances = [
        one(float(later(np.array([mass]), half_life, age)[0]), half_life, float(later(np.array([short]), DAY, age)[0]))
        for age in (0.0, early, late)
    ]
    assert chances[0] >= chances[1] >= chances[2]


@settings(max_examples=50, deadline=None)
@given(st.floats(0, 100), st.floats(DAY, 100 * DAY), st.floats(0, 100))
def test_intensity_is_what_adding_up_the_rate_gives(mass, half_life, short):
    made = MadeInterest(mass=mass, half_life=half_life, short=short)
    assert one(mass, half_life, short) == pytest.approx(slow_intensity(made, RATES), rel=1e-6, abs=1e-9)


def test_over_an_endless_horizon_a_mass_adds_up_to_its_mean_life():
    assert ahead(np.array([2.0]), 3 * DAY, 1e12)[0] == pytest.approx(2.0**0.75 * 4 * DAY / np.log(2.0))


def test_nothing_is_expected_of_an_interest_without_mass():
    assert one(0.0, 30 * DAY, 0.0) == 0.0


@settings(max_examples=50, deadline=None)
@given(rows, rows)
def test_drift_is_between_nought_and_one_and_the_same_both_ways(shorts, longs):
    now, always = np.array([shorts]), np.array([longs])
    found = drift(now, always)[0]
    assert 0.0 <= found <= 1.0
    assert drift(always, now)[0] == found


@settings(max_examples=50, deadline=None)
@given(rows, st.floats(1e-3, 1e3))
def test_who_wants_now_what_was_always_wanted_has_not_drifted(longs, scale):
    always = np.array([longs])
    assert drift(scale * always, always)[0] == pytest.approx(0.0, abs=1e-12)


def test_drift_is_the_share_that_has_moved():
    always = np.array([[3.0, 1.0, 0.0, 0.0]])
    moved = np.array([[0.25, 0.25, 0.5, 0.0], [0.0, 0.0, 0.0, 9.0], [0.0, 0.0, 0.0, 0.0]])
    assert drift(moved, np.repeat(always, 3, 0)).tolist() == [0.5, 1.0, 0.0]
