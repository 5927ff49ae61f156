"""Links: interests of the same sessions are found, as the rules' definitions have it."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from models.interests.links import LEAST_LIFT, LEAST_SUPPORT, LEAST_TOGETHER, LINKS, links

Visits = list[list[int]]
VISITS = st.lists(st.lists(st.integers(0, 7), unique=True, max_size=4), min_size=1, max_size=60)


def counters(visits: Visits) -> tuple[np.ndarray, np.ndarray, float]:
    """What a user's rows hold after sessions that touched these slots in this order."""
    sessions, together = np.zeros(8, np.uint8), np.zeros((8, 8), np.uint8)
    for touched in visits:
        for place, slot in enumerate(touched):
            sessions[slot] += 1
            together[slot, touched[:place]] += 1
    return sessions, together, float(len(visits))


def slow_rules(visits: Visits) -> dict[tuple[int, int], tuple[float, float, float]]:
    """By definition, from the sessions themselves: support, confidence and lift by pair."""
    sets, total = [set(touched) for touched in visits], len(visits)
    rules = {}
    for a in range(8):
        for b in range(a + 1, 8):
            of_a, of_b = sum(a in one for one in sets), sum(b in one for one in sets)
            both = sum({a, b} <= one for one in sets)
            if both >= LEAST_TOGETHER and both / total >= LEAST_SUPPORT and both * total > LEAST_LIFT * of_a * of_b:
                pair = (a, b) if of_a <= of_b else (b, a)
                rules[pair] = (both / total, both / min(of_a, of_b), both * total / (of_a * of_b))
    return rules


@settings(max_examples=100, deadline=None)
@given(st.lists(VISITS, min_size=1, max_size=3))
def test_rules_are_those_of_the_sessions_the_best_supported_first(users: list[Visits]):
    sessions, together, total = map(np.array, zip(*map(counters, users), strict=True))
    found = links(sessions, together, total)
    for u, visits in enumerate(users):
        slow = slow_rules(visits)
        pairs = [(int(a), int(b)) for a, b in zip(found.first[u], found.second[u], strict=True) if a >= 0]
        assert len(pairs) == min(LINKS, len(slow))
        for place, pair in enumerate(pairs):
            rule = found.support[u, place], found.confidence[u, place], found.lift[u, place]
            np.testing.assert_allclose(rule, slow.pop(pair), rtol=1e-6)
        assert (np.diff(found.support[u, : len(pairs)]) <= 0).all()
        if slow:
            assert max(support for support, _, _ in slow.values()) <= found.support[u, -1] + 1e-6


def test_the_rarer_interest_is_the_one_that_the_rule_starts_from():
    visits = [[0]] * 5 + [[0, 3]] * 3 + [[5]] * 2
    found = links(*(np.array([one]) for one in counters(visits)))
    assert (found.first[0, 0], found.second[0, 0], found.first[0, 1]) == (3, 0, -1)
    np.testing.assert_allclose([found.support[0, 0], found.confidence[0, 0], found.lift[0, 0]], [0.3, 1.0, 1.25])


def test_a_single_meeting_and_interests_that_meet_by_chance_are_not_linked():
    once = [[1, 2]] + [[3]] * 9
    chance = [[1, 2], [1, 2], [1], [1], [2], [2], [3], [3]]
    for visits in (once, chance):
        assert (links(*(np.array([one]) for one in counters(visits))).first == -1).all()


@settings(max_examples=100, deadline=None)
@given(st.binary(min_size=72, max_size=72), st.floats(0, 300))
def test_rules_keep_their_bounds_whatever_the_counters_hold(data: bytes, total: float):
    bytes_ = np.frombuffer(data, np.uint8)
    found = links(bytes_[None, :8], bytes_[8:].reshape(1, 8, 8), np.array([total]))
    there = found.first >= 0
    assert (found.first != found.second)[there].all()
    for value in (found.support[there], found.confidence[there]):
        assert ((value > 0) & (value <= 1)).all()
    assert (found.lift[there] > LEAST_LIFT).all()
    for nothing in (found.support[~there], found.confidence[~there], found.lift[~there]):
        assert not nothing.any()
