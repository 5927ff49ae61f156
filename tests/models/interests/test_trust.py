"""Trust: what machines send weighs little, what people send weighs whole."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.models.builders import HOUR, NOON
from tests.models.interests.acts import OPTIONS, TOPICS, act, laws
from tests.models.interests.slow.user import Act
from tests.models.interests.twin import ANN, arena_after, receive, total_mass, type_masses_of

LAWS = laws(replace(OPTIONS, adaptive_half_life=False, floor=0.0))
VIEW = OPTIONS.types["view"].weight


def added(acts: list[Act]) -> float:
    """The mass of all of ann's interests after all that, without what has faded since."""
    arena = arena_after(acts, laws(replace(OPTIONS, adaptive_half_life=False, half_life=1e12)))
    return total_mass(arena, NOON)


@settings(max_examples=20, deadline=None)
@given(st.floats(0.01, 3.0), st.integers(1, 3))
def test_a_burst_of_a_thousand_repeats_adds_less_than_two(pause, items):
    repeats = [act("view", NOON + n * pause, 1 + n % items) for n in range(1000)]
    assert added(repeats) < 2 * VIEW * items


def test_each_repetition_within_the_span_counts_a_quarter_of_the_one_before():
    masses = [added([act("view", NOON + n, 1) for n in range(count)]) for count in range(1, 5)]
    np.testing.assert_allclose(np.diff(masses), [0.25, 0.0625 * 0.9625, 0.015625 * 0.916562], rtol=1e-2)


@pytest.mark.parametrize(
    "other", [act("click", NOON + 1, 1), act("view", NOON + 1, 13), act("view", NOON + 2 * HOUR, 1)]
)
def test_another_type_another_item_or_a_later_hour_is_no_repetition(other):
    assert added([act("view", NOON, 1), other]) == pytest.approx(VIEW + other.weight)


def test_at_machine_pace_no_more_counts_than_the_bucket_holds():
    acts = [act("view", NOON + n * 0.01, 1 + n % 47) for n in range(400)]
    assert added(acts) < (OPTIONS.burst + 1 + 4 * OPTIONS.refill) * VIEW
    arena = arena_after(acts, LAWS)
    assert arena.head["tokens"][ANN] < 1.0
    assert arena.head["anomaly"][ANN] > 0.9


def test_what_is_not_trusted_at_all_neither_makes_nor_ends_an_interest():
    hasty = laws(replace(OPTIONS, burst=3.0))
    acts = [act("view", NOON, topic) for topic in range(1, TOPICS + 1)]
    arena = arena_after(acts, hasty)
    assert arena.head["used"][ANN] == 0b111
    assert arena.head["behaviors"][ANN] == TOPICS
    refused = arena_after([*acts[:3], *(act("hide", NOON, topic) for topic in range(4, 9))], hasty)
    assert refused.head["used"][ANN] == 0b111


def test_a_person_is_never_limited():
    acts = [act("view", NOON + n * 6.0, 1 + n % 40) for n in range(500)]
    arena = arena_after(acts, LAWS)
    assert arena.head["anomaly"][ANN] == 0.0
    assert added(acts) == pytest.approx(500 * VIEW)


def test_another_item_within_half_a_second_counts_an_eighth():
    first = act("view", NOON, 1)
    assert added([first, act("view", NOON + 0.25, 2)]) == pytest.approx(VIEW * 1.125)
    for later in (act("view", NOON + 0.5, 2), act("view", NOON, 2), act("click", NOON + 0.25, 1)):
        assert added([first, later]) == pytest.approx(VIEW + later.weight)


def test_the_bucket_fills_again_with_time():
    arena = arena_after([act("view", NOON, 1 + n) for n in range(40)], LAWS)
    assert arena.head["tokens"][ANN] == OPTIONS.burst - 40
    receive(arena, [act("identify", NOON + 60.0)], LAWS)
    assert arena.head["tokens"][ANN] == min(OPTIONS.burst - 40 + 60 * OPTIONS.refill, OPTIONS.burst)
    receive(arena, [act("identify", NOON + 10 * HOUR)], LAWS)
    assert arena.head["tokens"][ANN] == OPTIONS.burst


def test_an_anomaly_is_forgotten_when_behavior_is_as_usual_again():
    arena = arena_after([act("view", NOON + n * 0.01, 1) for n in range(100)], LAWS)
    before = float(arena.head["anomaly"][ANN])
    receive(arena, [act("view", NOON + n * HOUR, 1 + n % 40) for n in range(1, 200)], LAWS)
    assert arena.head["anomaly"][ANN] < 0.01 < 0.5 < before


def test_negative_behaviors_are_limited_as_positive_ones_are():
    arena = arena_after([act("hide", NOON + n, 1) for n in range(100)], LAWS)
    assert arena.meta["turned"][ANN, 0] < 2 * 3.0


def test_what_is_withheld_is_withheld_of_the_mass_and_not_of_the_count():
    arena = arena_after([act("view", NOON, 1) for _ in range(10)], LAWS)
    assert arena.head["behaviors"][ANN] == arena.meta["behaviors"][ANN, 0] == 10
    assert type_masses_of(arena)[1] == pytest.approx(10.0)
