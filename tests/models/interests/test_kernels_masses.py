"""Masses' kernels: how an interest fades, and how it learns how fast it should."""

from dataclasses import replace
from math import exp, log

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.interests.kernels.masses import move
from schemas.rows.user import INTEREST, SLOTS
from tests.models.builders import DAY, HOUR, NOON
from tests.models.interests.acts import OPTIONS, act, laws
from tests.models.interests.twin import ANN, arena_after

LAWS = laws()
FIXED = laws(replace(OPTIONS, adaptive_half_life=False))
BASE = OPTIONS.half_life


def interest(**fields: object) -> np.ndarray:
    made = np.zeros(1, INTEREST)
    made["at"], made["half_life"] = NOON, BASE
    for name, value in fields.items():
        made[name] = value
    return made


@settings(max_examples=50, deadline=None)
@given(st.lists(st.floats(-5 * DAY, 90 * DAY), max_size=8), st.floats(1e-6, 1e6), st.floats(DAY, 200 * DAY))
def test_fading_step_by_step_is_fading_at_once(pauses, mass, half_life):
    masses = {"mass": mass, "short": mass, "turned": mass, "evidence_mass": [mass / 2, mass / 4, 0.0]}
    stepwise, at_once = interest(half_life=half_life, **masses), interest(half_life=half_life, **masses)
    at, latest = NOON, NOON
    for pause in pauses:
        at += pause
        latest = max(at, latest)
        move(stepwise[0], at, LAWS.rules)
    move(at_once[0], latest, LAWS.rules)
    assert stepwise["at"] == at_once["at"] == latest
    np.testing.assert_allclose(stepwise["mass"], at_once["mass"], rtol=1e-9)
    for name in ("short", "turned", "evidence_mass"):
        np.testing.assert_allclose(stepwise[name], at_once[name], rtol=1e-5, atol=1e-35)


def test_all_that_fades_halves_in_its_half_life():
    row = interest(mass=8.0, short=8.0, turned=8.0, evidence_mass=[4.0, 2.0, 1.0])
    move(row[0], NOON + BASE, LAWS.rules)
    assert (row["mass"][0], row["evidence_mass"][0].tolist()) == (4.0, [2.0, 1.0, 0.5])
    assert row["short"][0] == pytest.approx(8.0 * 2.0**-30)
    assert row["turned"][0] == pytest.approx(8.0 * 2.0 ** (-30 / 14))


@pytest.mark.parametrize(("gap", "sessions"), [(2 * DAY, 3), (2 * DAY, 30), (9 * DAY, 12), (60 * DAY, 12)])
def test_the_half_life_follows_the_gaps_between_sessions(gap, sessions):
    arena = arena_after([act("like", NOON + n * gap, 1 + 12 * (n % 4)) for n in range(sessions)])
    row = arena.meta[ANN, 0]
    before = sessions - 1
    trust = before / (before + 8)
    wanted = exp((1 - trust) * log(BASE) + trust * log(4 * gap))
    assert row["sessions"] == sessions
    assert row["gap"] == pytest.approx(log(gap), rel=1e-6)
    assert row["half_life"] == pytest.approx(min(max(wanted, BASE / 4), BASE * 4), rel=1e-5)


@pytest.mark.parametrize(("gap", "bound"), [(HOUR, BASE / 4), (20 * BASE, BASE * 4)])
def test_the_half_life_stays_within_a_quarter_and_four_times(gap, bound):
    keeping = laws(replace(OPTIONS, floor=0.0))
    arena = arena_after([act("like", NOON + n * gap, 1 + 12 * (n % 4)) for n in range(60)], keeping)
    assert arena.meta["half_life"][ANN, 0] == pytest.approx(bound, rel=1e-6)


def test_a_fixed_half_life_stays():
    arena = arena_after([act("like", NOON + n * DAY, 1) for n in range(20)], FIXED)
    assert arena.meta["half_life"][ANN, 0] == BASE


def test_a_session_is_one_however_many_behaviors_it_has():
    session = [act("view", NOON + 60 * n, 1 + 12 * (n % 4)) for n in range(30)]
    arena = arena_after(session)
    assert (arena.meta["sessions"][ANN, 0], arena.head["sessions"][ANN], arena.meta["gap"][ANN, 0]) == (1, 1, 0.0)


def test_what_a_session_touched_before_is_remembered_in_order():
    day = [act("view", NOON, 1), act("view", NOON + 1, 2), act("view", NOON + 2, 13)]
    next_day = [act("view", NOON + DAY, 14), act("view", NOON + DAY + 1, 25)]
    together = arena_after([*day, *next_day]).meta["together"][ANN]
    assert together[1].tolist() == [1, 0] + [0] * (SLOTS - 2)
    assert together[0].tolist() == [0, 1] + [0] * (SLOTS - 2)


def test_counts_of_sessions_are_halved_together_when_one_is_full():
    sessions = [(NOON + n * HOUR, n) for n in range(254)]
    acts = [act("view", at + k, 1 + k + 12 * (n % 4)) for at, n in sessions for k in range(2)]
    arena = arena_after(acts)
    full = [arena.meta["sessions"][ANN, 0], arena.meta["sessions"][ANN, 1], arena.head["sessions"][ANN]]
    assert [*full, arena.meta["together"][ANN, 1, 0]] == [254] * 4
    arena = arena_after([*acts, act("view", NOON + 300 * HOUR, 2)])
    halved = [arena.meta["sessions"][ANN, 0], arena.meta["sessions"][ANN, 1], arena.head["sessions"][ANN]]
    assert [*halved, arena.meta["together"][ANN, 1, 0]] == [127] * 4


def test_counts_of_hours_are_halved_when_one_is_full():
    views = [act("view", NOON + n * HOUR, 1 + 12 * (n % 4), hour=n % 5 // 4, device=1) for n in range(318)]
    row = arena_after(views).meta[ANN, 0]
    assert row["hours"][:2].tolist() == [127, 31]
    assert row["devices"][0] == 127 + 318 - 255


def test_late_behaviors_do_not_make_gaps():
    arena = arena_after([act("view", NOON, 1), act("view", NOON - 9 * DAY, 13), act("view", NOON + 1, 25)])
    assert (arena.meta["gap"][ANN, 0], arena.meta["half_life"][ANN, 0]) == (0.0, BASE)
