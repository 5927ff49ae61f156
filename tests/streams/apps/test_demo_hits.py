"""Hits: a list is held against the next purchase, and its rivals are told just as much as it is."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.behaviors import Behavior
from schemas.recommendations import Recommendations, RecommendedItem
from streams.apps.demo.hits import Hits, Trial, trials_of
from tests.streams.apps.demo_twin import LENGTH, moment_of, next_purchase, popular_list

SHOP = [f"i{number}" for number in range(14)]
SALES = st.lists(st.tuples(st.sampled_from(["ann", "bob", "cid"]), st.sampled_from(SHOP)), min_size=1, max_size=60)


def behaviors_of(sales: list[tuple[str, str]], minutes: int = 1) -> list[Behavior]:
    return [
        Behavior(event_id=str(n), type="purchase", occurred_at=n * minutes * 60_000, user_id=user, item_id=item_id)
        for n, (user, item_id) in enumerate(sales)
    ]


@settings(max_examples=80, deadline=None)
@given(SALES)
def test_each_moment_before_a_purchase_is_a_trial_with_the_popular_list_of_that_moment(
    sales: list[tuple[str, str]],
) -> None:
    trials = trials_of(behaviors_of(sales), len(SHOP))
    counts = {user: sum(buyer == user for buyer, _ in sales) for user, _ in sales}
    assert set(trials) == {(user, n) for user, count in counts.items() for n in range(1, count)}
    for (user, purchases), trial in trials.items():
        then = sales[: moment_of(sales, user, purchases)]
        had = {item_id for buyer, item_id in then if buyer == user}
        assert trial.item_id == next_purchase(sales, user, purchases)
        assert trial.popular is (trial.item_id in popular_list([item_id for _, item_id in then], had))
        left = set(SHOP) - had
        assert trial.chance == pytest.approx(min(1.0, LENGTH / len(left)) if trial.item_id in left else 0.0)


def test_a_purchase_an_hour_after_the_last_opens_a_later_visit() -> None:
    sales = [("ann", "i1"), ("bob", "i1"), ("ann", "i2")]
    assert trials_of(behaviors_of(sales, minutes=30), 3)["ann", 1].returns
    assert not trials_of(behaviors_of(sales, minutes=29), 3)["ann", 1].returns


def test_hits_are_shares_of_the_trials() -> None:
    hits = Hits()
    assert hits.rates() == (0.0, 0.0, 0.0)
    listed = Recommendations(
        recommendation_id="r",
        user_id="ann",
        at=1,
        behaviors=1,
        variant="default",
        encoder="e",
        items=tuple(RecommendedItem(f"i{n}", 0.5, 1.0, ()) for n in range(12)),
    )
    for item_id, popular, chance in (("i9", True, 0.1), ("i10", True, 0.2), ("i3", False, 0.3), ("x", False, 0.2)):
        hits.take(Trial(item_id, popular, chance, returns=False), listed)
    assert hits.rates() == (0.5, 0.5, pytest.approx(0.2))
