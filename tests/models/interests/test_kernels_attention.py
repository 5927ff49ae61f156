"""Attention's kernels: shares are a softmax, and learning goes up the likelihood of what comes next."""

from dataclasses import replace
from math import exp, log

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.interests.kernels.attention import attend, learn
from models.interests.kernels.types import FEATURES
from schemas.rows.learned import new_learned
from schemas.rows.user import ASKED, INTEREST, PROVEN, SLOTS
from tests.models.builders import DAY, HOUR, NOON
from tests.models.interests.acts import OPTIONS, act, laws
from tests.models.interests.twin import ANN, arena_after

RULES = laws().rules
THETA = new_learned()["theta"][0]
PROVEN_ONES = st.lists(st.booleans(), min_size=SLOTS, max_size=SLOTS)


def interests(proven: list[bool] | None = None) -> np.ndarray:
    """Eight rows of interests, some of them turned away, one asked for."""
    made = np.zeros(SLOTS, INTEREST)
    made["at"], made["half_life"], made["turned"][3] = NOON, OPTIONS.half_life, 2.0
    made["flags"] = np.where(proven, PROVEN, 0) if proven else PROVEN
    made["flags"][5] |= ASKED
    made["asked_at"][5] = NOON - DAY
    return made


def random_features(seed: int) -> np.ndarray:
    return np.random.default_rng(seed).normal(0.0, 1.5, (SLOTS, FEATURES))


def shares_of(found: np.ndarray, theta: np.ndarray, competing: int = 255, rows: np.ndarray | None = None) -> np.ndarray:
    shares = np.empty(SLOTS)
    attend(interests() if rows is None else rows, competing, found, theta, NOON, RULES, shares)
    return shares


@settings(max_examples=50, deadline=None)
@given(st.integers(0, 2**32), st.integers(0, 255), PROVEN_ONES)
def test_shares_sum_to_one_over_those_that_compete(seed, competing, proven):
    shares = shares_of(random_features(seed), THETA, competing, interests(proven))
    here = np.array([competing >> s & 1 for s in range(SLOTS)], np.bool_)
    assert (shares[here] > 0).all()
    assert not shares[~here].any()
    assert shares.sum() == pytest.approx(1.0 if competing else 0.0, abs=1e-12)


@settings(max_examples=50, deadline=None)
@given(st.integers(0, 2**32), PROVEN_ONES.filter(any))
def test_an_interest_on_probation_never_leads_one_that_is_proven(seed, proven):
    shares = shares_of(random_features(seed), THETA, rows=interests(proven))
    leader = int(shares.argmax())
    assert proven[leader]
    on_probation = shares[~np.array(proven)]
    assert (on_probation <= OPTIONS.probation * shares[leader] * (1 + 1e-6)).all()


def test_shares_are_a_softmax_of_what_speaks_for_each_and_against_it():
    found = random_features(3)
    logits = found @ THETA
    logits[3] -= RULES.turned_penalty * 2.0
    fresh = 0.5 ** (DAY / RULES.asked_half_life)
    logits[5] += fresh * (logits.max() + RULES.asked_boost - logits[5])
    powers = np.exp(logits)
    np.testing.assert_allclose(shares_of(found, THETA), powers / powers.sum(), rtol=1e-9)


def test_great_differences_are_no_overflow():
    found = np.zeros((SLOTS, FEATURES))
    found[2, 0] = 1e4
    assert shares_of(found, THETA).tolist() == [0, 0, 1, 0, 0, 0, 0, 0]


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 2**32), st.sampled_from([0b11111111, 0b00101100, 0b11]), st.integers(0, 7))
def test_the_learning_step_is_up_the_slope_of_the_log_likelihood(seed, competing, chosen):
    found, learned, rows = random_features(seed), new_learned(), interests()
    rows["flags"] = PROVEN
    chosen = chosen if competing >> chosen & 1 else 5 if competing >> 5 & 1 else 1
    shares = shares_of(found, THETA, competing, rows)
    learn(learned[0], found, competing, shares, chosen, RULES)
    around = 1e-6 * np.eye(FEATURES)
    likelihoods = [
        [log(shares_of(found, THETA + sign * d, competing, rows)[chosen]) for sign in (1, -1)] for d in around
    ]
    slopes = np.array([(up - down) / 2e-6 for up, down in likelihoods])
    slopes[-1] = 0.0
    squares = 1.0 + slopes**2
    np.testing.assert_allclose(learned["squares"][0], squares, rtol=1e-5)
    np.testing.assert_allclose(learned["theta"][0] - THETA, RULES.learning_rate * slopes / squares**0.5, atol=1e-7)


@pytest.mark.parametrize(("competing", "chosen"), [(0, 1), (0b10, 1), (0b101, 1)])
def test_without_a_choice_there_is_nothing_to_learn(competing, chosen):
    learned = new_learned()
    learn(learned[0], random_features(1), competing, np.full(SLOTS, 0.5), chosen, RULES)
    assert learned.tobytes() == new_learned().tobytes()


def test_weights_stay_within_their_bounds():
    learned, found = new_learned(), np.zeros((SLOTS, FEATURES))
    found[0], found[1] = 1.0, -1.0
    for _ in range(20_000):
        learn(learned[0], found, 0b11, np.array([0.5, 0.5, 0, 0, 0, 0, 0, 0]), 1, RULES)
    assert learned["theta"][0].tolist() == [0.05, -5.0, -5.0, -5.0, -5.0, THETA[5]]


def test_people_who_stay_with_what_they_did_last_make_it_count_more_than_people_who_do_not():
    def weight(topics: np.ndarray) -> float:
        views = [act("view", NOON + n * HOUR, int(topic) + 12 * (n % 3)) for n, topic in enumerate(topics)]
        return float(arena_after(views).learned["theta"][0, 2])

    changing = np.arange(600) % 3 + 1
    assert weight(np.sort(changing.reshape(60, 10)).ravel()) > weight(changing) + 0.2


def test_without_learning_the_weights_stay():
    views = [act("view", NOON + n * HOUR, 1 + n % 20) for n in range(100)]
    assert arena_after(views).learned["theta"][0].tolist() != THETA.tolist()
    for options in (replace(OPTIONS, learning_rate=0.0), replace(OPTIONS, attention="mass")):
        assert arena_after(views, laws(options)).learned["theta"][0].tolist() == THETA.tolist()


def test_the_boost_of_a_request_halves_in_its_time():
    found = np.zeros((SLOTS, FEATURES))
    rows = interests()
    rows["turned"], rows["asked_at"][5] = 0.0, NOON
    fresh, day_old = shares_of(found, THETA, 0b100001, rows), shares_of(found, THETA, 0b100001)
    assert fresh[5] / fresh[0] == pytest.approx(exp(RULES.asked_boost))
    assert day_old[5] / day_old[0] == pytest.approx(exp(RULES.asked_boost / 2))


def test_hours_and_devices_of_a_users_life_are_counted():
    views = [act("view", NOON + n, 1 + 12 * (n % 3), hour=n % 2, device=n % 4) for n in range(8)]
    row = arena_after(views).meta[ANN, 0]
    assert (row["hours"].tolist(), row["devices"].tolist()) == ([4, 4, 0, 0, 0, 0], [2, 2, 2])
