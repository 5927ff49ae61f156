"""The calendar: visits over days at the planted rates, in the planted contexts, fading and changing as planted."""

from collections import Counter
from dataclasses import replace

import numpy as np
import pytest

from models.simulator.contexts import USUAL_PARTS, day_part_of, part_shares
from models.simulator.options import SimulatorOptions
from models.simulator.topics import PLACES, TOPICS
from schemas.behaviors import Context
from tests.models.simulator.shops import DAY, START, main_topic, simulated, visits_of, within

PLAIN = SimulatorOptions(users=60, items=200, seed=5, start=START, days=40, activity=0.0)


def test_a_calendar_ends_with_its_days_and_has_real_pauses() -> None:
    simulator, labeled = simulated(PLAIN)
    times = np.array([one.behavior.at for one in labeled])
    assert times[0] >= START and times[-1] < START + 40 * DAY
    assert times[-1] - times[0] > 39 * DAY
    for user in simulator.users[:5]:
        own = np.array([one.behavior.at for one in labeled if one.behavior.user_id == user.id])
        pauses = np.diff(own)
        assert pauses.min() >= 2
        assert 10 < np.median(pauses) < 30 and pauses.max() > DAY


def test_users_come_as_often_as_was_asked_for() -> None:
    for often in (0.5, 2.0):
        options = replace(PLAIN, users=20, visits=often)
        _, labeled = simulated(options)
        counts = [len(visits) for visits in visits_of(labeled).values()]
        assert np.mean(counts) / options.days == pytest.approx(often, rel=0.1)


def test_the_active_come_more_often_than_the_others() -> None:
    _, labeled = simulated(replace(PLAIN, activity=0.8))
    acts = Counter(one.behavior.user_id for one in labeled)
    assert acts["user-01"] > 2 * acts["user-20"] > 2 * acts["user-60"]


def test_noise_has_its_share_of_what_is_seen() -> None:
    for noise in (0.1, 0.3):
        _, labeled = simulated(replace(PLAIN, noise=noise))
        views = [one.cause == "noise" for one in labeled if one.behavior.type == "view"]
        assert within(float(np.mean(views)), noise, len(views))


def test_visits_are_for_interests_by_their_shares() -> None:
    simulator, labeled = simulated(replace(PLAIN, days=300, users=6, visits=2.0))
    visits = visits_of(labeled)
    for user in simulator.users:
        topics = Counter(main_topic(visit) for visit in visits[user.id])
        for topic, share in user.interests_at(START).items():
            assert topics[topic] / topics.total() == pytest.approx(share, abs=0.08)


def test_unbound_visits_follow_the_usual_day_and_device_in_the_users_time_zone() -> None:
    simulator, labeled = simulated(PLAIN)
    visits = visits_of(labeled)
    parts: Counter[int] = Counter()
    devices: Counter[bool] = Counter()
    for user in simulator.users:
        for visit in visits[user.id]:
            context = visit[0].behavior.context or Context()
            assert context.time_zone == user.time_zone
            parts[day_part_of(visit[0].behavior.at, user.time_zone)] += 1
            devices[context.device == user.device] += 1
    for part, usual in enumerate(USUAL_PARTS):
        assert within(parts[part] / parts.total(), usual, parts.total(), 6)
    assert within(devices[True] / devices.total(), 0.7, devices.total())


def test_bound_interests_keep_to_their_day_part_and_device() -> None:
    simulator, labeled = simulated(replace(PLAIN, contexts=1.0, noise=0.0))
    visits = visits_of(labeled)
    kept = []
    for user in simulator.users:
        bound = {one.topic: (one.day_part, one.device) for one in user.phases[0].interests}
        for visit in visits[user.id]:
            first = visit[0].behavior
            context = first.context or Context()
            kept.append((day_part_of(first.at, user.time_zone), context.device) == bound[main_topic(visit)])
    assert len(kept) > 1_500
    assert 0.88 < np.mean(kept) < 0.94


def test_shares_in_a_context_are_those_of_the_visits_in_it() -> None:
    options = replace(PLAIN, contexts=0.6, seasons=0.5, days=200, users=30, visits=2.0, noise=0.0)
    simulator, labeled = simulated(options)
    visits = visits_of(labeled)
    found, planted = [], []
    for user in simulator.users:
        for visit in visits[user.id]:
            first = visit[0].behavior
            strongest = user.phases[0].interests[0].topic
            found.append(main_topic(visit) == strongest)
            planted.append(user.interests_at(first.at, first.context)[strongest])
    chosen, likely = np.array(found), np.array(planted)
    assert len(np.unique(likely.round(2))) > 20
    for low, high in ((0.0, 0.2), (0.2, 0.5), (0.5, 0.8), (0.8, 1.01)):
        inside = (likely >= low) & (likely < high)
        assert inside.sum() > 200
        assert chosen[inside].mean() == pytest.approx(likely[inside].mean(), abs=0.06)


def test_seasonal_topics_come_rather_at_their_time_of_day_and_of_the_year() -> None:
    options = replace(PLAIN, users=40, days=365, visits=0.5, seasons=1.0, noise=0.0)
    simulator, labeled = simulated(options)
    visits = visits_of(labeled)
    in_part, nearness = [], []
    for user in simulator.users:
        for visit in visits[user.id]:
            at, topic = visit[0].behavior.at, TOPICS[PLACES[main_topic(visit)]]
            in_part.append(day_part_of(at, user.time_zone) == topic.day_part)
            nearness.append(np.cos(2 * np.pi * (at / DAY - topic.peak_day) / 365.25))
    expected = np.mean([part_shares(topic.day_part, 1.0)[topic.day_part] for topic in TOPICS])
    assert np.mean(in_part) == pytest.approx(expected, abs=0.05)
    assert np.mean(nearness) == pytest.approx(0.4, abs=0.07)  # half the swing of year_factor


def test_fading_interests_are_visited_by_their_appetite() -> None:
    options = replace(PLAIN, users=80, days=120, visits=2.0, fading=1.0, noise=0.0)
    simulator, labeled = simulated(options)
    visits = visits_of(labeled)
    wishes: list[float] = []
    came: list[int] = []
    for user in simulator.users:
        days = Counter(int((visit[0].behavior.at - START) // DAY) for visit in visits[user.id])
        for day in range(1, 119):
            wishes.append(sum(user.wishes_at(START + (day + 0.5) * DAY)))
            came.append(days[day])
    wished, visited = np.array(wishes), np.array(came)
    for low, high in ((0.0, 0.1), (0.1, 0.3), (0.3, 0.6), (0.6, 1.01)):
        inside = (wished >= low) & (wished < high)
        assert visited[inside].mean() == pytest.approx(2 * wished[inside].mean(), rel=0.15, abs=0.03)


def test_from_a_drift_on_the_new_interest_shows_and_the_old_one_never() -> None:
    simulator, labeled = simulated(replace(PLAIN, drift=1.0, noise=0.0))
    before, after = 0, 0
    for one in labeled:
        user = simulator.user(one.behavior.owner)
        old, new = (phase.interests[0].topic for phase in user.phases)
        drifted = one.behavior.at >= (user.drifts_at or 0)
        assert one.topic != (old if drifted else new)
        before, after = before + (one.topic == old), after + (one.topic == new)
    assert min(before, after) > 0.3 * len(labeled) * 0.5


def test_cold_users_come_once_for_very_little_and_are_the_last() -> None:
    for options in (replace(PLAIN, cold=0.25), replace(PLAIN, cold=0.25, days=0.0, activity=0.8)):
        simulator, labeled = simulated(options, 50_000)
        assert [user.cold for user in simulator.users] == [False] * 45 + [True] * 15
        acts = Counter(one.behavior.user_id for one in labeled)
        assert max(acts[user.id] for user in simulator.users[45:]) <= 14
        assert sum(acts[user.id] > 0 for user in simulator.users[45:]) >= 13
        assert min(acts[user.id] for user in simulator.users[:45]) > 40
