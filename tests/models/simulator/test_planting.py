"""What is planted beside interests, as often as was asked for: bots, choices, refusals, words, mutes, visitors."""

from collections import Counter
from dataclasses import replace
from itertools import pairwise

import msgspec
import numpy as np
import pytest

from models.requests.clauses import clauses
from models.simulator.options import SimulatorOptions
from models.simulator.simulator import Labeled, Simulator
from schemas.behaviors import Behavior
from tests.models.simulator.shops import DAY, START, simulated, within

PLAIN = SimulatorOptions(users=400, items=400, seed=9, start=START, days=4)
CHOOSING = replace(PLAIN, users=60, days=10, choosers=1.0, shown=10, noise=0.0, activity=0.3)


def caused(labeled: list[Labeled], cause: str) -> list[Behavior]:
    return [one.behavior for one in labeled if one.cause == cause]


# -- shares of users


@pytest.mark.parametrize("trait", ["drift", "bots", "requests", "mutes", "anonymous", "choosers"])
@pytest.mark.parametrize("share", [0.0, 0.2, 0.7, 1.0])
def test_a_share_of_users_has_a_trait(trait: str, share: float) -> None:
    has = {
        "drift": lambda user: user.drifts_at is not None,
        "bots": lambda user: bool(user.bursts),
        "requests": lambda user: bool(user.requests),
        "mutes": lambda user: bool(user.mutes),
        "anonymous": lambda user: user.anonymous_id is not None,
        "choosers": lambda user: user.dimensions.topic < 1,
    }[trait]
    users = Simulator(replace(PLAIN, **{trait: share})).users
    assert within(sum(map(has, users)) / len(users), share, len(users))


@pytest.mark.parametrize("trait", ["fading", "contexts"])
def test_a_share_of_interests_fades_or_is_bound(trait: str) -> None:
    interests = [one for user in Simulator(replace(PLAIN, **{trait: 0.4})).users for one in user.phases[0].interests]
    found = [one.half_life is not None if trait == "fading" else one.day_part is not None for one in interests]
    assert within(float(np.mean(found)), 0.4, len(found))
    if trait == "fading":
        assert all(0.2 * DAY <= one.half_life <= 4 / 3 * DAY for one in interests if one.half_life)


def test_first_interests_stay_whatever_else_is_planted() -> None:
    plain = Simulator(PLAIN).users
    others = {"drift": 1.0, "bots": 1.0, "requests": 1.0, "mutes": 1.0, "anonymous": 1.0, "cold": 0.5}
    for one, other in zip(plain, Simulator(replace(PLAIN, **others)).users, strict=True):
        assert (one.phases[0], one.device, one.time_zone) == (other.phases[0], other.device, other.time_zone)


# -- bots


@pytest.mark.parametrize("days", [4.0, 0.0])
def test_bursts_are_as_planted_at_machine_pace_and_the_rest_stays(days: float) -> None:
    options = replace(PLAIN, users=40, days=days, bots=0.3, burst=50, burst_gap=0.1)
    simulator, labeled = simulated(options, 20_000)
    _, without = simulated(replace(options, bots=0.0), 10_000)
    real = [msgspec.structs.replace(one, event_id="") for one in caused(labeled, "interest")]
    assert real[:5_000] == [msgspec.structs.replace(one, event_id="") for one in caused(without, "interest")][:5_000]
    by_user: dict[str, list[Behavior]] = {}
    for behavior in caused(labeled, "bot"):
        by_user.setdefault(behavior.owner, []).append(behavior)
    planted = [user for user in simulator.users if user.bursts]
    assert set(by_user) == {user.id for user in planted} and len(planted) > 5
    for user in planted:
        (burst,) = user.bursts
        repeats = by_user[user.id]
        assert len(repeats) == burst.behaviors == 50
        assert {one.item_id for one in repeats} == set(burst.item_ids)
        assert {simulator.topic_of(one) for one in burst.item_ids} == {burst.topic}
        assert all(after.at - before.at == pytest.approx(0.1, abs=0.0021) for before, after in pairwise(repeats))
        assert (repeats[0].at, repeats[-1].at) == pytest.approx((burst.start, burst.end), abs=0.002)
        assert not any(burst.topic in {one.topic for one in phase.interests} for phase in user.phases)


# -- choices


def test_an_impression_comes_before_what_is_picked_from_it() -> None:
    simulator, labeled = simulated(CHOOSING)
    shown: dict[str, tuple[str, ...]] = {}
    sizes = Counter()
    for one in labeled:
        behavior = one.behavior
        if behavior.type == "impression":
            shown[behavior.owner] = behavior.item_ids
            assert len(set(behavior.item_ids)) == len(behavior.item_ids)
            assert one.topic in {simulator.topic_of(item_id) for item_id in behavior.item_ids}
            sizes[len(behavior.item_ids)] += 1
        elif behavior.item_id is not None:
            assert behavior.item_id in shown[behavior.owner]
    assert max(sizes) == 10 and min(sizes) >= 2


def test_users_pick_by_the_dimension_that_is_planted_in_them() -> None:
    """How much oftener than by chance the picked item has the favorite brand, the favorite shelf, a near price."""
    simulator, labeled = simulated(CHOOSING)
    items = {item.id: item for item in simulator.items}
    lifts: dict[str, dict[str, list[float]]] = {}
    latest: dict[str, tuple[str, ...]] = {}
    for one in labeled:
        behavior, user = one.behavior, simulator.user(one.behavior.owner)
        if behavior.type == "impression":
            latest[user.id] = behavior.item_ids
        if behavior.type != "view" or one.cause != "interest":
            continue
        (interest,) = (planted for planted in user.phases[0].interests if planted.topic == one.topic)
        rivals = [items[item_id] for item_id in latest[user.id] if simulator.topic_of(item_id) == one.topic]
        dimensions = user.dimensions
        kind = max(("category", "brand", "price"), key=lambda name: getattr(dimensions, name))
        marks = {
            "category": [item.categories[2] == interest.shelf for item in rivals],
            "brand": [item.attributes["brand"] == interest.brand for item in rivals],
            "price": [
                -abs(np.log(float(item.attributes["price"]) / 5) / np.log(40) - interest.price) for item in rivals
            ],
        }
        place = [item.id for item in rivals].index(behavior.item_id or "")
        for name, values in marks.items():
            lifts.setdefault(kind, {}).setdefault(name, []).append(float(values[place]) - float(np.mean(values)))
    assert set(lifts) == {"category", "brand", "price"}
    for kind, by_name in lifts.items():
        for name in by_name:
            if name == kind:
                assert np.mean(by_name[name]) > 0.1
                assert np.mean(by_name[name]) > 3 * abs(np.mean(lifts[next(k for k in lifts if k != kind)][name]))


def test_relevance_tells_what_suits_the_user_from_what_does_not() -> None:
    simulator = Simulator(CHOOSING)
    for user in simulator.users[:20]:
        shares = user.interests_at(START)
        of_topic: dict[str, list[float]] = {}
        for item in simulator.items:
            of_topic.setdefault(simulator.topic_of(item.id), []).append(simulator.relevance(user, item.id, START))
        for topic, found in of_topic.items():
            assert max(found) <= shares.get(topic, 0.0) + 1e-9
            assert (min(found) > 0) == (topic in shares)
            assert topic not in shares or max(found) > min(found)


def test_what_is_shown_and_not_wanted_is_refused_by_chance() -> None:
    for chance in (0.0, 0.1, 0.5):
        simulator, labeled = simulated(replace(CHOOSING, refusals=chance))
        unwanted = sum(
            simulator.topic_of(item_id) != one.topic
            for one in labeled
            if one.behavior.type == "impression"
            for item_id in one.behavior.item_ids
        )
        refused = Counter(behavior.type for behavior in caused(labeled, "refusal"))
        assert within(refused.total() / unwanted, chance, unwanted)
        assert not chance or set(refused) == {"skip", "hide", "dislike"}


# -- words, mutes and names


@pytest.mark.parametrize("days", [4.0, 0.0])
def test_requests_and_mutes_are_sent_as_planted_and_change_what_is_wanted(days: float) -> None:
    options = replace(PLAIN, users=80, days=days, drift_span=60.0, rate=50.0, requests=0.8, mutes=0.5)
    simulator, labeled = simulated(options, 5_000)
    asked, muted = caused(labeled, "request"), caused(labeled, "mute")
    assert len(asked) == sum(len(user.requests) for user in simulator.users) > 40
    for user in simulator.users:
        for request in user.requests:
            before, after = user.interests_at(request.at - 0.001), user.interests_at(request.at)
            assert request.text in {one.text for one in asked if one.owner == user.id and one.at == request.at}
            for ask in request.asks:
                assert ask.topic in request.text
                if ask.polarity == "more":
                    assert max(after, key=after.__getitem__) == ask.topic and after[ask.topic] > before.get(
                        ask.topic, 0
                    )
                else:
                    assert ask.topic in before and ask.topic not in after
        for mute in user.mutes:
            said = [(one.at, one.type) for one in muted if one.owner == user.id and one.text == mute.topic]
            assert said == [(mute.at, "mute"), *([(mute.until, "unmute")] if mute.until is not None else [])]
            assert mute.topic in user.interests_at(mute.at - 0.001) and mute.topic not in user.interests_at(mute.at)
            assert mute.topic in user.muted_at(mute.at) and mute.topic not in user.muted_at(mute.at - 0.001)
            assert mute.until is None or mute.topic in user.interests_at(mute.until)
    asks = Counter(ask.polarity for user in simulator.users for one in user.requests for ask in one.asks)
    assert set(asks) == {"more", "less", "forget"}


def test_requests_say_what_they_ask_for_by_the_rules_for_requests() -> None:
    said = [request for user in Simulator(replace(PLAIN, requests=1.0)).users for request in user.requests]
    assert len({request.text for request in said}) > 100
    for request in said:
        read = {(clause.polarity.name.lower(), clause.text) for clause in clauses(request.text)}
        assert read == {(ask.polarity, ask.topic) for ask in request.asks}


def test_visitors_have_no_name_until_they_identify() -> None:
    simulator, labeled = simulated(replace(PLAIN, users=50, anonymous=0.5))
    visitors = {user.id: user for user in simulator.users if user.anonymous_id is not None}
    identified = caused(labeled, "identify")
    assert {(one.user_id, one.anonymous_id, one.at) for one in identified} == {
        (user.id, user.anonymous_id, user.identified_at) for user in visitors.values()
    }
    nameless = 0
    for one in labeled:
        user = simulator.user(one.behavior.owner)
        if one.cause != "identify":
            unknown = user.identified_at is not None and one.behavior.at < user.identified_at
            assert (one.behavior.user_id, one.behavior.anonymous_id) == (
                (None, user.anonymous_id) if unknown else (user.id, None)
            )
            nameless += unknown
    assert nameless > 500
