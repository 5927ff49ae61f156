"""Returns: the rates at which users come back are those of the process that they come back by."""

from dataclasses import replace
from math import log

import numpy as np
import pytest

from models.interests.arena import UserArena
from models.interests.update import apply
from tests.models.builders import DAY, HOUR, NOON
from tests.models.interests.acts import OPTIONS, act, columns_of, laws
from tests.models.interests.slow.returns import area
from tests.models.interests.twin import ANN, arena_after

LAWS = laws(replace(OPTIONS, adaptive_half_life=False, learning_rate=0.0, floor=0.0, session_gap=1.0))
USERS = 300
SPAN = 240 * DAY
LONG, SHORT = OPTIONS.half_life, OPTIONS.short_half_life


def visits(chance: np.random.Generator, mu: float, alpha: float) -> list[float]:
    """Times of a self-exciting process that begins with one visit, by thinning (Ogata 1981)."""
    at, until, times = NOON, NOON + SPAN, [NOON]
    mass = short = 1.0
    while True:
        most = mu * mass**0.75 + alpha * short**0.75
        pause = chance.exponential(1.0 / most)
        at, mass, short = at + pause, mass * 2.0 ** (-pause / LONG), short * 2.0 ** (-pause / SHORT)
        if at >= until:
            return times
        if chance.uniform() * most < mu * mass**0.75 + alpha * short**0.75:
            times.append(at)
            mass, short = mass + 1.0, short + 1.0


@pytest.mark.parametrize(("long_share", "short_share"), [(0.4, 0.4), (0.15, 0.65), (0.65, 0.15)])
def test_the_rates_of_a_planted_process_are_found(long_share, short_share):
    mu, alpha = long_share * log(2.0) / LONG, short_share * log(2.0) / SHORT
    chance = np.random.default_rng(11)
    arena = UserArena(USERS)
    slots, times = arena.add([f"user-{n}" for n in range(USERS)]), []
    for slot in slots.tolist():
        times += [(at, slot) for at in visits(chance, mu, alpha)]
        times.append((NOON + SPAN, slot))
    acts = [act("identify" if at == NOON + SPAN else "view", at, 0 if at == NOON + SPAN else 1) for at, _ in times]
    columns = columns_of(acts)
    columns = columns._replace(slots=np.array([slot for _, slot in times]), prints=np.zeros_like(columns.prints))
    apply(arena, columns, LAWS)
    rates = arena.learned["touches"][0] / arena.learned["exposure"][0]
    assert len(times) > 1000
    np.testing.assert_allclose(rates, (mu, alpha), rtol=0.2)


def test_only_time_between_sessions_is_exposure():
    by = laws()
    one = arena_after([act("view", NOON, 1)], by)
    in_session = arena_after([act("view", NOON, 1), act("view", NOON + 60, 13)], by)
    assert in_session.learned["exposure"].tolist() == one.learned["exposure"].tolist()
    back = arena_after([act("view", NOON, 1), act("view", NOON + 5 * DAY, 2)], by)
    forgetting = by.rules.forgetting
    wanted = [area(1.0, LONG, 5 * DAY), area(1.0, SHORT, 5 * DAY)]
    grown = back.learned["exposure"][0] - forgetting * one.learned["exposure"][0]
    np.testing.assert_allclose(grown, wanted, rtol=1e-6)
    np.testing.assert_allclose(back.learned["touches"][0], [forgetting, forgetting])


def test_a_return_is_divided_between_what_is_wanted_always_and_now():
    soon = arena_after([act("view", NOON, 1), act("view", NOON + HOUR, 13)])
    late = arena_after([act("view", NOON, 1), act("view", NOON + 20 * DAY, 13)])
    for arena in (soon, late):
        np.testing.assert_allclose(arena.learned["touches"][0].sum(), 1 + 2 * laws().rules.forgetting)
    assert soon.learned["touches"][0, 1] > 1.5 > 1.1 > late.learned["touches"][0, 1]


def test_a_session_counts_once_for_each_interest_it_touches():
    views = [act("view", NOON, 1), act("view", NOON, 2)]
    again = [act("view", NOON + DAY + n, 13 + n % 2 + 12 * (n // 2)) for n in range(6)]
    arena = arena_after([*views, *again])
    assert arena.meta["sessions"][ANN, :2].tolist() == [2, 2]
    np.testing.assert_allclose(arena.learned["touches"][0].sum(), 2 + 2 * laws().rules.forgetting)
