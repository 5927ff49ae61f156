"""Judging: lists are judged as a plain loop over behaviors would, and what they show is counted as it is."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.interests.arena import UserArena
from models.ranking.coverage import Coverage
from models.ranking.judging import gains, reciprocal_ranks, shown_by
from models.ranking.options import RankingOptions
from models.ranking.variants import Variant
from models.step import Judgments, StepOptions, lists_for
from schemas.behaviors import Behavior
from schemas.ids import item_print
from schemas.recommendations import decode_recommendations
from tests.models.builders import NOON, behavior, deliver
from tests.models.ranking.made import ITEMS, shop
from tests.models.trends.made import popular_row

USERS = ("ann", "bob", "cleo")
GONE = (3, 8)
CATALOG = shop([(number, 50.0 - number, 0) for number in range(ITEMS)], withdrawn=GONE)
SHORT = RankingOptions(length=6)
OPTIONS = StepOptions(ranking=RankingOptions(length=12), others=(Variant("short", 0.5, SHORT),))
KINDS = ("view", "view", "like", "purchase", "dislike", "impression")

acts = st.tuples(
    st.sampled_from(USERS), st.sampled_from(KINDS), st.integers(0, ITEMS), st.sampled_from([60.0, 60.0, 0.0, -300.0])
)
flushes = st.lists(st.lists(acts, max_size=6), min_size=3, max_size=12)


@dataclass
class Twin:
    """What the slow twin knows of a user: the ring of the last 24, items had, behaviors, and the last list."""

    ring: list[tuple[str, int]] = field(default_factory=list)
    had: set[int] = field(default_factory=set)
    behaviors: int = 0
    latest: float = 0.0
    list: Sequence[str] = ()
    list_at: float = 0.0
    variant: str = ""


@settings(max_examples=60, deadline=None)
@given(flushes)
def test_lists_are_judged_like_in_a_plain_loop_over_behaviors(drawn: list[list[tuple[str, str, int, float]]]) -> None:
    arena, twins, at = UserArena(2, len(OPTIONS.variants)), {user: Twin() for user in USERS}, NOON
    known = [(user, "view", number, 60.0) for user in USERS for number in range(30, 36)]
    for flush in [known, *drawn]:
        batch = []
        for user, kind, number, step in flush:
            at += max(step, 0.0)
            batch.append(behavior(kind, f"item-{number}", at + min(step, 0.0), user_id=user))
        repeated = [*batch, *batch[:1]]
        wanted = judged_slowly(twins, batch)
        judgments = deliver(arena, CATALOG, repeated, OPTIONS).judgments
        assert named(judgments) == wanted
        publish(arena, twins, {one.owner for one in batch})


def judged_slowly(twins: dict[str, Twin], batch: Sequence[Behavior]) -> list[tuple[str, int]]:
    """The variant and the place of each target of a batch that no list is published within."""
    before = {user: (twin.behaviors, set(twin.had)) for user, twin in twins.items()}
    found = []
    for one in batch:
        twin, item = twins[one.owner], int((one.item_id or "").removeprefix("item-"))
        history, had = before[one.owner]
        speaks = one.type in ("view", "like", "purchase")
        wanted = [number for kind, number in twin.ring if kind in ("view", "like", "purchase")][-20:]
        known = item in had or item in wanted
        if speaks and not known and item < ITEMS and item not in GONE and history >= 5 and 0 < twin.list_at <= one.at:
            place = twin.list[:10].index(f"item-{item}") if f"item-{item}" in twin.list[:10] else -1
            found.append((twin.variant, place))
        twin.latest = max(twin.latest, one.at)
        if item < ITEMS or one.type == "impression":
            twin.behaviors += 1
            twin.ring = [*twin.ring, (one.type, item)][-24:]
            if one.type in ("purchase", "dislike"):
                twin.had.add(item)
    return found


def publish(arena: UserArena, twins: dict[str, Twin], users: set[str]) -> None:
    """Publishes these users' lists, and tells the twin of them."""
    slots = np.array([arena.slot_of(user) for user in sorted(users)], np.int64)
    for record in map(decode_recommendations, lists_for(arena, slots, CATALOG, OPTIONS).records):
        twin = twins[record.user_id]
        twin.list, twin.variant, twin.list_at = [place.item_id for place in record.items], record.variant, twin.latest


def named(judgments: Judgments) -> list[tuple[str, int]]:
    """Judgments with the variants' names."""
    pairs = zip(judgments.variants.tolist(), judgments.places.tolist(), strict=True)
    return [(OPTIONS.variants[variant].name, place) for variant, place in pairs]


def listed(arena: UserArena, user: str) -> list[str]:
    """The list that is published to a user now."""
    (record,) = lists_for(arena, np.array([arena.slot_of(user)]), CATALOG, OPTIONS).records
    return [place.item_id for place in decode_recommendations(record).items]


def five_views() -> UserArena:
    """An arena with ann, who viewed five items."""
    arena = UserArena(2, len(OPTIONS.variants))
    deliver(arena, CATALOG, [behavior("view", f"item-{number}", NOON + number) for number in range(30, 35)], OPTIONS)
    return arena


def test_the_first_item_of_the_list_is_a_hit_at_the_first_place() -> None:
    arena = five_views()
    first = listed(arena, "ann")[0]
    hit = deliver(arena, CATALOG, [behavior("view", first, NOON + 60)], OPTIONS).judgments
    assert hit.places.tolist() == [0]


def test_who_was_never_shown_a_list_or_has_done_little_is_not_judged() -> None:
    arena = five_views()
    assert not len(deliver(arena, CATALOG, [behavior("view", "item-0", NOON + 60)], OPTIONS).judgments.places)
    deliver(arena, CATALOG, [behavior("view", "item-0", user_id="bob")], OPTIONS)
    listed(arena, "bob")
    new = behavior("view", "item-1", NOON + 60, user_id="bob")
    assert not len(deliver(arena, CATALOG, [new], OPTIONS).judgments.places)


@pytest.mark.parametrize("how", ["forget", "evict"])
def test_a_list_is_not_kept_beyond_its_user(how: str) -> None:
    arena = five_views()
    listed(arena, "ann")
    slot = np.array([arena.slot_of("ann")])
    arena.take_rows(slot)
    (arena.forget if how == "forget" else arena.evict)(slot)
    assert not arena.last_lists[slot[0]]["items"].any()


def test_gains_and_reciprocal_ranks_are_those_of_one_right_item() -> None:
    places = np.array([0, 1, 9, -1])
    np.testing.assert_allclose(gains(places), [1.0, 1 / np.log2(3), 1 / np.log2(11), 0.0])
    np.testing.assert_allclose(reciprocal_ranks(places), [1.0, 0.5, 0.1, 0.0])


def test_what_lists_show_is_counted_by_variant() -> None:
    catalog = shop()
    catalog.put_trends([popular_row(item_print("item-0"), 7.0, 99.0), popular_row(item_print("item-1"), 1.0, 99.0)])
    behaviors = catalog.trends.market.standings["behaviors"]
    events = float(catalog.trends.market.tally[0]["events"])
    lists = np.array([[0, 1], [0, -1], [5, 1]], np.int32)
    shown = shown_by(catalog, lists, np.array([1, 0, 1]), 3)
    bits = [np.log2((events + ITEMS) / (float(behaviors[row]) + 1.0)) for row in range(ITEMS)]
    assert shown.lists.tolist() == [1, 2, 0] and shown.items.tolist() == [1, 4, 0]
    np.testing.assert_allclose(shown.surprise, [bits[0], bits[0] + 2 * bits[1] + bits[5], 0.0])
    assert shown.cold.tolist() == [0, 1, 0]


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 1), st.lists(st.integers(-1, 30), min_size=2, max_size=2), st.floats(0, 50))))
def test_coverage_is_the_share_of_items_shown_lately(drawn: list[tuple[int, list[int], float]]) -> None:
    coverage, now, shown = Coverage(2, 60.0), 0.0, []
    recommendable = np.arange(20) % 3 > 0
    for variant, items, pause in drawn:
        now += pause
        coverage.add(np.array([items], np.int32), np.array([variant]), now)
        shown += [(variant, one, now) for one in items]
    for variant, ratio in enumerate(coverage.ratios(recommendable, now)):
        lately = {one for v, one, at in shown if v == variant and at >= now - 60.0}
        assert ratio == len(lately & set(np.flatnonzero(recommendable).tolist())) / recommendable.sum()
