"""Feedback: what is turned away or passed over, and by which qualities users choose."""

from dataclasses import replace
from math import exp, log

import numpy as np
import pytest

from models.interests.arena import UserArena
from schemas.rows.user import SHOWN
from tests.models.builders import DAY, NOON
from tests.models.interests.acts import OPTIONS, UNKNOWN, act, facets_of, laws, world_of
from tests.models.interests.slow.feedback import matches
from tests.models.interests.slow.step import admitted
from tests.models.interests.slow.user import Act, Learned, User
from tests.models.interests.twin import ANN, arena_after, receive

RATE = 0.2
TASTE = [act("purchase", NOON + n * DAY, 1 + 5 * n % 47) for n in range(12)]
NOW = NOON + 12 * DAY


def turned(arena: UserArena) -> dict[int, float]:
    row = arena.feedback[ANN]
    return {k: m for k, m in zip(row["turned"].tolist(), row["turned_mass"].tolist(), strict=True) if k}


def test_what_is_hidden_is_turned_away_and_its_category_half_as_much():
    arena = arena_after([act("hide", NOON, 5)])
    assert turned(arena) == {5: 3.0, facets_of(5)[0]: 1.5}
    assert arena.meta["turned"][ANN, 0] == 3.0
    assert arena.meta["mass"][ANN, 0] == 0.0


def test_what_is_turned_away_fades():
    arena = arena_after([act("hide", NOON, 5), act("skip", NOON + OPTIONS.turned_half_life, 6)])
    assert turned(arena)[5] == pytest.approx(1.5)
    assert arena.feedback["turned_at"][ANN] == NOON + OPTIONS.turned_half_life


def test_a_late_dislike_counts_as_one_in_time():
    pair = [act("hide", NOON, 5), act("skip", NOON + 5 * DAY, 6)]
    timely, late = arena_after(pair), arena_after(pair[::-1])
    one, other = turned(timely), turned(late)
    assert one.keys() == other.keys()
    np.testing.assert_allclose([one[k] for k in sorted(one)], [other[k] for k in sorted(one)], rtol=1e-6)


def test_no_more_is_turned_away_at_once_than_the_limit():
    arena = arena_after([act("dislike", NOON + n * 3700.0, 5) for n in range(10)])
    assert max(turned(arena).values()) <= OPTIONS.turned_limit
    assert arena.meta["turned"][ANN, 0] <= OPTIONS.turned_limit


def test_the_heaviest_of_what_was_turned_away_stay():
    light = [act("skip", NOON, UNKNOWN + n) for n in range(8)]
    arena = arena_after([*light, act("dislike", NOON, UNKNOWN + 100)])
    assert len(turned(arena)) == 8
    assert turned(arena)[UNKNOWN + 100] == 4.0
    arena = arena_after([*(replace(a, weight=-2.0) for a in light), act("skip", NOON, UNKNOWN + 100)])
    assert UNKNOWN + 100 not in turned(arena)


def test_what_was_shown_and_not_chosen_before_the_next_impression_is_turned_away_a_little():
    first, second = act("impression", NOON, shown=(1, 2, 3)), act("impression", NOON + 60, shown=(4,))
    arena = arena_after([first, act("view", NOON + 30, 2), second])
    assert turned(arena) == pytest.approx({1: OPTIONS.ignored, 3: OPTIONS.ignored})
    assert arena.feedback["shown"][ANN].tolist() == [4] + [0] * (SHOWN - 1)
    assert arena.feedback["shown_at"][ANN] == NOON + 60


def test_of_a_long_impression_the_first_items_count():
    arena = arena_after([act("impression", NOON, shown=tuple(range(1, 12)))])
    assert arena.feedback["shown"][ANN].tolist() == list(range(1, SHOWN + 1))


def test_what_was_skipped_is_not_chosen():
    arena = arena_after([act("impression", NOON, shown=(1, 2)), act("skip", NOON + 1, 1)])
    assert arena.feedback["shown"][ANN, :2].tolist() == [1, 2]


def test_brands_and_price_bands_of_what_is_wanted_gain_its_weight():
    item = 1
    arena = arena_after([act("purchase", NOON, item), act("view", NOON + OPTIONS.half_life, item)])
    row = arena.feedback[ANN]
    brand, price = facets_of(item)[2:4]
    found = dict(zip(row["attributes"].tolist(), row["attribute_mass"].tolist(), strict=True))
    assert (found[brand], found[price]) == (pytest.approx(3.5), pytest.approx(3.5))


def weights_after(*more: Act) -> tuple[UserArena, User]:
    """Kernels and twin after a choice by someone of known taste."""
    arena, state, by = arena_after(TASTE), (User(), Learned()), laws()
    receive(arena, list(more))
    for a in (*TASTE, *more):
        state = admitted(state, a, world_of(by))
    return arena, state[0]


@pytest.mark.parametrize(("chosen", "passed_over"), [(6, 9), (9, 6), (26, 40), (11, 48)])
def test_a_choice_is_a_step_down_the_logistic_loss(chosen, passed_over):
    impression = act("impression", NOW, shown=(chosen, passed_over))
    arena, user = weights_after(impression)
    before = arena.feedback["dimensions"][ANN].astype(np.float64)
    items = world_of(laws()).items
    apart = np.subtract(matches(user, items[chosen]), matches(user, items[passed_over]))

    def loss(weights: np.ndarray) -> float:
        return log(1.0 + exp(-float(weights @ apart)))

    receive(arena, [act("click", NOW + 1, chosen)])
    step = arena.feedback["dimensions"][ANN] - before
    around = 1e-5 * np.eye(4)
    slopes = [(loss(before + d) - loss(before - d)) / 2e-5 for d in around]
    assert np.abs(slopes).max() > 0.01
    np.testing.assert_allclose(step, -RATE * np.array(slopes), atol=1e-6)


def test_choosing_by_brand_makes_the_brand_count():
    arena = arena_after(TASTE)
    brands = arena.feedback["attributes"][ANN].tolist()
    of_known = [item for item in range(1, 48) if facets_of(item)[2] in brands]
    of_others = [item for item in range(1, 48) if facets_of(item)[2] not in brands and facets_of(item)[2]]
    assert len(of_known) > 5 < len(of_others)
    for n, (one, other) in enumerate(zip(of_known * 3, of_others * 3, strict=False)):
        receive(arena, [act("impression", NOW + 60 * n, shown=(one, other)), act("click", NOW + 60 * n + 1, one)])
    weights = arena.feedback["dimensions"][ANN]
    assert weights[2] > 1.2
    assert ((weights >= 0.0) & (weights <= 4.0)).all()
