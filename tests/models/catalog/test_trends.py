"""Trends of the catalog: lists by item that equal what a search through everything would give."""

from typing import Any

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from pytest import approx

from models.catalog.catalog import Catalog
from models.catalog.facets import category_print
from models.catalog.kernels.market import Market, new_market
from models.catalog.kernels.tops import (
    enter_never_shown,
    enter_newest,
    leave_never_shown,
    place_in,
    raise_row,
    shelf_of,
)
from models.trends.options import TrendOptions
from models.trends.statistics import TrendStatistics
from schemas.ids import item_print
from schemas.items import ItemVector
from tests.models.trends.made import Act, blocks_of, statistics_after, trends_of

ITEMS = 9
PRINTS = [item_print(f"item-{number}") for number in range(ITEMS)]

acts = st.lists(
    st.tuples(
        st.integers(0, ITEMS - 1),
        st.lists(st.integers(0, ITEMS - 1), max_size=4),
        st.sampled_from([1, 50, 100_000]),
        st.booleans(),
    ),
    min_size=1,
    max_size=30,
)
Acts = list[tuple[int, list[int], int, bool]]


def new_item(number: int, *categories: str, available: bool = True) -> ItemVector:
    return ItemVector(item_id=f"item-{number}", encoder="e", categories=categories, available=available)


def catalog_of(count: int = ITEMS, neighbors: int = 128) -> Catalog:
    catalog = Catalog(capacity=1, neighbors=neighbors)
    for number in range(count):
        catalog.put(new_item(number, "all", f"shelf {number % 2}"))
    return catalog


def follow(catalog: Catalog, made: Acts, room: int = 3) -> dict[int, bytes]:
    """The acts go through statistics with little room, whose rows enter the catalog now and then; the latest rows."""
    statistics = TrendStatistics(TrendOptions(neighbors=room), capacity=1)
    latest: dict[int, bytes] = {}
    now = 0
    for item, recents, gap, flush in [*made, (0, [], 1, True)]:
        now += gap
        for _, block in blocks_of([Act(PRINTS[item], tuple(PRINTS[k] for k in recents))], before=now):
            statistics.apply(block)
        if flush:
            taken = dict(statistics.take())
            catalog.put_trends(list(taken.values()))
            latest |= taken
    return latest


Lists = dict[str, dict[str, tuple[float, float]]]


def before_of(latest: dict[int, bytes]) -> Lists:
    """Per item the items users came from, with their counts as of the latest event, as the rows say."""
    names = {value: f"item-{number}" for number, value in enumerate(PRINTS)}
    trends = trends_of(list(latest.values()))
    now = max(float(trend.head["events"]) for trend in trends.values())
    return {
        names[value]: {names[neighbor]: pair for neighbor, pair in trend.counts_at(now).items()}
        for value, trend in trends.items()
    }


def transposed(before: Lists) -> Lists:
    after: Lists = {}
    for item, neighbors in before.items():
        for neighbor, pair in neighbors.items():
            after.setdefault(neighbor, {})[item] = pair
    return after


def lists_in(catalog: Catalog, side: str) -> Lists:
    """The lists of the market, "before" or "after", by id, with counts as of the latest event."""
    market = catalog.trends.market
    tally = market.tally[0]
    left = 2.0 ** ((tally["epoch"] - tally["events"]) / tally["half_life"])
    counts, rows, pairs = (getattr(market, side + end) for end in ("_n", "_rows", ""))
    found: Lists = {}
    for row, item in enumerate(catalog.ids):
        slot = int(market.standings["slot"][row])
        n = int(counts[slot]) if slot >= 0 else 0
        own = rows[slot, :n].tolist()
        assert len(set(own)) == n
        names = [catalog.ids[other] for other in own]
        if n:
            found[item] = dict(zip(names, map(tuple, (left * pairs[slot, :n]).tolist()), strict=True))
    return found


def about(lists: Lists) -> dict[str, dict[str, Any]]:
    """What is next to nothing may be nothing."""
    return {
        item: {name: approx(pair, rel=1e-5, abs=1e-25) for name, pair in own.items()} for item, own in lists.items()
    }


@settings(max_examples=60, deadline=None)
@given(acts)
def test_the_followers_of_items_are_the_transposed_neighbors(made):
    catalog = catalog_of()
    before = before_of(follow(catalog, made))
    assert lists_in(catalog, "before") == about({item: lists for item, lists in before.items() if lists})
    assert lists_in(catalog, "after") == about(transposed(before))


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 3), st.sampled_from([500.0, 2_000.0])), min_size=1, max_size=6), st.booleans())
def test_counts_are_right_as_of_now_whatever_half_lives_their_trends_have(made, latest_first):
    catalog, latest, now = catalog_of(), dict[int, bytes](), 0
    for number, (item, half_life) in enumerate(made):
        statistics = TrendStatistics(TrendOptions(half_life=half_life), capacity=1)
        now += 300
        for _, block in blocks_of([Act(PRINTS[item], (PRINTS[4 + number % 5],))], before=now):
            statistics.apply(block)
        for value, row in statistics.take():
            latest.pop(value, None)
            latest[value] = row
    rows = list(latest.values())
    catalog.put_trends(rows[::-1] if latest_first else rows)
    found = lists_in(catalog, "before")
    if latest_first or len({half_life for _, half_life in made}) == 1:
        assert found == about({item: lists for item, lists in before_of(latest).items() if lists})
    assert lists_in(catalog, "after") == about(transposed(found))


@settings(max_examples=40, deadline=None)
@given(acts, st.sampled_from([3, 128]))
def test_lists_of_followers_are_heaps_by_far_count(made, neighbors):
    catalog = catalog_of(neighbors=neighbors)
    follow(catalog, made)
    market = catalog.trends.market
    for count, far in zip(market.after_n.tolist(), market.after[:, :, 1].tolist(), strict=True):
        assert all(far[place] <= far[(place - 1) // 2] for place in range(1, count))


@settings(max_examples=40, deadline=None)
@given(acts)
def test_lists_of_followers_that_are_full_hold_true_counts_only(made):
    catalog = catalog_of(neighbors=2)
    wanted = transposed(before_of(follow(catalog, made, room=2)))
    found = lists_in(catalog, "after")
    assert found.keys() <= wanted.keys()
    for item, followers in found.items():
        assert len(followers) <= 2
        assert followers == about({item: {name: wanted[item][name] for name in followers}})[item]


def test_a_full_list_of_followers_gives_way_to_one_with_a_greater_count():
    catalog = catalog_of(neighbors=2)
    many = [(1, [0], 1, False), (2, [0], 1, False), (2, [0], 1, False), (3, [0], 1, False), (3, [0], 1, True)]
    follow(catalog, many, room=2)
    assert lists_in(catalog, "after")["item-0"].keys() == {"item-2", "item-3"}


@settings(max_examples=40, deadline=None)
@given(acts)
def test_tops_shelves_and_newest_are_what_sorting_gives(made):
    catalog = catalog_of()
    follow(catalog, made)
    market, everyone = catalog.trends.market, range(ITEMS)
    standings = market.standings[:ITEMS]
    done = [row for row in everyone if standings["behaviors"][row]]
    for p in range(4):
        keys = standings["keys"][:, p]
        wanted = sorted(done, key=lambda row, keys=keys: (-keys[row], row))
        assert without_end(market.tops[p]) == wanted
        assert market.top_keys[p, : len(wanted)].tolist() == keys[wanted].tolist()
    by_shelf = sorted(done, key=lambda row: (-standings["keys"][row, 2], row))
    for path in (("all",), ("all", "shelf 0"), ("all", "shelf 1")):
        shelf = market.shelves[shelf_of(market, category_print(path))]
        assert without_end(shelf) == [row for row in by_shelf if path[1:] in ((), (f"shelf {row % 2}",))]
    assert without_end(market.newest) == sorted(done, key=lambda row: (-standings["born"][row], row))
    assert without_end(market.never_shown) == [row for row in reversed(everyone) if row not in done]


def without_end(rows: np.ndarray) -> list[int]:
    listed = rows[rows >= 0].tolist()
    assert (rows[len(listed) :] == -1).all()
    return listed


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 11), st.integers(0, 3)), max_size=60))
def test_a_short_list_is_exact_while_keys_grow(steps):
    rows, keys = np.full(4, -1, np.int32), np.full(4, -np.inf)
    whole = np.full(12, -np.inf)
    for row, more in steps:
        whole[row] = max(whole[row], 0.0) + more
        raise_row(rows, keys, row, whole[row], True)
    wanted = sorted((row for row in range(12) if whole[row] > -np.inf), key=lambda row: (-whole[row], row))[:4]
    assert without_end(rows) == wanted
    assert keys[: len(wanted)].tolist() == whole[wanted].tolist()


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(0, 5), min_size=1, max_size=12, unique=False))
def test_the_newest_are_those_born_last(born):
    market = new_market(len(born), 1, 1, 1)._replace(newest=np.full(4, -1, np.int32))
    order = np.random.default_rng(len(born)).permutation(len(born)).tolist()
    for row in order:
        market.standings["born"][row] = born[row]
        enter_newest(market.newest, market.standings, row)
    assert without_end(market.newest) == sorted(range(len(born)), key=lambda row: (-born[row], row))[:4]


@settings(max_examples=60, deadline=None)
@given(st.lists(st.none() | st.integers(0, 20), max_size=40))
def test_items_never_shown_are_the_newest_without_a_trend(steps):
    market: Market = new_market(40, 1, 1, 1)._replace(never_shown=np.full(3, -1, np.int32))
    fresh: list[int] = []
    rows = 0
    for step in steps:
        if step is None:
            enter_never_shown(market, rows)
            fresh.append(rows)
            rows += 1
        elif step < rows:
            leave_never_shown(market, step)
            market.standings["born"][step] = 1.0
            fresh = [row for row in fresh if row != step]
        assert without_end(market.never_shown) == fresh[::-1][:3]
    assert place_in(market.never_shown, rows) in (-1, min(len(fresh), 3))


def test_a_trend_is_kept_for_an_item_that_comes_later():
    catalog = catalog_of(1)
    trend = statistics_after([Act(PRINTS[1], (PRINTS[0],))] * 3).take()
    catalog.put_trends([row for _, row in trend])
    assert without_end(catalog.trends.market.tops[0]) == []
    catalog.put(new_item(1, "all", "shelf 1"))
    assert without_end(catalog.trends.market.tops[0]) == [1]
    assert lists_in(catalog, "after").keys() == {"item-0"}


def test_a_neighbor_that_comes_to_the_catalog_is_entered_by_the_next_trend():
    catalog = Catalog(capacity=1)
    catalog.put(new_item(1))
    statistics = statistics_after([Act(PRINTS[1], (PRINTS[0],))])
    catalog.put_trends([row for _, row in statistics.take()])
    catalog.put(new_item(0))
    assert lists_in(catalog, "after") == {}
    for _, block in blocks_of([Act(PRINTS[1], shown=True)], before=1):
        statistics.apply(block)
    catalog.put_trends([row for _, row in statistics.take()])
    assert lists_in(catalog, "after") == {"item-0": {"item-1": approx((1.0, 1.0), rel=1e-4)}}


def test_an_item_of_another_category_changes_shelves():
    catalog = catalog_of(2)
    catalog.put_trends([row for _, row in statistics_after([Act(PRINTS[0]), Act(PRINTS[1])]).take()])
    catalog.put(new_item(0, "all", "shelf 7"))
    market = catalog.trends.market
    shelves = {
        path: without_end(market.shelves[shelf_of(market, category_print(path))])
        for path in (("all",), ("all", "shelf 0"), ("all", "shelf 7"))
    }
    assert shelves == {("all",): [1, 0], ("all", "shelf 0"): [], ("all", "shelf 7"): [0]}


def test_an_item_that_was_only_shown_is_cold_but_not_never_shown():
    catalog = catalog_of(2)
    catalog.put_trends([row for _, row in statistics_after([Act(PRINTS[0], shown=True)]).take()])
    market = catalog.trends.market
    assert without_end(market.never_shown) == [1]
    assert without_end(market.newest) == without_end(market.tops[0]) == []
    assert (market.standings["impressions"][0], market.standings["born"][0]) == (0.0, -1.0)


def test_lists_keep_what_they_hold_as_the_catalog_grows():
    catalog = Catalog(capacity=1, neighbors=4)
    statistics = TrendStatistics(TrendOptions(neighbors=4), capacity=1)
    names = [item_print(f"item-{number}") for number in range(300)]
    for number in range(300):
        catalog.put(new_item(number, f"category {number}"))
        for _, block in blocks_of([Act(names[number], tuple(names[max(number - 2, 0) : number]))], before=number):
            statistics.apply(block)
        catalog.put_trends([row for _, row in statistics.take()])
    market, after = catalog.trends.market, lists_in(catalog, "after")
    assert all(after[f"item-{n}"].keys() == {f"item-{n + 1}", f"item-{n + 2}"} for n in range(298))
    assert all(
        without_end(market.shelves[shelf_of(market, category_print((f"category {n}",)))]) == [n] for n in range(300)
    )
    assert without_end(market.tops[0]) == list(range(299, 99, -1))
