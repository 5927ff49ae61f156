"""Ranking: the same lists as the slow twin, and nothing on them that may not be."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.catalog.catalog import Catalog
from models.interests.arena import UserArena
from models.ranking.options import RankingOptions
from models.ranking.rank import Ranked, rank
from models.step import StepOptions
from schemas.behaviors import Behavior
from schemas.trends import ItemTrend
from tests.models.builders import DAY, HOUR, NOON, behavior, deliver, item, unit_vectors
from tests.models.ranking import slow

VECTORS = unit_vectors(80, topics=7)
KINDS = ("view", "purchase", "like", "dislike", "hide", "skip", "mute", "unmute", "impression")
SHELVES = 5
ANN = np.array([0])

histories = st.lists(
    st.tuples(st.sampled_from(KINDS), st.integers(0, 79), st.sampled_from([0.0, HOUR, DAY])), max_size=25
)
History = Sequence[tuple[str, int, float]]


def shop(popular: Sequence[tuple[int, float, float]] = (), withdrawn: Sequence[int] = ()) -> Catalog:
    """80 items in 7 topics, on 5 shelves; popular: (item, popularity, days before noon).

    Every second one withdrawn is deleted, the others are not available.
    """
    catalog = Catalog(capacity=2)
    for number, vector in enumerate(VECTORS):
        catalog.put(item(f"item-{number}", vector, categories=shelf(number)))
    for number, amount, days in popular:
        trend = ItemTrend(
            item_id=f"item-{number}", popularity=amount, at=NOON - days * DAY, half_life=7 * DAY, behaviors=1
        )
        catalog.put_trend(trend)
    for number in withdrawn:
        if number % 2:
            catalog.delete(f"item-{number}")
        else:
            catalog.put(item(f"item-{number}", VECTORS[number], categories=shelf(number), available=False))
    return catalog


def shelf(number: int) -> tuple[str, ...]:
    """The category of an item; it says nothing of its topic."""
    return ("all", f"shelf {number % SHELVES}")


def acts(history: History) -> list[Behavior]:
    at, made = NOON, []
    for kind, number, gap in history:
        at += gap
        made.append(behavior(kind, f"item-{number}", at))
    return made


def user_after(catalog: Catalog, history: History, options: StepOptions) -> UserArena:
    arena = UserArena(1)
    arena.add(["ann"])
    deliver(arena, catalog, acts(history), options)
    return arena


def ranked(arena: UserArena, slots: np.ndarray, catalog: Catalog, options: StepOptions) -> Ranked:
    return rank(arena, slots, catalog, options.interests, options.laws_in(catalog).rules, options.ranking)


def rows_for(catalog: Catalog, history: History, options: RankingOptions | None = None) -> list[int]:
    step = StepOptions(ranking=options or RankingOptions())
    found = ranked(user_after(catalog, history, step), ANN, catalog, step)
    return [row for row in found.items[0].tolist() if row >= 0]


def topics(rows: Sequence[int]) -> set[int]:
    return {row % 7 for row in rows}


@settings(max_examples=60, deadline=None)
@given(
    histories,
    st.lists(
        st.tuples(st.integers(0, 79), st.integers(1, 500), st.integers(0, 30)), max_size=30, unique_by=lambda t: t[0]
    ),
    st.sets(st.integers(0, 79), max_size=20),
    st.sampled_from([(3, 3), (10, 20), (10, 50)]),
)
def test_ranking_finds_what_the_slow_twin_finds(history, popular, withdrawn, sizes):
    options = StepOptions(ranking=RankingOptions(length=sizes[0], candidates=sizes[1]))
    catalog = shop(popular, sorted(withdrawn))
    arena = user_after(catalog, history, options)
    found = ranked(arena, ANN, catalog, options)
    wanted = slow.ranked(arena, 0, catalog, options)
    count = int((found.items[0] >= 0).sum())
    assert count == len(wanted)
    np.testing.assert_allclose(found.scores[0, :count], [place.score for place in wanted], atol=2e-5)
    everything = replace(options, ranking=slow.widest(options.ranking))
    scores = {place.row: place for place in slow.ranked(arena, 0, catalog, everything)}
    for k, row in enumerate(found.items[0, :count].tolist()):
        assert scores[row].score == pytest.approx(found.scores[0, k], abs=2e-5)
        similar, trending = max(scores[row].similar, 0.0), options.ranking.popularity * scores[row].trending
        if similar + trending > 1e-3:
            assert found.interest_shares[0, k] == pytest.approx(similar / (similar + trending), abs=2e-2)
            assert found.interest_shares[0, k] + found.popularity_shares[0, k] == pytest.approx(1.0)


@settings(max_examples=40, deadline=None)
@given(histories, st.sets(st.integers(0, 79), max_size=60))
def test_had_unavailable_and_deleted_items_are_never_recommended(history, withdrawn):
    options = RankingOptions(length=50)
    rows = rows_for(shop([(n, 5.0, 1) for n in range(0, 80, 3)], sorted(withdrawn)), history, options)
    had = {number for kind, number, _ in history if kind in options.had}
    assert not set(rows) & (had | withdrawn)
    assert len(rows) == len(set(rows))


@settings(max_examples=40, deadline=None)
@given(histories, st.integers(0, 79))
def test_what_was_muted_last_is_never_recommended(history, number):
    rows = rows_for(shop([(n, 5.0, 1) for n in range(80)]), [*history, ("mute", number, HOUR)])
    assert number not in rows


def test_a_mute_takes_a_whole_topic_off_the_list_until_it_is_lifted():
    catalog = shop([(n, 10.0, 0) for n in range(0, 80, 7)])
    liked = [("like", 0, 0.0), ("like", 7, HOUR)]
    assert topics(rows_for(catalog, liked)) == {0}
    assert 0 not in topics(rows_for(catalog, [*liked, ("mute", 14, HOUR)]))
    assert topics(rows_for(catalog, [*liked, ("mute", 14, HOUR), ("unmute", 21, DAY)])) == {0}


def test_a_list_is_full_although_the_user_had_all_that_is_near_and_all_that_is_popular():
    bought = [("purchase", number, 0.0) for number in range(70)]
    rows = rows_for(shop([(n, 100.0, 0) for n in range(70)]), bought)
    assert sorted(rows) == list(range(70, 80))


def test_a_user_without_interests_gets_the_popular_list():
    catalog = shop([(4, 10.0, 0), (2, 30.0, 0), (9, 20.0, 0), (5, 40.0, 30)])
    assert rows_for(catalog, [])[:4] == [2, 9, 4, 5]
    assert rows_for(catalog, [("impression", 2, 0.0)])[:4] == [2, 9, 4, 5]


def test_the_list_follows_to_a_new_interest_once_it_is_more_than_a_single_view():
    before = [("view", 0, 0.0), ("view", 7, HOUR), ("view", 14, HOUR)]
    options = RankingOptions(length=3)
    assert topics(rows_for(shop(), [*before, ("view", 1, HOUR)], options)) == {0}
    assert topics(rows_for(shop(), [*before, ("view", 1, HOUR), ("view", 8, 60.0), ("view", 15, 60.0)], options)) == {1}


def test_reasons_name_the_interest_that_speaks_most_for_the_item():
    catalog, options = shop(), StepOptions()
    arena = user_after(catalog, [("view", 0, 0.0), ("view", 1, HOUR)], options)
    found = ranked(arena, ANN, catalog, options)
    for row, slot in zip(found.items[0].tolist(), found.interests[0].tolist(), strict=True):
        assert slot == row % 7


def test_what_is_turned_away_sinks():
    catalog = shop([(n, 10.0, 0) for n in range(80)])
    options = RankingOptions(unwanted=2.0)
    liked = [("view", 3, 0.0)]
    assert topics(rows_for(catalog, liked, options)) == {3}
    assert 3 not in topics(rows_for(catalog, [*liked, ("hide", 10, 1.0)], options))


def test_what_was_turned_away_comes_back_with_time():
    catalog = shop([(n, 10.0, 0) for n in range(80)])
    options = RankingOptions(unwanted=5.0)
    skipped = [("view", 3, 0.0), ("view", 17, HOUR), ("skip", 10, HOUR)]
    assert 3 not in topics(rows_for(catalog, skipped, options))
    assert topics(rows_for(catalog, [*skipped, ("impression", 5, 60 * DAY)], options)) == {3}


def test_the_category_of_what_was_hidden_sinks_whatever_its_topic():
    catalog = shop([(n, 10.0, 0) for n in range(80)])
    options = RankingOptions(unwanted=5.0, length=30)
    assert all(row % SHELVES != 2 for row in rows_for(catalog, [("hide", 2, 0.0)], options))
    assert any(row % SHELVES == 2 for row in rows_for(catalog, [], options))


def test_users_ranked_together_get_the_lists_they_get_alone():
    catalog, arena = shop([(n, 5.0 + n, 1) for n in range(0, 80, 5)]), UserArena(1)
    chance = np.random.default_rng(3)
    for number in range(40):
        kinds = chance.choice(("view", "hide", "mute"), int(chance.integers(6)), p=(0.8, 0.1, 0.1)).tolist()
        made = acts([(kind, int(chance.integers(80)), HOUR) for kind in kinds])
        arena.add([f"user-{number}"])
        deliver(arena, catalog, [behavior(b.type, b.item_id, b.at, user_id=f"user-{number}") for b in made])
    together = ranked(arena, np.arange(40), catalog, StepOptions())
    for slot in range(40):
        alone = ranked(arena, np.array([slot]), catalog, StepOptions())
        assert alone.items[0].tolist() == together.items[slot].tolist()
        np.testing.assert_allclose(alone.scores[0], together.scores[slot], atol=1e-6)


def test_an_empty_catalog_gives_empty_lists():
    arena = UserArena(1)
    slots = arena.add(["ann", "bob"])
    found = ranked(arena, slots, Catalog(), StepOptions())
    assert (found.items == -1).all()


@pytest.mark.parametrize("wrong", [{"length": 0}, {"length": 60}, {"had": ("bought",)}])
def test_options_that_make_no_list_are_refused(wrong):
    with pytest.raises(ValueError, match=r"ranking\."):
        RankingOptions(**wrong)
