"""The simulator: lawful behaviors of users whose planted interests show, at the planted rates."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from itertools import islice, pairwise
from math import sqrt

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.encoder.fake import FakeEncoder
from models.encoder.texts import item_text
from models.simulator.options import SimulatorError, SimulatorOptions
from models.simulator.simulator import Simulator
from models.simulator.topics import TOPICS
from schemas.behaviors import Behavior, decode_behavior, encode_behavior
from schemas.items import decode_item, encode_item

START = 1_800_000_000.0
SHOP = SimulatorOptions(users=400, items=600, seed=7, start=START, rate=100.0, noise=0.2)
SAMPLE = 60_000

any_options = st.builds(
    SimulatorOptions,
    users=st.integers(1, 30),
    items=st.integers(20, 60),
    seed=st.integers(0, 1000),
    start=st.floats(0, 2e9),
    rate=st.floats(0.01, 1000),
    noise=st.floats(0, 1),
    drift=st.floats(0, 1),
    drift_span=st.floats(1, 100),
)


@cache
def sample() -> tuple[Simulator, Sequence[Behavior]]:
    simulator = Simulator(SHOP)
    return simulator, list(islice(simulator.behaviors(), SAMPLE))


def is_planted(simulator: Simulator, one: Behavior) -> bool:
    user = next(user for user in simulator.users if user.id == one.user_id)
    return simulator.topic_of(one.item_id or "") in user.interests_at(one.at)


def within(share: float, planted: float, n: int, deviations: float = 5.0) -> bool:
    """Whether a share of n looks like the planted one; acts come in sessions, but each item is drawn on its own."""
    return abs(share - planted) < deviations * sqrt(planted * (1 - planted) / n)


# -- laws for any options


@settings(max_examples=50, deadline=None)
@given(options=any_options)
def test_behaviors_are_valid_in_order_evenly_spaced_and_of_known_users_and_items(options: SimulatorOptions) -> None:
    simulator = Simulator(options)
    behaviors = list(islice(simulator.behaviors(), 150))
    users, items = {user.id for user in simulator.users}, {item.id for item in simulator.items}
    for number, one in enumerate(behaviors):
        assert decode_behavior(encode_behavior(one)) == one
        assert one.occurred_at == round((options.start + number / options.rate) * 1000)
        assert one.user_id in users
        assert one.item_id in items if one.item_id else one.type == "search" and one.text
    assert len({one.event_id for one in behaviors}) == len(behaviors)
    assert all(before.at <= after.at for before, after in pairwise(behaviors))


@settings(max_examples=30, deadline=None)
@given(options=any_options)
def test_the_same_options_give_the_same_and_another_seed_another_shop(options: SimulatorOptions) -> None:
    def made(options: SimulatorOptions) -> tuple[object, ...]:
        simulator = Simulator(options)
        return simulator.items, simulator.users, list(islice(simulator.behaviors(), 60))

    assert made(options) == made(options)
    assert made(replace(options, seed=options.seed + 1)) != made(options)


def test_behaviors_begin_anew_at_each_call() -> None:
    simulator = Simulator(SHOP)
    first = list(islice(simulator.behaviors(), 50))
    assert list(islice(simulator.behaviors(), 50)) == first


@settings(max_examples=50, deadline=None)
@given(options=any_options, after=st.floats(0, 200))
def test_users_have_one_to_three_interests_and_drift_trades_the_strongest(
    options: SimulatorOptions, after: float
) -> None:
    names = {topic.name for topic in TOPICS}
    for user in Simulator(options).users:
        now, then = user.interests_at(options.start + after), user.interests_at(options.start)
        assert 1 <= len(now) <= 3 and set(now) <= names
        assert sum(now.values()) == pytest.approx(1)
        drifted = user.drifts_at is not None and options.start + after >= user.drifts_at
        assert (set(now) == set(then)) == (not drifted or user.drifts_at == options.start)
        assert len(set(now) & set(then)) >= len(then) - 1


@pytest.mark.parametrize(
    "wrong", [{"users": 0}, {"items": 19}, {"rate": 0.0}, {"noise": 1.1}, {"drift": -0.1}, {"drift_span": 0.0}]
)
def test_wrong_options_are_told(wrong: dict[str, float]) -> None:
    with pytest.raises(SimulatorError, match=f"{next(iter(wrong)).removesuffix('s')}"):
        SimulatorOptions(**wrong)  # type: ignore[arg-type]


# -- the catalog


def test_items_are_valid_with_ids_and_titles_of_their_own_spread_over_the_topics() -> None:
    simulator = Simulator(replace(SHOP, items=5_003))
    items = simulator.items
    assert len(items) == len({item.id for item in items}) == len({item.title for item in items}) == 5_003
    assert all(decode_item(encode_item(item)) == item for item in items[:200])
    sizes = Counter(simulator.topic_of(item.id) for item in items)
    assert set(sizes) == {topic.name for topic in TOPICS}
    assert max(sizes.values()) - min(sizes.values()) <= 1
    shelves = {topic.name: set(topic.shelves) for topic in TOPICS}
    for item in items:
        department, topic, shelf = item.categories
        assert (department, topic) == simulator.path_of(simulator.topic_of(item.id))
        assert shelf in shelves[topic]
        assert str(item.attributes["brand"]) in item.title and 5 <= float(item.attributes["price"]) <= 200
        assert all(tag in item.title for tag in item.tags)


def test_departments_have_several_topics_and_topics_several_shelves() -> None:
    topics = Counter(topic.department for topic in TOPICS)
    assert len(topics) >= 5 and min(topics.values()) >= 2
    assert all(2 <= len(set(topic.shelves)) <= 4 for topic in TOPICS)
    leaves = [(*topic.path, shelf) for topic in TOPICS for shelf in set(topic.shelves)]
    assert len({leaf[2] for leaf in leaves}) == len(leaves)


def test_titles_and_searches_tell_topics_apart_without_a_model() -> None:
    simulator, behaviors = sample()
    encoder, items = FakeEncoder(), simulator.items
    topics = np.array([simulator.topic_of(item.id) for item in items])
    vectors = encoder.encode([item_text(item) for item in items])
    nearness = vectors @ vectors.T
    np.fill_diagonal(nearness, -1)
    assert (topics[nearness.argmax(axis=1)] == topics).mean() > 0.98
    texts = sorted({one.text for one in behaviors if one.text})
    spoken = {noun: topic.name for topic in TOPICS for noun in topic.nouns}
    meant = [next(name for noun, name in spoken.items() if noun in text) for text in texts]
    assert (topics[(encoder.encode(texts) @ vectors.T).argmax(axis=1)] == np.array(meant)).mean() > 0.9


# -- what users do


def test_purchases_and_views_come_from_planted_topics_but_for_the_noise() -> None:
    simulator, behaviors = sample()
    for kind in ("view", "purchase"):
        planted = [is_planted(simulator, one) for one in behaviors if one.type == kind]
        assert len(planted) > 1_000
        assert within(float(np.mean(planted)), 1 - SHOP.noise, len(planted))


def test_dislikes_are_rather_for_noise() -> None:
    simulator, behaviors = sample()
    planted = [is_planted(simulator, one) for one in behaviors if one.type == "dislike"]
    assert len(planted) > 300
    assert np.mean(planted) < 0.5


def test_interests_of_a_user_show_in_their_shares() -> None:
    simulator = Simulator(replace(SHOP, users=3, noise=0.0, rate=1.0))
    behaviors = [one for one in islice(simulator.behaviors(), 30_000) if one.type == "view"]
    for user in simulator.users:
        seen = Counter(simulator.topic_of(one.item_id or "") for one in behaviors if one.user_id == user.id)
        for topic, share in user.interests_at(START).items():
            assert seen[topic] / seen.total() == pytest.approx(share, abs=0.08)


def test_after_a_drift_the_new_interest_shows_and_the_old_one_does_not() -> None:
    simulator = Simulator(replace(SHOP, users=40, noise=0.0, drift=1.0, drift_span=50.0))
    views = [one for one in islice(simulator.behaviors(), 20_000) if one.type == "view" and one.at > START + 120]
    assert len(views) > 2_000
    assert np.mean([is_planted(simulator, one) for one in views]) > 0.99


def test_without_noise_nothing_is_outside_and_with_noise_alone_nothing_is_inside() -> None:
    for noise, planted in ((0.0, True), (1.0, False)):
        simulator = Simulator(replace(SHOP, noise=noise))
        found = {is_planted(simulator, one) for one in islice(simulator.behaviors(), 2_000) if one.item_id}
        assert found == {planted}


def test_popularity_within_a_topic_follows_zipfs_law() -> None:
    _, behaviors = sample()
    ranks = Counter(int((one.item_id or "").rpartition("-")[2]) for one in behaviors if one.type == "view")
    counts = np.array([ranks[rank] for rank in range(20)])
    slope = np.polyfit(np.log(np.arange(1, 21)), np.log(counts), 1)[0]
    assert slope == pytest.approx(-SHOP.popularity, abs=0.1)


def test_a_few_users_do_much_and_nearly_all_do_something() -> None:
    _, behaviors = sample()
    acts = [count for _, count in Counter(one.user_id for one in behaviors).most_common()]
    assert len(acts) > SHOP.users * 0.9
    assert sum(acts[: SHOP.users // 10]) > 1.5 * SAMPLE / 10


def test_all_types_come_in_plausible_proportions() -> None:
    _, behaviors = sample()
    counts = Counter(one.type for one in behaviors)
    order = ("view", "click", "dwell", "add_to_cart", "purchase", "dislike")
    assert set(counts) == {*order, "search"}
    assert [counts[kind] for kind in order] == sorted((counts[kind] for kind in order), reverse=True)
    assert 0.01 < counts["purchase"] / SAMPLE < 0.05
    assert all((one.value or 0) > 0 for one in behaviors if one.type in ("dwell", "purchase"))


def test_nothing_is_bought_that_was_not_put_into_the_cart_before() -> None:
    _, behaviors = sample()
    carts: set[tuple[str | None, str | None]] = set()
    for one in behaviors:
        if one.type == "add_to_cart":
            carts.add((one.user_id, one.item_id))
        assert one.type != "purchase" or (one.user_id, one.item_id) in carts
