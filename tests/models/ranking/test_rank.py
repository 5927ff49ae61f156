"""Ranking: the same lists as the slow twin, and nothing on them that may not be."""

from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.catalog.catalog import Catalog
from models.interests.arena import UserArena
from models.interests.options import InterestOptions
from models.ranking.options import RankingOptions
from models.ranking.rank import rank
from models.step import StepOptions
from schemas.behaviors import Behavior
from schemas.trends import ItemTrend
from tests.models.builders import DAY, HOUR, NOON, behavior, catalog_of, deliver, item, unit_vectors
from tests.models.ranking import slow

VECTORS = unit_vectors(80, topics=7)
KINDS = ("view", "purchase", "like", "dislike", "hide", "impression")
ANN = np.array([0])

histories = st.lists(
    st.tuples(st.sampled_from(KINDS), st.integers(0, 79), st.sampled_from([0.0, HOUR, DAY])), max_size=25
)


def shop(popular: Sequence[tuple[int, float, float]] = (), withdrawn: Sequence[int] = ()) -> Catalog:
    """80 items in 7 topics; popular: (item, popularity, days before noon); every second one withdrawn is deleted."""
    catalog = catalog_of(VECTORS)
    for number, amount, days in popular:
        trend = ItemTrend(
            item_id=f"item-{number}", popularity=amount, at=NOON - days * DAY, half_life=7 * DAY, behaviors=1
        )
        catalog.put_trend(trend)
    for number in withdrawn:
        if number % 2:
            catalog.delete(f"item-{number}")
        else:
            catalog.put(item(f"item-{number}", VECTORS[number], available=False))
    return catalog


def acts(history: Sequence[tuple[str, int, float]]) -> list[Behavior]:
    at, made = NOON, []
    for kind, number, gap in history:
        at += gap
        made.append(behavior(kind, f"item-{number}", at))
    return made


def user_after(catalog: Catalog, history: Sequence[tuple[str, int, float]], options: RankingOptions) -> UserArena:
    arena = UserArena(1)
    arena.add(["ann"])
    deliver(arena, catalog, acts(history), StepOptions(ranking=options))
    return arena


def rows_for(
    catalog: Catalog, history: Sequence[tuple[str, int, float]], options: RankingOptions | None = None
) -> list[int]:
    options = options or RankingOptions()
    ranked = rank(user_after(catalog, history, options), ANN, catalog, InterestOptions(), options)
    return [row for row in ranked.items[0].tolist() if row >= 0]


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
    options = RankingOptions(length=sizes[0], candidates=sizes[1])
    catalog = shop(popular, sorted(withdrawn))
    arena = user_after(catalog, history, options)
    found = rank(arena, ANN, catalog, InterestOptions(), options)
    wanted = slow.ranked(arena, 0, catalog, options)
    count = int((found.items[0] >= 0).sum())
    assert count == len(wanted)
    np.testing.assert_allclose(found.scores[0, :count], [place.score for place in wanted], atol=2e-5)
    scores = {place.row: place for place in slow.ranked(arena, 0, catalog, RankingOptions(length=80, candidates=80))}
    for k, row in enumerate(found.items[0, :count].tolist()):
        assert scores[row].score == pytest.approx(found.scores[0, k], abs=2e-5)
        similar, trending = max(scores[row].similar, 0.0), options.popularity * scores[row].trending
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


def test_a_list_is_full_although_the_user_had_all_that_is_near_and_all_that_is_popular():
    bought = [("purchase", number, 0.0) for number in range(70)]
    rows = rows_for(shop([(n, 100.0, 0) for n in range(70)]), bought)
    assert sorted(rows) == list(range(70, 80))


def test_a_user_without_interests_gets_the_popular_list():
    catalog = shop([(4, 10.0, 0), (2, 30.0, 0), (9, 20.0, 0), (5, 40.0, 30)])
    assert rows_for(catalog, [])[:4] == [2, 9, 4, 5]
    assert rows_for(catalog, [("impression", 2, 0.0)])[:4] == [2, 9, 4, 5]


def test_the_list_leans_to_the_interest_moved_last():
    views = [("view", 0, 0.0), ("view", 7, HOUR), ("view", 14, HOUR), ("view", 1, HOUR)]
    rows = rows_for(shop(), views, RankingOptions(length=3))
    assert {row % 7 for row in rows} == {1}


def test_reasons_name_the_interest_that_speaks_most_for_the_item():
    catalog, options = shop(), RankingOptions()
    arena = user_after(catalog, [("view", 0, 0.0), ("view", 1, HOUR)], options)
    ranked = rank(arena, ANN, catalog, InterestOptions(), options)
    for row, slot in zip(ranked.items[0].tolist(), ranked.interests[0].tolist(), strict=True):
        assert slot == row % 7


def test_what_is_turned_away_sinks():
    catalog = shop([(n, 10.0, 0) for n in range(80)])
    options = RankingOptions(unwanted=2.0)
    liked = [("view", 3, 0.0)]
    assert {row % 7 for row in rows_for(catalog, liked, options)} == {3}
    assert 3 not in {row % 7 for row in rows_for(catalog, [*liked, ("hide", 10, 1.0)], options)}


def test_users_ranked_together_get_the_lists_they_get_alone():
    catalog, arena = shop([(n, 5.0 + n, 1) for n in range(0, 80, 5)]), UserArena(1)
    chance = np.random.default_rng(3)
    for number in range(40):
        made = acts([("view", int(chance.integers(80)), HOUR) for _ in range(int(chance.integers(6)))])
        arena.add([f"user-{number}"])
        deliver(arena, catalog, [behavior(b.type, b.item_id, b.at, user_id=f"user-{number}") for b in made])
    together = rank(arena, np.arange(40), catalog, InterestOptions(), RankingOptions())
    for slot in range(40):
        alone = rank(arena, np.array([slot]), catalog, InterestOptions(), RankingOptions())
        assert alone.items[0].tolist() == together.items[slot].tolist()
        np.testing.assert_allclose(alone.scores[0], together.scores[slot], atol=1e-6)


def test_an_empty_catalog_gives_empty_lists():
    arena = UserArena(1)
    slots = arena.add(["ann", "bob"])
    ranked = rank(arena, slots, Catalog(), InterestOptions(), RankingOptions())
    assert (ranked.items == -1).all()


@pytest.mark.parametrize("wrong", [{"length": 0}, {"length": 60}, {"recency": 0.0}, {"had": ("bought",)}])
def test_options_that_make_no_list_are_refused(wrong):
    with pytest.raises(ValueError, match=r"ranking\."):
        RankingOptions(**wrong)
