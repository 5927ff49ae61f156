"""Ranking: nothing on a list that may not be, what speaks for an item is what the slow twin says, in that order."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.catalog.catalog import Catalog
from models.interests.arena import UserArena
from models.ranking.kernels.types import (
    AGE,
    CATEGORY,
    FAR_AFTER,
    LIKE_FOCUS,
    LIKE_LAST,
    NEAR_AFTER,
    NEW,
    POPULAR_50,
    POPULAR_500,
)
from models.ranking.options import RankingOptions
from models.step import StepOptions, recommend
from schemas.recommendations import Recommendations, decode_recommendations
from tests.models.builders import DAY, HOUR, behavior, deliver, unit_vectors
from tests.models.ranking import slow
from tests.models.ranking.made import (
    ANN,
    ITEMS,
    SHELVES,
    TOPICS,
    History,
    acts,
    ranked,
    scored,
    shop,
    trends_after,
    user_after,
    world_of,
)
from tests.models.ranking.slow_factors import items_of

KINDS = ("view", "purchase", "like", "dislike", "hide", "skip", "mute", "unmute", "impression")

histories = st.lists(
    st.tuples(st.sampled_from(KINDS), st.integers(0, ITEMS - 1), st.sampled_from([0.0, HOUR, DAY])), max_size=15
)
flows = st.lists(
    st.tuples(st.integers(0, ITEMS - 1), st.lists(st.integers(0, ITEMS - 1), max_size=3)), min_size=1, max_size=30
)
# By vectors of which every part is rounded to a 127th of the greatest.
ALIKE = [LIKE_LAST, LIKE_FOCUS]
EVERYTHING = StepOptions(ranking=RankingOptions(length=100))


def rows_for(catalog: Catalog, history: History, options: RankingOptions | None = None) -> list[int]:
    step = StepOptions(ranking=options or RankingOptions())
    found = ranked(user_after(catalog, history, step), ANN, catalog, step)
    return [row for row in found.items[0].tolist() if row >= 0]


def record_for(catalog: Catalog, history: History, options: StepOptions) -> Recommendations:
    return decode_recommendations(recommend(user_after(catalog, history, options), ANN, catalog, options)[0])


def topics(rows: list[int]) -> list[int]:
    return [row % TOPICS for row in rows]


@settings(max_examples=40, deadline=None)
@given(histories, flows)
def test_attention_and_features_are_those_of_the_slow_twin(history, flow):
    catalog, trends = shop(), trends_after(flow)
    catalog.put_trends(trends)
    arena = user_after(catalog, history, EVERYTHING)
    world = world_of(arena, catalog, history, EVERYTHING, trends)
    rows, desk = scored(arena, 0, catalog, EVERYTHING)
    count = len(world.recents)
    attention = desk["attention"][:count]
    np.testing.assert_allclose(attention, slow.attention_of(world), atol=1e-6)
    if count:
        assert attention.sum() == pytest.approx(1.0)
    for place, row in enumerate(rows):
        found, wanted = desk["features"][:, place], np.array(slow.features_of(world, row))
        np.testing.assert_allclose(found[ALIKE], wanted[ALIKE], atol=4e-3)
        np.testing.assert_allclose(np.delete(found, ALIKE), np.delete(wanted, ALIKE), atol=1e-3)


@pytest.mark.parametrize(
    ("name", "gone"),
    [
        ("popularity", range(POPULAR_50, NEAR_AFTER)),
        ("neighbors", range(NEAR_AFTER, LIKE_LAST)),
        ("interest", (LIKE_LAST, LIKE_FOCUS, CATEGORY)),
        ("novelty", (AGE, NEW)),
    ],
)
def test_families_of_features_left_out_say_nothing_and_the_others_what_they_said(name, gone):
    catalog = shop([(n, 10.0 + n, 1) for n in range(0, ITEMS, 2)], vectors=unit_vectors(ITEMS))
    arena = user_after(catalog, [("view", 3, 0.0), ("view", 4, HOUR)], EVERYTHING)
    rows, desk = scored(arena, 0, catalog, EVERYTHING)
    whole = desk["features"][:, : len(rows)].copy()
    rows, desk = scored(arena, 0, catalog, StepOptions(ranking=RankingOptions(length=100, without=(name,))))
    expected = np.array([row if place not in gone else 0.0 * row for place, row in enumerate(whole)])
    assert whole[list(gone)].any()
    np.testing.assert_array_equal(desk["features"][:, : len(rows)], expected)


@settings(max_examples=40, deadline=None)
@given(histories, st.sampled_from([0.0, 0.5, 4.0]))
def test_what_was_turned_away_loses_what_the_slow_twin_says(history, weight):
    catalog = shop([(n, 10.0 + n, 1) for n in range(ITEMS)])
    options = StepOptions(ranking=RankingOptions(length=100, unwanted=weight))
    plain = StepOptions(ranking=RankingOptions(length=100, unwanted=0.0))
    arena = user_after(catalog, history, plain)
    world = world_of(arena, catalog, history, plain)
    rows, desk = scored(arena, 0, catalog, options)
    layers = {name: arena.mixers[name][0].astype(np.float64) for name in ("weights", "hidden", "output")}
    wanted = slow.worths(desk["features"][:, : len(rows)].T, desk["context"], layers)
    known, attention = items_of(catalog), slow.attention_of(world)
    recents = [(slow.print_of(world, row), share) for (row, _), share in zip(world.recents, attention, strict=True)]
    wanted += [sum(known.said(recents, slow.print_of(world, row))) for row in rows]
    against = np.array([slow.against(world, row) for row in rows])
    lost = np.where(np.isinf(against), np.inf, weight * np.where(np.isinf(against), 0.0, against))
    np.testing.assert_allclose(desk["scores"][: len(rows)], wanted - lost, atol=1e-4)


@settings(max_examples=40, deadline=None)
@given(histories, st.sets(st.integers(0, ITEMS - 1), max_size=30), st.sampled_from([3, 10, 60]))
def test_lists_fall_in_score_and_hold_no_item_twice_none_had_unavailable_or_deleted(history, withdrawn, length):
    options = StepOptions(ranking=RankingOptions(length=length))
    catalog = shop([(n, 5.0, 1) for n in range(0, ITEMS, 3)], sorted(withdrawn))
    found = ranked(user_after(catalog, history, options), ANN, catalog, options)
    count = int((found.items[0] >= 0).sum())
    rows, scores = found.items[0, :count].tolist(), found.scores[0, :count].tolist()
    assert (found.items[0, count:] == -1).all()
    assert not set(rows) & ({number for kind, number, _ in history if kind in options.ranking.had} | withdrawn)
    assert len(rows) == len(set(rows))
    assert scores == sorted(scores, reverse=True)
    assert (found.propensities == 1.0).all()


@settings(max_examples=30, deadline=None)
@given(histories, st.integers(0, ITEMS - 1))
def test_what_was_muted_last_is_never_recommended(history, number):
    rows = rows_for(shop([(n, 5.0, 1) for n in range(ITEMS)]), [*history, ("mute", number, HOUR)])
    assert number not in rows


@pytest.mark.parametrize(
    ("feature", "kind"), [(FAR_AFTER, "neighbors"), (POPULAR_500, "popularity"), (LIKE_LAST, "interest")]
)
def test_what_a_hidden_unit_says_is_owed_to_what_it_sees(feature, kind):
    catalog = shop(vectors=unit_vectors(ITEMS))
    catalog.put_trends(trends_after([(3, []), (9, [3]), (5, []), (6, [5])] * 20))
    step = StepOptions(ranking=RankingOptions(length=5, learning_rate=0.0))
    arena = user_after(catalog, [("view", 3, 0.0)], step)
    for name in ("weights", "hidden", "output"):
        arena.mixers[name] = 0.0
    arena.mixers["hidden"][0, feature, 4], arena.mixers["output"][0, 4] = 2.0, 3.0
    found = decode_recommendations(recommend(arena, ANN, catalog, step)[0])
    assert found.items[0].reasons[0].kind == kind


def test_a_mute_takes_a_whole_topic_off_the_list_until_it_is_lifted():
    catalog, options = shop([(n, 10.0, 0) for n in range(ITEMS)]), RankingOptions(length=100)
    liked = [("like", 0, 0.0), ("like", 7, HOUR)]
    assert 0 in topics(rows_for(catalog, liked, options))
    assert 0 not in topics(rows_for(catalog, [*liked, ("mute", 14, HOUR)], options))
    assert 0 in topics(rows_for(catalog, [*liked, ("mute", 14, HOUR), ("unmute", 21, DAY)], options))


def test_what_others_went_on_to_from_the_latest_item_comes_first():
    catalog = shop(vectors=unit_vectors(ITEMS))
    catalog.put_trends(trends_after([(3, []), (9, [3]), (5, []), (6, [5])] * 20))
    for last, follower in ((3, 9), (5, 6)):
        record = record_for(catalog, [("view", last, 0.0)], StepOptions())
        assert record.items[0].item_id == f"item-{follower}"
        assert record.items[0].reasons[0].kind == "neighbors"


def test_items_like_an_interest_are_looked_for_until_neighbors_tell_what_comes_next():
    options = StepOptions(ranking=RankingOptions(length=3, popular=0, newest=0, alike=0, in_category=0))
    for behaviors, found in ((2, True), (400, False)):
        catalog = shop()
        catalog.put_trends(trends_after([(3, []), (9, [3]), (3, [9])] * behaviors))
        rows = rows_for(catalog, [("like", 3, 0.0)], options.ranking)
        assert rows[0] == 9
        assert any(row % TOPICS == 3 for row in rows) == found


def test_a_user_without_interests_gets_the_popular_list():
    catalog = shop([(4, 100.0, 0), (2, 400.0, 0), (9, 200.0, 0), (5, 800.0, 20_000)])
    assert rows_for(catalog, [])[:3] == [2, 9, 4]
    shown = record_for(catalog, [("impression", 2, 0.0)], StepOptions()).items
    assert [place.item_id for place in shown[:3]] == ["item-2", "item-9", "item-4"]
    assert all(reason.kind != "interest" for place in shown for reason in place.reasons)


def test_a_list_is_full_although_the_user_had_all_that_is_popular():
    bought = [("purchase", number, 0.0) for number in range(30)]
    rows = rows_for(shop([(n, 100.0, 0) for n in range(30)]), bought)
    assert sorted(rows) == list(range(30, 40))


def test_reasons_name_the_interest_that_is_most_like_the_item():
    catalog = shop()
    arena = user_after(catalog, [("view", 0, 0.0), ("view", 1, HOUR)], EVERYTHING)
    found = ranked(arena, ANN, catalog, EVERYTHING)
    pairs = [(row, slot) for row, slot in zip(found.items[0].tolist(), found.interests[0].tolist(), strict=True)]
    assert {(row % TOPICS, slot) for row, slot in pairs if row >= 0 and row % TOPICS < 2} == {(0, 0), (1, 1)}


def test_what_is_turned_away_sinks_and_comes_back_with_time():
    catalog, options = shop([(n, 10.0, 0) for n in range(ITEMS)]), RankingOptions(unwanted=8.0, length=3)
    liked = [("view", 3, 0.0), ("view", 17, HOUR)]
    hidden = [*liked, ("hide", 10, HOUR)]
    assert set(topics(rows_for(catalog, liked, options))) == {3}
    assert 3 not in topics(rows_for(catalog, hidden, options))
    assert 3 in topics(rows_for(catalog, [*hidden, ("impression", 5, 90 * DAY)], options))


def test_the_category_of_what_was_hidden_sinks_whatever_its_topic():
    catalog = shop([(n, 10.0, 0) for n in range(ITEMS)])
    options = RankingOptions(unwanted=8.0, length=20)
    assert all(row % SHELVES != 2 for row in rows_for(catalog, [("hide", 2, 0.0)], options))
    assert any(row % SHELVES == 2 for row in rows_for(catalog, [], options))


def test_users_ranked_together_get_the_lists_they_get_alone():
    catalog, arena = shop([(n, 5.0 + n, 1) for n in range(0, ITEMS, 5)]), UserArena(1)
    chance = np.random.default_rng(3)
    for number in range(140):
        kinds = chance.choice(("view", "hide", "mute"), int(chance.integers(4)), p=(0.8, 0.1, 0.1)).tolist()
        arena.add([f"user-{number}"])
        made = acts([(kind, int(chance.integers(ITEMS)), HOUR) for kind in kinds], f"user-{number}")
        deliver(arena, catalog, made)
    together = ranked(arena, np.arange(140), catalog, StepOptions())
    for slot in range(0, 140, 3):
        alone = ranked(arena, np.array([slot]), catalog, StepOptions())
        assert alone.items[0].tolist() == together.items[slot].tolist()
        np.testing.assert_allclose(alone.scores[0], together.scores[slot], atol=1e-6)


def test_exploration_gives_places_to_items_nobody_had_to_do_with_each_as_likely():
    catalog = shop([(n, 50.0, 0) for n in range(ITEMS - 5)])
    record = record_for(catalog, [("view", 0, 0.0)], StepOptions(ranking=RankingOptions(exploration=1.0)))
    shown = [int(place.item_id.removeprefix("item-")) for place in record.items]
    assert set(shown[1:6]) == set(range(ITEMS - 5, ITEMS))
    assert [place.propensity for place in record.items] == [1.0, *(1 / n for n in (5, 4, 3, 2, 1)), 1.0, 1.0, 1.0, 1.0]
    kinds = [[reason.kind for reason in place.reasons] for place in record.items]
    assert kinds.count(["exploration"]) >= 4
    assert all("exploration" not in kind for kind in (kinds[0], *kinds[6:]))


def test_exploration_is_the_same_for_the_same_list_and_another_for_another():
    catalog = shop([(0, 50.0, 0)])
    options = StepOptions(ranking=RankingOptions(exploration=0.5, learning_rate=0.0))
    first, again, later = (record_for(catalog, [("view", 0, at)], options).items for at in (0.0, 0.0, HOUR))
    assert first == again
    assert [place.item_id for place in first] != [place.item_id for place in later]


def test_shares_of_reasons_add_up_to_one_and_fall():
    catalog = shop([(n, 50.0 + n, n) for n in range(ITEMS)])
    for place in record_for(catalog, [("view", 0, 0.0), ("like", 8, HOUR)], StepOptions()).items:
        shares = [reason.share for reason in place.reasons]
        assert shares == sorted(shares, reverse=True)
        assert not shares or sum(shares) == pytest.approx(1.0, abs=1e-5)


def test_an_empty_catalog_gives_empty_lists():
    arena = UserArena(1)
    slots = arena.add(["ann", "bob"])
    assert (ranked(arena, slots, Catalog(), StepOptions()).items == -1).all()
    deliver(arena, Catalog(), [behavior("view", "item-1")])
    assert (ranked(arena, slots, Catalog(), StepOptions()).items == -1).all()


@pytest.mark.parametrize("wrong", [{"length": 0}, {"length": 101}, {"had": ("bought",)}, {"without": ("price",)}])
def test_options_that_make_no_list_are_refused(wrong):
    with pytest.raises(ValueError, match=r"ranking\."):
        RankingOptions(**wrong)


def test_a_list_of_a_shop_that_nobody_visited_is_as_long_as_it_is_to_be():
    catalog = shop(vectors=unit_vectors(90))
    assert len(record_for(catalog, [("view", 3, 0.0)], StepOptions(ranking=RankingOptions(length=60))).items) == 60
